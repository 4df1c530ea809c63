"""MCP at `/mcp` of the running server, with the official client and with requests that no client should send."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest
from mcp import Client
from starlette.applications import Starlette

from index.store import Store
from qa.http.mcp import ROUTE, Endpoint
from qa.live import LiveIndex
from qa.mcp.server import create_server
from qa.service import Service
from tests.conftest import Server
from tests.fakes import HashingEncoder

QUESTION = "How do EVs contribute to drug resistance?"
HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


def post(server: Server, body: Any = None, headers: dict[str, str] | None = None, **content: Any) -> httpx.Response:
    return server.client.post("/mcp", json=body, headers=HEADERS | (headers or {}), **content)


def call(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


@pytest.mark.parametrize("era", ["legacy", "auto"])
async def test_the_official_client_is_answered(server: Server, era: str) -> None:
    async with Client(f"{server.address}/mcp", mode=era) as client:
        assert client.server_info and client.server_info.name == "ev-review-qa"
        assert {tool.name for tool in (await client.list_tools()).tools} == {"search", "fetch", "answer", "verify"}
        found = (await client.call_tool("search", {"query": QUESTION})).structured_content["results"]
        over_http = server.client.post("/v1/search", json={"query": QUESTION, "k": 10}).json()["hits"]
        assert [one["id"] for one in found] == [hit["passage"]["id"] for hit in over_http]
        answer = (await client.call_tool("answer", {"question": QUESTION})).structured_content
        assert (
            answer["statements"] == server.client.post("/v1/answer", json={"question": QUESTION}).json()["statements"]
        )
        (contents,) = (await client.read_resource("evqa://documents/PMC13013411")).contents
        assert contents.text == server.client.get("/v1/documents/PMC13013411/text").text  # type: ignore[union-attr]
        assert (await client.call_tool("fetch", {"id": "gone"})).is_error


async def test_the_first_requests_wait_while_one_of_them_loads_the_sdk(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Service] = []

    def create(service: Service) -> Any:
        made.append(service)
        time.sleep(0.1)
        return create_server(service)

    monkeypatch.setattr("qa.http.mcp_exchange.create_server", create)
    live = LiveIndex(store, lambda generation: HashingEncoder())
    app = Starlette(routes=[ROUTE])
    app.state.mcp = Endpoint(Service(live), allowed_hosts=())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        sent = [client.post("/mcp", json=call("tools/list"), headers=HEADERS) for _ in range(3)]
        replies = [response.json() for response in await asyncio.gather(*sent)]
    live.close()
    assert len(made) == 1 and all(len(reply["result"]["tools"]) == 4 for reply in replies)


def test_a_message_needs_no_session(server: Server) -> None:
    response = post(server, call("tools/call", name="fetch", arguments={"id": "PMC13013411"}))
    assert response.status_code == 200 and response.headers["content-type"] == "application/json"
    assert "mcp-session-id" not in response.headers and response.headers["x-request-id"]
    assert response.json()["result"]["structuredContent"]["id"] == "PMC13013411"


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"content": b"{no json"}, 400, -32700),
        ({"content": b"\xff\xfe"}, 400, -32700),
        ({"content": b""}, 400, -32700),
        ({"content": b"[]"}, 400, -32600),
        ({"content": b'{"jsonrpc": "2.0", "id": 1}'}, 400, -32600),
        ({"body": call("tools/list") | {"params": [1]}}, 400, -32600),
        ({"content": b"x" * 1_000_001}, 413, -32600),
        ({"body": call("tools/call", name="destroy", arguments={})}, 200, -32602),
        ({"body": call("tools/call", name="search", arguments="text")}, 200, -32602),
        ({"body": call("no/such/method")}, 200, -32601),
        ({"body": call("resources/list", cursor=5)}, 200, -32602),
        ({"body": call("tools/list"), "headers": {"Content-Type": "text/plain"}}, 400, None),
        ({"body": call("tools/list"), "headers": {"Accept": "text/html"}}, 406, None),
        ({"body": call("tools/list"), "headers": {"MCP-Protocol-Version": "1999-01-01"}}, 400, None),
    ],
)
def test_a_message_that_cannot_be_taken_is_an_error_of_the_protocol(
    server: Server, sent: dict[str, Any], status: int, code: int | None
) -> None:
    response = post(server, **sent)
    assert response.status_code == status, response.text
    assert "Traceback" not in response.text and "pydantic" not in response.text
    if code is not None:
        assert response.json()["error"]["code"] == code


@pytest.mark.parametrize(
    ("method", "name", "params"),
    [
        ("tools/call", "fetch", r'"name": "fetch", "arguments": {"id": "\ud800"}'),
        ("tools/call", "search", r'"name": "search", "arguments": {"query": "\ud800"}'),
        ("tools/call", "search", r'"name": "search", "arguments": {"query": "a", "\ud800": 1}'),
        ("resources/list", "", r'"cursor": "\ud800"'),
    ],
)
@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28"])
def test_half_of_a_surrogate_pair_is_refused(server: Server, version: str, method: str, name: str, params: str) -> None:
    """The handshake's versions do not read it at all; the newest one lets it through to us."""
    meta = '"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}'
    sent = f'{{"jsonrpc": "2.0", "id": 1, "method": "{method}", "params": {{{params}, "_meta": {{{meta}}}}}}}'
    headers = {"MCP-Protocol-Version": version, "Mcp-Method": method} | ({"Mcp-Name": name} if name else {})
    answer = post(server, headers=headers, content=sent.encode()).json()
    assert answer["error"]["code"] in (-32700, -32602) if "error" in answer else answer["result"]["isError"]


@pytest.mark.parametrize(
    ("asked", "offered"), [("2024-11-05", "2024-11-05"), ("2025-06-18", "2025-06-18"), ("1999-01-01", "2025-11-25")]
)
def test_a_client_of_an_old_version_is_offered_one_that_the_server_speaks(
    server: Server, asked: str, offered: str
) -> None:
    hello = call("initialize", protocolVersion=asked, capabilities={}, clientInfo={"name": "test", "version": "0"})
    assert post(server, hello).json()["result"]["protocolVersion"] == offered


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_there_is_no_stream_and_no_session_to_delete(server: Server, method: str) -> None:
    response = server.client.request(method, "/mcp", headers=HEADERS)
    assert response.status_code == 405 and response.headers["allow"] == "POST"
    assert response.json()["error"]["code"] == -32600


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "localhost:9"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost:5173"}, 200),
    ],
)
def test_pages_of_strangers_cannot_reach_a_server_of_this_machine(
    server: Server, headers: dict[str, str], status: int
) -> None:
    assert post(server, call("tools/list"), headers=headers).status_code == status
