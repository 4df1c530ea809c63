"""The shapes of a verification: what is claimed, or quoted by a manuscript, and what became of it.

`qa.verify` and `qa.manuscript` make the one of the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from index.document import Span
from qa.answer import CitedDocument, CitedReference

MOST_CLAIMS = 100
MOST_QUOTE_CHARACTERS = 10_000
# A word that stands everywhere is no better known by more places.
MOST_MATCHES = 100
# The thesis of a lifetime has fewer.
MOST_MANUSCRIPT_CHARACTERS = 2_000_000


class Verdict(StrEnum):
    """How a quote stands in the documents."""

    EXACT = "exact"
    EQUIVALENT = "equivalent"
    MISATTRIBUTED = "misattributed"
    STITCHED = "stitched"
    NOT_FOUND = "not_found"


STANDING = (Verdict.EXACT, Verdict.EQUIVALENT)


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
class Match:
    """Where a quote, or a part of it, stands: `quote` is the document's own text at `[start, end)`.

    `kind` says whose words they are, as in a citation. `references` are the primary studies cited in the sentences it
    stands in, and `sentence` is all of these, None where the quote is nothing less. A heading is in no passage:
    `passage_id` is then None.
    """

    document: CitedDocument
    passage_id: str | None = field(default=None, kw_only=True)
    start: int
    end: int
    quote: str
    section: tuple[str, ...]
    kind: str
    page: int | None = None
    sentence: str | None = None
    references: tuple[CitedReference, ...] = ()


@dataclass(frozen=True, slots=True)
class Nearest:
    """What is most like a quote that was not found: a sentence, or several together.

    `missing` are words of the quote that it lacks, `added` words that it has besides; both are empty where only
    punctuation or spacing differs.
    """

    document_id: str
    passage_id: str
    start: int
    end: int
    text: str
    section: tuple[str, ...]
    kind: str
    missing: tuple[str, ...]
    added: tuple[str, ...]
    page: int | None = None


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
class CheckedQuotation:
    """A quotation on a line of the manuscript, the documents that it is cited as, and what became of it."""

    line: int
    cited: tuple[str, ...]
    verification: Verification


@dataclass(frozen=True, slots=True)
class ManuscriptReport:
    """What became of the quotations of a manuscript, in their order.

    `short` counts those of one or two words, which are left out. `unclosed` are lines where a quotation begins that
    never ends, `too_long` those of quotations too long to verify; `references` is the line from which on nothing was
    read, since the list of references begins there.
    """

    quotations: tuple[CheckedQuotation, ...]
    short: int = 0
    unclosed: tuple[int, ...] = ()
    too_long: tuple[int, ...] = ()
    references: int | None = None

    @property
    def all_stand(self) -> bool:
        """Whether every quotation is exact or equivalent, where it is cited from."""
        return all(checked.verification.verdict in STANDING for checked in self.quotations)
