"""Each promise of an index broken by hand, and sealed again as if it had been written so."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.check import check
from index.dense import DenseIndex
from index.errors import IndexMissing
from index.manifest import Manifest, read_manifest, seal
from index.store import Store


def folder_of(store: Store) -> Path:
    return store.folder / "generations" / store.live()


def sealed_again(folder: Path, manifest: Manifest) -> None:
    (folder / "manifest.json").unlink()
    seal(
        folder,
        manifest.encoder,
        exported=manifest.exported,
        passage_tokens=manifest.passage_tokens,
        corpus=manifest.corpus,
        counts=manifest.counts,
    )


def problems(store: Store, *sql: str) -> list[str]:
    """What is found after these changes to the database."""
    folder = folder_of(store)
    manifest = read_manifest(folder)
    connection = sqlite3.connect(folder / "documents.sqlite")
    for statement in sql:
        assert connection.execute(statement).rowcount > 0, statement
    connection.commit()
    connection.close()
    sealed_again(folder, manifest)
    return check(store)


LAST_PASSAGE = "row = (SELECT max(row) FROM passages)"
SECOND_SENTENCE = "row = 1"


def test_an_index_that_was_sealed_again_unchanged_is_sound(store: Store) -> None:
    sealed_again(folder_of(store), read_manifest(folder_of(store)))
    assert check(store) == []


def test_no_index_is_no_sound_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="evqa build"):
        check(Store(tmp_path))


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE documents SET text = replace(text, 'bread', 'BREAD')", "the text of diet is not the one"),
        ("UPDATE documents SET text = text || 'x' WHERE id = 'diet'", "the text of diet is not the one"),
        ("UPDATE documents SET version = 'sha256:0' WHERE id = 'immunity'", "the text of immunity is not the one"),
        (f"""UPDATE passages SET section = '["Elsewhere"]' WHERE {LAST_PASSAGE}""", "names another section"),
        ("UPDATE sections SET path = '[\"Elsewhere\"]' WHERE document = 2", "names another section"),
        (f'UPDATE passages SET "end" = 9999 WHERE {LAST_PASSAGE}', "resistance:"),
        (f"UPDATE passages SET start = 9998 WHERE {LAST_PASSAGE}", "resistance:"),
        (f"UPDATE sentences SET start = start - 1 WHERE {SECOND_SENTENCE}", "white space"),
        ("UPDATE sentences SET start = 0 WHERE row = 0", "stands in no block"),
        ('UPDATE blocks SET "end" = "end" - 3 WHERE kind = \'paragraph\'', "stands in no block"),
        ('UPDATE sentences SET "end" = 9999 WHERE row = 0', "diet"),
        ('UPDATE blocks SET "end" = 9999 WHERE document = 0', "diet"),
        ('UPDATE sections SET "end" = 9999 WHERE document = 2', "resistance"),
        ('UPDATE reference_marks SET "end" = 9999 WHERE document = 2', "resistance"),
        ('UPDATE sentences SET "end" = start WHERE row = 0', "diet"),
        ("UPDATE blocks SET kind = 'poem' WHERE document = 0", "diet"),
        ("UPDATE documents SET metadata = '{' WHERE id = 'diet'", "cannot be read"),
        (f"DELETE FROM passages WHERE {LAST_PASSAGE}", "the manifest counts"),
        ("DELETE FROM sentences WHERE row = 0", "the manifest counts"),
        ("DELETE FROM bibliography WHERE position = 1", "the manifest counts"),
        ("DELETE FROM documents WHERE id = 'diet'", "the manifest counts"),
        (f"UPDATE passages SET sentence_end = sentence_end + 1 WHERE {LAST_PASSAGE}", "sentence vectors for"),
        ("DROP TABLE abbreviations", "documents.sqlite"),
        (f"UPDATE passages SET kind = 'caption' WHERE {LAST_PASSAGE}", "another kind than the block"),
        (f"UPDATE passages SET page = 7 WHERE {LAST_PASSAGE}", "another page than the one"),
        (f"UPDATE passages SET start = start - 1 WHERE {LAST_PASSAGE}", "white space at an end"),
        (f'UPDATE passages SET "end" = "end" - 4 WHERE {LAST_PASSAGE}', "is not what the documents give"),
        (f"UPDATE passages SET start = 9 WHERE {LAST_PASSAGE}", "begins before the one before ends"),
        ("UPDATE documents SET row = 7 WHERE id = 'resistance'", "has the number 7 instead of 2"),
        ('UPDATE sections SET "end" = "end" - 9 WHERE document = 1', "reaches into another section"),
        (
            f"UPDATE passages SET sentence_start = sentence_start + 1 WHERE {LAST_PASSAGE}",
            "does not follow the one before",
        ),
        ("UPDATE sentences SET row = 900 WHERE row = 1", "other sentences than its rows say"),
        ('UPDATE sentences SET "end" = "end" + 9 WHERE row = 0', "begins before the one before ends"),
        ("UPDATE documents SET id = 'PMC1' WHERE id = 'diet'", "whose digest the manifest has"),
        ("UPDATE documents SET metadata = replace(metadata, 'butter', 'oil') WHERE id = 'diet'", "lexical/"),
        ("UPDATE reference_marks SET reference_ids = '[\"B9\"]' WHERE document = 2", "names 'B9', no entry of its"),
        ("UPDATE reference_marks SET reference_ids = '[]' WHERE document = 2", "names no entry of its"),
        (
            'UPDATE bibliography SET entry = replace(entry, \'"id":"2"\', \'"id":"1"\')',
            "2 entries of the bibliography of",
        ),
        ('UPDATE bibliography SET entry = replace(entry, \'"id":"\', \'"id":"gone-\')', "no entry of its"),
    ],
)
def test_a_promise_that_the_database_breaks_is_reported(store: Store, sql: str, found: str) -> None:
    if sql.startswith("DROP"):
        connection = sqlite3.connect(folder_of(store) / "documents.sqlite")
        connection.execute(sql)
        connection.close()
        reported = problems(store)
    else:
        reported = problems(store, sql)
    assert any(found in line for line in reported), reported
    assert all(len(line.splitlines()) == 1 for line in reported)


def test_every_broken_document_is_reported_not_only_the_first(store: Store) -> None:
    reported = problems(store, "UPDATE documents SET version = 'sha256:0'")
    broken = [line.split()[3] for line in reported if line.startswith("the text of ")]
    assert broken == ["diet", "immunity", "resistance"]


def fewer_passage_vectors(folder: Path) -> None:
    vectors = DenseIndex.open(folder / "dense.faiss").vectors(0, 2)
    DenseIndex.write(folder / "dense.faiss", [vectors], vectors.shape[1])


def more_sentence_vectors(folder: Path) -> None:
    with (folder / "sentences.f16").open("ab") as file:
        file.write(np.zeros(32, dtype=np.float16).tobytes())


def longer_passage_vector(folder: Path) -> None:
    data = bytearray((folder / "dense.faiss").read_bytes())
    data[-4:] = np.float32(3).tobytes()  # the last number of the last row
    (folder / "dense.faiss").write_bytes(data)


def blank_sentence_vectors(folder: Path) -> None:
    size = (folder / "sentences.f16").stat().st_size
    (folder / "sentences.f16").write_bytes(bytes(size))


def nonsense_sentence_vectors(folder: Path) -> None:
    size = (folder / "sentences.f16").stat().st_size
    (folder / "sentences.f16").write_bytes(np.full(size // 2, np.nan, dtype=np.float16).tobytes())


def other_weights(folder: Path) -> None:
    (weights,) = folder.glob("lexical/weights*")
    weights.write_bytes(bytes(weights.stat().st_size))


def other_words(folder: Path) -> None:
    for file in folder.glob("words/*rows*"):
        file.write_bytes(bytes(file.stat().st_size))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (longer_passage_vector, "the vector of passage resistance:"),
        (blank_sentence_vectors, "a sentence vector of passage diet:"),
        (nonsense_sentence_vectors, "a sentence vector of passage diet:"),
        (other_weights, "lexical/weights"),
        (other_words, "words/rows"),
    ],
)
def test_an_index_that_is_not_that_of_its_documents_is_reported(
    store: Store, change: Callable[[Path], None], found: str
) -> None:
    folder = folder_of(store)
    manifest = read_manifest(folder)
    change(folder)
    sealed_again(folder, manifest)
    reported = check(store)
    assert any(found in line for line in reported), reported


@pytest.mark.parametrize(
    ("change", "found"),
    [(fewer_passage_vectors, "there are 2 passage vectors for"), (more_sentence_vectors, "sentence vectors for")],
)
def test_vectors_that_do_not_fit_the_passages_are_reported(
    store: Store, change: Callable[[Path], None], found: str
) -> None:
    folder = folder_of(store)
    manifest = read_manifest(folder)
    change(folder)
    sealed_again(folder, manifest)
    (reported,) = check(store)
    assert found in reported


def test_counts_that_the_manifest_invents_are_reported(store: Store) -> None:
    folder = folder_of(store)
    manifest = read_manifest(folder)
    sealed_again(folder, replace(manifest, counts=replace(manifest.counts, references=99)))
    (reported,) = check(store)
    assert "references=99" in reported


def test_an_altered_file_is_reported_with_the_command_that_mends_it(store: Store) -> None:
    with (folder_of(store) / "dense.faiss").open("r+b") as file:
        file.seek(100)
        file.write(b"\xff\xfe")
    (reported,) = check(store)
    assert "dense.faiss" in reported and "evqa build" in reported
