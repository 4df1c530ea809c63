"""What every request goes through, whatever the protocol: an id to find it by, and a limit on its size."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.http.forms import is_form
from qa.http.problems import Problem, respond

_HEADER = b"x-request-id"
_ACCEPTABLE = re.compile(rb"[A-Za-z0-9._-]{1,128}")


class RequestId:
    """Gives every response `X-Request-ID`: the client's own where it sent a harmless one, else a new one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = next((value for name, value in scope["headers"] if name == _HEADER), b"")
        request_id = sent if _ACCEPTABLE.fullmatch(sent) else uuid.uuid4().hex.encode()
        scope["request_id"] = request_id.decode()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (_HEADER, request_id)]
            await send(message)

        await self._app(scope, receive, send_with_id)


class BodyLimit:
    """Refuses a body of more than `max_bytes` with 413, whether or not its length was announced.

    At the paths of `uploads`, a form may have as many bytes as these say; it is not kept here, but counted as it comes.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, uploads: Mapping[str, int]) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] in self._uploads and is_form(scope):
            await self._app(scope, _counted(receive, self._uploads[scope["path"]]), send)
            return
        messages: list[Message] = []
        size = 0
        while True:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
            if size > self._max_bytes:
                detail = f"the body has more than {self._max_bytes} bytes, which is the limit (max_body_bytes)"
                refusal = Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
                await respond(refusal, scope)(scope, receive, send)
                return
            if not message.get("more_body", False):
                break
        queue = iter(messages)

        async def replay() -> Message:
            message = next(queue, None)
            return message if message is not None else await receive()

        await self._app(scope, replay, send)


def _counted(receive: Receive, most_bytes: int) -> Receive:
    """Receives for a route, in which a 413 is raised where there is too much."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most_bytes:
            detail = f"the upload has more than {most_bytes} bytes, which is the limit (max_source_bytes)"
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
        return message

    return counted
