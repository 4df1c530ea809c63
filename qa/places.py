"""What a reader needs to know of a place in a document: its words, section, passage, and the studies it cites."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from index.database import Database
from index.document import Document, Span
from index.search import Hit
from qa.answer import CitedDocument, CitedReference
from qa.cite import cited_document, cited_reference
from qa.differences import WordComparison


@dataclass(frozen=True, slots=True)
class Match:
    """Where a quote, or a part of it, stands: `quote` is the document's own text at `[start, end)`.

    `kind` says whose words they are, as in a citation. `references` are the primary studies cited in the sentences it
    stands in. A heading is in no passage: `passage_id` is then None.
    """

    document: CitedDocument
    passage_id: str | None
    start: int
    end: int
    quote: str
    section: tuple[str, ...]
    kind: str
    page: int | None = None
    references: tuple[CitedReference, ...] = ()


@dataclass(frozen=True, slots=True)
class Nearest:
    """The sentence most like a quote that was not found; words of the quote that it lacks, and words it has besides."""

    document_id: str
    passage_id: str
    start: int
    end: int
    text: str
    section: tuple[str, ...]
    kind: str
    missing: tuple[str, ...]
    added: tuple[str, ...]


class Paper:
    """A document of the index, read once for all the places in it."""

    def __init__(self, database: Database, row: int) -> None:
        record = database.records([row])[row]
        self._database = database
        self._row = row
        self._document = database.document(record.id)
        self._cited = cited_document(record)

    def match(self, span: Span) -> Match:
        """What stands at a span."""
        document = self._document
        block = max(0, bisect_right(document.blocks, span.start, key=lambda block: block.start) - 1)
        return Match(
            document=self._cited,
            passage_id=self._database.passage_id(self._row, span),
            start=span.start,
            end=span.end,
            quote=document.text[span.start : span.end],
            section=document.section_at(span.start),
            kind=document.blocks[block].kind,
            page=document.page_at(span.start),
            references=tuple(map(cited_reference, self._database.cited(self._row, span.start, span.end))),
        )


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def nearest(database: Database, quote: str, hits: Sequence[Hit]) -> Nearest | None:
    """The sentence of these hits with the most words in common with a quote; of equals, the first."""
    comparison = WordComparison(quote)
    best, closest = -1.0, None
    for hit in hits:
        for sentence in hit.sentences:
            text = database.text(hit.document_row, sentence.start, sentence.end)
            likeness = comparison.likeness(text, best)
            if likeness > best:
                best, closest = likeness, (hit.passage, sentence, text)
    if closest is None:
        return None
    passage, sentence, text = closest
    unmarked = _unmarked(database.document(passage.document_id), sentence)
    missing, added = min(map(comparison.difference, (text, unmarked)), key=lambda words: sum(map(len, words)))
    return Nearest(
        document_id=passage.document_id,
        passage_id=passage.id,
        start=sentence.start,
        end=sentence.end,
        text=text,
        section=passage.section,
        kind=passage.kind,
        missing=missing,
        added=added,
    )


def _unmarked(document: Document, span: Span) -> str:
    """The text of a span without the reference marks that a quote may leave out."""
    kept, start = [], span.start
    for mark in document.reference_marks:
        if span.start <= mark.start and mark.end <= span.end:
            kept.append(document.text[start : mark.start])
            start = mark.end
    return "".join((*kept, document.text[start : span.end]))
