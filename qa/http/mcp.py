"""The Model Context Protocol over streamable HTTP, at `/mcp`: one POST, one JSON reply, no sessions."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from qa.http.origin import LOOPBACK
from qa.mcp.server import create_server
from qa.service import Service

_NO_STREAM = "messages are sent with POST; this server offers no stream, and keeps no session to delete"
_INVALID_REQUEST = -32600  # JSON-RPC 2.0


class _Endpoint:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            manager: StreamableHTTPSessionManager = scope["app"].state.mcp
            await manager.handle_request(scope, receive, send)
            return
        error = {"jsonrpc": "2.0", "id": None, "error": {"code": _INVALID_REQUEST, "message": _NO_STREAM}}
        await JSONResponse(error, 405, headers={"Allow": "POST"})(scope, receive, send)


ROUTE = Route("/mcp", _Endpoint())


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
