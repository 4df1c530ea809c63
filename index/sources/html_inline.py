"""What stands inside a line of a web page as JATS: scripts, formulas, links to the bibliography as `xref`s."""

from __future__ import annotations

import re
from copy import deepcopy

from lxml import etree

from index.sources import bibliography
from index.sources.html_references import Entries
from index.sources.html_tree import Element, words

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
        holder = line
        cited = _raised(line, element, entries) if tag == "sup" else ()
        if cited:
            holder = _mark(line, cited)
        add_inside(etree.SubElement(holder, tag), element, entries)
    elif tag in _INLINE and tag != "br":
        add_inside(line, element, entries)
    else:
        etree.SubElement(line, "break")
        add_inside(line, element, entries)
        if tag != "br":
            etree.SubElement(line, "break")


def _add_link(line: Element, element: Element, entries: Entries) -> None:
    cited = entries.cited(element)
    add_inside(_mark(line, cited) if cited else etree.SubElement(line, "ext-link"), element, entries)


def _mark(line: Element, cited: tuple[str, ...]) -> Element:
    mark = etree.SubElement(line, "xref")
    mark.set("ref-type", "bibr")
    mark.set("rid", " ".join(cited))
    return mark


def _raised(line: Element, element: Element, entries: Entries) -> tuple[str, ...]:
    """The references that raised numbers stand for, in a page that links none of its marks."""
    if entries.is_linked or next(element.iter("a"), None) is not None:
        return ()
    return bibliography.raised(words(line), words(element), (element.tail or "")[:1], entries.labels)
