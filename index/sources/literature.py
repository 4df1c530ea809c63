"""A search of the literature as a corpus: Europe PMC's results, those first whose full text may be copied.

Asks page by page and paper by paper, no faster than it is told; what the index holds is not fetched. Protocol:
https://europepmc.org/RestfulWebService (module `search`, `cursorMark` paging).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from index.errors import FetchError, NetworkError, NoFullText, NoSuchPaper, QueryError, SourceError
from index.sources.archives import EuropePmc, Finding, Record
from index.sources.http_client import Deadline, HttpClient, Pace
from index.sources.remote import RemoteSettings, fetch
from index.sources.source import Found, Skipped, Source, Unreadable

HELD = "already in the index"
NOT_OPEN = "not open access: its licence does not allow copying"
NO_TEXT = "no full text in PubMed Central"

_PAGE = 100
_MORE_RETRIES = 3  # than for one paper: who asks for hundreds can wait
_MOST_FAILURES = 5  # in a row, after which the server is taken to be down

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, and how many results are looked at.

    Raises:
        QueryError: the query is empty, has a quotation mark or bracket without its partner, or the limit is below 1.
    """

    query: str
    limit: int

    def __post_init__(self) -> None:
        if not self.query.strip():
            raise QueryError("query", "the query is empty: say what to look for")
        if self.limit < 1:
            raise QueryError("limit", f"limit is {self.limit}: it must be at least 1")
        words = "".join(self.query.split('"')[::2])
        if self.query.count('"') % 2 or words.count("(") != words.count(")"):
            raise QueryError("query", f"a quotation mark or bracket in {self.query!r} has no partner: add it")


def harvest(
    search: Search, settings: RemoteSettings, is_held: Callable[[Record], bool], progress: Progress
) -> Iterator[Found]:
    """The papers of the search, one at a time; those that are left out as `Skipped`, with the reason.

    Args:
        search: at most `limit` results are looked at, open access with full text first.
        settings: `requests_per_s` bounds how fast; each paper has `total_timeout_s`.
        is_held: whether the index has the paper.
        progress: told how many results were looked at, and of how many.

    Raises:
        SourceError: nothing was found.
        QueryError: the server does not understand the query.
        NetworkError: the search, or five papers in a row, could not be had; what came before stays good.
    """
    patient = replace(settings, retries=settings.retries + _MORE_RETRIES)
    pace = Pace(settings.requests_per_s)
    failures = 0
    with HttpClient(patient, pace) as http:
        archive = EuropePmc(http, settings.europe_pmc)
        for number, (finding, total) in enumerate(_findings(archive, search, patient), 1):
            found = _one(finding, is_held, patient, pace)
            failures = failures + 1 if isinstance(found, Unreadable) else 0
            yield found
            progress(number, total)
            if isinstance(found, Unreadable) and failures == _MOST_FAILURES:
                raise NetworkError(
                    f"{failures} papers in a row could not be fetched: {_AGAIN}; the last: {found.reason}"
                )


_AGAIN = "run the same command again later, which goes on from here"


def _findings(archive: EuropePmc, search: Search, settings: RemoteSettings) -> Iterator[tuple[Finding, int]]:
    """Results, each once, with how many there will be; those that are not open access after all that are."""
    seen: set[Record] = set()
    for query in (f"({search.query}) AND OPEN_ACCESS:Y", search.query):
        cursor: str | None = "*"
        while cursor and len(seen) < search.limit:
            try:
                deadline = Deadline.after(settings.total_timeout_s)
                page = archive.search(query, cursor, min(_PAGE, search.limit), deadline)
            except FetchError as error:
                raise NetworkError(f"the search broke off after {len(seen)} results ({error}): {_AGAIN}") from error
            fresh = [finding for finding in page.findings if finding.record not in seen]
            for finding in fresh[: search.limit - len(seen)]:
                seen.add(finding.record)
                yield finding, max(len(seen), min(search.limit, page.hits))
            is_last = page.cursor == cursor or not page.findings
            cursor = None if is_last else page.cursor
    if not seen:
        raise SourceError(f"Europe PMC finds nothing for {search.query!r}: check the spelling, or ask for less at once")


def _one(finding: Finding, is_held: Callable[[Record], bool], settings: RemoteSettings, pace: Pace) -> Found:
    record = finding.record
    name = record.pmcid or (f"PMID:{record.pmid}" if record.pmid else record.doi) or record.title or "a result"
    if is_held(record):
        return Skipped(name, HELD)
    if not finding.is_open:
        return Skipped(name, NOT_OPEN)
    if record.pmcid is None:
        return Skipped(name, NO_TEXT)
    try:
        source = fetch(record.pmcid, settings, pace)
    except (NoFullText, NoSuchPaper):
        return Skipped(name, NO_TEXT)
    except FetchError as error:
        return Unreadable(name, str(error))
    return Source(source.name, source.data, name)
