"""Documents, what stands where in them, and their passages, in one SQLite file that never changes once written.

Knows the tables, not the folder they lie in. Offsets are code points, as SQLite's `substr` counts them too.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
import numpy as np

from index.dense import RowArray, RowMask
from index.document import (
    Abbreviation,
    Block,
    BlockKind,
    Document,
    Metadata,
    Page,
    Passage,
    Reference,
    ReferenceMark,
    Section,
    Span,
)
from index.errors import IndexDamaged, UnknownId
from index.query import Counts, Filters

_OFFSET = re.compile(r"0|[1-9][0-9]{0,17}")  # SQLite's integers end at 2^63

_EACH = "SELECT value FROM json_each(?)"  # of many values: a statement that stays the same is parsed once

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage, its row, the row of its document, and the rows `[sentence_start, sentence_end)` of its sentences."""

    row: int
    document_row: int
    sentence_start: int
    sentence_end: int
    passage: Passage


@dataclass(frozen=True, slots=True)
class Record:
    """A document without its text: `length` is the text's, in code points."""

    id: str
    version: str
    length: int
    metadata: Metadata


class Database:
    """Read access; safe to use from several threads at once."""

    def __init__(self, path: Path) -> None:
        # subtle: immutable=1 takes no locks and writes nothing, so that a read-only folder can be served
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True, check_same_thread=False)
        self._path = path

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(f"{self._path} cannot be read ({error}); run `evqa build`") from error

    def counts(self, document_row: int | None = None) -> Counts:
        """How much is in the index, or in one document."""
        where = "" if document_row is None else " WHERE document = ?"
        parameters = [] if document_row is None else [document_row]
        tables = ("passages", "sentences", "bibliography")
        numbers = [self._rows(f"SELECT count(*) FROM {table}{where}", parameters)[0][0] for table in tables]
        documents = 1 if where else self._rows("SELECT count(*) FROM documents")[0][0]
        return Counts(documents, *numbers)

    def document_ids(self) -> list[str]:
        """Ids of all documents, in the order of their rows."""
        return [id_ for (id_,) in self._rows("SELECT id FROM documents ORDER BY row")]

    def document_row(self, document_id: str) -> int:
        """Row of a document.

        Raises:
            UnknownId: there is none of that id.
        """
        found = self._rows("SELECT row FROM documents WHERE id = ?", (document_id,))
        if not found:
            raise UnknownId(f"no document {document_id!r} in the index")
        return int(found[0][0])

    def definitions(self, forms: Collection[str]) -> list[tuple[str, str, int]]:
        """(short form, long form, document row) of each definition with one of the forms; see `index.expansion`."""
        one = f"SELECT short, long, document FROM abbreviations WHERE {{}} IN ({_EACH})"
        sql = f"{one.format('short')} UNION {one.format('long COLLATE NOCASE')} ORDER BY 1, 2, 3"
        return self._rows(sql, [_list(sorted(forms))] * 2)

    def identifiers(self) -> dict[str, str]:
        """Ids of all documents by everything that names them: the id, DOI, PMCID, and PubMed id after "PMID"."""
        sql = "SELECT id, {}, {}, 'PMID' || {} FROM documents".format(
            *(f"json_extract(metadata, '$.{name}')" for name in ("doi", "pmcid", "pmid"))
        )
        rows = self._rows(sql)
        names = {name: row[0] for row in rows for name in row[1:] if name is not None}
        return names | {row[0]: row[0] for row in rows}

    def records(self, document_rows: Iterable[int] | None = None) -> dict[int, Record]:
        """What is known of documents as a whole, by row; of all of them where no rows are given."""
        rows = [] if document_rows is None else sorted(set(document_rows))
        where = "" if document_rows is None else f" WHERE row IN ({_marks(rows)})"
        found = self._rows(f"SELECT row, id, version, length(text), metadata FROM documents{where} ORDER BY row", rows)
        return {
            row: Record(id_, version, length, _parsed(metadata, Metadata))
            for row, id_, version, length, metadata in found
        }

    def after(self, document_id: str, limit: int) -> list[int]:
        """Rows of the first `limit` documents whose ids come after `document_id`, in the order of their ids."""
        found = self._rows("SELECT row FROM documents WHERE id > ? ORDER BY id LIMIT ?", (document_id, limit))
        return [row for (row,) in found]

    def noticed(self, limit: int) -> list[int]:
        """Rows of the first `limit` documents that a notice is known of, or that are one, in the order of their ids."""
        sql = "SELECT row FROM documents WHERE json_array_length(metadata, '$.notices') > 0 ORDER BY id LIMIT ?"
        return [row for (row,) in self._rows(sql, (limit,))]

    def text(self, document_row: int, start: int = 0, end: int | None = None) -> str:
        """A span of a document's canonical text."""
        length = (1 << 30) if end is None else end - start  # more than SQLite keeps in a value
        sql = "SELECT substr(text, ?, ?) FROM documents WHERE row = ?"
        return str(self._rows(sql, (start + 1, length, document_row))[0][0])

    def document(self, document_id: str) -> Document:
        """A whole document with all that is known of it.

        Raises:
            UnknownId: there is none of that id.
        """
        row = self.document_row(document_id)
        ((metadata, text),) = self._rows("SELECT metadata, text FROM documents WHERE row = ?", (row,))

        def of(columns: str, table: str, order: str = "start") -> list[Any]:
            return self._rows(f'SELECT {columns} FROM {table} WHERE document = ? ORDER BY "{order}", rowid', (row,))

        return Document(
            id=document_id,
            metadata=_parsed(metadata, Metadata),
            text=text,
            blocks=tuple(Block(start, end, BlockKind(kind)) for start, end, kind in of('start, "end", kind', "blocks")),
            sections=tuple(
                Section(start, end, _parsed(path, tuple[str, ...]))
                for start, end, path in of('start, "end", path', "sections", "rowid")
            ),
            sentences=self.spans("sentences", row),
            reference_marks=tuple(
                ReferenceMark(start, end, _parsed(ids, tuple[str, ...]))
                for start, end, ids in of('start, "end", reference_ids', "reference_marks")
            ),
            references=tuple(_parsed(entry, Reference) for (entry,) in of("entry", "bibliography", "position")),
            abbreviations=tuple(Abbreviation(*pair) for pair in of("short, long", "abbreviations", "rowid")),
            pages=tuple(Page(start, end, number) for start, end, number in of('start, "end", number', "pages")),
        )

    def spans(self, table: Literal["sentences", "reference_marks"], document_row: int) -> tuple[Span, ...]:
        """Where the sentences, or the reference marks, of a document stand, in order."""
        sql = f'SELECT start, "end" FROM {table} WHERE document = ? ORDER BY start'
        return tuple(Span(start, end) for start, end in self._rows(sql, (document_row,)))

    def page(self, document_row: int, offset: int) -> int | None:
        """Number of the page on which an offset of a document stands; None where its source has no pages."""
        sql = "SELECT number FROM pages WHERE document = ? AND start <= ? ORDER BY start DESC LIMIT 1"
        return next((number for (number,) in self._rows(sql, (document_row, offset))), None)

    def blocks(self, document_row: int, start: int, end: int) -> list[Block]:
        """The blocks of a document of which some part stands within a span, in order."""
        sql = 'SELECT start, "end", kind FROM blocks WHERE document = ? AND start < ? AND "end" > ? ORDER BY start'
        found = self._rows(sql, (document_row, end, start))
        return [Block(first, last, BlockKind(kind)) for first, last, kind in found]

    def marks(self, document_row: int, start: int, end: int) -> list[Span]:
        """The reference marks of a document that stand within a span, in order."""
        sql = 'SELECT start, "end" FROM reference_marks WHERE document = ? AND start >= ? AND "end" <= ? ORDER BY start'
        return [Span(first, last) for first, last in self._rows(sql, (document_row, start, end))]

    def passages(self, rows: Iterable[int]) -> list[StoredPassage]:
        """The passages of these rows, in the order of `rows`."""
        wanted = [int(row) for row in rows]
        found = {stored.row: stored for stored in self._passages(f"p.row IN ({_marks(wanted)})", wanted)}
        return [found[row] for row in wanted]

    def passages_of(self, document_row: int) -> list[StoredPassage]:
        """All passages of a document, in order."""
        return list(self._passages("p.document = ?", (document_row,)))

    def passage_id(self, document_row: int, span: Span) -> str | None:
        """Id of the first passage of a document that overlaps a span; None where none does."""
        sql = """
            SELECT d.id || ':' || p.start || '-' || p."end" FROM passages p JOIN documents d ON d.row = p.document
            WHERE p.document = ? AND p.start < ? AND p."end" > ? ORDER BY p.row LIMIT 1"""
        return next((id_ for (id_,) in self._rows(sql, (document_row, span.end, span.start))), None)

    def passage(self, passage_id: str) -> StoredPassage:
        """One passage.

        Raises:
            UnknownId: there is none of that id.
        """
        document_id, _, span = passage_id.rpartition(":")
        start, _, end = span.partition("-")
        if _OFFSET.fullmatch(start) and _OFFSET.fullmatch(end):
            where = 'd.id = ? AND p.start = ? AND p."end" = ?'
            for stored in self._passages(where, (document_id, int(start), int(end))):
                return stored
        raise UnknownId(f"no passage {passage_id!r} in the index")

    def neighbours(self, stored: StoredPassage) -> tuple[Passage | None, Passage | None]:
        """The passages before and after one, in its document."""
        near = self._passages("p.row IN (?, ?)", (stored.row - 1, stored.row + 1))
        by_row = {other.row: other.passage for other in near if other.document_row == stored.document_row}
        return by_row.get(stored.row - 1), by_row.get(stored.row + 1)

    def _passages(self, where: str, parameters: Sequence[Any]) -> Iterator[StoredPassage]:
        sql = f"""
            SELECT p.row, p.document, p.sentence_start, p.sentence_end, d.id, p.start, p."end",
                   substr(d.text, p.start + 1, p."end" - p.start), p.section, p.kind, p.page
            FROM passages p JOIN documents d ON d.row = p.document WHERE {where} ORDER BY p.row"""
        for row, document, first, last, id_, start, end, text, section, kind, page in self._rows(sql, parameters):
            path = _parsed(section, tuple[str, ...])
            yield StoredPassage(row, document, first, last, Passage(id_, start, end, text, path, BlockKind(kind), page))

    def sentences(self, rows: RowArray) -> dict[int, Span]:
        """Spans of the sentences of these rows."""
        found = self._rows(f'SELECT row, start, "end" FROM sentences WHERE row IN ({_EACH})', [_list(rows.tolist())])
        return {row: Span(start, end) for row, start, end in found}

    def ranges(self, rows: RowArray) -> RowArray:
        """(n, 5): of each passage its document's row, first and last (exclusive) row of that document's passages, first
        and last (exclusive) row of its own sentences.
        """
        sql = f"""
            SELECT p.row, d.row, d.passage_start, d.passage_end, p.sentence_start, p.sentence_end
            FROM passages p JOIN documents d ON d.row = p.document WHERE p.row IN ({_EACH})"""
        wanted: list[int] = rows.tolist()
        found = {row: rest for row, *rest in self._rows(sql, [_list(wanted)])}
        return np.array([found[row] for row in wanted], dtype=np.int64).reshape(-1, 5)

    def cited(self, document_row: int, start: int, end: int) -> list[Reference]:
        """Entries of the bibliography that are cited in the sentences a span touches, in order of their first mark.

        Of a span that touches none, such as a heading, those that are cited in the span itself.
        """
        touched = 'SELECT min(start), max("end") FROM sentences WHERE document = ? AND start < ? AND "end" > ?'
        ((first, last),) = self._rows(touched, (document_row, end, start))
        start, end = min(start, first or start), max(end, last or end)
        sql = 'SELECT reference_ids FROM reference_marks WHERE document = ? AND start < ? AND "end" > ? ORDER BY start'
        marks = self._rows(sql, (document_row, end, start))
        ids = list(dict.fromkeys(id_ for (text,) in marks for id_ in _parsed(text, tuple[str, ...])))
        entries = {entry.id: entry for entry in self._entries(document_row, ids)}
        return [entries[id_] for id_ in ids if id_ in entries]

    def reference(self, document_row: int, reference_id: str) -> Reference | None:
        """One entry of a document's bibliography; None where it has none of that id."""
        return next(iter(self._entries(document_row, [reference_id])), None)

    def _entries(self, document_row: int, ids: Sequence[str]) -> list[Reference]:
        sql = f"SELECT entry FROM bibliography WHERE document = ? AND id IN ({_marks(ids)})"
        return [_parsed(text, Reference) for (text,) in self._rows(sql, (document_row, *ids))]

    def citing(self, document_row: int, reference_id: str) -> list[Span]:
        """The sentences of a document that cite an entry of its bibliography, in order."""
        sql = """
            SELECT DISTINCT s.start, s."end" FROM reference_marks m, json_each(m.reference_ids) id
            JOIN sentences s ON s.document = m.document AND s.start <= m.start AND s."end" > m.start
            WHERE m.document = ? AND id.value = ? ORDER BY s.start"""
        return [Span(start, end) for start, end in self._rows(sql, (document_row, reference_id))]

    def section(self, document_row: int, offset: int) -> tuple[str, ...]:
        """Path of the innermost section that holds an offset; empty outside all sections."""
        sql = (
            'SELECT path FROM sections WHERE document = ? AND start <= ? AND "end" > ? ORDER BY start DESC, rowid DESC'
        )
        found = self._rows(f"{sql} LIMIT 1", (document_row, offset, offset))
        return _parsed(found[0][0], tuple[str, ...]) if found else ()

    def allowed(self, filters: Filters) -> RowMask | None:
        """Mask of the passages that pass; None when all do.

        Raises:
            UnknownId: a document of `filters.document_ids` is not in the index.
        """
        if filters == Filters():
            return None
        conditions: list[str] = []
        parameters: list[Any] = []
        if filters.document_ids is not None:
            rows = [self.document_row(id_) for id_ in filters.document_ids]
            conditions.append(f"p.document IN ({_marks(rows)})")
            parameters += rows
        if filters.kinds is not None:
            conditions.append(f"p.kind IN ({_marks(filters.kinds)})")
            parameters += filters.kinds
        for bound, sign in ((filters.year_from, ">="), (filters.year_to, "<=")):
            if bound is not None:
                conditions.append(f"d.year {sign} ?")
                parameters.append(bound)
        sql = "SELECT p.row, p.section FROM passages p JOIN documents d ON d.row = p.document"
        found = self._rows(f"{sql} WHERE {' AND '.join(conditions) or 'true'}", parameters)
        mask = np.zeros(self._rows("SELECT count(*) FROM passages")[0][0], dtype=np.bool_)
        wanted = (filters.section or "").casefold()
        paths = {path: _parsed(path, tuple[str, ...]) for path in {path for _, path in found}}
        inside = {path for path, titles in paths.items() if not wanted or wanted in "\n".join(titles).casefold()}
        mask[[row for row, path in found if path in inside]] = True
        return mask


def _list(values: Sequence[int] | Sequence[str]) -> str:
    """Values for `_EACH`."""
    return msgspec.json.encode(values).decode()


def _marks(values: Sized) -> str:
    return ",".join("?" * len(values))


def _parsed(text: str, type_: type[_Value]) -> _Value:
    try:
        return msgspec.json.decode(text, type=type_)
    except msgspec.DecodeError as error:
        raise IndexDamaged(
            f"the database holds a {type_.__name__} that cannot be read ({error}): run `evqa build`"
        ) from error
