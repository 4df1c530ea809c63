"""The two archives of free papers, Europe PMC and NCBI's PMC: their protocols, and what their answers mean.

An answer is judged by its content: each of these servers says 200 and means something else at times.
Sources: https://europepmc.org/RestfulWebService, https://www.ncbi.nlm.nih.gov/books/NBK25499/ (E-utilities),
https://pmc.ncbi.nlm.nih.gov/tools/id-converter-api/. Errors are clauses that name the host, as `HttpClient`'s are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from index.canonical import normalise
from index.errors import NetworkError, NoFullText, QueryError, SeveralPapers, SourceError
from index.sources.http_client import Answer, Deadline, HttpClient
from index.sources.jats import has_body
from index.sources.resolve import Identifier, IdentifierKind
from index.sources.source import Source

_WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf|\s|<\?xml[^>]*>|<!--.*?-->)*<(?:!doctype\s+html|html)\b", re.DOTALL | re.IGNORECASE
)
_ARTICLE = re.compile(rb"<(?:\w+:)?article[\s>]")
_NAMED = re.compile(rb"<article-id[^>]*pub-id-type=[\"']pmc(?:id)?[\"'][^>]*>\s*(?:PMC)?(\d{1,10})")
_NO_SUCH = {400, 404, 410}
_MAILBOX = re.compile(r"[^\s<>:@]+@[^\s<>@]+")
_TAG = re.compile(r"</?\w+>")


@dataclass(frozen=True, slots=True)
class Record:
    """What an archive knows of a paper; absent is None."""

    title: str | None = None
    pmcid: str | None = None
    pmid: str | None = None
    doi: str | None = None

    @property
    def landing_page(self) -> str | None:
        """Where a person can read the paper, for nothing if possible."""
        if self.pmcid:
            return f"https://pmc.ncbi.nlm.nih.gov/articles/{self.pmcid}/"
        if self.doi:
            return f"https://doi.org/{self.doi}"
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/" if self.pmid else None


@dataclass(frozen=True, slots=True)
class Finding:
    """A result of a search; `is_open` says whether its licence lets the full text be copied."""

    record: Record
    is_open: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some results of a search that has `hits` in all; `cursor` asks for the next ones, None where there are none."""

    findings: tuple[Finding, ...]
    hits: int
    cursor: str | None


class Archive(Protocol):
    """A place that holds papers. Both methods raise FetchError when it fails to answer."""

    def record(self, identifier: Identifier, deadline: Deadline) -> Record | None:
        """What it knows of the paper; None if it knows none of that name."""

    def full_text(self, pmcid: str, deadline: Deadline) -> Source | None:
        """The paper as JATS; None if it has none. Raises NoFullText for a paper whose body is withheld."""


@dataclass(frozen=True, slots=True)
class EuropePmc:
    """Europe PMC's RESTful web service below the address `base`."""

    http: HttpClient
    base: str

    def record(self, identifier: Identifier, deadline: Deadline) -> Record | None:
        """See `Archive`. Knows all of PubMed, PMC, and most papers with a DOI in the life sciences."""
        quoted = identifier.value.replace("\\", "\\\\").replace('"', '\\"')
        query = {
            IdentifierKind.PMCID: f"PMCID:{identifier.value}",
            IdentifierKind.PMID: f"EXT_ID:{identifier.value} AND SRC:MED",
        }.get(identifier.kind, f'DOI:"{quoted}"')
        params = {"query": query, "format": "json", "resultType": "lite"}
        answer = self.http.get(f"{self.base.rstrip('/')}/search", deadline, params)
        return _matching(_json(answer, "resultList", "result"), identifier)

    def search(self, query: str, cursor: str, size: int, deadline: Deadline) -> Page:
        """A page of `size` results; the first `cursor` is "*".

        Raises:
            QueryError: the query is not understood.
            FetchError: no results came.
        """
        params = {"query": query, "format": "json", "resultType": "lite", "pageSize": str(size), "cursorMark": cursor}
        answer = self.http.get(f"{self.base.rstrip('/')}/search", deadline, params)
        if answer.status == 400 or b'"errCode"' in answer.data[:1000]:
            raise QueryError(
                "query", f"Europe PMC does not understand the query {query!r}: check AND, OR and field names"
            )
        entries = _json(answer, "resultList", "result")
        said = json.loads(answer.data)
        hits, following = said.get("hitCount"), said.get("nextCursorMark")
        return Page(
            tuple(
                Finding(_record(entry), entry.get("isOpenAccess") == "Y")
                for entry in entries
                if isinstance(entry, dict)
            ),
            hits if isinstance(hits, int) else len(entries),
            following if isinstance(following, str) and following else None,
        )

    def full_text(self, pmcid: str, deadline: Deadline) -> Source | None:
        """See `Archive`. Has the open-access subset."""
        url = f"{self.base.rstrip('/')}/{pmcid}/fullTextXML"
        data = _article(self.http, url, {}, deadline, pmcid)
        return Source(url, data) if data else None


@dataclass(frozen=True, slots=True)
class Ncbi:
    """NCBI: E-utilities below the address `eutils`, the PMC ID converter at `idconv`.

    `contact` is sent along as NCBI asks programs to, if it holds a mailbox.
    """

    http: HttpClient
    eutils: str
    idconv: str
    contact: str

    def record(self, identifier: Identifier, deadline: Deadline) -> Record | None:
        """See `Archive`. Knows the papers in PMC alone, and no titles."""
        params = {"ids": identifier.value, "idtype": identifier.kind.lower(), "format": "json"}
        answer = self.http.get(self.idconv, deadline, params | self._courtesy())
        if answer.status in _NO_SUCH:
            return None
        record = _matching(_json(answer, "records"), identifier)
        return record if record and record.pmcid else None

    def full_text(self, pmcid: str, deadline: Deadline) -> Source | None:
        """See `Archive`. Withholds the body where the publisher does not allow its reuse."""
        url = f"{self.eutils.rstrip('/')}/efetch.fcgi"
        number = pmcid.removeprefix("PMC")
        params = {"db": "pmc", "id": number, "retmode": "xml"}
        data = _article(self.http, url, params | self._courtesy(), deadline, pmcid)
        return Source(f"{url}?db=pmc&id={number}", data) if data else None

    def _courtesy(self) -> dict[str, str]:
        mailbox = _MAILBOX.search(self.contact)
        return {"tool": "ev-review-qa"} | ({"email": mailbox[0]} if mailbox else {})


def is_web_page(data: bytes) -> bool:
    """Whether the bytes are HTML: what a captive portal, a consent page or a broken server sends instead.

    >>> is_web_page(b" <!-- x --><!DOCTYPE html><p>"), is_web_page(b"# Title")
    (True, False)
    """
    return _WEB_PAGE.match(data[:4096]) is not None


def _article(http: HttpClient, url: str, params: Mapping[str, str], deadline: Deadline, pmcid: str) -> bytes | None:
    answer = http.get(url, deadline, params)
    if answer.ok and not is_web_page(answer.data) and _is_full(answer.data) is None:
        answer = http.get(url, deadline, params)  # most likely cut off on its way
    if answer.status in _NO_SUCH:
        return None
    if not answer.ok:
        raise NetworkError(f"{answer.host} answers {answer.status}")
    if is_web_page(answer.data):
        raise NetworkError(f"{answer.host} sends a web page instead of the paper")
    is_full = _is_full(answer.data)
    if is_full is None:
        raise NetworkError(f"{answer.host} sends broken XML")
    named = _NAMED.search(answer.data)
    if is_full and named and f"PMC{int(named[1])}" != pmcid:
        raise NetworkError(f"{answer.host} sends another paper (PMC{int(named[1])})")
    if is_full:
        return answer.data
    if _ARTICLE.search(answer.data):
        raise NoFullText(f"{answer.host} sends front matter only")
    if b"<pmc-articleset" in answer.data:  # NCBI's "The following PMCID is not available", with status 200
        return None
    raise NetworkError(f"{answer.host} sends XML without an article")


def _is_full(xml: bytes) -> bool | None:
    """Whether there is an article with a body; None if nothing can be read from it."""
    try:
        return has_body(xml)
    except SourceError:
        return None


def _json(answer: Answer, *path: str) -> list[object]:
    """The list at `path` of a JSON answer.

    Raises:
        NetworkError: the answer is something else.
    """
    try:
        value: object = json.loads(answer.data) if answer.ok else None
    except (ValueError, RecursionError):
        value = None
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, list):
        raise NetworkError(f"{answer.host} answers {answer.status} with something other than its records")
    return value


def _matching(entries: list[object], identifier: Identifier) -> Record | None:
    """The entry that has the very identifier: a search engine may return what is merely like it.

    Raises:
        SeveralPapers: there are several, of different papers.
    """
    records = [_record(entry) for entry in entries if isinstance(entry, dict) and _has(entry, identifier)]
    free = {record.pmcid for record in records if record.pmcid}
    if len(free) > 1:
        these = ", ".join(sorted(free))
        raise SeveralPapers(f"{identifier} names {len(free)} papers ({these}): ask for the one you mean by its PMCID")
    return next((record for record in records if record.pmcid), records[0] if records else None)


def _has(entry: Mapping[object, object], identifier: Identifier) -> bool:
    return _text(entry, identifier.kind.lower()).lower() == identifier.value.lower()


def _record(entry: Mapping[object, object]) -> Record:
    fields = {name: _text(entry, name) or None for name in ("pmcid", "pmid", "doi")}
    return Record(normalise(_TAG.sub("", _text(entry, "title"))) or None, **fields)


def _text(entry: Mapping[object, object], key: str) -> str:
    value = entry.get(key)
    return str(value) if isinstance(value, str | int) else ""
