"""What each block of a PDF is, by what stands above it: in an abstract, below a caption, in the bibliography."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.document import BlockKind
from index.sources import bibliography
from index.sources.outline import paper_role
from index.sources.pdf_blocks import LABEL, Block, is_marked
from index.sources.pdf_kinds import Body, goes_on_caption, is_caption, is_heading, is_name, is_prose, is_table

_ALIKE = 0.3  # points
_BOX = re.compile(
    r"(?:article summary|strengths and limitations of this (?:study|review)|key (?:points|messages|findings)"
    r"|what (?:is already known|this (?:study|paper|article) adds|are the new findings).{0,40}|highlights)[:?]?",
    re.IGNORECASE,
)
_KEYWORDS = re.compile(r"key\s?words?(?:\s*[:.—–-]|\s+and phrases|\s*$)|key\s?words?\s", re.IGNORECASE)
_ABOUT = re.compile(
    r"@|©|\bcorrespond(?:ence|ing)\b|\breceived:?\s\d|\baccepted:?\s\d|\bcopyright\b|\bto cite\b|\bpublished by\b"
    r"|\bopen[- ]access article\b|\bcreative commons\b|\ball rights reserved\b|\bcontributed equally\b",
    re.IGNORECASE,
)
_ABOUT_SIZE = 200  # characters
_LONGEST_KEYWORDS = 60  # words
_FORMULA = re.compile(r"[=≈≤≥×∑∫∏±]")
_LEAST_ABSTRACT = 50  # words


class Kinds:
    """Tells the kinds of a paper's blocks, one after another, from the first that does not surround its title."""

    def __init__(self, body: Body, *, in_abstract: bool) -> None:
        self._body = body
        self._in_abstract = in_abstract  # without a title of its own
        self._caption: Block | None = None  # the last block of a caption, right above
        self._box: Block | None = None
        self._is_table = False
        self._heading: str | None = None
        self._first: Block | None = None  # of the section

    def of(self, block: Block, below: Sequence[Block]) -> BlockKind:
        """The kind of the next block, `below` being those after it."""
        if is_caption(block, self._body):
            self._caption, self._is_table = block, is_table(block)
            return BlockKind.CAPTION
        if self._caption and goes_on_caption(block, self._caption, self._body):
            self._caption = block
            return BlockKind.CAPTION
        self._caption = None
        if _BOX.fullmatch(block.text) or (self._box and is_marked(block.lines[0])):
            self._box = block
            return BlockKind.BOX
        self._box = None
        in_table = self._is_in_table(block)
        if not in_table and not self._is_entry(block) and is_heading(block, below, self._body):
            self._heading, self._first, self._is_table, self._in_abstract = block.text, None, False, False
            return BlockKind.HEADING
        if in_table:
            is_note = is_prose(block) and not any(line.gaps for line in block.lines)
            return BlockKind.FOOTNOTE if is_note else BlockKind.TABLE
        self._is_table = False
        return self._in_section(block)

    def _is_entry(self, block: Block) -> bool:
        """Whether a block is of the bibliography, whose numbers are none of sections."""
        listed = self._heading is not None and bibliography.is_bibliography(self._heading)
        return listed and block.text[0].isdigit() and not is_name(block.text)

    def _is_in_table(self, block: Block) -> bool:
        own = self._body.holds(block) and block.font.name == self._body.font.name and is_prose(block)
        return self._is_table and not own and not is_name(block.text)

    def _in_section(self, block: Block) -> BlockKind:
        self._first = self._first or block
        alike = abs(self._first.size - block.size) < _ALIKE
        if self._heading and bibliography.is_bibliography(self._heading):
            return BlockKind.LIST if alike else BlockKind.NOTE
        if is_keywords(block):
            self._heading, self._in_abstract = None, False  # what is below, in small letters, is about the paper
            return BlockKind.NOTE
        holds = self._body.holds(block)
        if not holds and _ABOUT.search(block.text[:_ABOUT_SIZE]):
            return BlockKind.NOTE
        role = BlockKind.ABSTRACT if self._in_abstract else paper_role(self._heading or "", None)
        if holds or (alike and role is not None):
            kind = _own_kind(block, self._body)
            return BlockKind.ABSTRACT if kind is BlockKind.PARAGRAPH and self._in_abstract else kind
        return BlockKind.FOOTNOTE if is_prose(block) and block.page > 1 else BlockKind.NOTE


def is_labelled(block: Block) -> bool:
    """Whether a block is the first part of an abstract without a title: "Background: Cells are …"."""
    return is_prose(block) and LABEL.match(block.text) is not None


def is_keywords(block: Block) -> bool:
    """Whether a block lists the keywords."""
    return _KEYWORDS.match(block.text) is not None and len(block.text.split()) <= _LONGEST_KEYWORDS


def is_untitled_abstract(block: Block) -> bool:
    """Whether a block between title and first section reads as an abstract does, and not as addresses do."""
    words = block.text.split()
    capitals = sum(word[0].isupper() for word in words)
    return (
        len(words) >= _LEAST_ABSTRACT
        and is_prose(block)
        and block.ends
        and capitals < 0.35 * len(words)
        and not _ABOUT.search(block.text)
    )


def _own_kind(block: Block, body: Body) -> BlockKind:
    """The kind of a block of the paper's own text."""
    if is_marked(block.lines[0]):
        return BlockKind.LIST
    if is_prose(block):
        return BlockKind.PARAGRAPH
    if _FORMULA.search(block.text):
        return BlockKind.FORMULA
    is_set_alike = any(word.font.name == body.font.name for line in block.lines for word in line.words)
    return BlockKind.PARAGRAPH if is_set_alike and len(block.text.split()) > 2 else BlockKind.NOTE
