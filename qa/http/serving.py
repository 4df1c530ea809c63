"""What the routes of every protocol share: the service that answers, and how its shapes become a response."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import Depends, Request, Response

from qa.answer import plain
from qa.service import Service


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Asked = Annotated[Service, Depends(_service)]


def json_bytes(value: Any) -> bytes:
    """One of the service's shapes, or what is made of them, as JSON without its absent fields."""
    return msgspec.json.encode(plain(value))


def json_response(value: Any) -> Response:
    """One of the service's shapes as JSON."""
    # They are ours and valid: sending them through pydantic again would cost more than the search.
    return Response(json_bytes(value), media_type="application/json")
