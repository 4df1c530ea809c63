"""What a marked-up text is made of, before it becomes canonical text: headings, paragraphs, list items, rows …

A flat list in reading order; the headings' levels carry the structure. Markdown and the HTML inside it give the same
elements. Knows nothing of either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from index.canonical import normalise
from index.document import BlockKind


class Style(StrEnum):
    """How a piece of text is set, where that changes its meaning."""

    PLAIN = "plain"
    SUPERSCRIPT = "superscript"
    SUBSCRIPT = "subscript"


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one style; a line break of the source is a piece of its own. `page` is where it stands, if on any."""

    text: str
    style: Style = Style.PLAIN
    page: int | None = field(default=None, repr=False)


Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Element:
    """One line of the text to be.

    `level` is that of a heading: 1 to 6, and 0 for a heading that opens no section. `label` is the printed number of a
    list's item or the name of a footnote, which is no part of `pieces`. `links` are the addresses its links lead to.
    """

    kind: BlockKind
    pieces: Pieces
    level: int = 0
    label: str | None = None
    links: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The text on one line."""
        return normalise("".join(piece.text for piece in self.pieces))


def cut(pieces: Pieces, count: int) -> Pieces:
    """The pieces without white space at their start, and without the `count` characters after it.

    >>> cut((Piece(" [1"), Piece("] Kim")), 3)
    (Piece(text=' Kim', style=<Style.PLAIN: 'plain'>),)
    """
    text = "".join(piece.text for piece in pieces)
    count += len(text) - len(text.lstrip())
    rest: list[Piece] = []
    for piece in pieces:
        rest += [replace(piece, text=piece.text[count:])] if piece.text[count:] else []
        count = max(0, count - len(piece.text))
    return tuple(rest)


def parted(pieces: Pieces, beginning: re.Pattern[str]) -> list[Pieces]:
    """The pieces, parted at each line break that a line with this beginning follows."""
    parts: list[list[Piece]] = [[]]
    for at, piece in enumerate(pieces):
        rest = "".join(each.text for each in pieces[at + 1 : at + 4]).lstrip()
        if piece.text == "\n" and beginning.match(rest):
            parts.append([])
        parts[-1].append(piece)
    return [tuple(part) for part in parts]


def table(header: Sequence[Pieces], rows: Sequence[Sequence[Pieces]]) -> list[Element]:
    """A table's rows, each a line that reads on its own: `Header: cell | Header2: cell2`.

    Empty cells are left out. The header is a row itself where its words would be lost otherwise.
    """
    lines = [_row([*zip(_padded(header, len(row)), row, strict=False)]) for row in rows]
    used = {at for row in rows for at, cell in enumerate(row) if _visible(cell)}
    if any(_visible(name) and at not in used for at, name in enumerate(header)):
        lines.insert(0, _row([((), name) for name in header]))
    return [line for line in lines if line.pieces]


def _row(cells: Iterable[tuple[Pieces, Pieces]]) -> Element:
    pieces: list[Piece] = []
    for name, cell in cells:
        if _visible(cell):
            pieces += [Piece(" | ")] if pieces else []
            pieces += [*_trimmed(name), Piece(": ")] if _visible(name) else []
            pieces += _trimmed(cell)
    return Element(BlockKind.TABLE, tuple(pieces))


def _padded(header: Sequence[Pieces], size: int) -> Sequence[Pieces]:
    return [*header, *[()] * (size - len(header))]


def _trimmed(pieces: Pieces) -> Pieces:
    words = cut(pieces, 0)
    while words and not words[-1].text.strip():
        words = words[:-1]
    return (*words[:-1], replace(words[-1], text=words[-1].text.rstrip())) if words else ()


def _visible(pieces: Pieces) -> bool:
    return any(piece.text.strip() for piece in pieces)
