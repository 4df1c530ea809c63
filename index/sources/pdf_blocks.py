"""Lines of a column to blocks: paragraphs, headings, items, captions, told by white space, indents and fonts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from index.sources.pdf_layout import Column
from index.sources.pdf_lines import Line, Word
from index.sources.pdf_pages import Font

_INDENT = 0.6  # ems
_SPACE = 0.3  # ems between two words
_RAGGED = 0.5  # ems that a full line may end before the longest one
_LOOSE = 1.3  # of the usual distance between two baselines
_WINDOW = 8  # lines before and after that tell where lines begin
_SIZES = 0.4  # points: fonts whose sizes differ by less are of one size
MARKER = re.compile(
    r"[\x01-\x1f\ufffd•●▪■◦‣►▶▸➢➤✓✔·∙○\uf0b7\uf0a7\uf0d8*–—-]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]|\[\d{1,3}\]\.?|\((?:\d{1,3}|[a-z]|[ivx]{1,4})\)"
)
LABEL = re.compile(  # of a part of an abstract: "Methods: Cells were …"
    r"(?:background|context|importance|introduction|objectives?|aims?|purpose|hypothesis|(?:study )?design|setting"
    r"|patients?|participants?|(?:materials? and )?methods?(?: and (?:analysis|findings|results))?|interventions?"
    r"|main outcomes?(?: and measures?)?|measurements?|(?:main )?results?|findings|conclusions?(?: and relevance)?"
    r"|discussion|significance|interpretation|(?:strengths and )?limitations?|funding|abbreviations?|data sources"
    r"|ethics and dissemination|trial registration(?: number)?|study selection"
    r"|background (?:and|&) (?:aims?|objectives?|purpose))\s*[:.—–-](?=\s)",
    re.IGNORECASE,
)
_TERMINAL = re.compile(r"[.?!:;…][”’\"')\]]*(?:\s?[\[(]?\d[\d,–\-\s]*[\])]?)?\.?$")


@dataclass(frozen=True, eq=False)
class Block:
    """Neighbouring lines of one column that belong together. `right` is where the longest lines of its size end."""

    lines: tuple[Line, ...]
    left: float
    right: float

    @property
    def page(self) -> int:
        """The page it begins on."""
        return self.lines[0].page

    @cached_property
    def text(self) -> str:
        """Its lines with spaces between them."""
        return " ".join(line.text for line in self.lines)

    @cached_property
    def size(self) -> float:
        """That of most of it, in points."""
        sizes: Counter[float] = Counter()
        for line in self.lines:
            sizes[line.size] += len(line.text)
        return max(sizes, key=lambda size: (sizes[size], size))

    @cached_property
    def font(self) -> Font:
        """That of most of it."""
        fonts: Counter[Font] = Counter()
        for line in self.lines:
            fonts[line.font] += len(line.text)
        return max(fonts, key=lambda font: (fonts[font], font.name))

    def is_full(self, word: Word) -> bool:
        """Whether this word has no room at the end of its last line, as in the middle of a paragraph."""
        last = self.lines[-1]
        return last.x1 + _SPACE * last.size + (word.x1 - word.x0) > self.right - _RAGGED * last.size

    @property
    def ends(self) -> bool:
        """Whether its last sentence has ended."""
        return is_terminal(self.lines[-1].text)


def is_terminal(text: str) -> bool:
    """Whether a text ends as a sentence or an item does, marks of references after the stop included.

    >>> is_terminal("was seen.[12]"), is_terminal("was seen in"), is_terminal("as follows:")
    (True, False, True)
    """
    return _TERMINAL.search(text.rstrip()) is not None


def leadings(columns: Iterable[Column]) -> dict[float, float]:
    """For each size of font the usual distance between two baselines, in points."""
    distances: dict[float, Counter[float]] = {}
    for column in columns:
        for above, below in pairwise(column.lines):
            distance = below.y - above.y
            if above.size == below.size and 0.9 * above.size <= distance <= 2.6 * above.size:
                distances.setdefault(above.size, Counter())[round(2 * distance) / 2] += 1
    return {size: max(counts, key=lambda each: (counts[each], -each)) for size, counts in distances.items()}


def blocks(column: Column, leading: Mapping[float, float]) -> list[Block]:
    """The blocks of a column, in order."""
    found: list[list[Line]] = []
    starts = [_usual_start(column.lines, at) for at in range(len(column.lines))]
    for at, line in enumerate(column.lines):
        if at and not _begins(column, at, starts, leading):
            found[-1].append(line)
        else:
            found.append([line])
    rights = {line.size: 0.0 for line in column.lines}
    for size in rights:
        rights[size] = max(line.x1 for line in column.lines if abs(line.size - size) < _SIZES)
    return [Block(tuple(lines), column.left, rights[lines[0].size]) for lines in found]


def _usual_start(lines: Sequence[Line], at: int) -> float:
    """Where the lines around one begin that have its size."""
    near = [line for line in lines[max(0, at - _WINDOW) : at + _WINDOW + 1] if abs(line.size - lines[at].size) < _SIZES]
    edges = Counter(round(line.x0) for line in near)
    return min(edges, key=lambda edge: (-edges[edge], edge))


def _begins(column: Column, at: int, starts: Sequence[float], leading: Mapping[float, float]) -> bool:
    """Whether a block begins with this line, the one before it being another's last."""
    above, line = column.lines[at - 1], column.lines[at]
    distance = line.y - above.y
    usual = leading.get(line.size, 1.2 * line.size)
    if abs(above.size - line.size) >= _SIZES or distance > _LOOSE * usual + 0.5 or _changes(above, line):
        return True
    if LABEL.match(line.text) and is_terminal(above.text):
        return True
    if is_marked(line) and (line.x0 <= above.x0 + _INDENT * line.size or not is_marked(above)):
        return _is_item(above, line, column.right)
    hang = hanging(above)
    if hang is not None and abs(line.x0 - hang) <= _INDENT * line.size:
        return False
    indent, before = line.x0 - starts[at], above.x0 - starts[at - 1]
    em = _INDENT * line.size
    if (indent > em and line.x0 > above.x0 + em) or (indent < -em and line.x0 < above.x0 - em and before > -em):
        return True
    return _is_short(above, line, column.right) and is_terminal(above.text) and not line.text[:1].islower()


def is_marked(line: Line) -> bool:
    """Whether a line begins with the marker of an item."""
    return len(line.words) > 1 and not line.words[1].glued and MARKER.fullmatch(line.words[0].text) is not None


def hanging(line: Line) -> float | None:
    """Where the lines of an item begin that follow its first one; None for a line without a marker."""
    return line.words[1].x0 if is_marked(line) else None


def _is_item(above: Line, line: Line, right: float) -> bool:
    """Whether a marker is one: "2." may be the end of a sentence, "-" a dash."""
    return is_terminal(above.text) or _is_short(above, line, right) or is_marked(above) or line.x0 != above.x0


def _is_short(above: Line, line: Line, right: float) -> bool:
    """Whether a line ends although the next word had room on it: the end of a paragraph."""
    return above.x1 + _SPACE * above.size + (line.words[0].x1 - line.words[0].x0) < right - _RAGGED * above.size


def _changes(above: Line, line: Line) -> bool:
    """Whether all of a line is set in another font than all of the line above it, or in capitals."""
    fonts = [{word.font.name for word in each.words if len(word.text) > 1} for each in (above, line)]
    if fonts[0] and fonts[1] and not fonts[0] & fonts[1]:
        return True
    return (
        above.text.isupper() != line.text.isupper()
        and above.font == line.font
        and len(fonts[0] | fonts[1]) == 1
        and (above.font.bold and min(len(above.text), len(line.text)) > 3)
    )
