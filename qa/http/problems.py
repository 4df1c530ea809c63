"""Errors as RFC 9457 `application/problem+json`, or in a protocol's own shape; the one table from exception to status.

A stranger's exception is logged with the request's id and answered by a plain 500: its text never leaves the service.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Scope

from index.errors import CorpusError, IndexLocked, IndexUnwritable, QueryError, StoreError, UnknownId
from qa.errors import WriteBrokenOff

log = logging.getLogger(__name__)

PROBLEM: dict[str, Any] = {"description": "RFC 9457 problem", "content": {"application/problem+json": {}}}

# The most specific class comes first.
_STATUS: Mapping[type[CorpusError], HTTPStatus] = {
    QueryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownId: HTTPStatus.NOT_FOUND,
    IndexLocked: HTTPStatus.CONFLICT,
    IndexUnwritable: HTTPStatus.INSUFFICIENT_STORAGE,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    CorpusError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, before it gets a protocol's shape.

    `errors` name the fields of the request that are at fault; `error` is the exception that it was.
    """

    status: HTTPStatus
    detail: str
    errors: tuple[Mapping[str, str], ...] = ()
    headers: Mapping[str, str] | None = None
    error: Exception | None = None

    def document(self) -> dict[str, Any]:
        """RFC 9457: `{type, title, status, detail, errors?}`."""
        status = self.status
        document = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": self.detail}
        return document | ({"errors": list(self.errors)} if self.errors else {})


Shape = Callable[[Problem], Response]
"""How a protocol says what went wrong."""


def respond(problem: Problem, scope: Scope) -> Response:
    """The error response, in the shape of the protocol that is spoken at the path of the request."""
    shapes: Mapping[str, Shape] = scope["app"].state.error_shapes
    path = scope["path"]
    shape = next((shape for place, shape in shapes.items() if f"{path}/".startswith(f"{place}/")), _rfc9457)
    return shape(problem)


def _rfc9457(problem: Problem) -> Response:
    return JSONResponse(
        problem.document(), problem.status, headers=problem.headers, media_type="application/problem+json"
    )


def install(app: FastAPI, shapes: Mapping[str, Shape]) -> None:
    """Makes every error of `app` a problem document, or what `shapes` has for the path and those below it."""
    app.state.error_shapes = shapes
    for kind in (CorpusError, WriteBrokenOff, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _handle)


def _handle(request: Request, error: Exception) -> Response:
    return respond(problem_of(error, request.scope), request.scope)


def problem_of(error: Exception, scope: Scope) -> Problem:
    """What an exception is to the client; a stranger's is logged, and its words are kept back."""
    return dataclasses.replace(_problem(error, scope), error=error)


def _problem(error: Exception, scope: Scope) -> Problem:
    match error:
        case CorpusError():
            return _known(error)
        case WriteBrokenOff():
            return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))
        case RequestValidationError():
            return _invalid(error)
        case HTTPException():
            return _http(error, scope)
        case _:
            log.error("request %s failed", scope.get("request_id", "-"), exc_info=error)
            detail = "the service failed; its log has the reason under X-Request-ID"
            return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def _known(error: CorpusError) -> Problem:
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    if isinstance(error, QueryError):
        return Problem(status, str(error), ({"field": error.field, "message": str(error)},))
    headers = {"Retry-After": "1"} if status is HTTPStatus.SERVICE_UNAVAILABLE else None
    return Problem(status, str(error), headers=headers)


def _invalid(error: RequestValidationError) -> Problem:
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return Problem(HTTPStatus.BAD_REQUEST, "the body is not valid JSON")
    if any(one["loc"] == ("body",) and one["type"] in _NO_OBJECT for one in found):
        detail = "the body is no JSON object: send one, with Content-Type: application/json"
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, ({"field": "body", "message": detail},))
    errors = tuple({"field": _field(one["loc"]), "message": one["msg"].removeprefix("Value error, ")} for one in found)
    first = errors[0]
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{first['field']}: {first['message']}", errors)


_NO_OBJECT = ("missing", "model_attributes_type")


def _field(location: Sequence[str | int]) -> str:
    return ".".join(map(str, location[1:])) or "body"  # the first part says where it was sent


def _http(error: HTTPException, scope: Scope) -> Problem:
    status = HTTPStatus(error.status_code)
    detail = error.detail
    if status is HTTPStatus.NOT_FOUND:
        detail = f"nothing is at {scope['path']}: /docs lists what there is"
    elif status is HTTPStatus.BAD_REQUEST:
        detail = "the body cannot be read: it is no JSON, or nested too deeply"
    elif status is HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"{scope['method']} is not allowed at {scope['path']}"
    return Problem(status, detail, headers=error.headers)
