"""The index equals the folder: what comes in, what goes out, what is not even looked into, and what is never lost."""

from __future__ import annotations

import os
from pathlib import Path
from zipfile import ZipFile

import pytest

from index.build import Workshop, add, build, remove, sync
from index.check import check
from index.errors import SourceError
from index.report import Outcome, Report
from index.sources import local
from index.store import Store
from tests.fakes import HashingEncoder, markdown, workshop

VESICLES = "# Vesicles\n\nVesicles carry a pump.\n"
ARTICLE = """<article><front><article-meta><article-id pub-id-type="doi">10.1000/a</article-id></article-meta></front>
<body><p>The whole text.</p></body></article>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    (made / "sub").mkdir(parents=True)
    (made / "a.md").write_text(VESICLES)
    (made / "sub" / "b.md").write_text("# Bread\n\nRye bread keeps.\n")
    return made


def outcomes(report: Report) -> dict[str, Outcome]:
    return {change.name: change.outcome for change in report.changes}


def ids(store: Store) -> list[str]:
    with store.open() as generation:
        return generation.database.document_ids()


def idle() -> Workshop:
    """A workshop for what must not embed anything."""

    def explode() -> HashingEncoder:
        raise AssertionError("loaded an encoder for nothing")

    made = workshop()
    return Workshop(explode, made.calibration, made.passage_tokens, made.max_source_bytes, made.progress)


def test_the_index_becomes_equal_to_the_folder_and_says_what_went_out(store: Store, folder: Path) -> None:
    report = sync(store, folder, workshop())
    removed = dict.fromkeys(("diet", "immunity", "resistance"), Outcome.REMOVED)
    assert outcomes(report) == {"a": Outcome.ADDED, "sub_b": Outcome.ADDED} | removed
    assert ids(store) == ["a", "sub_b"] and check(store) == []


def test_it_makes_an_index_and_a_second_time_changes_nothing_and_reads_nothing(tmp_path: Path, folder: Path) -> None:
    store = Store(tmp_path / "index")
    sync(store, folder, workshop())
    live = store.live()
    report = sync(store, folder, idle())
    assert report.generation is None and store.live() == live
    assert outcomes(report) == {"a": Outcome.UNCHANGED, "sub_b": Outcome.UNCHANGED}


def test_changed_files_come_in_vanished_ones_go_out_and_only_what_is_new_is_embedded(
    store: Store, folder: Path
) -> None:
    sync(store, folder, workshop())
    (folder / "a.md").write_text(VESICLES + "\nThey also carry sugar.\n")
    (folder / "sub" / "b.md").unlink()
    encoder = HashingEncoder()
    report = sync(store, folder, workshop(encoder))
    assert outcomes(report) == {"a": Outcome.REPLACED, "sub_b": Outcome.REMOVED}
    assert ids(store) == ["a"] and "Vesicles carry a pump." not in encoder.embedded


def test_when_files_only_vanish_nothing_is_embedded(store: Store, folder: Path) -> None:
    sync(store, folder, workshop())
    (folder / "sub" / "b.md").unlink()
    assert outcomes(sync(store, folder, idle())) == {"a": Outcome.UNCHANGED, "sub_b": Outcome.REMOVED}
    assert ids(store) == ["a"] and check(store) == []


def test_a_file_that_cannot_be_read_any_more_keeps_its_document_and_is_reported(store: Store, folder: Path) -> None:
    (folder / "c.xml").write_text(ARTICLE)
    with ZipFile(folder / "p.zip", "w") as archive:
        archive.writestr("d.md", "# D\n\nWords.\n")
    sync(store, folder, workshop())
    (folder / "c.xml").write_text("<article>")
    (folder / "p.zip").write_bytes(b"PK\x03\x04")
    report = sync(store, folder, workshop())
    failed = {str(folder / name): Outcome.FAILED for name in ("c.xml", "p.zip")}
    assert {name: what for name, what in outcomes(report).items() if what is Outcome.FAILED} == failed
    assert ids(store) == ["10.1000_a", "a", "p.zip_d", "sub_b"] and set(store.failed()) == set(failed)
    (folder / "c.xml").write_text(ARTICLE)
    assert outcomes(sync(store, folder, workshop()))["10.1000_a"] is Outcome.UNCHANGED
    assert set(store.failed()) == {str(folder / "p.zip")}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_keeps_its_documents(store: Store, folder: Path) -> None:
    sync(store, folder, workshop())
    (folder / "sub").chmod(0)
    sync(store, folder, workshop())
    (folder / "sub").chmod(0o700)
    assert ids(store) == ["a", "sub_b"]


@pytest.mark.parametrize("empty", [True, False])
def test_a_folder_that_is_empty_or_missing_does_not_wipe_the_index(store: Store, tmp_path: Path, empty: bool) -> None:
    if empty:
        (tmp_path / "gone").mkdir()
        (tmp_path / "gone" / "notes.odd").write_text("x")
    live = store.live()
    with pytest.raises(SourceError, match=r"is no folder|holds no paper.*evqa remove"):
        sync(store, tmp_path / "gone", workshop())
    assert store.live() == live


def test_a_poorer_source_steps_in_when_the_richer_one_vanishes(store: Store, folder: Path) -> None:
    (folder / "rich.xml").write_text(ARTICLE)
    line = '{"_id": "poor", "title": "T", "text": "Its abstract.", "metadata": {"doi": "10.1000/a"}}\n'
    (folder / "poor.jsonl").write_text(line)
    sync(store, folder, workshop())
    assert ids(store) == ["10.1000_a", "a", "sub_b"]
    assert sync(store, folder, workshop()).generation is None
    (folder / "rich.xml").unlink()
    sync(store, folder, workshop())
    assert ids(store) == ["a", "poor", "sub_b"] and check(store) == []


def test_two_sources_of_one_paper_in_one_format_do_not_take_turns(store: Store, folder: Path) -> None:
    (folder / "one.xml").write_text(ARTICLE)
    (folder / "two.xml").write_text(ARTICLE.replace("whole", "very whole"))
    sync(store, folder, workshop())
    assert sync(store, folder, workshop()).generation is None
    assert add(store, local.sources([folder]), workshop()).generation is None
    with store.open() as generation:
        assert generation.database.document("10.1000_a").metadata.source == "two.xml"


def test_it_gives_what_a_build_of_the_folder_gives(store: Store, tmp_path: Path, folder: Path) -> None:
    (folder / "rich.xml").write_text(ARTICLE)
    sync(store, folder, workshop())
    (folder / "rich.xml").rename(folder / "moved.xml")
    (folder / "a.md").write_text("# Other\n\nWords.\n")
    sync(store, folder, workshop())
    built = Store(tmp_path / "built")
    build(built, local.sources([folder]), workshop())
    with store.open() as synced, built.open() as fresh:
        assert synced.manifest.corpus == fresh.manifest.corpus
        assert synced.origins() == fresh.origins()
        for id_ in fresh.database.document_ids():
            assert synced.database.document(id_) == fresh.database.document(id_)


def test_what_is_removed_by_hand_comes_back(store: Store, folder: Path) -> None:
    sync(store, folder, workshop())
    remove(store, ["a"])
    assert outcomes(sync(store, folder, workshop())) == {"sub_b": Outcome.UNCHANGED, "a": Outcome.ADDED}


def test_what_another_program_read_is_read_again(store: Store, folder: Path) -> None:
    """The digest of the reader stands for the program; only the file that says so is changed here."""
    sync(store, folder, workshop())
    with store.writing(), store.open() as previous:
        indexed = map(previous.indexed, previous.database.document_ids())
        known = previous.origins()
        store.write(indexed, previous.recipe, previous, type(known)("another", known.sources)).close()
    (folder / "new.md").write_text("# New\n\nWords.\n")
    report = sync(store, folder, workshop())
    assert outcomes(report) == {"a": Outcome.UNCHANGED, "sub_b": Outcome.UNCHANGED, "new": Outcome.ADDED}


def test_an_added_folder_is_known_to_be_unchanged(store: Store, folder: Path) -> None:
    add(store, local.sources([folder]), workshop())
    assert outcomes(add(store, local.sources([folder]), idle())) == {"a": Outcome.UNCHANGED, "sub_b": Outcome.UNCHANGED}
    add(store, [markdown("a.md", "Vesicles", "From elsewhere.")], workshop())
    assert outcomes(add(store, local.sources([folder]), workshop()))["a"] is Outcome.REPLACED
