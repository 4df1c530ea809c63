"""OpenAI's chat completions and list of models: chatbots talk to the service as to a model that cites.

Beyond OpenAI's shapes a response, and the last chunk with a choice, has `citations`, `status`, `confidence`, after a
history `resolved_question`, and where a language model was asked `degraded` and what of it was `dropped`. A chunk whose
text ends with a new marker has `event`, from which Open WebUI takes the quote that it shows.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from index.errors import UnknownId
from qa.answer import Citation
from qa.chores import chore
from qa.http.completions import CompletionRequest
from qa.http.problems import Problem
from qa.http.serving import Asked, Event, event, event_stream, json_bytes, json_response
from qa.messages import End, Message, Piece, conversation, count_tokens, message, named
from qa.service import Service

MODEL = "ev-review-qa"
_CREATED = 1_767_225_600  # OpenAI's shape wants a date: 2026-01-01
_CHUNK = "chat.completion.chunk"
_TOLD = ("status", "confidence", "resolved_question", "degraded", "dropped")  # fields of an answer

router = APIRouter(
    prefix="/v1",
    tags=["OpenAI"],
    responses={"default": {"description": "OpenAI's error object", "content": {"application/json": {}}}},
)


class UnknownModel(UnknownId):
    """A model that is not served here."""


def error_shape(problem: Problem) -> Response:
    """OpenAI's error response."""
    # Theirs refuses with 400 whatever cannot be asked.
    unprocessable = problem.status is HTTPStatus.UNPROCESSABLE_ENTITY
    status = HTTPStatus.BAD_REQUEST if unprocessable else problem.status
    return JSONResponse(_error(problem), status, headers=problem.headers)


def _error(problem: Problem) -> dict[str, Any]:
    kind = "invalid_request_error" if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR else "server_error"
    code, at_fault = None, problem.errors[0]["field"] if problem.errors else None
    if isinstance(problem.error, UnknownModel):
        code, at_fault = "model_not_found", "model"
    return {"error": {"message": problem.detail, "type": kind, "param": at_fault, "code": code}}


@router.get("/models")
def models() -> dict[str, Any]:
    """The one model there is."""
    return {"object": "list", "data": [model(MODEL)]}


@router.get("/models/{name:path}")
def model(name: str) -> dict[str, Any]:
    """The model of that id."""
    if name != MODEL:
        raise UnknownModel(f"there is no model {name[:100]}: ask {MODEL}")
    return {"id": MODEL, "object": "model", "created": _CREATED, "owned_by": MODEL}


@router.post("/chat/completions", responses={200: {"content": {"text/event-stream": {}}}})
def chat_completions(service: Asked, asked: CompletionRequest, request: Request) -> Response:
    """The last user's turn is the question; what was said before it makes a follow-up one that stands alone.

    The message is whole sentences of the papers with markers `[n]`, each with an annotation and a citation.
    """
    model(asked.model)
    asked.refuse()
    messages = asked.conversation()
    parts = _parts(service, asked, messages, sources=request.app.state.chat_sources)
    reply = _Reply(str(request.base_url), prompt_tokens=sum(count_tokens(one.text) for one in messages))
    if not asked.stream:
        return _whole(reply, parts)
    usage = bool(asked.stream_options and asked.stream_options.include_usage)
    return event_stream(request, parts, lambda taken: _events(reply, taken, usage=usage), _failed)


def _parts(
    service: Service, asked: CompletionRequest, messages: Sequence[Message], *, sources: bool
) -> Generator[Piece | End]:
    if (done := chore(messages)) is not None:
        yield from (Piece(""), Piece(done), End("stop", (), count_tokens(done)))
        return
    asked.refuse_format()
    question, history = conversation(messages)
    with contextlib.closing(service.answer_events(question, history=history)) as steps:
        yield from message(steps, asked.limits(), sources=sources)


@dataclass(frozen=True, slots=True)
class _Reply:
    """What all chunks of a response share, and how its parts look in OpenAI's shapes."""

    base_url: str
    prompt_tokens: int
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def envelope(self, kind: str, *choices: dict[str, Any]) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": MODEL, "choices": choices}

    def chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        return self.envelope(_CHUNK, {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason})

    def usage(self, end: End) -> dict[str, Any]:
        sent, made = self.prompt_tokens, end.tokens
        return {"usage": {"prompt_tokens": sent, "completion_tokens": made, "total_tokens": sent + made}}

    def annotations(self, piece: Piece) -> list[dict[str, Any]]:
        if piece.cited is None:
            return []
        place = {"start_index": piece.start, "end_index": piece.end}
        source = {"title": piece.cited.document.title, "url": self._address(piece.cited)}
        return [{"type": "url_citation", "url_citation": place | source}]

    def quote(self, citation: Citation) -> dict[str, Any]:
        """The event by which Open WebUI shows a citation; the annotation of the same address becomes part of it."""
        address = self._address(citation)
        about = {"source": address, "source_url": address, "name": named(citation)}
        source = {"id": address, "name": named(citation), "url": address}
        return {
            "event": {"type": "source", "data": {"source": source, "document": [citation.quote], "metadata": [about]}}
        }

    def _address(self, citation: Citation) -> str:
        passage = f"{self.base_url}v1/passages/{quote(citation.passage_id)}"
        address = citation.link or citation.document.url or passage
        # subtle: each citation has an address of its own, since Open WebUI takes [2] for the second that it was sent
        return address if "#" in address else f"{address}#{citation.start}-{citation.end}"


def _beyond(end: End) -> dict[str, Any]:
    """What OpenAI's shape has no place for."""
    answer = end.answer
    told = {name: getattr(answer, name) for name in _TOLD} if answer else {}
    return {"citations": end.citations} | {name: value for name, value in told.items() if value is not None}


def _whole(reply: _Reply, parts: Iterable[Piece | End]) -> Response:
    *pieces, end = parts
    assert isinstance(end, End)
    said: dict[str, Any] = {"role": "assistant", "content": "", "refusal": None, "annotations": []}
    for piece in pieces:
        assert isinstance(piece, Piece)
        said["content"] += piece.text
        said["annotations"] += reply.annotations(piece)
    choice = {"index": 0, "message": said, "logprobs": None, "finish_reason": end.reason}
    return json_response(reply.envelope("chat.completion", choice) | reply.usage(end) | _beyond(end))


def _events(reply: _Reply, parts: Iterable[Piece | End], *, usage: bool) -> Iterator[Event]:
    """Chunks, and `[DONE]`; with `usage` a last chunk has it, and all others have a null there, as OpenAI does."""
    shown: set[int] = set()
    absent = {"usage": None} if usage else {}
    yield event(json_bytes(reply.chunk({"role": "assistant", "content": ""}) | absent))
    for part in parts:
        if isinstance(part, Piece):
            if part.text:
                yield event(json_bytes(_piece(reply, part, shown) | absent))
        else:
            yield event(json_bytes(reply.chunk({}, part.reason) | _beyond(part) | absent))
            if usage:
                yield event(json_bytes(reply.envelope(_CHUNK) | reply.usage(part)))
    yield event(b"[DONE]")


def _piece(reply: _Reply, piece: Piece, shown: set[int]) -> dict[str, Any]:
    if piece.cited is None:
        return reply.chunk({"content": piece.text})
    chunk = reply.chunk({"content": piece.text, "annotations": reply.annotations(piece)})
    if piece.cited.marker in shown:
        return chunk
    shown.add(piece.cited.marker)
    return chunk | reply.quote(piece.cited)


def _failed(problem: Problem) -> Event:
    return event(msgspec.json.encode(_error(problem)))
