"""Characters of a page to words and lines. Knows nothing of columns: a line ends where a gap is wider than a space."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, pairwise
from operator import itemgetter

from index.sources.elements import Piece, Style
from index.sources.pdf_pages import Font, Glyph

_ASCENT, _DESCENT = 0.72, 0.22  # of most text fonts, in ems
_GAP = 0.7  # ems: wider is not surely a space between two words of one line; gutters begin here
_TIGHT = 0.115  # ems: letters of a word are closer together
_TIGHT_NUMBER = 0.06
_NOTHING = 0.03
_LEAST_TRACKED = 4  # words, half of them single letters
_SPACE = 0.12  # ems: narrower is no space
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}  # glyphs, not spellings
_LABEL = re.compile(r"\(?\d{1,3}[.)]?|\[\d{1,3}\]|[•●▪■◦►▶▸➢➤∙○\uf0b7\uf0a7\uf0d8]")
_LABEL_GAP = 2.5  # ems between the label of an item and the item
_RAISED, _LOWERED = 0.15, 0.08  # ems that a script stands above or below the line at least
_SCRIPT = 0.87  # size of a script at most, of its line's


@dataclass(frozen=True, slots=True)
class Word:
    """Characters of one font on one baseline; `glued` to the word before it, as a script is."""

    text: str
    x0: float
    x1: float
    y: float
    font: Font
    glued: bool = False


@dataclass(frozen=True, eq=False)
class Line:
    """Words of one line from left to right, on page `page`."""

    words: tuple[Word, ...]
    page: int

    @cached_property
    def main(self) -> Word:
        """A word of the font and on the baseline that most of the line is set in."""
        weights: Counter[tuple[float, float]] = Counter()
        for word in self.words:
            weights[word.font.size, round(word.y)] += len(word.text)
        return max(self.words, key=lambda word: (weights[word.font.size, round(word.y)], word.font.size))

    @cached_property
    def font(self) -> Font:
        """The font that most of the line is set in."""
        weights: Counter[Font] = Counter()
        for word in self.words:
            weights[word.font] += len(word.text)
        return max(weights, key=lambda font: (weights[font], font.size, font.name))

    @cached_property
    def x0(self) -> float:
        """Left end."""
        return self.words[0].x0

    @cached_property
    def x1(self) -> float:
        """Right end."""
        return max(word.x1 for word in self.words)

    @cached_property
    def y(self) -> float:
        """Baseline."""
        return self.main.y

    @cached_property
    def size(self) -> float:
        """Of most of the line, in points."""
        return self.main.font.size

    @cached_property
    def top(self) -> float:
        """Upper edge of the letters."""
        return self.y - _ASCENT * self.size

    @cached_property
    def bottom(self) -> float:
        """Lower edge of the letters."""
        return self.y + _DESCENT * self.size

    @cached_property
    def text(self) -> str:
        """The words with single spaces."""
        return "".join(piece.text for piece in self.pieces)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The words with single spaces; raised and lowered ones as scripts."""
        found: list[tuple[Style, str]] = []
        for at, word in enumerate(self.words):
            style = self.style(word)
            if at and not word.glued:
                # marks may be parted by spaces: "2 10"
                found.append((style if style is found[-1][0] is Style.SUPERSCRIPT else Style.PLAIN, " "))
            found.append((style, word.text))
        runs = groupby(found, key=itemgetter(0))
        return tuple(Piece("".join(text for _, text in run), style) for style, run in runs)

    def style(self, word: Word) -> Style:
        """Whether a word of the line is raised or lowered."""
        shift = (self.y - word.y) / self.size
        if word.font.size <= _SCRIPT * self.size and shift >= _RAISED:
            return Style.SUPERSCRIPT
        return Style.SUBSCRIPT if word.font.size <= _SCRIPT * self.size and shift <= -_LOWERED else Style.PLAIN

    @cached_property
    def gaps(self) -> tuple[float, ...]:
        """White space between neighbours that is wider than words need, in ems."""
        gaps = ((right.x0 - left.x1) / self.size for left, right in pairwise(self.words))
        return tuple(gap for gap in gaps if gap > _GAP)


def lines(glyphs: Iterable[Glyph], page: int) -> list[Line]:
    """The lines of a page, from top to bottom and left to right. Two columns side by side give two lines."""
    found: list[Line] = []
    for word in _words(glyphs):
        if found and _goes_on(found[-1].words[-1], word) and _is_level(found[-1], Line((word,), page)):
            found[-1] = Line((*found[-1].words, word), page)
        else:
            found.append(Line((replace(word, glued=False) if word.glued else word,), page))
    return [_without_tracking(line) for line in joined(found, _GAP)]


def _without_tracking(line: Line) -> Line:
    """A line whose letters are set apart ("A B S T R A C T") with its words as words."""
    single = sum(len(word.text) == 1 and word.text.isalpha() for word in line.words)
    if len(line.words) < _LEAST_TRACKED or 2 * single < len(line.words):
        return line
    gaps = sorted(right.x0 - left.x1 for left, right in pairwise(line.words))
    usual = gaps[len(gaps) // 2]
    first, *rest = line.words
    parted = (
        replace(word, glued=word.x0 - left.x1 < 1.6 * usual) for left, word in zip(line.words, rest, strict=False)
    )
    return Line((first, *parted), line.page)


def joined(parts: Sequence[Line], gap: float) -> list[Line]:
    """The lines with those of one height as one where no more than `gap` ems part them; from top to bottom."""
    tallest = max((part.size for part in parts), default=1.0)
    rows: defaultdict[int, list[Line]] = defaultdict(list)  # by height, so that few need be compared
    for part in sorted(parts, key=lambda line: (line.x0, line.y)):
        row = round(part.y / tallest)
        near = [other for key in (row - 1, row, row + 1) for other in rows[key]]
        left = next((other for other in reversed(near) if _is_near(other, part, gap) and _is_level(other, part)), None)
        if left:
            rows[round(left.y / tallest)].remove(left)
            part = _merged(left, part)
        rows[round(part.y / tallest)].append(part)
    return sorted((line for row in rows.values() for line in row), key=lambda line: (line.y, line.x0))


def _merged(left: Line, right: Line) -> Line:
    glued = right.x0 - left.x1 < _SPACE * min(left.size, right.size)
    first = replace(right.words[0], glued=glued)
    return Line((*left.words, first, *right.words[1:]), left.page)


def _is_near(left: Line, right: Line, gap: float) -> bool:
    size = max(left.size, right.size)
    if len(left.words) == 1 and _LABEL.fullmatch(left.words[0].text):
        gap = max(gap, _LABEL_GAP)
    return -0.4 * size <= right.x0 - left.x1 <= gap * size


def _is_level(left: Line, right: Line) -> bool:
    """Whether two lines stand at one height, scripts included."""
    common = min(left.bottom, right.bottom) - max(left.top, right.top)
    return common >= 0.5 * min(left.bottom - left.top, right.bottom - right.top)


def _goes_on(left: Word, right: Word) -> bool:
    size = max(left.font.size, right.font.size)
    return -0.4 * size <= right.x0 - left.x1 <= _GAP * size


def _words(glyphs: Iterable[Glyph]) -> Iterable[Word]:
    held: list[Glyph] = []
    spaced = parted = glued = False  # a space of the file, a break that was taken from the places; no white at all
    for glyph in glyphs:
        if not glyph.text.strip():
            spaced, parted = spaced or glyph.text == " ", True
            continue
        if held and (spaced or not _same_word(held, glyph, parted)):
            yield _word(held, glued)
            glued = not spaced and _touches(held[-1], glyph)
            held = []
        spaced = parted = False
        held.append(glyph)
    if held:
        yield _word(held, glued)


def _touches(left: Glyph, right: Glyph) -> bool:
    """Whether two letters of different fonts or heights belong to one word, as a script does."""
    size = max(left.font.size, right.font.size)
    changes = left.font != right.font or abs(left.y - right.y) >= 0.05 * size
    return changes and -0.5 * size <= right.x0 - left.x1 < _SPACE * size and abs(left.y - right.y) < size


def _same_word(held: Sequence[Glyph], right: Glyph, parted: bool) -> bool:
    left = held[-1]
    size = left.font.size
    gap = right.x0 - left.x1
    if left.font != right.font or abs(left.y - right.y) >= 0.05 * size:
        return False
    if right.x0 == left.x0:  # the letters of a ligature share its place
        return True
    tight = _tight(left.text, right.text, parted) * size
    return -0.5 * size <= gap and (gap <= tight or gap <= tight + _tracking(held))


def _tight(left: str, right: str, parted: bool) -> float:
    """Ems between two letters of one word at most; a number and its unit may be parted by very little."""
    if parted:
        return _NOTHING
    has_number = (left.isdigit() and right.isalnum()) or (right.isdigit() and left.isalpha())
    return _TIGHT_NUMBER if has_number else _TIGHT


def _tracking(held: Sequence[Glyph]) -> float:
    """White between the letters of a word, in points: most of its last ones."""
    gaps = sorted(right.x0 - left.x1 for left, right in pairwise(held[-6:]))
    return max(0.0, gaps[len(gaps) // 2]) if gaps else 0.0


def _word(glyphs: Sequence[Glyph], glued: bool) -> Word:
    text = "".join(_LIGATURES.get(glyph.text, glyph.text) for glyph in glyphs)
    first = glyphs[0]
    return Word(text, min(glyph.x0 for glyph in glyphs), max(glyph.x1 for glyph in glyphs), first.y, first.font, glued)
