"""Tables as lines: a row reads `Header: cell | Header: cell`, merged cells resolved. HTML and OASIS (CALS) tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from index.canonical import Run
from index.sources.jats_tree import Element

_WIDEST = 1000  # columns that one cell may span, as in HTML
_LARGEST = 1_000_000  # places in the grid, and characters of repeated text: more is no table that a reader could use
_ROWS = frozenset(("tr", "row"))
_CELLS = frozenset(("td", "th", "entry"))
_PARTS = frozenset(("thead", "tbody", "tfoot", "tgroup", "table"))

ReadCell = Callable[[Element], Sequence[Run]]


@dataclass(frozen=True, slots=True)
class _Cell:
    runs: tuple[Run, ...]
    columns: int
    rows: int
    is_header: bool

    @property
    def size(self) -> int:
        """Characters, white space included."""
        return sum(len(run.text) for run in self.runs)

    @property
    def is_visible(self) -> bool:
        """Whether anything is printed in it."""
        return bool(self.runs)


@dataclass(frozen=True, slots=True)
class _Place:
    """A cell in one row, and the first column it covers there."""

    column: int
    cell: _Cell


@dataclass(slots=True)
class _Grid:
    """The rows of a table: its head, and the rest."""

    head: list[list[_Cell]] = field(default_factory=list)
    rows: list[list[_Cell]] = field(default_factory=list)


def table_rows(table: Element, read_cell: ReadCell) -> list[list[Run]]:
    """One list of runs for each row, in order. Empty cells are left out.

    The cells of several header rows are joined by commas. A header that spans the whole table, and headers whose
    columns are empty, stand in rows of their own, so that no word is lost. Where merged cells would repeat more text
    than a reader could use, rows are given as they are, without headers.
    """
    grid = _Grid()
    _collect(table, grid, read_cell, in_head=False)
    if not grid.head and len(grid.rows) > 1 and all(cell.is_header for cell in grid.rows[0]):
        grid.head = [grid.rows.pop(0)]
    if _expanse(grid) > _LARGEST:
        return [_line([([], cell) for cell in row]) for row in grid.head + grid.rows if _visible(row)]
    return list(_resolved(grid))


def _collect(part: Element, grid: _Grid, read_cell: ReadCell, *, in_head: bool) -> None:
    loose = [_cell(child, read_cell, {}) for child in part if child.tag in _CELLS]
    if loose:  # cells without a row around them
        (grid.head if in_head else grid.rows).append(loose)
    columns = _columns(part)
    for child in part:
        if child.tag in _ROWS:
            cells = [_cell(item, read_cell, columns) for item in child if item.tag in _CELLS]
            (grid.head if in_head else grid.rows).append(cells)
        elif child.tag in _PARTS:
            _collect(child, grid, read_cell, in_head=in_head or child.tag == "thead")


def _columns(part: Element) -> dict[str, int]:
    """Places of the columns that an OASIS table names, seen from its head or body."""
    group = part.getparent() if part.tag in ("thead", "tbody") else None
    specs = group.findall("colspec") if group is not None else []
    return {name: at for at, spec in enumerate(specs) if (name := spec.get("colname"))}


def _cell(element: Element, read_cell: ReadCell, columns: dict[str, int]) -> _Cell:
    first, last = columns.get(element.get("namest", ""), 0), columns.get(element.get("nameend", ""), 0)
    return _Cell(
        runs=_trimmed(read_cell(element)),
        columns=min(max(_number(element.get("colspan")), last - first + 1), _WIDEST),
        rows=max(_number(element.get("rowspan")), _number(element.get("morerows"), 0) + 1),
        is_header=element.tag == "th",
    )


def _trimmed(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Runs without blanks at either end, where punctuation may follow."""
    kept = [run for run in runs if run.text]
    while kept and not kept[0].text.strip():
        del kept[0]
    while kept and not kept[-1].text.strip():
        del kept[-1]
    if kept:
        kept[0] = Run(kept[0].text.lstrip(), kept[0].reference_ids)
        kept[-1] = Run(kept[-1].text.rstrip(), kept[-1].reference_ids)
    return tuple(kept)


def _number(value: str | None, default: int = 1) -> int:
    match = re.match(r"\s*(\d{1,6})", value or "")
    return max(default, int(match[1])) if match else default


def _expanse(grid: _Grid) -> int:
    """Places that the cells cover, and characters that headers and merged cells would repeat."""
    total = 0
    for rows in (grid.head, grid.rows):
        for at, row in enumerate(rows):
            total += sum(cell.columns * min(cell.rows, len(rows) - at) for cell in row)
            total += sum(cell.size * (min(cell.rows, len(rows) - at) - 1) for cell in row)
    return total + sum(cell.size for cell in chain(*grid.head)) * len(grid.rows)


def _placed(rows: list[list[_Cell]]) -> Iterator[list[_Place]]:
    """Rows with their cells in columns, cells from rows above included."""
    reaching: list[tuple[int, _Place]] = []  # (rows left, place)
    for row in rows:
        covered = {place.column + at for _, place in reaching for at in range(place.cell.columns)}
        places = [place for _, place in reaching]
        column = 0
        for cell in row:
            while column in covered:
                column += 1
            places.append(_Place(column, cell))
            reaching.append((cell.rows, places[-1]))
            column += cell.columns
        reaching = [(left - 1, place) for left, place in reaching if left > 1]
        yield sorted(places, key=lambda place: place.column)


def _resolved(grid: _Grid) -> Iterator[list[Run]]:
    names: dict[int, list[_Cell]] = {}
    width = max((sum(cell.columns for cell in row) for row in chain(grid.head, grid.rows)), default=0)
    for places in _placed(grid.head):
        visible = [place.cell for place in places if place.cell.is_visible]
        if width > 1 and len(visible) == 1 and visible[0].columns >= width:
            yield list(visible[0].runs)
            continue
        for place in places:
            for column in range(place.column, place.column + place.cell.columns):
                names.setdefault(column, []).append(place.cell)
    lines: list[list[Run]] = []
    used: set[_Cell] = set()
    for places in _placed(grid.rows):
        named = [(_names(place, names, width), place.cell) for place in places if place.cell.is_visible]
        used.update(*(headers for headers, _ in named))
        lines.append(_line(named))
    every = [name for name in dict.fromkeys(chain(*names.values())) if name.is_visible]
    if not used.issuperset(every):
        yield _line([([], name) for name in every])
    yield from (line for line in lines if line)


def _names(place: _Place, names: dict[int, list[_Cell]], width: int) -> list[_Cell]:
    """Headers over a cell, outer before inner; a cell as wide as the table is a heading itself and has none."""
    if place.cell.columns >= width > 1:
        return []
    columns = range(place.column, place.column + place.cell.columns)
    return list(dict.fromkeys(name for column in columns for name in names.get(column, ()) if name.is_visible))


def _line(cells: Sequence[tuple[list[_Cell], _Cell]]) -> list[Run]:
    line: list[Run] = []
    for names, cell in cells:
        if cell.is_visible:
            line += [Run(" | ")] if line else []
            for at, name in enumerate(names):
                line += [*([Run(", ")] if at else []), *name.runs]
            line += [Run(": ")] if names else []
            line += cell.runs
    return line


def _visible(row: list[_Cell]) -> bool:
    return any(cell.is_visible for cell in row)
