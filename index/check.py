"""Whether an index still says what its documents say: every file, every offset, every count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from index.database import StoredPassage
from index.document import Document
from index.errors import IndexDamaged, IndexMismatch
from index.generation import Generation
from index.store import Store


def check(store: Store) -> list[str]:
    """What is wrong with the live generation, a line for each; empty when all is well. Hashes every file.

    Raises:
        IndexMissing: the folder holds no index.
    """
    try:
        generation = store.open(thorough=True)
    except (IndexDamaged, IndexMismatch) as error:
        return [str(error)]
    with generation:
        return list(_problems(generation))


def _problems(generation: Generation) -> Iterator[str]:
    database, counts = generation.database, generation.database.counts()
    if counts != generation.manifest.counts:
        yield f"the manifest counts {generation.manifest.counts}, the database {counts}"
    if len(generation.dense) != counts.passages:
        yield f"there are {len(generation.dense)} passage vectors for {counts.passages} passages"
    sentences = 0
    for document_id in database.document_ids():
        row = database.document_row(document_id)
        try:
            record, document = database.records([row])[row], database.document(document_id)
            passages = database.passages_of(row)
        except (IndexDamaged, ValueError) as error:  # ValueError: a span or a passage that cannot be
            yield f"document {document_id} cannot be read: {error}"
            continue
        if document.version != record.version:
            yield f"the text of {document_id} is not the one whose version is recorded"
        yield from _misplaced(document, passages)
        yield from _unresolved(document)
        sentences += sum(stored.sentence_end - stored.sentence_start for stored in passages)
    if len(generation.sentences) != sentences:
        yield f"there are {len(generation.sentences)} sentence vectors for {sentences} sentences"


def _unresolved(document: Document) -> Iterator[str]:
    """Reference marks without an entry, and entries that one id cannot tell apart."""
    ids = Counter(reference.id for reference in document.references)
    for mark in document.reference_marks:
        place = f"reference mark {mark.start}-{mark.end} of {document.id}"
        if not mark.reference_ids:
            yield f"{place} names no entry of its bibliography"
        yield from (
            f"{place} names {id_!r}, no entry of its bibliography" for id_ in mark.reference_ids if not ids[id_]
        )
    for id_, times in ids.items():
        if times > 1:
            yield f"{times} entries of the bibliography of {document.id} have the id {id_!r}"


def _misplaced(document: Document, passages: list[StoredPassage]) -> Iterator[str]:
    for stored in passages:
        passage = stored.passage
        if passage.section != document.section_at(passage.start):
            yield f"passage {passage.id} names another section than the one it stands in"
    for sentence in document.sentences:
        if not any(block.start <= sentence.start and sentence.end <= block.end for block in document.blocks):
            yield f"sentence {sentence.start}-{sentence.end} of {document.id} stands in no block"
        elif document.text[sentence.start : sentence.end] != document.text[sentence.start : sentence.end].strip():
            yield f"sentence {sentence.start}-{sentence.end} of {document.id} begins or ends with white space"
