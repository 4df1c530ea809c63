"""What the index holds, document by document: lists, texts, bibliographies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.database import Database, Record
from index.document import Document, Reference, Span
from index.errors import QueryError, UnknownId
from index.generation import Generation
from index.relevance import Calibration
from index.sources.resolve import resolve
from index.store import Store
from qa.views import (
    BlockView,
    CalibrationView,
    CitingSentence,
    DocumentList,
    DocumentView,
    IndexState,
    IndexView,
    LayoutView,
    ReferenceList,
    ReferenceMarkView,
    ReferenceView,
    SectionView,
    SourcePageView,
)

MOST_DOCUMENTS = 500


def index_view(store: Store, generation: Generation) -> IndexView:
    """The index as a whole, with its first `MOST_DOCUMENTS` documents, and as many of which there are notices."""
    manifest, database, calibration = generation.manifest, generation.database, generation.calibration
    sizes = store.sizes()
    noticed = database.noticed(MOST_DOCUMENTS)
    records = database.records(noticed)
    return IndexView(
        generation=generation.name,
        made_at=manifest.made_at,
        made_by=manifest.made_by,
        encoder=manifest.encoder.name,
        passage_tokens=manifest.passage_tokens,
        counts=manifest.counts,
        documents=documents(generation, MOST_DOCUMENTS, "").documents,
        failed=store.failed(),
        folder=str(store.folder),
        size_bytes=sizes.pop(generation.name, 0),
        older=sizes,
        noticed=tuple(_view(database, row, records[row]) for row in noticed),
        calibration=_calibration(calibration),
    )


def index_state(
    generation: Generation, failed: Mapping[str, str], *, writable: bool, writing: bool, max_upload_bytes: int | None
) -> IndexState:
    """The index as a whole, for clients: of what `failed`, they may know what they could name themselves."""
    manifest = generation.manifest
    return IndexState(
        generation=generation.name,
        made_at=manifest.made_at,
        encoder=manifest.encoder.name,
        counts=manifest.counts,
        failed={name: reason for name, reason in failed.items() if resolve(name)},
        writable=writable,
        writing=writing,
        max_upload_bytes=max_upload_bytes,
        calibration=_calibration(generation.calibration),
    )


def _calibration(calibration: Calibration | None) -> CalibrationView | None:
    return CalibrationView(calibration.threshold, calibration.fitted_on) if calibration else None


def documents(generation: Generation, limit: int, cursor: str) -> DocumentList:
    """The first `limit` documents after `cursor` (the id of the last one seen, or empty), by id.

    Raises:
        QueryError: `limit` is out of range.
    """
    if not 1 <= limit <= MOST_DOCUMENTS:
        raise QueryError("limit", f"limit is {limit}: it must be from 1 to {MOST_DOCUMENTS}")
    database = generation.database
    rows = database.after(cursor, limit + 1)
    records = database.records(rows)
    views = tuple(_view(database, row, records[row]) for row in rows[:limit])
    return DocumentList(views, views[-1].id if len(rows) > limit else None)


def document(generation: Generation, document_id: str) -> DocumentView:
    """One document with its sections.

    Raises:
        UnknownId: there is none of that id.
    """
    database = generation.database
    row = database.document_row(document_id)
    sections = tuple(SectionView(s.path, s.start, s.end) for s in database.document(document_id).sections)
    return _view(database, row, database.records([row])[row], sections)


def text(generation: Generation, document_id: str) -> tuple[str, str]:
    """A document's canonical text and its version.

    Raises:
        UnknownId: there is none of that id.
    """
    database = generation.database
    row = database.document_row(document_id)
    return database.text(row), database.records([row])[row].version


def layout(generation: Generation, document_id: str) -> LayoutView:
    """What stands where in a document's canonical text.

    Raises:
        UnknownId: there is none of that id.
    """
    held = generation.database.document(document_id)
    return LayoutView(
        id=held.id,
        version=held.version,
        length=len(held.text),
        sections=tuple(SectionView(s.path, s.start, s.end) for s in held.sections),
        blocks=tuple(BlockView(b.start, b.end, b.kind) for b in held.blocks),
        sentences=tuple((s.start, s.end) for s in held.sentences),
        reference_marks=tuple(ReferenceMarkView(m.start, m.end, m.reference_ids) for m in held.reference_marks),
        pages=tuple(SourcePageView(p.start, p.end, p.number) for p in held.pages),
    )


def references(generation: Generation, document_id: str) -> ReferenceList:
    """A document's bibliography; each entry with the sentences that cite it.

    Raises:
        UnknownId: there is no document of that id.
    """
    held = generation.database.document(document_id)
    citing = _citing(held)
    return ReferenceList(
        tuple(
            _reference(
                entry,
                [
                    CitingSentence(
                        text=held.text[span.start : span.end],
                        start=span.start,
                        end=span.end,
                        section=held.section_at(span.start),
                        page=held.page_at(span.start),
                    )
                    for span in citing.get(entry.id, ())
                ],
            )
            for entry in held.references
        )
    )


def reference(generation: Generation, document_id: str, reference_id: str) -> ReferenceView:
    """One entry of a document's bibliography, without reading the whole document.

    Raises:
        UnknownId: there is no such document or entry.
    """
    database = generation.database
    row = database.document_row(document_id)
    entry = database.reference(row, reference_id)
    if entry is None:
        raise UnknownId(f"no reference {reference_id!r} in document {document_id!r}")
    return _reference(
        entry,
        [
            CitingSentence(
                text=database.text(row, span.start, span.end),
                start=span.start,
                end=span.end,
                section=database.section(row, span.start),
                page=database.page(row, span.start),
            )
            for span in database.citing(row, reference_id)
        ],
    )


def _citing(held: Document) -> dict[str, list[Span]]:
    """The sentences that cite each reference, in order."""
    found: dict[str, list[Span]] = {}
    marks = iter(held.reference_marks)
    mark = next(marks, None)
    for sentence in held.sentences:
        while mark is not None and mark.start < sentence.end:
            for id_ in mark.reference_ids if mark.start >= sentence.start else ():
                if sentence not in found.setdefault(id_, [])[-1:]:
                    found[id_].append(sentence)
            mark = next(marks, None)
    return found


def _reference(entry: Reference, cited_in: Sequence[CitingSentence]) -> ReferenceView:
    return ReferenceView(
        id=entry.id,
        text=entry.text,
        cited_in=tuple(cited_in),
        label=entry.label,
        authors=tuple(author.name for author in entry.authors),
        title=entry.title,
        container_title=entry.container_title,
        year=entry.year,
        volume=entry.volume,
        issue=entry.issue,
        pages=entry.pages,
        type=entry.type,
        editors=tuple(editor.name for editor in entry.editors),
        edition=entry.edition,
        publisher=entry.publisher,
        publisher_place=entry.publisher_place,
        doi=entry.doi,
        pmid=entry.pmid,
        pmcid=entry.pmcid,
        url=entry.url,
        notices=entry.notices,
    )


def _view(
    database: Database, row: int, record: Record, sections: tuple[SectionView, ...] | None = None
) -> DocumentView:
    metadata = record.metadata
    return DocumentView(
        id=record.id,
        title=metadata.title,
        authors=tuple(author.name for author in metadata.authors),
        version=record.version,
        length=record.length,
        counts=database.counts(row),
        container_title=metadata.container_title,
        issued=metadata.issued,
        doi=metadata.doi,
        pmid=metadata.pmid,
        pmcid=metadata.pmcid,
        url=metadata.landing_page,
        license=metadata.license,
        article_type=metadata.article_type,
        part_of=metadata.part_of,
        notices=metadata.notices,
        sections=sections,
    )
