"""What stands at the edge of pages and is no part of the paper's text: running heads and feet, page and line numbers.

They are known by coming again: the same words, digits aside, at the same height on several pages, or numbers that
count the lines of a page. What stands there once is left to whoever reads on.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from index.sources.pdf_lines import Line

_EDGE = 6  # lines at the top and at the bottom of a page that may be running ones
_SAME_HEIGHT = 6.0  # points, from page to page
_SAME_ROW = 3.0  # points, on one page
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(
    r"(?:page |p\. ?)?[-–—|]?\s*(?:\d{1,5}|[ivxl]{1,6})\s*[-–—|]?(?:\s*(?:of|/)\s*\d{1,5})?", re.IGNORECASE
)
_CAPTION = re.compile(r"(?:supplementary |extended data )?(?:fig(?:ure|\.)|table|scheme|box)\s*S?\d", re.IGNORECASE)
_LEAST_NUMBERS = 5
_MOST_MISSING = 0.2
_STEPS = (1, 5)


def without_margins(pages: Sequence[Sequence[Line]]) -> tuple[list[list[Line]], list[str]]:
    """The lines of each page without running ones and without line numbers, and the texts of the running ones."""
    pages = [without_line_numbers(lines) for lines in pages]
    repeated = _repeated(pages)
    kept: list[list[Line]] = []
    running: list[str] = []
    for lines in pages:
        edge = [*_running(lines, repeated), *_running(lines[::-1], repeated)]
        running += [line.text for line in edge]
        kept.append([line for line in lines if not any(line is each for each in edge)])
    return kept, running


def _running(lines: Sequence[Line], repeated: dict[str, list[float]]) -> list[Line]:
    """The lines at the edge of a page, from there inwards, up to the first row that has something of its own."""
    found: list[Line] = []
    at = 0
    while at < len(lines):
        row = [line for line in lines[at : at + _EDGE] if abs(line.y - lines[at].y) <= _SAME_ROW]
        if not all(_is_running(line, repeated) for line in row):
            break
        found += row
        at += len(row)
    return found


def _edges(lines: Sequence[Line]) -> list[Line]:
    return [*lines[:_EDGE], *lines[_EDGE:][-_EDGE:]]


def _key(line: Line) -> str:
    text = "#" if _NUMBER.fullmatch(line.text.strip()) else line.text
    return "".join(_DIGITS.sub("#", text).split()).lower()


def _repeated(pages: Sequence[Sequence[Line]]) -> dict[str, list[float]]:
    """Heights at which a text stands on enough pages: on two of up to five, else on three."""
    heights: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, lines in enumerate(pages):
        for line in _edges(lines):
            heights[_key(line)].append((at, line.y))
    least = 2 if len(pages) <= 5 else 3
    return {
        key: [y for _, y in places if len({page for page, other in places if abs(other - y) <= _SAME_HEIGHT}) >= least]
        for key, places in heights.items()
    }


def _is_running(line: Line, repeated: dict[str, list[float]]) -> bool:
    return not _CAPTION.match(line.text) and any(abs(y - line.y) <= _SAME_HEIGHT for y in repeated.get(_key(line), ()))


def without_line_numbers(lines: Sequence[Line]) -> list[Line]:
    """The lines of one page without the numbers that count them in the margin.

    They are numbers alone, aligned, outside of the text, that go up by one (or five) from line to line.
    """
    first = [line for line in lines if line.words[0].text.isdigit()]
    edges = Counter(round(line.words[0].x1 / 4) for line in first)
    if not edges:
        return list(lines)
    edge = max(edges, key=lambda place: (edges[place], -place))
    numbered = [line for line in first if abs(line.words[0].x1 / 4 - edge) <= 1.25]
    numbers = [int(line.words[0].text) for line in numbered]
    step = _step(numbers)
    text = [line for line in lines if line not in numbered or len(line.words) > 1]
    if step is None or len(numbered) < max(_LEAST_NUMBERS, (1 - _MOST_MISSING) * len(_rows(text)) / step - 1):
        return list(lines)
    left = max(line.words[0].x1 for line in numbered)
    if any(line.words[0].x0 < left for line in text if line not in numbered):
        return list(lines)
    return [rest for line in lines for rest in ([line] if line not in numbered else _tail(line))]


def _step(numbers: Sequence[int]) -> int | None:
    """The step by which nearly all of the numbers go up; None if there is none."""
    steps = Counter(after - before for before, after in pairwise(numbers))
    step = max(steps, key=lambda each: steps[each], default=0)
    return step if step in _STEPS and steps[step] >= (1 - _MOST_MISSING) * (len(numbers) - 1) else None


def _rows(lines: Sequence[Line]) -> set[int]:
    return {round(line.y / 4) for line in lines}


def _tail(line: Line) -> list[Line]:
    rest = line.words[1:]
    return [Line((replace(rest[0], glued=False), *rest[1:]), line.page)] if rest else []
