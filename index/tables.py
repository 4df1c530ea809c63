"""The tables of a generation's database, and how they are filled: once, before the generation goes live."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from index.document import Document, Passage, Span

_SCHEMA = """
CREATE TABLE documents (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version TEXT NOT NULL, year INTEGER,
    passage_start INTEGER NOT NULL, passage_end INTEGER NOT NULL, metadata TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE blocks (document INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, kind TEXT NOT NULL);
CREATE TABLE sections (document INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, path TEXT NOT NULL);
CREATE TABLE sentences (document INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, row INTEGER UNIQUE);
CREATE TABLE reference_marks (
    document INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, reference_ids TEXT NOT NULL);
CREATE TABLE pages (
    document INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, number INTEGER NOT NULL);
CREATE TABLE bibliography (document INTEGER NOT NULL, position INTEGER NOT NULL, id TEXT NOT NULL, entry TEXT NOT NULL);
CREATE TABLE abbreviations (document INTEGER NOT NULL, short TEXT NOT NULL, long TEXT NOT NULL);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, document INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    kind TEXT NOT NULL, section TEXT NOT NULL, page INTEGER,
    sentence_start INTEGER NOT NULL, sentence_end INTEGER NOT NULL);
"""
_INDEXES = """
CREATE INDEX blocks_of ON blocks (document, start);
CREATE INDEX sections_of ON sections (document, start);
CREATE INDEX sentences_of ON sentences (document, start);
CREATE INDEX reference_marks_of ON reference_marks (document, start);
CREATE INDEX pages_of ON pages (document, start);
CREATE UNIQUE INDEX bibliography_of ON bibliography (document, position);
CREATE INDEX abbreviations_of ON abbreviations (document);
CREATE INDEX abbreviations_short ON abbreviations (short, long, document);
CREATE INDEX abbreviations_long ON abbreviations (long COLLATE NOCASE, short, document);
CREATE UNIQUE INDEX passages_of ON passages (document, start);
"""


class Writer:
    """Fills a new file: documents in order, each with its passages.

    A sentence belongs to the passage in which it starts; `add` numbers the sentences of passages in order, and that
    number is the row of their vector.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        self._documents = self._passages = self._sentences = 0

    def add(self, document: Document, passages: Sequence[Passage]) -> None:
        """Adds one document and its passages."""
        row, insert = self._documents, self._connection.executemany
        self._documents += 1
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row,
                document.id,
                document.version,
                document.metadata.year,
                self._passages,
                self._passages + len(passages),
                _json(document.metadata),
                document.text,
            ),
        )
        insert("INSERT INTO blocks VALUES (?, ?, ?, ?)", ((row, b.start, b.end, b.kind) for b in document.blocks))
        insert(
            "INSERT INTO sections VALUES (?, ?, ?, ?)",
            ((row, s.start, s.end, _json(s.path)) for s in document.sections),
        )
        insert(
            "INSERT INTO reference_marks VALUES (?, ?, ?, ?)",
            ((row, m.start, m.end, _json(m.reference_ids)) for m in document.reference_marks),
        )
        insert("INSERT INTO pages VALUES (?, ?, ?, ?)", ((row, p.start, p.end, p.number) for p in document.pages))
        insert(
            "INSERT INTO bibliography VALUES (?, ?, ?, ?)",
            ((row, position, entry.id, _json(entry)) for position, entry in enumerate(document.references)),
        )
        insert(
            "INSERT INTO abbreviations VALUES (?, ?, ?)",
            ((row, a.short, a.long) for a in document.abbreviations),
        )
        self._add_passages(row, document, passages)

    def _add_passages(self, document_row: int, document: Document, passages: Sequence[Passage]) -> None:
        owner = {span: passage for passage in passages for span in sentences_of(document, passage)}
        rows = {span: self._sentences + number for number, span in enumerate(owner)}
        self._connection.executemany(
            "INSERT INTO sentences VALUES (?, ?, ?, ?)",
            ((document_row, span.start, span.end, rows.get(span)) for span in document.sentences),
        )
        for passage in passages:
            count = len(sentences_of(document, passage))
            self._connection.execute(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._passages,
                    document_row,
                    passage.start,
                    passage.end,
                    passage.kind,
                    _json(passage.section),
                    passage.page,
                    self._sentences,
                    self._sentences + count,
                ),
            )
            self._passages += 1
            self._sentences += count

    def close(self) -> None:
        """Finishes the file."""
        self._connection.executescript(_INDEXES)
        self._connection.commit()
        self._connection.close()


def sentences_of(document: Document, passage: Passage) -> tuple[Span, ...]:
    """The sentences of `document` that start inside `passage`, in order."""
    first = bisect_left(document.sentences, passage.start, key=lambda span: span.start)
    last = bisect_left(document.sentences, passage.end, key=lambda span: span.start)
    return document.sentences[first:last]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
