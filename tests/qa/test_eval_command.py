"""`evqa eval` as a process of its own, with the real encoder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.cli import main
from tests import pretrained_maker
from tests.collections_maker import collection
from tests.conftest import evqa

MEASURES = {"ndcg@10", "recall@10", "recall@100", "mrr@10", "map"}


def test_eval_measures_writes_and_compares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, cache, index = collection(tmp_path / "collection"), tmp_path / "cache", tmp_path / "index"
    files = ("--run-out", tmp_path / "run", "--per-query", tmp_path / "per-query")
    first = evqa("eval", folder, "--json", "--cache", cache, "--index", index, *files)
    assert first.returncode == 0 and not first.stderr
    printed = json.loads(first.stdout)
    assert printed.keys() >= MEASURES | {"queries", "query_ms_p50", "intervals"}
    assert printed["ndcg@10"] == 1 and printed["intervals"].keys() == MEASURES
    assert (printed["queries"], printed["documents"], printed["split"], printed["mode"]) == (2, 4, "test", "hybrid")
    lines = [json.loads(line) for line in (tmp_path / "per-query").read_text().splitlines()]
    assert [line["query"] for line in lines] == ["q1", "q2"] and lines[0]["map"] == 1
    assert not index.exists()
    made = sorted(cache.rglob("*"))
    again = evqa("eval", folder, "--cache", cache, "--compare", tmp_path / "run", "--mode", "hybrid")
    assert again.returncode == 0 and "p = 1.0000" in again.stdout and "ndcg@10" in again.stdout
    reranker = pretrained_maker.cross_encoder(tmp_path)
    assert main(["eval", str(folder), "--cache", str(cache), "--reranker", reranker, "--json"]) == 0
    assert json.loads(capsys.readouterr().out).items() >= {"reranker": reranker, "queries": 2, "documents": 4}.items()
    assert sorted(cache.rglob("*")) == made


def test_eval_says_which_line_is_wrong_before_anything_is_indexed(tmp_path: Path) -> None:
    folder = collection(tmp_path, ("dev", "train"))
    unclear = evqa("eval", folder)
    assert unclear.returncode == 2 and "dev, train" in unclear.stderr
    (folder / "qrels" / "dev.tsv").write_text("q1\tp9\t1\n")
    wrong = evqa("eval", folder, "--split", "dev", "--cache", tmp_path / "cache")
    assert wrong.returncode == 1 and "dev.tsv:1: corpus.jsonl has no document 'p9'" in wrong.stderr
    assert len(wrong.stderr.splitlines()) == 1 and not (tmp_path / "cache").exists()
