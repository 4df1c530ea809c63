"""What the front matter says of an article: ids, people, journal, dates, licence, keywords, related articles.

Issued is, as in Crossref, the earliest date of publication, in print or electronic: of dates that agree as far as they
go, the most precise one ("2018" and "2018-09-11" give the latter). Dates of deposit, receipt and the like do not count
unless there is no other.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from index.document import Author, Metadata, RelatedArticle
from index.sources.identifiers import find_doi, find_pmcid
from index.sources.jats_citation import pages
from index.sources.jats_inline import words
from index.sources.jats_names import GROUPED_NAMES, NAMES, author, citation_text, plain
from index.sources.jats_notices import article_notices
from index.sources.jats_tree import XLINK_HREF, XML_LANG, Element

FORMAT = "jats"

_PUBLISHED_WORDS = (
    "collection cover electronic epub epub-ppub issue issue-pub original-publication ppub print pub publication "
    "publication-year"
)
_PUBLISHED = frozenset(_PUBLISHED_WORDS.split())
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_ABBREVIATIONS = "abbreviations"  # keyword groups of this type are Springer's lists of abbreviations
_REFUSED_ADDRESS = re.compile(r"\.(?:pdf|xml|epub|zip)$|/pdf/?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Front:
    """The two halves of the front matter, either of which may be missing, and the article they belong to."""

    article: Element
    meta: Element | None
    journal: Element | None


def find_front(article: Element) -> Front:
    """Front matter of an article or of a sub-article (`front-stub`)."""
    front = article.find("front")
    if front is None:
        stub = article.find("front-stub")
        return Front(article, stub, None)
    return Front(article, front.find("article-meta"), front.find("journal-meta"))


def read_metadata(front: Front, title: str, source: str) -> Metadata:
    """Everything that the front matter gives; what it does not give is absent."""
    ids = _article_ids(front.meta)
    meta, journal = front.meta, front.journal
    return Metadata(
        title=title,
        source=source,
        format=FORMAT,
        authors=tuple(_authors(meta, is_part=front.article.tag != "article")),
        container_title=_first(journal, "journal-title", "abbrev-journal-title", "journal-id"),
        publisher=_first(journal, "publisher-name"),
        issued=_issued(meta),
        volume=_first(meta, "volume"),
        issue=_first(meta, "issue"),
        pages=pages(meta) if meta is not None else None,
        doi=ids.get("doi"),
        pmid=ids.get("pmid"),
        pmcid=ids.get("pmcid"),
        other_ids=tuple(_other_ids(meta, ids)),
        url=_url(meta),
        license=_license(meta),
        article_type=_article_type(front.article),
        language=_language(front.article.get(XML_LANG)),
        keywords=tuple(_keywords(meta)),
        related=tuple(_related(meta)),
        notices=article_notices(front.article, meta, title),
    )


def inherited(part: Metadata, parent: Metadata, parent_id: str) -> Metadata:
    """A sub-article's metadata: its own, and what JATS lets it take over from the article it is in."""
    return replace(
        part,
        part_of=parent_id,
        container_title=part.container_title or parent.container_title,
        publisher=part.publisher or parent.publisher,
        issued=part.issued or parent.issued,
        volume=part.volume or parent.volume,
        issue=part.issue or parent.issue,
        license=part.license or parent.license,
        language=part.language or parent.language,
        pmid=part.pmid if part.pmid != parent.pmid else None,
        pmcid=part.pmcid if part.pmcid != parent.pmcid else None,
        doi=part.doi if part.doi != parent.doi else None,
    )


def _first(element: Element | None, *tags: str) -> str | None:
    found = (words(item) for tag in tags for item in (element.iter(tag) if element is not None else ()))
    return next((text for text in found if text), None)


def _child_texts(element: Element | None, tag: str) -> Iterator[tuple[Element, str]]:
    for item in element.iterchildren(tag) if element is not None else ():
        if text := words(item):
            yield item, text


def _article_ids(meta: Element | None) -> dict[str, str]:
    """The first of each kind that reads as one, in its one spelling: see `Metadata`."""
    found: dict[str, str] = {}
    for item, value in _child_texts(meta, "article-id"):
        kind = item.get("pub-id-type", "").lower()
        if kind == "doi" and (doi := find_doi(value)):
            found.setdefault("doi", doi)
        elif kind == "pmid" and value.isdigit():
            found.setdefault("pmid", value)
        elif kind in ("pmc", "pmcid", "pmcaid", "pmc-uid") and (
            pmcid := find_pmcid(value if value[:1].isalpha() else f"PMC{value}")
        ):
            found.setdefault("pmcid", pmcid)
    return found


def _other_ids(meta: Element | None, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    spellings = {*known.values(), known.get("pmcid", "PMC")[3:]}
    for item, value in _child_texts(meta, "article-id"):
        if value not in spellings and (find_doi(value) or value) not in spellings:
            yield item.get("pub-id-type") or "other", value


def _authors(meta: Element | None, *, is_part: bool) -> Iterator[Author]:
    """Authors and collaborations in order; of a review or decision, whoever is named."""
    groups = list(meta.iterchildren("contrib-group")) if meta is not None else []
    contributors = [contributor for group in groups for contributor in group if contributor.tag == "contrib"]
    chosen = [item for item in contributors if _is_author(item)] or (contributors if is_part else [])
    for item in chosen:
        for name in item.iterchildren():
            found = author(name) if name.tag in NAMES | GROUPED_NAMES else None
            if found:
                yield found
    for group in groups:
        for name in group.iterchildren("on-behalf-of", "collab"):
            if found := author(name):
                yield found


def _is_author(contributor: Element) -> bool:
    group = contributor.getparent()
    kind = contributor.get("contrib-type") or (group.get("content-type") if group is not None else None)
    return (kind or "author").lower().rstrip("s") in (
        "author",
        "collab",
        "group",
        "on-behalf-of",
        "consortium",
        "person",
    )


def _issued(meta: Element | None) -> str | None:
    dates = list(meta.iterchildren("pub-date")) if meta is not None else []
    published = [item for item in dates if _is_publication(item)]
    found = [text for item in published or dates if (text := iso_date(item))]
    # "~" sorts after every digit: a date that is less precise counts as the end of what it may mean.
    return min(found, key=lambda text: text.ljust(10, "~"), default=None)


def _is_publication(item: Element) -> bool:
    kinds = {item.get("pub-type"), item.get("date-type")} - {None}
    return not kinds or bool(kinds & _PUBLISHED)


def iso_date(item: Element) -> str | None:
    """A date of the precision given, "2015-03"; what cannot be a date is left out."""
    match = _ISO_DATE.match(item.get("iso-8601-date", "")) or _ISO_DATE.match(_written_date(item))
    if match is None:
        return None
    year, month, day = match[1], match[2], match[3]
    if month is None or not 1 <= int(month) <= 12:
        return year
    try:
        return date(int(year), int(month), int(day)).isoformat() if day else f"{year}-{month}"
    except ValueError:
        return f"{year}-{month}"


def _written_date(item: Element) -> str:
    year = re.search(r"\d{4}", plain(item.find("year")) or plain(item.find("string-date")))
    month, day = plain(item.find("month")), plain(item.find("day"))
    number = int(month) if month.isdecimal() else _MONTHS.get(month[:3].lower(), 0)
    written = f"{year[0]}-{number:02d}" if year and number else year[0] if year else ""
    return f"{written}-{int(day):02d}" if number and day.isdecimal() else written


def _url(meta: Element | None) -> str | None:
    for item in meta.iterchildren("self-uri") if meta is not None else ():
        address = item.get(XLINK_HREF) or plain(item)
        is_page = not re.search("pdf|xml", item.get("content-type", "")) and not _REFUSED_ADDRESS.search(address)
        if address.startswith(("http://", "https://")) and is_page:
            return address
    return None


def _license(meta: Element | None) -> str | None:
    """The licence's address where one is given, else its words."""
    licenses = list(meta.iter("license")) if meta is not None else []
    addresses = [address for item in licenses for address in _license_addresses(item)]
    legal = [address for address in addresses if "creativecommons.org" in address]
    return next(iter(legal or addresses), None) or next((text for item in licenses if (text := words(item))), None)


def _license_addresses(item: Element) -> Iterator[str]:
    references = [*item.iter("license_ref")]
    parent = item.getparent()
    references += parent.iterchildren("license_ref") if parent is not None else []
    links = [link.get(XLINK_HREF) or plain(link) for link in item.iter("ext-link", "uri")]
    written = re.findall(r"https?://creativecommons\.org/[\w./-]*[\w/]", words(item))
    for address in (item.get(XLINK_HREF), *(plain(reference) for reference in references), *links, *written):
        if address and address.startswith(("http://", "https://")):
            yield address


def _article_type(article: Element) -> str | None:
    return article.get("article-type") or article.get("response-type")


def _language(tag: str | None) -> str | None:
    """A BCP 47 tag, the language in lower case: "EN" is "en", "pt_BR" is "pt-BR"."""
    if not tag or not tag.strip():
        return None
    language, *rest = tag.strip().replace("_", "-").split("-")
    return "-".join([language.lower(), *rest])


def _keywords(meta: Element | None) -> Iterator[str]:
    groups = meta.iter("kwd-group") if meta is not None else ()
    seen: set[str] = set()
    for group in groups:
        if group.get("kwd-group-type") == _ABBREVIATIONS:
            continue
        for item in group.iter("kwd", "compound-kwd"):
            keyword = words(item) if item.tag == "kwd" else ": ".join(filter(None, map(words, item)))
            if keyword and keyword not in seen:
                seen.add(keyword)
                yield keyword


def _related(meta: Element | None) -> Iterator[RelatedArticle]:
    """Related articles, and the works that a review is about."""
    for item in meta.iter("related-article", "related-object", "product") if meta is not None else ():
        relation = item.get("related-article-type") or item.get("object-type") or item.get("product-type") or item.tag
        identifier = item.get(XLINK_HREF) or item.get("object-id") or item.get("id-value")
        kind = item.get("ext-link-type") or item.get("object-id-type") or item.get("id-type")
        text = citation_text(item) if len(item) or item.text else ""
        yield RelatedArticle(relation, kind if identifier else None, identifier, text or None)
    # eLife's habit: the preprint is an event in the history of the paper.
    for item in meta.iter("self-uri") if meta is not None else ():
        if item.get("content-type") == "preprint" and (doi := find_doi(item.get(XLINK_HREF) or "")):
            yield RelatedArticle("preprint", "doi", doi)
