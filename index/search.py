"""A query to hits, over one open generation: dense, lexical, and both together.

Hybrid is a linear combination of scores (Bruch, Gai, Ingber 2023, "An analysis of fusion functions for hybrid
retrieval"): BM25, the cosine of the passage, and the cosine of its best sentence. BM25 is the document's, less what the
passage has less than the best passage of that document: the words of a question are spread over an abstract, and still
tell its passages apart. No score depends on what else was found. docs/retrieval.md says how the weights were chosen,
and what else was tried. Where there is a re-ranker, it orders the first candidates anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

import numpy as np

from index.chunk import embedded_text
from index.database import StoredPassage
from index.dense import RowArray, RowMask
from index.document import Passage, Span
from index.encoder import FloatArray, QueryEncoder
from index.errors import QueryError
from index.expansion import Asked, ask
from index.generation import Generation
from index.lexical import Matches
from index.query import MOST_HITS, MOST_QUERY_CHARACTERS, Filters, Mode, Scores
from index.relevance import closeness
from index.repeats import Heard

_CANDIDATES = 100  # of each retriever; the same for every k, so that more hits never reorder the first ones
_READ_AT_ONCE = 250  # passages, when documents are ranked


class Weights(NamedTuple):
    """What the parts of a hybrid score count."""

    lexical: float
    passage: float
    sentence: float


WEIGHTS = Weights(lexical=0.2, passage=0.6, sentence=0.4)


class Reranker(Protocol):
    """What the search needs of a re-ranker."""

    @property
    def candidates(self) -> int:
        """How many passages of a search it scores, whatever `k` is."""

    def scores(self, query: str, texts: Sequence[str]) -> FloatArray:
        """(n,) float32 in the order of `texts`, higher where text and query fit better."""


@dataclass(frozen=True, slots=True)
class Sentence(Span):
    """A sentence of a hit, its row among the sentence vectors, and its cosine with the query."""

    row: int
    cosine: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with score and rank (1-based) for one query.

    `score` is what ranked it in the mode asked for; `relevance` is a calibrated probability in [0, 1], comparable
    between queries and modes, None where the index has no calibration. It grows with `closeness` (see
    `index.relevance`) and falls with `searched`, the number of passages that passed the filters. `coverage` is the
    share of the query's words that the passage and its section titles hold. `sentences` are those that start in the
    passage, in order. `cosine` is the passage's with the query, in every mode. `also_in` are the ids of passages that
    only repeat this one, as far as they were looked at.
    """

    rank: int
    score: float
    relevance: float | None
    closeness: float
    coverage: float
    scores: Scores
    passage: Passage
    document_row: int
    sentences: tuple[Sentence, ...]
    cosine: float
    searched: int
    also_in: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Rows best first, with what was computed of each; NaN where nothing was."""

    rows: RowArray
    scores: FloatArray
    dense: FloatArray
    lexical: FloatArray
    reranker: FloatArray | None = None

    def at(self, places: list[int]) -> _Ranked:
        """Some of the rows, in this order; no score is above the one before it."""
        known = None if self.reranker is None else self.reranker[places]
        scores = np.minimum.accumulate(self.scores[places])
        return _Ranked(self.rows[places], scores, self.dense[places], self.lexical[places], known)

    def parts(self, i: int) -> Scores:
        """What was computed of a row."""
        logit = None if self.reranker is None else _number(self.reranker[i])
        return Scores(_number(self.dense[i]), _number(self.lexical[i]), logit)


@dataclass(frozen=True, slots=True)
class _Vectors:
    """(dim,) of the question as it was asked, and with its short forms written out; both encoded at once.

    A passage is embedded with its title and says what its short forms mean; a sentence by itself does not. Statements
    are chosen by the question as asked: a sentence that defines "EVs" is close to any question with both forms.
    """

    plain: FloatArray
    written_out: FloatArray


class Searcher:
    """Searches one generation; safe to use from several threads at once."""

    def __init__(
        self,
        generation: Generation,
        encoder: QueryEncoder,
        weights: Weights = WEIGHTS,
        reranker: Reranker | None = None,
    ) -> None:
        self.generation = generation
        self._encoder = encoder
        self._reranker = reranker
        self._weights = np.array(weights, dtype=np.float32)

    def search(
        self, query: str | Asked, k: int, mode: Mode = Mode.HYBRID, filters: Filters | None = None
    ) -> tuple[Hit, ...]:
        """The `k` best passages that pass the filters, best first, ties by row; fewer when there are no more.

        One that only repeats a better one is left out, and named in its `also_in`; where there are no others it comes
        last, in its turn.

        Raises:
            QueryError: the query is empty or too long, or `k` is out of range.
            UnknownId: a filter names a document that is not in the index.
        """
        asked = self.asked(query) if isinstance(query, str) else query
        if not 1 <= k <= MOST_HITS:
            raise QueryError("k", f"k is {k}: it must be from 1 to {MOST_HITS}")
        mask = self.generation.database.allowed(filters or Filters())
        vectors = self._vectors(asked)
        ranked, heard, stored = self._heard(asked, vectors, k, mode, mask)
        places = (heard.new + sorted(place for copies in heard.copies.values() for place in copies))[:k]
        searched = self.generation.manifest.counts.passages if mask is None else int(mask.sum())
        hits = self._hits(asked, vectors.plain, ranked.at(places), [stored[place] for place in places], searched)
        copies = [tuple(stored[copy].passage.id for copy in heard.copies.get(place, ())) for place in places]
        return tuple(replace(hit, also_in=ids) if ids else hit for hit, ids in zip(hits, copies, strict=True))

    def asked(self, query: str) -> Asked:
        """The query as it is searched for, with what was added to it; `search` takes it in place of the query.

        Raises:
            QueryError: the query is empty or too long.
        """
        _check(query)
        return ask(query, self.generation.database.definitions)

    def encode(self, text: str) -> FloatArray:
        """The vector of a text, encoded as a query is: (dim,) float32 of unit norm."""
        vector: FloatArray = self._encoder.encode_queries([text])[0]
        return vector

    def rank_documents(self, query: str, k: int, mode: Mode = Mode.HYBRID) -> tuple[tuple[str, float], ...]:
        """Ids and scores of the `k` best documents, each by its best passage, in the order of `search`.

        Lexical ranks only what shares a word with the query. Hybrid ranks like `search` what `search` looks at; where
        that is of fewer than `k` documents, the rest follow by cosine, with scores below the others'.

        Raises:
            QueryError: the query is empty or too long.
        """
        asked = self.asked(query)
        vectors = self._vectors(asked)
        best = self._best_of_documents(asked, vectors, k, mode)
        if mode is Mode.HYBRID and len(best) < k:
            lowest = min(best.values(), default=0.0)
            for id_, cosine in self._best_of_documents(asked, vectors, k, Mode.DENSE).items():
                if len(best) < k:
                    best.setdefault(id_, lowest + cosine - 2.0)
        return tuple(best.items())

    def _vectors(self, asked: Asked) -> _Vectors:
        texts = list(dict.fromkeys((asked.text, asked.written_out)))
        vectors = self._encoder.encode_queries(texts)
        return _Vectors(vectors[0], vectors[-1])

    def _heard(
        self, asked: Asked, vectors: _Vectors, k: int, mode: Mode, mask: RowMask | None
    ) -> tuple[_Ranked, Heard, list[StoredPassage]]:
        """Rows best first, what of their passages is new as far as it takes for `k`, and these passages."""
        heard, passages, depth = Heard(), list[StoredPassage](), k
        while True:
            ranked = self._ranked(asked, vectors, depth, mode, mask)
            unheard = ranked.rows[len(heard) :]
            for start in range(0, len(unheard), k):
                for stored in self.generation.database.passages(unheard[start : start + k]):
                    heard.hear(stored.passage.text)
                    passages.append(stored)
                if len(heard.new) >= k:
                    return ranked, heard, passages
            if len(ranked.rows) < depth or not len(unheard):
                return ranked, heard, passages
            depth = 2 * len(heard)

    def _best_of_documents(self, asked: Asked, vectors: _Vectors, k: int, mode: Mode) -> dict[str, float]:
        """Score of the best passage of each of the `k` best documents, best first, as far as the mode ranks."""
        best: dict[str, float] = {}
        depth = seen = 0
        while len(best) < k and seen == depth:
            depth = max(4 * depth, _READ_AT_ONCE)
            ranked = self._ranked(asked, vectors, depth, mode, None)
            rows, scores = ranked.rows[seen:], ranked.scores[seen:].tolist()
            for start in range(0, len(rows), _READ_AT_ONCE):
                found = self.generation.database.passages(rows[start : start + _READ_AT_ONCE])
                for stored, score in zip(found, scores[start : start + _READ_AT_ONCE], strict=True):
                    if len(best) < k:
                        best.setdefault(stored.passage.document_id, score)
            seen = len(ranked.rows)
        return best

    def _ranked(self, asked: Asked, vectors: _Vectors, k: int, mode: Mode, mask: RowMask | None) -> _Ranked:
        generation = self.generation
        if mode is Mode.DENSE:
            rows, cosines = generation.dense.search(vectors.plain, k, mask)
            return _Ranked(rows, cosines, cosines, np.full_like(cosines, np.nan))
        if mode is Mode.LEXICAL:
            rows, bm25 = generation.lexical.search(asked.text, k, mask, asked.equals)
            return _Ranked(rows, bm25, np.full_like(bm25, np.nan), bm25)
        near, _ = generation.dense.search(vectors.plain, _CANDIDATES, mask)
        matches = generation.lexical.match(asked.text, asked.equals)
        matching, _ = matches.best(_CANDIDATES, mask)
        rows = np.union1d(near, matching)
        dense = generation.dense.cosines(vectors.plain, rows)
        ranges = generation.database.ranges(rows)
        lexical = self._lexical(asked, matches, rows, ranges[:, :3])
        sentence = self._best_sentences(vectors.written_out, ranges[:, 3:], dense)
        fused = self._weights @ np.stack([lexical, dense, sentence])
        order = np.lexsort((rows, -fused))
        fused_order = _Ranked(rows[order], fused[order], dense[order], matches.scores[rows[order]])
        return fused_order if self._reranker is None else self._reranked(asked.text, fused_order, self._reranker)

    def _reranked(self, query: str, ranked: _Ranked, reranker: Reranker) -> _Ranked:
        """The first rows in the order of the re-ranker, with its scores; the others below them, as they were."""
        first, rest = ranked.rows[: reranker.candidates], ranked.scores[reranker.candidates :]
        stored = self.generation.database.passages(first)
        records = self.generation.database.records([one.document_row for one in stored])
        logits = reranker.scores(
            query, [embedded_text(records[one.document_row].metadata.title, one.passage) for one in stored]
        )
        lowest = logits.min(initial=np.inf)
        order = np.concatenate([np.lexsort((first, -logits)), np.arange(len(first), len(ranked.rows))])
        scores = np.concatenate([logits, lowest - 1 + rest - rest.max(initial=-np.inf)])[order]
        known = np.concatenate([logits, np.full_like(rest, np.nan)])[order]
        return _Ranked(ranked.rows[order], scores, ranked.dense[order], ranked.lexical[order], known)

    def _lexical(self, asked: Asked, matches: Matches, rows: RowArray, documents_of: RowArray) -> FloatArray:
        """The document's BM25, less what the passage has less than the best passage of the document."""
        passages = matches.normalised
        documents = self.generation.lexical_documents.match(asked.text, asked.equals).normalised
        return documents[documents_of[:, 0]] + passages[rows] - _largest(passages, documents_of[:, 1:])

    def _best_sentences(self, vector: FloatArray, spans: RowArray, otherwise: FloatArray) -> FloatArray:
        """Cosine of the best sentence of each passage, or of the passage where no sentence starts in it."""
        starts, ends = spans.T
        held = ends > starts
        highest = otherwise.copy()
        if held.any():
            lengths = (ends - starts)[held]
            offsets = np.cumsum(lengths) - lengths
            sentence_rows = np.arange(lengths.sum()) + np.repeat(starts[held] - offsets, lengths)
            cosines = self.generation.sentences.cosines(vector, sentence_rows)
            highest[held] = np.maximum.reduceat(cosines, offsets)
        return highest

    def _hits(
        self, asked: Asked, vector: FloatArray, ranked: _Ranked, records: Sequence[StoredPassage], searched: int
    ) -> tuple[Hit, ...]:
        calibration = self.generation.calibration
        sentences = self._sentences(vector, records)
        cosines = self.generation.dense.cosines(vector, ranked.rows)
        hits = []
        for i, (stored, cosine) in enumerate(zip(records, cosines.tolist(), strict=True)):
            best = max((sentence.cosine for sentence in sentences[i]), default=cosine)
            share = asked.coverage(_with_section(stored.passage))
            close = closeness(best, cosine, share)
            hits.append(
                Hit(
                    rank=i + 1,
                    score=float(ranked.scores[i]),
                    relevance=calibration.relevance(close, searched) if calibration else None,
                    closeness=close,
                    coverage=share,
                    scores=ranked.parts(i),
                    passage=stored.passage,
                    document_row=stored.document_row,
                    sentences=sentences[i],
                    cosine=cosine,
                    searched=searched,
                )
            )
        return tuple(hits)

    def _sentences(self, vector: FloatArray, records: Sequence[StoredPassage]) -> list[tuple[Sentence, ...]]:
        ranges = [range(stored.sentence_start, stored.sentence_end) for stored in records]
        rows = np.array([row for span in ranges for row in span], dtype=np.int64)
        spans = self.generation.database.sentences(rows)
        cosines = dict(zip(rows.tolist(), self.generation.sentences.cosines(vector, rows).tolist(), strict=True))
        return [tuple(Sentence(spans[row].start, spans[row].end, row, cosines[row]) for row in span) for span in ranges]


def _largest(values: FloatArray, spans: RowArray) -> FloatArray:
    """The largest of the values in each span `[start, end)`; (n, 2), none of them empty."""
    # What `reduceat` gives at odd places is of what lies between two spans; a span may end where the values do.
    largest: FloatArray = np.maximum.reduceat(np.append(values, values[:1]), spans.ravel())[::2]
    return largest


def _check(query: str) -> None:
    if not query.strip():
        raise QueryError("query", "the query is empty: ask something")
    if len(query) > MOST_QUERY_CHARACTERS:
        raise QueryError("query", f"the query has {len(query)} characters: at most {MOST_QUERY_CHARACTERS}")
    if any("\ud800" <= character <= "\udfff" for character in query):
        raise QueryError("query", "the query has half of a surrogate pair in it: send whole characters")


def _with_section(passage: Passage) -> str:
    return "\n".join((*passage.section, passage.text))


def _number(score: np.float32) -> float | None:
    return None if np.isnan(score) else float(score)
