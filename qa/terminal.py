"""Answers, hits and reports as text for a terminal."""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from index.document import Notice, NoticeRole
from index.query import Expansion
from index.report import Outcome, Report
from qa.answer import Answer, Citation, CitedReference, IndexView, SearchResult, Status
from qa.works import notice_words

_WIDTH = 100
_MOST_AUTHORS = 3
_MOST_LINES = 20
_MOST_STUDIES = 10
_BAR = 30  # characters


def answer_lines(answer: Answer) -> Iterator[str]:
    """The statements with their markers, each over the studies that it rests on; then what each marker cites."""
    yield from _expansion_lines(answer.expansions)
    if answer.status is Status.ABSTAINED:
        yield f"No answer. {answer.reason}"
        for hit in answer.hits[:3]:
            yield from ("", *wrapped(short(hit.passage.text), "  "), *wrapped(_place(hit.citation), "    "))
            yield from notice_lines(hit.citation.document.notices, "    ")
        return
    by_marker = {citation.marker: citation for citation in answer.citations}
    for statement in answer.statements:
        markers = "".join(f" [{marker}]" for marker in statement.citations)
        cited = [by_marker[marker] for marker in statement.citations]
        yield from (*wrapped(statement.text + markers, ""), *_studies(cited), "")
    for citation in answer.citations:
        yield from _citation(citation)


def hit_lines(result: SearchResult) -> Iterator[str]:
    """Each hit with its relevance, text and place."""
    yield from _expansion_lines(result.expansions)
    if not result.hits:
        yield "No passage was found."
    for hit in result.hits:
        relevance = "" if hit.relevance is None else f"relevance {hit.relevance:.2f}, "
        yield f"{hit.rank}. {relevance}score {hit.score:.3f}"
        yield from (*wrapped(hit.passage.text, "   "), *wrapped(_place(hit.citation), "   "))
        yield from (*notice_lines(hit.citation.document.notices, "   "), "")


def _expansion_lines(expansions: Sequence[Expansion]) -> Iterator[str]:
    if expansions:
        yield "Also searched for: " + ", ".join(f"{one.added} ({one.term})" for one in expansions)
        yield ""


def report_lines(report: Report) -> Iterator[str]:
    """What a write did: a line for each document, up to a number that can be read; failures are the caller's."""
    for outcome in Outcome:
        changes = report.of(outcome)
        if outcome is Outcome.FAILED:
            continue
        for change in changes[:_MOST_LINES]:
            yield f"{outcome}: {change.name}  {change.detail}"
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


def index_lines(view: IndexView) -> Iterator[str]:
    """Counts, documents and failures."""
    counts = view.counts
    yield f"generation {view.generation}, made {view.made_at} by {view.made_by}"
    yield f"encoder {view.encoder}, passages of at most {view.passage_tokens} tokens"
    yield f"{counts.documents} documents, {counts.passages} passages, {counts.sentences} sentences"
    for document in view.documents:
        yield f"  {document.id}  {short(document.title)} ({document.counts.passages} passages)"
        yield from notice_lines(document.notices, "    ")
    if counts.documents > len(view.documents):
        yield f"  and {counts.documents - len(view.documents)} more"
    for name, reason in view.failed.items():
        yield f"failed: {name}: {reason}"


def _citation(citation: Citation) -> Iterator[str]:
    document = citation.document
    authors = list(document.authors[:_MOST_AUTHORS])
    if len(document.authors) > _MOST_AUTHORS:
        authors.append("et al.")
    parts = [", ".join(authors), document.title, document.container_title, document.issued and document.issued[:4]]
    marker = f"[{citation.marker}] "
    yield from wrapped(marker + ". ".join(part.rstrip(".") for part in parts if part) + ".", "", " " * len(marker))
    yield from notice_lines(document.notices, " " * len(marker))
    yield from wrapped(_place(citation), " " * len(marker))
    yield ""


def _studies(citations: Sequence[Citation]) -> Iterator[str]:
    """The bibliography entries of what is cited, each once, with the labels that the paper gives them."""
    studies = {(cited.document.id, study.id): study for cited in citations for study in cited.references}
    for study in list(studies.values())[:_MOST_STUDIES]:
        yield from study_lines(study, "  ")
    if len(studies) > _MOST_STUDIES:
        yield f"  and on {len(studies) - _MOST_STUDIES} more"


def study_lines(study: CitedReference, indent: str) -> Iterator[str]:
    """A bibliography entry that a sentence rests on, with its label and address."""
    label = f" {study.label.strip('[]().')}" if study.label else ""
    # Many an entry ends with its address as printed.
    known = not study.url or (study.doi or study.url).lower() in study.text.lower()
    address = "" if known else f" {study.url}"
    yield from wrapped(f"rests on{label}: {short(study.text)}{address}", indent, f"{indent}  ")
    yield from notice_lines(study.notices, f"{indent}  ")


def notice_lines(notices: Sequence[Notice], indent: str) -> Iterator[str]:
    """What was said against a paper, and which paper it speaks against itself, in lines that stand out."""
    if words := notice_words(notices):
        yield from wrapped(f"*** {words.rstrip('.')} ***", indent)
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
            yield from wrapped(f"*** This is itself a notice ({kind}) on {about} ***", indent)


def _place(citation: Citation) -> str:
    where = (
        "a summariser's words, not the paper's" if citation.kind == "summary" else None,
        " › ".join(citation.section),
        f"page {citation.page}" if citation.page is not None else None,
        f"characters {citation.start}–{citation.end} of {citation.document.id}",
        citation.link or citation.document.url,
    )
    return "; ".join(part for part in where if part)


def short(text: str) -> str:
    """The beginning of a text, where it is long."""
    return textwrap.shorten(text, 300, placeholder=" …")


def wrapped(text: str, first: str, rest: str | None = None) -> list[str]:
    """A text as lines that begin with `first`, those after the first with `rest` where it is given."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


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
