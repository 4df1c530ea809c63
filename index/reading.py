"""From sources to annotated documents: what each source gave, what failed and why, what need not be read again."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from index.abbreviations import abbreviations
from index.document import Document
from index.errors import FetchError, SourceError
from index.merge import Held
from index.origins import Origin, Origins, origin
from index.sentences import sentences
from index.sources.formats import read
from index.sources.source import Found, PartlyReadable, Skipped, Source, Unreadable


class Progress(Protocol):
    """Told how far a step is."""

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """`total` is None while nobody knows it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading the sources gave.

    `unchanged` are sources whose documents are stored already, by name; `given` the documents of those that were read
    whole; `again` is what brings a source again.
    """

    documents: list[Document] = field(default_factory=list)
    unchanged: dict[str, Origin] = field(default_factory=dict)
    given: dict[str, tuple[Origin, tuple[Document, ...]]] = field(default_factory=dict)
    again: dict[str, str] = field(default_factory=dict)
    failed: list[Unreadable] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def refuse(self, source_name: str, reason: str) -> None:
        """Counts a source whose documents cannot be taken in as failed."""
        self.given.pop(source_name, None)
        self.failed.append(Unreadable(self.again.get(source_name) or source_name, reason))

    def succeeded(self) -> set[str]:
        """What brings the sources that gave all their documents."""
        return {self.again[name] for name in (*self.given, *self.unchanged)}

    def origins(self, reader: str, library: Mapping[str, Held]) -> Origins:
        """Of the sources all of whose documents are in the library just as they gave them."""
        whole = {
            name: made
            for name, (made, documents) in self.given.items()
            if all(_is_held(document, library.get(document.id)) for document in documents)
        }
        return Origins(reader, self.unchanged | whole)


def read_all(sources: Iterable[Found], max_bytes: int, progress: Progress, known: Origins) -> Reading:
    """Reads the sources one after another; those that are `known` and have not changed are only looked at."""
    reading = Reading()
    for number, source in enumerate(sources, 1):
        progress("reading", number, None)
        if isinstance(source, Unreadable):
            reading.failed.append(source)
        elif isinstance(source, Skipped):
            reading.skipped.append(source)
        else:
            _take(source, max_bytes, known, reading)
    return reading


def in_batches(sources: Iterable[Found], size: int = 50) -> Generator[list[Found], None, None]:
    """The sources in lists of `size`, so that what was fetched is kept, whatever happens to what comes after.

    Where getting them breaks off, what came before is given first.
    """
    batch: list[Found] = []
    try:
        for found in sources:
            batch.append(found)
            if len(batch) == size:
                yield batch
                batch = []
    except (FetchError, KeyboardInterrupt):
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _take(source: Source, max_bytes: int, known: Origins, reading: Reading) -> None:
    reading.again[source.name] = source.asked_for
    before = known.sources.get(source.name)
    if before and before == origin(source.data, before.documents):
        reading.unchanged[source.name] = before
        return
    try:
        documents = tuple(map(_annotated, read(source, max_bytes=max_bytes)))
        reading.given[source.name] = origin(source.data, [document.id for document in documents]), documents
    except SourceError as error:
        documents = tuple(map(_annotated, error.documents)) if isinstance(error, PartlyReadable) else ()
        reading.failed.append(Unreadable(source.asked_for or source.name, str(error)))
    reading.documents.extend(documents)


def _annotated(document: Document) -> Document:
    spans = sentences(document.text, document.blocks, document.reference_marks)
    return replace(document, sentences=spans, abbreviations=abbreviations(document.text, spans))


def _is_held(document: Document, held: Held | None) -> bool:
    return held is not None and (held.version, held.metadata) == (document.version, document.metadata)
