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
from index.folding import PUNCTUATION, Folded
from qa.quotes import Quote, Source, agreement, beginnings, cuts, find_equivalent, prepare_quote

# A part has at least so many words, or is a whole sentence: fewer stand in any text by chance.
LEAST_PART_WORDS = 4
# More parts are no quotation.
MOST_PARTS = 12

# A part is looked for by its first words: with one alone, too many places would have to be looked at.
_SEED_WORDS = 2
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
        joints = quote.joints.tolist()
        ends = (place + 1 for place in quote.gaps if joints[place] == 1 or " " in quote.gap(place))
        bounds = [0, *ends, len(quote.key)]
        for start, end in pairwise(bounds):
            word = quote.key[start:end]
            core = word.strip(PUNCTUATION)
            if core:
                start += len(word) - len(word.lstrip(PUNCTUATION))
                self.spans.append((start, start + len(core)))

    def __len__(self) -> int:
        return len(self.spans)


def find_parts(quote: Quote, source: Source) -> list[Span]:
    """Where the parts of a quote stand, in the order of the quote; empty when it is not made of parts of this text."""
    shown = [part for part in _ELLIPSIS.split(quote.text) if part]
    if len(_WORD.findall(quote.text)) < LEAST_PART_WORDS or len(shown) > MOST_PARTS:
        return []
    if len(shown) == 1:
        parts = _parts(_Words(quote.folded), source)
        return _nearest(parts, 0) if len(parts) > 1 else []
    spans: list[Span] = []
    for text in shown:
        found = _shown_part(prepare_quote(text), source, spans[-1].end if spans else 0)
        if not found:
            return []
        spans += found
    return spans


def _shown_part(quote: Quote, source: Source, after: int) -> list[Span]:
    """Where the words between two ellipses stand: in one piece, the next one after `after` first, else in parts."""
    whole = [span for span in find_equivalent(quote, source) if not cuts(source.folded.text, span)]
    if whole:
        return [_next(whole, after)]
    return _nearest(_parts(_Words(quote.folded), source), after)


def _nearest(parts: Sequence[Sequence[_Part]], after: int) -> list[Span]:
    """Of the places where each part stands, the next one after the part before it."""
    spans: list[Span] = []
    for places in parts:
        spans.append(_next([place.span for place in places], spans[-1].end if spans else after))
    return spans


def _next(spans: Sequence[Span], after: int) -> Span:
    return min(spans, key=lambda span: (span.start < after, span.start))


def _parts(words: _Words, source: Source) -> list[list[_Part]]:
    """The longest parts that the quote is made of, in order, each at all places where it stands; empty when it is not.

    Where two parts could be what is left of one sentence, they are taken for that, whatever other places they have.
    """
    parts: list[list[_Part]] = []
    while not parts or parts[-1][0].last < len(words):
        found = _next_part(words, source, parts[-1] if parts else [])
        if not found or len(parts) == MOST_PARTS:
            return []
        if parts and found[0].first < parts[-1][0].last:
            parts[-1] = [_shortened(part, words, found[0].first, source) for part in parts[-1]]
        if parts and not all(_is_apart(one, other, source) for one in parts[-1] for other in found):
            return []
        parts.append(found)
    return parts


def _next_part(words: _Words, source: Source, before: Sequence[_Part]) -> list[_Part]:
    """The part after this one. It may take words back from it, since by chance it may go on as the quote does."""
    end = before[0].last if before else 0
    taken_back = min(LEAST_PART_WORDS, max(0, end - before[0].first - LEAST_PART_WORDS)) if before else 0
    for first in range(end, end - taken_back - 1, -1):
        found = _longest(words, first, source)
        if found and found[0].last > end and _is_long_enough(found[0], source):
            return found
    return []


def _longest(words: _Words, first: int, source: Source) -> list[_Part]:
    """The longest part from a word on, at every place where it stands."""
    if first == len(words):
        return []
    seed = words.spans[first : first + _SEED_WORDS]
    places = beginnings(words.quote, seed[0][0], seed[-1][1], source)
    found = [part for at in places if (part := _part(words, first, len(words), source, at))]
    last = max((part.last for part in found), default=0)
    return [part for part in found if part.last == last]


def _shortened(part: _Part, words: _Words, last: int, source: Source) -> _Part:
    """A part up to an earlier word."""
    start, stop = words.spans[part.first][0], words.spans[last - 1][1]
    end = agreement(words.quote, start, stop, source, part.at).end
    return _Part(part.first, last, part.at, end, _span(source, part.at, end))


def _part(words: _Words, first: int, last: int, source: Source, at: int) -> _Part | None:
    """Words `[first, last)`, or as many of them as stand whole in the source from `at` on."""
    begin = words.spans[first][0]
    reach = begin + agreement(words.quote, begin, words.spans[last - 1][1], source, at).length
    last = bisect_right(words.spans, reach, first, last, key=lambda span: span[1])
    while last > first:
        end = agreement(words.quote, begin, words.spans[last - 1][1], source, at).end
        span = _span(source, at, end)
        if not cuts(source.folded.text, span):
            return _Part(first, last, at, end, span)
        if cuts(source.folded.text, Span(span.start, len(source.folded.text))):
            return None
        last -= 1
    return None


def _span(source: Source, at: int, end: int) -> Span:
    """Offsets of a key's `[at, end)`."""
    return Span(int(source.folded.at[at]), int(source.folded.at[end - 1]) + 1)


def _is_long_enough(part: _Part, source: Source) -> bool:
    if part.last - part.first >= LEAST_PART_WORDS:
        return True
    place = bisect_right(source.sentences, part.span.start, key=lambda sentence: sentence.start) - 1
    if place < 0:
        return False
    sentence = source.sentences[place]
    start, end = source.folded.at.searchsorted([sentence.start, sentence.end]).tolist()
    return not _WORD.search(_unmarked(source, start, part.at) + _unmarked(source, part.end, end))


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
