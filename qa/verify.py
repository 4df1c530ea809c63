"""Does a paper say this, where, and on which studies does it rest?

Matching is in `qa.quotes` and `qa.stitches`; here the documents to look into are chosen, and what is found in them
becomes a verdict. A named document is always looked into. Beyond it, an index of at most `SCANNED_DOCUMENTS` documents is
searched whole; a larger one in the documents of the passages nearest to the quote, so that a quote of very common
words, or of a heading alone, may be missed there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from index.database import Database, Filters
from index.document import Document, Passage, Span
from index.errors import QueryError
from index.search import Hit, Searcher
from qa.answer import CitedDocument, CitedReference
from qa.cite import cited_document, cited_reference
from qa.differences import WordComparison
from qa.folding import fold
from qa.quotes import Quote, cuts, find_equivalent, find_exact, may_stand, prepare_quote, prepare_source
from qa.stitches import find_parts

MOST_CLAIMS = 100
MOST_QUOTE_CHARACTERS = 10_000
# Of one claim, the first in order of document id and start: a word that stands everywhere needs no more.
MOST_MATCHES = 100
SCANNED_DOCUMENTS = 200

_CANDIDATE_PASSAGES = 100
_NEAREST_PASSAGES = 5


class Verdict(StrEnum):
    """How a quote stands in the documents, the better before the worse."""

    EXACT = "exact"
    EQUIVALENT = "equivalent"
    MISATTRIBUTED = "misattributed"
    STITCHED = "stitched"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Claim:
    """A quote, and what is said of where it stands: code points `[start, end)` of the text whose sha256 is `version`."""

    quote: str
    document_id: str | None = None
    start: int | None = None
    end: int | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of a claim. `problem` says what of the claim is not so although the quote may stand: offsets, version,
    or a word or number that the quote cuts."""

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
    """How a quote stands in one document: EXACT, EQUIVALENT or STITCHED."""

    verdict: Verdict
    spans: tuple[Span, ...]


class _Case:
    """A claim while it is looked into; `findings` are by the row of their document."""

    def __init__(self, claim: Claim, database: Database) -> None:
        self.claim = claim
        self.quote = prepare_quote(claim.quote)
        self.row = None if claim.document_id is None else database.document_row(claim.document_id)
        self.findings: dict[int, _Finding] = {}

    @property
    def is_settled(self) -> bool:
        """Whether looking into more documents would change nothing."""
        whole = {row: found for row, found in self.findings.items() if found.verdict is not Verdict.STITCHED}
        if self.row is not None and self.row in whole:
            return True
        exact = sum(len(found.spans) for found in whole.values() if found.verdict is Verdict.EXACT)
        return exact >= MOST_MATCHES

    def judged(self) -> tuple[Verdict, dict[int, tuple[Span, ...]]]:
        """The verdict, and the spans that it rests on, by document row."""
        own = self.findings.get(self.row) if self.row is not None else None
        if self.row is not None and own and own.verdict is not Verdict.STITCHED:
            return own.verdict, {self.row: own.spans}
        for verdict in (Verdict.EXACT, Verdict.EQUIVALENT):
            spans = {row: found.spans for row, found in self.findings.items() if found.verdict is verdict}
            if spans:
                return (verdict if self.row is None else Verdict.MISATTRIBUTED), spans
        stitched = {
            row: found.spans
            for row, found in self.findings.items()
            if found.verdict is Verdict.STITCHED and self.row in (None, row)
        }
        if not stitched:
            return Verdict.NOT_FOUND, {}
        row = min(stitched, key=lambda row: len(stitched[row]))
        return Verdict.STITCHED, {row: stitched[row]}


def verify(claims: Sequence[Claim], searcher: Searcher) -> tuple[Verification, ...]:
    """What becomes of each claim, in order.

    Raises:
        QueryError: there are more than `MOST_CLAIMS`; a quote is empty or longer than `MOST_QUOTE_CHARACTERS`; offsets
            are no span.
        UnknownId: a claim names a document that is not in the index.
    """
    if len(claims) > MOST_CLAIMS:
        raise QueryError("quotes", f"there are {len(claims)} quotes: at most {MOST_CLAIMS}")
    for claim in claims:
        _check(claim)
    database = searcher.generation.database
    cases = [_Case(claim, database) for claim in claims]
    _look(database, [(case, [case.row]) for case in cases if case.row is not None])
    _look(database, [(case, _candidates(case, searcher)) for case in cases if not case.is_settled])
    return tuple(_verification(case, searcher) for case in cases)


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
    if len(rows) > SCANNED_DOCUMENTS:
        matching, _ = searcher.generation.lexical.search(case.claim.quote, _CANDIDATE_PASSAGES)
        places = {stored.passage.document_id: stored.document_row for stored in database.passages(matching)}
        places |= {hit.passage.document_id: hit.document_row for hit in _nearest_hits(case.claim, searcher)}
        rows = [places[id_] for id_ in sorted(places)]
    return [row for row in rows if row != case.row]


def _look(database: Database, wanted: Sequence[tuple[_Case, Sequence[int]]]) -> None:
    """Looks into the documents of these rows, each of which is read and folded once for all the cases."""
    cases: dict[int, list[_Case]] = {}
    for case, rows in wanted:
        for row in rows:
            cases.setdefault(row, []).append(case)
    for row, asking in cases.items():
        unsettled = [case for case in asking if not case.is_settled]
        findings = _findings(database, row, [case.quote for case in unsettled])
        for case, finding in zip(unsettled, findings, strict=True):
            if finding:
                case.findings[row] = finding


def _findings(database: Database, row: int, quotes: Sequence[Quote]) -> list[_Finding | None]:
    text = database.text(row) if quotes else ""
    found = [_finding(Verdict.EXACT, find_exact(quote.text, text)) for quote in quotes]
    if all(found):
        return found
    folded = fold(text)
    source = None
    for place, quote in enumerate(quotes):
        if found[place] is None and may_stand(quote, folded):
            if source is None:  # the annotations are read only for the few texts that need them
                document = database.document(database.records([row])[row].id)
                source = prepare_source(folded, document.reference_marks, document.sentences)
            found[place] = _finding(Verdict.EQUIVALENT, find_equivalent(quote, source)) or _finding(
                Verdict.STITCHED, iter(find_parts(quote, source))
            )
    return found


def _finding(verdict: Verdict, spans: Iterator[Span]) -> _Finding | None:
    kept = tuple(islice(spans, MOST_MATCHES))
    return _Finding(verdict, kept) if kept else None


def _verification(case: _Case, searcher: Searcher) -> Verification:
    database = searcher.generation.database
    verdict, spans = case.judged()
    if verdict is Verdict.NOT_FOUND:
        closest = nearest(database, case.quote.text, _nearest_hits(case.claim, searcher))
        return Verification(case.claim.quote, verdict, (), closest, _other_version(case, database, [case.row]))
    documents = {row: database.document(record.id) for row, record in database.records(spans).items()}
    found: list[Match] = []
    for row in sorted(spans, key=lambda row: documents[row].id):
        found += matches(database, row, documents[row], spans[row])
    ...
