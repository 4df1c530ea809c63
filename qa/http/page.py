"""The page: its built files, each at its own address, with the headers that keep strangers' code out of it.

The files come from `qa/page` by `scripts/build_page`. Every address that the page shows a state at gives the same
document; the page reads the state from the address.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.resources
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import PurePath

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

VIEWS = ("/", "/search", "/check", "/library", "/documents/{document_id}")

# No inline script or style, nothing from elsewhere, and no string ever becomes markup (require-trusted-types-for).
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_ALWAYS_ASK = "no-cache"
_NEVER_ASK = "public, max-age=31536000, immutable"  # the name holds a digest of the content


@dataclass(frozen=True, slots=True)
class _File:
    plain: bytes
    packed: bytes
    headers: dict[str, str]

    def sent_to(self, request: Request) -> Response:
        if self.headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=self.headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.packed, headers=self.headers | {"Content-Encoding": "gzip"})
        return Response(self.plain, headers=self.headers)


def routes() -> list[Route]:
    """Routes of the built page; they hold its files, some tens of kB."""
    folder = importlib.resources.files("qa").joinpath("page", "dist")
    index = _file(folder.joinpath("index.html"), _ALWAYS_ASK)
    views = [_route(path, index) for path in VIEWS]
    return views + [
        _route(f"/assets/{one.name}", _file(one, _NEVER_ASK)) for one in folder.joinpath("assets").iterdir()
    ]


def _route(path: str, file: _File) -> Route:
    async def send(request: Request) -> Response:
        return file.sent_to(request)

    return Route(path, send, include_in_schema=False)


def _file(path: Traversable, cache: str) -> _File:
    data = path.read_bytes()
    headers = {
        "Content-Type": _TYPES[PurePath(path.name).suffix],
        "Cache-Control": cache,
        "ETag": f'"{hashlib.sha256(data).hexdigest()}"',
    }
    return _File(data, gzip.compress(data, mtime=0), _HEADERS | headers)
