"""Papers over the network, by PMCID, PMID, DOI or address.

Full text (JATS) comes from Europe PMC, else from NCBI; either may fail while the other one serves. Knows what is
asked for, in which order and for how long; how each archive speaks is `archives`' matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from threading import Thread
from typing import TypeVar

from index.errors import FetchError, NetworkError, NoFullText, NoSuchPaper, SeveralPapers
from index.sources.archives import Archive, EuropePmc, Ncbi, Record, is_web_page
from index.sources.http_client import Deadline, HttpClient, HttpSettings, Pace
from index.sources.resolve import Identifier, IdentifierKind, resolve
from index.sources.source import Source

_Asked = TypeVar("_Asked")
_Told = TypeVar("_Told")
_PASSWORD = re.compile(r"https?://[^/?#]*@", re.IGNORECASE)
_NOT_WEB_PAGES = {".md", ".markdown", ".txt", ".xml", ".nxml", ".pdf", ".gz", ".zip"}
_REFUSED = {401, 402, 403, 451}
_LATER = "try again later, serve with --offline, or add a downloaded file"
_TELLING = (NoFullText, NoSuchPaper, NetworkError, FetchError)  # what says most about a paper comes first
_PATIENCE = 0.95  # of the time there is, so that the words of a server that failed come before the final cut


@dataclass(frozen=True, slots=True)
class RemoteSettings(HttpSettings):
    """Where papers are fetched from (base addresses), and how patiently.

    With `public_only` a paper's address, and what it redirects to, must lie outside of private networks. The archives'
    may lie anywhere.
    """

    public_only: bool = False
    europe_pmc: str = "https://www.ebi.ac.uk/europepmc/webservices/rest"
    ncbi_eutils: str = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
    ncbi_idconv: str = "https://pmc.ncbi.nlm.nih.gov/tools/idconv/api/v1/articles/"


def fetch(text: str, settings: RemoteSettings, pace: Pace | None = None) -> Source:
    """The paper that `text` names, within `settings.total_timeout_s`; the source's name is its address.

    `pace` keeps the requests for many papers apart.

    Raises:
        NoSuchPaper: nobody knows the identifier, or nothing is at the address.
        SeveralPapers: the identifier names more than one.
        NoFullText: the paper exists, its full text is not free to fetch.
        NetworkError: no server could be reached, or they kept failing.
        FetchError: `text` is no identifier or address, or what it names is too large.
    """
    return fetch_first([text], settings, settings.total_timeout_s, pace)


def fetch_first(
    candidates: Sequence[str], settings: RemoteSettings, deadline_s: float, pace: Pace | None = None
) -> Source:
    """The first paper of `candidates`, in order of preference, that can be had within `deadline_s` seconds.

    Raises:
        FetchError: none could be; of their errors (see `fetch`) the one that says most about a paper.
        ValueError: there are no candidates.
    """
    if not candidates:
        raise ValueError("no candidates to fetch")
    deadline = Deadline.after(_PATIENCE * deadline_s)
    return _within(deadline_s, lambda: _first_to_be_had(candidates, settings, deadline, pace))


def _within(limit_s: float, work: Callable[[], Source]) -> Source:
    """Does the work in a thread that is left behind when time is up: the look-up of a name cannot be interrupted."""
    outcome: list[Source | FetchError] = []

    def run() -> None:
        try:
            outcome.append(work())
        except FetchError as error:
            outcome.append(error)

    thread = Thread(target=run, name="fetch", daemon=True)
    thread.start()
    thread.join(limit_s)
    if not outcome:
        raise NetworkError(f"no paper came within {limit_s:g} s: {_LATER}")
    if isinstance(outcome[0], FetchError):
        raise outcome[0]
    return outcome[0]


def _first_to_be_had(
    candidates: Sequence[str], settings: RemoteSettings, deadline: Deadline, pace: Pace | None
) -> Source:
    with HttpClient(settings, pace) as http:
        archives = (
            EuropePmc(http, settings.europe_pmc),
            Ncbi(http, settings.ncbi_eutils, settings.ncbi_idconv, settings.contact),
        )

        def attempt(candidate: str, until: Deadline) -> Source:
            identifier = resolve(candidate)
            if identifier is None:
                raise FetchError(f"{candidate!r} is no PMCID, PMID, DOI or http(s) address")
            if identifier.kind is IdentifierKind.URL:
                with HttpClient(settings, pace, public_only=settings.public_only) as strangers:
                    return _at_address(strangers, identifier.value, until)
            return _from_archives(archives, identifier, until)

        source, errors = _ask(candidates, deadline, attempt)
    if source is None:
        raise min(errors, key=lambda error: next(i for i, kind in enumerate(_TELLING) if isinstance(error, kind)))
    return source


def _ask(
    those: Sequence[_Asked], deadline: Deadline, question: Callable[[_Asked, Deadline], _Told | None]
) -> tuple[_Told | None, list[FetchError]]:
    """The first answer that is not None, asking one after another, and the errors met before it."""
    errors: list[FetchError] = []
    for place, one in enumerate(those, start=1):
        try:
            answer = question(one, deadline if place == len(those) else deadline.share())
        except SeveralPapers:  # which no other server's answer makes one
            raise
        except FetchError as error:
            errors.append(error)
        else:
            if answer is not None:
                return answer, errors
    return None, errors


def _from_archives(archives: Sequence[Archive], wanted: Identifier, deadline: Deadline) -> Source:
    """The full text from whoever has it. A server that failed leaves it open whether there is any."""
    pmcid: str | None = wanted.value
    errors: list[FetchError] = []
    if wanted.kind is not IdentifierKind.PMCID:
        pmcid, errors = _ask(archives, deadline.share(), lambda archive, until: _pmcid(archive, wanted, until))
    if pmcid:
        known = pmcid
        source, errors = _ask(archives, deadline, lambda archive, until: archive.full_text(known, until))
        if source:
            return source
    if failures := [error for error in errors if not isinstance(error, NoFullText)]:
        raise _explained(wanted, failures) from failures[0]
    record, failures = _ask(archives, deadline, lambda archive, until: archive.record(wanted, until))
    if record or errors:
        raise _withheld(wanted, record or Record(pmcid=pmcid))
    if failures:
        raise _explained(wanted, failures) from failures[0]
    raise NoSuchPaper(f"neither Europe PMC nor NCBI knows {wanted}: check it, or add a downloaded file")


def _pmcid(archive: Archive, wanted: Identifier, until: Deadline) -> str | None:
    record = archive.record(wanted, until)
    return record.pmcid if record else None


def _at_address(http: HttpClient, url: str, deadline: Deadline) -> Source:
    if _PASSWORD.match(url):
        raise FetchError(
            "a user name or password in an address would be published with the paper: add a downloaded file"
        )
    wanted = Identifier(IdentifierKind.URL, url)
    try:
        answer = http.get(url, deadline)
        if answer.ok and not answer.data:
            raise NetworkError(f"{answer.host} sends nothing")
        # Where the ending promises a paper, a page is a log-in, a captive portal, or a site's way to say 404.
        if PurePosixPath(url.partition("?")[0]).suffix.lower() in _NOT_WEB_PAGES and is_web_page(answer.data):
            raise NetworkError(f"{answer.host} sends a web page instead")
    except FetchError as error:
        raise _explained(wanted, [error]) from error
    if answer.status in _REFUSED:
        raise NoFullText(f"{url} is not free to fetch ({answer.status}): download it in a browser and add the file")
    if not answer.ok:
        raise NoSuchPaper(f"{url} is not there ({answer.status}): check the address")
    return Source(url, answer.data)


def _explained(wanted: Identifier, failures: Sequence[FetchError]) -> FetchError:
    """One error for the clauses of `failures`: worth another try later if one of them is."""
    kind, remedy = FetchError, "add a downloaded file"
    if any(isinstance(failure, NetworkError) for failure in failures):
        kind, remedy = NetworkError, _LATER
    return kind(f"{wanted} could not be fetched ({'; '.join(map(str, failures))}): {remedy}")


def _withheld(wanted: Identifier, record: Record) -> NoFullText:
    title = f' ("{record.title}")' if record.title else ""
    place = f"read it at {record.landing_page}, or " if record.landing_page else ""
    return NoFullText(f"the full text of {wanted}{title} is not free to fetch: {place}add a downloaded file")
