"""The index that a corpus is measured in: made when first asked for, kept for the next time, in a place of its own.

A folder of its own for each corpus, encoder and passage size. Where the code that makes an index is another than the
one that made this, it is made anew; texts that are still the same are not embedded again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.build import Workshop, build
from index.collection import Collection
from index.errors import IndexDamaged, IndexMismatch, SourceError
from index.generation import Generation
from index.origins import reader
from index.report import Outcome
from index.sources.source import Source
from index.store import Store


@contextmanager
def opened(cache: Path, collection: Collection, encoder: str, workshop: Workshop) -> Iterator[Generation]:
    """The index of a collection's corpus, closed at the end.

    Args:
        cache: folder for such indexes.
        collection: whose corpus is indexed.
        encoder: what tells the workshop's encoder from others, its weights included.
        workshop: what a build works with; its encoder is loaded only for a build.

    Raises:
        SourceError: a document of the corpus cannot be indexed, or `cache` is an index itself.
        EncoderError, StoreError: the index cannot be made.
    """
    if Store(cache).exists():
        raise SourceError(f"{cache} is an index: what is measured is kept apart from it, name another folder")
    key = hashlib.sha256()
    for part in (collection.corpus.data, encoder.encode(), str(workshop.passage_tokens).encode()):
        key.update(hashlib.sha256(part).digest())
    store = Store(cache / key.hexdigest()[:32])
    generation = _current(store)
    if generation is None:
        _build(store, collection, workshop)
        generation = store.open()
    try:
        if missing := collection.names.keys() - generation.database.document_ids():
            first = collection.names[min(missing)]
            raise SourceError(
                f"{len(missing)} documents of {collection.corpus.name} became one with others that have the same DOI, "
                f"PMID or PMCID, the first is {first!r}: remove or correct it"
            )
        yield generation
    finally:
        generation.close()


def _current(store: Store) -> Generation | None:
    """The index as it lies there, where it was made by this very code."""
    if not store.exists():
        return None
    try:
        generation = store.open()
    except (IndexDamaged, IndexMismatch):
        return None
    if generation.origins().reader == reader():
        return generation
    generation.close()
    return None


def _build(store: Store, collection: Collection, workshop: Workshop) -> None:
    report = build(store, [Source("corpus.jsonl", collection.corpus.data)], workshop)
    for change in report.of(Outcome.FAILED):
        raise SourceError(f"{collection.corpus.name}: {change.detail}")
