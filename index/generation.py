"""One immutable state of the index on disk, and the only module that knows which files it is made of.

manifest.json     how it was made; size and sha256 of every other file
documents.sqlite  documents, what stands where in them, passages
dense.faiss       passage vectors, row i is passage i
sentences.f16     sentence vectors as float16, row by row
lexical/          BM25 over the same passages, and lexical-documents/ over documents
words/            which documents have which words
encoder/          the encoder for queries, shared by hard link between generations
calibration.json  from scores to relevance; none for an encoder that none was fitted for
sources.json      which sources the documents were read from
"""

from __future__ import annotations

import contextlib
import filecmp
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import msgspec
import numpy as np
import numpy.typing as npt

from index.chunk import heading
from index.database import Database
from index.dense import DenseIndex, SentenceVectors
from index.document import Document, Passage
from index.encoder import EncoderSpec, FloatArray
from index.errors import ANEW, IndexDamaged, IndexMismatch
from index.lexical import Entry, LexicalIndex
from index.manifest import Manifest, damage, read_manifest, seal
from index.origins import Origins
from index.relevance import Calibration, read_calibration
from index.tables import Writer
from index.words import WordIndex, WordWriter

_DATABASE, _DENSE, _SENTENCES, _LEXICAL = "documents.sqlite", "dense.faiss", "sentences.f16", "lexical"
_LEXICAL_DOCUMENTS = "lexical-documents"
_WORDS, _ENCODER, _CALIBRATION, _SOURCES = "words", "encoder", "calibration.json", "sources.json"


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document as the index holds it.

    `passage_vectors` is (passages, dim) float32 of unit norm, `sentence_vectors` (sentences, dim) float16: one row for
    each sentence that starts inside a passage, in order.
    """

    document: Document
    passages: tuple[Passage, ...]
    passage_vectors: FloatArray
    sentence_vectors: npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes the passages and vectors of a generation what they are.

    `export` fills a folder with the encoder for queries and says whether it did; it is called when no earlier
    generation has it to share.
    """

    encoder: EncoderSpec
    passage_tokens: int
    calibration: Calibration | None
    export: Callable[[Path], bool]


@dataclass(frozen=True, slots=True)
class Generation:
    """An open generation; everything in it can be read by several threads at once."""

    folder: Path
    manifest: Manifest
    database: Database
    dense: DenseIndex
    sentences: SentenceVectors
    lexical: LexicalIndex
    lexical_documents: LexicalIndex
    words: WordIndex
    calibration: Calibration | None

    @property
    def name(self) -> str:
        """The generation's name, as CURRENT holds it."""
        return self.folder.name

    @property
    def encoder_folder(self) -> Path | None:
        """Where the encoder for queries lies; None when queries have to run on torch."""
        return self.folder / _ENCODER if self.manifest.exported else None

    @property
    def recipe(self) -> Recipe:
        """How to write another generation of the same kind, as long as it shares this one's encoder."""
        made_by = self.manifest
        return Recipe(made_by.encoder, made_by.passage_tokens, self.calibration, export=lambda folder: False)

    def origins(self) -> Origins:
        """Which sources its documents were read from; none are known of a generation that did not keep them.

        Raises:
            IndexDamaged: the list cannot be read.
        """
        path = self.folder / _SOURCES
        try:
            return msgspec.json.decode(path.read_bytes(), type=Origins)
        except FileNotFoundError:
            return Origins()
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise IndexDamaged(f"{path} cannot be read ({error}): run `evqa build`") from error

    def indexed(self, document_id: str) -> IndexedDocument:
        """One document with its passages and vectors.

        Raises:
            UnknownId: there is none of that id.
        """
        document = self.database.document(document_id)
        stored = self.database.passages_of(self.database.document_row(document_id))
        rows = (stored[0].row, stored[-1].row + 1) if stored else (0, 0)
        sentence_rows = (stored[0].sentence_start, stored[-1].sentence_end) if stored else (0, 0)
        return IndexedDocument(
            document,
            tuple(one.passage for one in stored),
            self.dense.vectors(*rows),
            self.sentences.vectors(*sentence_rows),
        )

    def close(self) -> None:
        """Closes the files."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def open_generation(folder: Path, *, thorough: bool = False) -> Generation:
    """Opens a generation after checking its files: sizes, and hashes of all but the largest.

    Args:
        folder: of the generation.
        thorough: hash every file, however large.

    Raises:
        IndexDamaged: a file is missing, truncated or altered.
        IndexMismatch: another version of this program wrote it in another format, or its calibration is for another
            encoder.
    """
    manifest = read_manifest(folder)
    if damaged := damage(folder, manifest, thorough=thorough):
        raise IndexDamaged(f"{'; '.join(damaged)}: restore it, or run `evqa build`")
    return Generation(
        folder=folder,
        manifest=manifest,
        database=Database(folder / _DATABASE),
        dense=DenseIndex.open(folder / _DENSE),
        sentences=SentenceVectors(folder / _SENTENCES, manifest.encoder.dim),
        lexical=LexicalIndex.open(folder / _LEXICAL),
        lexical_documents=LexicalIndex.open(folder / _LEXICAL_DOCUMENTS),
        words=WordIndex(folder / _WORDS),
        calibration=_calibration(folder, manifest),
    )


def open_documents(folder: Path) -> Database:
    """The documents of a generation whose other files may be damaged: all of those can be made anew from them.

    Raises:
        IndexDamaged: the file of the documents, or the manifest that vouches for it, is missing, truncated or altered.
        IndexMismatch: another version of this program wrote it in another format.
    """
    manifest = read_manifest(folder)
    documents = {name: record for name, record in manifest.files.items() if name == _DATABASE}
    if damaged := damage(folder, replace(manifest, files=documents), thorough=True):
        raise IndexDamaged(f"{'; '.join(damaged)}: {ANEW}")
    return Database(folder / _DATABASE)


def _calibration(folder: Path, manifest: Manifest) -> Calibration | None:
    if _CALIBRATION not in manifest.files:
        return None
    calibration = read_calibration(folder / _CALIBRATION)
    if calibration.encoder != manifest.encoder.weights:
        raise IndexMismatch(
            f"{folder / _CALIBRATION} was fitted for another encoder than {manifest.encoder.name}: run `evqa build`"
        )
    return calibration


def write_generation(
    folder: Path,
    documents: Iterable[IndexedDocument],
    recipe: Recipe,
    previous: Generation | None,
    origins: Origins,
) -> None:
    """Writes a generation into a new folder and flushes it to the disk.

    Raises:
        OSError, sqlite3.Error: the disk is full, or the folder cannot be written.
        EncoderError: a vector is impossible.
    """
    folder.mkdir(parents=True)
    exported = _provide_encoder(folder / _ENCODER, recipe, previous)
    corpus, words = hashlib.sha256(), WordWriter()
    with (
        contextlib.closing(Writer(folder / _DATABASE)) as writer,
        (folder / _SENTENCES).open("wb") as sentences,
    ):

        def vectors() -> Iterator[FloatArray]:
            for indexed in documents:
                writer.add(indexed.document, indexed.passages)
                words.add(indexed.document.text, indexed.document.reference_marks)
                sentences.write(indexed.sentence_vectors.tobytes())
                corpus.update(f"{indexed.document.id} {indexed.document.version}\n".encode())
                yield indexed.passage_vectors

        DenseIndex.write(folder / _DENSE, vectors(), recipe.encoder.dim)
    (folder / _WORDS).mkdir()
    words.write(folder / _WORDS)
    with contextlib.closing(Database(folder / _DATABASE)) as database:
        _write_lexical(folder, database)
        counts = database.counts()
    if recipe.calibration is not None:
        (folder / _CALIBRATION).write_bytes(msgspec.json.format(msgspec.json.encode(recipe.calibration)))
    (folder / _SOURCES).write_bytes(msgspec.json.encode(origins))
    seal(
        folder,
        recipe.encoder,
        exported=exported,
        passage_tokens=recipe.passage_tokens,
        corpus=f"sha256:{corpus.hexdigest()}",
        counts=counts,
    )
    _flush(folder)


def stale_files(generation: Generation) -> list[str]:
    """The files of the indexes of words that are not what the documents give: all are made anew, elsewhere."""
    database, words = generation.database, WordWriter()
    with tempfile.TemporaryDirectory() as name:
        made = Path(name)
        _write_lexical(made, database)
        (made / _WORDS).mkdir()
        for id_ in database.document_ids():
            document = database.document(id_)
            words.add(document.text, document.reference_marks)
        words.write(made / _WORDS)
        files = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
        return [str(file) for file in files if not _same_bytes(made / file, generation.folder / file)]


def _same_bytes(one: Path, other: Path) -> bool:
    return other.is_file() and filecmp.cmp(one, other, shallow=False)


def _write_lexical(folder: Path, database: Database) -> None:
    for part, entries in ((_LEXICAL, _entries(database)), (_LEXICAL_DOCUMENTS, _document_entries(database))):
        (folder / part).mkdir()
        LexicalIndex.build(folder / part, entries)


def _entries(database: Database) -> Iterator[Entry]:
    for title, passages in _titled(database):
        yield from (Entry(heading(title, passage.section), passage.text) for passage in passages)


def _document_entries(database: Database) -> Iterator[Entry]:
    for title, passages in _titled(database):
        yield Entry(title, "\n".join(passage.text for passage in passages))


def _titled(database: Database) -> Iterator[tuple[str, list[Passage]]]:
    """Title and passages of each document, in the order of rows."""
    for row in range(database.counts().documents):
        title = database.records([row])[row].metadata.title
        yield title, [stored.passage for stored in database.passages_of(row)]


def _provide_encoder(folder: Path, recipe: Recipe, previous: Generation | None) -> bool:
    if previous is None or previous.encoder_folder is None or previous.manifest.encoder != recipe.encoder:
        folder.mkdir()
        return recipe.export(folder)
    shutil.copytree(previous.encoder_folder, folder, copy_function=_link)
    return True


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copy2(source, target)


def _flush(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        flush_path(path)


def flush_path(path: Path) -> None:
    """Makes a file's content, or a folder's list of files, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
