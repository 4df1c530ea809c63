"""A record of a bibliographic database or a reference manager as a document: title, abstract, description.

What PubMed XML, MEDLINE, RIS, BibTeX and CSL-JSON have in common; each of them reads its own bytes into `Entry`. A
record that cannot be read is a `Fault`, which costs the file's other records nothing: see `documents`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from index.canonical import TextBuilder, normalise
from index.document import BlockKind, Document, Metadata, Reference
from index.errors import SourceError
from index.sources.source import PartlyReadable, Source, document_id

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_MOST_REPORTED = 5
_ABBREVIATED = re.compile(r"(?:\b(?:al|co|etc|inc|jr|ltd|sp|spp|st|subsp|var)|\.\w|\.)\.$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of an abstract; `label` is the title that a structured abstract prints before it."""

    text: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Abstract:
    """An abstract under the name of its kind: "Abstract", "Abstract (translated, fre)", "Plain language summary"."""

    paragraphs: tuple[Paragraph, ...]
    name: str = "Abstract"


@dataclass(frozen=True, slots=True)
class Entry:
    """One record; `place` names it in a message, `key` is what its file calls it, if anything.

    `titles` are as printed, a translation's original after it; `metadata.title` is the one to cite it by.
    """

    place: str
    metadata: Metadata
    titles: tuple[str, ...]
    abstracts: tuple[Abstract, ...] = ()
    references: tuple[Reference, ...] = ()
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that cannot become a document, and why."""

    place: str
    reason: str


def documents(source: Source, entries: Iterable[Entry | Fault]) -> tuple[Document, ...]:
    """A document for each record, in order; of records with one id and one title, the longest.

    Raises:
        PartlyReadable: some records are faulty, or have neither title nor abstract; it holds the others.
        SourceError: none is left.
    """
    found: list[Document] = []
    faults: list[Fault] = []
    titles: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry, Fault):
            faults.append(entry)
        elif document := _document(source, entry, titles):
            titles.setdefault(document.id, document.metadata.title)
            found.append(document)
        else:
            faults.append(Fault(entry.place, "it has neither a title nor an abstract"))
    kept = tuple(_longest(found))
    if faults:
        named = "; ".join(f"{fault.place}: {fault.reason}" for fault in faults[:_MOST_REPORTED])
        more = f"; {len(faults) - _MOST_REPORTED} more" if len(faults) > _MOST_REPORTED else ""
        of = f"{len(faults)} of {len(faults) + len(found)} records"
        raise PartlyReadable(f"{source.name}: {of} cannot be read ({named}{more}): mend or remove them", kept)
    if not kept:
        raise SourceError(f"{source.name} holds no record: check what it was exported with")
    return kept


def _document(source: Source, entry: Entry, titles: Mapping[str, str]) -> Document | None:
    builder = TextBuilder()
    for title in entry.titles:
        builder.add(BlockKind.TITLE, title)
    for abstract in entry.abstracts:
        builder.open_section(abstract.name, printed=False)
        for paragraph in abstract.paragraphs:
            if paragraph.label:
                builder.open_section(paragraph.label)
            builder.add(BlockKind.ABSTRACT, paragraph.text)
            if paragraph.label:
                builder.close_section()
        builder.close_section()
    text = builder.finish()
    if not text.text:
        return None
    id_ = _id(source, entry, titles)
    metadata = entry.metadata if entry.metadata.title else replace(entry.metadata, title=id_)
    return Document(id_, metadata, text.text, text.blocks, text.sections, references=entry.references)


def _id(source: Source, entry: Entry, titles: Mapping[str, str]) -> str:
    """The paper's id; else the file's name with the record's key, or with a digest of what identifies it.

    A key that names another title already (`titles`: by id) is no name.
    """
    metadata = entry.metadata
    if metadata.pmcid or metadata.pmid or metadata.doi:
        return document_id("", pmcid=metadata.pmcid, pmid=metadata.pmid, doi=metadata.doi)
    stem = document_id(source.name)
    by_key = f"{stem}_{_UNSAFE.sub('_', entry.key)}" if entry.key else None
    if by_key and titles.get(by_key, metadata.title) == metadata.title:
        return by_key
    told = (paragraph.text for abstract in entry.abstracts for paragraph in abstract.paragraphs)
    named = "|".join([*entry.titles, *(author.name for author in metadata.authors), metadata.issued or "", *told])
    return f"{stem}_{hashlib.sha256(named.encode()).hexdigest()[:10]}"


def _longest(found: Iterable[Document]) -> Iterator[Document]:
    best: dict[tuple[str, str], Document] = {}
    for document in found:
        key = document.id, re.sub(r"\W", "", document.metadata.title).casefold()
        known = best.get(key)
        if known is None or len(known.text) < len(document.text):
            best[key] = document
    yield from best.values()


def cited_title(printed: str) -> str:
    """A title to cite a paper by: without the brackets of a translation, and without the full stop after it.

    >>> cited_title("[Vesicles in the fox.]"), cited_title("Vesicles?"), cited_title("Vesicles in E. coli sp.")
    ('Vesicles in the fox', 'Vesicles?', 'Vesicles in E. coli sp.')
    """
    title = normalise(printed)
    if title.startswith("[") and title.rstrip(".").endswith("]") and title.count("[") == 1:
        title = title.rstrip(".")[1:-1]
    return title if _ABBREVIATED.search(title) else title.removesuffix(".")
