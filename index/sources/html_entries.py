"""Where the bibliography of a web page is, and which elements are its entries, whatever they are made of.

A list of references is what stands under such a title, or what calls itself one by role or class. Its entries are list
items, elements with the role of one, the elements that the links of the text lead to, or whatever it is divided into.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from index.sources.bibliography import is_bibliography
from index.sources.html_tree import Element, drop, fragment, names, words

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LISTS_WORDS = (
    "article-references article-section__references bibliography bibliography-sec c-article-references cit-list "
    "citation-list citations-list html-xx ref-list reference-list references references-list references-section "
    "reflist"
)
_LISTS = frozenset(_LISTS_WORDS.split())
LABELS_WORDS = (
    "bullet c-article-references__counter citation-number counter label order ref-label ref-number reference-number"
)
LABELS = frozenset(LABELS_WORDS.split())
IDS = ("id", "name", "data-bib-id", "data-id", "content-id", "data-legacy-id")
LEAST = 15  # letters of an entry


def find_entries(body: Element) -> list[Element]:
    """The entries of all lists of references in a page, in order; their numbers, where they stand apart, with them."""
    found: dict[Element, None] = {}
    for container in _containers(body):
        found |= dict.fromkeys(_entries(container))
    return list(found)


def _containers(body: Element) -> Iterator[Element]:
    for element in body.iter():
        if element.tag in _HEADINGS and is_bibliography(words(element)):
            yield from _below(element)
        elif element.get("role") == "doc-bibliography" or names(element) & _LISTS:
            others = [head for head in element.iter(*_HEADINGS) if not is_bibliography(words(head))]
            if not others and element.tag not in ("a", "li", "sup", "span", "button"):
                yield element


def _below(heading: Element) -> Iterator[Element]:
    """What stands under a title: its section, or what follows it up to the next title."""
    here = heading
    while (above := here.getparent()) is not None and above.tag not in ("body", "main", "html"):
        if any(head is not heading for head in above.iter(*_HEADINGS) if not names(head) & LABELS):
            break
        here = above
    if here is not heading and words(here) != words(heading):
        yield here
        return
    for after in here.itersiblings():
        if after.tag in _HEADINGS or next(after.iter(*_HEADINGS), None) is not None:
            return
        yield after
        if after.tag not in ("p", "a", "hr", "br") and words(after):
            return  # the list; what follows it is not of it


def _entries(container: Element) -> list[Element]:
    items = [item for item in container.iter("li") if not any(above.tag == "li" for above in _above(item, container))]
    letters = len(words(container))
    if items and sum(len(words(item)) for item in items) > 0.6 * letters:
        return items
    marked = [item for item in container.iter() if item.get("role") in ("doc-biblioentry", "listitem")]
    if marked:
        return marked
    here = _shared_parent(container)
    while True:
        children = [child for child in here if child.tag not in _HEADINGS and words(child)]
        letters = len(words(here))
        if here.tag == "p" or not children or (here.text or "").strip():
            return [here] if letters >= LEAST else []
        inner = next((child for child in children if len(words(child)) > 0.8 * letters), None)
        if inner is None or inner.tag in ("p", "li", "tr"):
            return _paired(children)
        here = inner


def _shared_parent(container: Element) -> Element:
    """The element whose children the links of the text lead to; the container where there are no such."""
    root = container.getroottree().getroot()
    inside = set(container.iter())
    wanted = {fragment(link) for link in root.iter("a") if link not in inside} - {""}
    found = [element for element in inside if any(element.get(name, "") in wanted for name in IDS)]
    parents = [parent for element in found if (parent := element.getparent()) is not None and parent in inside]
    (most, count), *_ = Counter(parents).most_common(1) or [(container, 0)]
    return most if count > 1 else container


def _paired(children: Sequence[Element]) -> list[Element]:
    """Entries of a list of any shape; a number in an element of its own joins the entry after it."""
    found: list[Element] = []
    number: Element | None = None
    for child in children:
        if child.tag == "dt" or re.fullmatch(r"\W*\d{1,4}\W*", words(child)):
            number = child
            continue
        if number is not None:
            child.set("data-counter", words(number))
            for key in ("id", "name"):
                if number.get(key) and not child.get(key):
                    child.set(key, number.get(key, ""))
            drop(number)
            number = None
        found.append(child)
    return found


def _above(element: Element, end: Element) -> Iterator[Element]:
    for above in element.iterancestors():
        if above is end:
            return
        yield above
