"""A quote put together from parts of a text that stand apart, with an ellipsis or without: where each part stands.

Words that the quote drops from the middle of a sentence, without showing it, make it no quotation of that sentence: its
parts must then come from different sentences.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.document import Span
from qa.folding import PUNCTUATION, Folded
from qa.quotes import Quote, Source, agreement, beginnings, cuts, find_equivalent, prepare_quote

# A part has at least so many words, or is a whole sentence: fewer stand in any text by chance.
LEAST_PART_WORDS = 4
# More parts are no quotation.
MOST_PARTS = 12

_ELLIPSIS = re.compile(r"\s*(?:[\[(]\s*(?:…|\.{3,}|\. \. \.)\s*[\])]|…|\.{3,}|\. \. \.)\s*")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Part:
    """Words `[first, last)` of the quote, by number, which stand in the source from `at` of its key on."""

    first: int
    last: int
    at: int
    end: int
    span: Span


class _Words:
    """A quote's words as half-open spans of its key, without the punctuation around them."""

    def __init__(self, quote: Folded) -> None:
        self.quote = quote
        self.spans: list[tuple[int, int]] = []
        places = quote.gaps(0, len(quote.key) - 1).tolist()
        bounds = [0, *(place + 1 for place in places if " " in quote.gap(place)), len(quote.key)]
        for start, end in pairwise(bounds):
            word = quote.key[start:end]
            core = word.strip(PUNCTUATION)
            if core:
                start += len(word) - len(word.lstrip(PUNCTUATION))
                self.spans.append((start, start + len(core)))

    def __len__(self) -> int:
        return len(self.spans)


def find_parts(quote: Quote, source: Source) -> list[Span] | None:
    """Where the parts of a quote stand, in the order of the quote; None when it is not made of parts of this text."""
    shown = [part for part in _ELLIPSIS.split(quote.text) if part]
    if len(shown) == 1:
        parts = _parts(_Words(quote.folded), source)
        return [part.span for part in parts] if parts and len(parts) > 1 else None
    if len(_WORD.findall(quote.text)) < LEAST_PART_WORDS or len(shown) > MOST_PARTS:
        return None
    spans: list[Span] = []
    for text in shown:
        found = _shown_part(prepare_quote(text), source, spans[-1].end if spans else 0)
        if not found:
            return None
        spans += found
    return spans


def _shown_part(quote: Quote, source: Source, after: int) -> list[Span]:
    """Where the words between two ellipses stand: in one piece, the next one after `after` first, else in parts."""
    whole = [span for span in find_equivalent(quote, source) if not cuts(source.folded.text, span)]
    if whole:
        return [min(whole, key=lambda span: (span.start < after, span.start))]
    return [part.span for part in _parts(_Words(quote.folded), source)]


def _parts(words: _Words, source: Source) -> list[_Part]:
    """The longest parts that the quote is made of, one after the other; empty when it is not."""
    parts: list[_Part] = []
    while not parts or parts[-1].last < len(words):
        found = _next_part(words, source, parts)
        if found is None or len(parts) == MOST_PARTS:
            return []
        if parts and found.first < parts[-1].last:
            shorter = _part(words, parts[-1].first, found.first, source, parts[-1].at)
            if shorter is None or shorter.last < found.first:
                return []
            parts[-1] = shorter
        if parts and not _is_apart(parts[-1], found, source):
            return []
        parts.append(found)
    return parts


def _next_part(words: _Words, source: Source, parts: Sequence[_Part]) -> _Part | None:
    """The part after these. It may take words back from the last one, which by chance goes on as the quote does."""
    end = parts[-1].last if parts else 0
    least = parts[-1].first + LEAST_PART_WORDS if parts else 0
    for first in range(end, max(least, end - LEAST_PART_WORDS) - 1, -1):
        found = _longest(words, first, source, parts[-1].span.end if parts else 0)
        if found and found.last > end and _is_long_enough(found, source):
            return found
    return None


def _longest(words: _Words, first: int, source: Source, after: int) -> _Part | None:
    """The longest part from a word on; of equally long ones the next after `after`, so that an omission shows as one."""
    if first == len(words):
        return None
    places = beginnings(words.quote, words.spans[first][0], source)
    found = [part for at in places if (part := _part(words, first, len(words), source, at))]
    return min(found, key=lambda part: (-part.last, part.span.start < after, part.span.start), default=None)


def _part(words: _Words, first: int, last: int, source: Source, at: int) -> _Part | None:
    """Words `[first, last)`, or as many of them as stand whole in the source from `at` on."""
    begin = words.spans[first][0]
    reach = begin + agreement(words.quote, begin, words.spans[last - 1][1], source, at).length
    last = bisect_right(words.spans, reach, first, last, key=lambda span: span[1])
    offsets = source.folded.at
    while last > first:
        end = agreement(words.quote, begin, words.spans[last - 1][1], source, at).end
        span = Span(int(offsets[at]), int(offsets[end - 1]) + 1)
        if not cuts(source.folded.text, span):
            return _Part(first, last, at, end, span)
        if cuts(source.folded.text, Span(span.start, len(source.folded.text))):
            return None
        last -= 1
    return None


def _is_long_enough(part: _Part, source: Source) -> bool:
    if part.last - part.first >= LEAST_PART_WORDS:
        return True
    place = bisect_right(source.sentences, part.span.start, key=lambda sentence: sentence.start) - 1
    if place < 0:
        return False
    sentence, text = source.sentences[place], source.folded.text
    return not _WORD.search(text[sentence.start : part.span.start] + " " + text[part.span.end : sentence.end])


def _is_apart(one: _Part, other: _Part, source: Source) -> bool:
    """Whether words stand between two parts, reference marks aside, and a sentence ends there."""
    if one.end <= other.at and not _WORD.search(_unmarked(source, one.end, other.at)):
        return False
    low, high = sorted((one.span.end - 1, other.span.start))
    return _sentence(low, source) != _sentence(high, source) or "\n" in source.folded.text[low:high]


def _unmarked(source: Source, start: int, end: int) -> str:
    """The key's `[start, end)` without reference marks."""
    kept = []
    for mark_start, mark_end in source.marks[bisect_right(source.marks, start, key=lambda mark: mark[1]) :]:
        if mark_start >= end:
            break
        kept.append(source.folded.key[start:mark_start])
        start = mark_end
    return "".join((*kept, source.folded.key[start:end]))


def _sentence(offset: int, source: Source) -> tuple[int, bool]:
    """The last sentence that begins at or before an offset, and whether it has ended by then."""
    place = bisect_right(source.sentences, offset, key=lambda sentence: sentence.start) - 1
    return place, place >= 0 and source.sentences[place].end <= offset
