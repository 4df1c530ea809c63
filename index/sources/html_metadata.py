"""What a web page says of its paper: Highwire `citation_*`, Dublin Core, PRISM, schema.org, OpenGraph, in this order.

Only what the page says of itself: an identifier in its text, or a link to another paper, is nobody's. Sources: Google
Scholar's inclusion guidelines (citation_*), DCMI Terms, PRISM 2.1, schema.org/ScholarlyArticle, ogp.me.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from index.canonical import normalise
from index.document import Author, Metadata
from index.sources import byline
from index.sources.html_tree import Element, words
from index.sources.identifiers import find_doi, find_pmcid

# Names of meta tags for each field, best first; lower-case, with "." for any of "." ":" "_" after a prefix.
_NAMES = {
    "title": "citation_title dc.title dcterms.title prism.title",
    "authors": "citation_author citation_authors dc.creator dcterms.creator dc.contributor",
    "container_title": "citation_journal_title citation_conference_title prism.publicationname",
    "publisher": "citation_publisher dc.publisher dcterms.publisher",
    "volume": "citation_volume prism.volume",
    "issue": "citation_issue prism.number prism.issueidentifier",
    "doi": "citation_doi prism.doi dc.identifier.doi",
    "pmid": "citation_pmid",
    "pmcid": "citation_pmcid",
    "article_type": "citation_article_type prism.section dc.type.articletype dc.type",
    "keywords": "citation_keywords citation_keyword dc.subject keywords",
    "language": "citation_language dc.language dcterms.language",
    "license": "dcterms.license dc.rights.license prism.copyrightlicense dc.rights dcterms.rights",
    "url": "citation_public_url citation_fulltext_html_url citation_abstract_html_url prism.url",
}
_PUBLISHED = "citation_publication_date citation_online_date citation_date"
_ISSUED = "dcterms.issued dc.date dc.date.issued prism.publicationdate dcterms.date"
_ARTICLE = re.compile(r"Article|BlogPosting|Report$|MedicalWebPage")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_CREATIVE_COMMONS = re.compile(r"https?://creativecommons\.org/(?:licenses|publicdomain)/[\w./-]*[\w/]", re.IGNORECASE)
_RIGHTS = re.compile(r"copyright|licen[cs]e|permission", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_GENERIC = frozenset(("text", "article", "journal", "website", "journalarticle", "text.article"))


@dataclass(frozen=True, slots=True)
class Page:
    """A page's own words about itself: its meta tags, its schema.org object of the article, its title and links."""

    meta: Mapping[str, Sequence[str]]
    schema: Mapping[str, object]
    title: str
    canonical: str | None
    license: str | None
    language: str | None

    def first(self, names: str) -> str | None:
        """The first value of the first of these meta tags that has one."""
        return next((value for name in names.split() for value in self.meta.get(name, ())), None)

    @property
    def is_paper(self) -> bool:
        """Whether the page says that it is an article of a journal."""
        return "citation_title" in self.meta or "Scholarly" in _text(self.schema.get("@type"))


def read_page(root: Element) -> Page:
    """What the head of a page, and its licence links, say; from a tree that still has its scripts."""
    meta: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or "").strip().lower()
        value = normalise(_TAG.sub("", element.get("content") or ""))
        if name and value:
            meta.setdefault(re.sub(r"^(dc|dcterms|prism)[:_.]", r"\1.", name), []).append(value)
    html = next(root.iter("html"), root)
    article = next((each for each in root.iter("article") if each.get("lang")), html)
    return Page(
        meta=meta,
        schema=_schema(root),
        title=next(map(words, root.iter("title")), ""),
        canonical=_address(root, "canonical"),
        license=_license(root),
        language=article.get("lang") or html.get("lang") or html.get("{http://www.w3.org/XML/1998/namespace}lang"),
    )


def read_metadata(page: Page, source: str, *, heading: str, format: str) -> Metadata:
    """The metadata of the paper on a page; `heading` is the page's own largest title, empty without."""
    schema = page.schema
    fields = {field: [value for value in (page.first(names),) if value] for field, names in _NAMES.items()}
    listed = [page.meta[name] for name in _NAMES["authors"].split() if name in page.meta]
    keywords = [page.meta[name] for name in _NAMES["keywords"].split() if name in page.meta]
    fields |= {"authors": [], "keywords": [", ".join(keywords[0])] if keywords else [_text(schema.get("keywords"))]}
    for field, value in _from_schema(schema).items():
        fields[field] = fields.get(field) or ([value] if value else [])
    for field in ("license", "url"):
        own = page.license if field == "license" else page.canonical or page.first("og:url") or _own_address(source)
        fields[field] = [own] if own else fields[field]
    fields["doi"] = fields["doi"] or _dois(page)
    fields["pmcid"] = fields["pmcid"] or _pmcids(page, source)
    fields["article_type"] = [value for value in fields["article_type"] if value.lower() not in _GENERIC]
    title = next(filter(None, (*fields["title"], page.first("og:title"), heading, page.title)), "")
    found = byline.metadata(fields, title=normalise(_TAG.sub("", title)), source=source, format=format)
    language = found.language if _LANGUAGE.fullmatch(found.language or "") else page.language
    return replace(
        found,
        authors=tuple(_author(name) for name in _names(listed[0])) if listed else tuple(_schema_authors(schema)),
        issued=_issued(page),
        pages=_pages(page),
        language=language if _LANGUAGE.fullmatch(language or "") else None,
    )


def _from_schema(schema: Mapping[str, object]) -> dict[str, str]:
    return {
        "title": _text(schema.get("headline")) or _text(schema.get("name")),
        "container_title": _periodical(schema.get("isPartOf")),
        "publisher": _name(schema.get("publisher")),
        "license": _text(schema.get("license")),
        "language": _text(schema.get("inLanguage")),
    }


def _dois(page: Page) -> list[str]:
    """The DOI that Dublin Core or schema.org gives as the page's identifier, if it is one."""
    identifiers = [*page.meta.get("dc.identifier", ()), *page.meta.get("dcterms.identifier", ())]
    for key in ("identifier", "@id", "sameAs", "doi"):
        value = page.schema.get(key)
        for each in value if isinstance(value, list) else [value]:
            identifiers.append(_text(cast("dict[str, object]", each).get("value") if isinstance(each, dict) else each))
    found = {doi for each in identifiers if (doi := find_doi(each))}
    return [found.pop()] if len(found) == 1 else []


def _pmcids(page: Page, source: str) -> list[str]:
    addresses = [page.canonical or "", source if "://" in source else ""]
    if any("ncbi.nlm.nih.gov" in each or "europepmc" in each for each in addresses):
        return [found for each in addresses if (found := find_pmcid(each))]
    return []


def _issued(page: Page) -> str | None:
    """The earliest date of publication; of dates that agree as far as they go, the most precise."""
    for names in (_PUBLISHED, _ISSUED):
        dates = sorted(date for name in names.split() if (date := byline.iso_date(page.first(name) or "")))
        if dates:
            return next((date for date in reversed(dates) if date.startswith(dates[0])), dates[0])
    for value in (_text(page.schema.get("datePublished")), page.first("article:published_time") or ""):
        if date := byline.iso_date(value):
            return date
    return None


def _pages(page: Page) -> str | None:
    first = page.first("citation_firstpage prism.startingpage")
    last = page.first("citation_lastpage prism.endingpage")
    return f"{first}–{last}" if first and last and first != last else first or page.first("citation_elocation_id")


def _names(values: Sequence[str]) -> Iterator[str]:
    for value in values:
        yield from filter(None, (name.strip() for name in value.split(";")))


def _author(name: str) -> Author:
    family, comma, given = (part.strip() for part in name.partition(","))
    return (
        Author(family=family, given=given) if comma and family and given and "," not in given else Author(literal=name)
    )


def _schema_authors(schema: Mapping[str, object]) -> Iterator[Author]:
    listed = schema.get("author")
    for one in listed if isinstance(listed, list) else [listed]:
        if isinstance(one, dict) and _text(one.get("familyName")) and _text(one.get("givenName")):
            yield Author(family=_text(one.get("familyName")), given=_text(one.get("givenName")))
        elif name := _name(one):
            yield Author(literal=name)


def _schema(root: Element) -> Mapping[str, object]:
    """The first schema.org object of an article in the page, wherever it is nested; empty without."""
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            try:
                value: object = json.loads(script.text or "")
            except (ValueError, RecursionError):
                continue
            for found in _objects(value, 0):
                if any(_ARTICLE.search(kind) for kind in _texts(found.get("@type"))):
                    return found
    return {}


def _objects(value: object, depth: int) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list):
        for each in value:
            yield from _objects(each, depth)
    elif isinstance(value, dict) and depth < 4:
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _objects(value.get(key), depth + 1)


def _periodical(value: object) -> str:
    """The name of the periodical that an issue or a volume is part of."""
    while isinstance(value, dict) and isinstance(value.get("isPartOf"), dict):
        value = value["isPartOf"]
    return _name(value)


def _name(value: object) -> str:
    if isinstance(value, list):
        return _name(value[0]) if value else ""
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(each for each in value if isinstance(each, str))
    return normalise(value) if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _address(root: Element, relation: str) -> str | None:
    for link in root.iter("link", "a"):
        address = (link.get("href") or "").strip()
        if relation in (link.get("rel") or "").lower().split() and re.match(r"https?://[^/]+/.", address):
            return address
    return None


def _license(root: Element) -> str | None:
    named = _address(root, "license")
    found = {link.get("href") or "" for link in root.iter("a") if _CREATIVE_COMMONS.match(link.get("href") or "")}
    for element in root.iter("p", "div", "span", "section"):
        if _RIGHTS.search(f"{element.get('class')} {element.get('id')}"):
            found |= {match[0] for match in _CREATIVE_COMMONS.finditer(words(element))}
    return named or (found.pop() if len(found) == 1 else None)


def _own_address(source: str) -> str | None:
    return source.partition("#")[0] if source.startswith(("http://", "https://")) else None
