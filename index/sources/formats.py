"""Bytes to documents: which format a source is in, by its content first and its name second.

A new format is a module with `FORMAT`, `TITLE`, `ENDINGS`, `sniff` and `read`, and a line in `FORMATS`.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Sequence
from gzip import GzipFile
from typing import Protocol

from index.document import Document
from index.errors import SourceError
from index.sources import beir, bibtex, csl_json, html, jats, markdown, medline, pdf, pubmed, record, ris, text
from index.sources.decoding import beginning
from index.sources.source import Source

MAX_BYTES = 100_000_000


class Format(Protocol):
    """One way in which papers come: `FORMAT` is its name in `Metadata.format`, `TITLE` the one for people."""

    FORMAT: str
    TITLE: str

    @property
    def ENDINGS(self) -> tuple[str, ...]:
        """Endings of its files, in lower case, with the dot."""

    def sniff(self, data: bytes, name: str) -> bool:
        """Whether `data` is in this format; `name` decides where the content does not."""

    def read(self, source: Source) -> tuple[Document, ...]:
        """The documents in a source. Raises SourceError."""


# In order of preference: the first that recognises a source reads it. JATS comes after Markdown, which may begin with
# a tag, and takes any other XML, so as to say what is wrong with it.
FORMATS: Sequence[Format] = (
    pdf,
    beir,
    pubmed,
    medline,
    ris,
    bibtex,
    csl_json,
    record,
    html,
    markdown,
    jats,
    text,
)

# Where one paper comes in several formats, the richest stays. What is not listed holds abstracts.
_RICHEST_FIRST = ("jats", "html", "markdown", "record", "pdf", "text")

_SUPPORTED = ", ".join(format_.TITLE for format_ in FORMATS)
_BY_ID = "add the paper by its PMCID, PMID or DOI, or as JATS, HTML, Markdown or text"
_UNSUPPORTED = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), what, remedy)
    for pattern, what, remedy in (
        (r"PK\x03\x04", "a ZIP archive inside another packed file", "unpack it and add it by itself"),
        (
            r".{200,257}ustar[\0 ]|7z'\x1c|Rar!\x1a",
            "a TAR, 7z or RAR archive",
            "unpack it and add the folder, or pack a ZIP",
        ),
        (r"\s*\{\\rtf", "a rich-text file", "save it as plain text"),
    )
)


def read(source: Source, *, max_bytes: int = MAX_BYTES, formats: Sequence[Format] = FORMATS) -> tuple[Document, ...]:
    """The documents in a source; gzip is undone first, whatever the name says.

    Raises:
        SourceError: the source, packed or unpacked, is larger than `max_bytes`; its format is none of ours; or the
            format's own reader refuses it.
    """
    if len(source.data) > max_bytes:
        raise too_big(source.name, len(source.data), max_bytes)
    plain = _unpacked(source, max_bytes)
    if not plain.data.strip():
        raise SourceError(f"{source.name} is empty")
    start = beginning(plain.data, 4096).lstrip("\ufeff")
    for pattern, what, remedy in _UNSUPPORTED:
        if pattern.match(start):
            raise SourceError(f"{source.name} is {what}, which is not supported: {remedy}")
    name = re.sub(r"\.gz$", "", source.name, flags=re.IGNORECASE)
    for format_ in formats:
        if format_.sniff(plain.data, name):
            return format_.read(plain)
    raise SourceError(f"{source.name} is in no format that is supported ({_SUPPORTED}): {_BY_ID}")


def richness(format_name: str) -> int:
    """How much a format tells of a paper: more is richer, 0 stands for abstracts.

    >>> richness("jats") > richness("pdf") > richness("beir")
    True
    """
    return len(_RICHEST_FIRST) - _RICHEST_FIRST.index(format_name) if format_name in _RICHEST_FIRST else 0


def too_big(name: str, size: int, max_bytes: int) -> SourceError:
    """The error for a source that is larger than the limit; `size` in bytes."""
    return SourceError(
        f"{name} has {size:,} bytes, more than the limit of {max_bytes:,}: split it, or raise max_source_bytes"
    )


def _unpacked(source: Source, max_bytes: int) -> Source:
    if not source.data.startswith(b"\x1f\x8b"):
        return source
    try:
        with GzipFile(fileobj=io.BytesIO(source.data)) as file:
            data = file.read(max_bytes + 1)
    except (OSError, EOFError, zlib.error) as exc:
        raise SourceError(f"{source.name} is a damaged gzip file ({exc}): fetch or pack it again") from exc
    if len(data) > max_bytes:
        raise SourceError(
            f"{source.name} unpacks to more than the limit of {max_bytes:,} bytes: split it, or raise max_source_bytes"
        )
    return Source(source.name, data)
