"""Answers, hits and reports as text for a terminal."""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from index.document import Notice, NoticeRole
from index.query import Expansion
from index.report import Outcome, Report
from qa.answer import Answer, Citation, CitedReference, SearchResult, Status
from qa.screen import PLAIN, Ink, Screen, Tail, printable
from qa.works import notice_words

_MOST_AUTHORS = 3
_MOST_LINES = 20
_MOST_STUDIES = 10
_BAR = 30  # characters


def answer_lines(answer: Answer, screen: Screen = PLAIN, *, brief: bool = False) -> Iterator[str]:
    """The statements with their markers, each over the studies that it rests on; then what each marker cites.

    A statement that a model wrote stands over the sentences that it was made of.

    Where more can be asked for, `brief` leaves out the studies, and gives each marker no more than its place.
    """
    resolved = None if answer.resolved_question == answer.question else answer.resolved_question
    yield from _searched_lines(resolved, answer.expansions, screen)
    if answer.status is Status.ABSTAINED:
        yield from _abstention_lines(answer, screen)
        return
    by_marker = {citation.marker: citation for citation in answer.citations}
    for statement in answer.statements:
        markers = Tail(" ".join(f"[{marker}]" for marker in statement.citations), Ink.MARKER)
        yield from screen.wrapped(statement.text, tail=markers)
        if not statement.verbatim:
            for marker in statement.citations:
                yield from screen.wrapped(f"“{by_marker[marker].quote}”", "  ", ink=Ink.DIM)
        if not brief:
            yield from studies_lines([by_marker[marker] for marker in statement.citations], screen)
        yield ""
    for citation in answer.citations:
        yield from (_brief_citation if brief else citation_lines)(citation, screen)


def _brief_citation(citation: Citation, screen: Screen) -> Iterator[str]:
    document = citation.document
    authors = "".join(document.authors[:1]) + (" et al." if document.authors[1:] else "")
    paper = " ".join(filter(None, (authors or document.title, document.issued and document.issued[:4])))
    marker = f"[{citation.marker}] "
    indent = " " * len(marker)
    yield from screen.wrapped(f"{paper}; {_where(citation)}", marker, indent, lead=Ink.MARKER, ink=Ink.DIM)
    yield from notice_lines(document.notices, indent, screen)


def _abstention_lines(answer: Answer, screen: Screen) -> Iterator[str]:
    yield from screen.wrapped(f"No answer. {answer.reason}", ink=Ink.BOLD)
    for hit in answer.hits[:3]:
        yield from ("", *screen.wrapped(short(hit.passage.text), "  "), *_place(hit.citation, "    ", screen))
        yield from notice_lines(hit.citation.document.notices, "    ", screen)


def hit_lines(result: SearchResult, screen: Screen = PLAIN) -> Iterator[str]:
    """Each hit with its relevance, text and place."""
    yield from _searched_lines(None, result.expansions, screen)
    if not result.hits:
        yield "No passage was found."
    for hit in result.hits:
        relevance = "" if hit.relevance is None else f"relevance {hit.relevance:.2f}, "
        yield screen.inked(f"{hit.rank}.", Ink.MARKER) + f" {relevance}score {hit.score:.3f}"
        yield from (*screen.wrapped(hit.passage.text, "   "), *_place(hit.citation, "   ", screen))
        yield from (*notice_lines(hit.citation.document.notices, "   ", screen), "")


def _searched_lines(resolved: str | None, expansions: Sequence[Expansion], screen: Screen) -> Iterator[str]:
    """What was searched for instead of the question, and beside it."""
    if resolved is not None:
        yield from screen.wrapped(f"Asked as: {resolved}", ink=Ink.DIM)
    if expansions:
        added = ", ".join(f"{one.added} ({one.term})" for one in expansions)
        yield from screen.wrapped(f"Also searched for: {added}", ink=Ink.DIM)
    if resolved is not None or expansions:
        yield ""


def report_lines(report: Report) -> Iterator[str]:
    """What a write did: a line for each document, up to a number that can be read; failures are the caller's."""
    for outcome in Outcome:
        changes = report.of(outcome)
        if outcome is Outcome.FAILED:
            continue
        for change in changes[:_MOST_LINES]:
            yield printable(f"{outcome}: {change.name}  {change.detail}")
        if len(changes) > _MOST_LINES:
            yield f"{outcome}: {len(changes) - _MOST_LINES} more"
    if report.generation is None:
        yield "the index is as it was"


def harvest_lines(report: Report) -> Iterator[str]:
    """What became of the results of a search, in numbers, with what to do about those that failed."""
    counted = Counter(str(change.outcome) for change in report.changes if change.outcome is not Outcome.SKIPPED)
    counted += Counter(f"skipped, {change.detail}" for change in report.of(Outcome.SKIPPED))
    for what, count in counted.most_common():
        yield f"{count} {what}" + (" (try them again with `evqa add --retry`)" if what == Outcome.FAILED else "")


def citation_lines(citation: Citation, screen: Screen = PLAIN) -> Iterator[str]:
    """A marker with its paper and the place of its quote, and an empty line."""
    document = citation.document
    authors = list(document.authors[:_MOST_AUTHORS])
    if len(document.authors) > _MOST_AUTHORS:
        authors.append("et al.")
    parts = [", ".join(authors), document.title, document.container_title, document.issued and document.issued[:4]]
    known = ". ".join(part.rstrip(".") for part in parts if part) + "."
    marker = f"[{citation.marker}] "
    indent = " " * len(marker)
    yield from screen.wrapped(known, marker, indent, lead=Ink.MARKER)
    yield from notice_lines(document.notices, indent, screen)
    yield from (*_place(citation, indent, screen), "")


def full_citation_lines(citation: Citation, paper: str, screen: Screen = PLAIN) -> Iterator[str]:
    """A marker with its paper as `paper` cites it, the quote, its place, and every study it rests on, in full."""
    marker = f"[{citation.marker}] "
    indent = " " * len(marker)
    yield from screen.wrapped(paper, marker, indent, lead=Ink.MARKER)
    yield from notice_lines(citation.document.notices, indent, screen)
    yield from (*screen.wrapped(f"“{citation.quote}”", indent), *_place(citation, indent, screen))
    for study in citation.references:
        yield from study_lines(study, indent, screen, whole=True)


def studies_lines(citations: Sequence[Citation], screen: Screen = PLAIN, indent: str = "  ") -> Iterator[str]:
    """The bibliography entries of what is cited, each once, with the labels that the paper gives them."""
    studies = {(cited.document.id, study.id): study for cited in citations for study in cited.references}
    for study in list(studies.values())[:_MOST_STUDIES]:
        yield from study_lines(study, indent, screen)
    if len(studies) > _MOST_STUDIES:
        yield screen.inked(f"{indent}and on {len(studies) - _MOST_STUDIES} more", Ink.DIM)


def study_lines(study: CitedReference, indent: str, screen: Screen = PLAIN, *, whole: bool = False) -> Iterator[str]:
    """A bibliography entry that a sentence rests on, with its label and address; shortened if it is not to be whole."""
    label = f" {study.label.strip('[]().')}" if study.label else ""
    # Many an entry ends with its address as printed.
    known = not study.url or (study.doi or study.url).lower() in study.text.lower()
    address = None if known or not study.url else Tail(study.url, opens=study.url)
    text = study.text if whole else short(study.text)
    yield from screen.wrapped(f"rests on{label}: {text}", indent, f"{indent}  ", ink=Ink.DIM, tail=address)
    yield from notice_lines(study.notices, f"{indent}  ", screen)


def notice_lines(notices: Sequence[Notice], indent: str, screen: Screen = PLAIN) -> Iterator[str]:
    """What was said against a paper, and which paper it speaks against itself, in lines that stand out."""
    if words := notice_words(notices):
        yield from screen.wrapped(f"*** {words.rstrip('.')} ***", indent, ink=Ink.ALERT)
    for notice in notices:
        if notice.role is NoticeRole.NOTICE:
            kind = notice.kind.replace("_", " ")
            named = (
                notice.doi and f"doi:{notice.doi}",
                notice.pmid and f"PMID {notice.pmid}",
                notice.pmcid,
                notice.text,
            )
            about = next(filter(None, named), "another paper")
            yield from screen.wrapped(f"*** This is itself a notice ({kind}) on {about} ***", indent, ink=Ink.ALERT)


def _place(citation: Citation, indent: str, screen: Screen) -> list[str]:
    """Where a quote stands. Where links can be opened, the paper's address opens it at the quote; else it is whole."""
    address = citation.link or citation.document.url
    shown = address.partition("#")[0] if address and screen.linked else address
    tail = Tail(shown, opens=address) if shown else None
    return screen.wrapped(_where(citation) + (";" if tail else ""), indent, ink=Ink.DIM, tail=tail)


def _where(citation: Citation) -> str:
    where = (
        "a summariser's words, not the paper's" if citation.kind == "summary" else None,
        " › ".join(citation.section),
        f"page {citation.page}" if citation.page is not None else None,
        f"characters {citation.start}–{citation.end} of {citation.document.id}",
    )
    return "; ".join(part for part in where if part)


def short(text: str) -> str:
    """The beginning of a text, where it is long."""
    return textwrap.shorten(text, 300, placeholder=" …")


class ProgressLine:
    """Shows on a terminal how far a build is, in one line; silent in a pipe."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __call__(self, step: str, done: int, total: int | None, what: str = "documents") -> None:
        """See `index.build.Progress`; `what` is counted."""
        if self._shown:
            bar, of = "", ""
            if total:
                filled = _BAR * min(done, total) // total
                bar, of = f"[{'#' * filled}{'.' * (_BAR - filled)}] ", f" of {total}"
            end = "\n" if done == total else ""
            print(f"\r\x1b[K{step}: {bar}{done}{of} {what}", end=end, file=sys.stderr, flush=True)
