from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest

from index.build import add, build
from index.errors import EncoderError, IndexMismatch, SourceError
from index.reading import in_batches
from index.relevance import shipped_calibration
from index.sources.formats import read
from index.sources.source import Found, Skipped, Source, Unreadable
from index.store import Store
from qa.app import calibration_for, find_sources, load_query_encoder, load_reranker, review, search_sources
from qa.settings import Settings, load_settings
from tests import pretrained_maker
from tests.conftest import PAPERS
from tests.fakes import CALIBRATION, HashingEncoder, workshop
from tests.paper_server import Paper, PaperServer, Reply, jats, paper_server, unreachable


def test_an_index_whose_encoder_has_gone_says_what_to_put_back(store: Store) -> None:
    with store.open() as generation, pytest.raises(EncoderError, match=r"no encoder 'hashing'.*put it back, or run"):
        load_query_encoder(generation)


def test_an_index_whose_encoder_has_become_another_is_refused(tmp_path: Path) -> None:
    name = pretrained_maker.encoder(tmp_path)
    store = Store(tmp_path / "index")
    build(store, PAPERS, workshop(HashingEncoder(name)))
    with store.open() as generation, pytest.raises(IndexMismatch, match=r"another .* than the one here"):
        load_query_encoder(generation)


def test_a_reranker_is_loaded_where_the_settings_name_one(tmp_path: Path) -> None:
    assert load_reranker(Settings()) is load_reranker(Settings(reranker="")) is None
    loaded = load_reranker(Settings(reranker=pretrained_maker.cross_encoder(tmp_path), reranker_candidates=7))
    assert (
        loaded is not None
        and loaded.candidates == 7
        and loaded.scores("Which cells?", ["Those.", "These."]).shape == (2,)
    )
    with pytest.raises(EncoderError, match="no re-ranker 'nobody/nothing'"):
        load_reranker(Settings(reranker="nobody/nothing", offline=True))


def test_the_default_encoder_has_the_shipped_calibration_and_another_none() -> None:
    default = replace(HashingEncoder().spec, weights=shipped_calibration().encoder)
    assert calibration_for(default, Settings()) == shipped_calibration()
    assert calibration_for(HashingEncoder().spec, Settings()) is None


def test_a_calibration_that_was_fitted_for_another_encoder_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_bytes(msgspec.json.encode(CALIBRATION))
    settings = Settings(calibration=str(file))
    assert calibration_for(HashingEncoder().spec, settings) == CALIBRATION
    with pytest.raises(EncoderError, match=r"mine\.json was fitted .* than other .*scripts/calibrate"):
        calibration_for(HashingEncoder("other").spec, settings)


def fetching_from(archive: PaperServer, **other: str) -> Settings:
    return load_settings({f"EVQA_{name.upper()}": value for name, value in (archive.addresses | other).items()})


def test_the_first_start_takes_the_reviews_full_text_where_the_network_gives_it() -> None:
    with paper_server() as archive:
        archive.publish(Paper(pmcid="PMC13013411", europe_pmc=jats("The whole review.")))
        source, reason = review(fetching_from(archive))
    assert reason is None and b"The whole review." in source.data


def test_without_a_network_the_first_start_takes_the_shipped_record_and_says_why() -> None:
    with unreachable() as nowhere:
        source, reason = review(
            Settings(europe_pmc=nowhere, ncbi_eutils=nowhere, ncbi_idconv=nowhere, record_page=f"{nowhere}/full.md")
        )
    assert reason and read(source)[0].id == "PMC13013411"


def test_where_the_archives_have_no_full_text_the_page_that_the_record_names_is_taken() -> None:
    with paper_server() as archive:
        archive.publish(Paper(pmcid="PMC13013411", ncbi=jats("", body=False)))
        page = archive.serve(
            "/paper/PMC13013411/full.md", Reply(b"# A review\n\nAll of it.\n", content_type="text/plain")
        )
        source, reason = review(fetching_from(archive, record_page=page))
    assert reason is None and source.data.startswith(b"# A review")


def test_offline_nothing_is_fetched() -> None:
    with paper_server() as archive:
        settings = fetching_from(archive, offline="true")
        assert review(settings)[1] == "offline"
        (found,) = find_sources(["PMC13013411"], settings)
        assert archive.requests == []
    assert isinstance(found, Unreadable) and "offline" in found.reason


def test_a_path_that_exists_is_a_path_whatever_it_looks_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("29768149").write_text("A text with a number for a name.")
    (found,) = find_sources(["29768149"], Settings(offline=True))
    assert isinstance(found, Source) and found.data.startswith(b"A text")


def test_what_failed_to_come_keeps_the_name_by_which_it_is_asked_for_again() -> None:
    with paper_server() as archive:
        archive.publish(Paper(pmid="77", title="Closed"))
        (found,) = find_sources(["PMID:77"], fetching_from(archive))
    assert isinstance(found, Unreadable) and found.name == "PMID:77" and "Closed" in found.reason


def test_what_names_nothing_is_said_to_name_nothing() -> None:
    (found,) = find_sources(["no/such/paper.xml"], Settings())
    assert isinstance(found, Unreadable) and "neither a file or folder" in found.reason


def test_a_zip_at_an_address_gives_its_papers_and_each_can_be_asked_for_again() -> None:
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("a.md", "# A paper")
        archive.writestr("bad/b.md", "")
    with paper_server() as server:
        address = server.serve("/papers.zip", Reply(file.getvalue(), content_type="application/zip"))
        first, second = find_sources([address], fetching_from(server))
        (again,) = find_sources([f"{address}#bad/b.md"], fetching_from(server))
    assert first == Source("papers.zip/a.md", b"# A paper", f"{address}#a.md")
    assert second == again == Source("papers.zip/bad/b.md", b"", f"{address}#bad/b.md")


def test_several_identifiers_in_one_are_refused_and_named() -> None:
    (found,) = find_sources(["10.1000/a,10.1000/b"], Settings())
    assert isinstance(found, Unreadable) and "names more than one paper (DOI 10.1000/a, DOI 10.1000/b)" in found.reason


def test_a_search_fills_an_index_skips_what_it_holds_and_goes_on_where_it_was_broken_off(tmp_path: Path) -> None:
    store, told = Store(tmp_path / "index"), list[tuple[str, int, int | None]]()

    def tell(step: str, done: int, total: int | None) -> None:
        told.append((step, done, total))

    with paper_server() as server:
        for number in range(1001, 1006):
            server.publish(Paper(f"PMC{number}", title="Vesicles", europe_pmc=jats(f"Words {number}.")))
        settings = fetching_from(server, requests_per_s="10")
        batches = in_batches(search_sources("vesicles", 5, settings, store, tell), size=2)
        add(store, next(batches), workshop())
        batches.close()  # as a process that is stopped does
        again = [each for batch in in_batches(search_sources("vesicles", 5, settings, store, tell)) for each in batch]
        assert [each.name for each in again if isinstance(each, Skipped)] == ["PMC1001", "PMC1002"]
        add(store, again, workshop())
        asked = [request.path for request in server.requests if "fullTextXML" in request.path]
    with store.open() as generation:
        assert len(generation.database.document_ids()) == 5 and len(asked) == len(set(asked)) == 5
    assert told[-1] == ("fetching", 5, 5)


def test_what_was_found_before_a_search_broke_off_is_given_first() -> None:
    def breaking() -> Iterator[Found]:
        yield Skipped("a", "x")
        raise KeyboardInterrupt

    batches = in_batches(breaking())
    assert next(batches) == [Skipped("a", "x")]
    with pytest.raises(KeyboardInterrupt):
        next(batches)


def test_offline_no_search_is_made() -> None:
    with pytest.raises(SourceError, match="offline"):
        search_sources("vesicles", 5, Settings(offline=True), Store(Path("nowhere")), lambda step, done, total: None)
