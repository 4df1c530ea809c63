"""CSL-JSON in, a document for each item out."""

from __future__ import annotations

import json

import pytest

from index.document import Author, Document, Notice, NoticeKind, NoticeRole
from index.errors import SourceError
from index.sources import csl_json, formats
from index.sources.source import PartlyReadable, Source


def read(value: object) -> tuple[Document, ...]:
    return csl_json.read(Source("lib.json", json.dumps(value).encode()))


def one(**fields: object) -> Document:
    return read([{"type": "article-journal", "title": "Pumps", **fields}])[0]


def test_an_item_with_all_that_a_paper_has() -> None:
    found = one(
        title='CD8<sup>+</sup> <span class="nocase">Pumps</span>',
        abstract="Words &amp; words.",
        author=[
            {"family": "Berg", "given": "Jan", "non-dropping-particle": "van der"},
            {"literal": "Pump Group"},
            {"family": "King", "given": "Ann", "suffix": "Jr"},
        ],
        issued={"date-parts": [["2020", 8, 3]]},
        page="10-19",
        volume=3,
        DOI="10.1000/A",
        keyword="pump, mouse",
        note="PMID: 7\nPMCID: PMC123",
        **{"container-title": "J Pumps"},
    )
    metadata = found.metadata
    assert (found.id, found.text) == ("PMC123", "CD8⁺ Pumps\n\nWords & words.")
    assert metadata.authors == (
        Author(family="van der Berg", given="Jan"),
        Author(literal="Pump Group"),
        Author(family="King", given="Ann", suffix="Jr"),
    )
    assert (metadata.issued, metadata.pages, metadata.volume) == ("2020-08-03", "10–19", "3")
    assert (metadata.container_title, metadata.keywords, metadata.pmid) == ("J Pumps", ("pump", "mouse"), "7")


def test_crossrefs_answers_are_read() -> None:
    found = one(
        title=["Pumps"],
        abstract="<jats:title>Abstract</jats:title><jats:p>First.</jats:p><jats:p>Second.</jats:p>",
        issued={"date-parts": [[2020]]},
        **{"container-title": ["J Pumps"], "update-to": [{"DOI": "10.1000/P", "type": "retraction"}]},
    )
    assert found.text == "Pumps\n\nFirst.\n\nSecond."
    assert found.metadata.notices == (Notice(NoticeKind.RETRACTION, NoticeRole.NOTICE, doi="10.1000/p"),)
    assert one(**{"updated-by": [{"DOI": "10.1000/r", "type": "correction"}]}).metadata.notices == (
        Notice(NoticeKind.CORRECTION, doi="10.1000/r"),
    )


@pytest.mark.parametrize(
    ("issued", "expected"),
    [
        ({"date-parts": [[1999, 13]]}, "1999"),
        ({"raw": "11 March 2026"}, "2026-03-11"),
        ({"literal": "in press"}, None),
        ({"date-parts": [[None]]}, None),
        ("2020", None),
    ],
)
def test_dates(issued: object, expected: str | None) -> None:
    assert one(issued=issued).metadata.issued == expected


def test_a_list_may_be_wrapped_and_an_item_alone() -> None:
    assert read({"items": [{"type": "book", "title": "A"}]})[0].metadata.article_type == "book"
    assert read({"type": "book", "title": "A", "id": "a1"})[0].id == "lib_a1"


def test_a_faulty_item_is_named_and_the_others_are_read() -> None:
    with pytest.raises(
        PartlyReadable, match=r"2 of 3 records cannot be read \(item 1: it is no JSON object; item 2 \(x\)"
    ):
        read([7, {"type": "book", "id": "x"}, {"type": "book", "title": "A"}])


@pytest.mark.parametrize("data", [b'[{"type": "book", "title": "A"', b'[{"type": "book", "title": "A"}] x'])
def test_broken_json_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"lib.json is not valid JSON \(.*\): export it again"):
        formats.read(Source("lib.json", data))


@pytest.mark.parametrize("value", [{"name": "x", "type": "module"}, [1, 2], [{"type": "book"}], "book"])
def test_other_json_is_not_taken_for_it(value: object) -> None:
    assert not csl_json.sniff(json.dumps(value).encode(), "package.json")
