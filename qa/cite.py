"""From a span of a document to a citation that a reader can check.

The quote is cut from the canonical text by offset, never copied from anywhere else. Selectors follow the W3C Web
Annotation Data Model (2017), links the WICG's URL Fragment Text Directives.
"""

from __future__ import annotations

from urllib.parse import quote as percent_encode

from index.database import Record
from index.document import Metadata, Passage, Reference, Span
from index.generation import Generation
from qa.answer import (
    Citation,
    CitedDocument,
    CitedReference,
    TextPositionSelector,
    TextQuoteSelector,
)

_CONTEXT_CHARACTERS = 32
_LINK_WORDS = 5


def cite(generation: Generation, document_row: int, passage: Passage, span: Span, marker: int) -> Citation:
    """The citation of `span`, which lies in the document of `passage`; `marker` counts from 1."""
    database = generation.database
    record = database.records([document_row])[document_row]
    before = min(_CONTEXT_CHARACTERS, span.start)
    around = database.text(document_row, span.start - before, span.end + _CONTEXT_CHARACTERS)
    exact = around[before : before + span.end - span.start]
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
        link=link(record.metadata, exact),
        page=database.page(document_row, span.start),
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


def link(metadata: Metadata, quote: str) -> str | None:
    """The paper's page, opened at the quote by its first and last words; None when no page is known.

    >>> link(Metadata("T", "s", "jats", doi="10.1/x"), "Exosomes carry RNA.")
    'https://doi.org/10.1/x#:~:text=Exosomes%20carry%20RNA.'
    """
    page = metadata.landing_page
    if page is None:
        return None
    page += ":~:text=" if "#" in page else "#:~:text="
    lines = quote.split("\n")  # a text directive does not cross from one block of the page to the next in one piece
    first, last = lines[0].split(), lines[-1].split()
    if len(lines) == 1 and len(first) <= 2 * _LINK_WORDS:
        return f"{page}{_encoded(first)}"
    return f"{page}{_encoded(first[:_LINK_WORDS])},{_encoded(last[-_LINK_WORDS:])}"


def _encoded(words: list[str]) -> str:
    # "-", "," and "&" have a meaning of their own in a text directive.
    return percent_encode(" ".join(words), safe="").replace("-", "%2D")
