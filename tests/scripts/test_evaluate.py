"""What scripts/evaluate is made of beside the measurements themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from index.collection import read_collection
from tests.conftest import ROOT

SHARE = {"n": 4, "mean": 0.75, "interval": [0.3, 0.95]}


def printed(script: str, *arguments: Path) -> str:
    command = [sys.executable, str(ROOT / "scripts" / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_pubmedqa_becomes_a_collection_in_which_each_question_looks_for_its_own_abstract(tmp_path: Path) -> None:
    papers = {"7": {"QUESTION": "Do vesicles help?", "CONTEXTS": ["Mice got vesicles.", "They recovered."]}}
    (tmp_path / "ori_pqal_part.json").write_text(json.dumps(papers), encoding="utf-8")
    printed("pubmedqa_collection", tmp_path, tmp_path / "made")
    made = read_collection(tmp_path / "made")
    assert made.queries == {"7": "Do vesicles help?"}
    assert made.qrels == {"7": {"7": 1}}
    assert json.loads(made.corpus.data)["text"] == "Mice got vesicles. They recovered."


def test_tables_show_how_far_hybrid_is_above_each_part(tmp_path: Path) -> None:
    facts = {"queries": 3, "documents": 9, "intervals": {"ndcg@10": [0.4, 0.6]}}
    run = facts | dict.fromkeys(("ndcg@10", "recall@10", "recall@100", "mrr@10", "map"), 0.5)
    change = {"other": 0.6, "difference": -0.1, "interval": [-0.2, 0.05], "p": 0.04}
    compared = run | {"comparison": {"run": "x", "measures": {"ndcg@10": change}}}
    (tmp_path / "retrieval-tiny-test-hybrid.json").write_text(json.dumps(run), encoding="utf-8")
    (tmp_path / "retrieval-tiny-test-dense.json").write_text(json.dumps(compared), encoding="utf-8")
    lines = printed("tabulate_quality", tmp_path).splitlines()
    assert "tiny-test: 3 queries, 9 documents" in lines
    assert any(line.startswith("| hybrid | 0.500 [0.400, 0.600] |") for line in lines)
    assert any(line.endswith("| +0.100 [-0.050, +0.200] | 0.0400 |") for line in lines)


def test_tables_show_the_gold_questions_by_kind_and_leave_out_what_a_kind_cannot_have(tmp_path: Path) -> None:
    shape = {
        "asked": 4,
        "left_out": {"paper_absent": 2, "other_version": 1},
        "documents": 5,
        "all": {"accuracy": SHARE},
        "kinds": {"lay": {"accuracy": SHARE, "citation_recall": {"n": 0, "mean": None, "interval": None}}},
    }
    (tmp_path / "gold.json").write_text(json.dumps(shape), encoding="utf-8")
    lines = printed("tabulate_quality", tmp_path).splitlines()
    assert "Gold: 4 questions, 3 left out, 5 documents" in lines
    assert "| lay | 0.750 [0.300, 0.950], n = 4 |  |  |  |  |" in lines


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "say where the data is"), (["nowhere", "results"], "nowhere is no folder")],
    ids=["nothing", "a folder that is not there"],
)
def test_evaluate_says_what_is_wrong_before_it_sets_anything_up(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    command = ["bash", str(ROOT / "scripts" / "evaluate"), *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, said in done.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []
