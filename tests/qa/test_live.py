"""The index that is served changes under requests in flight, and none of them notices."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from index.build import add, build, remove
from index.errors import EncoderError, IndexDamaged, IndexMissing
from index.generation import Generation
from index.store import Store
from qa.live import LiveIndex
from tests.conftest import PAPERS
from tests.fakes import CountingReranker, HashingEncoder, markdown, workshop

NEW = markdown("new.md", "Something new", "A text about something new.")


@dataclass(frozen=True, slots=True)
class Loader:
    """Loads encoders, and remembers for which generations."""

    asked: list[str] = field(default_factory=list)

    def __call__(self, generation: Generation) -> HashingEncoder:
        self.asked.append(generation.name)
        spec = generation.manifest.encoder
        if spec.name == "unknown":
            raise EncoderError(f"no encoder {spec.name}")
        return HashingEncoder(spec.name, spec.dim)


@pytest.fixture
def loader() -> Loader:
    return Loader()


@pytest.fixture
def live(store: Store, loader: Loader) -> Iterator[LiveIndex]:
    opened = LiveIndex(store, loader)
    yield opened
    opened.close()


def ids(live: LiveIndex) -> list[str]:
    with live.lease() as searcher:
        return searcher.generation.database.document_ids()


def is_open(generation: Generation) -> bool:
    try:
        generation.database.document_ids()
    except IndexDamaged:
        return False
    return True


def test_without_an_index_nothing_is_served(tmp_path_factory: pytest.TempPathFactory, loader: Loader) -> None:
    with pytest.raises(IndexMissing, match="evqa build"):
        LiveIndex(Store(tmp_path_factory.mktemp("nowhere")), loader)


def test_what_was_added_and_removed_is_served_after_a_refresh(live: LiveIndex, store: Store) -> None:
    assert not live.refresh()
    add(store, [NEW], workshop())
    assert ids(live) == ["diet", "immunity", "resistance"]
    assert live.refresh() and not live.refresh()
    assert ids(live) == ["diet", "immunity", "new", "resistance"]
    remove(store, ["diet"])
    assert live.refresh()
    assert ids(live) == ["immunity", "new", "resistance"]


def test_a_request_in_flight_ends_on_the_index_it_began_with(live: LiveIndex, store: Store) -> None:
    with live.lease() as before:
        remove(store, ["diet"])
        live.refresh()
        assert [hit.passage.document_id for hit in before.search("rye bread", 1)] == ["diet"]
        with live.lease() as after:
            assert after.generation.name != before.generation.name
            assert all(hit.passage.document_id != "diet" for hit in after.search("rye bread", 9))
        assert is_open(before.generation)
    assert not is_open(before.generation) and is_open(after.generation)


def test_the_old_index_is_closed_when_its_last_request_ends_and_not_before(live: LiveIndex, store: Store) -> None:
    with live.lease() as one:
        with live.lease() as other:
            assert one is other
            add(store, [NEW], workshop())
            live.refresh()
        assert is_open(one.generation)
    assert not is_open(one.generation)


def test_an_old_index_that_nobody_uses_is_closed_at_once(live: LiveIndex, store: Store) -> None:
    with live.lease() as before:
        pass
    assert is_open(before.generation)
    add(store, [NEW], workshop())
    live.refresh()
    assert not is_open(before.generation)


def test_a_request_that_fails_ends_its_lease(live: LiveIndex, store: Store) -> None:
    with pytest.raises(ZeroDivisionError), live.lease() as before:
        raise ZeroDivisionError
    add(store, [NEW], workshop())
    live.refresh()
    assert not is_open(before.generation)


def test_what_is_found_in_each_index_is_reranked(store: Store, loader: Loader) -> None:
    reranker = CountingReranker()
    live = LiveIndex(store, loader, reranker)
    add(store, [NEW], workshop())
    for _ in range(2):
        with live.lease() as searcher:
            searcher.search("something new", 3)
        live.refresh()
    live.close()
    before, after = (texts for _, texts in reranker.asked)
    assert len(after) == len(before) + 1


def test_closing_waits_for_requests_in_flight(live: LiveIndex) -> None:
    with live.lease() as searcher:
        live.close()
        assert is_open(searcher.generation)
    assert not is_open(searcher.generation)


@pytest.mark.parametrize("name", ["dense.faiss", "documents.sqlite", "manifest.json", "calibration.json"])
def test_a_damaged_new_index_is_refused_and_the_old_one_served_on(live: LiveIndex, store: Store, name: str) -> None:
    add(store, [NEW], workshop())
    (store.folder / "generations" / store.live() / name).unlink()
    for _ in range(2):
        with pytest.raises(IndexDamaged, match=name):
            live.refresh()
        assert ids(live) == ["diet", "immunity", "resistance"]
    build(store, [NEW], workshop())
    assert live.refresh() and ids(live) == ["new"]


def test_a_damaged_current_leaves_the_old_index_served(live: LiveIndex, store: Store) -> None:
    current = store.folder / "CURRENT"
    name = current.read_bytes()
    current.write_bytes(b"nonsense")
    with pytest.raises(IndexDamaged, match="CURRENT"):
        live.refresh()
    current.unlink()
    with pytest.raises(IndexMissing):
        live.refresh()
    current.write_bytes(name)
    assert not live.refresh() and ids(live) == ["diet", "immunity", "resistance"]


def test_an_encoder_is_loaded_once_for_all_indexes_that_it_made(live: LiveIndex, store: Store, loader: Loader) -> None:
    for number in range(3):
        add(store, [markdown(f"new{number}.md", "New", f"A new text, number {number}.")], workshop())
        assert live.refresh()
    assert len(loader.asked) == 1


def test_an_index_of_another_encoder_is_searched_with_that_one(live: LiveIndex, store: Store, loader: Loader) -> None:
    build(store, PAPERS, workshop(HashingEncoder("other", dim=16)))
    assert live.refresh() and loader.asked[1:] == [store.live()]
    with live.lease() as searcher:
        assert searcher.search("rye bread keeps longer", 1)[0].passage.document_id == "diet"


def test_an_index_whose_encoder_cannot_be_loaded_leaves_the_old_one_served(live: LiveIndex, store: Store) -> None:
    build(store, [NEW], workshop(HashingEncoder("unknown")))
    with pytest.raises(EncoderError, match="unknown"):
        live.refresh()
    assert ids(live) == ["diet", "immunity", "resistance"]


def test_requests_from_many_threads_all_succeed_while_the_index_changes(live: LiveIndex, store: Store) -> None:
    done = threading.Event()

    def ask() -> set[int]:
        seen: set[int] = set()
        while not done.is_set():
            with live.lease() as searcher:
                assert searcher.search("vesicles and bread", 9)
                seen.add(searcher.generation.manifest.counts.documents)
        return seen

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        for number in range(4):
            add(store, [markdown(f"new{number}.md", "New", f"A new text, number {number}.")], workshop())
            live.refresh()
        done.set()
        seen = set().union(*(future.result() for future in asking))
    assert seen <= {3, 4, 5, 6, 7} and len(ids(live)) == 7
