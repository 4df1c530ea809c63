"""Which documents a library holds after some more were read: one for each paper, whatever names it came under.

Pure: knows nothing of files. Two documents are one paper when they have the same id, or share a DOI, PMID or PMCID.
The same id again replaces. Under different ids the longer text stays, since a full text says what its abstract says,
and it takes over the identifiers that only the other one had; its id is then the best of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from index.database import Record
from index.document import Document, Metadata
from index.sources.source import document_id


class Outcome(StrEnum):
    """What became of a source or a document."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    MERGED = "merged"
    REMOVED = "removed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Change:
    """`name` is a document's id, or the name of a source that failed or was skipped; `detail` is for the reader."""

    outcome: Outcome
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a write did. `generation` is None when the live generation stayed as it was."""

    changes: tuple[Change, ...]
    generation: str | None

    def of(self, outcome: Outcome) -> list[Change]:
        """The changes of one outcome."""
        return [change for change in self.changes if change.outcome is outcome]


class Library:
    """The documents that an index will hold, by id: those it has already as `Record`, new ones as `Document`."""

    def __init__(self, stored: Mapping[str, Record]) -> None:
        self.documents: dict[str, Record | Document] = dict(stored)
        self._by_identifier = {key: id_ for id_, record in stored.items() for key in _identifiers(record.metadata)}

    def put(self, document: Document) -> Change:
        """Takes in one document, and says what that did."""
        title = document.metadata.title
        known = self.documents.get(document.id)
        if known is not None and _same(known, document):
            return Change(Outcome.UNCHANGED, document.id, title)
        if known is not None:
            self._set(document)
            return Change(Outcome.REPLACED, document.id, f"{title} (the text or its description differs)")
        twin = self._twin(document)
        if twin is None:
            self._set(document)
            return Change(Outcome.ADDED, document.id, title)
        return self._merge(document, twin)

    def _twin(self, document: Document) -> Record | Document | None:
        ids = (self._by_identifier.get(key) for key in _identifiers(document.metadata))
        return next((self.documents[id_] for id_ in ids if id_ in self.documents), None)

    def _merge(self, document: Document, twin: Record | Document) -> Change:
        if len(document.text) <= _length(twin):
            same = "the same paper, whose text there is at least as long"
            return Change(Outcome.MERGED, twin.id, f"{document.metadata.source} is {same}: {twin.metadata.title}")
        metadata = _with_identifiers_of(document.metadata, twin.metadata)
        id_ = document_id(document.id, pmcid=metadata.pmcid, pmid=metadata.pmid, doi=metadata.doi)
        del self.documents[twin.id]
        self._set(replace(document, id=id_, metadata=metadata))
        return Change(Outcome.REPLACED, id_, f"{metadata.title} (longer than the text that was there as {twin.id})")

    def _set(self, document: Document) -> None:
        self.documents[document.id] = document
        self._by_identifier |= dict.fromkeys(_identifiers(document.metadata), document.id)


def merge(stored: Mapping[str, Record], documents: Iterable[Document]) -> tuple[Library, list[Change]]:
    """The library after `documents` were taken in, in their order, and what each of them did."""
    library = Library(stored)
    return library, [library.put(document) for document in documents]


def _same(known: Record | Document, document: Document) -> bool:
    return known.version == document.version and known.metadata == document.metadata


def _length(known: Record | Document) -> int:
    return known.length if isinstance(known, Record) else len(known.text)


def _identifiers(metadata: Metadata) -> list[tuple[str, str]]:
    # A review that came inside a paper may carry the paper's identifiers, and is another document all the same.
    if metadata.part_of:
        return []
    named = {"pmcid": metadata.pmcid, "pmid": metadata.pmid, "doi": metadata.doi}
    return [(kind, value) for kind, value in named.items() if value]


def _with_identifiers_of(metadata: Metadata, other: Metadata) -> Metadata:
    return replace(
        metadata,
        pmcid=metadata.pmcid or other.pmcid,
        pmid=metadata.pmid or other.pmid,
        doi=metadata.doi or other.doi,
    )
