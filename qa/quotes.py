"""Whether a text holds a quote, word for word, and where: pure matching, no index and no model.

A quote stands in a text exactly, or equivalently: equal but for white space, Unicode form, dashes, quotation marks,
ligatures, a hyphen at a line's end, and reference marks that it leaves out. Keys (`index.folding`) are compared from
each place where the quote may begin, then the gaps between key characters. The work is linear in the text and in the
quote.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.document import Span
from index.folding import Folded, fold, fold_gap, is_same_gap

# So many characters find a place to begin at; a reference mark that is left out among them is allowed for.
_SEED = 12
# From so many places on, it pays to look at all of them at once.
_MANY_PLACES = 64
_WRAPPING = r"""(?:\s|["'“”„‘’‚«»‹›]|\[?(?:…|\.{3,})\]?)+"""
_WRAPPED = re.compile(rf"^{_WRAPPING}|{_WRAPPING}$")
_WORD = re.compile(r"[^\W_]+")
_DECIMAL_POINTS = ".,·"
_MINUS_SIGNS = "-−–"
_CHARGES = "⁺⁻₊₋"


@dataclass(frozen=True, slots=True, eq=False)
class Quote:
    """A quote made ready to be looked for in many texts.

    `text` has no white space at its ends; `bare` is the quote without quotation marks and ellipses around it, None
    where it has none; `words` are its runs of letters and digits, longest first.
    """

    text: str
    folded: Folded
    bare: Folded | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A text to look into: `marks` are its reference marks as half-open spans of its key."""

    folded: Folded
    marks: tuple[tuple[int, int], ...]
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a source says what a quote says: for `length` key characters of the quote, up to `end` of its own key."""

    length: int
    end: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """`length` equal key characters from `at` of the source on, and the text before them, without reference marks."""

    at: int
    length: int
    between: str


def prepare_quote(text: str) -> Quote:
    """Makes a quote ready.

    >>> prepare_quote(" “Exosomes carry micro-RNA.” ").words
    ('Exosomes', 'carry', 'micro', 'RNA')
    """
    text = text.strip()
    bare = _WRAPPED.sub("", text)
    folded = _fold_any(text)
    spaced = "".join(part for piece in _runs(folded) for part in (piece, " "))
    words = sorted(set(_WORD.findall(spaced)), key=lambda word: (-len(word), word))
    return Quote(text, folded, _fold_any(bare) if bare and bare != text else None, tuple(words))


def _fold_any(text: str) -> Folded:
    return fold(unicodedata.normalize("NFC", text))


def _runs(folded: Folded) -> Iterator[str]:
    """The pieces of a key that have no gap inside."""
    start = 0
    for place in folded.gaps:
        yield folded.key[start : place + 1]
        start = place + 1
    yield folded.key[start:]


def prepare_source(folded: Folded, marks: Sequence[Span], sentences: tuple[Span, ...]) -> Source:
    """Makes a text ready, with the annotations that matching needs."""
    starts = folded.at.searchsorted([mark.start for mark in marks]).tolist()
    ends = folded.at.searchsorted([mark.end for mark in marks]).tolist()
    spans = tuple((start, end) for start, end in zip(starts, ends, strict=True) if start < end)
    return Source(folded, spans, sentences)


def may_stand(quote: Quote, folded: Folded) -> bool:
    """False when a text lacks a word of the quote, so that neither the quote nor all its parts can stand there."""
    return bool(quote.words) and all(word in folded.key for word in quote.words)


def find_exact(quote: str, text: str) -> Iterator[Span]:
    """Every place where the quote stands code point for code point, overlapping ones too, in order."""
    return (Span(at, at + len(quote)) for at in _occurrences(quote, text))


def find_equivalent(quote: Quote, source: Source) -> Iterator[Span]:
    """Every place where the source says what the quote says, in order; each span ends at whole characters."""
    found = False
    for folded in (quote.folded, quote.bare):
        if folded is None or found:
            return
        for at in beginnings(folded, 0, len(folded.key), source):
            agreed = agreement(folded, 0, len(folded.key), source, at)
            span = _span(folded, source.folded, at, agreed.end) if agreed.length == len(folded.key) else None
            if span:
                found = True
                yield span


def _occurrences(needle: str, text: str) -> Iterator[int]:
    at = text.find(needle) if needle else -1
    while at >= 0:
        yield at
        at = text.find(needle, at + 1)


def beginnings(quote: Folded, begin: int, stop: int, source: Source) -> list[int]:
    """Places of the source's key where the quote's key `[begin, stop)` may stand, or more than that, in order."""
    seed, key = quote.key[begin : min(stop, begin + _SEED)], source.folded.key
    places = set(_alike(quote, begin, seed, source.folded, list(_occurrences(seed, key))))
    for mark, _ in source.marks:
        before = key[max(0, mark - _SEED) : mark]
        places.update(mark - n for n in range(1, len(seed)) if before.endswith(seed[:n]))
    return sorted(places)


def _alike(quote: Folded, begin: int, seed: str, source: Folded, places: list[int]) -> list[int]:
    """The places with a space between letters or digits where the quote has one, and none where it has none.

    `is_same_gap` says the same and more, but not of thousands of places at once.
    """
    if len(places) < _MANY_PLACES:
        return places
    pairs = [n for n in range(len(seed) - 1) if seed[n].isalnum() and seed[n + 1].isalnum()]
    wanted = {n: gap for n in pairs if (gap := quote.gap(begin + n)) in ("", " ")}
    at = np.array(places, dtype=np.int64)
    joints = source.joints[at[:, np.newaxis] + np.array(list(wanted), dtype=np.int64)]
    alike = (joints == 2) | (joints == [len(gap) for gap in wanted.values()])
    kept: list[int] = at[alike.all(axis=1)].tolist()
    return kept


def agreement(quote: Folded, begin: int, stop: int, source: Source, at: int) -> Agreement:
    """How far the quote's key `[begin, stop)` stands in the source from `at` of its key on, gaps included."""
    place, end = begin, at
    for piece in _pieces(quote.key[begin:stop], source, at):
        if place > begin:
            around = quote.key[place - 1], quote.key[place]
            if not is_same_gap(quote.gap(place - 1), fold_gap(piece.between), *around):
                break
        same = _same_gaps(quote, place, source.folded, piece)
        place, end = place + same, piece.at + same
        if same < piece.length:
            break
    return Agreement(place - begin, end)


def _pieces(wanted: str, source: Source, at: int) -> Iterator[_Piece]:
    """What of a key stands in the source from `at` on; a reference mark is left out where the key differs."""
    folded, key = source.folded, source.folded.key
    place, between = 0, ""
    marks = source.marks[bisect_left(source.marks, at, key=lambda mark: mark[0]) :]
    for start, end in (*marks, (len(key), len(key))):
        same = _common(wanted, place, key, at, start)
        if same:
            yield _Piece(at, same, between + _before(folded, at))
            place, at, between = place + same, at + same, ""
        if at < start or place == len(wanted) or start == len(key):
            return
        between += _before(folded, start)
        rest = wanted[place : place + end - start]
        if key.startswith(rest, start):
            yield _Piece(start, len(rest), between)
            place, between = place + len(rest), ""
        elif place == 0:
            return
        at = end


def _common(wanted: str, place: int, key: str, at: int, stop: int) -> int:
    """How many characters from `wanted[place]` and `key[at]` on are the same, up to `stop` of the key."""
    same, least_different = 0, max(0, min(len(wanted) - place, stop - at)) + 1
    step = least_different - 1
    while least_different - same > 1:
        if key.startswith(wanted[place + same : place + same + step], at + same):
            same += step
        else:
            least_different = same + step
        step = (least_different - same) // 2
    return same


def _before(folded: Folded, at: int) -> str:
    """The text between a key character and the one before it, as it is."""
    return folded.text[folded.at[at - 1] + 1 : folded.at[at]] if at else ""


def _same_gaps(quote: Folded, place: int, source: Folded, piece: _Piece) -> int:
    """How many characters of a piece, which stands at `place` of the quote's key, come before a gap that differs."""
    last = piece.length - 1
    gaps = {gap - place for gap in _within(quote.gaps, place, place + last)}
    gaps.update(gap - piece.at for gap in _within(source.gaps, piece.at, piece.at + last))
    for n in sorted(gaps):
        around = quote.key[place + n], quote.key[place + n + 1]
        if not is_same_gap(quote.gap(place + n), source.gap(piece.at + n), *around):
            return n + 1
    return piece.length


def _within(places: list[int], start: int, end: int) -> list[int]:
    return places[bisect_left(places, start) : bisect_left(places, end)]


def _span(quote: Folded, source: Folded, at: int, end: int) -> Span | None:
    """Offsets of a key's `[at, end)` and the dashes around the quote; None where a character is cut or a dash lacks."""
    text, offsets = source.text, source.at
    is_cut = (at > 0 and offsets[at - 1] == offsets[at]) or (end < len(offsets) and offsets[end] == offsets[end - 1])
    start, stop = int(offsets[at]), int(offsets[end - 1]) + 1
    if is_cut or unicodedata.category(text[stop : stop + 1] or " ").startswith("M"):
        return None
    lead = fold_gap(quote.text[: quote.at[0]]).count("-")
    tail = fold_gap(quote.text[quote.at[-1] + 1 :]).count("-")
    before = _dashes(text, int(offsets[at - 1]) + 1 if at else 0, start)
    after = _dashes(text, stop, int(offsets[end]) if end < len(offsets) else len(text))
    if lead > len(before) or tail > len(after):
        return None
    return Span(before[-lead] if lead else start, after[tail - 1] + 1 if tail else stop)


def _dashes(text: str, start: int, end: int) -> list[int]:
    return [at for at in range(start, end) if fold_gap(text[at]) == "-"]


def cuts(text: str, span: Span) -> bool:
    """Whether a span begins or ends inside a word, a number or a character of the text.

    >>> cuts("by 50%", Span(0, 4)), cuts("by 0.5", Span(5, 6)), cuts("CD8⁺ T", Span(0, 3)), cuts("by 50%", Span(0, 5))
    (True, True, True, False)
    """
    return _is_inside(text, span.start) or _is_inside(text, span.end)


def _is_inside(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return False
    left, right = text[at - 1], text[at]
    if _is_wordlike(left) and _is_wordlike(right):
        return True
    if right.isdigit() and left in _MINUS_SIGNS:
        return at == 1 or not _is_wordlike(text[at - 2])
    if right.isdigit() and left in _DECIMAL_POINTS:
        return text[at - 2 : at - 1].isdigit()
    return left.isdigit() and right in _DECIMAL_POINTS and text[at + 1 : at + 2].isdigit()


def _is_wordlike(character: str) -> bool:
    return character.isalnum() or character in _CHARGES or unicodedata.category(character).startswith("M")
