"""Verdicts on quotes, and on the quotations of a manuscript, as text for a terminal: the verdict first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from qa.screen import PLAIN, Ink, Screen
from qa.terminal import notice_lines, short, study_lines
from qa.verification import ManuscriptReport, Match, Nearest, Verdict, Verification

_MOST_LINES = 20
_MOST_PLACES = 5
_MOST_WORDS = 12
_VERDICTS = {
    Verdict.EXACT: "exact",
    Verdict.EQUIVALENT: "equivalent but for typography",
    Verdict.MISATTRIBUTED: "misattributed, it stands elsewhere",
    Verdict.STITCHED: "stitched from parts",
    Verdict.NOT_FOUND: "not found",
}


def verification_lines(verification: Verification, screen: Screen = PLAIN, line: int | None = None) -> Iterator[str]:
    """The verdict with the quote, then where it stands and on which studies it rests, or what differs."""
    where = "" if line is None else f"line {line}: "
    quote = short(" ".join(verification.quote.split()))
    yield from screen.wrapped(f"{where}{_VERDICTS[verification.verdict]}: “{quote}”", "", "    ", ink=Ink.BOLD)
    if verification.problem:
        yield from screen.wrapped(f"but {verification.problem}", "    ", "      ")
    for match in verification.matches[:_MOST_PLACES]:
        yield from screen.wrapped(_match_place(match), "    ", "      ", ink=Ink.DIM)
        yield from notice_lines(match.document.notices, "      ", screen)
        if verification.verdict is Verdict.STITCHED:
            yield from screen.wrapped(f"part: “{short(match.quote)}”", "      ")
        if match.sentence:
            yield from screen.wrapped(f"in: {short(match.sentence)}", "      ")
        for reference in match.references:
            yield from study_lines(reference, "      ", screen)
    if len(verification.matches) > _MOST_PLACES:
        yield f"    and {len(verification.matches) - _MOST_PLACES} more places"
    if verification.nearest:
        yield from _nearest(verification.nearest, screen)


def manuscript_lines(report: ManuscriptReport, screen: Screen = PLAIN) -> Iterator[str]:
    """How many quotations stand, then each of them, then what was left out."""
    verdicts = Counter(checked.verification.verdict for checked in report.quotations)
    counts = ", ".join(f"{verdicts[one]} {one.replace('_', ' ')}" for one in Verdict if verdicts[one])
    found = len(report.quotations)
    yield f"{found} quotation{'' if found == 1 else 's'}{': ' if counts else ' of three words or more'}{counts}"
    for checked in report.quotations:
        yield ""
        yield from verification_lines(checked.verification, screen, checked.line)
    left_out = [
        f"{report.short} of one or two words" if report.short else "",
        f"longer than can be checked, on lines {_numbers(report.too_long)}" if report.too_long else "",
        f"never closed, on lines {_numbers(report.unclosed)}" if report.unclosed else "",
        f"in the references, from line {report.references} on" if report.references else "",
    ]
    if any(left_out):
        yield from ("", *screen.wrapped(f"left out: {'; '.join(filter(None, left_out))}", "", "    "))


def _nearest(nearest: Nearest, screen: Screen) -> Iterator[str]:
    where = _joined(nearest.document_id, nearest.section, nearest.page, nearest.start, nearest.end)
    yield from screen.wrapped(f"nearest: {where}", "    ", "      ")
    yield from screen.wrapped(f"“{short(nearest.text)}”", "      ")
    sides = (("the quote", nearest.missing), ("the paper", nearest.added))
    differing = [f"{whose} has {_words(words)}" for whose, words in sides if words]
    yield from screen.wrapped(
        "; ".join(differing) or "the words agree: punctuation or spacing differs", "      ", "        "
    )


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{word}”" for word in words[:_MOST_WORDS]) + (" …" if len(words) > _MOST_WORDS else "")


def _match_place(match: Match) -> str:
    place = _joined(match.document.id, match.section, match.page, match.start, match.end)
    whose = "; a summariser's words, not the paper's" if match.kind == "summary" else ""
    return f"{place}{whose}; {match.document.title}"


def _joined(document_id: str, section: tuple[str, ...], page: int | None, start: int, end: int) -> str:
    where = [document_id, " › ".join(section), f"page {page}" if page else "", f"characters {start}–{end}"]
    return "; ".join(part for part in where if part)


def _numbers(lines: tuple[int, ...]) -> str:
    return ", ".join(map(str, lines[:_MOST_LINES])) + (" …" if len(lines) > _MOST_LINES else "")
