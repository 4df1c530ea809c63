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
from index.sources.outline import paper_role
from index.sources.pdf_blocks import LABEL, Block, is_marked
from index.sources.pdf_hyphens import Vocabulary, joined, on_page
from index.sources.pdf_kinds import Body, is_caption, levels
from index.sources.pdf_lines import Line
from index.sources.pdf_sections import Kinds, is_labelled, is_untitled_abstract

_CELL_GAP = 1.2  # ems
_ENTRY = re.compile(r"\[?\d{1,3}[\].)]{0,2}\s")
_BARE = re.compile(r"(\d{1,3})\s+(?=[^\W\d_])")
_BULLET = re.compile(r"[\x01-\x1f\ufffd•●▪■◦‣►▶▸➢➤✓✔∙○\uf0b7\uf0a7\uf0d8]\s+")
_UNNAMED = re.compile(r"[\x00-\x1f\ufffd\ue000-\uf8ff]")
_MOST_UNNAMED = 0.3  # of a block's letters
_LONGEST_RUN_IN = 10  # words
_FLOWING = (BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.ABSTRACT)
_LEAST_LABELLED = 0.6


@dataclass(frozen=True, eq=False)
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
            bullet = _BULLET.match(item.text) if item.kind in (BlockKind.LIST, BlockKind.BOX) else None
            pieces = cut(pieces, bullet.end()) if bullet else pieces
            found.append(Element(item.kind, pieces, item.level))
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
    kinds = Kinds(body, in_abstract=start < len(blocks) and is_labelled(blocks[start]))
    told: list[tuple[Block, BlockKind]] = []
    for at, block in enumerate(blocks):
        if block in title:
            kind = BlockKind.TITLE
        elif _is_garbage(block):
            continue
        elif at < start:
            kind = _kind_in_front(block, body)
        else:
            kind = kinds.of(block, blocks[at + 1 : at + 4])
        told.append((block, kind))
    ranks = levels([block for block, kind in told if kind is BlockKind.HEADING])
    parts = [part for block, kind in told for part in _parts(block, kind, ranks)]
    return _flowing(_boxes_last(_whole_title(parts)))


def _kind_in_front(block: Block, body: Body) -> BlockKind:
    if is_caption(block, body):
        return BlockKind.CAPTION
    return BlockKind.ABSTRACT if is_untitled_abstract(block) else BlockKind.NOTE


def _is_garbage(block: Block) -> bool:
    """Whether a block is of letters that its font does not name, as those in figures often are."""
    letters = block.text.replace(" ", "")
    return len(_UNNAMED.findall(letters)) >= _MOST_UNNAMED * len(letters)


def _whole_title(parts: Sequence[Item]) -> list[Item]:
    """The items with the title's blocks as one, where the first of them stands."""
    titles = [part for part in parts if part.kind is BlockKind.TITLE]
    rest = [part for part in parts if part.kind is not BlockKind.TITLE]
    if not titles:
        return rest
    whole = replace(titles[0], lines=tuple(line for part in titles for line in part.lines), last=titles[-1].last)
    at = next(place for place, part in enumerate(parts) if part is titles[0])
    return [*rest[:at], whole, *rest[at:]]


def _boxes_last(parts: Sequence[Item]) -> list[Item]:
    """The items with each box as a section of its own, after the section in which it stands."""
    found: list[Item] = []
    held: list[Item] = []
    for part in parts:
        if part.kind is BlockKind.BOX:
            is_title = not is_marked(part.lines[0])
            held.append(replace(part, kind=BlockKind.HEADING, level=1) if is_title else part)
            continue
        if part.kind is BlockKind.HEADING and part.level == 1:
            found += held
            held = []
        found.append(part)
    return [*found, *held]


def _parts(block: Block, kind: BlockKind, ranks: dict[int, int]) -> list[Item]:
    """The block as an item; a title that runs into its paragraph is one of its own."""
    if kind is BlockKind.HEADING:
        return [Item(kind, block.lines, block, ranks[id(block)])]
    count = _run_in(block) if kind in (BlockKind.PARAGRAPH, BlockKind.ABSTRACT, BlockKind.FOOTNOTE) else 0
    first = block.lines[0]
    title = Line(first.words[:count] or first.words, first.page)
    is_back = paper_role(title.text, None) is BlockKind.BACK
    if not count or (kind is BlockKind.FOOTNOTE and not is_back):
        return [Item(kind, block.lines, block)]
    rest = Line((replace(first.words[count], glued=False), *first.words[count + 1 :]), first.page)
    return [
        Item(BlockKind.HEADING, (title,), block, 1 if is_back else 6),
        Item(BlockKind.PARAGRAPH if is_back else kind, (rest, *block.lines[1:]), block),
    ]


def _run_in(block: Block) -> int:
    """How many words of the first line are the title of what follows in it: "Methods: Cells were …"."""
    words = block.lines[0].words
    other = next((at for at, word in enumerate(words) if word.font.name == block.font.name), 0)
    label = LABEL.match(block.lines[0].text)
    if label and not other:
        return len(label[0].split()) if len(label[0].split()) < len(words) else 0
    if not 0 < other <= _LONGEST_RUN_IN or words[other].glued:
        return 0
    text = Line(words[:other], block.page).text
    follows = words[other].text
    is_title = LABEL.match(f"{text.rstrip('.:')}: ") or paper_role(text, None) is BlockKind.BACK
    if is_title and follows[0].isupper():
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
    full = whole.last.is_full(part.lines[0].words[0])
    return full and part.text[0].islower() if whole.last.ends else full or not part.text[0].isupper()
