"""From sources to a new generation: what is added, replaced, merged, kept and removed.

Knows the order of the steps and nothing of formats, models or files: those are `index.sources`, the encoder it is
given, and the store.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from index.abbreviations import abbreviations
from index.chunk import chunk, embedded_text
from index.database import Record
from index.document import Document, Passage
from index.encoder import EncoderSpec, FloatArray
from index.errors import IndexDamaged, IndexMismatch, SourceError, UnknownId
from index.generation import Generation, IndexedDocument, Recipe
from index.merge import Change, Held, Outcome, Report, merge
from index.relevance import Calibration
from index.sentences import sentences
from index.sources.formats import read, richness
from index.sources.source import Found, PartlyReadable, Skipped, Source, Unreadable
from index.store import Store
from index.tables import sentences_of

_BATCH_DOCUMENTS = 8


class PassageEncoder(Protocol):
    """What the build needs of an encoder."""

    @property
    def spec(self) -> EncoderSpec:
        """What makes its vectors comparable."""

    def count_tokens(self, text: str) -> int:
        """Number of tokens, special ones left out."""

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """(n, dim) float32, rows of unit L2 norm."""

    def export(self, folder: Path) -> bool:
        """Writes itself for queries into `folder`, and says whether it did."""


class Progress(Protocol):
    """Told how far a step is."""

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """`total` is None while nobody knows it."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a build works with.

    `load_encoder` is called once, when there is something to embed. `passage_tokens` is the most tokens of a passage's
    text, `max_source_bytes` the largest source.
    """

    load_encoder: Callable[[], PassageEncoder]
    calibration: Calibration
    passage_tokens: int
    max_source_bytes: int
    progress: Progress


def build(store: Store, sources: Iterable[Found], workshop: Workshop) -> Report:
    """Makes an index of exactly these sources; nothing changes when none of them can be read.

    Raises:
        EncoderError: the encoder cannot be loaded, or gave an impossible vector.
        StoreError: the index cannot be written, or another process is writing.
    """
    with store.writing(), _previous(store, damaged_is_none=True) as previous:
        return _write(store, sources, workshop, previous, stored={})


def add(store: Store, sources: Iterable[Found], workshop: Workshop) -> Report:
    """Adds to an index, or makes one; nothing changes when no source can be read.

    Raises:
        EncoderError: the encoder cannot be loaded, or gave an impossible vector.
        IndexMismatch: the index was made with another encoder or other passages.
        StoreError: the index cannot be opened or written, or another process is writing.
    """
    with store.writing(), _previous(store) as previous:
        return _write(store, sources, workshop, previous, stored=_stored(previous) if previous else {})


def remove(store: Store, ids: Sequence[str]) -> Report:
    """Removes documents, and what came inside them (reviews, replies).

    Raises:
        UnknownId: one of `ids` is not in the index; then nothing is removed.
        StoreError: the index cannot be opened or written, or another process is writing.
    """
    with store.writing(), store.open() as previous:
        stored = _stored(previous)
        if unknown := [id_ for id_ in ids if id_ not in stored]:
            raise UnknownId(f"no document {', '.join(map(repr, unknown))} in {store.folder}: `evqa info` lists them")
        gone = {id_ for id_, record in stored.items() if id_ in ids or record.metadata.part_of in ids}
        kept = map(previous.indexed, sorted(stored.keys() - gone))
        with store.write(kept, previous.recipe, previous) as generation:
            changes = (Change(Outcome.REMOVED, id_, stored[id_].metadata.title) for id_ in sorted(gone))
            return Report(tuple(changes), generation.name)


def _stored(generation: Generation) -> dict[str, Record]:
    database = generation.database
    return {record.id: record for record in database.records().values()}


def _write(
    store: Store,
    sources: Iterable[Found],
    workshop: Workshop,
    previous: Generation | None,
    stored: Mapping[str, Record],
) -> Report:
    found = _read(sources, workshop)
    merged = merge(stored, found.documents, _loader(previous), richness)
    found.refuse(change for change in merged.changes if change.outcome is Outcome.FAILED)
    changes = [change for change in merged.changes if change.outcome is not Outcome.FAILED]
    changes += [Change(Outcome.FAILED, unreadable.name, unreadable.reason) for unreadable in found.failed]
    changes += [Change(Outcome.SKIPPED, skipped.name, skipped.reason) for skipped in found.skipped]
    _remember(store, found)
    return Report(tuple(changes), _rewrite(store, merged.documents, workshop, previous, stored))


def _rewrite(
    store: Store,
    documents: Mapping[str, Held],
    workshop: Workshop,
    previous: Generation | None,
    stored: Mapping[str, Record],
) -> str | None:
    """Writes a generation of `documents`, unless they are what is stored; its name."""
    if any(isinstance(held, Document) for held in documents.values()):
        encoder = workshop.load_encoder()
        if stored and previous is not None:
            _check_compatible(store, previous, encoder.spec, workshop.passage_tokens)
        recipe = Recipe(encoder.spec, workshop.passage_tokens, workshop.calibration, encoder.export)
        indexed = _indexed(documents, encoder, workshop, previous)
    elif previous is not None and documents.keys() != stored.keys():
        recipe = previous.recipe
        indexed = map(previous.indexed, sorted(documents))
    else:
        return None
    with store.write(indexed, recipe, previous) as generation:
        return generation.name


def _loader(previous: Generation | None) -> Callable[[str], Document]:
    def load(id_: str) -> Document:
        if previous is None:
            raise UnknownId(f"no document {id_!r}: there is no index yet")
        return previous.database.document(id_)

    return load


def _check_compatible(store: Store, generation: Generation, spec: EncoderSpec, passage_tokens: int) -> None:
    made_by = generation.manifest
    if (made_by.encoder, made_by.passage_tokens) != (spec, passage_tokens):
        raise IndexMismatch(
            f"{store.folder} was made with encoder {made_by.encoder.name} ({made_by.encoder.weights[:8]}) and passages "
            f"of {made_by.passage_tokens} tokens, the settings say {spec.name} ({spec.weights[:8]}) and "
            f"{passage_tokens}: change the settings, or make the index anew with `evqa build`"
        )


def _remember(store: Store, found: _Read) -> None:
    before = store.failed()
    now = {name: reason for name, reason in before.items() if name not in found.succeeded.values()}
    now |= {unreadable.name: unreadable.reason for unreadable in found.failed}
    if now != before:
        store.remember_failed(now)


@dataclass(frozen=True, slots=True)
class _Read:
    """What reading the sources gave; `succeeded` holds what brings a source that gave documents again, by its name."""

    documents: list[Document] = field(default_factory=list)
    succeeded: dict[str, str] = field(default_factory=dict)
    failed: list[Unreadable] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def refuse(self, changes: Iterable[Change]) -> None:
        """Counts sources whose documents cannot be taken in as failed."""
        for change in changes:
            self.failed.append(Unreadable(self.succeeded.pop(change.name, "") or change.name, change.detail))


def _read(sources: Iterable[Found], workshop: Workshop) -> _Read:
    found = _Read()
    for number, source in enumerate(sources, 1):
        workshop.progress("reading", number, None)
        if isinstance(source, Unreadable):
            found.failed.append(source)
        elif isinstance(source, Skipped):
            found.skipped.append(source)
        else:
            _read_one(source, workshop.max_source_bytes, found)
    return found


def _read_one(source: Source, max_bytes: int, found: _Read) -> None:
    try:
        found.documents.extend(map(_annotated, read(source, max_bytes=max_bytes)))
        found.succeeded[source.name] = source.asked_for
    except SourceError as error:
        if isinstance(error, PartlyReadable):
            found.documents.extend(map(_annotated, error.documents))
        found.failed.append(Unreadable(source.asked_for or source.name, str(error)))


def _annotated(document: Document) -> Document:
    spans = sentences(document.text, document.blocks, document.reference_marks)
    return replace(document, sentences=spans, abbreviations=abbreviations(document.text, spans))


def _indexed(
    library: Mapping[str, Held],
    encoder: PassageEncoder,
    workshop: Workshop,
    previous: Generation | None,
) -> Iterator[IndexedDocument]:
    """All documents in the order of their ids, so that the same library gives the same index."""
    ids = sorted(library)
    for start in range(0, len(ids), _BATCH_DOCUMENTS):
        batch = ids[start : start + _BATCH_DOCUMENTS]
        fresh = [document for id_ in batch if isinstance(document := library[id_], Document)]
        made = {
            indexed.document.id: indexed for indexed in _embedded(fresh, encoder, workshop.passage_tokens, previous)
        }
        for id_ in batch:
            if id_ in made:
                yield made[id_]
            elif previous is not None:
                yield previous.indexed(id_)
        workshop.progress("embedding", start + len(batch), len(ids))


def _embedded(
    documents: Sequence[Document], encoder: PassageEncoder, passage_tokens: int, previous: Generation | None
) -> Iterator[IndexedDocument]:
    """Chunks and embeds; texts that the generation before holds for the same document are not embedded again."""
    window = encoder.spec.window - encoder.count_tokens(encoder.spec.passage_prompt)
    passages = {
        document.id: chunk(document, encoder.count_tokens, size=passage_tokens, window=window) for document in documents
    }
    texts = {document.id: _texts(document, passages[document.id]) for document in documents}
    vectors = _known(documents, encoder.spec, previous)
    missing = sorted({text for pair in texts.values() for text in (*pair.passages, *pair.sentences)} - vectors.keys())
    vectors |= zip(missing, encoder.encode_passages(missing), strict=True)

    def stacked(wanted: Sequence[str]) -> FloatArray:
        return np.array([vectors[text] for text in wanted], dtype=np.float32).reshape(-1, encoder.spec.dim)

    for document in documents:
        pair = texts[document.id]
        yield IndexedDocument(
            document, passages[document.id], stacked(pair.passages), stacked(pair.sentences).astype(np.float16)
        )


@dataclass(frozen=True, slots=True)
class _Texts:
    """What is embedded of one document."""

    passages: tuple[str, ...]
    sentences: tuple[str, ...]


def _texts(document: Document, passages: Sequence[Passage]) -> _Texts:
    spans = (span for passage in passages for span in sentences_of(document, passage))
    return _Texts(
        tuple(embedded_text(document.metadata.title, passage) for passage in passages),
        tuple(document.text[span.start : span.end] for span in spans),
    )


def _known(documents: Sequence[Document], spec: EncoderSpec, previous: Generation | None) -> dict[str, FloatArray]:
    if previous is None or previous.manifest.encoder != spec:
        return {}
    known: dict[str, FloatArray] = {}
    for document in documents:
        try:
            indexed = previous.indexed(document.id)
        except UnknownId:
            continue
        texts = _texts(indexed.document, indexed.passages)
        known |= zip(texts.sentences, indexed.sentence_vectors.astype(np.float32), strict=True)
        known |= zip(texts.passages, indexed.passage_vectors, strict=True)
    return known


@contextlib.contextmanager
def _previous(store: Store, *, damaged_is_none: bool = False) -> Iterator[Generation | None]:
    try:
        generation = store.open() if store.exists() else None
    except (IndexDamaged, IndexMismatch):
        if not damaged_is_none:
            raise
        generation = None
    try:
        yield generation
    finally:
        if generation is not None:
            generation.close()
