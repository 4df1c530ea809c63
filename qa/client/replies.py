"""What a reply means: a result, an error, or a request to wait. Pure functions over bytes and headers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar

import msgspec

from qa.client.calls import Call, Stream
from qa.client.errors import ClientError, FieldError, Refused, UnexpectedReply

T = TypeVar("T")
E = TypeVar("E")

_BUSY = (429, 503)
_SHORTEST_PAUSE_S = 0.1  # a service that says 0 is still not asked without end
_SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class _Problem:
    """RFC 9457, as the service sends it."""

    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()


def result(call: Call[T], headers: Mapping[str, str], body: bytes) -> T:
    """What the call asked for, of a reply with a status of success.

    Raises:
        UnexpectedReply: it has another media type, or cannot be read.
    """
    check_type(call, headers, body)
    try:
        return call.read(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnexpectedReply(f"the reply to {call.method} {call.path} cannot be read: {error}") from error


def check_type(call: Call[T], headers: Mapping[str, str], body: bytes = b"") -> None:
    """Raises UnexpectedReply where a reply has another media type than the call's."""
    if _media_type(headers) != call.accept:
        raise UnexpectedReply(
            f"the reply to {call.method} {call.path} is {_shown(headers, body)}, not {call.accept}: "
            "is the address that of the service?"
        )


def failure(call: Call[T], status: int, headers: Mapping[str, str], body: bytes) -> ClientError:
    """What went wrong, of a reply without success."""
    if _media_type(headers) == "application/problem+json":
        try:
            return _refused(body, headers.get("x-request-id"))
        except msgspec.DecodeError:
            pass  # it says that it is one, and is none
    return UnexpectedReply(
        f"the reply to {call.method} {call.path} has status {status} and is {_shown(headers, body)}: "
        "is the address that of the service?"
    )


def step(stream: Stream[E, T], name: str, data: str, request_id: str | None) -> E | None:
    """An event of a stream; None for one of another name, which a later version of the service may send.

    Raises:
        Refused: it is an error.
        UnexpectedReply: it cannot be read.
    """
    try:
        if name == "error":
            raise _refused(data.encode(), request_id)
        return msgspec.json.decode(data, type=stream.events[name]) if name in stream.events else None
    except msgspec.DecodeError as error:
        raise UnexpectedReply(f"an event {name!r} cannot be read: {error}") from error


def broken_off(stream: Stream[E, T]) -> UnexpectedReply:
    """The error of a stream that ended without its last event."""
    call = stream.call
    return UnexpectedReply(
        f"the reply to {call.method} {call.path} ended before it was whole: what came of it is unknown"
    )


def pause_s(status: int, headers: Mapping[str, str], left_s: float) -> float | None:
    """How long to wait before the call is made again; None where it is not, or not within `left_s`."""
    asked_s = _retry_after_s(headers.get("retry-after", "")) if status in _BUSY else None
    if asked_s is None:
        return None
    pause = max(asked_s, _SHORTEST_PAUSE_S)
    return pause if pause <= left_s else None


def _retry_after_s(value: str) -> float | None:
    """RFC 9110, section 10.2.3: seconds, or a date."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return parsedate_to_datetime(value).timestamp() - time.time()
    except ValueError:
        return None


def _refused(body: bytes, request_id: str | None) -> Refused:
    problem = msgspec.json.decode(body, type=_Problem)
    return Refused(problem.status, problem.detail, request_id, problem.errors)


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _shown(headers: Mapping[str, str], body: bytes) -> str:
    begins = " ".join(body[: 4 * _SHOWN_CHARACTERS].decode(errors="replace").split())[:_SHOWN_CHARACTERS]
    return f"{_media_type(headers) or 'of no media type'}{f' ({begins!r})' if begins else ''}"
