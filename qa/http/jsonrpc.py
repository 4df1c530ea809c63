"""The errors of JSON-RPC 2.0 (section 5.1) that MCP's clients read, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import JSONResponse, Response


def error(status: HTTPStatus, code: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON-RPC error of no request."""
    return JSONResponse({"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}}, status, headers)
