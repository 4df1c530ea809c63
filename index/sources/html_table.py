"""Tables of web pages as JATS tables; and which tables only place things on the page."""

from __future__ import annotations

from lxml import etree

from index.sources.html_inline import add_inside
from index.sources.html_references import Entries
from index.sources.html_titles import is_prose
from index.sources.html_tree import Element, words

_TABLE_PARTS = frozenset(("tbody", "td", "tfoot", "th", "thead", "tr"))


def is_layout(table: Element) -> bool:
    """Whether a table only places things on the page: it holds titles, or tables, or one cell of running text."""
    if table.get("role") == "presentation" or next(table.iter("h1", "h2", "h3"), None) is not None:
        return True
    cells = [cell for cell in table.iter("td", "th") if words(cell)]
    is_one = len(cells) == 1 and is_prose(words(cells[0]))
    return is_one or any(each is not table for each in table.iter("table"))


def add_rows(into: Element, element: Element, entries: Entries) -> None:
    """Adds a part of a table, its rows and cells, to a JATS table; what is no part of one is left out."""
    if element.tag not in _TABLE_PARTS:
        return
    made = etree.SubElement(into, element.tag)
    if element.tag in ("td", "th"):
        for key in ("colspan", "rowspan"):
            made.set(key, element.get(key) or "1")
        add_inside(made, element, entries)
        return
    for child in element:
        add_rows(made, child, entries)
