from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.build import add, build, remove
from index.check import check
from index.errors import IndexDamaged, IndexLocked, IndexMismatch, IndexMissing, IndexUnwritable
from index.generation import Generation, IndexedDocument, flush_path
from index.manifest import FORMAT
from index.store import Store
from tests.conftest import PAPERS, ROOT, environment
from tests.fakes import CALIBRATION, HashingEncoder, markdown, workshop

NEW = markdown("new.md", "Something new", "A text about something new.")


def generation(store: Store) -> Path:
    return store.folder / "generations" / store.live()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_folder_without_an_index_is_refused_with_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="evqa build"):
        Store(tmp_path / "nowhere").open()


def test_opening_writes_nothing(store: Store) -> None:
    before = contents(store.folder)
    store.open().close()
    assert contents(store.folder) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_can_be_read_but_not_written(store: Store) -> None:
    for path in (store.folder, *store.folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    store.open().close()
    with pytest.raises(IndexUnwritable, match=str(store.folder)):
        add(store, [NEW], workshop())


@pytest.mark.parametrize(
    "name",
    ["documents.sqlite", "dense.faiss", "sentences.f16", "calibration.json", "lexical/postings.i32", "manifest.json"],
)
@pytest.mark.parametrize("damage", ["missing", "truncated", "altered"])
def test_a_damaged_file_is_refused_by_name(store: Store, name: str, damage: str) -> None:
    folder = generation(store)
    if name.startswith("lexical"):
        name = str(max((folder / "lexical").iterdir(), key=lambda path: path.stat().st_size).relative_to(folder))
    path = folder / name
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "truncated":
        path.write_bytes(data[: len(data) // 2])
    else:
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    if name == "manifest.json" and damage == "altered":
        assert check(store) or store.open()  # a letter of a remark may differ without harm; a digest may not
        return
    with pytest.raises(IndexDamaged, match=Path(name).name.replace(".", r"\.")):
        store.open()
    assert check(store)


def test_a_calibration_fitted_for_another_encoder_never_goes_live(store: Store) -> None:
    live = store.live()
    other = replace(workshop(), calibration=lambda spec: CALIBRATION)
    with pytest.raises(IndexMismatch, match="was fitted for another encoder than other"):
        build(store, PAPERS, replace(other, load_encoder=lambda: HashingEncoder("other")))
    assert store.live() == live


def test_a_current_that_names_nothing_is_refused(store: Store) -> None:
    (store.folder / "CURRENT").write_text("../../etc\n")
    with pytest.raises(IndexDamaged, match="CURRENT"):
        store.open()


def test_another_format_of_index_is_refused_with_the_command_that_mends_it(store: Store) -> None:
    manifest = generation(store) / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"format": {FORMAT}', '"format": 99'))
    with pytest.raises(IndexMismatch, match=r"99.*evqa build"):
        store.open()


def test_a_second_writer_is_refused_at_once(store: Store) -> None:
    code = """if True:
        import sys; from index.store import Store; from pathlib import Path
        with Store(Path(sys.argv[1])).writing():
            print("held", flush=True); sys.stdin.read()"""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(store.folder)],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        with pytest.raises(IndexLocked, match="another process"):
            add(store, [NEW], workshop())
        other.communicate("")
    assert add(store, [NEW], workshop()).generation


def test_a_full_disk_leaves_the_live_index_untouched(store: Store) -> None:
    live, before = store.live(), contents(generation(store))

    def until_full(previous: Generation) -> Iterator[IndexedDocument]:
        yield previous.indexed("diet")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with store.open() as previous, store.writing(), pytest.raises(IndexUnwritable, match="No space left"):
        store.write(until_full(previous), previous.recipe, previous)
    assert store.live() == live and contents(generation(store)) == before
    assert [path.name for path in (store.folder / "generations").iterdir()] == [live]


def test_a_writer_that_was_killed_leaves_the_live_index_and_its_leftovers_are_collected(store: Store) -> None:
    live = store.live()
    shutil.copytree(generation(store), store.folder / "generations" / "20000101T000000-00000000")
    (store.folder / "generations" / "20000101T000000-00000000" / "manifest.json").unlink()
    store.open().close()
    add(store, [NEW], workshop())
    assert {path.name for path in (store.folder / "generations").iterdir()} == {live, store.live()}


def test_a_writer_that_is_interrupted_when_its_generation_went_live_does_not_take_it_away(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(path: Path) -> None:
        flush_path(path)
        if path == store.folder:  # CURRENT was replaced
            raise KeyboardInterrupt

    before = store.live()
    monkeypatch.setattr("index.store.flush_path", interrupted)
    with pytest.raises(KeyboardInterrupt):
        add(store, [NEW], workshop())
    assert store.live() != before
    assert check(store) == []


def test_the_generation_before_stays_until_the_next_write(store: Store) -> None:
    first = store.live()
    with store.open() as reader:
        add(store, [NEW], workshop())
        assert (store.folder / "generations" / first).is_dir()
        remove(store, ["new"])
        assert not (store.folder / "generations" / first).exists()
        assert reader.database.text(0)  # what is open stays readable


def test_the_size_of_each_generation_is_what_only_it_takes(store: Store) -> None:
    first = store.live()
    (store.folder / "generations" / first / "shared").write_bytes(b"x" * 1000)
    before = store.sizes()
    assert before == {first: sum(len(data) for data in contents(generation(store)).values())}
    add(store, [NEW], workshop())
    (generation(store) / "shared").hardlink_to(store.folder / "generations" / first / "shared")
    sizes = store.sizes()
    assert list(sizes) == [store.live(), first] and sizes[first] == before[first] - 1000


def test_a_failed_list_that_is_damaged_is_refused_by_name(store: Store) -> None:
    (store.folder / "failed.json").write_text("[")
    with pytest.raises(IndexDamaged, match=r"failed\.json"):
        store.failed()
