"""Tables as lines: headers repeated, merged cells resolved, nothing lost, absurd spans harmless."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document
from index.sources.jats import read
from index.sources.source import Source

OASIS = 'xmlns:o="http://docs.oasis-open.org/ns/oasis-exchange/table"'


def document(table: str) -> Document:
    return read(Source("one.xml", f"<article {OASIS}><body>{table}</body></article>".encode()))[0]


def rows(table: str) -> list[str]:
    found = document(table)
    return [found.text[block.start : block.end] for block in found.blocks if block.kind == "table"]


def tr(*cells: str, tag: str = "td") -> str:
    return f"<tr>{''.join(cell if cell.startswith('<t') else f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"


def test_each_row_repeats_its_headers() -> None:
    table = (
        f"<table><thead>{tr('Group', 'n ', tag='th')}</thead><tbody>{tr('EV', '5')}{tr('Control', '')}</tbody></table>"
    )
    assert rows(table) == ["Group: EV | n: 5", "Group: Control"]


def test_a_first_row_of_header_cells_is_the_header() -> None:
    assert rows(f"<table>{tr('A', 'B', tag='th')}{tr('1', '2')}</table>") == ["A: 1 | B: 2"]


def test_a_table_without_headers_is_its_cells() -> None:
    assert rows(f"<table>{tr('a', 'b')}{tr('c', 'd')}</table>") == ["a | b", "c | d"]


def test_several_header_rows_are_joined() -> None:
    head = tr("<th rowspan='2'>Drug</th>", "<th colspan='2'>Dose</th>") + tr("mg", "days", tag="th")
    assert rows(f"<table><thead>{head}</thead><tbody>{tr('X', '5', '7')}</tbody></table>") == [
        "Drug: X | Dose, mg: 5 | Dose, days: 7"
    ]


def test_a_cell_over_rows_stands_in_each_of_them() -> None:
    body = tr("<td rowspan='2'>EV</td>", "1") + tr("2") + tr("C", "3")
    assert rows(f"<table><thead>{tr('G', 'n', tag='th')}</thead>{body}</table>") == [
        "G: EV | n: 1",
        "G: EV | n: 2",
        "G: C | n: 3",
    ]


def test_a_cell_over_columns_has_all_their_headers() -> None:
    head = f"<thead>{tr('G', 'a', 'b', tag='th')}</thead>"
    body = tr("x", "<td colspan='2'>same</td>") + tr("<td colspan='3'>Part two</td>")
    assert rows(f"<table>{head}{body}</table>") == ["G: x | a, b: same", "Part two"]


def test_a_header_over_the_whole_table_is_a_row_of_its_own() -> None:
    head = tr("<th colspan='2'>All patients</th>") + tr("a", "b", tag="th")
    assert rows(f"<table><thead>{head}</thead>{tr('1', '2')}</table>") == ["All patients", "a: 1 | b: 2"]


def test_headers_of_empty_columns_are_not_lost() -> None:
    assert rows(f"<table><thead>{tr('a', 'b', tag='th')}</thead>{tr('1', '')}</table>") == ["a | b", "a: 1"]
    assert rows(f"<table><thead>{tr('a', 'b', tag='th')}</thead></table>") == ["a | b"]


def test_blocks_in_a_cell_do_not_run_together() -> None:
    cell = "<td><p>one</p><p>two</p><list><list-item><p>three</p></list-item></list><break/>four<sup>2</sup></td>"
    assert rows(f"<table><tr>{cell}</tr></table>") == ["one two three four²"]


def test_cells_without_rows_are_read() -> None:
    assert rows("<table><thead><th>a</th><th>b</th></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>") == [
        "a: 1 | b: 2"
    ]


def test_oasis_tables_are_read_like_others() -> None:
    spec = "".join(f"<o:colspec colname='c{n}'/>" for n in range(1, 4))
    head = "<o:row><o:entry morerows='1'>G</o:entry><o:entry namest='c2' nameend='c3'>Dose</o:entry></o:row>"
    head += "<o:row><o:entry>mg</o:entry><o:entry>d</o:entry></o:row>"
    body = "<o:row><o:entry>x</o:entry><o:entry>5</o:entry><o:entry>7</o:entry></o:row>"
    table = f"<o:table><o:tgroup>{spec}<o:thead>{head}</o:thead><o:tbody>{body}</o:tbody></o:tgroup></o:table>"
    assert rows(f"<table-wrap>{table}</table-wrap>") == ["G: x | Dose, mg: 5 | Dose, d: 7"]


def test_caption_first_then_rows_then_notes() -> None:
    marked = "b<xref ref-type='table-fn' rid='n'><sup>1</sup></xref>"
    table = (
        "<table-wrap><label>Table 1</label><caption><title>Doses</title><p>All given.</p></caption>"
        f"<alternatives><graphic/><table>{tr('a', marked)}</table></alternatives>"
        "<table-wrap-foot><fn id='n'><label>1</label><p>Oral.</p></fn><p>NA: none.</p></table-wrap-foot></table-wrap>"
    )
    found = document(f"<p>See it. {table}</p>")
    assert [(block.kind.value, found.text[block.start : block.end]) for block in found.blocks] == [
        ("paragraph", "See it."),
        ("caption", "Table 1. Doses"),
        ("caption", "All given."),
        ("table", "a | b¹"),
        ("footnote", "1 Oral."),
        ("footnote", "NA: none."),
    ]


def test_marks_in_cells_are_kept() -> None:
    xml = (
        "<article><body><table><tr><td>Ann [<xref ref-type='bibr' rid='R'>1</xref>]</td><td>5</td></tr></table></body>"
        "<back><ref-list><ref id='R'><mixed-citation>Ann.</mixed-citation></ref></ref-list></back></article>"
    )
    (found,) = read(Source("one.xml", xml.encode()))
    (mark,) = found.reference_marks
    assert (found.text[mark.start : mark.end], mark.reference_ids) == ("[1]", ("R",))


@pytest.mark.parametrize("span", ["100000", "0", "-3", "x", "", "99999999999999999999"])
def test_absurd_spans_are_bounded(span: str) -> None:
    cell = f"<td colspan='{span}' rowspan='{span}'>wide</td>"
    assert rows(f"<table>{tr(cell, 'b')}{tr('c')}</table>")[0] == "wide | b"


def test_spans_that_would_repeat_text_without_end_are_left_as_they_are() -> None:
    body = "".join(tr(f"<td colspan='500' rowspan='9999'>cell {n}</td>") for n in range(1500))
    started = time.perf_counter()
    assert rows(f"<table>{body}</table>") == [f"cell {n}" for n in range(1500)]
    assert time.perf_counter() - started < 20  # seconds, where resolving them would take minutes


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["td", "th"]), st.integers(1, 4), st.integers(1, 4)), max_size=4),
        min_size=1,
        max_size=5,
    ),
    st.integers(0, 5),
)
def test_every_cell_is_printed(shape: list[list[tuple[str, int, int]]], head: int) -> None:
    lines, names = [], []
    for y, cells in enumerate(shape):
        row = ""
        for at, (tag, columns, over) in enumerate(cells):
            names.append(f"cell{y}x{at}")
            row += f"<{tag} colspan='{columns}' rowspan='{over}'>{names[-1]}</{tag}>"
        lines.append(f"<tr>{row}</tr>")
    table = f"<table><thead>{''.join(lines[:head])}</thead><tbody>{''.join(lines[head:])}</tbody></table>"
    printed = " ".join(rows(table)) if names else ""
    assert all(name in printed for name in names)
