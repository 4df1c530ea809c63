"""Files and folders: what is read, what is left out, what fails without stopping the rest."""

import os
from pathlib import Path

import pytest

from index.sources.local import sources
from index.sources.source import Found, Skipped, Source, Unreadable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "b.md",
        "a.xml",
        "sub/c.TXT",
        "sub/d.nxml.gz",
        "e.docx",
        "README.md",
        ".hidden.md",
        ".git/x.md",
        "noend",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def names(found: list[Found], kind: type[Source] | type[Unreadable] | type[Skipped]) -> list[str]:
    return [each.name for each in found if isinstance(each, kind)]


def test_a_folder_gives_its_papers_by_their_paths_below_it(folder: Path) -> None:
    found = list(sources([folder]))
    assert names(found, Source) == ["a.xml", "b.md", "sub/c.TXT", "sub/d.nxml.gz"]
    assert names(found, Skipped) == ["README.md", "e.docx", "noend"]
    assert [each.data for each in found if isinstance(each, Source)][2] == b"sub/c.TXT"


@pytest.mark.parametrize("name", ["e.docx", "README.md", ".hidden.md", "noend", "sub/c.TXT"])
def test_a_named_file_is_always_tried_under_its_own_name(folder: Path, name: str) -> None:
    (found,) = sources([folder / name])
    assert found == Source(Path(name).name, name.encode(), str(folder / name))


def test_what_cannot_be_read_does_not_stop_the_rest(folder: Path) -> None:
    (folder / "c.md").symlink_to(folder / "nowhere")
    (folder / "big.md").write_bytes(b"x" * 101)
    os.mkfifo(folder / "pipe.md")
    found = list(sources([folder / "missing.md", folder, folder / "b.md"], max_bytes=100))
    assert names(found, Source) == ["a.xml", "b.md", "sub/c.TXT", "sub/d.nxml.gz", "b.md"]
    failed = {Path(each.name).name: each.reason for each in found if isinstance(each, Unreadable)}
    assert list(failed) == ["missing.md", "big.md", "c.md", "pipe.md"]
    assert "cannot be read (No such file or directory)" in failed["missing.md"]
    assert failed["big.md"].startswith("big.md has 101 bytes, more than the limit of 100")
    assert "is no file" in failed["pipe.md"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_fails_alone(folder: Path) -> None:
    (folder / "sub").chmod(0)
    found = list(sources([folder]))
    (folder / "sub").chmod(0o700)
    assert names(found, Source) == ["a.xml", "b.md"]
    assert names(found, Unreadable) == [str(folder / "sub")]


def test_files_are_read_when_their_turn_comes(folder: Path) -> None:
    found = iter(sources([folder / "b.md", folder / "a.xml"]))
    next(found)
    (folder / "a.xml").write_bytes(b"changed")
    assert next(found) == Source("a.xml", b"changed", str(folder / "a.xml"))


def test_a_beir_folder_gives_its_corpus_alone(folder: Path) -> None:
    beir = folder / "set"
    (beir / "qrels").mkdir(parents=True)
    for name in ("corpus.jsonl", "queries.jsonl", "extra.jsonl", "qrels/test.tsv", "qrels/notes.md"):
        (beir / name).write_text("{}")
    assert names(list(sources([beir])), Source) == ["corpus.jsonl"]
    assert [name for name in names(list(sources([folder])), Source) if "set" in name] == ["set/corpus.jsonl"]
    assert names(list(sources([beir])), Skipped) == ["extra.jsonl", "queries.jsonl"]


def test_a_link_back_to_the_folder_is_not_followed(folder: Path) -> None:
    (folder / "sub" / "loop").symlink_to(folder, target_is_directory=True)
    assert len(names(list(sources([folder])), Source)) == 4


def test_a_name_that_is_not_unicode_becomes_one(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md")).write_text("x")
    (found,) = sources([tmp_path])
    assert found.name == "caf\ufffd.md"
