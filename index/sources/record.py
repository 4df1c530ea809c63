"""Summary pages of papers: a title, a line of metadata, somebody's summary, and more or less of the paper itself.

    # Title
    **Authors:** …                       metadata, kept as notes
    PMC · DOI: … · Journal · date
    ## TL;DR · Contribution · Key findings     the summariser's words: kind `summary`
    ## Abstract                                 the paper's
    ## Full-text entities                       metadata, kept as notes: a list of names states nothing
    ## Full text · Figures · References         the paper's, or a remark that it is elsewhere: a note
    Source: …

The page is recognised by this shape, whoever made it. Headings may be of any level and in any order, parts may be
missing, and the paper's sections may stand below "Full text" or beside it. A part whose name is not known counts as
the summariser's where it stands before the first part of the paper, so that no summary passes for the paper's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import PurePosixPath

from index.canonical import normalise
from index.document import BlockKind, Document, Entity
from index.sources import bibliography
from index.sources.byline import field_name, iso_date, metadata, person, pmcid_of_name
from index.sources.commonmark import parse
from index.sources.decoding import beginning, decode
from index.sources.elements import Element, Style
from index.sources.identifiers import find_doi, find_pmcid, find_pmid
from index.sources.markdown import document, split_title
from index.sources.outline import END, Role, name, with_roles
from index.sources.source import Source

FORMAT = "record"
TITLE = "summary pages"
ENDINGS = (".md", ".txt")


class _Kind(Enum):
    """What a part of the page is."""

    HEAD = auto()  # before the first heading
    SUMMARY = auto()
    ENTITIES = auto()
    DETAILS = auto()
    PAPER = auto()
    FULL_TEXT = auto()
    FIGURES = auto()
    OTHER = auto()


_NAMES = {
    _Kind.SUMMARY: r"tl[;,]?\s?dr\b.*|(?:main |key |core )?contributions?"
    r"|(?:key |main )?(?:findings?|points?|takeaways?|insights?)",
    _Kind.ENTITIES: r"(?:full[- ]text |named |extracted |biomedical )?entities.*",
    _Kind.FULL_TEXT: r"(?:full[- ]?text|body|paper|article)(?: \(.*\))?",
    _Kind.FIGURES: r"(?:figures?|tables?|figures? (?:and|&) tables?|figure (?:captions?|legends?))(?: \(\d+\))?",
    _Kind.DETAILS: r"metadata|details|citation|cite(?: this)?|source|links?|identifiers|about.*",
    _Kind.PAPER: r"(?:structured )?abstract|introduction|background|(?:materials? and )?methods?"
    r"|(?:results? and )?discussion|results?|conclusions?|acknowledge?ments?",
}

_SHAPE = (
    re.compile(r"^\**authors?:?\**:?\s*\S", re.IGNORECASE | re.MULTILINE),
    re.compile(r"^#{1,6}\s+\W*tl;?\s?dr\b", re.IGNORECASE | re.MULTILINE),
    re.compile(r"^#{1,6}\s+\W*(?:key |main )?contributions?\W*$", re.IGNORECASE | re.MULTILINE),
    re.compile(r"^#{1,6}\s+\W*(?:key|main) (?:findings|points|takeaways)\W*$", re.IGNORECASE | re.MULTILINE),
    re.compile(r"^#{1,6}\s+\W*full[- ]text(?: entities)?\W*$", re.IGNORECASE | re.MULTILINE),
)
_REMARK = re.compile(
    r"\bomitted from this\b|\b(?:in|fetch) the (?:complete|full) (?:paper|article|text|page)\b|\bfull list in\b"
    r"|\b(?:complete|full) (?:paper|article|text) as markdown\b|^no (?:full text|figures|references|body)\b",
    re.IGNORECASE,
)
_LONGEST_REMARK = 400
_LINES_OF_HEAD = 40
_SOURCE = re.compile(r"(?:source|original|retrieved from)\s*:\s*\S", re.IGNORECASE)
_FIELD = re.compile(r"([A-Za-z][A-Za-z /&-]{0,30}?)\s*:\s+(\S.*)")
_SEPARATOR = re.compile(r"\s+[·•|]\s+")
_LICENSE = re.compile(r"CC[ -]?(?:BY|0)\b|https?://creativecommons\.org/|Creative Commons", re.IGNORECASE)
_NO_JOURNAL = re.compile(r"pmc|pubmed(?: central)?|europe pmc|open access|[a-z]+:\S+", re.IGNORECASE)
_ENTITY_ID = re.compile(
    r"[(\[]\s*(?:tax(?:on)?(?:[ _]?id)?[ :]+(\d+)|([A-Za-z][\w.-]*):\s?([\w.:-]+))\s*[)\],;|]", re.IGNORECASE
)
_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])\s*$")
_BETWEEN_ENTITIES = re.compile(r"\s*[,;]\s+(?![^(\[]{0,200}[)\]])")
_COMPLETE_PAGE = re.compile(r"https?://[^\s<>()\"']+\.md\b")


def sniff(data: bytes, name: str) -> bool:
    """Whether this is a summary page: a heading first, and two signs of the shape."""
    text = beginning(data).lstrip("\ufeff \n\t")
    bylines = (line for line in text.split("\n")[:_LINES_OF_HEAD] if len(line) <= _LONGEST_REMARK)
    has_byline = any(_SEPARATOR.search(line) and find_doi(line) for line in bylines)
    return text.startswith("#") and has_byline + sum(bool(sign.search(text)) for sign in _SHAPE) > 1


def read(source: Source) -> tuple[Document, ...]:
    """The paper, as far as the page has it.

    Raises:
        SourceError: the text cannot be decoded, or there is none.
    """
    title, elements = split_title(parse(decode(source)))
    page, footer = _footer(elements)
    parts = _parts(page, title)
    fields: dict[str, tuple[str, ...]] = {}
    for field, value in _fields(parts, footer, source.name):
        fields.setdefault(field, (value,))
    lines = [*([title] if title else []), *(line for part in parts for line in _lines(part)), END, *footer]
    body, references = bibliography.take(lines)
    facts = metadata(
        fields,
        title=title.words if title else PurePosixPath(source.name).name.split(".")[0],
        source=source.name,
        format=FORMAT,
        entities=tuple(entity for part in parts for entity in _entities(part)),
    )
    # The page prints names as PubMed Central has them, the given name first.
    named = replace(facts, authors=tuple(person(author.name) for author in facts.authors))
    return (document(named, body, references),)


def complete_page(text: str) -> str | None:
    """The address at which a page says that the complete paper is, as Markdown."""
    match = _COMPLETE_PAGE.search(text)
    return match[0] if match else None


@dataclass(frozen=True, slots=True)
class _Part:
    """A heading of the page and what stands below it."""

    kind: _Kind
    heading: Element | None
    elements: tuple[Element, ...]


def _footer(elements: Sequence[Element]) -> tuple[Sequence[Element], list[Element]]:
    """The page without its last lines from "Source: …" on, and these as notes."""
    for at in range(max(0, len(elements) - 3), len(elements)):
        if _SOURCE.match(elements[at].words) and elements[at].kind is BlockKind.PARAGRAPH:
            return elements[:at], [replace(element, kind=BlockKind.NOTE) for element in elements[at:]]
    return elements, []


def _parts(elements: Sequence[Element], title: Element | None) -> list[_Part]:
    level = _page_level(elements)
    starts = [at for at, element in enumerate(elements) if _begins_part(element, level)]
    parts = [_Part(_Kind.HEAD, None, tuple(elements[: starts[0] if starts else len(elements)]))]
    in_paper = False
    for at, end in zip(starts, [*starts[1:], len(elements)], strict=True):
        kind = _kind(elements[at].words, title.words if title else "")
        in_paper |= kind in (_Kind.PAPER, _Kind.FULL_TEXT)
        if kind is _Kind.OTHER:
            kind = _Kind.PAPER if in_paper else _Kind.SUMMARY
        parts.append(_Part(kind, elements[at], tuple(elements[at + 1 : end])))
    return parts


def _begins_part(element: Element, level: int) -> bool:
    is_heading = element.kind is BlockKind.HEADING
    return is_heading and (element.level <= level or bibliography.is_bibliography(element.words))


def _page_level(elements: Sequence[Element]) -> int:
    """The level of the page's own headings: the paper's sections are below, or beside them."""
    headings = [element for element in elements if element.kind is BlockKind.HEADING]
    own = [heading.level for heading in headings if _kind(heading.words, "") is not _Kind.OTHER]
    return min(own or [heading.level for heading in headings] or [1])


def _kind(title: str, paper_title: str) -> _Kind:
    if title == paper_title:  # again above the full text
        return _Kind.FULL_TEXT
    if bibliography.is_bibliography(title):
        return _Kind.PAPER
    known = (kind for kind, pattern in _NAMES.items() if re.fullmatch(pattern, name(title)))
    return next(known, _Kind.OTHER)


def _lines(part: _Part) -> Iterator[Element]:
    elements = [_remark(element) for element in part.elements] if _may_be_elsewhere(part) else part.elements
    heading = [part.heading] if part.heading else []
    if part.kind is _Kind.HEAD:
        yield from with_roles(replace(each, kind=BlockKind.NOTE) if _is_metadata(each) else each for each in elements)
    elif part.kind is _Kind.FULL_TEXT:  # scaffolding of the page: the paper's sections do not stand below it
        yield from (END, *(replace(each, level=0) for each in heading), *with_roles(elements))
    elif part.kind is _Kind.PAPER:
        yield from with_roles([*heading, *elements])
    elif part.kind is _Kind.FIGURES:
        yield from with_roles([*heading, *elements], _inherited, above=BlockKind.CAPTION)
    else:
        origin = BlockKind.SUMMARY if part.kind is _Kind.SUMMARY else BlockKind.NOTE
        yield from with_roles([*heading, *elements], _inherited, above=origin)


def _inherited(title: str, above: Role) -> Role:
    return above


def _may_be_elsewhere(part: _Part) -> bool:
    is_list = part.heading is not None and bibliography.is_bibliography(part.heading.words)
    return is_list or part.kind in (_Kind.FULL_TEXT, _Kind.FIGURES)


def _remark(element: Element) -> Element:
    words = element.words
    is_remark = len(words) <= _LONGEST_REMARK and _REMARK.search(words) and ("http" in words or element.links)
    return replace(element, kind=BlockKind.NOTE) if is_remark else element


def _fields(parts: Sequence[_Part], footer: Sequence[Element], source_name: str) -> Iterator[tuple[str, str]]:
    """What the page says of the paper; of a field given twice, the first counts."""
    for part in parts:
        for element in part.elements if part.kind in (_Kind.HEAD, _Kind.DETAILS) else ():
            if part.kind is _Kind.DETAILS or _is_metadata(element):
                for line in _plain_lines(element):
                    yield from _line_fields(line)
                yield from (found for link in element.links for found in _value(link))
    addresses = [word for element in footer for word in (*element.words.split(), *element.links)]
    yield from (("pmcid", pmcid) for pmcid in map(find_pmcid, addresses) if pmcid)
    if pmcid := pmcid_of_name(source_name):
        yield "pmcid", pmcid


def _is_metadata(element: Element) -> bool:
    lines = _plain_lines(element)
    return bool(lines) and all(map(_is_metadata_line, lines))


def _is_metadata_line(line: str) -> bool:
    match = _FIELD.match(line)
    if match and field_name(match[1]):
        return True
    is_byline = _SEPARATOR.search(line) or iso_date(line)
    return bool(is_byline) and any(field != "container_title" for field, _ in _line_fields(line))


def _plain_lines(element: Element) -> list[str]:
    """The lines as printed, without raised marks of affiliation."""
    text = "".join(piece.text for piece in element.pieces if piece.style is Style.PLAIN)
    return [line for line in map(normalise, text.split("\n")) if line]


def _line_fields(line: str) -> Iterator[tuple[str, str]]:
    unnamed = []
    for part in _SEPARATOR.split(line):
        match = _FIELD.fullmatch(part)
        field = field_name(match[1]) if match else None
        found = [(field, match[2])] if match and field else list(_value(part))
        yield from found
        unnamed += [part] if not found and not _NO_JOURNAL.fullmatch(part) else []
    if len(unnamed) == 1 and unnamed[0] != line:
        yield "container_title", unnamed[0]


def _value(text: str) -> Iterator[tuple[str, str]]:
    """The field that a value is of by its form."""
    if find_doi(text):
        yield "doi", text
    elif find_pmcid(text):
        yield "pmcid", text
    elif find_pmid(text):
        yield "pmid", text
    elif iso_date(text):
        yield "issued", text
    elif _LICENSE.match(text):
        yield "license", text


def _entities(part: _Part) -> Iterator[Entity]:
    """The things listed under entities: `**Diseases:** cancer (MESH:D009369)`, or a list below a heading."""
    above = ""
    for element in part.elements if part.kind is _Kind.ENTITIES else ():
        if element.kind is BlockKind.HEADING:
            above = element.words
            continue
        match = _FIELD.fullmatch(element.words)
        names = match[2] if match else element.words
        type_ = _singular(match[1] if match else above)
        for printed in _BETWEEN_ENTITIES.split(names) if type_ else ():
            yield Entity(type_, _unbracketed(printed), _entity_id(printed))


def _singular(type_: str) -> str:
    type_ = name(type_)
    return type_ if type_.endswith(("species", "ss")) else type_.removesuffix("s")


def _unbracketed(printed: str) -> str:
    name = printed
    while (bare := _BRACKETS.sub("", name)) and bare != name:
        name = bare
    return name.strip()


def _entity_id(printed: str) -> str | None:
    match = _ENTITY_ID.search(printed)
    if match is None:
        return None
    return f"taxon:{match[1]}" if match[1] else f"{match[2]}:{match[3]}"
