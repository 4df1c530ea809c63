"""What a JATS article, and each entry of its bibliography, says of retractions, corrections and concerns.

Follows the `related-article-type` and `article-type` lists of the JATS Tag Library (Z39.96), PubMed Central's tagging
guidelines, and the places where publishers put the same words: the heading of the article's category, its title, the
dates of its history, notes, and custom metadata. `index.sources.notices` knows the words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from index.document import Notice, NoticeKind, NoticeRole
from index.sources import notices
from index.sources.identifiers import find_doi, find_pmcid, find_pmid
from index.sources.jats_inline import words
from index.sources.jats_names import citation_text, plain
from index.sources.jats_tree import XLINK_HREF, Element

_LINKS = ("related-article", "related-object")
_RELATIONS = ("related-article-type", "link-type", "object-type", "content-type", "specific-use")
_STUDIES = frozenset(("article", "brief-report", "case-report", "research-article", "review-article"))
# "corrected" is not among them: to many publishers it is the day on which the authors sent the proofs back.
_PAST = {
    "retracted": NoticeKind.RETRACTION,
    "retraction": NoticeKind.RETRACTION,
    "withdrawn": NoticeKind.WITHDRAWAL,
}
_STATES = ("specific-use", "content-type", "publication-type", "citation-type", "pub-status")


def article_notices(article: Element, meta: Element | None, title: str) -> tuple[Notice, ...]:
    """The notices of an article, or of a sub-article; `title` is its title."""
    own = _own(article, meta, title)
    within = own.kind if own is not None and own.role is NoticeRole.NOTICE else None
    found = [*_links(article, within)]
    if meta is not None and within is None:
        found += _history(meta)
    found += [*_notes(article, within)]
    if own is not None:
        found.append(own)
        # The title of the article that a notice is about adds nothing where the notice links to it.
        if any((other.kind, other.role) == (own.kind, own.role) for other in found[:-1]):
            found[-1] = replace(own, text=None)
    return notices.joined(found)


def reference_notices(citation: Element, text: str, title: str | None) -> tuple[Notice, ...]:
    """The notices of the work that a bibliography entry cites: marked up, printed, or in its title."""
    found = [*_links(citation, None)]
    found += [notice for element in citation.iter() for notice in _state(element)]
    found += notices.in_text(text)
    if title and (notice := notices.of_title(title)):
        found.append(notice)
    return notices.joined(found)


def _own(article: Element, meta: Element | None, title: str) -> Notice | None:
    """What the article is by its type, else by its category's heading, else by its title."""
    type_ = article.get("article-type") or article.get("response-type") or ""
    headings = meta.iterfind("article-categories//subject") if meta is not None else ()
    for printed in (type_, *map(words, headings)):
        if found := notices.of_type(printed):
            return found
    return notices.of_title(title, could_be_notice=type_ not in _STUDIES)


def _links(element: Element, within: NoticeKind | None) -> Iterator[Notice]:
    for link in element.iter(*_LINKS):
        if _inside(link, element, "ref"):
            continue
        relation = next((value for name in _RELATIONS if (value := link.get(name))), "")
        text = citation_text(link) if len(link) or link.text else ""
        found = notices.of_relation(relation, text=text or None, within=within)
        if found is not None:
            yield _identified(found, link)


def _identified(notice: Notice, link: Element) -> Notice:
    """The notice with the identifier that the link's attributes give."""
    target = link.get(XLINK_HREF) or link.get("object-id") or link.get("document-id") or ""
    kind = (link.get("ext-link-type") or link.get("object-id-type") or link.get("document-id-type") or "").lower()
    is_pmc, is_pubmed = kind in ("pmc", "pmcid", "pmc-uid"), kind in ("pmid", "pubmed", "medline")
    return replace(
        notice,
        doi=find_doi(target) or notice.doi,
        pmcid=find_pmcid(f"PMC{target}" if is_pmc and target.isdecimal() else target) or notice.pmcid,
        pmid=find_pmid(f"PMID{target}" if is_pubmed and target.isdecimal() else target) or notice.pmid,
    )


def _history(meta: Element) -> Iterator[Notice]:
    """Dates of the article's history on which it was retracted or withdrawn."""
    for item in meta.iter("date", "event", "pub-date"):
        kind = item.get("date-type") or item.get("event-type") or item.get("pub-type") or ""
        found = _PAST.get(kind.lower())
        if found is not None:
            yield Notice(found)


def _notes(article: Element, within: NoticeKind | None) -> Iterator[Notice]:
    """Notes, footnotes and custom metadata whose type is a notice's."""
    for note in article.iter("fn", "notes"):
        relation = note.get("fn-type") or note.get("notes-type") or ""
        if found := notices.of_relation(relation, text=words(note) or None, within=within):
            yield found
    for item in article.iterfind("front/article-meta//custom-meta"):
        value = plain(item.find("meta-value"))
        named = notices.of_relation(plain(item.find("meta-name")), text=value, within=within)
        if named is not None and value.lower() not in ("", "0", "false", "no", "none"):
            yield named


def _state(element: Element) -> Iterator[Notice]:
    """An attribute of a citation that says the work was retracted."""
    for name in _STATES:
        found = notices.of_type(element.get(name, ""))
        if found is not None and found.role is NoticeRole.SUBJECT:
            yield found


def _inside(element: Element, top: Element, tag: str) -> bool:
    parent = element.getparent()
    while parent is not None and parent is not top:
        if parent.tag == tag:
            return True
        parent = parent.getparent()
    return False
