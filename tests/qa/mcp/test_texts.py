from __future__ import annotations

import pytest

from index.build import build
from index.database import Database
from index.errors import QueryError, UnknownId
from index.generation import Generation
from index.store import Store
from qa import catalogue
from qa.app import REVIEW, review
from qa.mcp.replies import MOST_CHARACTERS, Plain, size, text_size
from qa.mcp.texts import fetch, passage_text, read_page
from qa.service import Service
from qa.settings import Settings
from tests.fakes import workshop


def pages(generation: Generation, id_: str) -> list[Plain]:
    """All pages of a document, as a client fetches them."""
    found = [fetch(generation, id_)]
    while "next" in found[-1]["metadata"]:
        found.append(fetch(generation, found[-1]["metadata"]["next"]))
    return found


@pytest.mark.parametrize("document_id", ["long", "endless", "astral", "resistance"])
def test_the_pages_of_a_document_are_its_canonical_text(service: Service, document_id: str) -> None:
    with service.lease() as searcher:
        text, version = catalogue.text(searcher.generation, document_id)
        found = pages(searcher.generation, document_id)
        assert "".join(page["text"] for page in found) == text
        for page in found:
            metadata = page["metadata"]
            assert text[metadata["start"] : metadata["end"]] == page["text"]
            assert (metadata["length"], metadata["version"]) == (len(text), version)
            assert size(page) <= MOST_CHARACTERS


def test_a_page_is_as_long_as_fits_and_ends_after_a_paragraph(service: Service) -> None:
    with service.lease() as searcher:
        *full, _ = pages(searcher.generation, "long")
    assert len(full) == 2
    assert all(page["text"].endswith("\n\n") and size(page) > MOST_CHARACTERS * 0.9 for page in full)


def test_the_resource_pages_of_a_document_are_its_canonical_text(service: Service) -> None:
    for document_id in ("long", "endless", "astral"):
        with service.lease() as searcher:
            text, _ = catalogue.text(searcher.generation, document_id)
            read, start = "", 0
            while start < len(text):
                page = read_page(searcher.generation, document_id, start)
                assert text_size(page["text"]) <= MOST_CHARACTERS
                read += page["text"]
                start = page.get("next", len(text))
            assert read == text


def test_a_passage_names_its_paper_place_and_neighbours(service: Service) -> None:
    hit = service.search("blocking the release of vesicles restored the response to cisplatin", 1).hits[0]
    with service.lease() as searcher:
        found = fetch(searcher.generation, hit.passage.id)
    assert (found["id"], found["text"]) == (hit.passage.id, hit.passage.text)
    metadata = found["metadata"]
    assert metadata["document"]["id"] == "resistance" and metadata["section"] == ["Discussion"]
    assert [reference["text"][:6] for reference in metadata["references"]] == ["Able A", "Baker "]
    assert metadata["previous"].startswith("resistance:") and "next" not in metadata
    assert metadata["cite_as"].startswith("Vesicles and cisplatin")


def test_a_passage_that_does_not_fit_goes_on_in_its_document(service: Service) -> None:
    with service.lease() as searcher:
        database: Database = searcher.generation.database
        passage = max(database.passages_of(database.document_row("endless")), key=lambda one: one.passage.end).passage
        text, _ = catalogue.text(searcher.generation, "endless")
        found = fetch(searcher.generation, passage.id)
        end = found["metadata"]["end"]
        assert end < passage.end and found["metadata"]["next"] == f"endless:{end}-"
        assert found["text"] == text[passage.start : end]
        with pytest.raises(QueryError, match="45000"):
            passage_text(searcher.generation, passage.id)


def test_a_paper_of_a_thousand_authors_names_twenty_and_says_so(service: Service) -> None:
    with service.lease() as searcher:
        found = fetch(searcher.generation, "10.1000_many0")
    assert len(found["metadata"]["document"]["authors"]) == 20
    assert found["metadata"]["left_out"] == {"authors": 980}


def test_what_the_authors_did_not_write_is_marked(store: Store) -> None:
    record, _ = review(Settings(offline=True))
    build(store, [record], workshop())
    with store.open() as generation:
        found = fetch(generation, REVIEW)
    parts = [found["text"][span["start"] : span["end"]] for span in found["metadata"]["not_by_the_authors"]]
    assert any(part.startswith("EVs play a key role") for part in parts)
    assert not any("pivotal mediators" in part for part in parts) and "pivotal mediators" in found["text"]


@pytest.mark.parametrize(
    "gone",
    ["gone", "long:0-3", "long:9999999-", "gone:0-", ":5-", ":", "long:", "long:-", "long:1-2-3", "long:٣-"],
)
def test_an_id_that_names_nothing_is_refused_by_name(service: Service, gone: str) -> None:
    with service.lease() as searcher, pytest.raises(UnknownId):
        fetch(searcher.generation, gone)
