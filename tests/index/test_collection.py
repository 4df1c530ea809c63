"""A collection is read as a whole, or its fault is named by file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.collection import read_collection
from index.errors import QueryError, SourceError
from tests.collections_maker import CORPUS, JUDGED, collection, write


def test_what_is_read_names_documents_as_an_index_does(tmp_path: Path) -> None:
    read = read_collection(collection(tmp_path))
    assert read.qrels == {"q1": {"p_1": 2, "p2": 0}, "q2": {"p3": 1}}
    assert list(read.queries) == ["q1", "q2"]
    assert list(read.names.values()) == list(CORPUS) and read.names["p_1"] == "p/1"


def test_judgements_need_no_line_of_column_names(tmp_path: Path) -> None:
    write(collection(tmp_path) / "qrels" / "test.tsv", *JUDGED)
    assert read_collection(tmp_path).qrels["q1"]["p_1"] == 2


@pytest.mark.parametrize(
    ("splits", "asked", "chosen"),
    [(("dev",), None, "dev"), (("dev", "test"), None, "test"), (("dev", "test"), "dev", "dev")],
)
def test_the_split_is_the_only_one_else_test(
    tmp_path: Path, splits: tuple[str, ...], asked: str | None, chosen: str
) -> None:
    assert read_collection(collection(tmp_path, splits), asked).split == chosen


@pytest.mark.parametrize("asked", [None, "test", "../dev"])
def test_a_split_that_is_not_there_or_not_clear_is_refused_with_those_there_are(
    tmp_path: Path, asked: str | None
) -> None:
    with pytest.raises(QueryError, match="dev, train"):
        read_collection(collection(tmp_path, ("dev", "train")), asked)


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (collection(tmp_path) / name).unlink()
    with pytest.raises(SourceError, match=r"BEIR's layout has corpus.jsonl, queries.jsonl and qrels/\*.tsv"):
        read_collection(tmp_path)
    with pytest.raises(SourceError, match=r"nowhere.corpus\.jsonl is missing"):
        read_collection(tmp_path / "nowhere")


GOOD = '{"_id": "9", "text": "T."}'


@pytest.mark.parametrize(
    ("name", "lines", "said"),
    [
        ("corpus.jsonl", (GOOD, "{"), r"corpus\.jsonl:2: not a JSON object: mend or remove"),
        ("corpus.jsonl", (GOOD, "[" * 100_000), r"corpus\.jsonl:2: not a JSON object"),
        ("corpus.jsonl", ("text",), r"corpus\.jsonl:1: not a JSON object"),
        ("corpus.jsonl", (GOOD, '{"text": "T."}'), r"corpus\.jsonl:2: no _id"),
        ("corpus.jsonl", ('{"_id": "a/b"}', '{"_id": "a_b"}'), r"corpus\.jsonl:2: the id 'a_b' is that of line 1"),
        ("corpus.jsonl", (), r"corpus\.jsonl is empty"),
        ("queries.jsonl", (GOOD, "", "7"), r"queries\.jsonl:3: not a JSON object"),
        ("queries.jsonl", (GOOD, GOOD), r"queries\.jsonl:2: the id '9' is that of line 1 already"),
        ("queries.jsonl", ('{"_id": "9", "text": " "}',), r"queries\.jsonl:1: the query '9' has no text"),
        ("queries.jsonl", (r'{"_id": "9", "text": "\ud800"}',), r"queries\.jsonl:1: the query '9' has no text"),
        ("queries.jsonl", (), r"queries\.jsonl is empty"),
        ("qrels/test.tsv", (*JUDGED, "q9\tp2\t1"), r"test\.tsv:4: queries\.jsonl has no query 'q9'"),
        ("qrels/test.tsv", (*JUDGED, "q2\tp9\t0"), r"test\.tsv:4: corpus\.jsonl has no document 'p9'"),
        ("qrels/test.tsv", (*JUDGED, "q2\tp3\t1"), r"test\.tsv:4: 'p3' is judged in line 3 already"),
        ("qrels/test.tsv", (*JUDGED, "q2\tp2\t-1"), r"test\.tsv:4: the grade -1 is below 0"),
        ("qrels/test.tsv", (*JUDGED, "q2\tp2\t0.5"), r"test\.tsv:4: the grade '0\.5' is no whole number"),
        ("qrels/test.tsv", (*JUDGED, "q2 p2 1"), r"test\.tsv:4: not three columns"),
        ("qrels/test.tsv", (), r"test\.tsv has no grade above 0"),
        ("qrels/test.tsv", ("query-id\tcorpus-id\tscore",), r"test\.tsv has no grade above 0"),
        ("qrels/test.tsv", ("q1\tp2\t0",), r"test\.tsv has no grade above 0"),
    ],
)
def test_a_fault_is_named_by_file_and_line(tmp_path: Path, name: str, lines: tuple[str, ...], said: str) -> None:
    write(collection(tmp_path) / name, *lines)
    with pytest.raises(SourceError, match=said):
        read_collection(tmp_path)
