"""A paragraph's inside as runs of text: emphasis flattened, scripts as Unicode, formulas once, marks with their ids."""

from __future__ import annotations

import re

from index.canonical import Run, normalise, subscript, superscript
from index.sources.jats_marks import Bibliography, bracketed, group_marks, raised
from index.sources.jats_math import formula
from index.sources.jats_names import NAMES, citation_text
from index.sources.jats_tree import Element

# Set inside words: nothing is put between these and what stands beside them.
_INLINE_WORDS = (
    "abbrev bold chem-struct email ext-link fixed-case inline-formula inline-supplementary-material italic "
    "math mml monospace named-content overline private-char roman ruby sans-serif sc strike styled-content sub sup "
    "target tex-math underline uri x xref"
)
INLINE = frozenset(_INLINE_WORDS.split())
# Stand apart: a blank goes around these where a paragraph holds one.
_APART_WORDS = (
    "answer array attrib boxed-text break caption code def def-item def-list disp-formula disp-formula-group "
    "disp-quote entry explanation fig fn fn-group graphic hr label list list-item media option p preformat question "
    "ref row sec speaker speech statement subtitle supplementary-material table table-wrap tbody td term tfoot tgroup "
    "th thead title tr verse-group verse-line"
)
APART = frozenset(_APART_WORDS.split())
# No text of the article: descriptions of pictures for machines, identifiers, copyright lines of parts, index entries.
_DROPPED_WORDS = (
    "alt-text col colgroup colspec glyph-data graphic hr index-term index-term-range-end inline-graphic long-desc "
    "object-id permissions processing-meta sec-meta"
)
DROPPED = frozenset(_DROPPED_WORDS.split())
CITATIONS = frozenset(("citation", "element-citation", "mixed-citation", "nlm-citation", "product", "related-object"))
NOTHING = Bibliography()

_STYLES = {"sup": superscript, "sub": subscript}
_CONTEXT = 40
_AFTER_OPENING = re.compile(r"[(\[]\s+\Z")
_BEFORE_CLOSING = re.compile(r"\s+(?=[)\],.;])")


def words(element: Element | None) -> str:
    """Everything an element prints, as one line; empty for None."""
    if element is None:
        return ""
    return normalise("".join(run.text for run in runs(element)))


def runs(element: Element, bibliography: Bibliography = NOTHING) -> list[Run]:
    """The content of an element as runs, its reference marks grouped."""
    out: list[Run] = []
    read_inside(element, out, bibliography)
    return group_marks(out, bibliography)


def read_inside(element: Element, out: list[Run], bibliography: Bibliography, style: str = "") -> None:
    """Appends the content of an element; marks are not grouped yet. `style` is `sup`, `sub` or empty."""
    add_text(element.text, out, bibliography, style)
    for child in element:
        read_inline(child, out, bibliography, style)
        add_text(child.tail, out, bibliography, style)


def read_inline(element: Element, out: list[Run], bibliography: Bibliography, style: str = "") -> None:
    """Appends an element that stands inside a line, without its tail."""
    tag = element.tag
    if tag in DROPPED:
        return
    if tag == "xref":
        _read_mark(element, out, bibliography, style)
    elif tag in ("math", "tex-math"):
        tex, mathml = (None, element) if tag == "math" else (element, None)
        out.append(Run(formula(tex, mathml)))
    elif tag in ("alternatives", "inline-formula", "disp-formula"):
        _read_formula(element, out, bibliography, style)
    elif tag in CITATIONS or tag in NAMES:
        out.append(Run(f" {citation_text(element)} " if tag in CITATIONS else citation_text(element)))
    elif tag == "sup" and not len(element) and (references := _raised(element, out, bibliography)):
        out.append(Run(superscript(element.text or ""), references))
    elif tag in APART or (tag not in INLINE and touches(element)):
        out.append(Run(" "))
        read_inside(element, out, bibliography, style)
        out.append(Run(" "))
    else:
        read_inside(element, out, bibliography, tag if tag in _STYLES else style)


def touches(element: Element) -> bool:
    """Whether another element stands directly before this one, with no text between."""
    before = element.getprevious()
    return before is not None and not before.tail


def _raised(sup: Element, out: list[Run], bibliography: Bibliography) -> tuple[str, ...]:
    return raised(sup.text or "", _end(out), sup.tail or "", bibliography)


def _end(out: list[Run]) -> str:
    """The last characters before what is to be appended."""
    return "".join(run.text for run in out[-3:])[-_CONTEXT:]


def add_text(text: str | None, out: list[Run], bibliography: Bibliography, style: str = "") -> None:
    """Appends text as it stands, marks without a link apart; indentation that a pretty-printer put inside brackets is
    taken out."""
    if not text:
        return
    if "\n" in text:
        opening, closing = _AFTER_OPENING.search(text), _BEFORE_CLOSING.match(text)
        if opening and "\n" in opening[0]:
            text = text[: opening.start() + 1]
        if closing and "\n" in closing[0]:
            text = text[closing.end() :]
    if style:
        out.append(Run(_STYLES[style](text)))
    else:
        out += bracketed(text, _end(out), bibliography)


def chosen(alternatives: Element) -> Element | None:
    """The one of several spellings of the same thing that carries its text: a table before its picture."""
    table = alternatives.find("table")
    if table is not None:
        return table
    return next((child for child in alternatives if child.tag not in DROPPED and words(child)), None)


def _read_formula(element: Element, out: list[Run], bibliography: Bibliography, style: str) -> None:
    apart = element.tag == "disp-formula"
    tex, mathml = element.find("tex-math"), element.find("math")
    out += [Run(" ")] if apart else []
    if tex is not None and mathml is not None:
        out.append(Run(f"{words(element.find('label'))} {formula(tex, mathml)}" if apart else formula(tex, mathml)))
    elif element.tag == "alternatives":
        spelling = chosen(element)
        if spelling is not None:
            read_inline(spelling, out, bibliography, style)
    else:
        read_inside(element, out, bibliography, style)
    out += [Run(" ")] if apart and (element.tail or "").lstrip()[:1] not in tuple(",.;:)]") else []


def _read_mark(xref: Element, out: list[Run], bibliography: Bibliography, style: str) -> None:
    inside: list[Run] = []
    read_inside(xref, inside, NOTHING, style)
    text = "".join(run.text for run in inside)
    printed = text.strip()
    references = bibliography.cited(xref.get("rid"), xref.get("ref-type"), printed)
    lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :] if printed else ""
    # Blanks around a mark are kept, indentation of the source is not.
    out += [Run(blank) for blank in (lead,) if blank and "\n" not in blank]
    if references or printed:
        out.append(Run(printed, references))
    elif not text:
        out.append(Run(", ".join(filter(None, map(bibliography.labels.get, (xref.get("rid") or "").split())))))
    out += [Run(blank) for blank in (trail,) if blank and "\n" not in blank]
