"""Markdown to elements: the only module that knows markdown-it-py.

CommonMark 0.31 with the tables of GitHub Flavored Markdown, footnotes by their `[^1]:` lines, and formulas between
dollars. Where Markdown itself would drop text (cells beyond a table's header, `[note]: …` lines that are no link, an
unclosed comment), the text is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from index.document import BlockKind
from index.sources import fragment
from index.sources.elements import Element, Piece, Pieces, Style, cut, parted, table

_LINK_DEFINITION = re.compile(r"\[[^\]^]*[^\]\d^][^\]]*\]:\s*<?(?:[a-z][a-z0-9+.-]*:|[#/.])", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]:\s*")
_CELL_END = re.compile(r"(?<!\\)\|")
# subtle: as in Pandoc, so that "$5 and $10" is money: no space inside the dollars, no digit after the last
_MATH = re.compile(r"\$\$.+?\$\$|\$(?!\s)[^$\n]+?(?<![\s\\])\$(?!\d)", re.DOTALL)
_LONGEST_HEADING = 200


def parse(text: str) -> list[Element]:
    """The elements of a Markdown text, in reading order."""
    # Deeper than maxNesting, markdown-it drops text without a word; real papers nest five deep.
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")
    parser.block.ruler.at("reference", _link_definition, {"alt": []})
    parser.inline.ruler.before("escape", "math", _math)
    return _without_echoes(_Reader(parser, text).read())


def _link_definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Link definitions only where the line is one beyond doubt: `[1]: …` is an entry of the bibliography."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    return _LINK_DEFINITION.match(line) is not None and reference(state, start, end, silent)


def _math(state: StateInline, silent: bool) -> bool:
    """A formula is kept as written: in TeX, `_` and `\\` are no Markdown."""
    match = _MATH.match(state.src, state.pos) if state.src[state.pos] == "$" else None
    if match is None:
        return False
    if not silent:
        state.push("math", "", 0).content = match[0]
    state.pos = match.end()
    return True


class _Reader:
    """Walks the tokens of one text, and knows which quotes and list items are open."""

    def __init__(self, parser: MarkdownIt, text: str) -> None:
        self._parser = parser
        self._lines = text.split("\n")
        self._tokens = parser.parse(text)
        self._kinds: list[BlockKind] = []
        self._counts: list[int] = []  # the last number of each open list
        self._number = 0  # of the last list item that had one
        self._labels: list[str | None] = []  # of the open list items, until their first paragraph takes it

    def read(self) -> Iterator[Element]:
        at = 0
        while at < len(self._tokens):
            if self._tokens[at].type == "table_open":
                end = next(i for i in range(at, len(self._tokens)) if self._tokens[i].type == "table_close")
                yield from self._table(self._tokens[at:end])
                at = end
            yield from self._block(at)
            at += 1

    def _block(self, at: int) -> Iterator[Element]:
        token = self._tokens[at]
        if token.type in ("blockquote_open", "list_item_open"):
            is_item = token.type == "list_item_open"
            self._kinds.append(BlockKind.LIST if is_item else BlockKind.BOX)
            self._labels.append(self._count(token.info) if is_item and token.info else None)
        elif token.type in ("blockquote_close", "list_item_close"):
            self._kinds.pop()
            self._labels.pop()
        elif token.type == "ordered_list_open":
            self._counts.append(-1)
        elif token.type == "ordered_list_close":
            self._counts.pop()
        elif token.type in ("fence", "code_block"):
            yield from self._elements((Piece(token.content),), ())
        elif token.type == "html_block":
            yield from fragment.parse(token.content)
        elif token.type == "inline":
            yield from self._inline(token, self._tokens[at - 1])

    def _count(self, printed: str) -> str:
        """The number that a reader sees: as printed, or counted on where a list says "1." again and again."""
        self._counts[-1] = max(int(printed), self._counts[-1] + 1)
        return str(self._counts[-1])

    def _inline(self, token: Token, opening: Token) -> Iterator[Element]:
        pieces, links, captions = _pieces(token.children or [])
        if opening.type == "heading_open" and not _is_prose(opening, pieces):
            yield Element(BlockKind.HEADING, pieces, int(opening.tag[1:]), links=links)
        else:
            for part in parted(pieces, _FOOTNOTE):
                yield from self._elements(part, links)
        yield from (Element(BlockKind.CAPTION, (Piece(caption),)) for caption in captions)

    def _elements(self, pieces: Pieces, links: tuple[str, ...]) -> Iterator[Element]:
        words = "".join(piece.text for piece in pieces).strip()
        footnote = _FOOTNOTE.match(words)
        if footnote:
            yield Element(BlockKind.FOOTNOTE, cut(pieces, footnote.end()), label=footnote[1], links=links)
        elif words.startswith("$$") and _MATH.fullmatch(words):
            yield Element(BlockKind.FORMULA, pieces)
        elif words:
            label = self._labels.pop() if self._labels else None
            self._labels += [None] if self._kinds else []
            number = [] if self._is_counting(label) else [Piece(f"{label}. ")]
            kind = self._kinds[-1] if self._kinds else BlockKind.PARAGRAPH
            yield Element(kind, (*number, *pieces), label=label, links=links)

    def _is_counting(self, label: str | None) -> bool:
        """Whether a list's number says no more than the item's place; "2019. That year …" begins no list."""
        if label is None:
            return True
        before, self._number = self._number, int(label)
        return self._number in (0, 1, before, before + 1)

    def _table(self, tokens: Sequence[Token]) -> Iterator[Element]:
        rows: list[list[Pieces]] = []
        below: list[Piece] = []
        for token in tokens:
            if token.type == "tr_open" and token.map:
                line = self._lines[token.map[0]]
                rows.append([])
                extra = self._beyond(line, len(rows[0]))
            elif token.type == "inline" and len(rows) > 1 and len(rows[0]) > 1 and not _CELL_END.search(line):
                below += (*_pieces(token.children or [])[0], Piece("\n"))  # GFM takes the next lines for rows
            elif token.type == "inline":
                pieces, _, captions = _pieces(token.children or [])
                rows[-1].append((*pieces, *(Piece(f" {caption}") for caption in captions)))
            elif token.type == "tr_close" and len(rows) > 1:
                rows[-1] += extra
        yield from table(rows[0], rows[1:])
        yield from self._elements(tuple(below), ())

    def _beyond(self, line: str, columns: int) -> list[Pieces]:
        """The cells of a row that its table has no column for."""
        cells = _CELL_END.split(line.strip("> \t").removeprefix("|").removesuffix("|"))[columns:] if columns else []
        return [_pieces(self._parser.parseInline(cell.strip())[0].children or [])[0] for cell in cells]


def _pieces(tokens: Sequence[Token]) -> tuple[Pieces, tuple[str, ...], list[str]]:
    """The text of a line, the addresses of its links, and what its images show."""
    pieces: list[Piece] = []
    links: list[str] = []
    captions: list[str] = []
    styles: list[Style] = []
    for token in tokens:
        tag = fragment.tag(token.content) if token.type == "html_inline" else None
        if tag and tag.name in fragment.STYLES:
            styles = styles[:-1] if tag.closes else [*styles, fragment.STYLES[tag.name]]
        elif tag and tag.name == "br":
            pieces.append(Piece("\n"))
        elif token.type == "image" or (tag and tag.alt):
            captions.append(tag.alt if tag else token.content)
        elif token.type == "link_open" or (tag and tag.href):
            links.append(tag.href if tag else str(token.attrGet("href")))
        elif token.type in ("softbreak", "hardbreak"):
            pieces.append(Piece("\n"))
        elif token.content and not tag and not fragment.is_unseen(token.content):
            pieces.append(Piece(token.content, styles[-1] if styles else Style.PLAIN))
    return tuple(pieces), tuple(links), [caption for caption in captions if caption.strip()]


def _is_prose(heading: Token, pieces: Pieces) -> bool:
    """Whether a "heading" is a paragraph with a rule right below it, which Markdown takes for an underline."""
    words = "".join(piece.text for piece in pieces).strip()
    return heading.markup == "-" and (len(words) > _LONGEST_HEADING or "\n" in words or words.endswith((".", ":")))


def _without_echoes(elements: Iterable[Element]) -> list[Element]:
    """Leaves out an image's words where the caption beside it begins with the same ("Figure 1")."""
    kept: list[Element] = []
    for element in elements:
        if kept and _echoes(kept[-1], element):
            kept.pop()
        if not kept or not _echoes(element, kept[-1]):
            kept.append(element)
    return kept


def _echoes(image: Element, beside: Element) -> bool:
    is_text = beside.kind in (BlockKind.CAPTION, BlockKind.PARAGRAPH)
    return image.kind is BlockKind.CAPTION and is_text and beside.words.startswith(image.words)
