"""CSL-JSON, as Zotero, Mendeley, pandoc and Crossref write it: a document for each item.

Follows CSL's data schema 1.0.2 (csl-data.json); Crossref's lists where the schema has a string, and its "update-to",
are read too. The type of a work stays as CSL names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

import msgspec

from index.document import Author, Document, Metadata, Notice, NoticeKind
from index.errors import SourceError
from index.sources import notices
from index.sources.dates import iso_date, of_parts
from index.sources.decoding import beginning, decode
from index.sources.entries import Abstract, Entry, Fault, Paragraph, cited_title, documents
from index.sources.identifiers import find_doi, find_pmcid, find_pmid
from index.sources.languages import language_tag
from index.sources.markup import line, paragraphs
from index.sources.source import Source

FORMAT = "csl-json"
TITLE = "CSL-JSON"
ENDINGS = (".json", ".csljson")

_START = re.compile(r"\s*(?:\[\s*(?:\{|\])|\{)")
_TYPE = re.compile(
    r'"type"\s*:\s*"(?:article(?:-(?:journal|magazine|newspaper))?|journal-article|posted-content|bill|book(?:-chapter)?'
    r"|broadcast|chapter|collection|dataset|document|entry(?:-\w+)?|event|figure|graphic|hearing|interview|legal_case"
    r"|legislation|manuscript|map|motion_picture|musical_score|pamphlet|paper-conference|patent|performance|periodical"
    r"|personal_communication|post(?:-weblog)?|proceedings-article|regulation|report|review(?:-book)?|software|song"
    r'|speech|standard|thesis|treaty|webpage)"'
)
_FIELD = re.compile(r'"(?:title|DOI|author|issued|container-title|abstract)"\s*:')
_NAMED_ID = re.compile(r"(?im)^\s*(pmid|pmcid|doi)\s*:\s*(\S+)")

Item = Mapping[str, object]


def sniff(data: bytes, name: str) -> bool:
    """Whether this is JSON with a type of CSL's and fields of it."""
    text = beginning(data).lstrip("\ufeff")
    return bool(_START.match(text) and _TYPE.search(text) and _FIELD.search(text))


def read(source: Source) -> tuple[Document, ...]:
    """The items in their order; one without abstract has its title alone.

    Raises:
        PartlyReadable: some items are no objects, or have neither title nor abstract; it holds the others.
        SourceError: not JSON, or no item in it.
    """
    try:
        data = msgspec.json.decode(decode(source).lstrip("\ufeff"))
    except (msgspec.DecodeError, RecursionError) as error:
        raise SourceError(f"{source.name} is not valid JSON ({error}): export it again") from error
    items = data.get("items", [data]) if isinstance(data, dict) else data
    if not isinstance(items, list):
        raise SourceError(f"{source.name} holds no list of items: export it as CSL-JSON")
    return documents(source, (_entry(item, number, source.name) for number, item in enumerate(items, 1)))


def _entry(item: object, number: int, source: str) -> Entry | Fault:
    if not isinstance(item, dict):
        return Fault(f"item {number}", "it is no JSON object")
    key = _text(item, "citation-key") or _text(item, "id")
    title = line(_text(item, "title") or "")
    texts = tuple(map(Paragraph, paragraphs(_text(item, "abstract") or "")))
    if texts and texts[0].text.casefold() == "abstract":  # Crossref keeps the heading in the text
        texts = texts[1:]
    return Entry(
        place=f"item {number} ({key})" if key else f"item {number}",
        metadata=_metadata(item, title, source),
        titles=(title,) if title else (),
        abstracts=(Abstract(texts),) if texts else (),
        key=key,
    )


def _text(item: Item, *names: str) -> str | None:
    """The first of these fields that holds text, a number, or a list that begins with one."""
    for name in names:
        value = item.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            return value
    return None


def _metadata(item: Item, title: str, source: str) -> Metadata:
    one = partial(_one, item)
    note = _text(item, "note") or ""
    written = item.get("keyword") or item.get("categories") or ()
    keywords = re.split(r"\s*[;,]\s*", written) if isinstance(written, str) else _strings(written)
    return Metadata(
        title=cited_title(title),
        source=source,
        format=FORMAT,
        authors=tuple(_authors(item.get("author"))),
        container_title=one("container-title"),
        publisher=one("publisher"),
        issued=_date(item.get("issued")),
        volume=one("volume"),
        issue=one("issue"),
        pages=re.sub(r"\s*[-–—]+\s*", "–", one("page", "number", "article-number") or "") or None,
        doi=next(
            (doi for value in (one("DOI"), *_named(note, "doi"), one("URL")) if (doi := find_doi(value or ""))), None
        ),
        pmid=_pmid(item, note),
        pmcid=_pmcid(item, note),
        other_ids=tuple((name.lower(), text) for name in ("ISSN", "ISBN") if (text := one(name))),
        url=url if (url := one("URL")) and url.startswith(("http://", "https://")) else None,
        article_type=one("type"),
        language=language_tag(one("language")),
        keywords=tuple(dict.fromkeys(filter(None, map(line, keywords)))),
        notices=notices.of_record(
            [genre] if (genre := one("genre")) else [],
            cited_title(title),
            [*notices.of_keywords(keywords), *notices.in_text(note), *_updates(item)],
        ),
    )


def _one(item: Item, *names: str) -> str | None:
    return line(_text(item, *names) or "") or None


def _strings(value: object) -> list[str]:
    return [held for held in value if isinstance(held, str)] if isinstance(value, list) else []


def _authors(names: object) -> Iterator[Author]:
    for name in names if isinstance(names, list) else ():
        if not isinstance(name, dict):
            continue
        part = partial(_one, name)
        family = " ".join(filter(None, (part("non-dropping-particle"), part("family"))))
        given = " ".join(filter(None, (part("given"), part("dropping-particle"))))
        literal = part("literal", "name")
        if family:
            yield Author(family=family, given=given or None, suffix=part("suffix"))
        elif literal or given:
            yield Author(literal=literal or given)


def _date(issued: object) -> str | None:
    if not isinstance(issued, dict):
        return None
    listed = issued.get("date-parts")
    first = listed[0] if isinstance(listed, list) and listed else None
    if isinstance(first, list) and first and all(isinstance(part, int | str) for part in first):
        year, month, day = (*(str(part) for part in first[:3]), "", "")[:3]
        return of_parts(year, month, day)
    return iso_date(_text(issued, "raw", "literal") or "")


def _named(note: str, kind: str) -> list[str]:
    """Identifiers on lines of their own in the note, where Zotero's field "Extra" goes."""
    return [match[2] for match in _NAMED_ID.finditer(note) if match[1].lower() == kind]


def _pmid(item: Item, note: str) -> str | None:
    places = [f"PMID: {value}" for value in (_text(item, "PMID"), *_named(note, "pmid")) if value]
    return next((pmid for place in (*places, _text(item, "URL") or "") if (pmid := find_pmid(place))), None)


def _pmcid(item: Item, note: str) -> str | None:
    places = [value for value in (_text(item, "PMCID"), *_named(note, "pmcid")) if value]
    named = [f"PMC{value}" if value.isdecimal() else value for value in places]
    return next((pmcid for place in (*named, _text(item, "URL") or "") if (pmcid := find_pmcid(place))), None)


def _updates(item: Item) -> Iterator[Notice]:
    """Crossref's links between a notice ("update-to") and the work that it is about ("updated-by")."""
    for name, is_notice in (("update-to", True), ("updated-by", False)):
        listed = item.get(name)
        for update in listed if isinstance(listed, list) else ():
            type_ = _text(update, "type") or "" if isinstance(update, dict) else ""
            found = notices.of_relation(type_)
            if found is not None:
                within: NoticeKind | None = found.kind if is_notice else None
                yield notices.of_relation(type_, doi=find_doi(_text(update, "DOI") or ""), within=within) or found
