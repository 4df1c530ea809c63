"""A search as a corpus, against a local server that pages, refuses, stalls and lies as the real one does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from index.errors import NetworkError, QueryError, SeveralPapers, SourceError
from index.sources.archives import Record
from index.sources.literature import HELD, NO_TEXT, NOT_OPEN, Search, harvest
from index.sources.remote import RemoteSettings, fetch
from index.sources.source import Found, Skipped, Source, Unreadable
from tests.paper_server import (
    EUROPE_PMC,
    EUTILS,
    WEB_PAGE,
    Paper,
    PaperServer,
    Reply,
    jats,
    paper_server,
    redirect,
    too_many,
)

SEARCH = f"{EUROPE_PMC}/search"
EFETCH = f"{EUTILS}/efetch.fcgi"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def open_paper(number: int, **changes: Any) -> Paper:
    known: dict[str, Any] = {
        "pmcid": f"PMC{1000 + number}",
        "pmid": str(number),
        "title": f"Vesicles {number}",
        "europe_pmc": jats(f"Words {number}."),
    }
    return Paper(**(known | changes))


@pytest.fixture
def server() -> Iterator[PaperServer]:
    with paper_server() as running:
        for number in range(1, 6):
            running.publish(open_paper(number))
        yield running


def quick(server: PaperServer, **changes: Any) -> RemoteSettings:
    known: dict[str, Any] = {"total_timeout_s": 2, "backoff_s": 0.001, "requests_per_s": 1000}
    return RemoteSettings(**(server.addresses | known | changes))


def found(
    server: PaperServer, limit: int = 100, query: str = "vesicles", held: tuple[str, ...] = (), **changes: Any
) -> list[Found]:
    settings = quick(server, **changes)
    return list(harvest(Search(query, limit), settings, lambda record: record.pmcid in held, lambda done, total: None))


def full_text(number: int) -> str:
    return f"{EUROPE_PMC}/PMC{1000 + number}/fullTextXML"


def test_every_result_is_fetched_once_and_keeps_the_name_by_which_it_is_asked_for_again(server: PaperServer) -> None:
    papers = found(server)
    assert [each.asked_for for each in papers if isinstance(each, Source)] == [f"PMC{1000 + n}" for n in range(1, 6)]
    assert papers[0] == Source(f"{server.url}{full_text(1)}", jats("Words 1."), "PMC1001")
    assert all(len(server.asked(full_text(number))) == 1 for number in range(1, 6))


def test_results_come_page_by_page(server: PaperServer) -> None:
    for number in range(6, 251):
        server.publish(open_paper(number))
    assert len(found(server, limit=220)) == 220
    marks = [request.query["cursorMark"] for request in server.asked(SEARCH)]
    assert marks == ["*", "100", "200"]


def test_open_papers_come_first_and_the_others_are_named_with_the_reason(server: PaperServer) -> None:
    server.publish(open_paper(6, is_open=False, title="Vesicles first of all"))
    server.publish(open_paper(7, pmcid=None))
    server.publish(open_paper(8, europe_pmc=None))
    papers = found(server)
    assert [each.asked_for for each in papers[:5] if isinstance(each, Source)] == [
        f"PMC{1000 + n}" for n in range(1, 6)
    ]
    assert papers[5:] == [Skipped("PMID:7", NO_TEXT), Skipped("PMC1008", NO_TEXT), Skipped("PMC1006", NOT_OPEN)]
    assert len(found(server, limit=3)) == 3


def test_what_the_index_holds_is_not_fetched(server: PaperServer) -> None:
    papers = found(server, held=("PMC1002", "PMC1003"))
    assert [each for each in papers if isinstance(each, Skipped)] == [
        Skipped("PMC1002", HELD),
        Skipped("PMC1003", HELD),
    ]
    assert not server.asked(full_text(2)) and server.asked(full_text(4))


@pytest.mark.parametrize(
    "fault",
    [
        *(WEB_PAGE, Reply(jats("Words.")[:-30]), Reply(jats("Words."), cut_at=60), Reply(status=500)),
        *(Reply(hang_up=True), redirect("http://10.0.0.1/elsewhere"), Reply(stall=True), too_many("3600")),
    ],
)
def test_a_paper_that_cannot_be_had_does_not_stop_the_others(server: PaperServer, fault: Reply) -> None:
    server.serve(full_text(2), fault)
    server.serve(EFETCH, fault)
    papers = found(server, total_timeout_s=1)
    assert [each.name for each in papers if isinstance(each, Unreadable)] == ["PMC1002"]
    assert len([each for each in papers if isinstance(each, Source)]) == 4


def test_a_server_that_asks_to_wait_is_waited_for(server: PaperServer) -> None:
    server.serve(full_text(1), too_many("1"), Reply(jats("Words 1.")))
    server.serve(SEARCH, Reply(status=503), *[Reply(status=503)] * 2, server.reply_to_search("vesicles"))
    assert isinstance(found(server, limit=1, total_timeout_s=5)[0], Source)
    first, second = server.asked(full_text(1))
    assert second.at - first.at >= 1


def test_requests_keep_apart(server: PaperServer) -> None:
    found(server, requests_per_s=20)
    times = [request.at for request in server.requests]
    assert len(times) >= 6 and times[-1] - times[0] > 0.8 * (len(times) - 1) / 20


def test_a_server_that_is_down_is_not_asked_for_everything(server: PaperServer) -> None:
    for number in range(6, 30):
        server.publish(open_paper(number))
    for number in range(3, 30):
        server.serve(full_text(number), Reply(status=403))
    server.serve(EFETCH, Reply(status=403))
    with pytest.raises(NetworkError, match=r"5 papers in a row .* same command again"):
        found(server)
    assert len([request for request in server.requests if "fullTextXML" in request.path]) == 7


@pytest.mark.parametrize("fault", [Reply(status=500), WEB_PAGE, Reply(b"{}"), Reply(b"[" * 1000), Reply(stall=True)])
def test_a_search_that_breaks_off_keeps_what_came_before_and_says_how_to_go_on(
    server: PaperServer, fault: Reply
) -> None:
    for number in range(6, 150):
        server.publish(open_paper(number, pmcid=None))
    server.serve(SEARCH, server.reply_to_search("vesicles"), fault)
    settings = quick(server, total_timeout_s=0.5)
    harvested: list[Found] = []
    with pytest.raises(NetworkError, match=r"broke off after 100 results .* same command again"):
        for each in harvest(Search("vesicles", 200), settings, lambda record: False, lambda done, total: None):
            harvested.append(each)
    assert len(harvested) == 100


def test_a_search_without_results_says_so(server: PaperServer) -> None:
    with pytest.raises(SourceError, match="finds nothing for 'unicorns'"):
        found(server, query="unicorns")


def test_pages_that_never_end_are_left(server: PaperServer) -> None:
    server.serve(SEARCH, server.reply_to_search("vesicles", mark="again"))
    assert len(found(server, limit=50)) == 5


@pytest.mark.parametrize("query", ["", "  ", '"unclosed', "(vesicles", "vesicles)", 'a "(" b)'])
def test_a_query_that_cannot_be_meant_is_refused_before_anyone_is_asked(query: str) -> None:
    with pytest.raises(QueryError) as caught:
        Search(query, 10)
    assert caught.value.field == "query"


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(QueryError, match="at least 1"):
        Search("vesicles", 0)


@pytest.mark.parametrize("reply", [Reply(status=400), Reply(b'{"errCode": 404, "errMsg": "Illegal query"}')])
def test_a_query_that_the_server_does_not_understand_is_said(server: PaperServer, reply: Reply) -> None:
    server.serve(SEARCH, reply)
    with pytest.raises(QueryError, match="does not understand the query"):
        found(server)


def test_progress_tells_how_many_results_there_will_be(server: PaperServer) -> None:
    told: list[tuple[int, int]] = []
    settings = quick(server)
    held: list[Record] = []

    def is_held(record: Record) -> bool:
        held.append(record)
        return True

    list(harvest(Search("vesicles", 4), settings, is_held, lambda done, total: told.append((done, total))))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)] and held[0].pmid == "1"


def test_a_doi_that_names_two_papers_is_refused(server: PaperServer) -> None:
    for number in (8, 9):
        server.publish(open_paper(number, doi="10.1000/twice"))
    with pytest.raises(SeveralPapers, match=r"names 2 papers \(PMC1008, PMC1009\)"):
        fetch("10.1000/twice", quick(server))
