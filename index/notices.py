"""Which notices the papers of a library carry: those of their own sources, and those of notices in the library.

A retraction that names a paper by DOI, PMID or PMCID holds for it even where the paper's own source says nothing. Such
a notice names the document that says so (`Notice.document_id`), by which it is told from the source's own, and is
worked out anew for every generation: it comes with that document and goes with it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from index.document import Metadata, Notice, NoticeRole
from index.generation import IndexedDocument
from index.identity import Key, identifiers


def own(metadata: Metadata) -> Metadata:
    """The metadata with the notices of its own source alone."""
    kept = tuple(notice for notice in metadata.notices if notice.document_id is None)
    return metadata if kept == metadata.notices else replace(metadata, notices=kept)


def notices_of(library: Mapping[str, Metadata]) -> dict[str, tuple[Notice, ...]]:
    """The notices of each document of a library, by id, its source's own first, then those of others by their ids."""
    said: dict[Key, list[Notice]] = {}
    for id_ in sorted(library):
        metadata = library[id_]
        for notice in own(metadata).notices:
            if notice.role is NoticeRole.NOTICE:
                about = Notice(
                    notice.kind,
                    doi=metadata.doi,
                    pmid=metadata.pmid,
                    pmcid=metadata.pmcid,
                    text=metadata.title,
                    document_id=id_,
                )
                for key in _named(notice):
                    said.setdefault(key, []).append(about)
    return {id_: _all(id_, own(metadata), said) for id_, metadata in library.items()}


def carried(indexed: Iterable[IndexedDocument], notices: Mapping[str, tuple[Notice, ...]]) -> Iterator[IndexedDocument]:
    """The documents with these notices, by id."""
    for item in indexed:
        metadata = item.document.metadata
        wanted = notices[item.document.id]
        if metadata.notices == wanted:
            yield item
        else:
            yield replace(item, document=replace(item.document, metadata=replace(metadata, notices=wanted)))


def _all(id_: str, metadata: Metadata, said: Mapping[Key, list[Notice]]) -> tuple[Notice, ...]:
    known = {(notice.kind, key) for notice in metadata.notices for key in _named(notice)}
    others = (
        notice
        for key in sorted(identifiers(metadata))
        for notice in said.get(key, ())
        if notice.document_id != id_ and not known & {(notice.kind, named) for named in _named(notice)}
    )
    return (*metadata.notices, *dict.fromkeys(others))


def _named(notice: Notice) -> list[Key]:
    named = {"doi": notice.doi, "pmid": notice.pmid, "pmcid": notice.pmcid}
    return [(kind, value) for kind, value in named.items() if value]
