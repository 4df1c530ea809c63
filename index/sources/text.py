"""Plain text: blank lines part paragraphs, and a line "References" begins the bibliography; nothing else is read.

The first line is the title where it is short, stands alone, and is no sentence; else the title is the file's name,
which is no part of the text. Lines of a paragraph are joined, unless one is so long that nobody wrapped it: then each
line is a paragraph. A hyphen at a line's end is kept, since it may be the word's own.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from index.canonical import CanonicalText, TextBuilder, normalise
from index.document import BlockKind, Document, Metadata, Reference
from index.errors import SourceError
from index.sources import bibliography
from index.sources.byline import pmcid_of_name
from index.sources.decoding import beginning, decode
from index.sources.elements import Element, Piece
from index.sources.named_marks import only_year
from index.sources.outline import compose
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
    parted = [part for part in _BLANK.split(decode(source).lstrip("\ufeff")) if normalise(part)]
    paragraphs = [piece for part in parted for piece in _title_apart(part)]
    if not paragraphs:
        raise SourceError(f"{source.name} has no text: is it the right file?")
    title = normalise(paragraphs[0]) if _is_title(paragraphs) else None
    lines = [line for paragraph in paragraphs[1 if title else 0 :] for line in _lines(paragraph)]
    first = [Element(BlockKind.TITLE, (Piece(title),))] if title else []
    rest, references = _with_references(lines, paragraphs)
    canonical = compose([*first, *rest], references) if references else _plain(title, lines)
    stem = PurePosixPath(source.name).name.split(".")[0]
    pmcid = pmcid_of_name(source.name)
    return (
        Document(
            id=document_id(source.name, pmcid=pmcid),
            metadata=Metadata(title=title or stem or source.name, source=source.name, format=FORMAT, pmcid=pmcid),
            text=canonical.text,
            blocks=canonical.blocks,
            sections=canonical.sections,
            reference_marks=canonical.reference_marks,
            references=references,
        ),
    )


def _plain(title: str | None, lines: list[str]) -> CanonicalText:
    builder = TextBuilder()
    builder.add(BlockKind.TITLE, title or "")
    for line in lines:
        builder.add(BlockKind.PARAGRAPH, line)
    return builder.finish()


def _with_references(lines: list[str], paragraphs: list[str]) -> tuple[list[Element], tuple[Reference, ...]]:
    """The text without its bibliography, and the bibliography: entries that are numbered, or each with its year."""
    body, entries = _parted(lines, paragraphs)
    is_numbered = any(bibliography.is_labelled(entry) for entry in entries)
    if not entries or not (is_numbered or all(only_year(entry) for entry in entries)):
        return [], ()
    found = [Element(BlockKind.PARAGRAPH, (Piece(entry),)) for entry in entries]
    head = Element(BlockKind.HEADING, (Piece("References"),), level=1)
    rest, references = bibliography.take([head, *found])
    return [*(Element(BlockKind.PARAGRAPH, (Piece(line),)) for line in body), *rest], references


def _title_apart(paragraph: str) -> list[str]:
    title, _, rest = paragraph.partition("\n")
    is_title = bibliography.is_bibliography(normalise(title).rstrip(":"))
    return [title, rest] if is_title and bibliography.is_labelled(rest.strip()) else [paragraph]


def _parted(lines: list[str], paragraphs: list[str]) -> tuple[list[str], list[str]]:
    """The lines before the title of the bibliography, and its entries, parted where a line begins with a number."""
    titles = [at for at, line in enumerate(lines) if bibliography.is_bibliography(normalise(line).rstrip(":"))]
    after = [at for at, part in enumerate(paragraphs) if bibliography.is_bibliography(normalise(part).rstrip(":"))]
    if not titles or not after:
        return lines, []
    entries: list[str] = []
    for paragraph in paragraphs[after[-1] + 1 :]:
        own = paragraph.split("\n")
        for at, line in enumerate(own):
            if at == 0 or bibliography.is_labelled(line.strip()):
                entries.append(line)
            else:
                entries[-1] += f"\n{line}"
    return lines[: titles[-1]], entries


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
