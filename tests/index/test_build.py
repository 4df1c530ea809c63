from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.build import add, build, remove, renew
from index.check import check
from index.errors import EncoderError, IndexDamaged, IndexMismatch, UnknownId
from index.generation import IndexedDocument
from index.report import Outcome, Report
from index.sources.source import Skipped, Source, Unreadable
from index.store import Store
from tests.conftest import PAPERS
from tests.fakes import CALIBRATION, HashingEncoder, markdown, workshop

NEW = markdown("new.md", "Something new", "A text about something new. It has two sentences.")
BAD = Source("bad.xml", b"<article>", "/papers/bad.xml")


def outcomes(report: Report) -> dict[str, Outcome]:
    return {change.name: change.outcome for change in report.changes}


def ids(store: Store) -> list[str]:
    with store.open() as generation:
        return generation.database.document_ids()


def test_a_build_indexes_exactly_its_sources(store: Store) -> None:
    report = build(store, [NEW], workshop())
    assert outcomes(report) == {"new": Outcome.ADDED} and ids(store) == ["new"]


def test_an_index_keeps_every_promise_that_check_knows(store: Store) -> None:
    add(store, [NEW], workshop())
    assert check(store) == []


def test_adding_keeps_what_was_there_and_embeds_only_what_is_new(store: Store) -> None:
    encoder = HashingEncoder()
    report = add(store, [NEW], workshop(encoder))
    assert outcomes(report) == {"new": Outcome.ADDED}
    assert ids(store) == ["diet", "immunity", "new", "resistance"]
    assert encoder.embedded and all("new" in text or "two sentences" in text for text in encoder.embedded)


def test_the_same_source_again_changes_nothing(store: Store) -> None:
    live = store.live()
    report = add(store, [PAPERS[0]], workshop())
    assert outcomes(report) == {"resistance": Outcome.UNCHANGED} and report.generation is None
    assert store.live() == live


def test_the_same_id_with_another_text_replaces_and_embeds_only_what_changed(store: Store) -> None:
    encoder = HashingEncoder()
    changed = markdown("diet.md", "Bread and butter", "Rye bread keeps longer than wheat bread. Oil stays liquid.")
    report = add(store, [changed], workshop(encoder))
    assert outcomes(report) == {"diet": Outcome.REPLACED}
    assert "Rye bread keeps longer than wheat bread." not in encoder.embedded
    assert "Oil stays liquid." in encoder.embedded


def test_an_index_made_anew_holds_the_same_papers_with_todays_calibration_and_embeds_nothing_twice(
    store: Store,
) -> None:
    encoder = HashingEncoder()
    known, today = ids(store), replace(CALIBRATION, threshold=0.123)
    with store.open() as generation:
        origins = generation.origins()
    report = renew(store, replace(workshop(encoder), calibration=lambda spec: today))
    assert outcomes(report) == dict.fromkeys(known, Outcome.UNCHANGED)
    assert store.live() == report.generation and ids(store) == known
    assert encoder.embedded == [] and check(store) == []
    with store.open() as generation:
        assert generation.calibration == today and generation.origins() == origins
    assert outcomes(add(store, [PAPERS[0]], workshop())) == {"resistance": Outcome.UNCHANGED}


def test_an_index_made_anew_with_another_passage_size_is_the_one_that_its_sources_give(
    store: Store, tmp_path: Path
) -> None:
    small = replace(workshop(), passage_tokens=12)
    renew(store, small)
    build(Store(tmp_path / "other"), PAPERS, small)
    with store.open() as one, Store(tmp_path / "other").open() as other:
        assert one.manifest.passage_tokens == 12 and one.manifest.corpus == other.manifest.corpus
        for id_ in one.database.document_ids():
            assert one.indexed(id_).passages == other.indexed(id_).passages
            np.testing.assert_array_equal(one.indexed(id_).passage_vectors, other.indexed(id_).passage_vectors)


def altered(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def copied(indexed: IndexedDocument) -> IndexedDocument:
    """With vectors of its own: what the index gives lies in its files, and changes with them."""
    return replace(indexed, sentence_vectors=indexed.sentence_vectors.copy())


@pytest.mark.parametrize("hashed_at_open", [64 << 20, 0])
@pytest.mark.parametrize(
    "name", ["dense.faiss", "sentences.f16", "words", "lexical", "calibration.json", "sources.json"]
)
@pytest.mark.parametrize("damage", [Path.unlink, altered])
def test_an_index_made_anew_is_whole_whatever_was_damaged_but_the_documents(
    store: Store, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None], name: str, hashed_at_open: int
) -> None:
    with store.open() as generation:
        folder = generation.folder
        known = {id_: copied(generation.indexed(id_)) for id_ in generation.database.document_ids()}
    path = folder / name
    damage(max(path.iterdir(), key=lambda file: file.stat().st_size) if path.is_dir() else path)
    monkeypatch.setattr("index.manifest._HASHED_AT_OPEN_BYTES", hashed_at_open)
    renew(store, workshop())
    assert check(store) == [] and ids(store) == sorted(known)
    with store.open() as generation:
        for id_, before in known.items():
            after = generation.indexed(id_)
            assert (after.document, after.passages) == (before.document, before.passages)
            np.testing.assert_array_equal(after.passage_vectors, before.passage_vectors)
            np.testing.assert_array_equal(after.sentence_vectors, before.sentence_vectors)


@pytest.mark.parametrize(
    ("name", "damage"),
    [("documents.sqlite", Path.unlink), ("documents.sqlite", altered), ("manifest.json", Path.unlink)],
)
def test_an_index_of_which_the_documents_cannot_be_read_is_not_made_anew(
    store: Store, name: str, damage: Callable[[Path], None]
) -> None:
    live = store.live()
    folder = store.folder / "generations" / live
    damage(folder / name)
    with pytest.raises(IndexDamaged, match=rf"{name}.*evqa build --from FOLDER"):
        renew(store, workshop())
    assert store.live() == live and folder.is_dir()


def test_an_index_is_the_same_in_whatever_order_it_came_to_be(tmp_path: Path) -> None:
    forward, backward = Store(tmp_path / "forward"), Store(tmp_path / "backward")
    build(forward, PAPERS, workshop())
    for paper in reversed(PAPERS):
        add(backward, [paper], workshop())
    with forward.open() as one, backward.open() as other:
        assert one.manifest.corpus == other.manifest.corpus
        for id_ in one.database.document_ids():
            assert one.indexed(id_).document == other.indexed(id_).document
            assert one.indexed(id_).passages == other.indexed(id_).passages
            np.testing.assert_array_equal(one.indexed(id_).passage_vectors, other.indexed(id_).passage_vectors)
            np.testing.assert_array_equal(one.indexed(id_).sentence_vectors, other.indexed(id_).sentence_vectors)


def test_one_bad_source_does_not_stop_the_good_and_is_remembered(store: Store) -> None:
    report = add(store, [BAD, NEW, Skipped("notes.pdf", "no format of ours")], workshop())
    assert outcomes(report) == {"new": Outcome.ADDED, "/papers/bad.xml": Outcome.FAILED, "notes.pdf": Outcome.SKIPPED}
    assert "bad.xml" in store.failed()["/papers/bad.xml"]


def test_a_source_of_many_records_gives_those_that_can_be_read_and_names_the_others(store: Store) -> None:
    record = "<PubmedArticle><MedlineCitation><PMID>{}</PMID><Article>{}</Article></MedlineCitation></PubmedArticle>"
    title = "<ArticleTitle>Pumps in foxes.</ArticleTitle>"
    xml = f"<PubmedArticleSet>{record.format(7, title)}{record.format(8, '')}</PubmedArticleSet>"
    report = add(store, [Source("set.xml", xml.encode(), "/papers/set.xml")], workshop())
    assert outcomes(report) == {"PMID7": Outcome.ADDED, "/papers/set.xml": Outcome.FAILED}
    assert "PMID7" in ids(store)
    assert "record 2 (PMID 8): it has neither a title nor an abstract" in store.failed()["/papers/set.xml"]


def test_what_its_name_does_not_bring_again_is_reported_and_not_remembered(store: Store) -> None:
    report = add(store, [BAD, NEW], workshop(), remember_failed=False)
    assert outcomes(report) == {"/papers/bad.xml": Outcome.FAILED, "new": Outcome.ADDED}
    assert store.failed() == {}


def test_what_failed_is_forgotten_when_it_succeeds(store: Store) -> None:
    add(store, [BAD, Unreadable("PMC1001", "no network")], workshop())
    add(store, [Source("mended.md", NEW.data, "/papers/bad.xml")], workshop())
    assert store.failed() == {"PMC1001": "no network"}


def article(name: str, doi: str, pmcid: str, text: str) -> Source:
    ids = f'<article-id pub-id-type="doi">{doi}</article-id><article-id pub-id-type="pmcid">{pmcid}</article-id>'
    front = f"<front><article-meta>{ids}</article-meta></front>"
    return Source(name, f"<article>{front}<body><p>{text}</p></body></article>".encode(), f"/papers/{name}")


def test_a_source_that_names_two_papers_is_remembered_and_both_papers_stay(store: Store) -> None:
    one, other = article("a.xml", "10.1000/a", "PMC1001", "A."), article("b.xml", "10.1000/b", "PMC1002", "B.")
    report = add(store, [article("x.xml", "10.1000/a", "PMC1002", "Both."), one, other], workshop())
    assert outcomes(report) == {"PMC1001": Outcome.ADDED, "PMC1002": Outcome.ADDED, "/papers/x.xml": Outcome.FAILED}
    assert "names two papers, a.xml and b.xml" in store.failed()["/papers/x.xml"] and check(store) == []


def test_a_stored_paper_takes_over_what_a_poorer_source_knows(store: Store) -> None:
    add(store, [article("a.xml", "10.1000/a", "PMC1001", "A text.")], workshop())
    line = b'{"_id": "1", "title": "T", "text": "An abstract.", "metadata": {"doi": "10.1000/a", "pmid": "7"}}'
    report = add(store, [Source("corpus.jsonl", line)], workshop())
    assert outcomes(report) == {"PMC1001": Outcome.MERGED} and report.generation == store.live()
    with store.open() as generation:
        held = generation.database.document("PMC1001")
    assert held.metadata.pmid == "7" and "A text." in held.text and check(store) == []
    assert add(store, [Source("corpus.jsonl", line)], workshop()).generation is None


def test_an_add_of_which_nothing_succeeded_leaves_the_index_and_loads_no_encoder(store: Store) -> None:
    live = store.live()

    def explode() -> HashingEncoder:
        raise AssertionError("loaded an encoder for nothing")

    made = workshop()
    report = add(store, [BAD], type(made)(explode, made.calibration, 40, 1000, made.progress))
    assert report.generation is None and store.live() == live
    assert outcomes(report) == {"/papers/bad.xml": Outcome.FAILED}


def test_an_add_of_which_nothing_succeeded_makes_no_index(tmp_path: Path) -> None:
    store = Store(tmp_path / "index")
    assert add(store, [BAD], workshop()).generation is None
    assert not store.exists() and store.failed()


@pytest.mark.parametrize("other", [workshop(HashingEncoder("other")), workshop(passage_tokens=20)])
def test_an_index_made_otherwise_takes_no_new_documents(store: Store, other: object) -> None:
    live = store.live()
    with pytest.raises(IndexMismatch, match="evqa build"):
        add(store, [NEW], other)  # type: ignore[arg-type]
    assert store.live() == live


def test_an_impossible_vector_stops_the_build_and_leaves_the_index(store: Store) -> None:
    class Broken(HashingEncoder):
        def encode_passages(self, texts):  # type: ignore[no-untyped-def]
            return np.full((len(texts), self.spec.dim), np.nan, dtype=np.float32)

    live = store.live()
    with pytest.raises(EncoderError, match="not finite"):
        add(store, [NEW], workshop(Broken()))
    assert store.live() == live


def test_removing_takes_a_document_from_every_table(store: Store) -> None:
    report = remove(store, ["immunity"])
    assert outcomes(report) == {"immunity": Outcome.REMOVED}
    assert ids(store) == ["diet", "resistance"] and check(store) == []
    with pytest.raises(UnknownId), store.open() as generation:
        generation.database.document("immunity")


def test_removing_an_unknown_id_removes_nothing(store: Store) -> None:
    live = store.live()
    with pytest.raises(UnknownId, match="PMC1001"):
        remove(store, ["immunity", "PMC1001"])
    assert store.live() == live


def test_the_last_document_can_be_removed(store: Store) -> None:
    remove(store, ["diet", "immunity", "resistance"])
    assert ids(store) == [] and check(store) == []


def test_a_damaged_index_can_be_built_anew_but_not_added_to(store: Store) -> None:
    (store.folder / "generations" / store.live() / "dense.faiss").unlink()
    assert build(store, [NEW], workshop()).generation == store.live()
    assert ids(store) == ["new"]
