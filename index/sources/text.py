"""Plain text: blank lines part paragraphs, and nothing else of its layout is read.

The first line is the title where it is short, stands alone, and is no sentence; else the title is the file's name,
which is no part of the text. Lines of a paragraph are joined, unless one is so long that nobody wrapped it: then each
line is a paragraph. A hyphen at a line's end is kept, since it may be the word's own.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from index.canonical import TextBuilder, normalise
from index.document import BlockKind, Document, Metadata
from index.errors import SourceError
from index.sources.byline import pmcid_of_name
from index.sources.decoding import beginning, decode
from index.sources.source import Source, document_id

FORMAT = "text"
TITLE = "plain text"
ENDINGS = (".txt", ".text")

_BLANK = re.compile(r"\n[^\S\n]*\n\s*|\f")
_HYPHEN = re.compile(r"(?<=[^\W\d_])([-‐])\n[^\S\n]*(?=[^\W\d_])")
_LONGEST_TITLE = 200
_LONGEST_WRAPPED = 200


def sniff(data: bytes, name: str) -> bool:
    """Whether this is plain text: by its name, an address or a name without ending included; never binary data."""
    last = PurePosixPath(name.split("?")[0]).name.lower()
    return "\x00" not in beginning(data) and (last.endswith(ENDINGS) or "." not in last)


def read(source: Source) -> tuple[Document, ...]:
    """The text.

    Raises:
        SourceError: the text cannot be decoded, or there is none.
    """
    paragraphs = [part for part in _BLANK.split(decode(source).lstrip("\ufeff")) if normalise(part)]
    if not paragraphs:
        raise SourceError(f"{source.name} has no text: is it the right file?")
    builder = TextBuilder()
    title = normalise(paragraphs[0]) if _is_title(paragraphs) else None
    if title:
        builder.add(BlockKind.TITLE, title)
    for paragraph in paragraphs[1 if title else 0 :]:
        for line in _lines(paragraph):
            builder.add(BlockKind.PARAGRAPH, line)
    canonical = builder.finish()
    stem = PurePosixPath(source.name).name.split(".")[0]
    pmcid = pmcid_of_name(source.name)
    return (
        Document(
            id=document_id(source.name, pmcid=pmcid),
            metadata=Metadata(title=title or stem or source.name, source=source.name, format=FORMAT, pmcid=pmcid),
            text=canonical.text,
            blocks=canonical.blocks,
        ),
    )


def _is_title(paragraphs: list[str]) -> bool:
    first = paragraphs[0].strip()
    return (
        len(paragraphs) > 1
        and "\n" not in first
        and len(first) <= _LONGEST_TITLE
        and not first.endswith((".", ":", ";"))
    )


def _lines(paragraph: str) -> list[str]:
    if any(len(line) > _LONGEST_WRAPPED for line in paragraph.split("\n")):
        return paragraph.split("\n")
    return [_HYPHEN.sub(r"\1", paragraph)]
