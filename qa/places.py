"""What a reader needs to know of a place in a document: its words, section, passage, and the studies it cites."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from index.database import Database
from index.document import Span
from index.search import Hit
from qa.cite import cited_document, cited_reference
from qa.differences import WordComparison
from qa.verification import Match, Nearest


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
            sentence=self._sentence(span),
            references=tuple(map(cited_reference, self._database.cited(self._row, span.start, span.end))),
        )

    def _sentence(self, span: Span) -> str | None:
        held = [sentence for sentence in self._document.sentences if _overlap(sentence, span)]
        start, end = min((s.start for s in held), default=span.start), max((s.end for s in held), default=span.end)
        is_more = start < span.start or span.end < end
        return self._document.text[min(start, span.start) : max(end, span.end)] if is_more else None


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def nearest(database: Database, quote: str, hits: Sequence[Hit]) -> Nearest | None:
    """The sentence of these hits with the most words in common with a quote, or several where these have more.

    Of equals, the first.
    """
    comparison = WordComparison(quote)
    best, closest = -1.0, None
    for hit in hits:
        for sentence in hit.sentences:
            likeness = comparison.likeness(_text(database, hit, sentence), best)
            if likeness > best:
                best, closest = likeness, (hit, sentence)
    if closest is None:
        return None
    hit, sentence = closest
    text = database.text(hit.document_row)
    span = _with_neighbours(database.spans("sentences", hit.document_row), sentence, text, comparison, best)
    unmarked = _unmarked(text, database.spans("reference_marks", hit.document_row), span)
    stated = text[span.start : span.end]
    missing, added = min(map(comparison.difference, (stated, unmarked)), key=lambda words: sum(map(len, words)))
    return Nearest(
        document_id=hit.passage.document_id,
        passage_id=hit.passage.id,
        start=span.start,
        end=span.end,
        text=stated,
        section=hit.passage.section,
        kind=hit.passage.kind,
        missing=missing,
        added=added,
        page=database.page(hit.document_row, span.start),
    )


def _text(database: Database, hit: Hit, sentence: Span) -> str:
    passage = hit.passage
    if passage.start <= sentence.start and sentence.end <= passage.end:
        return passage.text[sentence.start - passage.start : sentence.end - passage.start]
    return database.text(hit.document_row, sentence.start, sentence.end)


def _with_neighbours(
    sentences: Sequence[Span], sentence: Span, text: str, comparison: WordComparison, likeness: float
) -> Span:
    """A sentence with those before and after it, as long as each makes it more like the quote."""
    first = last = bisect_right(sentences, sentence.start, key=lambda one: one.start) - 1
    span = Span(sentence.start, sentence.end)
    while True:
        wider = [Span(sentences[first - 1].start, span.end)] if first else []
        wider += [Span(span.start, sentences[last + 1].end)] if last + 1 < len(sentences) else []
        found = [(comparison.likeness(text[one.start : one.end], likeness), one) for one in wider]
        more, best = max(found, key=lambda pair: pair[0], default=(-1.0, span))
        if more <= likeness:
            return span
        first, last = (first - 1, last) if best.start < span.start else (first, last + 1)
        likeness, span = more, best


def _unmarked(text: str, marks: Sequence[Span], span: Span) -> str:
    """The text of a span without the reference marks that a quote may leave out."""
    kept, start = [], span.start
    for mark in marks:
        if span.start <= mark.start and mark.end <= span.end:
            kept.append(text[start : mark.start])
            start = mark.end
    return "".join((*kept, text[start : span.end]))
