"""A citation's quote is the document's own text, and what is sent with it finds that text again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import build
from index.database import Record
from index.document import Author, Metadata, Reference, Span
from index.generation import Generation
from index.store import Store
from qa.answer import Citation, CitedDocument, CitedReference
from qa.cite import cited_document, cited_reference, citing
from tests.fakes import markdown, workshop

PAGE = "https://doi.org/10.1/x"
METADATA = Metadata("T", "s", "test", doi="10.1/x")
ENTRIES = {"1": "Able A. A pump in vesicles.", "2": "Baker B. Release of vesicles."}

PAPER = markdown(
    "paper.md",
    "Vesicles 🧬 and cisplatin",
    "## Results",
    "Cells 𝔸 take x̄ vesicles up [2, 1]. They keep a pump [1]; nobody – not one – knows why, “yet”.",
    "Others say that this is wrong & untrue. Drug‑resistant cells, at 10⁹ per µl, die.",
    "## References",
    "1. Able A. A pump in vesicles. J Cells. 2019. doi:10.1000/pump",
    "2. Baker B. Release of vesicles. J Cells. 2020.",
)


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    folder: Path = tmp_path_factory.mktemp("cite")
    build(Store(folder), [PAPER], workshop())
    with Store(folder).open() as opened:
        yield opened


def citation_of(generation: Generation, span: Span, marker: int = 1) -> Citation:
    (stored, *_) = generation.database.passages_of(0)
    return citing(generation)(0, stored.passage, span, marker)


def span_of(generation: Generation, words: str) -> Span:
    start = generation.database.text(0).index(words)
    return Span(start, start + len(words))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_span_is_quoted_from_the_text_and_found_again_by_its_selectors(
    generation: Generation, data: st.DataObject
) -> None:
    text = generation.database.text(0)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    citation = citation_of(generation, Span(start, end), 3)
    by_words, by_position = citation.selector
    assert citation.quote == by_words.exact == text[start:end]
    assert (citation.start, citation.end) == (by_position.start, by_position.end) == (start, end)
    assert by_words.prefix == text[max(0, start - 32) : start] and by_words.suffix == text[end : end + 32]
    assert by_words.prefix + by_words.exact + by_words.suffix in text
    assert citation.marker == 3 and citation.version == generation.database.document("paper").version


def test_a_citation_says_whose_words_they_are_and_where_they_stand(generation: Generation) -> None:
    citation = citation_of(generation, span_of(generation, "Cells 𝔸 take x̄ vesicles up [2, 1]."))
    assert (citation.document.id, citation.document.title) == ("paper", "Vesicles 🧬 and cisplatin")
    assert (citation.section, citation.kind) == (("Results",), "paragraph")
    assert generation.database.passage(citation.passage_id).passage.id == citation.passage_id
    assert (citation.selector[0].type, citation.selector[1].type) == ("TextQuoteSelector", "TextPositionSelector")


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("Cells 𝔸 take x̄ vesicles up [2, 1].", ["2", "1"]),
        ("They keep a pump [1]; nobody – not one – knows why, “yet”.", ["1"]),
        ("vesicles up [2, 1]. They keep a pump [1]", ["2", "1"]),
        ("Cells 𝔸 take x̄ vesicles up", ["2", "1"]),
        ("Others say that this is wrong & untrue.", []),
    ],
)
def test_the_studies_are_those_of_the_sentences_that_the_quote_touches(
    generation: Generation, words: str, ids: list[str]
) -> None:
    citation = citation_of(generation, span_of(generation, words))
    assert [reference.id for reference in citation.references] == ids
    assert all(reference.text.startswith(ENTRIES[reference.id]) for reference in citation.references)


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        (Reference("1", "E", doi="10.1/a", pmid="5", url="https://x.org"), "https://doi.org/10.1/a"),
        (Reference("1", "E", pmid="5", url="https://x.org"), "https://pubmed.ncbi.nlm.nih.gov/5/"),
        (Reference("1", "E", pmcid="PMC7", url="https://x.org"), "https://pmc.ncbi.nlm.nih.gov/articles/PMC7/"),
        (Reference("1", "E", url="https://x.org"), "https://x.org"),
        (Reference("1", "E"), None),
    ],
)
def test_a_study_has_its_best_address(reference: Reference, url: str | None) -> None:
    cited = cited_reference(reference)
    assert cited == CitedReference("1", "E", None, reference.doi, reference.pmid, reference.pmcid, url)


def test_a_cited_document_has_what_the_paper_says_of_itself() -> None:
    metadata = replace(METADATA, authors=(Author("Zhao", "M."), Author(literal="A Group")), issued="2026-03", pmid="7")
    document = cited_document(Record("PMC1", "sha256:0", 5, metadata))
    assert document == CitedDocument("PMC1", "T", ("M. Zhao", "A Group"), None, "2026-03", "10.1/x", "7", None, PAGE)


def test_a_paper_without_a_page_is_cited_without_a_link(generation: Generation) -> None:
    citation = citation_of(generation, Span(0, 5))
    assert citation.link is None and citation.document.url is None
