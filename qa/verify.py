"""Does a paper say this, where, and on which studies does it rest?

Matching is in `qa.quotes` and `qa.stitches`; here the documents to look into are chosen, and what is found in them
becomes a verdict. A named document is always looked into. Beyond it, an index of at most `SCANNED_DOCUMENTS` documents
is searched whole; a larger one in the documents of the passages nearest to the quote, so that a quote of very common
words, or of a heading alone, may be missed there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial

from index.database import Database, Filters, Record
from index.document import Span
from index.errors import QueryError
from index.search import Hit, Searcher
from qa.folding import fold
from qa.places import Match, Nearest, Paper, matches, nearest, read_paper
from qa.quotes import cuts, find_equivalent, find_exact, may_stand, prepare_quote, prepare_source
from qa.stitches import find_parts

MOST_CLAIMS = 100
MOST_QUOTE_CHARACTERS = 10_000
# A word that stands everywhere is no better known by more places.
MOST_MATCHES = 100
SCANNED_DOCUMENTS = 200

_CANDIDATE_PASSAGES = 100
_NEAREST_PASSAGES = 5
_PAPERS_KEPT = 16  # of one call

_Read = Callable[[int], Paper]


class Verdict(StrEnum):
    """How a quote stands in the documents."""

    EXACT = "exact"
    EQUIVALENT = "equivalent"
    MISATTRIBUTED = "misattributed"
    STITCHED = "stitched"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Claim:
    """A quote and where it is said to stand: code points `[start, end)` of the text whose sha256 is `version`."""

    quote: str
    document_id: str | None = None
    start: int | None = None
    end: int | None = None
    version: str | None = None

    @property
    def names_place(self) -> bool:
        """Whether the claim says where in the text the quote stands."""
        return self.start is not None or self.end is not None

    def is_at(self, span: Span) -> bool:
        """Whether the offsets, as far as given, are a span's; white space at the quote's ends may count or not."""
        lead = len(self.quote) - len(self.quote.lstrip())
        tail = len(self.quote) - len(self.quote.rstrip())
        starts, ends = (None, span.start, span.start - lead), (None, span.end, span.end + tail)
        return self.start in starts and self.end in ends


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of a claim, with at most `MOST_MATCHES` matches, by document id and start.

    `problem` says what is wrong with a claim although its quote may stand: offsets or a version that are not so, or a
    word or number that the quote cuts.
    """

    quote: str
    verdict: Verdict
    matches: tuple[Match, ...] = ()
    nearest: Nearest | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class VerificationList:
    """What became of claims, in their order."""

    results: tuple[Verification, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    """How a quote stands in one document: exact, equivalent or stitched."""

    verdict: Verdict
    spans: tuple[Span, ...]


class _Case:
    """A claim while it is looked into; `findings` are by the row of their document."""

    def __init__(self, claim: Claim, database: Database) -> None:
        self.claim = claim
        self.quote = prepare_quote(claim.quote)
        self.row = None if claim.document_id is None else database.document_row(claim.document_id)
        self.findings: dict[int, _Finding] = {}

    def keep(self, row: int, verdict: Verdict, spans: Iterator[Span]) -> None:
        """Keeps the first spans of those found in a document, and the one that the claim names."""
        kept: list[Span] = []
        for span in spans:
            if len(kept) < MOST_MATCHES or (self.claim.names_place and self.claim.is_at(span)):
                kept.append(span)
            elif not self.claim.names_place:
                break
        if kept:
            self.findings[row] = _Finding(verdict, tuple(kept))

    @property
    def is_found(self) -> bool:
        """Whether the quote stands somewhere in one piece."""
        return any(found.verdict is not Verdict.STITCHED for found in self.findings.values())

    @property
    def is_full(self) -> bool:
        """Whether there are matches enough."""
        return sum(len(found.spans) for found in self.findings.values()) >= MOST_MATCHES

    def judged(self) -> tuple[Verdict, Mapping[int, Sequence[Span]]]:
        """The verdict, and the spans that it rests on, by document row."""
        whole = self._whole()
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

    def _whole(self) -> dict[int, _Finding]:
        return {row: found for row, found in self.findings.items() if found.verdict is not Verdict.STITCHED}


def verify(claims: Sequence[Claim], searcher: Searcher) -> tuple[Verification, ...]:
    """What becomes of each claim, in order.

    Raises:
        QueryError: there are more than `MOST_CLAIMS`; a quote is empty or longer than `MOST_QUOTE_CHARACTERS`; the
            offsets are no span.
        UnknownId: a claim names a document that is not in the index.
    """
    if len(claims) > MOST_CLAIMS:
        raise QueryError("quotes", f"there are {len(claims)} quotes: at most {MOST_CLAIMS}")
    for claim in claims:
        _check(claim)
    database = searcher.generation.database
    cases = [_Case(claim, database) for claim in claims]
    read = lru_cache(_PAPERS_KEPT)(partial(read_paper, database))
    _look(database, read, [(case, [case.row]) for case in cases if case.row is not None])
    _look(database, read, [(case, _candidates(case, searcher)) for case in cases if not case.is_found])
    return tuple(_verification(case, searcher, read) for case in cases)


def _check(claim: Claim) -> None:
    length = len(claim.quote)
    if not claim.quote.strip():
        raise QueryError("quote", "a quote is empty: give the words to look for")
    if length > MOST_QUOTE_CHARACTERS:
        raise QueryError("quote", f"a quote has {length} characters: at most {MOST_QUOTE_CHARACTERS}")
    if any("\ud800" <= character <= "\udfff" for character in claim.quote):
        raise QueryError("quote", "a quote has half of a surrogate pair in it: send whole characters")
    if claim.start is not None and claim.start < 0:
        raise QueryError("start", f"start is {claim.start}: offsets count from 0")
    if claim.end is not None and claim.end <= (claim.start or 0):
        raise QueryError("end", f"end is {claim.end}: it must be greater than start, {claim.start or 0}")


def _candidates(case: _Case, searcher: Searcher) -> list[int]:
    """Rows of the documents to look into, in the order of their ids."""
    database = searcher.generation.database
    rows = database.after("", SCANNED_DOCUMENTS + 1)
    if len(rows) <= SCANNED_DOCUMENTS:
        return rows
    matching, _ = searcher.generation.lexical.search(case.claim.quote, _CANDIDATE_PASSAGES)
    places = {stored.passage.document_id: stored.document_row for stored in database.passages(matching)}
    places |= {hit.passage.document_id: hit.document_row for hit in _hits(case.claim.quote, searcher)}
    return [places[document_id] for document_id in sorted(places)]


def _hits(quote: str, searcher: Searcher, document_id: str | None = None) -> tuple[Hit, ...]:
    filters = Filters() if document_id is None else Filters(document_ids=(document_id,))
    return searcher.search(quote, _NEAREST_PASSAGES, filters=filters)


def _look(database: Database, read: _Read, wanted: Sequence[tuple[_Case, Sequence[int]]]) -> None:
    """Looks into the documents of these rows: for the quotes as they are, then for what else of them may stand there."""
    for row, cases in _by_row(wanted):
        if asking := [case for case in cases if not case.is_full]:
            text = _text(database, row)
            for case in asking:
                case.keep(row, Verdict.EXACT, find_exact(case.quote.text, text))
    for row, cases in _by_row([(case, rows) for case, rows in wanted if not case.is_found]):
        folded = fold(_text(database, row))
        possible = [case for case in cases if may_stand(case.quote, folded)]
        if possible:  # subtle: reading a document's annotations takes longer than all of the above
            document = read(row).document
            source = prepare_source(folded, document.reference_marks, document.sentences)
            for case in possible:
                case.keep(row, Verdict.EQUIVALENT, find_equivalent(case.quote, source))
                if row not in case.findings:
                    case.keep(row, Verdict.STITCHED, iter(find_parts(case.quote, source)))


def _by_row(wanted: Sequence[tuple[_Case, Sequence[int]]]) -> Iterable[tuple[int, list[_Case]]]:
    """Each document with all the cases that it matters to, so that it is read once."""
    cases: dict[int, list[_Case]] = {}
    for case, rows in wanted:
        for row in rows:
            cases.setdefault(row, []).append(case)
    return cases.items()


def _text(database: Database, row: int) -> str:
    return database.text(row, 0, database.records([row])[row].length)


def _verification(case: _Case, searcher: Searcher, read: _Read) -> Verification:
    claim, database = case.claim, searcher.generation.database
    verdict, spans = case.judged()
    records = database.records([*spans, *([] if case.row is None else [case.row])])
    problems = [_version_problem(claim, list(records.values()))]
    if not spans:
        closest = nearest(database, claim.quote, _hits(claim.quote, searcher, claim.document_id))
        return Verification(claim.quote, verdict, nearest=closest, problem=_joined(problems))
    if claim.names_place and verdict in (Verdict.EXACT, Verdict.EQUIVALENT):
        named = {row: held for row in spans if (held := [span for span in spans[row] if claim.is_at(span)])}
        problems += [] if named else [_place_problem(claim, spans)]
        spans = named or spans
    found: list[Match] = []
    is_cut = verdict is not Verdict.STITCHED
    for row in sorted(spans, key=lambda row: records[row].id):
        if len(found) < MOST_MATCHES:
            paper = read(row)
            found += matches(database, paper, spans[row][: MOST_MATCHES - len(found)])
            is_cut = is_cut and all(cuts(paper.document.text, span) for span in spans[row])
    problems += ["the quote begins or ends inside a word or number of the text"] if is_cut else []
    return Verification(claim.quote, verdict, tuple(found), problem=_joined(problems))


def _version_problem(claim: Claim, records: Sequence[Record]) -> str:
    if not records or claim.version is None or claim.version in [record.version for record in records]:
        return ""
    known = ", ".join(f"{record.id} as {record.version}" for record in records[:3])
    return f"the index holds {known}, not as {claim.version}"


def _place_problem(claim: Claim, spans: Mapping[int, Sequence[Span]]) -> str:
    span = next(iter(spans.values()))[0]
    named = f"{'' if claim.start is None else claim.start}:{'' if claim.end is None else claim.end}"
    return f"the quote stands at {span.start}:{span.end}, not at {named}"


def _joined(problems: Sequence[str]) -> str | None:
    return "; ".join(filter(None, problems)) or None
