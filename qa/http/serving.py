"""What the routes of every protocol share: the service that answers, and how its shapes become a response or a stream.

Knows no protocol: which events a stream has, and what an error looks like in it, is the caller's business.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Generator, Iterator
from dataclasses import dataclass
from types import GenericAlias
from typing import Annotated, Any, TypeVar

import anyio
import msgspec
from fastapi import Depends, Request, Response
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.types import Receive, Scope, Send

from qa.answer import plain
from qa.http.problems import Problem, problem_of
from qa.service import Service


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


T = TypeVar("T")

_LINE_END = "\n"

Event = ServerSentEvent

Asked = Annotated[Service, Depends(_service)]


@dataclass(frozen=True)
class _Documented:
    shape: type

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler(source)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        # subtle: a shape that stands there twice is referred to by its name, which generated clients need
        twice: Any = GenericAlias(tuple, (self.shape, self.shape))
        reference: dict[str, Any] = handler(TypeAdapter(twice).core_schema)["prefixItems"][0]
        return reference


def documented(shape: type) -> Any:
    """A `response_model` that documents a shape, and is built when the OpenAPI document is asked for.

    What is sent is ours and valid, so that no response goes through its model; building all of them takes longer than
    opening the index.
    """
    return Annotated[Any, _Documented(shape)]


def json_bytes(value: Any) -> bytes:
    """One of the service's shapes, or what is made of them, as JSON without its absent fields."""
    return msgspec.json.encode(plain(value))


def json_response(value: Any) -> Response:
    """One of the service's shapes as JSON."""
    # They are ours and valid: sending them through pydantic again would cost more than the search.
    return Response(json_bytes(value), media_type="application/json")


def event(data: bytes, name: str | None = None) -> Event:
    """A server-sent event (WHATWG HTML, 9.2) of one line of data."""
    return Event(data.decode(), event=name, sep=_LINE_END)


def event_stream(
    request: Request,
    steps: Generator[T],
    written: Callable[[Iterator[T]], Iterator[Event]],
    failed: Callable[[Problem], Event],
) -> Response:
    """What `steps` yields, as the events that `written` makes of it, each sent as soon as it is there.

    The first step is taken here, so that what cannot be asked is refused in the ordinary way; an error after it becomes
    the event that `failed` makes of it. The rest runs in worker threads, with comments in the pauses that keep the
    connection open. A client that goes away ends the work: `steps` is closed after the step in progress.
    """
    first = next(steps)

    def events() -> Iterator[Event]:
        try:
            yield from written(itertools.chain([first], steps))
        except Exception as error:  # the status is sent: whatever it is, the client has to hear of it here
            yield failed(problem_of(error, request.scope))

    # A thread is waited for, even when the client is gone: no step is in progress when they are closed.
    return _Stream(request, iterate_in_threadpool(events()), lambda: run_in_threadpool(steps.close))


async def live_event_stream(
    request: Request, steps: AsyncGenerator[T, None], written: Callable[[T], Event], failed: Callable[[Problem], Event]
) -> Response:
    """`event_stream` of steps that need no thread; a client that goes away ends the step in progress, too."""
    first = await anext(steps)

    async def events() -> AsyncGenerator[Event]:
        yield written(first)
        try:
            async for step in steps:
                yield written(step)
        except Exception as error:  # as above
            yield failed(problem_of(error, request.scope))

    return _Stream(request, events(), steps.aclose)


class _Stream(EventSourceResponse):
    """Calls `close` at its end, though the client should have gone before the first event."""

    def __init__(self, request: Request, events: AsyncIterable[Event], close: Callable[[], Awaitable[None]]) -> None:
        super().__init__(
            events,
            ping=request.app.state.heartbeat_s,
            ping_message_factory=lambda: Event(comment="", sep=_LINE_END),
            sep=_LINE_END,
        )
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._close()
