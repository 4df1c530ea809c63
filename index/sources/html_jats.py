"""The main element of a web page as the JATS article that it shows, so that one reader makes text of both.

Headings become nested sections by their levels, lines that begin as captions do figures; what is in no block is a
paragraph. Before the first sentence or section of the paper a page has names, addresses and dates: these are no text,
as in JATS. Names of tags follow the HTML Living Standard and JATS 1.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from index.sources import bibliography
from index.sources.html_inline import FORMULAS, add_inline, add_inside, add_text, is_inline
from index.sources.html_main import link_share
from index.sources.html_references import Entries
from index.sources.html_table import add_rows, is_layout
from index.sources.html_titles import Part, is_about_page, is_control, is_label, is_prose, is_statement, part
from index.sources.html_tree import Element, is_longer, names, words
from index.sources.outline import is_figure_label

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SECTIONS = frozenset(("article", "main", "section"))
_ABOUT_PEOPLE_WORDS = (
    "aff affil affiliation affiliations author authors byline contrib contributor contributors copyright "
    "correspondence dates doi history keywords kwd license meta metadata orcid pubdate"
)
_ABOUT_PEOPLE = frozenset(_ABOUT_PEOPLE_WORDS.split())
_KEYWORDS = frozenset(("html-kwd", "keyword", "keywords", "kwd", "kwd-group", "kwd-text", "kwds"))
_ABSTRACT = re.compile("abstract", re.IGNORECASE)
_FIGURES = frozenset(("fig", "figure"))
_BOXES = frozenset(("box", "boxed-text", "c-box", "html-boxed-text", "textbox"))
_NOTES = re.compile(r"(?:^|[-_])(?:foot|footnotes?|legend|fn)(?:$|[-_])", re.IGNORECASE)
_CAPTIONS = re.compile(r"(?:^|[-_])(?:caption|figcaption|figure-description)(?:$|[-_])", re.IGNORECASE)
_HOLDERS = ("abstract", "boxed-text", "def-list", "disp-quote", "list", "list-item", "sec")
_UNTITLED = 9  # a level below those of all titles
_LINE = 400  # letters
_LONG = 3000  # letters: what holds more is no line about the authors


@dataclass(frozen=True, slots=True)
class _Holder:
    """An open section: what takes its blocks, the level of its title, the element of the page that it is in."""

    element: Element
    level: int = 0
    source: Element | None = None


@dataclass(slots=True)
class _State:
    """Where the walk is: the open sections, whether the paper has begun, the label that waits for its caption."""

    article: Element
    title: str
    entries: Entries
    holders: list[_Holder] = field(default_factory=list)
    awaits_title: bool = False
    begun: bool = False
    label: str = ""
    seen: set[str] = field(default_factory=set)
    about_people: dict[Element, bool] = field(default_factory=dict)

    @property
    def here(self) -> Element:
        """The element that takes the next block."""
        return self.holders[-1].element


def article(main: Element, title: str, entries: Entries) -> Element:
    """A JATS `<article>` of title, abstracts, body and back matter; what stands before the title is not read."""
    read = _article(main, title, entries, has_title=any(_same(words(each), title) for each in main.iter(*_HEADINGS)))
    is_read = any(words(part) for part in read.iter("abstract", "body", "back"))
    return read if is_read else _article(main, title, entries, has_title=False)


def _article(main: Element, title: str, entries: Entries, *, has_title: bool) -> Element:
    root = etree.Element("article")
    meta = _sub(_sub(root, "front"), "article-meta")
    _sub(_sub(meta, "title-group"), "article-title").text = title
    state = _State(root, title, entries, [_Holder(_sub(root, "body"))])
    _sub(root, "back")
    state.awaits_title = has_title
    _flow(main, state)
    _drop_empty(root)
    return root


def _flow(element: Element, state: _State, kind: str = "p") -> None:
    """Adds the content of a container: its blocks one by one, what stands between them as blocks of `kind`."""
    line = etree.Element(kind)
    add_text(line, element.text)
    for child in element:
        if is_inline(child):
            add_inline(line, child, state.entries)
        else:
            _end(line, element, state)
            line = etree.Element(kind)
            _block(child, state, kind)
        add_text(line, child.tail)
    _end(line, element, state)


def _block(element: Element, state: _State, kind: str) -> None:
    if not state.begun and _about_people(element, state) and not (state.awaits_title and _has_title(element, state)):
        return
    if names(element) & _KEYWORDS or (not is_longer(element, _LINE) and is_about_page(words(element))):
        return
    depth = len(state.holders)
    if element.tag == "table" and not is_layout(element):
        _table(element, state)
    elif kind == "p":
        _handle(element, state)
    else:
        _flow(element, state, kind)
    if element.tag == "figure":
        state.label = ""
    if element.tag in _SECTIONS and len(state.holders) > depth and len(state.here) > 1:
        del state.holders[depth:]


def _handle(element: Element, state: _State) -> None:
    tag = element.tag
    if tag in _HEADINGS:
        _heading(element, state)
    elif tag in ("ul", "ol") or element.get("role") == "list":
        _list(element, state)
    elif tag == "dl":
        _definitions(element, state)
    elif tag in ("figcaption", "figure") or names(element) & _FIGURES or _has(element, _CAPTIONS):
        _flow(element, state, "caption")
    elif tag != "table" and _has(element, _NOTES):
        _flow(element, state, "fn")
    elif tag == "aside" or names(element) & _BOXES:
        _inside(element, state, _sub(state.here, "boxed-text"))
    elif tag == "blockquote":
        _inside(element, state, _sub(state.here, "disp-quote"))
    else:
        _flow(element, state)


def _end(line: Element, source: Element, state: _State) -> None:
    """Adds a finished line, if it is text of the paper, as what it is."""
    if state.here.tag in ("abstract", "sec", "list-item") and len(state.here) < 2:
        line.text = re.sub(r"^\s*[:•]\s*", "", line.text or "")  # a run-in title's colon, a bullet
    text = words(line)
    if not text or not _is_text(line, source, text, state):
        return
    holder = _holder(source, text, state)
    if is_label(text):
        state.label = text
    elif line.tag == "fn":
        _sub(_sub(holder, "table-wrap-foot"), "fn").append(_as(line, "p"))
    elif state.label or line.tag == "caption" or is_figure_label(text):
        _caption(line, text, state)
    elif len(line) == 1 and line[0].tag in FORMULAS and not (line.text or line[0].tail or "").strip():
        _sub(holder, "disp-formula").append(line[0])
    else:
        holder.append(line)


def _holder(source: Element, text: str, state: _State) -> Element:
    """What takes a line: where no title stands above it, an abstract without one, or the section that is open."""
    if len(state.holders) > 1 and state.holders[1].element.tag == "abstract" and is_statement(text):
        return _child(state.article, "back")
    if state.holders[-1].level == _UNTITLED and not _in_abstract(source):
        state.holders.pop()
    is_first = len(state.holders) == 1 and state.here.tag == "body" and not len(state.here)
    if is_first and _in_abstract(source):
        state.holders.append(_Holder(_sub(_meta(state), "abstract"), _UNTITLED))
    return state.here


def _is_text(line: Element, source: Element, text: str, state: _State) -> bool:
    if not state.begun:
        state.begun = not state.awaits_title and is_prose(text) and not _about_people(source, state)
    if not state.begun or is_about_page(text):
        return False
    title = state.here.find("title")
    if title is not None and bibliography.is_bibliography(words(title)) and not is_prose(text):
        return False
    linked = sum(len(words(link)) for link in line.iter("ext-link"))
    return not is_control(text, is_link=linked > 0.8 * len(text))


def _caption(line: Element, text: str, state: _State) -> None:
    """Adds a caption, once: pages repeat it where a figure is enlarged. The label that waits stands before it."""
    label = "" if is_figure_label(text) else state.label.rstrip(" .:")
    state.label = ""
    if _is_new(f"{label}{text}", state):
        figure = _sub(state.here, "fig")
        if label:
            _sub(figure, "label").text = label
        _sub(figure, "caption").append(_as(line, "p"))


def _heading(element: Element, state: _State) -> None:
    text, what = words(element), part(words(element))
    if not text or state.awaits_title or (not state.begun and _same(text, state.title)):
        state.awaits_title = state.awaits_title and not _same(text, state.title)
        return
    title = etree.Element("title")
    add_inside(title, element, state.entries)
    if is_label(text) or is_figure_label(text):
        _end(_as(title, "p"), element, state)
        return
    level, around = _HEADINGS[element.tag], [above for above in element.iterancestors() if above.tag == "section"]
    while len(state.holders) > 1 and state.holders[-1].level >= level and state.holders[-1].source not in around[1:]:
        state.holders.pop()
    if what is Part.BODY and state.holders[1:] and state.holders[1].element.tag == "abstract" and level < 4:
        del state.holders[1:]
    state.holders.append(_Holder(_opened(what, state), level, around[0] if around else None))
    state.begun = state.begun or what in (Part.ABSTRACT, Part.BODY)
    state.here.append(title)
    state.label = ""


def _opened(what: Part, state: _State) -> Element:
    """The section that a title opens: an abstract before the first part of the paper, back matter, or one inside."""
    is_outer = len(state.holders) == 1
    if what is Part.PAGE:
        return etree.Element("sec")  # stands nowhere
    if what is Part.ABSTRACT and is_outer and state.here.find("sec") is None:
        return _sub(_meta(state), "abstract")
    return _sub(_child(state.article, "back") if what is Part.BACK and is_outer else state.here, "sec")


def _meta(state: _State) -> Element:
    return _child(_child(state.article, "front"), "article-meta")


def _child(parent: Element, tag: str) -> Element:
    return next(parent.iterchildren(tag))


def _inside(element: Element, state: _State, holder: Element) -> None:
    """Adds the blocks of an element to a holder of their own."""
    outer, state.holders = state.holders, [_Holder(holder)]
    _flow(element, state)
    state.holders = outer


def _list(element: Element, state: _State) -> None:
    items = [item for item in element if words(item)]
    has_prose = any(is_prose(words(item)) for item in items)
    if not has_prose and (link_share(element) > 0.8 or not state.begun):
        return
    state.begun = True
    holder = _sub(state.here, "list")
    for item in items:
        _inside(item, state, _sub(holder, "list-item"))


def _definitions(element: Element, state: _State) -> None:
    terms = _sub(state.here, "def-list")
    item = _sub(terms, "def-item")
    for each in element.iter("dt", "dd"):
        if each.tag == "dt":
            item = _sub(terms, "def-item")
            add_inside(_sub(item, "term"), each, state.entries)
        else:
            _inside(each, state, _sub(item, "def"))


def _table(element: Element, state: _State) -> None:
    table = etree.Element("table")
    for child in element:
        if child.tag == "caption":
            _flow(child, state, "caption")
        else:
            add_rows(table, child, state.entries)
    if words(table) and _is_new(words(table), state):
        _sub(state.here, "table-wrap").append(table)


def _has_title(element: Element, state: _State) -> bool:
    return any(_same(words(heading), state.title) for heading in element.iter(*_HEADINGS))


def _about_people(element: Element, state: _State) -> bool:
    """Whether an element, or a small one around it, is about the paper's authors or its publication."""
    if element not in state.about_people:
        state.about_people[element] = _is_about_people(element, state)
    return state.about_people[element]


def _is_about_people(element: Element, state: _State) -> bool:
    if element.tag in ("article", "main") or is_longer(element, _LONG) or _has(element, _ABSTRACT):
        return False
    if {word for name in names(element) for word in re.split(r"[-_]+", name)} & _ABOUT_PEOPLE:
        return True
    above = element.getparent()
    return above is not None and _about_people(above, state)


def _in_abstract(element: Element) -> bool:
    """Whether an element, or a small one around it, calls itself an abstract."""
    for each in (element, *element.iterancestors()):
        if each.tag in ("article", "main", "body") or is_longer(each, 2 * _LONG):
            return False
        if any(_ABSTRACT.search(each.get(key) or "") for key in ("class", "id", "role")):
            return True
    return False


def _is_new(text: str, state: _State) -> bool:
    key = re.sub(r"\W", "", text)
    is_new = key not in state.seen
    state.seen.add(key)
    return is_new


def _has(element: Element, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(name) for name in names(element))


def _same(first: str, second: str) -> bool:
    return re.sub(r"\W", "", first).casefold() == re.sub(r"\W", "", second).casefold()


def _sub(parent: Element, tag: str) -> Element:
    return etree.SubElement(parent, tag)


def _as(element: Element, tag: str) -> Element:
    element.tag = tag
    return element


def _drop_empty(root: Element) -> None:
    """Takes out what holds nothing below its title."""
    for holder in reversed(list(root.iter(*_HOLDERS))):
        parent = holder.getparent()
        if parent is not None and not any(words(child) for child in holder if child.tag != "title"):
            parent.remove(holder)
