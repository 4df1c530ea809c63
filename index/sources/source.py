"""The bytes that a document is made of, and where they came from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.document import Document
from index.errors import SourceError

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class Source:
    """`data` as it was read; `name` is the path below the folder that was added, or the address it came from.

    `asked_for` is what brings it again: the file's path, or what the user named.
    """

    name: str
    data: bytes
    asked_for: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A source whose bytes could not be had or made sense of; `reason` names what was wrong and what to do.

    `name` is what brings it again: the file's path, or what the user named.
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file of a folder that is left out on purpose, and why."""

    name: str
    reason: str


class PartlyReadable(SourceError):
    """Some of a source's records cannot be read, which the message names; `documents` are those of the others."""

    def __init__(self, message: str, documents: tuple[Document, ...]) -> None:
        super().__init__(message)
        self.documents = documents


Found = Source | Unreadable | Skipped


def document_id(source_name: str, *, pmcid: str | None = None, pmid: str | None = None, doi: str | None = None) -> str:
    """A document's id: its PMCID, else `PMID<n>`, else its DOI, else the source's name without its ending.

    >>> document_id("papers/a b.xml"), document_id("x.xml", doi="10.1/a(b)"), document_id("x.xml", pmid="7")
    ('papers_a_b', '10.1_a_b_', 'PMID7')
    """
    if pmcid:
        return pmcid
    if pmid:
        return f"PMID{pmid}"
    stem = re.sub(r"(?<=[^/])\.[A-Za-z0-9]{1,8}(\.gz)?$", "", source_name)
    return _UNSAFE.sub("_", doi or stem)
