"""The two clients: one that waits, and one for an event loop. They send calls and wait; what is sent and what a reply
means is in `qa.client.calls` and `qa.client.replies`.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx
from httpx_sse import EventSource

from qa.client import calls, replies
from qa.client.calls import Call, Stream
from qa.client.errors import TimedOut, UnexpectedReply, Unreachable
from qa.views import DocumentView

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E")
_Method = TypeVar("_Method", bound=Callable[..., Any])

TIMEOUT_S = 30.0
PATIENCE_S = 10.0


def _described(method: _Method, call: Callable[..., Any], name: str = "") -> _Method:
    """The method under the name of the call, with its words and arguments, for `help` and editors."""
    signature = inspect.signature(call)
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    parameters = [itself, *signature.parameters.values()]
    method.__name__, method.__doc__ = name or call.__name__, call.__doc__
    method.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return method


def _address(base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise ValueError(f"{base_url!r} is no address ({error}): use one like http://127.0.0.1:8000") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"{base_url!r} is no address of a service: use one like http://127.0.0.1:8000")
    return base_url.rstrip("/")


def _request(call: Call[Any], base_url: str) -> dict[str, Any]:
    headers = {"Accept": call.accept} | ({"Content-Type": calls.JSON} if call.body else {})
    files = [("files", file) for file in call.files.items()]
    return {
        "method": call.method,
        "url": base_url + call.path,
        "params": call.parameters or None,
        "content": call.body,
        "files": files or None,
        "headers": headers,
    }


@contextlib.contextmanager
def _translated(call: Call[Any], base_url: str) -> Iterator[None]:
    """Errors of httpx as those of the client."""
    what = f"{call.method} {base_url}{call.path}"
    try:
        yield
    except httpx.TimeoutException as error:
        raise TimedOut(f"{what} took too long ({type(error).__name__}): give it a longer timeout_s") from error
    except httpx.TransportError as error:
        raise Unreachable(f"{what} failed: {error or type(error).__name__}; is the service running there?") from error
    except httpx.DecodingError as error:
        raise UnexpectedReply(f"the reply to {what} cannot be unpacked: {error}") from error


def _blocking(call: Callable[P, Call[T]]) -> Callable[Concatenate[Client, P], T]:
    """The method of `Client` that makes a call."""

    def method(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._made(call(*args, **kwargs))

    return _described(method, call)


def _awaited(call: Callable[P, Call[T]]) -> Callable[Concatenate[AsyncClient, P], Awaitable[T]]:
    """The method of `AsyncClient` that makes a call."""

    async def method(self: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._made(call(*args, **kwargs))

    return _described(method, call)


def _blocking_steps(stream: Callable[P, Stream[E, T]]) -> Callable[Concatenate[Client, P], Generator[E]]:
    """The method of `Client` that gives each event of a reply as it comes; closing it ends the work."""

    def method(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> Generator[E]:
        return self._steps(stream(*args, **kwargs))

    return _described(method, stream, f"{stream.__name__.removesuffix('_events')}_events")


def _awaited_steps(stream: Callable[P, Stream[E, T]]) -> Callable[Concatenate[AsyncClient, P], AsyncGenerator[E]]:
    """The method of `AsyncClient` that gives each event of a reply as it comes; closing it ends the work."""

    def method(self: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[E]:
        return self._steps(stream(*args, **kwargs))

    return _described(method, stream, f"{stream.__name__.removesuffix('_events')}_events")


def _blocking_last(stream: Callable[P, Stream[E, T]]) -> Callable[Concatenate[Client, P], T]:
    """The method of `Client` that waits for the last event of a reply, however long the pauses between events are."""

    def method(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        asked = stream(*args, **kwargs)
        return next(step for step in self._steps(asked) if isinstance(step, asked.last))

    return _described(method, stream)


def _awaited_last(stream: Callable[P, Stream[E, T]]) -> Callable[Concatenate[AsyncClient, P], Awaitable[T]]:
    """The method of `AsyncClient` that waits for the last event of a reply."""

    async def method(self: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> T:
        asked = stream(*args, **kwargs)
        async with contextlib.aclosing(self._steps(asked)) as steps:
            return await anext(step async for step in steps if isinstance(step, asked.last))

    return _described(method, stream)


class Client:
    """Asks a service; safe to use from several threads at once. Close it, or use it in a `with` statement.

    Every method raises `ClientError`: `Refused` where the service says why, `Unreachable` and `TimedOut` where there
    was no reply, `UnexpectedReply` where it is none of the service's. An abstention is an answer.

    Args:
        base_url: where the service is, as `http://127.0.0.1:8000`.
        timeout_s: how long to wait for a connection, and for each next part of a reply.
        patience_s: how long all waits together may be that a busy or starting service asks for, before a call is given
            up with its refusal.
        http: an httpx client of your own, with its proxies, certificates, headers and time-outs; you close it.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout_s: float = TIMEOUT_S,
        patience_s: float = PATIENCE_S,
        http: httpx.Client | None = None,
    ) -> None:
        self._base_url = _address(base_url)
        self._patience_s = patience_s
        self._owns = http is None
        self._http = http or httpx.Client(timeout=timeout_s)

    search = _blocking(calls.search)
    answer = _blocking(calls.answer)
    verify = _blocking(calls.verify)
    verify_manuscript = _blocking(calls.verify_manuscript)
    passage = _blocking(calls.passage)
    documents = _blocking(calls.documents)
    document = _blocking(calls.document)
    text = _blocking(calls.text)
    layout = _blocking(calls.layout)
    references = _blocking(calls.references)
    reference = _blocking(calls.reference)
    citation = _blocking(calls.citation)
    ready = _blocking(calls.ready)
    index_state = _blocking(calls.index_state)

    answer_events = _blocking_steps(calls.answer_events)
    add_events = _blocking_steps(calls.add)
    upload_events = _blocking_steps(calls.upload)
    remove_events = _blocking_steps(calls.remove)
    add = _blocking_last(calls.add)
    upload = _blocking_last(calls.upload)
    remove = _blocking_last(calls.remove)

    def all_documents(self, limit: int = 100) -> Iterator[DocumentView]:
        """Every paper, by id; `limit` are asked for at a time."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.documents(limit, cursor)
            yield from page.documents
            cursor = page.next_cursor

    def close(self) -> None:
        """Closes the connections."""
        if self._owns:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _made(self, call: Call[T]) -> T:
        with _translated(call, self._base_url), self._opened(call) as response:
            return replies.result(call, response.headers, response.read())

    def _steps(self, stream: Stream[E, Any]) -> Generator[E]:
        call = stream.call
        with _translated(call, self._base_url), self._opened(call) as response:
            replies.check_type(call, response.headers)
            for event in EventSource(response).iter_sse():
                step = replies.step(stream, event.event, event.data, response.headers.get("x-request-id"))
                if step is not None:
                    yield step
                if isinstance(step, stream.last):
                    return
        raise replies.broken_off(stream)

    @contextlib.contextmanager
    def _opened(self, call: Call[Any]) -> Iterator[httpx.Response]:
        """A reply with a status of success, its body not read yet."""
        left_s = self._patience_s
        while True:
            with self._http.stream(**_request(call, self._base_url)) as response:
                if response.is_success:
                    yield response
                    return
                pause_s = replies.pause_s(response.status_code, response.headers, left_s)
                if pause_s is None:
                    raise replies.failure(call, response.status_code, response.headers, response.read())
            time.sleep(pause_s)
            left_s -= pause_s


class AsyncClient:
    """`Client` for an event loop: the same methods and errors, awaited; use it on one loop."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout_s: float = TIMEOUT_S,
        patience_s: float = PATIENCE_S,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._base_url = _address(base_url)
        self._patience_s = patience_s
        self._owns = http is None
        self._http = http or httpx.AsyncClient(timeout=timeout_s)

    search = _awaited(calls.search)
    answer = _awaited(calls.answer)
    verify = _awaited(calls.verify)
    verify_manuscript = _awaited(calls.verify_manuscript)
    passage = _awaited(calls.passage)
    documents = _awaited(calls.documents)
    document = _awaited(calls.document)
    text = _awaited(calls.text)
    layout = _awaited(calls.layout)
    references = _awaited(calls.references)
    reference = _awaited(calls.reference)
    citation = _awaited(calls.citation)
    ready = _awaited(calls.ready)
    index_state = _awaited(calls.index_state)

    answer_events = _awaited_steps(calls.answer_events)
    add_events = _awaited_steps(calls.add)
    upload_events = _awaited_steps(calls.upload)
    remove_events = _awaited_steps(calls.remove)
    add = _awaited_last(calls.add)
    upload = _awaited_last(calls.upload)
    remove = _awaited_last(calls.remove)

    async def all_documents(self, limit: int = 100) -> AsyncIterator[DocumentView]:
        """Every paper, by id; `limit` are asked for at a time."""
        cursor: str | None = ""
        while cursor is not None:
            page = await self.documents(limit, cursor)
            for one in page.documents:
                yield one
            cursor = page.next_cursor

    async def close(self) -> None:
        """Closes the connections."""
        if self._owns:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _made(self, call: Call[T]) -> T:
        with _translated(call, self._base_url):
            async with self._opened(call) as response:
                return replies.result(call, response.headers, await response.aread())

    async def _steps(self, stream: Stream[E, Any]) -> AsyncGenerator[E]:
        call = stream.call
        with _translated(call, self._base_url):
            async with self._opened(call) as response:
                replies.check_type(call, response.headers)
                async for event in EventSource(response).aiter_sse():
                    step = replies.step(stream, event.event, event.data, response.headers.get("x-request-id"))
                    if step is not None:
                        yield step
                    if isinstance(step, stream.last):
                        return
        raise replies.broken_off(stream)

    @contextlib.asynccontextmanager
    async def _opened(self, call: Call[Any]) -> AsyncIterator[httpx.Response]:
        """A reply with a status of success, its body not read yet."""
        left_s = self._patience_s
        while True:
            async with self._http.stream(**_request(call, self._base_url)) as response:
                if response.is_success:
                    yield response
                    return
                pause_s = replies.pause_s(response.status_code, response.headers, left_s)
                if pause_s is None:
                    raise replies.failure(call, response.status_code, response.headers, await response.aread())
            await asyncio.sleep(pause_s)
            left_s -= pause_s
