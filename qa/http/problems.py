"""Errors as RFC 9457 `application/problem+json`; the one table from an exception to a status.

A stranger's exception is logged with the request's id and answered by a plain 500: its text never leaves the service.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from index.errors import CorpusError, QueryError, StoreError, UnknownId

log = logging.getLogger(__name__)

PROBLEM: dict[str, Any] = {"description": "RFC 9457 problem", "content": {"application/problem+json": {}}}

# The most specific class comes first.
_STATUS: Mapping[type[CorpusError], HTTPStatus] = {
    QueryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownId: HTTPStatus.NOT_FOUND,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    CorpusError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def problem(
    status: HTTPStatus, detail: str, errors: Sequence[Mapping[str, Any]] = (), headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """An error response: `{type, title, status, detail, errors?}`."""
    body: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Makes every error of `app` a problem document."""
    app.add_exception_handler(CorpusError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unknown)


def _known(request: Request, error: Exception) -> Response:
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    if isinstance(error, QueryError):
        return problem(status, str(error), [{"field": error.field, "message": str(error)}])
    headers = {"Retry-After": "1"} if status is HTTPStatus.SERVICE_UNAVAILABLE else None
    return problem(status, str(error), headers=headers)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem(HTTPStatus.BAD_REQUEST, "the body is not valid JSON")
    errors = [{"field": _field(one["loc"]), "message": one["msg"]} for one in found]
    first = errors[0]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{first['field']}: {first['message']}", errors)


def _field(location: Sequence[str | int]) -> str:
    return ".".join(map(str, location[1:])) or "body"  # the first part says where it was sent


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    detail = error.detail
    if status is HTTPStatus.NOT_FOUND:
        detail = f"nothing is at {request.url.path}: /docs lists what there is"
    elif status is HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"{request.method} is not allowed at {request.url.path}"
    return problem(status, detail, headers=error.headers)


def _unknown(request: Request, error: Exception) -> Response:
    log.error("request %s failed", request.scope.get("request_id", "-"), exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the service failed; its log has the reason under X-Request-ID")
