"""Whether an index still says what its documents say: every file, offset, count and vector, and the words it finds."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator

import numpy as np

from index.database import StoredPassage
from index.document import Block, Document
from index.encoder import FloatArray
from index.errors import IndexDamaged, IndexMismatch
from index.generation import Generation, stale_files
from index.store import Store
from index.tables import sentences_of

_HALF_PRECISION = 1e-2  # of the length of a vector whose numbers have three digits


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
    """Document by document, so that no more than one is in memory; then what is made of all of them."""
    database, manifest = generation.database, generation.manifest
    if database.counts() != manifest.counts:
        yield f"the manifest counts {manifest.counts}, the database {database.counts()}"
    corpus, rows, is_whole = hashlib.sha256(), _Rows(), database.counts() == manifest.counts
    for number, document_id in enumerate(database.document_ids()):
        row = database.document_row(document_id)
        if row != number and is_whole:
            yield f"document {document_id} has the number {row} instead of {number}"
            is_whole = False
        try:
            record, document = database.records([row])[row], database.document(document_id)
            passages = database.passages_of(row)
        except (IndexDamaged, ValueError) as error:  # ValueError: a span or a passage that cannot be
            yield f"document {document_id} cannot be read: {error}"
            is_whole = False
            continue
        if document.version != record.version:
            yield f"the text of {document_id} is not the one whose version is recorded"
        corpus.update(f"{document_id} {record.version}\n".encode())
        yield from _misplaced(document, passages)
        yield from _unresolved(document)
        if is_whole:
            yield from rows.problems(generation, document, passages)
    yield from _of_the_whole(generation, corpus.hexdigest(), rows.sentences, is_whole)


def _of_the_whole(generation: Generation, corpus: str, sentences: int, is_whole: bool) -> Iterator[str]:
    counts = generation.database.counts()
    if len(generation.dense) != counts.passages:
        yield f"there are {len(generation.dense)} passage vectors for {counts.passages} passages"
    if not is_whole:
        return
    if len(generation.sentences) != sentences:
        yield f"there are {len(generation.sentences)} sentence vectors for {sentences} sentences"
    if f"sha256:{corpus}" != generation.manifest.corpus:
        yield "the documents are not those whose digest the manifest has"
    for name in stale_files(generation):
        yield f"{name} is not what the documents give: run `evqa build`"


class _Rows:
    """Passages and their sentences are numbered through the whole index, and a number is the row of a vector."""

    def __init__(self) -> None:
        self._passage = self.sentences = 0  # so many came before

    def problems(self, generation: Generation, document: Document, passages: list[StoredPassage]) -> Iterator[str]:
        """What is wrong with the numbers and vectors of the next document."""
        for stored in passages:
            if (stored.row, stored.sentence_start) != (self._passage, self.sentences):
                yield f"passage {stored.passage.id} does not follow the one before in the vectors"
            self._passage, self.sentences = stored.row + 1, stored.sentence_end
            rows = np.arange(stored.sentence_start, max(stored.sentence_end, stored.sentence_start))
            spans = generation.database.sentences(rows)
            if [spans.get(int(row)) for row in rows] != list(sentences_of(document, stored.passage)):
                yield f"passage {stored.passage.id} has other sentences than its rows say"
            yield from _not_unit(generation, stored)


def _not_unit(generation: Generation, stored: StoredPassage) -> Iterator[str]:
    dense, sentences, place = generation.dense, generation.sentences, stored.passage.id
    if stored.row < len(dense) and not _is_unit(dense.vectors(stored.row, stored.row + 1), 1e-3):
        yield f"the vector of passage {place} is not of unit length"
    if not _is_unit(sentences.vectors(stored.sentence_start, stored.sentence_end).astype(np.float32), _HALF_PRECISION):
        yield f"a sentence vector of passage {place} is not of unit length"


def _is_unit(vectors: FloatArray, tolerance: float) -> bool:
    return bool(np.all(np.abs(np.linalg.norm(vectors, axis=1) - 1) < tolerance))  # NaN is less than nothing


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
    end = 0
    for stored in passages:
        passage = stored.passage
        block = _block_at(document, passage.start)
        if passage.section != document.section_at(passage.start):
            yield f"passage {passage.id} names another section than the one it stands in"
        if passage.section != document.section_at(passage.end - 1):
            yield f"passage {passage.id} reaches into another section"
        if block is None or block.kind != passage.kind:
            yield f"passage {passage.id} is of another kind than the block it begins in"
        if passage.page != document.page_at(passage.start):
            yield f"passage {passage.id} names another page than the one it stands on"
        if passage.start < end:
            yield f"passage {passage.id} begins before the one before ends"
        if passage.text != document.text[passage.start : passage.end] or passage.text != passage.text.strip():
            yield f"passage {passage.id} is not the text at its offsets, or has white space at an end"
        end = passage.end
    yield from _misplaced_sentences(document)


def _misplaced_sentences(document: Document) -> Iterator[str]:
    end = 0
    for sentence in document.sentences:
        place = f"sentence {sentence.start}-{sentence.end} of {document.id}"
        block = _block_at(document, sentence.start)
        if block is None or sentence.end > block.end:
            yield f"{place} stands in no block"
        elif document.text[sentence.start : sentence.end] != document.text[sentence.start : sentence.end].strip():
            yield f"{place} begins or ends with white space"
        if sentence.start < end:
            yield f"{place} begins before the one before ends"
        end = sentence.end


def _block_at(document: Document, offset: int) -> Block | None:
    at = bisect_right(document.blocks, offset, key=lambda block: block.start) - 1
    return document.blocks[at] if at >= 0 and offset < document.blocks[at].end else None
