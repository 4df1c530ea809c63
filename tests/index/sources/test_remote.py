"""Papers over the network, against a real local server that speaks as Europe PMC and NCBI do, faults included."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from index.errors import FetchError, NetworkError, NoFullText, NoSuchPaper, SourceError
from index.sources import formats
from index.sources.remote import RemoteSettings, fetch, fetch_first
from tests.paper_server import (
    ARTICLE_PAGE,
    EUROPE_PMC,
    EUTILS,
    IDCONV,
    WEB_PAGE,
    Paper,
    PaperServer,
    Reply,
    jats,
    paper_server,
    redirect,
    too_many,
    unreachable,
)

TEXT = jats("Vesicles carry cargo between cells.")
FRONT_ONLY = jats("", body=False)
PAPER = Paper("PMC1000001", "29768149", "10.1000/Small.1", "A <i>small</i> paper", europe_pmc=TEXT, ncbi=TEXT)
FULL_TEXT = f"{EUROPE_PMC}/PMC1000001/fullTextXML"
SEARCH = f"{EUROPE_PMC}/search"
EFETCH = f"{EUTILS}/efetch.fcgi"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[PaperServer]:
    with paper_server() as running:
        running.publish(PAPER)
        yield running


def settings(server: PaperServer, **changes: Any) -> RemoteSettings:
    quick: dict[str, Any] = {"contact": "Lab <curator@example.org>", "total_timeout_s": 10, "backoff_s": 0.001}
    return RemoteSettings(**(server.addresses | quick | changes))


def test_a_pmcid_is_fetched_from_europe_pmc_alone(server: PaperServer) -> None:
    source = fetch("pmc1000001.1", settings(server))
    assert source.data == TEXT
    assert source.name == f"{server.url}{FULL_TEXT}"
    assert [request.path for request in server.requests] == [FULL_TEXT]


def test_every_request_says_who_asks(server: PaperServer) -> None:
    server.serve(FULL_TEXT, Reply(status=404))
    fetch("PMID:29768149", settings(server))
    assert len(server.requests) == 3
    for request in server.requests:
        assert request.headers["User-Agent"].startswith("ev-review-qa")
        assert "curator@example.org" in request.headers["User-Agent"]
    assert server.asked(EFETCH)[0].query == {
        "db": "pmc",
        "id": "1000001",
        "retmode": "xml",
        "tool": "ev-review-qa",
        "email": "curator@example.org",
    }


def test_ncbi_serves_what_europe_pmc_has_not(server: PaperServer) -> None:
    server.publish(Paper("PMC1000002", ncbi=TEXT))
    source = fetch("PMC1000002", settings(server))
    assert b"Vesicles carry cargo" in source.data
    assert source.name == f"{server.url}{EFETCH}?db=pmc&id=1000002"  # an address that holds nobody's mailbox


@pytest.mark.parametrize("text", ["29768149", "PMID: 29768149", "10.1000/SMALL.1", "https://doi.org/10.1000/small.1"])
def test_a_pmid_or_doi_is_found_by_search(server: PaperServer, text: str) -> None:
    assert fetch(text, settings(server)).data == TEXT
    assert [request.path for request in server.requests] == [SEARCH, FULL_TEXT]


@pytest.mark.parametrize("text", ["29768149", "10.1000/small.1"])
@pytest.mark.parametrize(
    "reply",
    [
        *(
            Reply(status=503),
            Reply(status=403),
            WEB_PAGE,
            Reply(b""),
            Reply(b"[1]"),
            Reply(b"{"),
            Reply(b"[" * 100_000),
        ),
        *(Reply(b'{"errCode": 404}'), Reply(b'{"resultList": {"result": [7, {"pmid": null}]}}')),
    ],
)
def test_the_converter_stands_in_for_the_search(server: PaperServer, text: str, reply: Reply) -> None:
    server.serve(SEARCH, reply)
    assert fetch(text, settings(server)).data == TEXT


def test_a_search_result_that_is_merely_alike_is_not_taken(server: PaperServer) -> None:
    other = b'{"resultList": {"result": [{"doi": "10.1000/small.10", "pmcid": "PMC1000001"}]}}'
    server.serve(SEARCH, Reply(other))
    with pytest.raises(NoSuchPaper, match=r"DOI 10\.1000/small\.2"):
        fetch("10.1000/small.2", settings(server))


@pytest.mark.parametrize("text", ["PMC999999", "99999999", "10.1000/nothing", 'doi:10.1000/"quoted"\\'])
def test_a_name_that_nobody_knows_is_no_such_paper(server: PaperServer, text: str) -> None:
    with pytest.raises(NoSuchPaper, match=r"neither Europe PMC nor NCBI knows .*check it"):
        fetch(text, settings(server))


@pytest.mark.parametrize("europe_pmc", [None, FRONT_ONLY])
@pytest.mark.parametrize("ncbi", [None, FRONT_ONLY])
def test_a_paper_whose_body_is_withheld_has_no_full_text(europe_pmc: bytes | None, ncbi: bytes | None) -> None:
    with paper_server() as server:
        server.publish(Paper("PMC1000003", "3", title="Kept\nback", europe_pmc=europe_pmc, ncbi=ncbi))
        for text in ("PMC1000003", "PMID:3"):
            with pytest.raises(NoFullText) as caught:
                fetch(text, settings(server))
            assert (
                '("Kept back") is not free to fetch: read it at https://pmc.ncbi.nlm.nih.gov/articles/PMC1000003/'
                in str(caught.value)
            )


def test_a_paper_outside_pmc_has_no_full_text_and_is_read_at_its_doi(server: PaperServer) -> None:
    server.publish(Paper(pmid="4", doi="10.1000/closed", title="Behind a wall"))
    with pytest.raises(NoFullText, match=r'PMID 4 \("Behind a wall"\).*https://doi\.org/10\.1000/closed'):
        fetch("PMID 4", settings(server))


def test_a_withheld_body_is_told_even_when_nobody_knows_the_title(server: PaperServer) -> None:
    server.publish(Paper("PMC1000005", ncbi=FRONT_ONLY))
    server.serve(SEARCH, Reply(status=500))
    server.serve(IDCONV, Reply(status=500))
    with pytest.raises(NoFullText, match="PMC1000005 is not free to fetch: read it at https://pmc"):
        fetch("PMC1000005", settings(server))


BAD_ARTICLES = {
    "web page": WEB_PAGE,
    "xhtml page": Reply(b'<?xml version="1.0"?>\n<!-- x -->\n<html xmlns="http://www.w3.org/1999/xhtml"/>'),
    "front matter only": Reply(FRONT_ONLY),
    "nothing": Reply(b""),
    "cut XML": Reply(TEXT[:-20]),
    "cut connection": Reply(TEXT, cut_at=100),
    "not XML": Reply(b'{"error": "API rate limit exceeded"}'),
    "another XML": Reply(b"<eFetchResult><ERROR>Unable to obtain query</ERROR></eFetchResult>"),
    "hang-up": Reply(hang_up=True),
    "not there": Reply(status=404),
    "refused": Reply(status=403),
    "server error": Reply(status=500),
    "down": Reply(status=503, headers={"Retry-After": "3600"}),
    "too many": too_many("86400"),
    "no redirect": Reply(status=304),
    "redirect to a file": redirect("file:///etc/passwd"),
    "redirect in circles": redirect(FULL_TEXT),
    "redirect into a private network": redirect("http://10.0.0.1/paper.xml"),
    "redirect to this machine": redirect("http://localhost/paper.xml"),
    "another paper": Reply(
        TEXT.replace(b"<article-meta>", b'<article-meta><article-id pub-id-type="pmc">PMC1000009</article-id>')
    ),
    "too large": Reply(TEXT + b" " * 20_000),
    "too large without length": Reply(TEXT + b" " * 20_000, chunked=True),
    "without end": Reply(TEXT, endless=True),
    "not what it was packed as": Reply(TEXT, headers={"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("fault", BAD_ARTICLES)
def test_when_one_server_fails_the_other_serves_the_paper(server: PaperServer, fault: str) -> None:
    server.serve(FULL_TEXT, BAD_ARTICLES[fault])
    source = fetch("PMC1000001", settings(server, max_bytes=10_000))
    assert source.name.startswith(f"{server.url}{EFETCH}")


@pytest.mark.parametrize("fault", sorted(BAD_ARTICLES.keys() - {"not there", "front matter only"}))
def test_when_both_servers_fail_the_error_names_the_host_and_a_remedy(server: PaperServer, fault: str) -> None:
    server.serve(FULL_TEXT, BAD_ARTICLES[fault])
    server.serve(EFETCH, BAD_ARTICLES[fault])
    with pytest.raises(
        FetchError, match=r"^PMC1000001 could not be fetched \(.*127\.0\.0\.1.*downloaded file$"
    ) as caught:
        fetch("PMC1000001", settings(server, max_bytes=10_000))
    lasting = {"redirect to a file", "redirect in circles", "redirect into a private network"}
    lasting |= {"redirect to this machine", "too large", "too large without length", "without end"}
    assert isinstance(caught.value, NetworkError) is (fault not in lasting)
    assert "\n" not in str(caught.value)


def test_a_missing_paper_is_no_such_paper_only_when_every_server_said_so(server: PaperServer) -> None:
    server.serve(EFETCH, Reply(status=500))
    with pytest.raises(NetworkError, match="answers 500"):
        fetch("PMC999999", settings(server))


@pytest.mark.parametrize("content_type", ["text/html", "application/octet-stream", "nonsense"])
def test_the_content_counts_not_the_content_type(server: PaperServer, content_type: str) -> None:
    server.serve(FULL_TEXT, Reply(TEXT, content_type=content_type))
    assert fetch("PMC1000001", settings(server)).name == f"{server.url}{FULL_TEXT}"


@pytest.mark.parametrize(
    "fault",
    [*(Reply(status=status) for status in (408, 429, 500, 502, 503, 504)), Reply(hang_up=True), Reply(TEXT, cut_at=50)],
)
def test_a_passing_failure_is_tried_again(server: PaperServer, fault: Reply) -> None:
    server.serve(FULL_TEXT, fault, fault, Reply(TEXT))
    assert fetch("PMC1000001", settings(server, retries=2)).data == TEXT
    assert [request.path for request in server.requests] == [FULL_TEXT] * 3


def test_a_server_that_keeps_failing_is_asked_no_more_often_than_told(server: PaperServer) -> None:
    server.serve(FULL_TEXT, Reply(status=503))
    fetch("PMC1000001", settings(server, retries=3))
    assert len(server.asked(FULL_TEXT)) == 4


def test_cut_xml_is_asked_for_once_more(server: PaperServer) -> None:
    server.serve(FULL_TEXT, Reply(TEXT[:-20]), Reply(TEXT))
    assert fetch("PMC1000001", settings(server)).data == TEXT
    server.serve(FULL_TEXT, Reply(TEXT[:-20]))
    fetch("PMC1000001", settings(server))
    assert len(server.asked(FULL_TEXT)) == 4


def test_retry_after_is_waited_for(server: PaperServer) -> None:
    server.serve(FULL_TEXT, too_many("1"), Reply(TEXT))
    assert fetch("PMC1000001", settings(server)).data == TEXT
    first, second = server.asked(FULL_TEXT)
    assert second.at - first.at >= 1


def test_a_wait_longer_than_the_deadline_is_not_begun(server: PaperServer) -> None:
    server.serve(FULL_TEXT, too_many("60"))
    server.serve(EFETCH, too_many("Fri, 31 Dec 2100 23:59:59 GMT"))
    started = time.monotonic()
    with pytest.raises(NetworkError, match="answers 429 and asks to wait 60 s"):
        fetch("PMC1000001", settings(server))
    assert time.monotonic() - started < 5
    assert len(server.requests) == 2


def test_a_silent_server_leaves_time_for_the_other_one(server: PaperServer) -> None:
    server.serve(FULL_TEXT, Reply(stall=True))
    assert fetch("PMC1000001", settings(server, total_timeout_s=1)).name.startswith(f"{server.url}{EFETCH}")


@pytest.mark.parametrize("fault", [Reply(stall=True), Reply(TEXT, drip_s=0.2), Reply(TEXT, endless=True)])
def test_the_deadline_holds_whatever_the_servers_do(server: PaperServer, fault: Reply) -> None:
    server.serve(FULL_TEXT, fault)
    server.serve(EFETCH, fault)
    started = time.monotonic()
    with pytest.raises(NetworkError, match="try again later, serve with --offline, or add a downloaded file"):
        fetch("PMC1000001", settings(server, total_timeout_s=0.5, max_bytes=10**10))
    assert time.monotonic() - started < 2


def test_a_server_that_cannot_be_reached_is_stood_in_for(server: PaperServer) -> None:
    with unreachable() as nowhere:
        assert fetch("PMC1000001", settings(server, europe_pmc=nowhere)).data != b""
        everything = {"europe_pmc": nowhere, "ncbi_eutils": nowhere, "ncbi_idconv": nowhere}
        for text in ("PMC1000001", "29768149", f"{nowhere}/a.xml"):
            with pytest.raises(NetworkError, match=r"127\.0\.0\.1 cannot be reached.*try again later"):
                fetch(text, settings(server, **everything))


@pytest.mark.parametrize("host", ["paper.invalid", "[100::1]"])
def test_without_a_network_nothing_is_tried_again(server: PaperServer, host: str) -> None:
    """RFC 6761 and 6666 reserve these: a name that is never found, an address that nobody has."""
    patient = settings(server, backoff_s=40, timeout_s=0.5, total_timeout_s=400)
    started = time.monotonic()
    with pytest.raises(NetworkError, match="cannot be reached"):
        fetch(f"http://{host}/a.xml", patient)
    assert time.monotonic() - started < 20


def test_redirects_are_followed(server: PaperServer) -> None:
    server.serve(FULL_TEXT, redirect("/moved"))
    server.serve("/moved", redirect(f"{server.url}/moved/again"))
    server.serve("/moved/again", Reply(TEXT))
    source = fetch("PMC1000001", settings(server))
    assert source.data == TEXT
    assert source.name == f"{server.url}{FULL_TEXT}"


def test_a_redirect_to_another_server_is_followed(server: PaperServer) -> None:
    with paper_server() as other:
        server.serve(FULL_TEXT, redirect(other.serve("/elsewhere", Reply(TEXT))))
        assert fetch("PMC1000001", settings(server)).data == TEXT


def test_an_address_gives_its_bytes_as_they_are(server: PaperServer) -> None:
    markdown = server.serve("/paper/full.md", Reply("# Über Vesikel\n".encode()))
    source = fetch(f"{markdown}#results", settings(server))
    assert (source.name, source.data) == (markdown, "# Über Vesikel\n".encode())
    page = server.serve("/article", WEB_PAGE)
    assert fetch(page, settings(server)).data == WEB_PAGE.body


def test_the_address_of_an_article_page_gives_the_paper_on_it(server: PaperServer) -> None:
    address = server.serve("/articles/10.1000/page", ARTICLE_PAGE)
    (document,) = formats.read(fetch(address, settings(server)))
    assert document.metadata.format == "html"
    assert (document.id, document.metadata.title, document.metadata.url) == ("10.1000_page", "A small paper", address)
    assert [mark.reference_ids for mark in document.reference_marks] == [("1",)]
    assert "Small vesicles carry a pump" in document.text and "reserved" not in document.text


def test_the_address_of_a_page_without_a_paper_is_refused_with_the_address_and_the_reason(server: PaperServer) -> None:
    address = server.serve("/articles/1", WEB_PAGE)
    with pytest.raises(SourceError, match=f"^{address} is a log-in, no paper: open it in a browser"):
        formats.read(fetch(address, settings(server)))


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (Reply(status=404), NoSuchPaper, r"a\.md is not there \(404\): check the address"),
        (Reply(status=403), NoFullText, r"a\.md is not free to fetch \(403\): download it"),
        (WEB_PAGE, NetworkError, "sends a web page instead"),
        (Reply(b""), NetworkError, "sends nothing"),
        (Reply(b"x" * 20_000), FetchError, "more than 10000 bytes"),
        (redirect("ftp://example.org/a.md"), FetchError, r"redirects to an address that is not http\(s\)"),
        (redirect("/a.md"), FetchError, "redirects more than 5 times"),
    ],
)
def test_an_address_without_a_paper_says_why(
    server: PaperServer, reply: Reply, error: type[FetchError], words: str
) -> None:
    address = server.serve("/a.md", reply)
    with pytest.raises(error, match=words) as caught:
        fetch(address, settings(server, max_bytes=10_000))
    assert caught.type is error


@pytest.mark.parametrize(
    "text",
    [
        *("file:///etc/passwd", "ftp://example.org/a", "papers/a.xml", "", "http://", "http:///a", "http://[::1"),
        *("http://a:x/", "http://127.0.0.1:99999/", "http://a..b/", f"http://{'a' * 70_000}/", "http://a/\udcff"),
    ],
)
def test_what_is_no_usable_address_is_refused(server: PaperServer, text: str) -> None:
    with pytest.raises(FetchError):
        fetch(text, settings(server))
    assert server.requests == []


def test_an_address_with_a_password_is_refused_without_showing_it(server: PaperServer) -> None:
    with pytest.raises(FetchError, match="password") as caught:
        fetch("http://me:secret@127.0.0.1/a.xml", settings(server))
    assert "secret" not in str(caught.value)


def test_the_first_paper_that_can_be_had_is_taken(server: PaperServer) -> None:
    markdown = server.serve("/full.md", Reply(b"# Title"))
    assert fetch_first(["PMC1000001", markdown], settings(server), 10).data == TEXT
    assert fetch_first(["PMC999999", "nonsense", markdown], settings(server), 10).data == b"# Title"
    server.serve(FULL_TEXT, Reply(stall=True))
    server.serve(EFETCH, Reply(stall=True))
    assert fetch_first(["PMC1000001", markdown], settings(server), 1).data == b"# Title"


def test_when_none_can_be_had_the_most_telling_error_is_raised(server: PaperServer) -> None:
    server.publish(Paper("PMC1000003", "3", ncbi=FRONT_ONLY))
    broken = server.serve("/broken", Reply(status=500))
    with pytest.raises(NoFullText, match="PMC1000003"):
        fetch_first(["nonsense", broken, "PMC999999", "PMC1000003", broken], settings(server), 10)
    with pytest.raises(NoSuchPaper, match="PMC999999"):
        fetch_first([broken, "PMC999999"], settings(server), 10)
    with pytest.raises(NetworkError, match="broken"):
        fetch_first(["nonsense", broken], settings(server), 10)
    with pytest.raises(ValueError, match="no candidates"):
        fetch_first([], settings(server), 10)


def test_papers_are_fetched_in_many_threads_at_once(server: PaperServer) -> None:
    for number in range(8):
        server.publish(Paper(f"PMC200000{number}", europe_pmc=jats(f"Paper {number}.")))
    names = [f"PMC200000{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        sources = list(pool.map(lambda name: fetch(name, settings(server)), names))
    assert [source.data for source in sources] == [jats(f"Paper {number}.") for number in range(8)]


def test_a_proxy_setting_that_cannot_be_used_is_said(server: PaperServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1")
    with pytest.raises(NetworkError, match="proxy"):
        fetch("PMC1000001", settings(server))
