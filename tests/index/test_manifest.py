from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from index.errors import IndexDamaged, IndexMismatch
from index.manifest import FORMAT, damage, read_manifest, seal
from index.query import Counts
from tests.fakes import HashingEncoder

SPEC = HashingEncoder().spec


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    (tmp_path / "lexical").mkdir()
    (tmp_path / "lexical" / "terms").write_bytes(b"terms")
    (tmp_path / "dense").write_bytes(b"vectors")
    (tmp_path / "empty").touch()
    seal(tmp_path, SPEC, exported=True, passage_tokens=40, corpus="sha256:0", counts=Counts(1, 2, 3, 4))
    return tmp_path


def found(folder: Path, *, thorough: bool = False) -> list[str]:
    return damage(folder, read_manifest(folder), thorough=thorough)


def test_a_manifest_comes_back_as_it_was_written(sealed: Path) -> None:
    manifest = read_manifest(sealed)
    assert (manifest.format, manifest.encoder, manifest.exported) == (FORMAT, SPEC, True)
    assert (manifest.passage_tokens, manifest.corpus, manifest.counts) == (40, "sha256:0", Counts(1, 2, 3, 4))
    assert manifest.made_by.startswith("ev-review-qa ") and manifest.made_at.endswith("+00:00")


def test_a_manifest_lists_every_other_file_with_size_and_digest(sealed: Path) -> None:
    files = read_manifest(sealed).files
    assert set(files) == {"dense", "empty", "lexical/terms"}
    assert (files["dense"].size, files["dense"].sha256) == (7, hashlib.sha256(b"vectors").hexdigest())
    assert files["empty"].size == 0


def test_files_as_they_were_written_are_sound(sealed: Path) -> None:
    assert found(sealed) == found(sealed, thorough=True) == []


@pytest.mark.parametrize("thorough", [False, True])
def test_each_damaged_file_gets_a_line_that_names_it(sealed: Path, thorough: bool) -> None:
    (sealed / "lexical" / "terms").write_bytes(b"ter")
    (sealed / "dense").write_bytes(b"vectorz")
    (sealed / "empty").unlink()
    assert found(sealed, thorough=thorough) == [
        f"{sealed / 'dense'} was altered: its sha256 is not the one it was written with",
        f"{sealed / 'empty'} is missing",
        f"{sealed / 'lexical' / 'terms'} has 3 bytes instead of 5",
    ]


def test_a_large_file_is_hashed_only_when_asked(tmp_path: Path) -> None:
    with (tmp_path / "dense").open("wb") as large:
        large.truncate((64 << 20) + 1)  # a hole: no room on the disk
    seal(tmp_path, SPEC, exported=False, passage_tokens=40, corpus="", counts=Counts(0, 0, 0, 0))
    with (tmp_path / "dense").open("r+b") as large:
        large.write(b"x")
    assert found(tmp_path) == [] and "was altered" in found(tmp_path, thorough=True)[0]


def test_a_folder_in_place_of_a_file_is_a_missing_file(sealed: Path) -> None:
    (sealed / "dense").unlink()
    (sealed / "dense").mkdir()
    assert found(sealed) == [f"{sealed / 'dense'} is missing"]


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"\xff", b'{"format": %d}' % FORMAT, b'{"format": %d, "files": 3}' % FORMAT]
)
def test_what_is_no_manifest_is_refused_by_name(sealed: Path, data: bytes) -> None:
    (sealed / "manifest.json").write_bytes(data)
    with pytest.raises(IndexDamaged, match=r"manifest\.json.*evqa build"):
        read_manifest(sealed)


@pytest.mark.parametrize(
    "data", [b"{}", b'{"format": 0}', b'{"format": "1"}', b'{"format": %d, "new": true}' % (FORMAT + 1)]
)
def test_another_format_is_told_from_damage(sealed: Path, data: bytes) -> None:
    (sealed / "manifest.json").write_bytes(data)
    with pytest.raises(IndexMismatch, match="evqa build"):
        read_manifest(sealed)


def test_a_missing_manifest_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match=r"manifest\.json is missing"):
        read_manifest(tmp_path)
