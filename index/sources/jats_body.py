"""The article's text in reading order: sections, paragraphs, lists, boxes, tables, captions, formulas, notes.

Whatever an element is called, its text is kept: what is not known here is read as the paragraphs it looks like.
Figures, tables, boxes and notes inside a paragraph come after it, so that it stays whole; lists and quotations inside
one divide it, since their order is the text's. Tags follow JATS 1.3 (ANSI/NISO Z39.96) and its predecessors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from index.canonical import Run, TextBuilder
from index.document import BlockKind
from index.sources.jats_inline import (
    APART,
    CITATIONS,
    DROPPED,
    INLINE,
    add_text,
    chosen,
    read_inline,
    runs,
    words,
)
from index.sources.jats_marks import Bibliography, group_marks
from index.sources.jats_names import NAMES
from index.sources.jats_statements import is_statement
from index.sources.jats_table import table_rows
from index.sources.jats_tree import Element

_LINES = frozenset(("attrib", "code", "p", "preformat", "speaker", "subtitle", "term", "title", "verse-line"))
# Set apart from the sentence that they stand in; a paragraph goes on around them.
_FLOATS_WORDS = (
    "array boxed-text chem-struct-wrap fig fig-group floats-group fn fn-group graphic media supplementary-material "
    "table table-wrap table-wrap-foot table-wrap-group"
)
_FLOATS = frozenset(_FLOATS_WORDS.split())
_PARTS_OF_LINES = frozenset(("break", "disp-formula", "hr", "label", "speaker", "td", "th"))
_BLOCKS = (APART - _PARTS_OF_LINES - _FLOATS) | {"ack", "address", "app", "bio", "glossary", "notes", "ref-list"}
_DIVIDING = (_BLOCKS | _FLOATS) - {"graphic", "media"}
_CONTAINERS = frozenset(("abstract", "ack", "app", "back", "body", "boxed-text", "glossary", "notes", "sec"))
_UNTITLED = {"ack": "Acknowledgements", "app": "Appendix", "bio": "Biography", "glossary": "Glossary"}
_NO_TEXT_OF_THE_PAPER = re.compile(r"\s*Click here for additional data file\.?\s*", re.IGNORECASE)  # PMC's own words


class BodyReader:
    """Adds elements to a text. `label` is what waits for the block it stands before: "1.", "Figure 2. "."""

    def __init__(self, builder: TextBuilder, bibliography: Bibliography) -> None:
        self._builder = builder
        self._bibliography = bibliography
        self._in_cells = bibliography.for_cells()
        self._label: list[Run] = []

    def read(self, element: Element, kind: BlockKind) -> None:
        """Adds one element that stands on its own; `kind` is that of its paragraphs."""
        handler = _HANDLERS.get(element.tag)
        if handler:
            handler(self, element, kind)
        else:
            self.read_inside(element, kind)

    def read_inside(
        self, element: Element, kind: BlockKind, skip: Iterable[Element | None] = (), *, joined: bool = False
    ) -> None:
        """Adds the content of an element, without the children in `skip`; `joined`: its paragraphs as one."""
        line: list[Run] = []
        floats: list[Element] = []
        self._collect(element, kind, line, floats, frozenset(skip), joined)
        self._end(line, kind)
        for item in floats:
            self.read(item, kind)

    def section(self, element: Element, kind: BlockKind, untitled: str = "") -> None:
        """Adds an element with its title as a section; without a title it is called `untitled`, unprinted."""
        caption = element.find("caption")
        title = element.find("title")
        if title is None and caption is not None:
            title = caption.find("title")
        label = self._runs(element.find("label"))
        heading = [*label, Run(" "), *(self._runs(title) if title is not None else [])]
        printed = any(run.text.strip() for run in heading)
        self._builder.open_section(heading if printed else untitled, printed=printed)
        if title is not None:
            for note in title.iterchildren("fn"):
                self.read(note, BlockKind.FOOTNOTE)
        if caption is not None:
            self.read_inside(caption, kind, (title,))
        self.read_inside(element, kind, (caption, element.find("label"), title))
        self._builder.close_section()

    def _collect(
        self,
        element: Element,
        kind: BlockKind,
        line: list[Run],
        floats: list[Element],
        skip: frozenset[Element | None],
        joined: bool,
    ) -> None:
        is_line = joined or element.tag in _LINES or (element.tag not in _CONTAINERS and _has_own_text(element))
        add_text(element.text, line, self._bibliography)
        for child in element:
            tag = child.tag
            if child in skip or (tag in DROPPED and child.find("caption") is None):
                pass
            elif joined and tag == "p":
                line.append(Run(" "))
                self._collect(child, kind, line, floats, skip, joined)
                line.append(Run(" "))
            elif tag in _FLOATS and is_line:
                floats.append(child)
                line += [Run(" ")] if (child.tail or "")[:1].isalnum() else []
            elif _is_block(child, is_line):
                self._end(line, kind)
                self.read(child, kind)
            else:
                read_inline(child, line, self._bibliography)
            add_text(child.tail, line, self._bibliography)

    def _end(self, line: list[Run], kind: BlockKind) -> None:
        """Adds the line so far, with the label that waits for it; a line that prints nothing adds nothing."""
        if any(run.text.strip() for run in line):
            if kind is BlockKind.CAPTION and _NO_TEXT_OF_THE_PAPER.fullmatch("".join(run.text for run in line)):
                kind = BlockKind.NOTE
            self._builder.add(kind, group_marks([*self._label, *line], self._bibliography))
            self._label = []
        line.clear()

    def _print_label(self, kind: BlockKind) -> None:
        """Adds a label that found no block to stand before."""
        self._builder.add(kind, self._label)
        self._label = []

    def _runs(self, element: Element | None) -> list[Run]:
        if element is None:
            return []
        line: list[Run] = []
        add_text(element.text, line, self._bibliography)
        for child in element:
            if child.tag != "fn" or element.tag != "title":
                read_inline(child, line, self._bibliography)
            add_text(child.tail, line, self._bibliography)
        return group_marks(line, self._bibliography)

    def _section(self, element: Element, kind: BlockKind) -> None:
        parent = element.getparent()
        in_body = parent is not None and parent.tag == "body"
        if element.tag in _UNTITLED or is_statement(element, by_title=in_body):
            kind = BlockKind.BACK if kind is BlockKind.PARAGRAPH else kind
        self.section(element, kind, _UNTITLED.get(element.tag, ""))

    def _box(self, element: Element, kind: BlockKind) -> None:
        self.section(element, BlockKind.BOX if kind is BlockKind.PARAGRAPH else kind)

    def _notes(self, element: Element, kind: BlockKind) -> None:
        """A group of footnotes: a section where it has a title."""
        if element.find("title") is not None or element.find("label") is not None:
            self._section(element, kind)
        else:
            self.read_inside(element, kind)

    def _note(self, element: Element, kind: BlockKind) -> None:
        parent = element.getparent()
        stated = is_statement(element) or (parent is not None and is_statement(parent, by_title=True))
        kind = BlockKind.BACK if stated else BlockKind.FOOTNOTE
        self._labelled(element, kind, " ")

    def _foot(self, element: Element, kind: BlockKind) -> None:
        self.read_inside(element, BlockKind.FOOTNOTE)

    def _captioned(self, element: Element, kind: BlockKind) -> None:
        """A figure, table or file: label and title, the caption's paragraphs, then what it holds."""
        label, captions = element.find("label"), element.findall("caption")
        self._wait(label, " " if words(label)[-1:] in ".:?!—" else ". ")
        for caption in captions:
            self.read_inside(caption, BlockKind.CAPTION)
        if self._label and element.find("p") is None:
            self._label[-1:] = []
            self._print_label(BlockKind.CAPTION)
        self.read_inside(element, BlockKind.CAPTION, (*captions, label))
        self._print_label(BlockKind.CAPTION)

    def _table(self, element: Element, kind: BlockKind) -> None:
        for other in element:
            if other.tag in ("caption", "title"):
                self.read_inside(other, BlockKind.CAPTION)
        for row in table_rows(element, self._cell):
            self._builder.add(BlockKind.TABLE, row)

    def _cell(self, element: Element) -> list[Run]:
        return runs(element, self._in_cells)

    def _list(self, element: Element, kind: BlockKind) -> None:
        kind = BlockKind.LIST if kind is BlockKind.PARAGRAPH else kind
        self.read_inside(element, kind)

    def _item(self, element: Element, kind: BlockKind) -> None:
        self._labelled(element, kind, " ", joined=True)

    def _definition(self, element: Element, kind: BlockKind) -> None:
        """One line: `term: definition`."""
        terms = [term for term in element.iterchildren("term") if words(term)]
        for term in terms:
            self._label += [*self._runs(term), Run(": " if term is terms[-1] else ", ")]
        self.read_inside(element, kind, terms)
        self._print_label(kind)

    def _definition_text(self, element: Element, kind: BlockKind) -> None:
        self.read_inside(element, kind, joined=True)

    def _spoken(self, element: Element, kind: BlockKind) -> None:
        speaker = element.find("speaker")
        self._wait(speaker, " " if words(speaker).endswith(":") else ": ")
        self.read_inside(element, kind, (speaker,))
        self._print_label(kind)

    def _stated(self, element: Element, kind: BlockKind) -> None:
        """A theorem or a question: its label stands before its first line."""
        self._labelled(element, kind, " " if words(element.find("label"))[-1:] in ".:)" else ". ")

    def _paragraph(self, element: Element, kind: BlockKind) -> None:
        only_formulas = not _has_own_text(element) and all(child.tag == "disp-formula" for child in element)
        self.read_inside(element, BlockKind.FORMULA if len(element) and only_formulas else kind)

    def _formula(self, element: Element, kind: BlockKind) -> None:
        line: list[Run] = []
        read_inline(element, line, self._bibliography)
        self._end(line, BlockKind.FORMULA)

    def _alternatives(self, element: Element, kind: BlockKind) -> None:
        spelling = chosen(element)
        if spelling is not None:
            self.read(spelling, kind)

    def _references(self, element: Element, kind: BlockKind) -> None:
        """A bibliography is no text; what stands in it beside its entries is."""
        if any(child.tag not in ("label", "ref", "title", *DROPPED) for child in element):
            self.read_inside(element, BlockKind.BACK, element.iterchildren("label", "ref", "title"))

    def _labelled(self, element: Element, kind: BlockKind, separator: str, *, joined: bool = False) -> None:
        """Adds an element whose label stands before its first line."""
        label = element.find("label")
        self._wait(label, separator)
        self.read_inside(element, kind, (label,), joined=joined)
        self._print_label(kind)

    def _wait(self, label: Element | None, separator: str) -> None:
        """Keeps a label for the next block."""
        line = self._runs(label)
        self._label += [*line, Run(separator)] if line else []


def _has_own_text(element: Element) -> bool:
    texts = (element.text, *(child.tail for child in element))
    return any(text and not text.isspace() for text in texts)


def _is_block(element: Element, in_line: bool) -> bool:
    tag = element.tag
    if tag == "code" and in_line:
        return "\n" in "".join(map(str, element.itertext()))
    if tag in _BLOCKS or tag in _FLOATS or any(child.tag in _DIVIDING for child in element):
        return True
    if tag in INLINE or tag in CITATIONS or tag in NAMES or tag in _PARTS_OF_LINES:
        return tag == "disp-formula" and not in_line
    return not in_line


_Handler = Callable[[BodyReader, Element, BlockKind], None]
_HANDLERS: dict[str, _Handler] = {
    **dict.fromkeys(("ack", "app", "app-group", "bio", "glossary", "notes", "sec"), BodyReader._section),
    **dict.fromkeys(
        (
            "chem-struct-wrap",
            "fig",
            "fig-group",
            "graphic",
            "media",
            "supplementary-material",
            "table-wrap",
            "table-wrap-group",
        ),
        BodyReader._captioned,
    ),
    **dict.fromkeys(("answer", "explanation", "option", "question", "statement"), BodyReader._stated),
    **dict.fromkeys(("array", "table"), BodyReader._table),
    "alternatives": BodyReader._alternatives,
    "boxed-text": BodyReader._box,
    "def": BodyReader._definition_text,
    "def-item": BodyReader._definition,
    "def-list": BodyReader._list,
    "disp-formula": BodyReader._formula,
    "fn": BodyReader._note,
    "fn-group": BodyReader._notes,
    "list": BodyReader._list,
    "list-item": BodyReader._item,
    "p": BodyReader._paragraph,
    "ref-list": BodyReader._references,
    "speech": BodyReader._spoken,
    "table-wrap-foot": BodyReader._foot,
}
