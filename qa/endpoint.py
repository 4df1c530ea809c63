"""A language model behind an OpenAI-compatible endpoint: Ollama, llama.cpp, vLLM, a vendor's.

The reply is streamed (server-sent events of chat completion chunks) and bounded in time and size. What passes is tried
again until there is text; an endpoint that keeps failing is left alone for a while. Knows nothing of papers, nor of
what becomes of the text.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import httpx_sse
import msgspec

from index.sources.http_client import Deadline, retry_after_s, trusted_certificates
from qa.errors import GenerationFailed, SettingsError
from qa.prompts import messages

_REFUSED_STATUS = {400, 422}
_PASSING_STATUS = {408, 409, 425, 429, 500, 502, 503, 504}
_END = "[DONE]"


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """Which model is asked where, and when that is given up.

    `total_timeout_s` is the longest that one reply may take with all tries and waits, `silence_s` the longest pause in
    it, `max_bytes` its largest size. A failure that may pass is tried again `retries` times, at first after about
    `backoff_s`, then twice as long each time. After `failures` failed replies in a row nobody is asked for `rest_s`.
    """

    base_url: str
    model: str
    api_key: str | None = None
    total_timeout_s: float = 60.0
    silence_s: float = 30.0
    max_bytes: int = 2**20
    max_tokens: int = 512
    retries: int = 2
    backoff_s: float = 0.5
    failures: int = 3
    rest_s: float = 30.0


class Endpoint:
    """Asks the model of its settings; safe to use from several threads at once.

    Raises:
        SettingsError: the address or the key cannot be used.
    """

    def __init__(self, settings: EndpointSettings) -> None:
        self._settings = settings
        self._breaker = _Breaker(settings.failures, settings.rest_s)
        self._options: dict[str, object] = {"temperature": 0, "max_tokens": settings.max_tokens}
        try:
            self._address = httpx.URL(settings.base_url.rstrip("/") + "/chat/completions")
            headers = {"Authorization": f"Bearer {settings.api_key}"} if settings.api_key else {}
            # Compressed, a small reply could be as large as it likes.
            self._client = httpx.Client(
                headers=headers | {"Accept-Encoding": "identity"}, verify=trusted_certificates()
            )
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise SettingsError(
                f"EVQA_LLM_BASE_URL or EVQA_LLM_API_KEY cannot be used ({type(error).__name__})"
            ) from error
        if self._address.scheme not in {"http", "https"} or not self._address.host:
            raise SettingsError(f"EVQA_LLM_BASE_URL is {settings.base_url!r}: it must be an http or https address")

    @property
    def name(self) -> str:
        """The model's name."""
        return self._settings.model

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def generate(self, question: str, context: Sequence[str]) -> Generator[str]:
        """The model's text, piece by piece. Closing the iterator closes the connection.

        Raises:
            GenerationFailed: there is no reply, or it broke off, took too long, or is none.
        """
        with self._breaker:
            yield from self._pieces(messages(question, context), Deadline.after(self._settings.total_timeout_s))

    def _pieces(self, conversation: list[dict[str, str]], deadline: Deadline) -> Iterator[str]:
        said = False
        for wait_s in (*self._backoffs(), None):
            try:
                for piece in self._accepted(conversation, deadline):
                    said = True
                    yield piece
                return
            except _Passing as failure:
                wait_s = failure.wait_s if wait_s is not None and failure.wait_s is not None else wait_s
                if said or wait_s is None or wait_s >= deadline.remaining_s:
                    raise
            time.sleep(wait_s)

    def _backoffs(self) -> Iterator[float]:
        for attempt in range(self._settings.retries):
            yield self._settings.backoff_s * 2**attempt * random.uniform(0.5, 1.5)

    def _accepted(self, conversation: list[dict[str, str]], deadline: Deadline) -> Iterator[str]:
        """The text; asked without options where they are refused, as OpenAI's reasoning models do, and from then on."""
        try:
            yield from self._stream(conversation, self._options, deadline)
        except _Refused:
            if not self._options:
                raise
            for piece in self._stream(conversation, {}, deadline):
                self._options = {}
                yield piece

    def _stream(
        self, conversation: list[dict[str, str]], options: dict[str, object], deadline: Deadline
    ) -> Iterator[str]:
        body = {"model": self._settings.model, "messages": conversation, "stream": True} | options
        silence_s = min(self._settings.silence_s, max(deadline.remaining_s, 0.001))
        try:
            with self._client.stream("POST", self._address, json=body, timeout=silence_s) as response:
                _refuse(response)
                yield from self._read(response, deadline)
        except httpx_sse.SSEError as error:  # which httpx takes for a fault of the transport
            raise GenerationFailed("the endpoint sends no stream of server-sent events") from error
        except httpx.TimeoutException as error:
            raise _Passing("the endpoint stopped answering") from error
        except httpx.TransportError as error:
            raise _Passing("the endpoint cannot be reached, or broke off its reply") from error

    def _read(self, response: httpx.Response, deadline: Deadline) -> Iterator[str]:
        sent = {"Content-Type": response.headers.get("Content-Type", "")}
        bounded = httpx.Response(200, headers=sent, content=self._bounded(response, deadline))
        ended = False
        with contextlib.closing(bounded):
            for event in httpx_sse.EventSource(bounded).iter_sse():
                if event.data.strip() == _END:
                    return
                for choice in _chunk(event.data).choices[:1]:
                    ended = ended or choice.finish_reason is not None
                    if choice.delta.content:
                        yield choice.delta.content
        if not ended:
            raise _Passing("the endpoint broke off its reply")

    def _bounded(self, response: httpx.Response, deadline: Deadline) -> Iterator[bytes]:
        size = 0
        for part in response.iter_raw():
            size += len(part)
            if size > self._settings.max_bytes:
                raise GenerationFailed(f"the endpoint sends more than {self._settings.max_bytes} bytes")
            if deadline.remaining_s <= 0:
                raise GenerationFailed("the endpoint takes too long")
            yield part


class _Refused(GenerationFailed):
    """A request that the endpoint takes for wrong."""


class _Passing(GenerationFailed):
    """A failure that the next try may not meet; `wait_s` is how long the endpoint asks to wait."""

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class _Breaker:
    """Lets nobody through for `rest_s` after `failures` failures in a row, and then one at a time until one succeeds.

    A caller that leaves early, with a part of the reply, has not seen a failure.
    """

    def __init__(self, failures: int, rest_s: float) -> None:
        self._most, self._rest_s = failures, rest_s
        self._failed = 0
        self._opens_at = 0.0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            if self._failed >= self._most:
                if time.monotonic() < self._opens_at:
                    raise GenerationFailed("the endpoint failed several times, and is left alone for a while")
                self._opens_at = time.monotonic() + self._rest_s  # others wait for what this one sees

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        with self._lock:
            if kind is None:
                self._failed = 0
            elif issubclass(kind, GenerationFailed):
                self._failed += 1
                self._opens_at = time.monotonic() + self._rest_s


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta = msgspec.field(default_factory=_Delta)
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice]


def _chunk(data: str) -> _Chunk:
    try:
        return msgspec.json.decode(data, type=_Chunk)
    except msgspec.DecodeError as error:
        raise GenerationFailed("the endpoint sends an event that is no chunk of a chat completion") from error


def _refuse(response: httpx.Response) -> None:
    if response.status_code in _PASSING_STATUS:
        wait_s = retry_after_s(response.headers.get("Retry-After"), datetime.now(UTC))
        raise _Passing(f"the endpoint answers {response.status_code}", wait_s)
    if response.status_code in _REFUSED_STATUS:
        raise _Refused(f"the endpoint answers {response.status_code}")
    if not response.is_success:
        raise GenerationFailed(f"the endpoint answers {response.status_code}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise GenerationFailed("the endpoint sends a compressed reply, though it was asked not to")
