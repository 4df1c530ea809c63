"""Elements to canonical text: which section each stands in, and what that makes of it.

A section's title says what its paragraphs are: an abstract, back matter, the paper itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from index.canonical import CanonicalText, Run, TextBuilder
from index.document import BlockKind, Reference
from index.sources.bibliography import numbered, runs
from index.sources.elements import Element, Piece, Pieces
from index.sources.named_marks import named_works

_NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?|[IVX]+[.)])\s+")
_ABSTRACT = re.compile(r"(?:(?:structured|graphical|author|lay|plain[- ]language) )?abstract\b", re.IGNORECASE)
_BACK = re.compile(
    r"acknowledge?ments?\b|funding\b|financial (?:support|disclosure)|credit author|orcid\b|generative ai statement"
    r"|authors?['’]?s? (?:contribution|information|detail)|(?:declarations?|statements?|disclosures?)\b"
    r"|(?:conflicts?|declaration|competing|duality) (?:of )?(?:competing )?interest"
    r"|(?:data|code)(?: and (?:code|data|materials))? (?:availability|accessibility|sharing)"
    r"|availability of (?:data|code)|ethic(?:s|al)(?:$| (?:approval|statement|declaration|consideration))"
    r"|informed consent|consent (?:for|to)\b|institutional review board|publisher['’]s note|appendi(?:x|ces)\b"
    r"|supplementa(?:ry|l) (?:material|information|data|file)|supporting information|additional (?:information|files?)",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"(?:(?:supplementa(?:ry|l)|extended data|additional) )?(?:figure|fig\.?|table|scheme|box|chart|plate)"
    r"\s*S?\d{1,3}[a-z]?(?:\s*[.:|–—]\s+(?=\S)|\s*[.:]?$)",
    re.IGNORECASE,
)

# What is prose of the paper, and takes the kind of its section; a table stays a table in an abstract.
_PROSE = (BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.BOX)
# Kinds that say who wrote a text, not what shape it has: everything below such a title takes them.
_ORIGINS = (BlockKind.SUMMARY, BlockKind.NOTE)

END = Element(BlockKind.HEADING, (), level=1)  # closes every open section, and opens none

Role = BlockKind | None


def name(title: str) -> str:
    """A section's title without its number, lower-case.

    >>> name("2.1. Key  Findings:")
    'key findings'
    """
    return " ".join(_NUMBERING.sub("", title.strip()).rstrip(" .:").lower().split())


def paper_role(title: str, above: Role) -> Role:
    """The kind that the prose below a title of the paper has; None is that of its shape."""
    if above is not None:
        return above
    if is_figure_label(title):
        return BlockKind.CAPTION
    if _ABSTRACT.match(name(title)):
        return BlockKind.ABSTRACT
    return BlockKind.BACK if _BACK.match(name(title)) else None


def is_figure_label(text: str) -> bool:
    """Whether a text begins as a caption does.

    >>> is_figure_label("Fig. 2. Uptake of vesicles"), is_figure_label("Figure 2 shows uptake")
    (True, False)
    """
    return _FIGURE.match(text) is not None


def _is_caption(heading: Element) -> bool:
    match = _FIGURE.match(heading.words)
    return match is not None and match.end() < len(heading.words)


def with_roles(
    elements: Iterable[Element], role: Callable[[str, Role], Role] = paper_role, *, above: Role = None
) -> Iterator[Element]:
    """The elements, each of the kind that its section makes of it; `above` is the role outside all sections."""
    open_: list[tuple[int, Role]] = [(0, above)]
    for element in elements:
        if element.kind is BlockKind.HEADING and not _is_caption(element):
            while len(open_) > 1 and open_[-1][0] >= element.level:
                open_.pop()
            open_.append((element.level, role(element.words, open_[-1][1])))
            yield element
        else:
            yield recast(element, open_[-1][1])


def recast(element: Element, role: Role) -> Element:
    """The element as its section's role makes it; a paragraph or heading that begins as a caption does is one."""
    if element.kind is BlockKind.NOTE:
        return element
    if role in _ORIGINS:
        return replace(element, kind=role, level=0)
    if element.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING) and is_figure_label(element.words):
        return replace(element, kind=BlockKind.CAPTION, level=0)
    return replace(element, kind=role) if role and element.kind in _PROSE else element


def compose(elements: Iterable[Element], references: Sequence[Reference] = ()) -> CanonicalText:
    """The canonical text: sections nested by the levels of their headings, marks resolved with the bibliography.

    Marks are numbers; where none of them is one, names with a year.
    """
    lines = list(elements)
    numbers = _composed(lines, lambda pieces: runs(pieces, numbered(references)))
    if not references or numbers.reference_marks:
        return numbers
    works = named_works(references)
    return _composed(lines, lambda pieces: runs(pieces, {}, works))


def _composed(elements: Iterable[Element], read: Callable[[Pieces], list[Run]]) -> CanonicalText:
    builder = TextBuilder()
    levels: list[int] = []
    for element in elements:
        line = read(element.pieces)
        if element.kind is BlockKind.HEADING and element.level:
            while levels and levels[-1] >= element.level:
                builder.close_section()
                levels.pop()
            builder.open_section(line)
            levels.append(element.level)
        elif element.kind is BlockKind.FOOTNOTE and element.label:
            builder.add(BlockKind.FOOTNOTE, [*read((Piece(f"{element.label} "),)), *line])
        else:
            builder.add(element.kind, line)
    return builder.finish()
