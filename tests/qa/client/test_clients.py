from __future__ import annotations

import asyncio
import dataclasses
import gzip
import hashlib
import inspect
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import aclosing, closing
from typing import Any

import httpx
import pytest

import qa.client
from index.document import BlockKind
from index.query import Filters, Mode
from index.report import WriteProgress
from qa.answer import Answer, Retrieval, Stated, plain
from qa.client import AsyncClient, Client, ClientError, Refused, TimedOut, UnexpectedReply, Unreachable
from qa.followup import Turn
from qa.service import Service
from qa.verification import Claim, Verdict
from qa.works import Format, Style
from tests.conftest import Server, eventually
from tests.paper_server import Paper, PaperServer, jats
from tests.scripted_server import Reply, scripted
from tests.writable import NEW, Start

QUESTION = "How do EVs contribute to drug resistance?"
FOREIGN = "What is the capital of France?"
PAPER = "PMC13013411"
TRUE = "EVs contribute to the development of resistance to therapeutic agents."
QUOTES = f"It is known that “{TRUE}” Others hold that “no vesicle ever carried anything”."
EVENTS = {"Content-Type": "text/event-stream"}
PROBLEM = {"Content-Type": "application/problem+json", "X-Request-ID": "r-7"}
METHODS = sorted(name for name, _ in inspect.getmembers(Client, inspect.isfunction) if not name.startswith("_"))

Connect = Callable[..., Any]
"""Makes a client of an address, its methods waited for and its iterators gone through."""


class Awaited:
    """An `AsyncClient` as tests call both: results instead of awaitables, lists instead of async iterators."""

    def __init__(self, runner: asyncio.Runner, client: AsyncClient) -> None:
        self._runner = runner
        self._client = client

    def __getattr__(self, name: str) -> Any:
        def method(*args: Any, **kwargs: Any) -> Any:
            returned = getattr(self._client, name)(*args, **kwargs)
            return self._runner.run(_listed(returned) if inspect.isasyncgen(returned) else returned)

        return method


async def _listed(found: Any) -> list[Any]:
    return [one async for one in found]


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    opened: list[Any] = []
    with asyncio.Runner() as runner:

        def make(address: str, **options: Any) -> Any:
            made = Client(address, **options) if request.param == "sync" else None
            opened.append(made or Awaited(runner, AsyncClient(address, **options)))
            return opened[-1]

        yield make
        for one in opened:
            one.close()


def problem(status: int, detail: str, **more: Any) -> bytes:
    return json.dumps({"type": "about:blank", "title": "t", "status": status, "detail": detail} | more).encode()


@pytest.mark.parametrize(
    ("path", "body", "call"),
    [
        ("/v1/search", {"query": QUESTION, "k": 7}, lambda client: client.search(QUESTION, k=7)),
        ("/v1/search", {"query": "x", "mode": "lexical"}, lambda client: client.search("x", mode=Mode.LEXICAL)),
        ("/v1/answer", {"question": QUESTION}, lambda client: client.answer(QUESTION)),
        ("/v1/answer", {"question": FOREIGN}, lambda client: client.answer(FOREIGN)),
        ("/readyz", None, lambda client: client.ready()),
        ("/v1/documents?limit=50", None, lambda client: client.documents()),
        (f"/v1/documents/{PAPER}", None, lambda client: client.document(PAPER)),
        (f"/v1/documents/{PAPER}/references", None, lambda client: client.references(PAPER)),
        (f"/v1/documents/{PAPER}/layout", None, lambda client: client.layout(PAPER)),
        ("/v1/index", None, lambda client: client.index_state()),
        ("/v1/verify/manuscript", {"manuscript": QUOTES}, lambda client: client.verify_manuscript(QUOTES)),
        (
            "/v1/verify/manuscript",
            {"manuscript": QUOTES, "document_id": PAPER},
            lambda client: client.verify_manuscript(QUOTES, PAPER),
        ),
    ],
)
def test_what_the_service_sends_arrives_whole(
    server: Server, connect: Connect, path: str, body: dict[str, Any] | None, call: Callable[[Any], Any]
) -> None:
    sent = (server.client.post(path, json=body) if body else server.client.get(path)).json()
    arrived = call(connect(server.address))
    assert dataclasses.is_dataclass(arrived)
    assert plain(arrived) | {"took_ms": 0} == sent | {"took_ms": 0}


def test_a_passage_is_had_with_its_neighbours(server: Server, connect: Connect) -> None:
    client = connect(server.address)
    (hit,) = client.search("immune evasion", k=1, filters=Filters(kinds=(BlockKind.ABSTRACT,))).hits
    view = client.passage(hit.passage.id)
    assert view.passage == hit.passage and hit.passage.kind == "abstract"
    assert plain(view) == server.client.get(f"/v1/passages/{hit.passage.id}").json()


def test_hits_below_a_relevance_are_left_out(server: Server, connect: Connect) -> None:
    client = connect(server.address)
    every = client.search(QUESTION, k=20).hits
    bound = sorted(hit.relevance for hit in every)[len(every) // 2]
    kept = client.search(QUESTION, k=20, min_relevance=bound).hits
    assert [hit.passage.id for hit in kept] == [hit.passage.id for hit in every if hit.relevance >= bound]


def test_every_quote_stands_in_the_text_at_its_offsets(server: Server, connect: Connect) -> None:
    client = connect(server.address)
    text = client.text(PAPER)
    citations = client.answer(QUESTION).citations
    assert citations
    for citation in citations:
        assert text[citation.start : citation.end] == citation.quote
        assert citation.version == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def test_a_follow_up_is_resolved_from_the_history(server: Server, connect: Connect) -> None:
    answer = connect(server.address).answer("And in immune evasion?", history=[Turn("user", QUESTION)])
    assert answer.resolved_question == f"{QUESTION} And in immune evasion?"


def test_claims_are_verified_in_their_order(server: Server, connect: Connect) -> None:
    claims = [Claim(TRUE, PAPER), Claim(TRUE.replace("contribute", "never contribute"))]
    exact, false = connect(server.address).verify(claims)
    assert (exact.verdict, exact.matches[0].quote) == (Verdict.EXACT, TRUE)
    assert (false.verdict, false.matches, false.nearest.text) == (Verdict.NOT_FOUND, (), TRUE)


@pytest.mark.parametrize(
    ("format_", "style"), [*((format_, Style.VANCOUVER) for format_ in Format), (Format.TEXT, Style.APA)]
)
def test_a_paper_is_cited_in_every_format(server: Server, connect: Connect, format_: Format, style: Style) -> None:
    parameters = {"format": format_.value, "style": style.value}
    sent = server.client.get(f"/v1/documents/{PAPER}/citation", params=parameters).text
    assert connect(server.address).citation(PAPER, format_=format_, style=style) == sent != ""


def test_an_answer_comes_step_by_step(server: Server, connect: Connect) -> None:
    client = connect(server.address)
    retrieval, *stated, answer = client.answer_events(QUESTION)
    assert isinstance(retrieval, Retrieval) and isinstance(answer, Answer)
    assert all(isinstance(step, Stated) for step in stated)
    assert tuple(step.statement for step in stated) == answer.statements != ()
    assert retrieval.hits == answer.hits
    assert dataclasses.replace(answer, took_ms=0) == dataclasses.replace(client.answer(QUESTION), took_ms=0)


def test_papers_come_and_go_step_by_step_or_with_their_report_alone(
    start: Start, papers: PaperServer, connect: Connect
) -> None:
    papers.publish(Paper(pmcid="PMC1000001", europe_pmc=jats("Salted butter keeps.", title="Butter")))
    service = start()
    client = connect(str(service.client.base_url))
    *progress, report = client.upload_events({"ﬁbre ü.md": NEW[1], "bad.xml": b"<article>"})
    assert all(isinstance(step, WriteProgress) for step in progress) and progress[0].step == "reading"
    assert {change.name: change.outcome for change in report.changes} == {"_bre__": "added", "bad.xml": "failed"}
    assert [one.outcome for one in client.add(["PMC1000001", "PMC999999"]).changes] == ["added", "failed"]
    assert client.index_state().failed.keys() == {"PMC999999"}
    assert [(one.outcome, one.name) for one in client.remove("diet").changes] == [("removed", "diet")]
    held = {paper.id for paper in client.all_documents()}
    assert {"_bre__", "resistance", "immunity"} < held and "diet" not in held and len(held) == 4


def test_a_write_that_is_refused_says_why(start: Start, connect: Connect) -> None:
    allowed, forbidden = (connect(str(start(writable=writable).client.base_url)) for writable in (True, False))
    for ask, given, status in (
        (forbidden.add, ["PMC1"], 403),
        (lambda files: list(forbidden.upload_events(files)), dict([NEW]), 403),
        (forbidden.remove, "diet", 403),
        (allowed.add, ["/etc/passwd"], 422),
        (allowed.remove, "nothing", 404),
    ):
        with pytest.raises(Refused) as refused:
            ask(given)
        assert refused.value.status == status
    with pytest.raises(ValueError, match="no file"):
        allowed.upload({})
    with pytest.raises(ValueError, match="empty"):
        allowed.remove("")


def test_who_closes_the_steps_of_a_write_ends_it(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    service = start("slow")
    address = str(service.client.base_url)

    async def close_early() -> None:
        async with AsyncClient(address) as client, aclosing(client.upload_events(dict([NEW]))) as steps:
            await anext(steps)

    with Client(address) as client, closing(client.upload_events(dict([NEW]))) as steps:
        next(steps)
        assert client.index_state().writing
    eventually(lambda: not service.writer.busy)
    asyncio.run(close_early())
    eventually(lambda: not service.writer.busy)
    assert "new" not in service.ids()


def test_one_client_serves_many_threads(server: Server) -> None:
    answers: list[Answer] = []
    with httpx.Client(trust_env=False) as http, Client(server.address, http=http) as client:
        threads = [threading.Thread(target=lambda: answers.append(client.answer(QUESTION))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [answer.statements for answer in answers] == [answers[0].statements] * 8


def test_what_is_refused_says_why_and_under_which_id(server: Server, connect: Connect) -> None:
    client = connect(server.address)
    with pytest.raises(Refused, match="PMC1'") as missing:
        client.document("PMC1")
    assert missing.value.status == 404 and len(missing.value.request_id or "") == 32
    for ask in (client.search, client.answer, lambda *asked, k: list(client.answer_events(*asked, k=k))):
        with pytest.raises(Refused) as impossible:
            ask(QUESTION, k=101)
        assert impossible.value.status == 422 and impossible.value.errors[0].field == "k"


def test_all_papers_are_gone_through_page_by_page(connect: Connect) -> None:
    def page(*ids: str, **cursor: str) -> Reply:
        counts = {"documents": 1, "passages": 1, "sentences": 1, "references": 1}
        papers = [
            {"id": id_, "title": id_, "authors": [], "version": "v", "length": 1, "counts": counts} for id_ in ids
        ]
        return Reply(json.dumps({"documents": papers} | cursor).encode())

    with scripted(page("a", "b", next_cursor="b"), page("c", next_cursor="c&"), page()) as server:
        assert [paper.id for paper in connect(server.address).all_documents(limit=2)] == ["a", "b", "c"]
    path = "GET /v1/documents?limit=2&cursor="
    assert server.asked == [path, f"{path}b", f"{path}c%26"]


def test_ids_are_quoted_in_addresses(connect: Connect) -> None:
    with scripted(Reply(problem(404, "no"), 404, PROBLEM)) as server, pytest.raises(Refused):
        connect(server.address).reference("a/b", "r?1#")
    assert server.asked == ["GET /v1/documents/a%2Fb/references/r%3F1%23"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_again_when_it_says(connect: Connect, status: int) -> None:
    busy = Reply(problem(status, "busy"), status, PROBLEM | {"Retry-After": "0"})
    ready = {"generation": "g", "encoder": "e", "passages": 1, "documents": 1}
    with scripted(busy, busy, Reply(json.dumps(ready).encode())) as server:
        assert connect(server.address).ready().generation == "g"
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("retry_after", "patience_s", "asked"), [("60", 10.0, 1), (None, 10.0, 1), ("soon", 10.0, 1), ("0", 0.25, 3)]
)
@pytest.mark.parametrize("method", ["search", "answer_events"])
def test_patience_has_an_end(
    connect: Connect, method: str, retry_after: str | None, patience_s: float, asked: int
) -> None:
    headers = PROBLEM | ({"Retry-After": retry_after} if retry_after else {})
    with scripted(Reply(problem(503, "the index is opened"), 503, headers)) as server:
        client = connect(server.address, patience_s=patience_s)
        with pytest.raises(Refused, match="the index is opened") as refused:
            list(getattr(client, method)(QUESTION))
    assert (refused.value.status, refused.value.request_id) == (503, "r-7")
    assert len(server.asked) == asked


def test_a_failure_is_not_tried_again(connect: Connect) -> None:
    broken = Reply(problem(500, "broken"), 500, PROBLEM | {"Retry-After": "0"})
    with scripted(broken) as server, pytest.raises(Refused):
        connect(server.address).answer(QUESTION)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("reply", "named"),
    [
        (Reply(b"<html>Log in</html>", headers={"Content-Type": "text/html"}), "Log in"),
        (Reply(b"<html>Bad Gateway</html>", 502, {"Content-Type": "text/html"}), "502"),
        (Reply(b"", 307, {"Location": "http://127.0.0.1:1/"}), "307"),
        (Reply(b'{"query": "', 200), "truncated"),
        (Reply(b'{"query": 3}', 200), "Expected `str`"),
        (Reply(b"[]", 200), "array"),
        (Reply(b"\xff", 200), "cannot be read"),
        (Reply(b"", 200), "cannot be read"),
        (Reply(b"oops", 500, PROBLEM), "oops"),
        (Reply(b"{}", 500, PROBLEM), "500"),
        (Reply(b"{}", 200, {}), "no media type"),
        (Reply(b"\x1f\x8bnone", 200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}), "unpacked"),
    ],
)
def test_what_no_service_would_say_is_an_error_that_shows_it(connect: Connect, reply: Reply, named: str) -> None:
    with scripted(reply) as server, pytest.raises(UnexpectedReply, match=named) as unexpected:
        connect(server.address).search(QUESTION)
    assert "/v1/search" in str(unexpected.value) and "\n" not in str(unexpected.value)


def test_a_page_of_html_is_no_papers_text(connect: Connect) -> None:
    with scripted(Reply(b"<html>Log in</html>", headers={"Content-Type": "text/html"})) as server:
        for ask in (connect(server.address).text, connect(server.address).citation):
            with pytest.raises(UnexpectedReply, match="text/html"):
                ask(PAPER)


def test_a_packed_reply_and_fields_of_a_later_version_are_read(connect: Connect) -> None:
    ready = {"generation": "g", "encoder": "e", "passages": 1, "documents": 1, "moon": "full"}
    headers = {"Content-Type": "application/json; charset=utf-8", "Content-Encoding": "gzip"}
    with scripted(Reply(gzip.compress(json.dumps(ready).encode()), headers=headers)) as server:
        assert connect(server.address).ready().passages == 1


def test_a_service_that_is_silent_or_away_or_breaks_off_is_told_apart(connect: Connect) -> None:
    with scripted(Reply(after_s=0.5)) as server, pytest.raises(TimedOut, match="timeout_s"):
        connect(server.address, timeout_s=0.1).ready()
    with pytest.raises(Unreachable, match="is the service running there") as away:
        connect(server.address).ready()
    assert not isinstance(away.value, TimedOut)
    with scripted(Reply(b'{"gen', cut=True)) as server, pytest.raises(Unreachable):
        connect(server.address).ready()


STATED = (
    'event: statement\ndata: {"statement": {"text": "A\u2028B\x85", "citations": [], "verbatim": true}, '
    '"citations": []}\n\n'
)


def stream(text: str, *, cut: bool = False) -> Reply:
    return Reply(text.encode(), headers=EVENTS, cut=cut)


def test_a_stream_has_comments_unknown_events_and_any_character(connect: Connect) -> None:
    index = {"generation": "g", "encoder": "e", "passages": 1, "documents": 1}
    done = {"question": "q", "status": "answered", "answer": "", "confidence": 1, "statements": [], "citations": []}
    whole = json.dumps(done | {"hits": [], "generator": "x", "index": index, "took_ms": 1})
    text = (
        f": ping\n\nevent: moon\ndata: full\n\n{STATED}event: done\r\ndata: {whole}\r\n\r\nevent: moon\ndata: new\n\n"
    )
    with scripted(stream(text)) as server:
        stated, answer = connect(server.address).answer_events("q")
    assert stated.statement.text == "A\u2028B\x85" and answer.status == "answered"


@pytest.mark.parametrize(
    ("reply", "error", "named"),
    [
        (stream(STATED), UnexpectedReply, "before it was whole"),
        (stream(STATED, cut=True), Unreachable, "failed"),
        (stream(f"{STATED}event: error\ndata: {problem(503, 'overloaded').decode()}\n\n"), Refused, "overloaded"),
        (stream("event: error\ndata: ?\n\n"), UnexpectedReply, "'error'"),
        (stream("event: statement\ndata: {}\n\n"), UnexpectedReply, "'statement'"),
        (Reply(b"{}"), UnexpectedReply, "application/json"),
    ],
)
def test_a_stream_that_fails_ends_in_an_error(
    connect: Connect, reply: Reply, error: type[ClientError], named: str
) -> None:
    with scripted(reply) as server, pytest.raises(error, match=named):
        list(connect(server.address).answer_events("q"))


@pytest.mark.parametrize(
    ("reply", "error", "named"),
    [
        (stream('event: progress\ndata: {"step": "reading", "done": 1}\n\n'), UnexpectedReply, "unknown"),
        (stream(f"event: error\ndata: {problem(409, 'another writes').decode()}\n\n"), Refused, "another writes"),
        (Reply(problem(507, "full"), 507, PROBLEM), Refused, "full"),
        (stream("event: progress\ndata: {}\n\n"), UnexpectedReply, "'progress'"),
    ],
)
def test_a_write_without_its_report_is_an_error(
    connect: Connect, reply: Reply, error: type[ClientError], named: str
) -> None:
    with scripted(reply) as server:
        client = connect(server.address)
        with pytest.raises(error, match=named):
            client.add(["PMC1"])
        with pytest.raises(error, match=named):
            client.upload({"a.md": b"# A"})


@pytest.mark.parametrize("address", ["", "localhost:8000", "ftp://127.0.0.1", "http://", "http://a:b", "/v1"])
@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_an_address_that_is_none_is_refused(client: type[Client] | type[AsyncClient], address: str) -> None:
    with pytest.raises(ValueError, match=r"http://127\.0\.0\.1:8000"):
        client(address)


def test_an_empty_id_is_refused_and_not_the_list_of_all(connect: Connect) -> None:
    client = connect("http://127.0.0.1:1/")
    for ask in (
        client.document,
        client.text,
        client.layout,
        client.passage,
        client.citation,
        lambda id_: client.reference("a", id_),
    ):
        with pytest.raises(ValueError, match="empty"):
            ask("")


def test_a_clients_own_httpx_is_used_and_left_open(server: Server) -> None:
    asked: list[httpx.Request] = []
    http = httpx.Client(trust_env=False, headers={"X-Request-ID": "mine"}, event_hooks={"request": [asked.append]})
    with http, Client(f"{server.address}/", http=http) as client:
        with pytest.raises(Refused) as refused:
            client.document("PMC1")
        client.close()
        assert refused.value.request_id == "mine" and len(asked) == 1 and not http.is_closed


def test_both_clients_ask_for_what_the_service_does() -> None:
    def arguments(of: Any, name: str) -> list[tuple[str, Any]]:
        return [(one.name, one.default) for one in inspect.signature(getattr(of, name)).parameters.values()]

    assert {"search", "answer", "answer_events", "verify", "passage"} <= set(METHODS)
    for name in METHODS:
        assert arguments(Client, name) == arguments(AsyncClient, name)
        assert getattr(Client, name).__doc__
        if hasattr(Service, name):
            assert arguments(Client, name) == arguments(Service, name)


def test_what_is_promised_can_be_imported() -> None:
    assert {name for name in dir(qa.client) if name[0].isupper()} == set(qa.client.__all__)
