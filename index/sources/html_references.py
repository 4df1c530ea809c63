"""The bibliography of a web page: what its entries print, and which addresses and ids lead to them.

The entries leave the tree. Links of services ("PubMed", "Google Scholar") are no text of an entry; the identifiers they
lead to are its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from index.canonical import normalise
from index.document import BlockKind, Reference
from index.sources import bibliography
from index.sources.elements import Element as Line
from index.sources.elements import Piece, Style
from index.sources.html_entries import IDS, LABELS, LEAST, find_entries
from index.sources.html_tree import Element, drop, fragment, names, words
from index.sources.identifiers import find_doi, find_pmcid, find_pmid
from index.sources.jats_marks import Bibliography
from index.sources.jats_marks import bibliography as marks_of

_FIELDS = {
    "title": ("article-title", "articletitle", "cit-article-title", "nlm-article-title", "ref-title", "chaptertitle"),
    "container_title": ("cit-jnl-abbrev", "cit-source", "journal-title", "journaltitle", "nlm-source", "ref-journal"),
    "volume": ("cit-vol", "nlm-volume", "ref-vol", "vol"),
}
_TARGETS = (
    "data-xml-rid",
    "rid",
    "data-rid",
    "data-bib-id",
    "data-open",
    "reveal-id",
    "data-refid",
    "aria-describedby",
)
_SERVICE = re.compile(
    r"\W*(?:(?:search )?google scholar|cross ?ref(?: full text)?|pub ?med(?: central| abstract|/ncbi)?|medline|highwire"
    r"|pmc(?: free article)?|free (?:pmc )?article|(?:view|go to) .{0,60}|(?:free )?full ?text|abstract(?:/.*)?|article"
    r"|cas|ads|mathscinet|z?bmath|math|web of science.*|scopus|open ?url|isi|chemport|(?:export|download).*|pdf|doi"
    r"|external|link|europe pmc|cited within|cited \d+ times?.*|find full text.*|.* in (?:text|article|google scholar)"
    r"|[↵↩↑^⇑])\W*",
    re.IGNORECASE,
)
_LEFT_OVER = re.compile(r"\[[\s,;|·]*\]|\((?:[\s,;|·]*)\)|(?:\s*[|·↵↩↑⇑—])+\s*$")
_APPENDED = re.compile(
    r"(?:^|[-_])(?:ref)?(?:links?|extra|sprinkles)$|^extra-links|^reflinks|links$|^cit-extra$|^data-doi$"
)
_QUERY = re.compile(r"(?:^/pubmed/|db=pubmed.*list_uids=)(\d{1,9})", re.IGNORECASE)  # as NCBI and Springer link
_PUBMED = "https://pubmed.ncbi.nlm.nih.gov/"
_PMC = "https://pmc.ncbi.nlm.nih.gov/articles/"


@dataclass(frozen=True, slots=True)
class Entries:
    """A page's references in order; `targets` leads from an id, a name or a back link to the id of a reference."""

    references: tuple[Reference, ...]
    targets: dict[str, str]
    numbers: Bibliography

    def cited(self, link: Element) -> tuple[str, ...]:
        """The references that a link in the text leads to."""
        wanted = [value for name in _TARGETS for value in (link.get(name) or "").split()]
        found = [self.targets[value] for value in [fragment(link), *wanted] if value in self.targets]
        own = [
            self.targets[f"#{value}"] for name in ("id", "name") if f"#{(value := link.get(name, ''))}" in self.targets
        ]
        return tuple(dict.fromkeys(found or own))


def take(body: Element) -> Entries:
    """The page's references; their entries are taken out of the tree."""
    entries = find_entries(body)
    numbers = _numbers(entries) if _marked(body, entries) else {}
    lines: list[Line] = []
    kept: list[Element] = []
    seen: set[str] = set()
    for entry in entries:
        if _is_service_only(entry) and kept:
            kept[-1].append(entry)  # the links of an entry as a paragraph of their own
            lines[-1] = replace(lines[-1], links=(*lines[-1].links, *_links(entry)))
            continue
        line = _line(entry, numbers.get(entry))
        if not _is_entry(line.words) or line.words in seen:
            drop(entry)
            continue
        seen.add(line.words)
        lines.append(line)
        kept.append(entry)
    references = _references(lines, kept)
    targets = _targets(kept, references)
    for entry in kept:
        drop(entry)
    ordered = [(reference.id, reference.label, [reference.id]) for reference in references]
    return Entries(references, targets, marks_of(ordered))


def _is_entry(text: str) -> bool:
    return len(text) > 2 * LEAST or (len(text) > LEAST and re.search(r"\d", text) is not None)


def _marked(body: Element, entries: Sequence[Element]) -> bool:
    """Whether marks print numbers: the place in an ordered list is then the number that is printed before an entry."""
    inside = {element for entry in entries for element in entry.iter()}
    ids = {value for element in inside for name in IDS if (value := element.get(name))}
    marks = [words(link) for link in body.iter("a") if link not in inside and fragment(link) in ids]
    return not marks or sum(bool(re.search(r"^\W*\d{1,3}\b", mark)) for mark in marks) > len(marks) / 2


def _is_service_only(entry: Element) -> bool:
    rest = words(entry)
    for link in entry.iter("a"):
        if _SERVICE.fullmatch(words(link)):
            rest = rest.replace(words(link), "", 1)
    return not re.search(r"\w", rest)


def _numbers(entries: Sequence[Element]) -> dict[Element, str]:
    """The numbers that a browser prints before the items of ordered lists."""
    found: dict[Element, str] = {}
    for parent in dict.fromkeys(entry.getparent() for entry in entries):
        if parent is not None and parent.tag == "ol":
            number = _number(parent.get("start"), 1)
            for item in parent.iterchildren("li"):
                number = _number(item.get("value"), number)
                found[item] = str(number)
                number += 1
    return found


def _number(value: str | None, default: int) -> int:
    return int(value) if value and re.fullmatch(r"[0-9]{1,6}", value) else default


def _line(entry: Element, number: str | None) -> Line:
    links = _links(entry)
    label = _label(entry) or number
    pieces: list[Piece] = []
    _collect(entry, pieces, Style.PLAIN)
    plain = normalise("".join(piece.text for piece in pieces))
    if _LEFT_OVER.search(plain) or re.match(r"[\s.,;:^↑]", "".join(piece.text for piece in pieces)):
        pieces = [replace(piece, text=_LEFT_OVER.sub("", piece.text)) for piece in _joined(pieces)]
    return Line(BlockKind.LIST, tuple(pieces), label=label, links=links)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].style is piece.style:
            joined[-1] = replace(piece, text=joined[-1].text + piece.text)
        else:
            joined.append(piece)
    if joined:
        joined[0] = replace(joined[0], text=joined[0].text.lstrip(" .,;:^↑\n\t\u00a0"))
    return joined


def _label(entry: Element) -> str | None:
    """The printed number; its element is taken out."""
    for name in ("data-counter", "data-content"):
        if match := re.fullmatch(r"\W*(\d{1,4}[a-z]?)\W*", entry.get(name) or ""):
            return match[1]
    for element in list(entry.iter()):
        if element is not entry and (names(element) & LABELS or element.get("data-counter")):
            match = re.fullmatch(r"\W*(\d{1,4}[a-z]?)\W*", words(element))
            drop(element)
            return match[1] if match else None
    return None


def _links(entry: Element) -> tuple[str, ...]:
    found = []
    for element in entry.iter():
        if doi := element.get("data-doi") or ("data-doi" in names(element) and find_doi(words(element))):
            found.append(f"https://doi.org/{doi.rpartition('doi.org/')[2]}")
        address = unquote(element.get("href") or "")
        if match := re.search(r"external-ref\?.*?access_num=([^&]+)&link_type=(\w+)", address):
            found += {"DOI": [f"https://doi.org/{match[1]}"], "MED": [f"{_PUBMED}{match[1]}/"]}.get(match[2], [])
        elif "scholar.google" in address:
            continue
        elif identifier := find_doi(address.partition("?")[0]) or find_pmcid(address):
            found.append(f"https://doi.org/{identifier}" if "/" in identifier else f"{_PMC}{identifier}/")
        elif (pmid := find_pmid(address)) or (match := _QUERY.search(address)):
            found.append(f"{_PUBMED}{pmid or (match[1] if match else '')}/")
        elif address.startswith("http") and words(element).startswith(("http", "www.")):
            found.append(address)
    return tuple(dict.fromkeys(filter(None, found)))


def _collect(element: Element, pieces: list[Piece], style: Style) -> None:
    style = {"sup": Style.SUPERSCRIPT, "sub": Style.SUBSCRIPT}.get(element.tag, style)
    pieces.append(Piece(element.text or "", style))
    for child in element:
        text = words(child)
        if child.tag in ("div", "span", "ul", "p") and any(_APPENDED.search(name) for name in names(child)):
            pieces.append(Piece(f" {child.tail or ''}", style))
            continue
        is_back_link = child.tag == "a" and fragment(child) and len(text) < 3
        if not is_back_link and not (
            _SERVICE.fullmatch(text) and (child.tag == "a" or text[:5] == "cited" or _is_service_only(child))
        ):
            apart = child.tag in ("div", "p", "br", "li", "ul", "ol", "dd")
            pieces += [Piece(" ")] if apart else []
            _collect(child, pieces, style)
            pieces += [Piece(" ")] if apart else []
        pieces.append(Piece(child.tail or "", style))


def _references(lines: Sequence[Line], entries: Sequence[Element]) -> tuple[Reference, ...]:
    title = Line(BlockKind.HEADING, (Piece("References"),), level=1)
    _, references = bibliography.take([title, *lines])
    if len(references) != len(entries):
        return references
    return tuple(_with_fields(each, entry) for each, entry in zip(references, entries, strict=True))


def _with_fields(reference: Reference, entry: Element) -> Reference:
    """The reference with what the page's mark-up names in its entry, where it does so once."""
    found: dict[str, set[str]] = {}
    for element in entry.iter("span", "i", "em", "div", "cite", "b"):
        for field, known in _FIELDS.items():
            if names(element) & set(known) and words(element):
                found.setdefault(field, set()).add(words(element).rstrip(" .,;"))
    one = {field: values.pop() for field, values in found.items() if len(values) == 1}
    url = None if (reference.url or "").startswith((_PUBMED, _PMC)) else reference.url
    return replace(
        reference, url=url, title=one.get("title"), container_title=one.get("container_title"), volume=one.get("volume")
    )


def _targets(entries: Sequence[Element], references: Sequence[Reference]) -> dict[str, str]:
    """From ids and names of entries, and, with "#" before it, from ids of links that an entry leads back to."""
    targets: dict[str, str] = {}
    for entry, reference in zip(entries, references, strict=False):
        for element in entry.iter():
            for name in IDS:
                if value := element.get(name):
                    targets.setdefault(value, reference.id)
            if element.tag == "a" and fragment(element):
                targets.setdefault(f"#{fragment(element)}", reference.id)
        above = entry.getparent()
        if above is not None and len(above) == 1 and above.get("id"):
            targets.setdefault(above.get("id", ""), reference.id)
    return targets
