"""The Model Context Protocol over streamable HTTP, at `/mcp`: one POST, one JSON reply, no sessions.

The official SDK is imported when the first request comes: that takes as long as the whole start without it, and most
services are never asked by an MCP client.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.http.jsonrpc import error
from qa.http.problems import Problem
from qa.service import Service

_INVALID_REQUEST, _INTERNAL_ERROR = -32600, -32603  # JSON-RPC 2.0, section 5.1


class Endpoint:
    """What answers at `/mcp`, kept as `app.state.mcp`; while the SDK is imported, requests wait."""

    def __init__(self, service: Service, allowed_hosts: Sequence[str]) -> None:
        self._service = service
        self._allowed_hosts = allowed_hosts
        self._exchange: ASGIApp | None = None
        self._loading = anyio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        async with self._loading:
            if self._exchange is None:
                self._exchange = await run_in_threadpool(self._load)
        await self._exchange(scope, receive, send)

    def _load(self) -> ASGIApp:
        from qa.http.mcp_exchange import Exchange

        return Exchange(self._service, self._allowed_hosts)


class _Served:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint: Endpoint = scope["app"].state.mcp
        await endpoint(scope, receive, send)


ROUTE = Route("/mcp", _Served(), methods=["POST"])  # no stream to get, no session to delete


def error_shape(problem: Problem) -> Response:
    """A JSON-RPC error of no request, for what is refused before it is read as a message."""
    code = _INVALID_REQUEST if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR else _INTERNAL_ERROR
    return error(problem.status, code, problem.detail, problem.headers)
