"""Does a paper say this, where, and on which studies does it rest?

Matching is in `qa.quotes` and `qa.stitches`; here what they find becomes a verdict. A named document is looked into
first. Where it does not hold the quote, every document of the index that has all the quote's words is looked into
(`index.words`): none that holds the quote as it is is passed over, however many there are. Of those that may hold it
with other typography, or in parts, `MOST_FOLDED` are looked into, and a verdict that rests on fewer than all says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.database import Database, Record
from index.document import Span
from index.errors import QueryError
from index.folding import fold
from index.query import Filters
from index.search import Hit, Searcher
from qa.places import Paper, nearest
from qa.quotes import cuts, find_equivalent, find_exact, may_stand, prepare_quote, prepare_source
from qa.stitches import find_parts
from qa.verification import (
    MOST_CLAIMS,
    MOST_MATCHES,
    MOST_QUOTE_CHARACTERS,
    Claim,
    Match,
    Verdict,
    Verification,
)

# Only a quote of a few very common words has more documents where it may stand.
MOST_FOLDED = 500

_NEAREST_PASSAGES = 5


@dataclass(frozen=True, slots=True)
class _Finding:
    """How a quote stands in one document, exact, equivalent or stitched; `cut` are those spans that cut a word."""

    verdict: Verdict
    spans: tuple[Span, ...]
    cut: frozenset[Span]


class _Case:
    """A claim while it is looked into; findings, and the spans that the verdict rests on, are by document row."""

    def __init__(self, claim: Claim, database: Database) -> None:
        self.claim = claim
        self.quote = prepare_quote(claim.quote)
        self.row = None if claim.document_id is None else database.document_row(claim.document_id)
        self.findings: dict[int, _Finding] = {}
        self.verdict = Verdict.NOT_FOUND
        self.spans: dict[int, tuple[Span, ...]] = {}
        self.problems: list[str] = []
        self.passed_over = 0
        self.matches: list[Match] = []

    def keep(self, row: int, verdict: Verdict, spans: Iterable[Span], text: str) -> None:
        """Keeps the first spans of those found in a document, and the one that the claim names."""
        kept: list[Span] = []
        for span in spans:
            if len(kept) < MOST_MATCHES or (self.claim.names_place and self.claim.is_at(span)):
                kept.append(span)
            elif not self.claim.names_place:
                break
        if kept:
            self.findings[row] = _Finding(verdict, tuple(kept), frozenset(span for span in kept if cuts(text, span)))

    def nearer(self, rows: Sequence[int]) -> Sequence[int]:
        """As many of these documents as can be looked into for more than the quote as it is."""
        self.passed_over = max(0, len(rows) - MOST_FOLDED)
        return rows[:MOST_FOLDED]

    @property
    def is_found(self) -> bool:
        """Whether the quote stands somewhere in one piece."""
        return any(found.verdict is not Verdict.STITCHED for found in self.findings.values())

    @property
    def is_full(self) -> bool:
        """Whether there are matches enough."""
        return sum(len(found.spans) for found in self.findings.values()) >= MOST_MATCHES

    def judge(self) -> None:
        """Comes to the verdict, and chooses the spans to show."""
        self.verdict, self.spans = self._verdict()
        if self.claim.names_place and self.verdict in (Verdict.EXACT, Verdict.EQUIVALENT):
            named = {row: tuple(filter(self.claim.is_at, spans)) for row, spans in self.spans.items()}
            if any(named.values()):
                self.spans = {row: spans for row, spans in named.items() if spans}
            else:
                self.problems.append(_place_problem(self.claim, self.spans))
        if self.passed_over and not self.is_found:
            self.problems.append(
                f"the quote's words stand in {self.passed_over + MOST_FOLDED} documents, of which {MOST_FOLDED} were "
                "looked into for it with other typography: quote more, or name the document"
            )
        whole = [span for row in self.spans for span in self.spans[row] if span not in self.findings[row].cut]
        if self.spans and not whole and self.verdict is not Verdict.STITCHED:
            self.problems.append("the quote begins or ends inside a word or number of the text")

    def _verdict(self) -> tuple[Verdict, dict[int, tuple[Span, ...]]]:
        whole = {row: found for row, found in self.findings.items() if found.verdict is not Verdict.STITCHED}
        if self.row is not None and self.row in whole:
            return whole[self.row].verdict, {self.row: whole[self.row].spans}
        best = Verdict.EXACT if any(found.verdict is Verdict.EXACT for found in whole.values()) else Verdict.EQUIVALENT
        spans = {row: found.spans for row, found in whole.items() if found.verdict is best}
        if spans:
            return (best if self.row is None else Verdict.MISATTRIBUTED), spans
        stitched = [row for row in self.findings if self.row in (None, row)]
        if not stitched:
            return Verdict.NOT_FOUND, {}
        row = min(stitched, key=lambda row: len(self.findings[row].spans))
        return Verdict.STITCHED, {row: self.findings[row].spans}


def verify(claims: Sequence[Claim], searcher: Searcher) -> tuple[Verification, ...]:
    """What becomes of each claim, in order.

    Raises:
        QueryError: there are more than `MOST_CLAIMS`; a quote is empty or longer than `MOST_QUOTE_CHARACTERS`; the
            offsets are no span.
        UnknownId: a claim names a document that is not in the index.
    """
    if len(claims) > MOST_CLAIMS:
        raise QueryError("quotes", f"there are {len(claims)} quotes: at most {MOST_CLAIMS}")
    for number, claim in enumerate(claims):
        _check(claim, f"quotes.{number}")
    database = searcher.generation.database
    cases = [_Case(claim, database) for claim in claims]
    _look(database, [(case, [case.row]) for case in cases if case.row is not None])
    words = searcher.generation.words
    _look(database, [(case, words.documents(case.claim.quote).tolist()) for case in cases if not case.is_found])
    for case in cases:
        case.judge()
    for row, showing in _by_row([(case, list(case.spans)) for case in cases]):
        paper = Paper(database, row)
        for case in showing:
            case.matches += map(paper.match, case.spans[row])
    return tuple(_verification(case, searcher) for case in cases)


def _check(claim: Claim, place: str) -> None:
    length = len(claim.quote)
    if not claim.quote.strip():
        raise QueryError(f"{place}.quote", "a quote is empty: give the words to look for")
    if length > MOST_QUOTE_CHARACTERS:
        raise QueryError(f"{place}.quote", f"a quote has {length} characters: at most {MOST_QUOTE_CHARACTERS}")
    if any("\ud800" <= character <= "\udfff" for character in claim.quote):
        raise QueryError(f"{place}.quote", "a quote has half of a surrogate pair in it: send whole characters")
    if claim.start is not None and claim.start < 0:
        raise QueryError(f"{place}.start", f"start is {claim.start}: offsets count from 0")
    if claim.end is not None and claim.end <= (claim.start or 0):
        raise QueryError(f"{place}.end", f"end is {claim.end}: it must be greater than start, {claim.start or 0}")


def _hits(quote: str, searcher: Searcher, document_id: str | None = None) -> tuple[Hit, ...]:
    filters = Filters() if document_id is None else Filters(document_ids=(document_id,))
    return searcher.search(quote, _NEAREST_PASSAGES, filters=filters)


def _look(database: Database, wanted: Sequence[tuple[_Case, Sequence[int]]]) -> None:
    """Looks into the documents of these rows: for the quotes as they are, then for what like them may stand there."""
    for row, cases in _by_row(wanted):
        if asking := [case for case in cases if not case.is_full]:
            text = database.text(row)
            for case in asking:
                case.keep(row, Verdict.EXACT, find_exact(case.quote.text, text), text)
    folding = [(case, case.nearer(rows)) for case, rows in wanted if not case.is_found]
    for row, cases in _by_row(folding):
        folded = fold(database.text(row))
        possible = [case for case in cases if not case.is_full and may_stand(case.quote, folded)]
        if not possible:
            continue
        source = prepare_source(folded, marks := database.spans("reference_marks", row), ())
        for case in possible:
            case.keep(row, Verdict.EQUIVALENT, find_equivalent(case.quote, source), folded.text)
        if apart := [case for case in possible if row not in case.findings]:
            source = prepare_source(folded, marks, database.spans("sentences", row))
            for case in apart:
                case.keep(row, Verdict.STITCHED, find_parts(case.quote, source), folded.text)


def _by_row(wanted: Sequence[tuple[_Case, Sequence[int]]]) -> Iterable[tuple[int, list[_Case]]]:
    """Each document with all the cases that it matters to, so that it is read once."""
    cases: dict[int, list[_Case]] = {}
    for case, rows in wanted:
        for row in rows:
            cases.setdefault(row, []).append(case)
    return cases.items()


def _verification(case: _Case, searcher: Searcher) -> Verification:
    claim, database = case.claim, searcher.generation.database
    records = database.records([*case.spans, *([] if case.row is None else [case.row])])
    problem = "; ".join(filter(None, [*case.problems, _version_problem(claim, list(records.values()))])) or None
    if not case.matches:
        closest = nearest(database, claim.quote, _hits(claim.quote, searcher, claim.document_id))
        return Verification(claim.quote, case.verdict, nearest=closest, problem=problem)
    found = sorted(case.matches, key=lambda match: (match.document.id, match.start, match.end))
    return Verification(claim.quote, case.verdict, tuple(found[:MOST_MATCHES]), problem=problem)


def _version_problem(claim: Claim, records: Sequence[Record]) -> str:
    if not records or claim.version is None or claim.version in [record.version for record in records]:
        return ""
    known = ", ".join(f"{record.id} as {record.version}" for record in records[:3])
    return f"the index holds {known}, not as {claim.version}"


def _place_problem(claim: Claim, spans: Mapping[int, tuple[Span, ...]]) -> str:
    span = next(iter(spans.values()))[0]
    named = f"{'' if claim.start is None else claim.start}:{'' if claim.end is None else claim.end}"
    return f"the quote stands at {span.start}:{span.end}, not at {named}"
