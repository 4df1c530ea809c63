"""From a span of a document to a citation that a reader can check.

The quote is cut from the canonical text by offset, never copied from anywhere else. Selectors follow the W3C Web
Annotation Data Model (2017).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from index.database import Database, Record
from index.document import Passage, Reference, Span
from index.generation import Generation
from qa.answer import Citation, CitedDocument, CitedReference, TextPositionSelector, TextQuoteSelector
from qa.fragments import PublishedText
from qa.links import link

_CONTEXT_CHARACTERS = 32

Cite = Callable[[int, Passage, Span, int], Citation]
"""Cites a span, given the row of its document, a passage of it, the span, and a marker that counts from 1."""


def citing(generation: Generation) -> Cite:
    """How to cite from a generation. Make one for each request: it keeps the texts that it reads."""
    published = cache(lambda row: PublishedText(generation.database.text(row)))

    def cite(document_row: int, passage: Passage, span: Span, marker: int) -> Citation:
        return _citation(generation.database, document_row, passage, span, marker, partial(published, document_row))

    return cite


def _citation(
    database: Database,
    document_row: int,
    passage: Passage,
    span: Span,
    marker: int,
    published: Callable[[], PublishedText],
) -> Citation:
    record = database.records([document_row])[document_row]
    before = min(_CONTEXT_CHARACTERS, span.start)
    around = database.text(document_row, span.start - before, span.end + _CONTEXT_CHARACTERS)
    exact = around[before : before + span.end - span.start]
    page = database.page(document_row, span.start)
    blocks = database.blocks(document_row, span.start, span.end)
    marks = database.marks(document_row, blocks[0].start, blocks[-1].end) if blocks else []
    return Citation(
        marker=marker,
        document=cited_document(record),
        passage_id=passage.id,
        section=passage.section,
        kind=passage.kind,
        quote=exact,
        start=span.start,
        end=span.end,
        version=record.version,
        selector=(
            TextQuoteSelector(exact, around[:before], around[before + len(exact) :]),
            TextPositionSelector(span.start, span.end),
        ),
        link=link(record.metadata.landing_page, published, span, blocks, marks, page),
        page=page,
        references=tuple(map(cited_reference, database.cited(document_row, span.start, span.end))),
    )


def cited_document(record: Record) -> CitedDocument:
    """What a citation says of its paper."""
    metadata = record.metadata
    return CitedDocument(
        id=record.id,
        title=metadata.title,
        authors=tuple(author.name for author in metadata.authors),
        container_title=metadata.container_title,
        issued=metadata.issued,
        doi=metadata.doi,
        pmid=metadata.pmid,
        pmcid=metadata.pmcid,
        url=metadata.landing_page,
        license=metadata.license,
        notices=metadata.notices,
    )


def cited_reference(reference: Reference) -> CitedReference:
    """A bibliography entry with its best address."""
    url = reference.url
    if reference.doi:
        url = f"https://doi.org/{reference.doi}"
    elif reference.pmid:
        url = f"https://pubmed.ncbi.nlm.nih.gov/{reference.pmid}/"
    elif reference.pmcid:
        url = f"https://pmc.ncbi.nlm.nih.gov/articles/{reference.pmcid}/"
    return CitedReference(
        id=reference.id,
        text=reference.text,
        label=reference.label,
        doi=reference.doi,
        pmid=reference.pmid,
        pmcid=reference.pmcid,
        url=url,
        notices=reference.notices,
    )
