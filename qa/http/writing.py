"""Papers are added and removed over HTTP, where the operator allows it: a write a time, told of as it goes on."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import Match
from starlette.types import Scope

from index.report import Report, WriteEvent
from qa import catalogue
from qa.http.forms import FIELD, is_form, saved
from qa.http.negotiation import preferred
from qa.http.origin import reason_to_refuse
from qa.http.problems import PROBLEM, Problem
from qa.http.requests import AddRequest
from qa.http.serving import Asked, Event, documented, event, json_bytes, json_response, live_event_stream
from qa.service import Service
from qa.views import IndexState
from qa.writing import IndexWriter, Order

UPLOADS = "/v1/documents"
_EVENTS = "text/event-stream"
_ANSWERS = ("application/json", _EVENTS)
_OFF = "papers are not added or removed here: the operator allows it with `evqa serve --writable` or EVQA_WRITABLE=1"
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {_EVENTS: {}}},
    **dict.fromkeys((403, 406, 409, 413, 507), PROBLEM),
}
_FORM = {
    "type": "object",
    "required": [FIELD],
    "properties": {FIELD: {"type": "array", "items": {"type": "string", "format": "binary"}}},
}

router = APIRouter()


def _writer(request: Request) -> IndexWriter:
    state = request.app.state
    writer: IndexWriter | None = state.index_writer
    if writer is None:
        raise HTTPException(403, _OFF)
    if reason := reason_to_refuse(request.headers, state.allowed_hosts):
        raise HTTPException(403, reason)
    accept = request.headers.get("accept")
    if preferred(accept, _ANSWERS) is None:
        raise HTTPException(406, f"Accept is {accept}: a report can be had as {', '.join(_ANSWERS)}")
    writer.check_free()
    return writer


Writing = Annotated[IndexWriter, Depends(_writer)]


class _FormRoute(APIRoute):
    """Takes a request whose body is a form; another route at the same path takes the others."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        return (match, child) if match is not Match.FULL or is_form(scope) else (Match.NONE, {})


@router.get("/v1/index", response_model=documented(IndexState))
def index_state(service: Asked, request: Request) -> Response:
    """The index as a whole, what could not be added to it, and whether it may be written to."""
    writer: IndexWriter | None = request.app.state.index_writer
    with service.lease() as searcher:
        state = catalogue.index_state(
            searcher.generation,
            service.failed(),
            writable=writer is not None,
            writing=writer is not None and writer.busy,
            max_upload_bytes=writer.max_upload_bytes if writer else None,
        )
    return json_response(state)


async def upload(service: Asked, writer: Writing, request: Request) -> Response:
    """Adds the papers of a form's files, as `add_documents` does."""
    return await _carried_out(request, _uploading(service, writer, request))


# Before the other: a form would be no JSON there.
router.routes.append(_FormRoute(UPLOADS, upload, methods=["POST"], include_in_schema=False))


@router.post(
    UPLOADS,
    response_model=documented(Report),
    responses=_RESPONSES,
    openapi_extra={"requestBody": {"content": {"multipart/form-data": {"schema": _FORM}}}},
)
async def add_documents(service: Asked, writer: Writing, asked: AddRequest, request: Request) -> Response:
    """Adds papers by identifier or address, or, from a form, those of uploaded files (a zip is read as a folder is).

    With `Accept: text/event-stream` the answer tells of each step as it goes on (`progress`), and last the `report`, or
    an `error` with a problem document; closing it ends the write, and the index is as it was. What was added is found
    from the report on.
    """
    return await _carried_out(request, writer.write(Order(sources=tuple(asked.sources)), service.refresh))


@router.delete("/v1/documents/{document_id}", response_model=documented(Report), responses=_RESPONSES | {404: PROBLEM})
async def remove_document(service: Asked, writer: Writing, document_id: str, request: Request) -> Response:
    """Removes a paper, and what came inside it; answered as `add_documents` is."""
    await run_in_threadpool(_check_known, service, document_id)
    return await _carried_out(request, writer.write(Order(removed=(document_id,)), service.refresh))


def _check_known(service: Service, document_id: str) -> None:
    with service.lease() as searcher:
        searcher.generation.database.document_row(document_id)


async def _uploading(service: Service, writer: IndexWriter, request: Request) -> AsyncGenerator[WriteEvent, None]:
    with TemporaryDirectory(prefix="evqa-upload-") as folder:
        order = Order(uploads=await saved(request, Path(folder)))
        async with contextlib.aclosing(writer.write(order, service.refresh)) as steps:
            async for step in steps:
                yield step


async def _carried_out(request: Request, steps: AsyncGenerator[WriteEvent, None]) -> Response:
    if preferred(request.headers.get("accept"), _ANSWERS) == _EVENTS:
        return await live_event_stream(request, steps, _written, _failed)
    async with contextlib.aclosing(steps):
        *_, report = [step async for step in steps]
    return json_response(report)


def _written(step: WriteEvent) -> Event:
    return event(json_bytes(step), "report" if isinstance(step, Report) else "progress")


def _failed(problem: Problem) -> Event:
    return event(msgspec.json.encode(problem.document()), "error")
