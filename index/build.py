"""From sources to a new generation: what is added, replaced, merged, kept and removed.

Knows the order of the steps and nothing of formats, models or files: those are `index.sources`, the encoder it is
given, and the store.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from index.database import Database, Record
from index.document import Document
from index.embedding import PassageEncoder, embed
from index.encoder import EncoderSpec
from index.errors import IndexDamaged, IndexMismatch, SourceError, UnknownId
from index.generation import Generation, Recipe
from index.merge import Held, Merged, merge
from index.notices import carried, notices_of, own
from index.origins import Origins, reader
from index.reading import Progress, Reading, read_all
from index.relevance import Calibration
from index.report import Change, Outcome, Report
from index.sources import local
from index.sources.formats import richness
from index.sources.source import Found, Unreadable
from index.store import Store


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a build works with.

    `load_encoder` is called once, when there is something to embed. `calibration` gives what was fitted for its
    encoder, None where nothing was; it raises `EncoderError` rather than use another's. `passage_tokens` is the most
    tokens of a passage's text, `max_source_bytes` the largest source.
    """

    load_encoder: Callable[[], PassageEncoder]
    calibration: Callable[[EncoderSpec], Calibration | None]
    passage_tokens: int
    max_source_bytes: int
    progress: Progress


def build(store: Store, sources: Iterable[Found], workshop: Workshop) -> Report:
    """Makes an index of exactly these sources; nothing changes when none of them can be read.

    Raises:
        EncoderError: the encoder cannot be loaded, or gave an impossible vector.
        StoreError: the index cannot be written, or another process is writing.
    """
    with store.writing(), _previous(store, mends=True) as previous:
        shelf = _Shelf(store, workshop, previous)
        reading = shelf.read(sources, Origins())
        return shelf.take(reading, stored={}, before={})


def renew(store: Store, workshop: Workshop) -> Report:
    """Makes the index anew of the documents that it holds, by the workshop's encoder, passage size and calibration.

    No source is read, and texts that are still the same are not embedded again. Where another file than that of the
    documents is damaged, all is made of them alone.

    Raises:
        EncoderError: the encoder cannot be loaded, or gave an impossible vector.
        StoreError: the documents cannot be read, the index not be written, or another process is writing.
    """
    with store.writing(), _previous(store, mends=True) as previous, contextlib.ExitStack() as opened:
        if previous is not None:
            database = previous.database
        else:
            database = opened.enter_context(contextlib.closing(store.open_documents()))
        stored = _stored(database)
        encoder = workshop.load_encoder()
        recipe = _recipe(workshop, encoder)
        library = _Library(stored, _loader(database))
        indexed = embed(library, encoder, workshop.passage_tokens, previous, workshop.progress)
        notices = notices_of({id_: record.metadata for id_, record in stored.items()})
        origins = previous.origins() if previous else Origins()
        with store.write(carried(indexed, notices), recipe, previous, origins) as generation:
            unchanged = (Change(Outcome.UNCHANGED, id_, stored[id_].metadata.title) for id_ in sorted(stored))
            return Report(tuple(unchanged), generation.name)


class _Library(Mapping[str, Document]):
    """The stored documents, each loaded when it is asked for: they need not fit into memory together."""

    def __init__(self, stored: Mapping[str, Record], load: Callable[[str], Document]) -> None:
        self._stored, self._load = stored, load

    def __getitem__(self, id_: str) -> Document:
        return self._load(id_)

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)


def add(store: Store, sources: Iterable[Found], workshop: Workshop, *, remember_failed: bool = True) -> Report:
    """Adds to an index, or makes one; nothing changes when no source can be read.

    `remember_failed` is for sources that their names bring again.

    Raises:
        EncoderError: the encoder cannot be loaded, or gave an impossible vector.
        IndexMismatch: the index was made with another encoder or other passages.
        StoreError: the index cannot be opened or written, or another process is writing.
    """
    with store.writing(), _previous(store) as previous:
        shelf = _Shelf(store, workshop, previous, remember_failed=remember_failed)
        reading = shelf.read(sources, shelf.origins)
        return shelf.take(reading, shelf.stored, shelf.stored)


def sync(store: Store, folder: Path, workshop: Workshop) -> Report:
    """Makes the index equal to a folder: what is new or changed comes in, what is not in the folder goes out.

    A file that cannot be read keeps the document that it gave before. Nothing is done for a folder without any paper.

    Raises:
        SourceError: there is no such folder, or no paper in it that can be read.
        EncoderError: the encoder cannot be loaded, or gave an impossible vector.
        IndexMismatch: the index was made with another encoder or other passages.
        StoreError: the index cannot be opened or written, or another process is writing.
    """
    if not folder.is_dir():
        raise SourceError(f"{folder} is no folder: name the one that the index is to equal; it is as it was")
    with store.writing(), _previous(store) as previous:
        shelf = _Shelf(store, workshop, previous)
        reading = shelf.read(local.sources([folder], max_bytes=workshop.max_source_bytes), shelf.origins)
        kept = {id_ for origin in reading.unchanged.values() for id_ in origin.documents}
        kept |= _failed_before(reading.failed, folder, shelf.stored)
        if not reading.documents and not kept:
            raise SourceError(
                f"{folder} holds no paper that can be read, and the {len(shelf.stored)} documents of the index are not "
                "removed for that: check the folder, or remove them with `evqa remove`"
            )
        return shelf.take(reading, {id_: shelf.stored[id_] for id_ in kept}, shelf.stored)


def _failed_before(failed: Sequence[Unreadable], folder: Path, stored: Mapping[str, Record]) -> set[str]:
    """Ids of the documents that came from what cannot be read now: a file, a folder, a zip."""
    root = str(folder.absolute())
    names = {os.path.relpath(unreadable.name, root) for unreadable in failed}
    return {id_ for id_, record in stored.items() if names & {".", *_with_parents(record.metadata.source)}}


def _with_parents(path: str) -> set[str]:
    return {path, *map(str, PurePosixPath(path).parents)} - {"."}


def remove(store: Store, ids: Sequence[str]) -> Report:
    """Removes documents, and what came inside them (reviews, replies).

    Raises:
        UnknownId: one of `ids` is not in the index; then nothing is removed.
        StoreError: the index cannot be opened or written, or another process is writing.
    """
    with store.writing(), store.open() as previous:
        stored = _stored(previous.database)
        if unknown := [id_ for id_ in ids if id_ not in stored]:
            raise UnknownId(f"no document {', '.join(map(repr, unknown))} in {store.folder}: `evqa info` lists them")
        gone = {id_ for id_, record in stored.items() if id_ in ids or record.metadata.part_of in ids}
        notices = notices_of({id_: record.metadata for id_, record in stored.items() if id_ not in gone})
        kept = carried(map(previous.indexed, sorted(notices)), notices)
        origins = previous.origins().among(stored.keys() - gone)
        with store.write(kept, previous.recipe, previous, origins) as generation:
            changes = (Change(Outcome.REMOVED, id_, stored[id_].metadata.title) for id_ in sorted(gone))
            return Report(tuple(changes), generation.name)


def _stored(database: Database) -> dict[str, Record]:
    return {record.id: replace(record, metadata=own(record.metadata)) for record in database.records().values()}


class _Shelf:
    """An index that is being written to: what is stored there, and how to take in what was read."""

    def __init__(
        self, store: Store, workshop: Workshop, previous: Generation | None, *, remember_failed: bool = True
    ) -> None:
        self._store, self._workshop, self._previous = store, workshop, previous
        self._remember_failed = remember_failed
        self._reader = reader()
        self.stored = _stored(previous.database) if previous else {}
        known = previous.origins().among(self.stored) if previous else Origins()
        self.origins = known if known.reader == self._reader else Origins(self._reader)

    def read(self, sources: Iterable[Found], known: Origins) -> Reading:
        """Reads the sources that are not known or have changed."""
        reading = read_all(sources, self._workshop.max_source_bytes, self._workshop.progress, known)
        self._remember(reading)
        return reading

    def _remember(self, reading: Reading) -> None:
        if self._remember_failed:
            _remember(self._store, reading)

    def take(self, reading: Reading, stored: Mapping[str, Record], before: Mapping[str, Record]) -> Report:
        """Writes what was read to what is `stored`, where that makes another library than the one `before`."""
        steady = {id_ for origin in reading.unchanged.values() for id_ in origin.documents}
        database = self._previous.database if self._previous else None
        merged = merge(stored, reading.documents, _loader(database), richness, before, steady)
        refused = [change for change in merged.changes if change.outcome is Outcome.FAILED]
        for change in refused:
            reading.refuse(change.name, change.detail)
        if refused:
            self._remember(reading)
        generation = self._rewrite(merged.documents, reading, stored, before)
        return Report(tuple(_changes(merged, reading, stored, before)), generation)

    def _rewrite(
        self,
        documents: Mapping[str, Held],
        reading: Reading,
        stored: Mapping[str, Record],
        before: Mapping[str, Record],
    ) -> str | None:
        """Writes a generation of `documents`, unless they are what was there; its name."""
        previous, workshop = self._previous, self._workshop
        if any(isinstance(held, Document) for held in documents.values()):
            encoder = workshop.load_encoder()
            if before and previous is not None:
                _check_compatible(self._store, previous, encoder.spec, workshop.passage_tokens)
            recipe = _recipe(workshop, encoder)
            indexed = embed(documents, encoder, workshop.passage_tokens, previous, workshop.progress)
        elif previous is not None and documents.keys() != before.keys():
            recipe, indexed = previous.recipe, map(previous.indexed, sorted(documents))
        else:
            return None
        unchanged = {id_ for id_, held in documents.items() if isinstance(held, Record)}
        older = self.origins.among(unchanged) if stored else Origins(self._reader)
        origins = Origins(self._reader, older.sources | reading.origins(self._reader, documents).sources)
        notices = notices_of({id_: held.metadata for id_, held in documents.items()})
        with self._store.write(carried(indexed, notices), recipe, previous, origins) as generation:
            return generation.name


def _changes(
    merged: Merged, reading: Reading, stored: Mapping[str, Record], before: Mapping[str, Record]
) -> Iterator[Change]:
    for origin in reading.unchanged.values():
        yield from (Change(Outcome.UNCHANGED, id_, before[id_].metadata.title) for id_ in origin.documents)
    yield from (change for change in merged.changes if change.outcome is not Outcome.FAILED)
    for id_ in sorted(before.keys() - merged.documents.keys() - stored.keys()):
        yield Change(Outcome.REMOVED, id_, f"{before[id_].metadata.title} (from {before[id_].metadata.source})")
    yield from (Change(Outcome.FAILED, unreadable.name, unreadable.reason) for unreadable in reading.failed)
    yield from (Change(Outcome.SKIPPED, skipped.name, skipped.reason) for skipped in reading.skipped)


def _recipe(workshop: Workshop, encoder: PassageEncoder) -> Recipe:
    return Recipe(encoder.spec, workshop.passage_tokens, workshop.calibration(encoder.spec), encoder.export)


def _loader(database: Database | None) -> Callable[[str], Document]:
    def load(id_: str) -> Document:
        if database is None:
            raise UnknownId(f"no document {id_!r}: there is no index yet")
        document = database.document(id_)
        return replace(document, metadata=own(document.metadata))

    return load


def _check_compatible(store: Store, generation: Generation, spec: EncoderSpec, passage_tokens: int) -> None:
    made_by = generation.manifest
    if (made_by.encoder, made_by.passage_tokens) != (spec, passage_tokens):
        raise IndexMismatch(
            f"{store.folder} was made with encoder {made_by.encoder.name} ({made_by.encoder.weights[:8]}) and passages "
            f"of {made_by.passage_tokens} tokens, the settings say {spec.name} ({spec.weights[:8]}) and "
            f"{passage_tokens}: change the settings, or make the index anew with `evqa build`"
        )


def _remember(store: Store, reading: Reading) -> None:
    before = store.failed()
    succeeded = reading.succeeded()
    now = {name: reason for name, reason in before.items() if name not in succeeded}
    now |= {unreadable.name: unreadable.reason for unreadable in reading.failed}
    if now != before:
        store.remember_failed(now)


@contextlib.contextmanager
def _previous(store: Store, *, mends: bool = False) -> Iterator[Generation | None]:
    """The live generation, None where there is none; for whoever mends it a damaged one is none, to its last byte."""
    try:
        generation = store.open(thorough=mends) if store.exists() else None
    except (IndexDamaged, IndexMismatch):
        if not mends:
            raise
        generation = None
    try:
        yield generation
    finally:
        if generation is not None:
            generation.close()
