"""Blocks of a PDF in reading order to the elements of a text: sections, paragraphs over columns and pages, floats.

A paragraph goes on in the next column or on the next page where its last line is full and its sentence has not ended.
Captions, tables and notes that stand in between come before it if they are on the page where it begins, else after it,
so that pages stay in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index.document import BlockKind
from index.sources import bibliography
from index.sources.elements import Element, Piece, Pieces, cut
from index.sources.pdf_blocks import Block, is_marked
from index.sources.pdf_hyphens import Vocabulary, joined, on_page
from index.sources.pdf_kinds import (
    Body,
    goes_on_caption,
    is_caption,
    is_heading,
    is_name,
    is_prose,
    is_table,
    levels,
)
from index.sources.pdf_lines import Line

_CELL_GAP = 1.2  # ems
_ENTRY = re.compile(r"\[?\d{1,3}[\].)]{0,2}\s")
_BARE = re.compile(r"(\d{1,3})\s+(?=[^\W\d_])")
_BULLET = re.compile(r"[\x01-\x1f\ufffd•●▪■◦‣►▶▸➢➤✓✔∙○\uf0b7\uf0a7\uf0d8]\s+")
_FORMULA = re.compile(r"[=≈≤≥×∑∫∏±]")
_RUN_IN = re.compile(
    r"(?:background|context|importance|introduction|objectives?|aims?|purpose|hypothesis|design|setting|patients?"
    r"|participants?|(?:materials? and )?methods?|methods? and (?:analysis|findings|results)|interventions?"
    r"|main outcomes?(?: and measures?)?|measurements?|results?|findings|conclusions?(?: and relevance)?|discussion"
    r"|significance|interpretation|(?:strengths and )?limitations?|funding|key ?words?|abbreviations?|data sources"
    r"|ethics and dissemination|trial registration(?: number)?|study selection"
    r"|background and (?:aims?|objectives?|purpose))\s*[:.—-]?",
    re.IGNORECASE,
)
_LONGEST_RUN_IN = 10  # words
_FLOWING = (BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.ABSTRACT)
_LEAST_LABELLED = 0.6


@dataclass(frozen=True)
class Item:
    """A block, or several that are one paragraph, and what it is; `level` is that of a heading."""

    kind: BlockKind
    lines: tuple[Line, ...]
    last: Block
    level: int = 0

    @property
    def page(self) -> int:
        """Where it begins."""
        return self.lines[0].page

    @property
    def text(self) -> str:
        """Its lines with spaces between them."""
        return " ".join(line.text for line in self.lines)


def elements(items: Iterable[Item], words: Vocabulary) -> list[Element]:
    """The text's elements, each row of a table one."""
    found: list[Element] = []
    for item in items:
        if item.kind is BlockKind.TABLE:
            found += [Element(item.kind, on_page(_row(line), line.page)) for line in item.lines]
        else:
            pieces = joined([on_page(line.pieces, line.page) for line in item.lines], words)
            bullet = _BULLET.match(item.text) if item.kind is BlockKind.LIST else None
            found.append(Element(item.kind, cut(pieces, bullet.end() if bullet else 0), level=item.level))
    return found


def with_labels(found: Sequence[Element]) -> list[Element]:
    """The elements with bare numbers that count the entries of the bibliography as their labels: "1 Smith A. …"."""
    result: list[Element] = []
    number: int | None = None
    for element in found:
        if element.kind is BlockKind.HEADING:
            number = 0 if bibliography.is_bibliography(element.words) else None
        match = _BARE.match(element.words) if number is not None and element.kind is BlockKind.LIST else None
        if match and number is not None and int(match[1]) == number + 1:
            number += 1
            element = replace(element, pieces=cut(element.pieces, match.end()), label=match[1])
        result.append(element)
    return result


def _row(line: Line) -> Pieces:
    """A row of a table, its cells parted."""
    pieces: list[Piece] = []
    for at, word in enumerate(line.words):
        wide = at and word.x0 - line.words[at - 1].x1 > _CELL_GAP * line.size
        pieces += [Piece(" | " if wide else " ")] if at and not word.glued else []
        pieces.append(replace(line.pieces[0], text=word.text, style=line.style(word)))
    return tuple(pieces)


def items(blocks: Sequence[Block], body: Body, title: Sequence[Block], start: int) -> list[Item]:
    """What each block is, paragraphs put together; blocks before `start` surround the title, and are notes."""
    kinds = _Kinds(body)
    marked: list[tuple[Block, BlockKind]] = []
    for at, block in enumerate(blocks):
        below = blocks[at + 1] if at + 1 < len(blocks) else None
        if block in title:
            kind = BlockKind.TITLE
        elif at < start:
            kind = BlockKind.ABSTRACT if _is_untitled_abstract(block, blocks[:start]) else BlockKind.NOTE
        else:
            kind = kinds.of(block, below)
        marked.append((block, kind))
    ranks = levels([block for block, kind in marked if kind is BlockKind.HEADING])
    return _flowing([part for block, kind in marked for part in _parts(block, kind, ranks)])


class _Kinds:
    """Tells the kinds of blocks in order: what a block is depends on the heading or caption above it."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._caption: Block | None = None
        self._heading = ""
        self._section: Block | None = None  # the first block of the section

    def of(self, block: Block, below: Block | None) -> BlockKind:
        if is_caption(block, self._body):
            self._caption = block
            return BlockKind.CAPTION
        if self._caption and goes_on_caption(block, self._caption):
            return BlockKind.CAPTION
        if is_heading(block, below, self._body) and not self._is_in_table(block):
            self._caption, self._heading, self._section = None, block.text, None
            return BlockKind.HEADING
        if self._is_in_table(block):
            return (
                BlockKind.FOOTNOTE
                if is_prose(block) and not any(line.gaps for line in block.lines)
                else BlockKind.TABLE
            )
        self._caption = None
        return self._kind(block)

    def _is_in_table(self, block: Block) -> bool:
        own = self._body.holds(block) and block.font.name == self._body.font.name and is_prose(block)
        return self._caption is not None and is_table(self._caption) and not own and not is_name(block.text)

    def _kind(self, block: Block) -> BlockKind:
        first = self._section = self._section or block
        if bibliography.is_bibliography(self._heading):
            return BlockKind.LIST if abs(first.size - block.size) < 1.0 else BlockKind.NOTE
        own = self._body.holds(block) or (
            is_prose(first) and abs(first.size - block.size) < 0.3 and bool(self._heading)
        )
        if own and is_marked(block.lines[0]):
            return BlockKind.LIST
        if own and is_prose(block):
            return BlockKind.PARAGRAPH
        if own and _FORMULA.search(block.text):
            return BlockKind.FORMULA
        if own and block.font.name == self._body.font.name and len(block.text.split()) > 2:
            return BlockKind.PARAGRAPH
        return BlockKind.FOOTNOTE if is_prose(block) and block.page > 1 else BlockKind.NOTE


def _is_untitled_abstract(block: Block, front: Sequence[Block]) -> bool:
    words = block.text.split()
    return (
        len(words) >= 50
        and is_prose(block)
        and block.ends
        and not re.search(
            r"@|©|\bcorrespond|\breceived\b|\baccepted\b|\bcopyright\b|\bto cite\b", block.text, re.IGNORECASE
        )
        and sum(word[0].isupper() for word in words) < 0.35 * len(words)
    )


def _parts(block: Block, kind: BlockKind, ranks: dict[int, int]) -> list[Item]:
    """The block as an item; a title that runs into its paragraph is one of its own."""
    if kind is BlockKind.HEADING:
        return [Item(kind, block.lines, block, ranks[id(block)])]
    count = _run_in(block) if kind in (BlockKind.PARAGRAPH, BlockKind.ABSTRACT) else 0
    if not count:
        return [Item(kind, block.lines, block)]
    first = block.lines[0]
    rest = Line((replace(first.words[count], glued=False), *first.words[count + 1 :]), first.page)
    return [
        Item(BlockKind.HEADING, (Line(first.words[:count], first.page),), block, 6),
        Item(kind, (rest, *block.lines[1:]), block),
    ]


def _run_in(block: Block) -> int:
    """How many words of the first line are the title of what follows in it: "Methods: Cells were …"."""
    words = block.lines[0].words
    other = next((at for at, word in enumerate(words) if word.font.name == block.font.name), 0)
    if not 0 < other <= _LONGEST_RUN_IN or words[other].glued:
        return 0
    text = Line(words[:other], block.page).text
    follows = words[other].text
    if _RUN_IN.fullmatch(text) and follows[0].isupper():
        return other
    return other if text.endswith((".", ":")) and follows[0].isupper() and text[0].isupper() and len(text) > 3 else 0


def _flowing(parts: Sequence[Item]) -> list[Item]:
    found: list[Item] = []
    open_: int | None = None  # place of the last paragraph, if another may go on with it
    entries = list(_entries(parts))
    labelled = sum(bool(_ENTRY.match(part.text)) for part in entries) >= _LEAST_LABELLED * max(1, len(entries))
    ids = {id(part) for part in entries}
    for part in parts:
        if part.kind not in _FLOWING:
            open_ = None if part.kind in (BlockKind.HEADING, BlockKind.FORMULA) else open_
            found.append(part)
            continue
        is_entry = id(part) in ids
        if open_ is not None and (
            (is_entry and labelled and not _ENTRY.match(part.text))
            or (not (is_entry and labelled) and _goes_on(found[open_], part))
        ):
            whole = found[open_]
            floats = found[open_ + 1 :]
            before = [each for each in floats if each.page <= whole.page]
            after = [each for each in floats if each.page > whole.page]
            found[open_:] = [*before, replace(whole, lines=(*whole.lines, *part.lines), last=part.last), *after]
            open_ += len(before)
        else:
            open_ = len(found)
            found.append(part)
    return found


def _entries(parts: Sequence[Item]) -> Iterable[Item]:
    inside = False
    for part in parts:
        if part.kind is BlockKind.HEADING:
            inside = bibliography.is_bibliography(part.text)
        elif inside and part.kind is BlockKind.LIST:
            yield part


def _goes_on(whole: Item, part: Item) -> bool:
    if is_marked(part.lines[0]) or abs(whole.last.size - part.last.size) > 0.5 or whole.last is part.last:
        return False
    lower = part.text[:1].islower()
    if whole.last.ends:
        return whole.last.is_full and lower
    return whole.last.is_full or lower
