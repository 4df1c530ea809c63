"""The Model Context Protocol over streamable HTTP, at `/mcp`: one POST, one JSON reply, no sessions."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from http import HTTPStatus

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR, jsonrpc_message_adapter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from qa.http.origin import LOOPBACK
from qa.http.problems import Problem
from qa.mcp.server import create_server
from qa.service import Service


class _Endpoint:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        try:
            jsonrpc_message_adapter.validate_json(body, by_name=False)
        except ValidationError as error:
            # The SDK's own reply would show what its parser says.
            await _no_message(error)(scope, receive, send)
            return
        messages: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def replay() -> Message:
            return next(messages, None) or await receive()

        manager: StreamableHTTPSessionManager = scope["app"].state.mcp
        await manager.handle_request(scope, replay, send)


ROUTE = Route("/mcp", _Endpoint(), methods=["POST"])  # no stream to get, no session to delete


def _no_message(error: ValidationError) -> Response:
    if any(one["type"] == "json_invalid" for one in error.errors()):
        return _error(HTTPStatus.BAD_REQUEST, PARSE_ERROR, "the body is not valid JSON")
    return _error(HTTPStatus.BAD_REQUEST, INVALID_REQUEST, "the body is no single JSON-RPC 2.0 message")


def error_shape(problem: Problem) -> Response:
    """A JSON-RPC error of no request, for what is refused before it is read as a message."""
    code = INVALID_REQUEST if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR else INTERNAL_ERROR
    return _error(problem.status, code, problem.detail, problem.headers)


def _error(status: HTTPStatus, code: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}}
    return JSONResponse(error, status, headers=headers)


@contextlib.asynccontextmanager
async def sessions(service: Service, allowed_hosts: Sequence[str]) -> AsyncIterator[StreamableHTTPSessionManager]:
    """What answers the messages, while it runs; kept as `app.state.mcp`.

    A page of a stranger's that makes its own name mean this machine (DNS rebinding) could read the papers through a
    visitor's browser. So only requests to, and of pages from, `allowed_hosts` and this machine itself are answered;
    with no hosts allowed, those to any.
    """
    hosts = [*LOOPBACK, *allowed_hosts]
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=bool(allowed_hosts),
        allowed_hosts=[*hosts, *(f"{host}:*" for host in hosts)],
        allowed_origins=[
            f"{scheme}://{host}{port}" for scheme in ("http", "https") for host in hosts for port in ("", ":*")
        ],
    )
    manager = StreamableHTTPSessionManager(
        create_server(service), json_response=True, stateless=True, security_settings=security
    )
    async with manager.run():
        yield manager
