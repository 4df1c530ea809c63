"""What stands inside a line of a web page as JATS: scripts, formulas, links to the bibliography as `xref`s."""

from __future__ import annotations

import re
from copy import deepcopy

from lxml import etree

from index.sources.html_references import Entries
from index.sources.html_tree import Element

_INLINE_WORDS = (
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd mark math nobr picture q ruby s samp "
    "small span strike strong sub sup tex-math time tt u var"
)
_INLINE = frozenset(_INLINE_WORDS.split())
_BREAKS = re.compile(r"[\t\r\n\f ]+")

FORMULAS = frozenset(("math", "tex-math"))


def is_inline(element: Element) -> bool:
    """Whether an element stands inside a line, with all that is in it."""
    if element.tag == "math":
        return True
    if element.tag not in _INLINE or element.get("role") in ("paragraph", "listitem"):
        return False
    return all(is_inline(child) for child in element)


def add_text(line: Element, text: str | None) -> None:
    """Appends text to a line, white space as HTML has it."""
    if not text:
        return
    text = _BREAKS.sub(" ", text)
    if len(line):
        line[-1].tail = (line[-1].tail or "") + text
    else:
        line.text = (line.text or "") + text


def add_inside(line: Element, element: Element, entries: Entries) -> None:
    """Appends the content of an element to a line."""
    add_text(line, element.text)
    for child in element:
        add_inline(line, child, entries)
        add_text(line, child.tail)


def add_inline(line: Element, element: Element, entries: Entries) -> None:
    """Appends an element to a line; blocks in it are set apart by blanks."""
    tag = element.tag
    if tag in FORMULAS:
        line.append(deepcopy(element))
        line[-1].tail = None
    elif tag == "a":
        _add_link(line, element, entries)
    elif tag in ("sup", "sub"):
        add_inside(etree.SubElement(line, tag), element, entries)
    elif tag in _INLINE and tag != "br":
        add_inside(line, element, entries)
    else:
        etree.SubElement(line, "break")
        add_inside(line, element, entries)
        if tag != "br":
            etree.SubElement(line, "break")


def _add_link(line: Element, element: Element, entries: Entries) -> None:
    cited = entries.cited(element)
    link = etree.SubElement(line, "xref" if cited else "ext-link")
    if cited:
        link.set("ref-type", "bibr")
        link.set("rid", " ".join(cited))
    add_inside(link, element, entries)
