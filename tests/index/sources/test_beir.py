"""A BEIR corpus in, a document for each of its lines out."""

import json
from pathlib import Path

import pytest

from index.document import Document
from index.errors import SourceError
from index.sources import beir
from index.sources.source import Source

SCIFACT = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "scifact" / "corpus.jsonl"


def read(*lines: object) -> tuple[Document, ...]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return beir.read(Source("corpus.jsonl", text.encode()))


def test_title_and_text_under_the_id_of_the_corpus() -> None:
    (document,) = read({"_id": "4983", "title": "A  title", "text": "First.\nSecond.", "metadata": {}})
    assert document.id == "4983"
    assert document.metadata.title == "A title"
    assert document.text == "A title\n\nFirst.\n\nSecond."
    assert [block.kind.value for block in document.blocks] == ["title", "abstract", "abstract"]


def test_ids_are_made_safe_and_may_be_numbers() -> None:
    assert [document.id for document in read({"_id": 7, "text": "A."}, {"_id": "a/b c", "text": "B."})] == [
        "7",
        "a_b_c",
    ]


def test_a_record_without_text_has_its_title_alone() -> None:
    (document,) = read({"_id": "1", "title": "Alone", "text": ""})
    assert document.text == "Alone"


def test_a_record_without_title_is_named_by_its_id() -> None:
    (document,) = read({"_id": "1", "title": None, "text": "Words."})
    assert (document.metadata.title, document.text) == ("1", "Words.")


def test_metadata_that_corpora_give() -> None:
    (document,) = read(
        {
            "_id": "MED-1",
            "text": "A.",
            "metadata": {"url": "https://example.org/1", "pubmed_id": "77", "year": 2019, "doi": "10.1234/X"},
        }
    )
    facts = document.metadata
    assert (facts.url, facts.pmid, facts.issued, facts.doi) == ("https://example.org/1", "77", "2019", "10.1234/x")
    assert document.id == "MED-1"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 2: not JSON"),
        ("[1]", "line 2: not a JSON object"),
        ({"title": "x"}, "line 2: no _id"),
        ({"_id": True, "title": "x"}, "line 2: no _id"),
        ({"_id": "2", "title": " ", "text": ""}, "line 2: neither title nor text"),
        ({"_id": "2", "text": ["x"]}, "line 2: text is no text"),
        ({"_id": "1", "text": "again"}, "line 2: the id '1' is that of line 1"),
    ],
)
def test_a_bad_line_refuses_the_corpus_and_is_named(line: object, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        read({"_id": "1", "text": "Fine."}, line)
    assert "\n" not in str(caught.value)


def test_many_bad_lines_are_counted() -> None:
    with pytest.raises(SourceError, match=r"line 1: .*line 3: .*; 2 more"):
        read(*["{"] * 5)


def test_an_empty_corpus_is_an_error() -> None:
    with pytest.raises(SourceError, match="empty corpus"):
        read("", " ")


def test_separators_inside_a_string_part_no_line() -> None:
    (document,) = read('{"_id": "1", "text": "one\u2028two"}')
    assert document.text == "one two"


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b'{"_id": "1", "title": "A", "text": "B"}\n', "anything.txt", True),
        (b'\xef\xbb\xbf{"_id": "1", "text": "B"}\n', "c.jsonl", True),
        (b'{"_id": "1",', "corpus.jsonl", True),
        (b'{"_id": "1"}', "queries.jsonl", False),
        (b'{"id": "1", "text": "B"}', "x.jsonl", False),
        (b"[" * 100_000, "x.jsonl", False),
        (b'{"a":' * 100_000, "x.jsonl", False),
    ],
)
def test_sniff(data: bytes, name: str, expected: bool) -> None:
    assert beir.sniff(data, name) is expected


@pytest.mark.skipif(not SCIFACT.is_file(), reason="the shared corpus is not here")
def test_scifact_is_read_whole() -> None:
    data = SCIFACT.read_bytes()
    documents = beir.read(Source("corpus.jsonl", data))
    records = [json.loads(line) for line in data.decode().split("\n") if line]
    assert [document.id for document in documents] == [record["_id"] for record in records]
    assert len(documents) == 5183
