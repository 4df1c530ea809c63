"""Streams, through a real server: how they stay open, end early, and fail."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncGenerator, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.types import Message, Scope

from index.errors import StoreError
from index.search import Searcher
from index.store import Store
from qa.http.asgi import create_app
from qa.http.serving import Event, live_event_stream
from qa.live import LiveIndex
from qa.select import select
from tests.conftest import eventually, running
from tests.fakes import HashingEncoder

QUESTION = {"question": "Which vesicles carry a pump that expels cisplatin?", "stream": True}
CHAT = {
    "model": "ev-review-qa",
    "messages": [{"role": "user", "content": QUESTION["question"]}],
    "stream": True,
}


class CountedIndex(LiveIndex):
    """Knows how many requests use it, and how many were given up before their end."""

    leases = 0
    abandoned = 0

    @contextlib.contextmanager
    def lease(self) -> Iterator[Searcher]:
        with super().lease() as searcher:
            self.leases += 1
            try:
                yield searcher
            except GeneratorExit:
                self.abandoned += 1
                raise
            finally:
                self.leases -= 1


@pytest.fixture
def live(store: Store) -> CountedIndex:
    return CountedIndex(store, lambda generation: HashingEncoder())


@pytest.fixture
def client(live: CountedIndex) -> Iterator[httpx.Client]:
    app = create_app(lambda: live, threads=2, max_body_bytes=10_000, announce=lambda: None, heartbeat_s=0.05)
    yield from running(app)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Answers wait at it between their retrieval and their statements, as they wait for a model that writes."""
    gate = threading.Event()

    def waiting(*arguments: Any) -> Any:
        assert gate.wait(timeout=10)
        return select(*arguments)

    monkeypatch.setattr("qa.answering.select", waiting)
    return gate


def test_a_stream_in_which_nothing_happens_says_that_it_lives(
    client: httpx.Client, live: CountedIndex, gate: threading.Event
) -> None:
    with client.stream("POST", "/v1/answer", json=QUESTION) as response:
        lines = filter(None, response.iter_lines())
        assert next(lines) == "event: retrieval" and next(lines).startswith("data: {")
        assert [next(lines)[:1] for _ in range(3)] == [":"] * 3
        gate.set()
        assert "event: done" in list(lines)
    eventually(lambda: live.leases == 0)
    assert live.abandoned == 0


@pytest.mark.parametrize(("path", "asked"), [("/v1/answer", QUESTION), ("/v1/chat/completions", CHAT)])
def test_a_client_that_goes_away_ends_the_work_and_its_lease(
    client: httpx.Client, live: CountedIndex, gate: threading.Event, path: str, asked: dict[str, Any]
) -> None:
    with client.stream("POST", path, json=asked) as response:
        next(response.iter_lines())
        assert live.leases == 1
    gate.set()
    eventually(lambda: live.leases == 0)
    assert live.abandoned == 1


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (StoreError("passages.f32 is damaged: run `evqa build`"), 503, "evqa build"),
        (RuntimeError("secret of the inside"), 500, "X-Request-ID"),
    ],
)
def test_an_error_in_mid_stream_is_an_event_with_a_problem(
    client: httpx.Client, live: CountedIndex, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, told: str
) -> None:
    def failing(*arguments: Any) -> Any:
        raise error

    monkeypatch.setattr("qa.answering.select", failing)
    response = client.post("/v1/answer", json=QUESTION)
    name, data = response.text.strip().split("\n\n")[-1].split("\n")
    problem = json.loads(data.removeprefix("data: "))
    assert (response.status_code, name, problem["status"]) == (200, "event: error", status)
    assert told in problem["detail"] and "secret" not in response.text
    assert live.leases == 0


def test_what_cannot_be_asked_is_refused_before_the_stream_begins(client: httpx.Client, live: CountedIndex) -> None:
    response = client.post("/v1/answer", json=QUESTION | {"filters": {"document_ids": ["PMC1"]}})
    assert response.status_code == 404 and response.headers["content-type"] == "application/problem+json"
    assert live.leases == 0


async def test_steps_are_closed_though_the_client_was_gone_before_the_first_event() -> None:
    closed: list[bool] = []

    async def steps() -> AsyncGenerator[int, None]:
        try:
            yield 1
            yield 2
        finally:
            closed.append(True)

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def to_nobody(message: Message) -> None:
        await asyncio.sleep(0.1)

    app = SimpleNamespace(state=SimpleNamespace(heartbeat_s=15.0))
    scope: Scope = {"type": "http", "method": "POST", "headers": [], "app": app}
    response = await live_event_stream(Request(scope), steps(), lambda step: Event(str(step)), lambda problem: Event())
    await response(scope, gone, to_nobody)
    assert closed
