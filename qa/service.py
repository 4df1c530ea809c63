"""A question to an answer, a query to hits, an id to what it names: every protocol calls this and nothing below it.

Knows nothing of HTTP, terminals or settings.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

import index.document
import index.search
from index.errors import QueryError
from index.generation import Generation
from index.query import Filters, Mode
from index.search import Searcher
from qa.abstain import abstention
from qa.answer import (
    Answer,
    AnswerEvent,
    Citation,
    Hit,
    IndexInfo,
    Passage,
    PassageView,
    Retrieval,
    SearchResult,
    Stated,
    Statement,
    Status,
)
from qa.cite import Cite, citing
from qa.followup import Turn, resolve
from qa.live import LiveIndex
from qa.select import Candidate, candidates, confidence, select

if TYPE_CHECKING:
    from qa.manuscript import ManuscriptReport
    from qa.verification import Claim, Verification

_EXTRACTIVE = "extractive"


class Service:
    """Answers from the index that is live when it is asked; safe to use from several threads at once."""

    def __init__(self, live: LiveIndex) -> None:
        self._live = live

    def index(self) -> IndexInfo:
        """The state of the index that answers now."""
        with self._live.lease() as searcher:
            return _info(searcher.generation)

    def refresh(self) -> None:
        """Serves the generation that is live now.

        Raises:
            StoreError: it cannot be opened; the one before is served on.
        """
        self._live.refresh()

    def search(
        self,
        query: str,
        k: int = 5,
        mode: Mode = Mode.HYBRID,
        filters: Filters | None = None,
        min_relevance: float = 0.0,
    ) -> SearchResult:
        """The best `k` passages whose relevance is at least `min_relevance`.

        Raises:
            QueryError: the query is empty or too long, or `k` out of range.
            UnknownId: a filter names a document that is not in the index.
        """
        began = time.perf_counter()
        with self._live.lease() as searcher:
            if min_relevance > 0 and searcher.generation.calibration is None:
                raise QueryError("min_relevance", "the index has no calibration, and no hit a relevance: leave it out")
            asked = searcher.asked(query)
            hits = searcher.search(asked, k, mode, filters)
            return SearchResult(
                query=query,
                mode=mode,
                expansions=asked.expansions,
                hits=_cited(
                    citing(searcher.generation), [hit for hit in hits if (hit.relevance or 0) >= min_relevance]
                ),
                index=_info(searcher.generation),
                took_ms=_since(began),
            )

    def answer(
        self,
        question: str,
        k: int = 8,
        mode: Mode = Mode.HYBRID,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
    ) -> Answer:
        """Whole sentences of the source, each with its citation; or an abstention.

        With a `history` the question is first made one that stands by itself, and the answer says which.

        Raises:
            QueryError: the question is empty or too long, or `k` out of range.
            UnknownId: a filter names a document that is not in the index.
        """
        *_, answer = self.answer_events(question, k, mode, filters, history)
        assert isinstance(answer, Answer)
        return answer

    def answer_events(
        self,
        question: str,
        k: int = 8,
        mode: Mode = Mode.HYBRID,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
    ) -> Generator[AnswerEvent]:
        """`answer`, step by step: the retrieval, each statement, and last the whole answer; it raises as `answer` does.

        The index that answers stays open until the last event, or until the generator is closed.
        """
        began = time.perf_counter()
        with self._live.lease() as searcher:
            generation = searcher.generation
            resolved = resolve(question, history) if question.strip() else question
            asked = searcher.asked(resolved)
            hits = searcher.search(asked, k, mode, filters)
            cite = citing(generation)
            retrieval = Retrieval(
                hits=_cited(cite, hits),
                index=_info(generation),
                resolved_question=resolved if history else None,
                expansions=asked.expansions,
            )
            yield retrieval
            calibration = generation.calibration
            found = candidates(asked, hits, calibration) if calibration else []
            trust, threshold = confidence(found), calibration.threshold if calibration else None
            reason = abstention(trust, threshold, generation.manifest.counts.passages)
            chosen = [] if reason or threshold is None else select(generation, found, threshold)
            stated = [_stated(_citation(cite, candidate, n)) for n, candidate in enumerate(chosen, 1)]
            yield from stated
            yield Answer(
                question=question,
                status=Status.ABSTAINED if reason else Status.ANSWERED,
                answer=" ".join(f"{one.statement.text} [{one.statement.citations[0]}]" for one in stated),
                confidence=trust,
                statements=tuple(one.statement for one in stated),
                citations=tuple(citation for one in stated for citation in one.citations),
                hits=retrieval.hits,
                generator=_EXTRACTIVE,
                index=retrieval.index,
                took_ms=_since(began),
                reason=reason,
                resolved_question=retrieval.resolved_question,
                expansions=retrieval.expansions,
            )

    def verify(self, claims: Sequence[Claim]) -> tuple[Verification, ...]:
        """Whether, where and on which studies the indexed papers say each of these; see `qa.verify`.

        Raises:
            QueryError: a claim is empty or too long, or there are too many.
            UnknownId: a claim names a document that is not in the index.
        """
        from qa.verify import verify  # a question in the terminal waits for every import

        with self._live.lease() as searcher:
            return verify(claims, searcher)

    def verify_manuscript(self, manuscript: str, document_id: str | None = None) -> ManuscriptReport:
        """Whether what a manuscript quotes stands in the indexed papers; see `qa.manuscript`.

        Raises:
            UnknownId: `document_id`, to which quotations that cite nothing are attributed, is not in the index.
        """
        from qa.manuscript import check_manuscript

        with self._live.lease() as searcher:
            return check_manuscript(manuscript, searcher, document_id)

    def passage(self, passage_id: str) -> PassageView:
        """One passage with its citation and neighbours.

        Raises:
            UnknownId: there is none of that id.
        """
        with self._live.lease() as searcher:
            database = searcher.generation.database
            stored = database.passage(passage_id)
            previous, following = database.neighbours(stored)
            cite = citing(searcher.generation)
            citation = cite(stored.document_row, stored.passage, stored.passage.span, 1)
            return PassageView(
                _sent(stored.passage),
                citation,
                _sent(previous) if previous else None,
                _sent(following) if following else None,
            )

    def lease(self) -> contextlib.AbstractContextManager[Searcher]:
        """The searcher of the live index, for what only reads documents (`qa.catalogue`)."""
        return self._live.lease()


def _citation(cite: Cite, candidate: Candidate, marker: int) -> Citation:
    return cite(candidate.hit.document_row, candidate.hit.passage, candidate, marker)


def _stated(citation: Citation) -> Stated:
    return Stated(Statement(citation.quote, (citation.marker,), verbatim=True), (citation,))


def _cited(cite: Cite, hits: Sequence[index.search.Hit]) -> tuple[Hit, ...]:
    return tuple(
        Hit(
            rank=rank,
            score=hit.score,
            relevance=hit.relevance,
            scores=hit.scores,
            passage=_sent(hit.passage),
            citation=cite(hit.document_row, hit.passage, hit.passage.span, rank),
            also_in=hit.also_in or None,
        )
        for rank, hit in enumerate(hits, 1)
    )


def _sent(passage: index.document.Passage) -> Passage:
    return Passage(
        id=passage.id,
        document_id=passage.document_id,
        text=passage.text,
        start=passage.start,
        end=passage.end,
        section=passage.section,
        kind=passage.kind,
        page=passage.page,
    )


def _info(generation: Generation) -> IndexInfo:
    counts = generation.manifest.counts
    return IndexInfo(generation.name, generation.manifest.encoder.name, counts.passages, counts.documents)


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 3)
