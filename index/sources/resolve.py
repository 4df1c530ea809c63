"""What a string names: a paper by PMCID, PMID, DOI or address, or nothing of the kind.

Pure and cheap: asks nobody, so it cannot tell whether the paper exists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, unquote, urlsplit

from index.sources.identifiers import find_doi, find_pmcid, find_pmid

_PMCID = re.compile(r"(PMCID[\s:]*)?PMC[\s:]*\d{3,10}(\.\d+)?", re.ASCII | re.IGNORECASE)
_PMID = re.compile(r"(?:PMID[\s:]*)?([1-9]\d{0,8})", re.ASCII | re.IGNORECASE)
_DOI = re.compile(r"((urn:|info:)?doi[\s:/]*)?10\.\d{4,9}(\.\d+)*/\S+", re.ASCII | re.IGNORECASE)
_PAPER_HOST = re.compile(r"([\w-]+\.)*(doi\.org|ncbi\.nlm\.nih\.gov|europepmc\.org|ebi\.ac\.uk)", re.ASCII)
_PUBMED_PATH = re.compile(r"/(?:med|pmid|pubmed)/(\d{1,9})\b", re.ASCII | re.IGNORECASE)

_SEPARATOR = re.compile(r"[\s,;|]+")


class IdentifierKind(StrEnum):
    """What names a paper."""

    PMCID = "PMCID"
    PMID = "PMID"
    DOI = "DOI"
    URL = "URL"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A paper's name in its one spelling: `PMC13013411`, `29768149`, `10.1/a` (lower-case), an http(s) address."""

    kind: IdentifierKind
    value: str

    def __str__(self) -> str:
        """As it stands in a message: `PMID 29768149`."""
        bare = self.kind in (IdentifierKind.PMID, IdentifierKind.DOI)
        return f"{self.kind} {self.value}" if bare else self.value


def resolve(text: str) -> Identifier | None:
    """What `text` names if it is an identifier or an http(s) address; None for anything else, such as a path.

    An address at PubMed, PMC, Europe PMC or doi.org that holds an identifier is that identifier; other addresses
    lose their fragment. A path that looks like an identifier (`2024`, `10.1000/a`) is one: ask the disk first.

    >>> [str(resolve(text)) for text in ("pmc13013411.1", "PMID:29768149", "https://doi.org/10.1000/ABC", "a.xml")]
    ['PMC13013411', 'PMID 29768149', 'DOI 10.1000/abc', 'None']
    """
    text = text.strip()
    if _PMCID.fullmatch(text):
        return _identifier(IdentifierKind.PMCID, find_pmcid(text))
    if match := _PMID.fullmatch(text):
        return Identifier(IdentifierKind.PMID, match[1])
    if _DOI.fullmatch(text):
        return _doi(text)
    host, slash, _ = text.partition("/")
    if slash and _PAPER_HOST.fullmatch(host.lower()):
        text = f"https://{text}"
    return _address(text) if re.match(r"https?://", text, re.IGNORECASE) else None


def identifiers_in(text: str) -> tuple[Identifier, ...]:
    """The different identifiers in a list of them that is no address, in their order.

    >>> [str(each) for each in identifiers_in("10.1000/a,10.1000/b; PMC123, 10.1000/A")]
    ['DOI 10.1000/a', 'DOI 10.1000/b', 'PMC123']
    """
    found = [resolve(part) for part in _SEPARATOR.split(text.strip())]
    return tuple(dict.fromkeys(each for each in found if each and each.kind is not IdentifierKind.URL))


def _identifier(kind: IdentifierKind, value: str | None) -> Identifier | None:
    return Identifier(kind, value) if value else None


def _doi(text: str) -> Identifier | None:
    doi = find_doi(text)
    return Identifier(IdentifierKind.DOI, doi) if doi and _DOI.fullmatch(doi) else None  # more than the prefix


def _address(url: str) -> Identifier:
    try:
        parts = urlsplit(url)
        known = _identifier_at(parts) if _PAPER_HOST.fullmatch(parts.hostname or "") else None
    except ValueError:  # such as an unclosed "[": no address after all, which whoever fetches it says better
        known = None
    return known or Identifier(IdentifierKind.URL, url.partition("#")[0].rstrip())


def _identifier_at(parts: SplitResult) -> Identifier | None:
    host = parts.hostname or ""
    doi = _doi(parts.path)
    if host.endswith("doi.org"):  # a DOI may hold anything, "PMC123" too
        return doi
    place = unquote(f"{parts.path}?{parts.query}")
    pubmed = _PUBMED_PATH.search(place)
    return (
        _identifier(IdentifierKind.PMCID, find_pmcid(place))
        or _identifier(IdentifierKind.PMID, pubmed[1] if pubmed else find_pmid(host + parts.path))
        or doi
    )
