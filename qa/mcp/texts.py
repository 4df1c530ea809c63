"""Texts of papers, a page at a time: the pages of a document, joined, are its canonical text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from index.database import Record, StoredPassage
from index.document import BlockKind
from index.errors import UnknownId
from index.generation import Generation
from qa import export
from qa.answer import CitedDocument, CitedReference
from qa.cite import cited_document, cited_reference
from qa.mcp.replies import MOST_CHARACTERS, Plain, as_plain, largest, size, text_size, too_long
from qa.works import Format

_FROM = re.compile(r"([0-9]{1,9})-")
_MOST_NAMED = 20  # authors, references
_NOT_THE_AUTHORS = frozenset({BlockKind.SUMMARY, BlockKind.NOTE})


@dataclass(frozen=True, slots=True)
class Extent:
    """Half-open span of the canonical text, in Unicode code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TextMetadata:
    """Which text this is, and how to cite and go on.

    The text is the canonical text of the document, whose sha256 is `version`, from `start` to `end`; the whole has
    `length` characters. `not_by_the_authors` are the parts of it that a summariser or the site wrote. With `next`
    there is more: fetch that id. Of a passage, `previous` and `following` are the ids of its neighbours. `left_out`
    says how many more authors or references there are than are named here.
    """

    document: CitedDocument
    cite_as: str
    version: str
    start: int
    end: int
    length: int
    not_by_the_authors: tuple[Extent, ...] = ()
    next: str | None = None
    section: tuple[str, ...] | None = None
    kind: str | None = None
    page: int | None = None
    references: tuple[CitedReference, ...] | None = None
    previous: str | None = None
    following: str | None = None
    left_out: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A paper, a page of it, or a passage, word for word."""

    id: str
    title: str
    text: str
    url: str
    metadata: TextMetadata


@dataclass(frozen=True, slots=True)
class _Excerpt:
    """Some of a document's text from `start` on: all up to `stop`, or more than fits into a reply."""

    record: Record
    row: int
    start: int
    stop: int
    text: str

    def end(self, characters: int) -> int:
        """Where a page of so many characters ends: after a block, else after a word, where one ends in its half."""
        if self.start + characters >= self.stop:
            return self.stop
        for mark in ("\n\n", "\n", " "):
            cut = self.text.rfind(mark, characters // 2, characters)
            if cut >= 0:
                return self.start + cut + len(mark)
        return self.start + characters

    def upto(self, end: int) -> str:
        return self.text[: end - self.start]


def fetch(generation: Generation, id_: str) -> Plain:
    """What an id names, as `Fetched`: a document, a page of one (`<document>:<start>-`), or a passage.

    Raises:
        UnknownId: there is no such document or passage, or the document ends before that page.
        QueryError: not even a word of it fits into a reply.
    """
    document_id, _, place = id_.rpartition(":")
    if document_id and not _FROM.fullmatch(place):
        stored = generation.database.passage(id_)
        passage = stored.passage
        excerpt = _excerpt(generation, passage.document_id, passage.start, passage.end)
        return _fetched(generation, excerpt, id_, _of_passage(generation, stored))
    start = int(place[:-1]) if document_id else 0
    return _fetched(generation, _excerpt(generation, document_id or id_, start), id_, {})


def read_page(generation: Generation, document_id: str, start: int) -> Plain:
    """A page of a document as `{text, start, end, length, version, next?}`; `next` is where the next page starts.

    Raises:
        UnknownId: there is no such document, or it ends before that page.
    """
    excerpt = _excerpt(generation, document_id, start)

    def make(characters: int) -> Plain:
        end = excerpt.end(characters)
        return {
            "text": excerpt.upto(end),
            "start": start,
            "end": end,
            "length": excerpt.record.length,
            "version": excerpt.record.version,
        } | ({"next": end} if end < excerpt.record.length else {})

    return _fitted(excerpt, make, lambda made: text_size(made["text"]))


def passage_text(generation: Generation, passage_id: str) -> str:
    """A passage's text.

    Raises:
        UnknownId: there is none of that id.
        QueryError: it does not fit into a reply.
    """
    text = generation.database.passage(passage_id).passage.text
    if text_size(text) > MOST_CHARACTERS:
        raise too_long()
    return text


def uri(document_id: str) -> str:
    """The address of a document among the server's resources."""
    return f"evqa://documents/{quote(document_id, safe='')}"


def _excerpt(generation: Generation, document_id: str, start: int, stop: int | None = None) -> _Excerpt:
    database = generation.database
    row = database.document_row(document_id)
    record = database.records([row])[row]
    if start and start >= record.length:
        raise UnknownId(f"document {document_id!r} has {record.length} characters: none from {start} on")
    stop = record.length if stop is None else stop
    return _Excerpt(record, row, start, stop, database.text(row, start, min(stop, start + MOST_CHARACTERS)))


def _fetched(generation: Generation, excerpt: _Excerpt, id_: str, more: dict[str, Any]) -> Plain:
    record = excerpt.record
    document = cited_document(record)
    many = {"authors": document.authors, "references": more.get("references", ())}
    left_out = {name: len(held) - _MOST_NAMED for name, held in many.items() if len(held) > _MOST_NAMED}
    cite_as = export.export([export.cited_document(generation, record.id)], Format.TEXT).strip()
    foreign = [
        block
        for block in generation.database.blocks(excerpt.row, excerpt.start, excerpt.start + len(excerpt.text))
        if block.kind in _NOT_THE_AUTHORS
    ]

    def make(characters: int) -> Plain:
        end = excerpt.end(characters)
        metadata = TextMetadata(
            document=replace(document, authors=document.authors[:_MOST_NAMED]),
            cite_as=cite_as,
            version=record.version,
            start=excerpt.start,
            end=end,
            length=record.length,
            not_by_the_authors=tuple(
                Extent(max(block.start, excerpt.start), min(block.end, end)) for block in foreign if block.start < end
            ),
            next=f"{record.id}:{end}-" if end < excerpt.stop else None,
            left_out=left_out or None,
            **more | ({"references": many["references"][:_MOST_NAMED]} if more else {}),
        )
        return as_plain(Fetched(id_, document.title, excerpt.upto(end), document.url or uri(record.id), metadata))

    return _fitted(excerpt, make, size)


def _of_passage(generation: Generation, stored: StoredPassage) -> dict[str, Any]:
    database, passage = generation.database, stored.passage
    previous, following = database.neighbours(stored)
    cited = database.cited(stored.document_row, passage.start, passage.end)
    return {
        "section": passage.section,
        "kind": passage.kind,
        "page": passage.page,
        "references": tuple(map(cited_reference, cited)),
        "previous": previous.id if previous else None,
        "following": following.id if following else None,
    }


def _fitted(excerpt: _Excerpt, make: Callable[[int], Plain], measure: Callable[[Plain], int]) -> Plain:
    fitting = largest(len(excerpt.text), make, measure)
    if fitting < min(1, len(excerpt.text)):
        raise too_long()
    return make(fitting)
