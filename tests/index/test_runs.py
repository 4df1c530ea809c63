"""Runs are made by searching, written for trec_eval, and read again as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytrec_eval

from index.build import build
from index.collection import Collection, read_collection
from index.errors import QueryError, SourceError
from index.evaluate import measure
from index.measured import opened
from index.query import Mode
from index.runs import read_run, retrieve, run_lines
from index.search import Searcher
from index.store import Store
from tests.collections_maker import collection, write
from tests.conftest import PAPERS
from tests.fakes import PAPERS_OF_MANY_PASSAGES, HashingEncoder, markdown, workshop


@pytest.fixture
def read(tmp_path: Path) -> Collection:
    return read_collection(collection(tmp_path / "collection"))


@pytest.mark.parametrize("mode", Mode)
def test_a_run_that_is_written_is_read_again_with_the_same_measures(
    tmp_path: Path, read: Collection, mode: Mode
) -> None:
    with opened(tmp_path / "cache", read, "hashing", workshop()) as generation:
        retrieved = retrieve(Searcher(generation, HashingEncoder()), read.queries, mode, lambda done: None)
    per_query = measure(read.qrels, retrieved.run)
    assert per_query["q1"]["ndcg@10"] == per_query["q2"]["ndcg@10"] == 1
    assert retrieved.query_ms.keys() == read.queries.keys() and min(retrieved.query_ms.values()) > 0
    write(tmp_path / "run", *run_lines(retrieved.run, read))
    assert (tmp_path / "run").read_text().startswith("q1 Q0 p/1 1 ")
    assert read_run(tmp_path / "run", read) == retrieved.run


def test_trec_eval_gives_the_same_numbers_for_the_file(tmp_path: Path, read: Collection) -> None:
    run = {"q1": {"p3": 0.75, "p2": 0.75, "p_1": 0.25}, "q2": {"p2": 2.0, "p4": 2.0, "p3": 2.0}}
    theirs = {query: {read.names[id_]: grade for id_, grade in grades.items()} for query, grades in read.qrels.items()}
    evaluator = pytrec_eval.RelevanceEvaluator(theirs, {"map", "ndcg_cut.10"})
    values = evaluator.evaluate(pytrec_eval.parse_run(run_lines(run, read)))
    for query, ours in measure(read.qrels, run).items():
        assert (ours["map"], ours["ndcg@10"]) == (values[query]["map"], values[query]["ndcg_cut_10"])


def test_a_query_without_hits_is_no_query_left_out(tmp_path: Path, read: Collection) -> None:
    run: dict[str, dict[str, float]] = {"q1": {}, "q2": {"p3": 1.5}}
    write(tmp_path / "run", *run_lines(run, read))
    assert read_run(tmp_path / "run", read) == run


def test_the_second_time_nothing_is_embedded_and_the_encoder_not_even_loaded(tmp_path: Path, read: Collection) -> None:
    encoder = HashingEncoder()
    for _ in range(2):
        with opened(tmp_path, read, "hashing", workshop(encoder)) as generation:
            assert generation.manifest.counts.documents == 4
        embedded, encoder.embedded = encoder.embedded, []
    assert embedded == []
    with opened(tmp_path, read, "another", workshop(encoder)):
        assert encoder.embedded


def test_an_index_is_never_taken_for_a_cache(tmp_path: Path, library_folder: Path, read: Collection) -> None:
    before = sorted(library_folder.rglob("*"))
    with (
        pytest.raises(SourceError, match="is an index"),
        opened(library_folder, read, "hashing", workshop()),
    ):
        raise AssertionError
    assert sorted(library_folder.rglob("*")) == before


def test_a_document_that_cannot_be_indexed_is_refused(tmp_path: Path) -> None:
    folder = collection(tmp_path / "collection")
    with (folder / "corpus.jsonl").open("a") as file:
        file.write('{"_id": "p5", "text": ""}\n')
    with (
        pytest.raises(SourceError, match="line 5: neither title nor text"),
        opened(tmp_path / "cache", read_collection(folder), "hashing", workshop()),
    ):
        raise AssertionError


def test_documents_rank_by_their_best_passage_in_the_order_of_search(tmp_path: Path) -> None:
    build(Store(tmp_path), PAPERS_OF_MANY_PASSAGES, workshop(passage_tokens=6))
    with Store(tmp_path).open() as generation:
        searcher = Searcher(generation, HashingEncoder())
        assert generation.manifest.counts.passages > 600
        for mode in Mode:
            hits = searcher.search("vesicles carry word 7", 100, mode)
            ranked = searcher.rank_documents("vesicles carry word 7", 3, mode)
            first = list(dict.fromkeys(hit.passage.document_id for hit in hits))
            assert [id_ for id_, _ in ranked][: len(first)] == first
            assert ranked[0][1] == hits[0].score
            assert len(dict(ranked)) == 3
            assert [score for _, score in ranked] == sorted((score for _, score in ranked), reverse=True)


def test_hybrid_ranks_documents_beyond_what_search_looks_at(tmp_path: Path) -> None:
    rivals = markdown("rivals.md", "Rivals", *(f"Vesicles carry a pump {n}." for n in range(210)))
    build(Store(tmp_path), (rivals, *PAPERS[-1:]), workshop(passage_tokens=6))
    with Store(tmp_path).open() as generation:
        ranked = Searcher(generation, HashingEncoder()).rank_documents("vesicles carry a pump", 2)
    assert [id_ for id_, _ in ranked] == ["rivals", "diet"]
    assert ranked[1][1] < ranked[0][1] - 1


def test_a_query_that_cannot_be_searched_for_is_named(read: Collection, searcher: Searcher) -> None:
    with pytest.raises(QueryError, match="query 'q1': the query has 10001 characters"):
        retrieve(searcher, {"q1": "x" * 10_001}, Mode.DENSE, lambda done: None)


LINES = ("q1 Q0 p2 1 2.5 a", "q2 Q0 p3 1 1.5 a")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((*LINES, "q9 Q0 p2 1 2.5 a"), r"run:3: the query 'q9' is not judged in 'test'"),
        (LINES[:1], r"nothing for 1 of 2 judged queries, the first is 'q2'"),
        ((), r"nothing for 2 of 2 judged queries"),
        ((*LINES, "q1 Q0 p9 2 2.5 a"), r"run:3: the corpus has no document 'p9'"),
        ((*LINES, LINES[0]), r"run:3: 'p2' is there twice for query 'q1'"),
        ((*LINES, "q1 Q0 p3 2 best a"), r"run:3: the score 'best' is no number"),
        ((*LINES, "q1 Q0 p3 2 nan a"), r"run:3: the score 'nan' is not finite"),
        ((*LINES, "q1 p3 2"), r"run:3: 3 columns in place of six"),
    ],
)
def test_a_run_that_does_not_fit_is_refused(
    tmp_path: Path, read: Collection, lines: tuple[str, ...], said: str
) -> None:
    write(tmp_path / "run", *lines)
    with pytest.raises(SourceError, match=said):
        read_run(tmp_path / "run", read)


def test_a_missing_run_and_an_id_with_white_space_are_refused(tmp_path: Path, read: Collection) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_run(tmp_path / "none", read)
    with pytest.raises(SourceError, match="white space"):
        list(run_lines({"q 1": {"p2": 1.0}}, read))
