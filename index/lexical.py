"""BM25 over passages: the words of a question, found where they stand.

Scores follow Robertson & Zaragoza 2009 ("The Probabilistic Relevance Framework: BM25 and Beyond") with the
idf of Lucene, which is never negative. The part of a score that does not depend on the question is computed
when the index is built, as in BM25S (Lù 2024, arXiv:2407.03618), and read from memory-mapped arrays; the idf
is applied at query time, so that the statistics of several parts could be added up. docs/lexical.md holds the
measurements behind each choice. Knows nothing of documents, vectors or answers.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.arrays import array_damaged, hashes, open_array
from index.terms import tokenise

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

K1 = 1.2
B = 0.75
TITLE_WEIGHT = 3

_SIZES, _TERMS, _STARTS, _ROWS, _WEIGHTS = "sizes.i64", "terms.u64", "starts.i64", "rows.i32", "weights.f32"
_STRETCH = 1024  # scores of which only the largest is looked at first


@dataclass(frozen=True, slots=True)
class Entry:
    """What is indexed of a passage: `title` (of the document, with the section path) counts three times."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Matches:
    """What a query found: `scores` (rows of the index,) BM25, 0 where nothing matches; `idf` of all its terms together.

    `normalised` is BM25 by the square root of that sum. A score is a sum over terms; by its largest possible value a
    long question would match nothing well, and as it is, a short one.
    """

    scores: FloatArray
    idf: float

    @property
    def normalised(self) -> FloatArray:
        """(rows of the index,) of much the same size for short and long questions, rare and common words."""
        return self.scores / np.float32(max(self.idf, 1.0) ** 0.5)

    def best(self, k: int, rows: npt.NDArray[np.bool_] | None = None) -> tuple[IntArray, FloatArray]:
        """See `LexicalIndex.search`."""
        if rows is not None and rows.shape != self.scores.shape:
            raise ValueError(f"rows has the shape {rows.shape}, the index {len(self.scores)} rows")
        return _best(self.scores if rows is None else self.scores * rows, k)


class LexicalIndex:
    """BM25 over the rows of a folder, read-only: opening writes nothing, searches may run in parallel threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._size, terms, postings = open_array(folder / _SIZES, np.int64, 3).tolist()
        self._terms = open_array(folder / _TERMS, np.uint64, terms)  # ascending
        self._starts = open_array(folder / _STARTS, np.int64, terms + 1)  # where each term's postings begin
        self._rows = open_array(folder / _ROWS, np.int32, postings)  # ascending within a term
        self._weights = open_array(folder / _WEIGHTS, np.float32, postings)  # BM25 without its idf

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        """The index in `folder`. Little is read before it is searched, and nothing needs to be closed.

        Raises:
            IndexDamaged: a file is missing or not of the size it must have. Bytes changed in place are found by
                the checksums of the store, not here.
        """
        return cls(folder)

    @staticmethod
    def build(folder: Path, entries: Iterable[Entry]) -> None:
        """Writes the index of `entries` into the existing `folder`; an entry's place is its row.

        The same entries give the same bytes. Takes about 5 GB of memory for a million passages.

        Raises:
            OSError: the folder cannot be written to.
        """
        numbers: dict[str, int] = {}  # of the terms, in order of their first appearance
        terms, counts, distinct, lengths = array("I"), array("f"), array("I"), array("I")
        for entry in entries:
            frequencies = _frequencies(entry)
            terms.extend(numbers.setdefault(token, len(numbers)) for token in frequencies)
            counts.extend(frequencies.values())
            distinct.append(len(frequencies))
            lengths.append(frequencies.total())
        digests = hashes(numbers)
        by_hash = np.argsort(digests)
        place = np.argsort(by_hash).astype(np.int32)[np.asarray(terms)]
        order = np.argsort(place, kind="stable")
        starts = np.concatenate(([0], np.cumsum(np.bincount(place, minlength=len(numbers)))))
        tf = np.asarray(counts)
        weights = tf / (tf + np.repeat(_penalty(np.asarray(lengths)), distinct))
        sizes = np.array([len(lengths), len(numbers), len(order)], dtype=np.int64)
        digests[by_hash].tofile(folder / _TERMS)
        starts.astype(np.int64).tofile(folder / _STARTS)
        np.repeat(np.arange(len(lengths), dtype=np.int32), distinct)[order].tofile(folder / _ROWS)
        weights[order].tofile(folder / _WEIGHTS)
        sizes.tofile(folder / _SIZES)

    def search(
        self,
        query: str,
        k: int,
        rows: npt.NDArray[np.bool_] | None = None,
        equals: Iterable[tuple[str, str]] = (),
    ) -> tuple[IntArray, FloatArray]:
        """The `k` rows with the highest BM25 above 0, best first, ties by row; fewer where fewer match.

        A term counts once, however often the query repeats it. Nothing in a query is an operator.

        Args:
            query: any text.
            k: how many rows.
            rows: (rows of the index,) mask of the rows to choose from; None is all of them.
            equals: forms in the query, each with its other form. A row with all terms of the other form has the form,
                as much as it has that of these terms which it has least, where that is more than what it has of the
                form itself.

        Returns:
            Rows and their scores, both (at most k,).

        Raises:
            ValueError: `rows` is not of the index's size.
            IndexDamaged: a posting names a row that does not exist.
        """
        return self.match(query, equals).best(k, rows)

    def match(self, query: str, equals: Iterable[tuple[str, str]] = ()) -> Matches:
        """BM25 of every row; see `search`.

        Raises:
            IndexDamaged: a posting names a row that does not exist.
        """
        terms = dict.fromkeys(tokenise(query))  # in an order that does not change, since sums of floats depend on it
        begins, ends = self._postings(terms)
        idf = float(self._idf(ends - begins).sum())
        try:
            scores = self._scores(terms)
            for form, other in equals:
                own = [term for term in dict.fromkeys(tokenise(form)) if term in terms]
                others = dict.fromkeys(tokenise(other))
                if own and others:
                    terms = dict.fromkeys(term for term in terms if term not in own)
                    scores += np.maximum(0, self._as_form(own, others) - self._scores(own))
        except IndexError as exc:
            raise array_damaged(self._folder) from exc
        return Matches(scores, idf)

    def counts(self, terms: Sequence[str]) -> IntArray:
        """(n,) how many rows have each of these terms."""
        begins, ends = self._postings(terms)
        return ends - begins

    def _scores(self, terms: Iterable[str]) -> FloatArray:
        """(rows of the index,) BM25 of all the terms."""
        begins, ends = self._postings(terms)
        scores = np.zeros(self._size, dtype=np.float32)
        for begin, end, idf in zip(begins, ends, self._idf(ends - begins), strict=True):
            np.add.at(scores, self._rows[begin:end], idf * self._weights[begin:end])  # 3 times as fast as +=
        return scores

    def _as_form(self, own: Iterable[str], others: Iterable[str]) -> FloatArray:
        """(rows of the index,) what the other form's terms count in place of the form's own, 0 where one is missing.

        No more than they would count themselves: "ALL", a form of "acute lymphoblastic leukaemia", is in every text.
        """
        begins, ends = self._postings(others)
        least = np.full(self._size, np.inf, dtype=np.float32)
        for begin, end in zip(begins, ends, strict=True):
            weights = np.zeros(self._size, dtype=np.float32)
            weights[self._rows[begin:end]] = self._weights[begin:end]
            np.minimum(least, weights, out=least)
        first, last = self._postings(own)
        idf = self._idf(last - first)
        scores: FloatArray = least * idf.sum() * min(1, self._idf(ends - begins).max() / idf.max())
        return scores

    def _postings(self, tokens: Iterable[str]) -> tuple[IntArray, IntArray]:
        """Where the postings of each token begin and end; in one place for a token that no passage has."""
        digests = hashes(tokens)
        first = np.searchsorted(self._terms, digests, side="left")
        return self._starts[first], self._starts[np.searchsorted(self._terms, digests, side="right")]

    def _idf(self, frequencies: IntArray) -> FloatArray:
        idf: FloatArray = np.log1p((self._size - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
        return idf


def _frequencies(entry: Entry) -> Counter[str]:
    frequencies = Counter(tokenise(entry.text))
    for token in tokenise(entry.title):
        frequencies[token] += TITLE_WEIGHT
    return frequencies


def _penalty(lengths: npt.NDArray[np.uint32]) -> FloatArray:
    """`k1 (1 - b + b |d| / avgdl)` of each row, which stands beside tf in `tf / (tf + …)`."""
    mean = max(float(lengths.mean()), 1.0) if len(lengths) else 1.0
    penalty: FloatArray = (K1 * (1 - B + B * lengths / mean)).astype(np.float32)
    return penalty


def _best(scores: FloatArray, k: int) -> tuple[IntArray, FloatArray]:
    """The `k` largest of the scores above 0, best first, ties by place."""
    # k stretches that each hold a score of at least `bound` leave only the scores from there on to be looked at.
    peaks = np.maximum.reduceat(scores, np.arange(0, len(scores), _STRETCH)) if len(scores) else scores
    bound = np.partition(peaks, -k)[-k] if 0 < k <= len(peaks) else np.float32(0)
    candidates = np.flatnonzero(scores >= max(bound, np.finfo(np.float32).tiny))
    if 0 < k < len(candidates):
        last = np.partition(scores[candidates], -k)[-k]
        candidates = candidates[scores[candidates] >= last]  # with all that tie for the last place
    best = candidates[np.argsort(-scores[candidates], kind="stable")[: max(k, 0)]]
    return best, scores[best]
