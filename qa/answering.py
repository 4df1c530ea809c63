"""How an answer is made, step by step: search, abstain or state, and say what was found."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import index.document
import index.search
from index.expansion import Asked
from index.generation import Generation
from index.query import Filters, Mode
from index.relevance import Calibration
from index.search import Searcher
from index.spelling import respelled
from qa.abstain import abstention
from qa.answer import Answer, AnswerEvent, Citation, Hit, IndexInfo, Passage, Retrieval, Stated, Statement, Status
from qa.cite import Cite, citing
from qa.followup import Turn, resolve
from qa.select import Candidate, candidates, confidence, on_subject, select

if TYPE_CHECKING:
    from qa.generate import Writer

_EXTRACTIVE = "extractive"

Search = Callable[[Asked], Sequence[index.search.Hit]]
"""A search with everything set but what is asked."""


def answer_events(
    searcher: Searcher,
    writer: Writer | None,
    question: str,
    k: int,
    mode: Mode,
    filters: Filters | None,
    history: Sequence[Turn],
) -> Generator[AnswerEvent]:
    """The retrieval, each statement, and last the whole answer; see `Service.answer_events`.

    A `writer` is asked only when there is an answer; where nothing that it writes can stand, the papers' sentences do.
    """
    began = time.perf_counter()
    generation = searcher.generation
    resolved = resolve(question, history) if question.strip() else question
    asked = searcher.asked(resolved)
    search = partial(searcher.search, k=k, mode=mode, filters=filters)
    hits = search(asked)
    cite = citing(generation)
    retrieval = Retrieval(
        hits=cited_hits(cite, hits),
        index=index_info(generation),
        resolved_question=resolved if history else None,
        expansions=asked.expansions,
    )
    yield retrieval
    found, trust, reason = _judged(searcher, asked, hits, search)
    outcome = None
    if writer is not None and reason is None:
        from qa.generate import write  # few have a model, and a question in the terminal waits for every import

        may_answer = {candidate.hit.passage.id for candidate in found}
        outcome = yield from write(writer, searcher, cite, asked, [hit for hit in hits if hit.passage.id in may_answer])
    stated = outcome.stated if outcome else ()
    if not stated and not reason and generation.calibration is not None:
        chosen = select(generation, found, generation.calibration.threshold)
        stated = tuple(_stated(_citation(cite, candidate, n)) for n, candidate in enumerate(chosen, 1))
        yield from stated
    yield Answer(
        question=question,
        status=Status.ABSTAINED if reason else Status.ANSWERED,
        answer=" ".join(map(_marked, stated)),
        confidence=trust,
        statements=tuple(one.statement for one in stated),
        citations=tuple({citation.marker: citation for one in stated for citation in one.citations}.values()),
        hits=retrieval.hits,
        generator=writer.model.name if writer and outcome and outcome.stated else _EXTRACTIVE,
        index=retrieval.index,
        took_ms=since(began),
        reason=reason,
        resolved_question=retrieval.resolved_question,
        expansions=retrieval.expansions,
        dropped=(outcome.dropped or None) if outcome else None,
        degraded=(outcome.failed or not outcome.stated) if outcome else None,
    )


def _judged(
    searcher: Searcher, asked: Asked, hits: Sequence[index.search.Hit], search: Search
) -> tuple[list[Candidate], float, str | None]:
    """The sentences that may answer, the confidence in the best of them, and the reason why none is good enough."""
    generation = searcher.generation
    calibration, passages = generation.calibration, generation.manifest.counts.passages
    held = on_subject(generation, asked, hits)
    found = candidates(asked, held, calibration) if calibration else []
    trust, threshold = confidence(found), calibration.threshold if calibration else None
    reason = abstention(trust, threshold, passages, named=bool(held) or not hits)
    if reason and calibration and (meant := _meant(searcher, asked, search, calibration)):
        reason = f"{reason} Did you mean “{meant}”?"
    return found, trust, reason


def _meant(searcher: Searcher, asked: Asked, search: Search, calibration: Calibration) -> str | None:
    """The question in another spelling, if that one has an answer."""
    generation = searcher.generation
    meant = respelled(asked.text, generation.lexical.counts, generation.words.counts)
    if meant is None:
        return None
    again = searcher.asked(meant)
    held = on_subject(generation, again, search(again))
    return meant if confidence(candidates(again, held, calibration)) >= calibration.threshold else None


def _marked(one: Stated) -> str:
    return " ".join([one.statement.text, *(f"[{marker}]" for marker in one.statement.citations)])


def _citation(cite: Cite, candidate: Candidate, marker: int) -> Citation:
    return cite(candidate.hit.document_row, candidate.hit.passage, candidate, marker)


def _stated(citation: Citation) -> Stated:
    return Stated(Statement(citation.quote, (citation.marker,), verbatim=True), (citation,))


def cited_hits(cite: Cite, hits: Sequence[index.search.Hit]) -> tuple[Hit, ...]:
    """Hits as they are sent, ranked from 1, each with its citation."""
    return tuple(
        Hit(
            rank=rank,
            score=hit.score,
            relevance=hit.relevance,
            scores=hit.scores,
            passage=sent_passage(hit.passage),
            citation=cite(hit.document_row, hit.passage, hit.passage.span, rank),
            also_in=hit.also_in or None,
        )
        for rank, hit in enumerate(hits, 1)
    )


def sent_passage(passage: index.document.Passage) -> Passage:
    """A passage as it is sent."""
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


def index_info(generation: Generation) -> IndexInfo:
    """Which state of the index answers."""
    counts = generation.manifest.counts
    return IndexInfo(generation.name, generation.manifest.encoder.name, counts.passages, counts.documents)


def since(began: float) -> float:
    """Milliseconds since a moment of the performance counter."""
    return round((time.perf_counter() - began) * 1000, 3)
