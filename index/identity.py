"""When two descriptions are of one paper, what one adds to the other, and which of them is the preprint.

Pure, and blind to texts: papers are told by their identifiers and by the links that their sources give, never by like
titles. The words for links are JATS's (`related-article-type`), Crossref's and PubMed's (`CommentsCorrections`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.document import Metadata, Notice, NoticeKind, RelatedArticle
from index.sources.identifiers import find_doi, find_pmcid

Key = tuple[str, str]  # a kind of identifier, and its value in the one spelling that the index knows

_KINDS = ("pmcid", "pmid", "doi")
# Publishers that give each version of a paper a DOI of its own end it so: F1000, eLife, Research Square, ChemRxiv.
_VERSION = re.compile(r"[./]v?\d{1,2}$|-v\d{1,2}$")

_HAS_PREPRINT = frozenset({"preprint", "has-preprint", "haspreprint", "updateof"})
_IS_PREPRINT_OF = frozenset(
    {"is-preprint-of", "ispreprintof", "preprint-of", "published-article", "published-version", "updatein"}
)
_UPDATES = frozenset({"updateof", "updatein"})  # PubMed says so of preprints, and of editions of a Cochrane review
_SERVERS = re.compile(
    r"\b(?:(?:bio|med|chem|agri|eco|psy|paleo|ar)rxiv|arxiv|research square|preprints(?:\.org)?|ssrn|authorea|osf)\b",
    re.IGNORECASE,
)
_SERVER_DOI = re.compile(r"10\.(?:1101|64898|21203|20944|26434|31219|31234|48550|2139|22541|36227)/")
_ONCE = {NoticeKind.RETRACTION, NoticeKind.WITHDRAWAL}
_FILLED = (
    *("pmcid", "pmid", "doi", "authors", "container_title", "publisher", "issued", "volume", "issue", "pages"),
    *("license", "article_type", "language", "keywords", "entities"),
)


def identifiers(metadata: Metadata) -> frozenset[Key]:
    """The identifiers of the paper. A review that came inside a paper may carry the paper's, and is none of it."""
    if metadata.part_of:
        return frozenset()
    return frozenset((kind, value) for kind in _KINDS if (value := getattr(metadata, kind)))


def contradiction(one: Metadata, other: Metadata) -> str | None:
    """Where the identifiers of what should be one paper differ: `DOI 10.1/a and 10.1/b`; None where they agree.

    DOIs of two versions of a paper agree.

    >>> paper = Metadata("A", "a.xml", "jats", doi="10.1/a", pmid="7")
    >>> contradiction(paper, replace(paper, doi="10.1/b")), contradiction(paper, replace(paper, pmid=None))
    ('DOI 10.1/a and 10.1/b', None)
    """
    for kind in _KINDS:
        mine, others = getattr(one, kind), getattr(other, kind)
        if mine and others and _VERSION.sub("", mine) != _VERSION.sub("", others):
            return f"{kind.upper()} {mine} and {others}"
    return None


def completed(metadata: Metadata, other: Metadata) -> Metadata:
    """`metadata`, with what only `other`, of the same paper, says: absent fields, notices and links."""
    absent = {name: value for name in _FILLED if not getattr(metadata, name) and (value := getattr(other, name))}
    known = {(link.relation, link.id or link.text) for link in metadata.related}
    links = [link for link in other.related if (link.relation, link.id or link.text) not in known]
    return replace(
        metadata,
        notices=_joined(metadata.notices, other.notices),
        related=tuple(sorted((*metadata.related, *links), key=repr)) if links else metadata.related,
        **absent,
    )


def _joined(notices: tuple[Notice, ...], others: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """All notices, those of the same event once, in an order that does not depend on who came first."""
    found = list(notices)
    for other in others:
        place = next((place for place, notice in enumerate(found) if _same_event(notice, other)), None)
        if place is None:
            found.append(other)
        else:
            mine = found[place]
            absent = {name: getattr(mine, name) or getattr(other, name) for name in (*_KINDS, "text")}
            found[place] = replace(mine, **absent)
    return tuple(sorted(found, key=repr)) if found != list(notices) else notices


def _same_event(one: Notice, other: Notice) -> bool:
    """Whether both tell of one event: a paper is retracted once, and may be corrected many times."""
    if (one.kind, one.role) != (other.kind, other.role):
        return False
    mine, others = ({kind: value for kind in _KINDS if (value := getattr(notice, kind))} for notice in (one, other))
    shared = mine.keys() & others.keys()
    agrees = all(mine[kind] == others[kind] for kind in shared)
    return agrees and bool(shared or not mine or not others or one.kind in _ONCE)


@dataclass(frozen=True, slots=True)
class PreprintLink:
    """A link between a preprint and the paper it became; `key` names the other one of the two.

    `is_sure` unless the word is also used of editions of a paper, neither of which is a preprint.
    """

    key: Key
    other_is_preprint: bool
    is_sure: bool


def preprint_links(metadata: Metadata) -> Iterator[PreprintLink]:
    """The links of this kind that the source gives."""
    for link in metadata.related:
        relation = link.relation.lower().replace("_", "-")
        key = _key(link)
        if key and relation in _HAS_PREPRINT | _IS_PREPRINT_OF:
            yield PreprintLink(key, relation in _HAS_PREPRINT, relation not in _UPDATES)


def is_preprint(metadata: Metadata) -> bool:
    """Whether the source says so, by its type, the server's name or the server's DOI prefix."""
    kind = (metadata.article_type or "").lower()
    at_server = _SERVERS.search(metadata.container_title or "") or _SERVER_DOI.match(metadata.doi or "")
    return "preprint" in kind or at_server is not None


def with_preprint(metadata: Metadata, preprint: Metadata) -> Metadata:
    """The published paper's metadata, with a link by which its preprint is recognised when it comes again."""
    known = {link.key for link in preprint_links(metadata)}
    missing = sorted(identifiers(preprint) - known - identifiers(metadata))
    return replace(
        metadata, related=(*metadata.related, *(RelatedArticle("preprint", kind, value) for kind, value in missing))
    )


def _key(link: RelatedArticle) -> Key | None:
    text = link.id or ""
    if doi := find_doi(text):
        return "doi", doi
    if pmcid := find_pmcid(text):
        return "pmcid", pmcid
    kind = (link.id_type or "").lower()
    return ("pmid", text) if text.isdecimal() and kind in ("pmid", "pubmed", "med") else None
