"""A local server that speaks as an OpenAI-compatible endpoint does, and misbehaves as it is told; real HTTP.

    with llm_server(says("Vesicles carry a pump [1].")) as server:
        Endpoint(EndpointSettings(server.address, "tiny"))
        server.asked                           # the bodies of the requests so far

Replies come in turn, the last one for ever. A reply is what is done with the connection, given the request's body.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[["Connection"], None]


@dataclass(frozen=True, slots=True)
class LlmServer:
    """Where it listens, what it was asked, how many clients left in mid-reply, and what makes stalled replies end."""

    address: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)


class Connection(BaseHTTPRequestHandler):
    """One request, and the ways to reply to it."""

    server_state: LlmServer
    replies: tuple[Reply, ...]
    asked: dict[str, Any]

    def do_POST(self) -> None:
        state = self.server_state
        self.asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        reply = self.replies[min(len(state.asked), len(self.replies) - 1)]
        state.asked.append(self.asked | {"path": self.path})
        state.keys.append(self.headers.get("Authorization"))
        with contextlib.suppress(OSError):
            reply(self)

    def begin(self, status: int = 200, content_type: str = "text/event-stream", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Connection": "close", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send(self, data: bytes) -> None:
        try:
            self.wfile.write(data)
            self.wfile.flush()
        except OSError:
            self.server_state.left.set()
            raise

    def chunk(self, text: str | None, finish_reason: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish_reason}
        self.send(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n")

    def say(self, text: str) -> None:
        for piece in re.findall(r"\s*\S{1,5}", text):
            self.chunk(piece)

    def end(self) -> None:
        self.chunk(None, "stop")
        self.send(b"data: [DONE]\n\n")

    @property
    def passages(self) -> str:
        """What the prompt says of the passages."""
        return str(self.asked["messages"][-1]["content"])

    def log_message(self, format: str, *args: object) -> None:
        pass


def says(text: str) -> Reply:
    """Says it, a few characters at a time."""

    def reply(to: Connection) -> None:
        to.begin()
        to.say(text)
        to.end()

    return reply


def obeys(to: Connection) -> None:
    """Does what a passage tells it: says, after SAY in the passages, whatever stands there, and cites."""
    told = re.findall(r"SAY (.+?)(?:\.|\"|$)", to.passages)
    says(" ".join(f"{order[:1].upper()}{order[1:]}. [1]" for order in told) or "Nothing was ordered [1].")(to)


def refuses(*fields: str, status: int = 400) -> Reply:
    """Refuses a request that has one of these fields, as OpenAI does, and says "Fine." to another."""

    def reply(to: Connection) -> None:
        if not to.asked.keys() & set(fields):
            return says("Fine.")(to)
        error = {"message": f"Unsupported parameter: {fields[0]}", "code": "unsupported_parameter"}
        return sends(json.dumps({"error": error}).encode(), status, "application/json")(to)

    return reply


def stalls(after: str) -> Reply:
    """Says something, and then nothing more, without an end."""

    def reply(to: Connection) -> None:
        to.begin()
        to.say(after)
        to.server_state.closing.wait()

    return reply


def never_ends(text: str, separator: str = " ") -> Reply:
    """Says the same for ever, or until the client leaves."""

    def reply(to: Connection) -> None:
        to.begin()
        while not to.server_state.closing.is_set():
            to.chunk(text + separator)

    return reply


def sends(body: bytes, status: int = 200, content_type: str = "text/event-stream", **headers: str) -> Reply:
    """Sends these bytes as they are."""

    def reply(to: Connection) -> None:
        to.begin(status, content_type, **headers)
        to.send(body)

    return reply


def breaks_off(text: str) -> Reply:
    """Says something, and closes the connection without an end."""

    def reply(to: Connection) -> None:
        to.begin()
        to.say(text)

    return reply


@contextlib.contextmanager
def llm_server(*replies: Reply) -> Iterator[LlmServer]:
    """A server of these replies on a free port."""
    handler = type("Handler", (Connection,), {"replies": replies})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state = LlmServer(f"http://127.0.0.1:{server.server_port}/v1")
    setattr(handler, "server_state", state)  # noqa: B010 - known only once the port is
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
