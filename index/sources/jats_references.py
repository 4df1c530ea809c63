"""The bibliography: every `<ref>` with its text as printed and the fields that its mark-up names.

A `<ref>` gives one reference with its id. One that holds several citations ("1a, 1b") gives one for each: the first
has the id of the `<ref>`, the others their own id or the id and a number; a mark for the `<ref>` stands for all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.document import Author, Reference
from index.sources.identifiers import find_doi, find_pmcid, find_pmid
from index.sources.jats_inline import words
from index.sources.jats_marks import Bibliography, bibliography
from index.sources.jats_names import GROUPED_NAMES, NAMES, author, citation_text, plain
from index.sources.jats_tree import XLINK_HREF, Element

_PRINTED = frozenset(("mixed-citation", "citation", "nlm-citation"))
_TITLES = ("article-title", "chapter-title", "data-title", "part-title")
# Where `<source>` is the title of the work itself when nothing else is.
_WORKS_WORDS = "book thesis report web webpage website software data dataset standard patent"
_WORKS = frozenset(_WORKS_WORDS.split())
_AUTHOR_GROUPS = frozenset(("author", "authors", "allauthors", None))
_CITATIONS = _PRINTED | {"element-citation"}


@dataclass(frozen=True, slots=True)
class _Citation:
    """One cited work in its one or two spellings; the same element where there is one."""

    printed: Element
    fields: Element


def read_references(article: Element) -> tuple[tuple[Reference, ...], Bibliography]:
    """All references of an article in the order listed, and how its marks lead to them."""
    references: list[Reference] = []
    entries = []
    taken: Counter[str] = Counter()
    for place, ref in enumerate(article.iter("ref"), 1):
        ref_id = _unused(ref.get("id") or f"ref-{place}", taken)
        label = plain(ref.find("label")) or next((plain(item) for item in ref.iter("label") if plain(item)), None)
        found = list(_read_ref(ref, ref_id, label, taken))
        if found:
            entries.append((ref_id, label, [reference.id for reference in found]))
            references += found
    linked = any(xref.get("ref-type") == "bibr" for xref in article.iter("xref"))
    return tuple(references), replace(bibliography(entries), is_linked=linked, labels=_labels(article))


def _labels(article: Element) -> dict[str, str]:
    """Printed labels of what a cross-reference can lead to, without the punctuation around them."""
    found = {}
    for element in article.iter("app", "boxed-text", "disp-formula", "fig", "sec", "table-wrap"):
        label = plain(element.find("label")).strip(" ().:")
        if label and element.get("id"):
            found[element.get("id", "")] = label
    return found


def _read_ref(ref: Element, ref_id: str, label: str | None, taken: Counter[str]) -> Iterator[Reference]:
    citations = _citations(ref)
    if not citations:
        # A note among the references ("These authors contributed equally") is an entry too.
        text = words(_without_label(ref))
        if text:
            yield Reference(id=ref_id, text=text, label=label)
    for number, citation in enumerate(citations, 1):
        own = citation.printed.get("id") or citation.fields.get("id")
        reference_id = ref_id if number == 1 else _unused(own or f"{ref_id}_{number}", taken)
        text = _text(citation.printed, label) or _text(citation.fields, label)
        if text:
            yield _reference(reference_id, label, text, citation.fields)


def _citations(ref: Element) -> list[_Citation]:
    """Citations in order; a structured and a printed spelling of the same work are one."""
    printed = [item for item in ref.iter(*_PRINTED) if not _inside_citation(item, ref)]
    structured = [item for item in ref.iter("element-citation") if not _inside_citation(item, ref)]
    if len(printed) == len(structured):
        return [_Citation(*pair) for pair in zip(printed, structured, strict=True)]
    both = [item for item in ref.iter(*_CITATIONS) if not _inside_citation(item, ref)]
    return [_Citation(item, item) for item in both]


def _inside_citation(element: Element, ref: Element) -> bool:
    parent = element.getparent()
    while parent is not None and parent is not ref:
        if parent.tag in _CITATIONS:
            return True
        parent = parent.getparent()
    return False


def _unused(wanted: str, taken: Counter[str]) -> str:
    """`wanted`, or with a number if it is taken; notes that it is taken now."""
    free = wanted
    while taken[free]:
        taken[wanted] += 1
        free = f"{wanted}_{taken[wanted]}"
    taken[free] = 1
    return free


def _without_label(ref: Element) -> Element:
    for label in ref.findall("label"):
        ref.remove(label)
    return ref


def _text(citation: Element, label: str | None) -> str:
    """The citation as printed, without the number that some publishers repeat before it."""
    text = citation_text(citation)
    number = re.sub(r"\W", "", label or "")
    if citation.tag in _PRINTED and number.isdigit():
        text = re.sub(rf"^\W*{number}\s*[.)\]]+\s+", "", text)
    return re.sub(r"^[.,;:]\s+", "", text)


def _reference(reference_id: str, label: str | None, text: str, fields: Element) -> Reference:
    title = next((found for tag in _TITLES if (found := _first(fields, tag))), None)
    source = _first(fields, "source")
    if title is None and (fields.get("publication-type") or fields.get("citation-type")) in _WORKS:
        title, source = source, None
    ids = _identifiers(fields)
    return Reference(
        id=reference_id,
        text=text,
        label=label,
        authors=tuple(_authors(fields)),
        title=title,
        container_title=source,
        year=_first(fields, "year"),
        volume=_first(fields, "volume"),
        pages=pages(fields),
        doi=ids.get("doi") or find_doi(text),
        pmid=ids.get("pmid") or find_pmid(text),
        pmcid=ids.get("pmcid") or find_pmcid(text),
        url=ids.get("url"),
    )


def _first(element: Element, tag: str) -> str | None:
    return next((text for item in element.iter(tag) if (text := words(item))), None)


def pages(element: Element) -> str | None:
    """`123–130`, a printed range, or the article's number, from the children of a citation or of the front matter."""
    first, last = _child(element, "fpage"), _child(element, "lpage")
    if first:
        return f"{first}–{last}" if last and last != first else first
    return _child(element, "page-range") or _child(element, "elocation-id")


def _child(element: Element, tag: str) -> str | None:
    return plain(element.find(tag)) or None


def _authors(fields: Element) -> Iterator[Author]:
    groups = [group for group in fields.iter("person-group") if group.get("person-group-type") in _AUTHOR_GROUPS]
    for group in groups or [fields]:
        for child in group:
            found = author(child) if child.tag in NAMES | GROUPED_NAMES else None
            if found:
                yield found


def _identifiers(fields: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in fields.iter("pub-id", "object-id", "article-id", "ext-link", "uri"):
        kind = (item.get("pub-id-type") or item.get("ext-link-type") or "").lower()
        value = plain(item)
        address = item.get(XLINK_HREF) or value
        if doi := find_doi(value) or find_doi(address):
            found.setdefault("doi", doi)
        elif pmcid := find_pmcid(address) or find_pmcid(f"PMC{value}" if kind in ("pmc", "pmcid") else value):
            found.setdefault("pmcid", pmcid)
        elif pmid := find_pmid(f"PMID{value}" if kind == "pmid" else address):
            found.setdefault("pmid", pmid)
        elif address.startswith(("http://", "https://", "ftp://")):
            found.setdefault("url", address)
    return found
