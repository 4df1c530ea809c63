from __future__ import annotations

import hashlib
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import (
    Author,
    Block,
    BlockKind,
    Document,
    Metadata,
    Passage,
    ReferenceMark,
    Section,
    Span,
)

TEXT = "Title\n\nResults\n\nUptake\n\nCells take vesicles up.\n\nDiscussion\n\nSo they do."
SECTIONS = (
    Section(7, 47, ("Results",)),
    Section(16, 47, ("Results", "Uptake")),
    Section(49, len(TEXT), ("Discussion",)),
)
METADATA = Metadata(title="Title", source="paper.xml", format="test")


def paper(text: str = TEXT, *, sections: tuple[Section, ...] = SECTIONS) -> Document:
    return Document("paper", METADATA, text, (Block(0, 5, BlockKind.TITLE),), sections)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 3), (4, 3), (-1, 2), (-2, -1)])
@pytest.mark.parametrize(
    "span",
    [
        Span,
        lambda start, end: Block(start, end, BlockKind.TITLE),
        lambda start, end: Section(start, end, ("Results",)),
        lambda start, end: ReferenceMark(start, end, ("r1",)),
    ],
)
def test_a_span_that_holds_nothing_or_starts_before_the_text_is_refused(span, start, end) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=f"{start}:{end}"):
        span(start, end)


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_any_other_span_is_kept(start: int, length: int) -> None:
    span = Span(start, start + length)
    assert (span.start, span.end) == (start, start + length)


def test_values_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Span(0, 1).end = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("offset", "path"),
    [
        (0, ()),
        (6, ()),
        (7, ("Results",)),
        (15, ("Results",)),
        (16, ("Results", "Uptake")),
        (46, ("Results", "Uptake")),
        (47, ()),
        (48, ()),
        (49, ("Discussion",)),
        (len(TEXT) - 1, ("Discussion",)),
        (len(TEXT), ()),
    ],
)
def test_an_offset_stands_in_the_innermost_section_that_holds_it(offset: int, path: tuple[str, ...]) -> None:
    assert paper().section_at(offset) == path


def test_an_outer_section_holds_what_comes_after_its_inner_one() -> None:
    sections = (Section(0, 30, ("A",)), Section(5, 10, ("A", "B")), Section(5, 8, ("A", "B", "C")))
    held = paper(sections=sections)
    assert [held.section_at(offset) for offset in (4, 5, 8, 10, 29, 30)] == [
        ("A",),
        ("A", "B", "C"),
        ("A", "B"),
        ("A",),
        ("A",),
        (),
    ]


def test_the_version_is_the_digest_of_the_text_and_of_nothing_else() -> None:
    held = paper("Größe: 10⁹ 𝔸", sections=())
    assert held.version == f"sha256:{hashlib.sha256('Größe: 10⁹ 𝔸'.encode()).hexdigest()}"
    assert replace(held, id="other", blocks=(), metadata=replace(METADATA, doi="10.1/x")).version == held.version
    assert paper("Größe: 10⁹ 𝔹", sections=()).version != held.version


@pytest.mark.parametrize(
    "annotations",
    [
        {"blocks": (Block(0, 6, BlockKind.TITLE),)},
        {"sections": (Section(0, 6, ("A",)),)},
        {"sentences": (Span(0, 2), Span(3, 6))},
        {"reference_marks": (ReferenceMark(5, 6, ("r1",)),)},
    ],
)
def test_an_annotation_after_the_end_of_the_text_is_refused_by_id(annotations: dict[str, object]) -> None:
    held = Document("PMC1", METADATA, "Title", (Block(0, 5, BlockKind.TITLE),))
    with pytest.raises(ValueError, match="PMC1"):
        replace(held, **annotations)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("identifiers", "page"),
    [
        ({"url": "https://x.org/1", "doi": "10.1/x", "pmcid": "PMC1", "pmid": "1"}, "https://x.org/1"),
        ({"doi": "10.1/x", "pmcid": "PMC1", "pmid": "1"}, "https://doi.org/10.1/x"),
        ({"pmcid": "PMC1", "pmid": "1"}, "https://pmc.ncbi.nlm.nih.gov/articles/PMC1/"),
        ({"pmid": "1"}, "https://pubmed.ncbi.nlm.nih.gov/1/"),
        ({}, None),
    ],
)
def test_the_landing_page_is_the_papers_own_then_that_of_its_best_identifier(
    identifiers: dict[str, str], page: str | None
) -> None:
    assert replace(METADATA, **identifiers).landing_page == page  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("issued", "year"), [("2026", 2026), ("2026-03", 2026), ("1998-03-11", 1998), (None, None), ("", None)]
)
def test_the_year_is_that_of_the_date_of_any_precision(issued: str | None, year: int | None) -> None:
    assert replace(METADATA, issued=issued).year == year


@pytest.mark.parametrize(
    ("author", "name"),
    [
        (Author("Zhao", "Minghong"), "Minghong Zhao"),
        (Author("King", "Martin L.", "Jr."), "Martin L. King Jr."),
        (Author("Plato"), "Plato"),
        (Author(given="Björk"), "Björk"),
        (Author(literal="EV-TRACK Consortium"), "EV-TRACK Consortium"),
        (Author(), ""),
    ],
)
def test_an_authors_name_is_as_printed_on_a_paper(author: Author, name: str) -> None:
    assert author.name == name


def test_a_passage_is_named_by_where_it_stands() -> None:
    passage = Passage("10.1_a", 24, 47, TEXT[24:47], ("Results", "Uptake"), BlockKind.PARAGRAPH)
    assert passage.id == "10.1_a:24-47" and passage.span == Span(24, 47)
    assert TEXT[passage.span.start : passage.span.end] == passage.text


@pytest.mark.parametrize(("start", "end", "text"), [(0, 4, "Title"), (0, 6, "Title"), (5, 0, "Title"), (3, 3, "")])
def test_a_passage_that_does_not_span_its_text_is_refused_by_id(start: int, end: int, text: str) -> None:
    with pytest.raises(ValueError, match=f"PMC1:{start}-{end}"):
        Passage("PMC1", start, end, text, (), BlockKind.PARAGRAPH)
