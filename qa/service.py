"""A question to an answer, a query to hits, an id to what it names: every protocol calls this and nothing below it.

Knows nothing of HTTP, terminals or settings.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from index.errors import QueryError
from index.query import Filters, Mode
from index.search import Searcher
from qa.answer import Answer, AnswerEvent, IndexInfo, SearchResult
from qa.answering import answer_events, cited_hits, index_info, sent_passage, since
from qa.cite import citing
from qa.followup import Turn
from qa.live import LiveIndex
from qa.views import PassageView

if TYPE_CHECKING:
    from qa.generate import Writer
    from qa.verification import Claim, ManuscriptReport, Verification


class Service:
    """Answers from the index that is live when it is asked; safe to use from several threads at once.

    Args:
        live: the index.
        writer: writes statements from the passages found; without it, answers are sentences of the papers.
    """

    def __init__(self, live: LiveIndex, writer: Writer | None = None) -> None:
        self._live = live
        self._writer = writer

    def index(self) -> IndexInfo:
        """The state of the index that answers now."""
        with self._live.lease() as searcher:
            return index_info(searcher.generation)

    def failed(self) -> dict[str, str]:
        """Sources that could not be added, by what brings them again, with the reason of each.

        Raises:
            IndexDamaged: the list cannot be read.
        """
        return self._live.failed()

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
                hits=cited_hits(
                    citing(searcher.generation), [hit for hit in hits if (hit.relevance or 0) >= min_relevance]
                ),
                index=index_info(searcher.generation),
                took_ms=since(began),
            )

    def answer(
        self,
        question: str,
        k: int = 8,
        mode: Mode = Mode.HYBRID,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
    ) -> Answer:
        """Statements, each with its citations: whole sentences of the source, or a model's; or an abstention.

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
        with self._live.lease() as searcher:
            yield from answer_events(searcher, self._writer, question, k, mode, filters, history)

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
                sent_passage(stored.passage),
                citation,
                sent_passage(previous) if previous else None,
                sent_passage(following) if following else None,
            )

    def lease(self) -> contextlib.AbstractContextManager[Searcher]:
        """The searcher of the live index, for what only reads documents (`qa.catalogue`)."""
        return self._live.lease()
