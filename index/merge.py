"""Which documents a library holds after some more were read: one for each paper, whatever names it came under.

Pure: knows nothing of files. Two documents are one paper when they have the same id or share a DOI, PMID or PMCID, and
no two of these contradict each other; an id that is only a file's name needs the same file or the same title, too.
The same id in the same format again replaces. Else the richer one stays (a text with a body before one without, then by
format, then the longer), whatever came first, and takes over what only the other one knew; its id is then the best of
all of them. A preprint gives way to the paper that it became.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations

from index.database import Record
from index.document import BlockKind, Document, Metadata
from index.identity import (
    Key,
    completed,
    contradiction,
    identifiers,
    is_preprint,
    preprint_links,
    with_preprint,
)
from index.report import Change, Outcome
from index.sources.source import document_id

Held = Record | Document

_NO_BODY = {BlockKind.TITLE, BlockKind.HEADING, BlockKind.ABSTRACT, BlockKind.SUMMARY, BlockKind.NOTE}

_MEND = "correct the identifiers of one of them, or remove the one that is there with `evqa remove`"


@dataclass(frozen=True, slots=True)
class Merged:
    """The documents of a library by id: `Record` for what stays as it is stored, `Document` for what is to be written.

    `changes` has one for each document that was offered, in their order, then one for each stored id that is gone.
    A change that FAILED names the document's source.
    """

    documents: dict[str, Held]
    changes: list[Change]


def merge(
    stored: Mapping[str, Record],
    documents: Iterable[Document],
    load: Callable[[str], Document],
    richness: Callable[[str], int],
    before: Mapping[str, Record] | None = None,
    steady: Collection[str] = (),
) -> Merged:
    """The library after `documents` were taken in; their order does not matter to what it holds.

    Args:
        stored: what is there, by id.
        documents: what was read.
        load: the stored document of an id.
        richness: how much a format tells of a paper, by its name; more is richer.
        before: what is compared with, where that is more than what the new library starts from.
        steady: ids of stored documents whose sources came again unchanged: like what was read, they give way to what is
            richer, not to what is newer.
    """
    offered = list(documents)
    library = _Library(load, richness, steady)
    for record in stored.values():
        library.start(record)
    for document in library.in_order(offered):
        library.take(document)
    library.let_preprints_give_way()
    return library.merged(stored, offered, stored if before is None else before)


@dataclass(slots=True, eq=False)
class _Paper:
    """All that is known of one paper: `sources` are its documents, `former` those whose own new state came."""

    sources: list[Held] = field(default_factory=list)
    former: list[Record] = field(default_factory=list)
    preprints: list[_Paper] = field(default_factory=list)
    gave_way_to: _Paper | None = None

    def metadata(self) -> Iterator[Metadata]:
        return (held.metadata for held in self.sources)


class _Library:
    def __init__(
        self, load: Callable[[str], Document], richness: Callable[[str], int], steady: Collection[str]
    ) -> None:
        self._load, self._richness, self._steady = load, richness, steady
        self._papers: dict[Key, _Paper] = {}
        self._refused: dict[int, str] = {}  # by identity of the document

    def start(self, record: Record) -> None:
        paper = _Paper([record])
        self._papers |= dict.fromkeys(_keys(record), paper)

    def in_order(self, documents: list[Document]) -> list[Document]:
        """Those that nothing contradicts first, so that of three the one that names two papers is refused."""
        sharing: dict[Key, list[Document]] = {}
        for document in documents:
            for key in _keys(document):
                sharing.setdefault(key, []).append(document)

        def contradicted(document: Document) -> int:
            others = {id(other): other for key in _keys(document) for other in sharing[key]}.values()
            return sum(contradiction(document.metadata, other.metadata) is not None for other in others)

        return sorted(documents, key=lambda document: (-contradicted(document), self._rank(document)), reverse=True)

    def take(self, document: Document) -> None:
        """Puts a document to the paper it is of, or refuses it where it names two."""
        touched = [self._papers[key] for key in _keys(document) if key in self._papers]
        papers = list({id(paper): paper for paper in touched if not _told_apart(document, paper)}.values())
        if reason := _contradicted(document, papers) or _named_alike(document, papers):
            self._refused[id(document)] = reason
            return
        for paper in papers:
            _supersede(paper, document, self._steady)
        paper = papers[0] if papers else _Paper()
        for other in papers[1:]:
            paper.sources += other.sources
            paper.former += other.former
        paper.sources.append(document)
        self._papers |= {key: paper for held in (*paper.sources, *paper.former) for key in _keys(held)}

    def let_preprints_give_way(self) -> None:
        for paper in self._distinct():
            links = [link for metadata in paper.metadata() for link in preprint_links(metadata)]
            for link in links:
                other = self._papers.get(link.key)
                if other is None or other is paper:
                    continue
                published, preprint = (paper, other) if link.other_is_preprint else (other, paper)
                is_one = link.is_sure or any(map(is_preprint, preprint.metadata()))
                if is_one and not preprint.gave_way_to and not published.gave_way_to:
                    self._give_way(preprint, published)

    def _give_way(self, preprint: _Paper, published: _Paper) -> None:
        # An abstract does not replace a full text: then both stay.
        if self._has_body(self._best(published)) or not self._has_body(self._best(preprint)):
            preprint.gave_way_to = published
            published.preprints.append(preprint)

    def merged(self, stored: Mapping[str, Record], offered: list[Document], before: Mapping[str, Record]) -> Merged:
        finals = {id(paper): self._final(paper) for paper in self._distinct()}
        names = {
            held.id: finals[id(_remaining(paper))].id
            for paper in self._distinct()
            for held in (*paper.sources, *paper.former)
        }
        kept = [self._in_its_paper(finals[id(p)], names) for p in self._distinct() if not p.gave_way_to]
        documents = {held.id: self._as_stored(held, before) for held in kept}
        changes = [self._change(document, before, documents, finals) for document in offered]
        changes += [
            Change(Outcome.MERGED, id_, f"{record.metadata.title} (is the same paper as {names[id_]}, which stays)")
            for id_, record in stored.items()
            if id_ not in documents
        ]
        return Merged(documents, changes)

    def _final(self, paper: _Paper) -> Held:
        """The paper's best document with what the others add."""
        best = self._best(paper)
        metadata = best.metadata
        for other in sorted(paper.sources, key=self._rank, reverse=True):
            if other is not best:
                metadata = completed(metadata, other.metadata)
        for former in paper.former:
            # What a poorer source had added is still true.
            if not contradiction(metadata, former.metadata):
                metadata = completed(metadata, former.metadata)
        for preprint in paper.preprints:
            metadata = with_preprint(metadata, self._best(preprint).metadata)
        id_ = best.id
        if len(paper.sources) > 1 or id_ == document_id("", **_named(best.metadata)):
            id_ = document_id(best.id, **_named(metadata))
        return self._renamed(best, id_, metadata)

    def _in_its_paper(self, held: Held, names: Mapping[str, str]) -> Held:
        """What came inside a paper follows it to the paper's new id."""
        part_of = held.metadata.part_of
        if part_of is None or names.get(part_of, part_of) == part_of:
            return held
        return self._renamed(held, held.id, replace(held.metadata, part_of=names[part_of]))

    def _renamed(self, held: Held, id_: str, metadata: Metadata) -> Held:
        if (held.id, held.metadata) == (id_, metadata):
            return held
        return replace(self._load(held.id) if isinstance(held, Record) else held, id=id_, metadata=metadata)

    def _as_stored(self, held: Held, before: Mapping[str, Record]) -> Held:
        known = before.get(held.id)
        if known is None or (known.version, known.metadata) != (held.version, held.metadata):
            return held
        # The same words may have been read better since: sections, marks, references count, too.
        return known if isinstance(held, Record) or self._load(held.id) == held else held

    def _change(
        self,
        document: Document,
        stored: Mapping[str, Record],
        documents: Mapping[str, Held],
        finals: Mapping[int, Held],
    ) -> Change:
        source, title = document.metadata.source, document.metadata.title
        if reason := self._refused.get(id(document)):
            return Change(Outcome.FAILED, source, f"{source} {reason}")
        paper = next(self._papers[key] for key in _keys(document))
        if paper.gave_way_to:
            final = finals[id(_remaining(paper))]
            return Change(Outcome.MERGED, final.id, f"{source} is the preprint of {final.id}: {final.metadata.title}")
        final = documents[finals[id(paper)].id]
        best = self._best(paper)
        if best is not document and (best.version, best.metadata) != (document.version, document.metadata):
            also = f"{source} is the same paper as {final.metadata.source}, which tells more"
            return Change(Outcome.MERGED, final.id, f"{also}: {final.metadata.title}")
        if isinstance(final, Record):
            return Change(Outcome.UNCHANGED, final.id, title)
        others = sorted({held.id for held in paper.sources if isinstance(held, Record)})
        if others:
            return Change(Outcome.REPLACED, final.id, f"{title} (tells more than what was there as {others[0]})")
        if final.id in stored:
            return Change(Outcome.REPLACED, final.id, f"{title} (the text or its description differs)")
        return Change(Outcome.ADDED, final.id, title)

    def _distinct(self) -> list[_Paper]:
        return list({id(paper): paper for paper in self._papers.values()}.values())

    def _best(self, paper: _Paper) -> Held:
        return max(paper.sources, key=self._rank) if len(paper.sources) > 1 else paper.sources[0]

    def _rank(self, held: Held) -> tuple[bool, int, int, str, str]:
        length = held.length if isinstance(held, Record) else len(held.text)
        richness = self._richness(held.metadata.format)
        return self._has_body(held), richness, length, held.version, held.metadata.source

    def _has_body(self, held: Held) -> bool:
        document = self._load(held.id) if isinstance(held, Record) else held
        return any(block.kind not in _NO_BODY for block in document.blocks)


def _remaining(paper: _Paper) -> _Paper:
    while paper.gave_way_to:
        paper = paper.gave_way_to
    return paper


def _keys(held: Held) -> list[Key]:
    # The ids that its identifiers would give it are its own, too: no other document may end up with them.
    named = identifiers(held.metadata)
    return sorted({*named, ("id", held.id), *(("id", document_id("", **{kind: value})) for kind, value in named)})


def _named(metadata: Metadata) -> dict[str, str | None]:
    return {"pmcid": metadata.pmcid, "pmid": metadata.pmid, "doi": metadata.doi}


def _named_alike(document: Document, papers: list[_Paper]) -> str | None:
    """Why a document cannot be taken in whose file is called as another's is, and that has nothing else in common."""
    for held in (held for paper in papers for held in paper.sources if held.id == document.id):
        is_file_name = document_id("", **_named(document.metadata)) != document.id
        is_same = held.metadata.source == document.metadata.source or _same_title(held.metadata, document.metadata)
        if is_file_name and not is_same and not set(identifiers(held.metadata)) & set(identifiers(document.metadata)):
            return (
                f"would have the id {document.id} of {held.metadata.source}, which has another title "
                f'("{held.metadata.title}"): rename one of the two files'
            )
    return None


def _same_title(one: Metadata, other: Metadata) -> bool:
    return "".join(filter(str.isalnum, one.title.casefold())) == "".join(filter(str.isalnum, other.title.casefold()))


def _supersede(paper: _Paper, document: Document, steady: Collection[str]) -> None:
    for held in paper.sources:
        if isinstance(held, Record) and _is_new_state(document, held, steady):
            paper.sources.remove(held)
            paper.former.append(held)
            return


def _is_new_state(document: Document, held: Record, steady: Collection[str]) -> bool:
    """Whether it replaces what is stored: in the same format, it has the same id, or came as the same file."""
    fresh, known = document.metadata, held.metadata
    is_same_id = document.id == held.id and held.id not in steady
    return fresh.format == known.format and (is_same_id or fresh.source == known.source)


def _told_apart(document: Document, paper: _Paper) -> bool:
    """Whether both stand in one corpus with names of its own: it is to be measured with, so they stay two."""
    return any(
        held.id != document.id
        and held.metadata.source == document.metadata.source
        and document_id("", **_named(held.metadata)) != held.id
        for held in paper.sources
    )


def _contradicted(document: Document, papers: list[_Paper]) -> str | None:
    # A file whose identifiers were corrected contradicts only itself.
    others = [
        held
        for paper in papers
        for held in paper.sources
        if isinstance(held, Document)
        or (held.metadata.format, held.metadata.source) != (document.metadata.format, document.metadata.source)
    ]
    others.sort(key=lambda held: held.metadata.source)
    for one, other in combinations(others, 2):
        if differs := contradiction(one.metadata, other.metadata):
            return f"names two papers, {one.metadata.source} and {other.metadata.source} ({differs}): {_MEND}"
    for other in others:
        if differs := contradiction(document.metadata, other.metadata):
            return f"and {other.metadata.source} share an identifier, but have {differs}: {_MEND}"
    return None
