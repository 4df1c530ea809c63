"""The order in which a page is read: columns found by the white between them, top to bottom, left to right.

A recursive cut in the spirit of XY-cut (Nagy, Seth, Viswanathan 1992), the vertical cut first: a gutter is white next
to the left edges of a column, as high as no line, rule or picture crosses it, with prose on both sides. What is above
and below of it is cut on its own, so that a title over two columns, or a table between them, parts them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from index.sources.pdf_lines import Line, joined
from index.sources.pdf_pages import Box

_GUTTER = 0.6  # ems that are white at least between two columns
_PROSE_WIDTH = 0.12  # of the page's text: a narrower line is a cell, a number, a label
_PROSE_WORDS = 3
_LEAST_LINES = 3  # of prose on each side of a gutter
_USUAL_WEIGHT = 40  # lines of prose beside a gutter on all pages together, to trust it everywhere
_USUAL_SHARE = 0.1  # of what is beside any gutter
_SLACK = 0.5  # points
_WIDEST = 1e9
_TABLE = re.compile(r"(?:Table|TABLE)\s+[\dA-Z]")


@dataclass(frozen=True, eq=False)
class Column:
    """Lines below each other, in order."""

    lines: tuple[Line, ...]

    @cached_property
    def left(self) -> float:
        """Where most of its lines begin."""
        edges = Counter(round(line.x0) for line in self.lines)
        return min(edges, key=lambda edge: (-edges[edge], edge))

    @cached_property
    def right(self) -> float:
        """Where its longest lines end."""
        return max(line.x1 for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Gutter:
    """White left of `x` from `top` to `bottom`, with `weight` lines of prose beside it."""

    x: float
    top: float
    bottom: float
    weight: int


@dataclass(frozen=True, eq=False)
class Layout:
    """Pages of one document: gutters that recur are trusted on every page, with less prose beside them."""

    pages: Sequence[tuple[Sequence[Line], Sequence[Box]]]

    @cached_property
    def _usual(self) -> tuple[float, ...]:
        """Where most gutters are."""
        weights: Counter[float] = Counter()
        for lines, drawings in self.pages:
            for gutter in _gutters(lines, drawings, _LEAST_LINES):
                weights[gutter.x] += gutter.weight
        near = {x: sum(weights[y] for y in weights if abs(x - y) <= 1) for x in weights}
        return tuple(
            x for x in sorted(near) if near[x] >= _USUAL_WEIGHT and near[x] >= _USUAL_SHARE * sum(near.values())
        )

    def columns(self) -> list[list[Column]]:
        """For each page its columns in the order in which they are read; every line is in one of them, rows whole."""
        return [
            [Column(tuple(joined(part, _WIDEST))) for part in self._cut(list(lines), drawings)]
            for lines, drawings in self.pages
        ]

    def _cut(self, lines: list[Line], drawings: Sequence[Box]) -> Iterator[list[Line]]:
        gutters = self._trusted(lines, drawings) or [
            gutter for gutter in _gutters(lines, drawings, _LEAST_LINES) if not _is_in_table(gutter, lines)
        ]
        if not gutters:
            if lines:
                yield lines
            return
        best = max(gutters, key=lambda gutter: (gutter.weight, -gutter.x))
        between = [line for line in lines if best.top <= line.y <= best.bottom]
        yield from self._cut([line for line in lines if line.y < best.top], drawings)
        yield from self._cut([line for line in between if line.x0 < best.x - _SLACK], drawings)
        yield from self._cut([line for line in between if line.x0 >= best.x - _SLACK], drawings)
        yield from self._cut([line for line in lines if line.y > best.bottom], drawings)

    def _trusted(self, lines: Sequence[Line], drawings: Sequence[Box]) -> list[_Gutter]:
        found = _gutters(lines, drawings, 1)
        return [gutter for gutter in found if any(abs(gutter.x - x) <= 1 for x in self._usual)]


def _gutters(lines: Sequence[Line], drawings: Sequence[Box], least: int) -> list[_Gutter]:
    if not lines:
        return []
    width = max(line.x1 for line in lines) - min(line.x0 for line in lines)
    prose = [line for line in lines if _is_prose(line, width)]
    found = (_gutter(x, lines, prose, drawings, least) for x in _edges(prose, least))
    return [gutter for gutter in found if gutter]


def _is_prose(line: Line, width: float) -> bool:
    return line.x1 - line.x0 >= _PROSE_WIDTH * width and len(line.text.split()) >= _PROSE_WORDS


def _is_in_table(gutter: _Gutter, lines: Sequence[Line]) -> bool:
    """Whether this is the white between the cells of a table."""
    return any(_TABLE.match(line.text) and line.y < gutter.bottom for line in lines)


def _edges(prose: Sequence[Line], least: int) -> list[float]:
    """Left edges that several lines of prose share, the leftmost excepted."""
    edges = Counter(round(line.x0) for line in prose)
    common = [edge for edge in edges if edges[edge] + edges[edge - 1] + edges[edge + 1] >= least]
    first = min((line.x0 for line in prose), default=0.0)
    return sorted({min(line.x0 for line in prose if abs(line.x0 - edge) <= 1) for edge in common if edge > first + 1})


def _gutter(
    x: float, lines: Sequence[Line], prose: Sequence[Line], drawings: Sequence[Box], least: int
) -> _Gutter | None:
    """The best part of the white left of `x`: that with most prose beside it."""
    size = median(line.size for line in prose)
    white = x - _GUTTER * size
    crossing = [(line.top, line.bottom) for line in lines if line.x0 < x - _SLACK and line.x1 > white]
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    crossing += [
        (box.y0, box.y1)
        for box in drawings
        if max(box.x0, left) < white - 2 * size and min(box.x1, right) > x + 2 * size
    ]
    best = None
    for top, bottom in _free(crossing):
        beside = [line for line in prose if top <= line.y <= bottom]
        before = sum(line.x1 <= white for line in beside)
        after = sum(line.x0 >= x - _SLACK for line in beside)
        aligned = sum(abs(line.x0 - x) <= 2 * size for line in beside)
        if min(before, after, aligned) >= least and (best is None or before + after > best.weight):
            best = _Gutter(x, top, bottom, before + after)
    return best


def _free(crossing: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    at = -_WIDEST
    for top, bottom in sorted(crossing):
        if top > at:
            yield at, top
        at = max(at, bottom)
    yield at, _WIDEST
