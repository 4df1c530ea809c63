"""What is sent to `/mcp`, read, answered and refused by the official SDK."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import INVALID_REQUEST, PARSE_ERROR, jsonrpc_message_adapter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from qa.http.jsonrpc import error
from qa.http.origin import LOOPBACK
from qa.mcp.server import create_server
from qa.service import Service


class Exchange:
    """Answers one message a request, as ASGI.

    Args:
        service: answers.
        allowed_hosts: see `_security`.
    """

    def __init__(self, service: Service, allowed_hosts: Sequence[str]) -> None:
        self._server = create_server(service)
        self._security = _security(allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        body = await Request(scope, receive).body()
        try:
            jsonrpc_message_adapter.validate_json(body, by_name=False)
        except ValidationError as invalid:
            # The SDK's own reply would show what its parser says.
            await _no_message(invalid)(scope, receive, send)
            return
        messages: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def replay() -> Message:
            return next(messages, None) or await receive()

        # There are no sessions: what the SDK keeps for one request ends with it.
        manager = StreamableHTTPSessionManager(
            self._server, json_response=True, stateless=True, security_settings=self._security
        )
        async with manager.run():
            await manager.handle_request(scope, replay, send)


def _security(allowed_hosts: Sequence[str]) -> TransportSecuritySettings:
    """Who is answered.

    A page of a stranger's that makes its own name mean this machine (DNS rebinding) could read the papers through a
    visitor's browser. So only requests to, and of pages from, `allowed_hosts` and this machine itself are answered;
    with no hosts allowed, those to any.
    """
    hosts = [*LOOPBACK, *allowed_hosts]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=bool(allowed_hosts),
        allowed_hosts=[*hosts, *(f"{host}:*" for host in hosts)],
        allowed_origins=[
            f"{scheme}://{host}{port}" for scheme in ("http", "https") for host in hosts for port in ("", ":*")
        ],
    )


def _no_message(invalid: ValidationError) -> Response:
    if any(one["type"] == "json_invalid" for one in invalid.errors()):
        return error(HTTPStatus.BAD_REQUEST, PARSE_ERROR, "the body is not valid JSON")
    return error(HTTPStatus.BAD_REQUEST, INVALID_REQUEST, "the body is no single JSON-RPC 2.0 message")
