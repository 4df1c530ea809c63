"""JATS and its predecessors (NLM 1–3), of any publisher: one document for each article and for each sub-article.

Follows ANSI/NISO Z39.96 (JATS 1.3), as PubMed Central, Europe PMC and publishers use it. The modules beside this one
read its parts: `jats_tree` the bytes, `jats_front` the metadata, `jats_references` the bibliography, `jats_text` and
`jats_body` the text. PubMed's own records are another format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.document import Document, Metadata, Reference
from index.errors import SourceError
from index.sources import jats_front
from index.sources.jats_front import Front, find_front, inherited, read_metadata
from index.sources.jats_marks import Bibliography
from index.sources.jats_references import read_references
from index.sources.jats_text import read_text, read_title
from index.sources.jats_tree import Element, parse
from index.sources.source import Source, document_id

FORMAT = jats_front.FORMAT
TITLE = "JATS/NXML"
ENDINGS = (".xml", ".nxml", ".jats")

_PARTS = ("sub-article", "response")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE\b[^>\[]*(?:\[.*?\]\s*)?>)", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(r"\s*<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)(?=[\s/>])")
_HTML_DOCTYPE = re.compile(r"\s*<!doctype\s+html", re.IGNORECASE)
_OTHER_ROOTS_WORDS = (
    "bookmarkset esearchresult esummaryresult feed html medlinecitationset modscollection opml pubmedarticle "
    "pubmedarticleset pubmedbookarticle pubmedbookarticleset rdf responsewrapper rss svg tei teicorpus urlset "
    "wordprocessingml xbel xml xsl"
)
_OTHER_ROOTS = frozenset(_OTHER_ROOTS_WORDS.split())


@dataclass(frozen=True, slots=True)
class _Article:
    """What is known of an article before its text is read."""

    id: str
    metadata: Metadata
    references: tuple[Reference, ...]
    entries: Bibliography


def sniff(data: bytes, name: str) -> bool:
    """Whether this is XML that could be JATS: any XML whose root does not say that it is something else."""
    text = _beginning(data)
    is_html = False
    while match := _PROLOG.match(text):
        is_html = is_html or _HTML_DOCTYPE.match(match[0]) is not None
        text = text[match.end() :]
    root = _ROOT.match(text)
    if is_html or (root and root[1].lower() in _OTHER_ROOTS):
        return False
    return root is not None or name.lower().endswith((".xml", ".nxml", ".jats"))


def has_body(data: bytes, name: str = "the article") -> bool:
    """Whether an article in it has full text: a `<body>` that prints something. NCBI sends some without.

    Raises:
        SourceError: it is no XML that can be read; `name` stands in the message.
    """
    articles = _articles(parse(data, name))
    bodies = [body for article in articles for body in article.iterchildren("body")]
    return any(str(text).strip() for body in bodies for text in body.itertext())


def read(source: Source) -> tuple[Document, ...]:
    """The documents of a JATS file: each `<article>` followed by its sub-articles (reviews, replies, translations).

    A sub-article names its article in `metadata.part_of`. Articles without any text are left out.

    Raises:
        SourceError: not XML, no `<article>` in it, or no text in any; see `jats_tree.parse` for the rest.
    """
    root = parse(source.data, source.name)
    articles = _articles(root)
    if not articles:
        raise SourceError(f"{source.name} has no <article> (its root is <{root.tag}>): give JATS XML of the full text")
    documents = [
        document
        for number, article in enumerate(articles, 1)
        for document in _read_article(article, source, "" if number == 1 else f"_{number}")
    ]
    if not documents:
        raise SourceError(f"{source.name} has an <article> without any text: fetch its full text")
    return tuple(documents)


def _beginning(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data[:65536].decode("utf-16", "ignore")
    return data[:65536].decode("utf-8-sig", "replace")


def _articles(root: Element) -> list[Element]:
    return [article for article in root.iter("article") if next(article.iterancestors("article"), None) is None]


def _read_article(article: Element, source: Source, suffix: str) -> Iterator[Document]:
    parts = _detach_parts(article)
    front = find_front(article)
    metadata = read_metadata(front, read_title(front), source.name)
    article_id = document_id(source.name, pmcid=metadata.pmcid, pmid=metadata.pmid, doi=metadata.doi)
    if not (metadata.pmcid or metadata.pmid or metadata.doi):
        # Articles of one file without ids of their own would all be called after the file.
        article_id += suffix
    read = _Article(article_id, replace(metadata, title=metadata.title or article_id), *read_references(article))
    yield from _document(front, read)
    yield from _read_parts(parts, read, source)


def _read_parts(parts: Sequence[Element], parent: _Article, source: Source) -> Iterator[Document]:
    for number, part in enumerate(parts, 1):
        inner = _detach_parts(part)
        front = find_front(part)
        metadata = inherited(read_metadata(front, read_title(front), source.name), parent.metadata, parent.id)
        own_id = document_id("", pmcid=metadata.pmcid, pmid=metadata.pmid, doi=metadata.doi)
        part_id = own_id or f"{parent.id}_{_UNSAFE.sub('_', part.get('id') or str(number))}"
        title = metadata.title or f"{(metadata.article_type or 'part').capitalize()}: {parent.metadata.title}"
        references, entries = read_references(part)
        read = _Article(part_id, replace(metadata, title=title), references, entries.over(parent.entries))
        yield from _document(front, read, parent.references)
        yield from _read_parts(inner, replace(read, references=(*references, *parent.references)), source)


def _detach_parts(article: Element) -> list[Element]:
    """Takes the sub-articles out of an article, in order, so that nothing of theirs is read with it."""
    parts = list(article.iterchildren(*_PARTS))
    for part in parts:
        article.remove(part)
    return parts


def _document(front: Front, read: _Article, others: Sequence[Reference] = ()) -> Iterator[Document]:
    """The document, if it has text; references of `others` that it cites become its own."""
    text = read_text(front, read_title(front), read.entries)
    if not text.text:
        return
    cited = {reference for mark in text.reference_marks for reference in mark.reference_ids}
    known = {reference.id for reference in read.references}
    yield Document(
        id=read.id,
        metadata=read.metadata,
        text=text.text,
        blocks=text.blocks,
        sections=text.sections,
        reference_marks=text.reference_marks,
        references=(*read.references, *(item for item in others if item.id in cited - known)),
    )
