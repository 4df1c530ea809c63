"""Which documents can hold a quote: every word of their texts, headings and notes included.

`index.lexical` ranks; here nothing may be missed. Words are runs of letters or of digits of the folded text
(`index.folding`), so that two texts that differ by typography alone have the same words. Where a text may be read in
two ways it has the words of both: with its reference marks and without, and a word broken at a line's end as one word
and as two. A quote may begin and end inside a word. Knows nothing of verdicts.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.arrays import hashes, open_array
from index.document import Span
from index.folding import SOFT_BREAK, fold_character, fold_gap

RowArray = npt.NDArray[np.int32]

_SIZES, _WORDS, _STARTS, _ROWS = "sizes.i64", "words.u64", "starts.i64", "rows.i32"
_LETTERS, _OFFSETS = "letters.utf8", "offsets.i64"

_WORD = re.compile(r"[^\W\d_]+|\d+")
# Tried at the beginning of a word alone, and never shorter: a word of n letters costs n steps, not n².
_BROKEN = re.compile(r"(?<![^\W\d_])[^\W\d_]++(?:-\s+[^\W\d_]++)+")
_BREAK = re.compile(r"-\s+")
_MOST_BREAKS = 3  # in one word: a word of more lines than that is none
_TYPOGRAPHIC = re.compile(r"[^\x00-\x7f]")

# So few documents are looked into sooner than words that the quote may have cut are looked for in the vocabulary.
_FEW = 8
# A run of letters that so many words have in them tells nothing.
_MOST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of letters or of digits in a quote; at an end that is open it may be part of a longer word of a text."""

    text: str
    starts_open: bool = False
    ends_open: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether a text must have it as a word of its own."""
        return not (self.starts_open or self.ends_open)


def pieces(quote: str) -> list[Piece]:
    """What of a quote a text must have if the quote stands there, in one part or in several.

    >>> [piece.text for piece in pieces("esicles carry micro-RNA of ves-\\nicles, PD‑L1")]
    ['esicles', 'carry', 'micro', 'RNA', 'of', 'PD', 'L', '1']
    """
    plain = _plain(unicodedata.normalize("NFC", quote))
    words = list(_WORD.finditer(plain))
    broken = [broken.span() for broken in _BROKEN.finditer(plain)]
    return [
        Piece(word[0], starts_open=word is words[0], ends_open=word is words[-1])
        for word in words
        if not any(start <= word.start() < end for start, end in broken)
    ]


def words_of(text: str, marks: Sequence[Span] = ()) -> set[str]:
    """All words of a text, however it is read.

    >>> sorted(words_of("CD8⁺ ves- icles"))
    ['8', 'CD', 'icles', 'ves', 'vesicles']
    """
    found: set[str] = set()
    for reading in {text, _unmarked(text, marks)}:
        plain = _plain(reading)
        found.update(_WORD.findall(plain))
        for broken in _BROKEN.findall(plain):
            parts = _BREAK.split(broken)
            for first in range(len(parts)):
                found.update("".join(parts[first:end]) for end in range(first + 2, first + _MOST_BREAKS + 2))
    return found


def _unmarked(text: str, marks: Sequence[Span]) -> str:
    bounds = [0, *(bound for mark in marks for bound in (mark.start, mark.end)), len(text)]
    return "".join(text[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True))


def _plain(text: str) -> str:
    return _TYPOGRAPHIC.sub(lambda found: _form(found[0]), SOFT_BREAK.sub("-", text))


@lru_cache(maxsize=2**12)
def _form(character: str) -> str:
    """What a character is in a word; a superscript is in none, since it may be a reference mark that a quote omits."""
    if unicodedata.decomposition(character).startswith(("<super>", "<sub>")):
        return "."
    form = fold_character(character)
    if not form:
        return fold_gap(character)
    return form if all(part.isalpha() or part.isdecimal() for part in form) else "."


class WordWriter:
    """Collects the words of documents, in the order of their rows, and writes the index of them."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}  # of the words, in order of their first appearance
        self._words = array("I")
        self._distinct = array("I")

    def add(self, text: str, marks: Sequence[Span]) -> None:
        """Adds the next document."""
        words = words_of(text, marks)
        self._words.extend(self._numbers.setdefault(word, len(self._numbers)) for word in words)
        self._distinct.append(len(words))

    def write(self, folder: Path) -> None:
        """Writes the index into an existing folder; the same documents give the same bytes.

        Raises:
            OSError: the folder cannot be written to.
        """
        numbers = hashes(self._numbers)
        order = np.argsort(numbers)
        place = np.argsort(order)
        words = place[np.asarray(self._words)] if self._words else place
        rows = np.repeat(np.arange(len(self._distinct), dtype=np.int32), np.asarray(self._distinct, dtype=np.int64))
        starts = np.concatenate(([0], np.cumsum(np.bincount(words, minlength=len(order))))).astype(np.int64)
        known = list(self._numbers)
        encoded = [known[number].encode() for number in order.tolist()]
        letters = b"\n".join([b"", *encoded, b""])
        numbers[order].tofile(folder / _WORDS)
        starts.tofile(folder / _STARTS)
        rows[np.argsort(words, kind="stable")].tofile(folder / _ROWS)
        (folder / _LETTERS).write_bytes(letters)
        np.cumsum([1, *(len(word) + 1 for word in encoded)], dtype=np.int64).tofile(folder / _OFFSETS)
        np.array([len(self._distinct), len(order), len(rows), len(letters)], dtype=np.int64).tofile(folder / _SIZES)


class WordIndex:
    """The words of all documents, by document row, read-only; safe to use from several threads at once."""

    def __init__(self, folder: Path) -> None:
        """Opens the index in `folder`; little is read before it is asked.

        Raises:
            IndexDamaged: a file is missing or not of the size it must have.
        """
        self._size, words, postings, length = open_array(folder / _SIZES, np.int64, 4).tolist()
        self._words = open_array(folder / _WORDS, np.uint64, words)  # ascending
        self._starts = open_array(folder / _STARTS, np.int64, words + 1)  # where each word's rows begin
        self._rows = open_array(folder / _ROWS, np.int32, postings)  # ascending within a word
        self._letters = open_array(folder / _LETTERS, np.uint8, length)  # the words, a line end around each
        self._offsets = open_array(folder / _OFFSETS, np.int64, words + 1)  # where each word's letters begin

    @cached_property
    def _vocabulary(self) -> bytes:
        return self._letters.tobytes()

    def documents(self, quote: str) -> RowArray:
        """Rows of the documents that have every piece of the quote, ascending: none is missing that holds it.

        It holds it in one part, or in parts of whole words. A quote without letters and digits may stand in any.
        """
        wanted = pieces(quote)
        held = self._held([piece.text for piece in wanted if piece.is_whole])
        rows: RowArray = held[0] if held else np.arange(self._size, dtype=np.int32)
        for others in held[1:]:
            rows = _common(rows, others)
        for piece in wanted:
            if not piece.is_whole and len(rows) > _FEW:
                longer = list(self._longer(piece))
                if len(longer) <= _MOST_WORDS:
                    held = [self._rows[self._starts[word] : self._starts[word + 1]] for word in longer]
                    rows = _common(rows, np.unique(np.concatenate([rows[:0], *held])))
        return rows

    def counts(self, words: Sequence[str]) -> npt.NDArray[np.int64]:
        """(n,) how many documents have each of these words, as it is written."""
        first, last = self._spans(words)
        counts: npt.NDArray[np.int64] = self._starts[last] - self._starts[first]
        return counts

    def _spans(self, words: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Between which of the words each stands; both the same for a word that there is not."""
        wanted = hashes(words)
        return np.searchsorted(self._words, wanted, side="left"), np.searchsorted(self._words, wanted, side="right")

    def _held(self, words: Sequence[str]) -> list[RowArray]:
        """Rows of the documents that have each of these words, the rarest first."""
        first, last = self._spans(words)
        spans = zip(self._starts[first].tolist(), self._starts[last].tolist(), strict=True)
        return sorted((self._rows[begin:end] for begin, end in spans), key=len)

    def _longer(self, piece: Piece) -> Iterator[int]:
        """Numbers of the words that a piece may be part of, or more than `_MOST_WORDS` of them."""
        needle = b"\n" * (not piece.starts_open) + piece.text.encode() + b"\n" * (not piece.ends_open)
        at, seen = self._vocabulary.find(needle), 0
        while at >= 0 and seen <= _MOST_WORDS:
            number = int(np.searchsorted(self._offsets, at + (not piece.starts_open), side="right")) - 1
            yield number
            at, seen = self._vocabulary.find(needle, int(self._offsets[number + 1]) - 1), seen + 1


def _common(rows: RowArray, held: RowArray) -> RowArray:
    """What two ascending arrays share; the first is the shorter, or not much longer."""
    places = np.searchsorted(held, rows)
    places[places == len(held)] = 0
    return rows[held[places] == rows] if len(held) else rows[:0]
