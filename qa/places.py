"""What a reader needs to know of a place in a document: its words, section, passage, and the studies it cites."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from index.database import Database
from index.document import Document, Passage, Span
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


@dataclass(frozen=True, slots=True)
class Paper:
    """A document with its row, what a citation says of it, and its passages."""

    row: int
    document: Document
    cited: CitedDocument
    passages: tuple[Passage, ...]


def read_paper(database: Database, document_row: int) -> Paper:
    """All that is known of a document, by its row."""
    record = database.records([document_row])[document_row]
    passages = tuple(stored.passage for stored in database.passages_of(document_row))
    return Paper(document_row, database.document(record.id), cited_document(record), passages)


def matches(database: Database, paper: Paper, spans: Sequence[Span]) -> list[Match]:
    """What stands at each of these spans of a document, in order of start."""
    return [
        Match(
            document=paper.cited,
            passage_id=_passage_id(paper.passages, span),
            start=span.start,
            end=span.end,
            quote=paper.document.text[span.start : span.end],
            section=paper.document.section_at(span.start),
            kind=_kind(paper.document, span),
            references=_references(database, paper, span),
        )
        for span in sorted(spans, key=lambda span: (span.start, span.end))
    ]


def _passage_id(passages: Sequence[Passage], span: Span) -> str | None:
    """The passage that a span begins in, else the first that it reaches."""
    return next((passage.id for passage in passages if passage.end > span.start and passage.start < span.end), None)


def _kind(document: Document, span: Span) -> str:
    place = bisect_right(document.blocks, span.start, key=lambda block: block.start) - 1
    return document.blocks[max(place, 0)].kind


def _references(database: Database, paper: Paper, span: Span) -> tuple[CitedReference, ...]:
    sentences = paper.document.sentences
    around = [sentence for sentence in sentences if sentence.end > span.start and sentence.start < span.end]
    start = min(held.start for held in (span, *around))
    end = max(held.end for held in (span, *around))
    return tuple(map(cited_reference, database.cited(paper.row, start, end)))


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
