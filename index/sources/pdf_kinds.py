"""What each block of a PDF is, told by its font, its place and its first words.

Prose is set in the fonts that much of the document is set in; a heading differs from it and has prose below it; a
caption begins with its label. What is none of these (labels in figures, what surrounds a title) is a note: it stays
in the text, and in no passage.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.document import BlockKind
from index.sources import bibliography
from index.sources.outline import name, paper_role
from index.sources.pdf_blocks import Block, is_marked, is_terminal
from index.sources.pdf_pages import Font

_LABEL = re.compile(
    r"(?:(?:supplementa(?:ry|l)|extended data|additional)\s+)?"
    r"(?P<what>fig(?:ure|\.)?|table|scheme|box|chart|plate|video)\s*"
    r"(?:S?\d{1,3}[a-z]?|[IVX]{1,5}|[A-Z]\d?)(?P<stop>\s*[.:|–—]|\s*$)?(?=\s|$|[.:|–—])",
    re.IGNORECASE,
)
_CAPTION_GOES_ON = re.compile(r"(?:notes?|abbreviations?|source|legend|keys?)\s*[:.]", re.IGNORECASE)
_NAMES = re.compile(
    r"abstract|summary|introduction|background|objectives?|aims?|results?(?: and discussions?)?|discussions?"
    r"|(?:patients?|subjects?|participants?|materials?)(?: and methods?)?|(?:materials? (?:and|&) )?methods?"
    r"|methods? and (?:materials?|analysis)|methodology|experimental(?: (?:section|procedures?))?|conclusions?"
    r"|(?:discussion|summary) and conclusions?|case (?:report|presentation)|keywords?|study protocol|limitations?"
    r"|ethics|statistical analys[ie]s|data availability|author contributions?",
    re.IGNORECASE,
)
_OPENERS = re.compile(
    r"summary|introduction|background|objectives?|aims?|purpose|case (?:report|presentation)|context|importance"
)
_LONGEST_OPENER = 40  # characters
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+(?=[^\W\d_])")
_SIZES = 0.4
_LEAST_SHARE = 0.1  # of the letters of all prose, for a font to be one of the body's
_LONGEST_HEADING = 22  # words
_LEAST_HEADING = 0.8  # of the size of the text
_MOST_TITLES = 3  # one below the other
_NO_HEADING = re.compile(r"@|https?:|\bdoi\b|©|[\x00-\x1f\ufffd]", re.IGNORECASE)
_NEAR = 2.2  # ems between two baselines of one caption at most
_PROSE_WORDS = 5  # a line
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Body:
    """How the paper's own text is set: the sizes in points of its fonts, the commonest first, and that one's name."""

    sizes: tuple[float, ...]
    font: Font

    def holds(self, block: Block) -> bool:
        """Whether a block has the size of the text."""
        return any(abs(block.size - size) < _SIZES for size in self.sizes)


def body(blocks: Sequence[Block]) -> Body:
    """The fonts that most prose is set in, captions and the bibliography aside."""
    fonts: Counter[Font] = Counter()
    titles = [at for at, block in enumerate(blocks) if bibliography.is_bibliography(block.text)]
    inner = blocks[: titles[-1]] if titles and titles[-1] else blocks
    later = [block for block in inner if block.page > inner[0].page]  # the first page has much small print
    for block in later if any(map(is_prose, later)) else inner:
        if is_prose(block) and not _LABEL.match(block.text) and not _CAPTION_GOES_ON.match(block.text):
            fonts[block.font] += len(block.text)
    if not fonts:
        fonts.update(block.font for block in blocks)
    sizes: Counter[float] = Counter()
    for font, weight in fonts.items():
        sizes[font.size] += weight
    common = [size for size, weight in sizes.most_common() if weight >= _LEAST_SHARE * sizes.total()]
    first = max(fonts, key=lambda font: (font.size == common[0], fonts[font]))
    return Body(tuple(common), first)


def is_prose(block: Block) -> bool:
    """Whether a block reads as running text: several lines of many words, or a whole sentence."""
    words = len(block.text.split())
    letters = len(_LETTERS.findall(block.text))
    if letters < 0.6 * len(block.text.replace(" ", "")):
        return False
    if len(block.lines) == 1:
        return words > _PROSE_WORDS and block.ends
    return words >= _PROSE_WORDS * len(block.lines) or (words > 2 * _PROSE_WORDS and block.ends)


def is_caption(block: Block, body: Body) -> bool:
    """Whether a block is the caption of a figure or table: its label is followed by a stop, or set in another font."""
    match = _LABEL.match(block.text)
    if match is None or is_marked(block.lines[0]):
        return False
    first = block.lines[0].words[0].font
    return bool(match["stop"]) or first.name != body.font.name or not body.holds(block)


def is_table(caption: Block) -> bool:
    """Whether a caption is a table's."""
    match = _LABEL.match(caption.text)
    return match is not None and match["what"].lower() == "table"


def goes_on_caption(block: Block, above: Block, body: Body) -> bool:
    """Whether a block goes on with the caption whose last block is `above`: right below it, and as small.

    A label that stands alone ("Table 1") has its title below it.
    """
    if _CAPTION_GOES_ON.match(block.text) and abs(block.size - above.size) < 1.0:
        return True
    distance = block.lines[0].y - above.lines[-1].y
    below = block.page == above.page and 0 < distance <= _NEAR * above.size
    label = _LABEL.match(above.text)
    if label is not None and label.end() == len(above.text):
        return below
    reads_on = is_prose(block) or not above.ends
    return below and reads_on and not body.holds(block) and abs(block.size - above.size) < _SIZES


def is_heading(block: Block, below: Sequence[Block], body: Body) -> bool:
    """Whether a block is the title of a section, `below` being what comes after it: prose, or another title."""
    if is_name(block.text) and len(block.lines) == 1:
        return True
    if not _may_be_heading(block, body):
        return False
    for at, block_below in enumerate(below[:_MOST_TITLES]):
        if body.holds(block_below) and (is_prose(block_below) or is_marked(block_below.lines[0])):
            return True
        if not _may_be_heading(block_below, body) or at == _MOST_TITLES - 1:
            return False
    return False


def _may_be_heading(block: Block, body: Body) -> bool:
    words, first = block.text.split(), _LETTERS.search(block.text)
    if first is None or len(words) > _LONGEST_HEADING or len(block.lines) > 4:
        return False
    if len(_LETTERS.findall(block.text)) < 3 or not first[0].isupper() or _NO_HEADING.search(block.text):
        return False
    if block.text.endswith((".", ",", ";")) and not _NUMBERED.match(block.text):
        return False
    differs = block.font.name != body.font.name or block.size > body.font.size + _SIZES or block.text.isupper()
    return differs and block.size >= _LEAST_HEADING * body.font.size and not is_prose(block) and _is_placed(block)


def _is_placed(block: Block) -> bool:
    """Whether a block begins where its column does, or stands in the middle of it."""
    first = block.lines[0]
    return abs(first.x0 - block.left) <= 2 * block.size or (
        abs((first.x0 - block.left) - (block.right - first.x1)) <= 2 * block.size
    )


def is_name(text: str) -> bool:
    """Whether a text is what sections of a paper are called, with or without a number."""
    words = name(text)
    return bool(
        _NAMES.fullmatch(words)
        or bibliography.is_bibliography(text)
        or (
            len(words) < 60 and paper_role(text, None) in (BlockKind.ABSTRACT, BlockKind.BACK) and not is_terminal(text)
        )
    )


def opens_paper(block: Block) -> bool:
    """Whether a block is a title with which a paper begins after its authors and their addresses."""
    is_title = _OPENERS.fullmatch(name(block.text)) or paper_role(block.text, None) is BlockKind.ABSTRACT
    return len(block.lines) == 1 and bool(is_title) and len(block.text) <= _LONGEST_OPENER


def levels(headings: Iterable[Block]) -> dict[int, int]:
    """The level of each heading by its `id`: its number's depth, else the rank of its font.

    The font in which the parts of every paper are titled ("Introduction") is that of level 1.
    """
    headings = list(headings)
    names = Counter(_style(block) for block in headings if is_name(block.text))
    main = max(names, key=lambda style: (names[style], style)) if names else None
    lower = sorted({_style(block) for block in headings} - {main}, reverse=True)
    if main is None:
        ranks = {style: at for at, style in enumerate(lower, 1)}
    else:
        higher = [style for style in lower if style[0] > main[0] + 0.5]
        ranks = {main: 1} | dict.fromkeys(higher, 1)
        ranks |= {style: at for at, style in enumerate((each for each in lower if each not in higher), 2)}
    return {id(block): _level(block, ranks) for block in headings}


def _level(block: Block, ranks: dict[tuple[float, bool, bool, bool], int]) -> int:
    number = _NUMBERED.match(block.text)
    if number:
        return number[1].count(".") + 1
    is_outer = bibliography.is_bibliography(block.text) or paper_role(block.text, None) is not None
    return 1 if is_outer else min(6, ranks[_style(block)])


def _style(block: Block) -> tuple[float, bool, bool, bool]:
    return round(2 * block.size) / 2, block.text.isupper(), block.font.bold, not block.font.italic
