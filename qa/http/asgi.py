"""The service as one ASGI app: its life, what stands around every request, and the protocols that it speaks."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from qa.http import api, dify, mcp, openai, page, problems, writing
from qa.http.middleware import BodyLimit, RequestId
from qa.lifespan import running
from qa.live import LiveIndex
from qa.writing import IndexWriter

if TYPE_CHECKING:
    from qa.generate import Writer


def create_app(
    open_live: Callable[[], LiveIndex],
    *,
    writer: Writer | None = None,
    index_writer: IndexWriter | None = None,
    threads: int,
    max_body_bytes: int,
    announce: Callable[[], None],
    heartbeat_s: float = 15.0,
    chat_sources: bool = False,
    allowed_hosts: Sequence[str] = (),
) -> RequestId:
    """The app, as ASGI.

    Args:
        open_live: opens the index; called in the lifespan.
        writer: writes statements, and what it writes is checked; without it they are the papers' own sentences.
        index_writer: adds and removes papers for whoever asks; without it nobody may.
        threads: requests that compute at the same time; they do so off the event loop.
        max_body_bytes: largest body of a request.
        announce: called when the index is open and the encoder warm.
        heartbeat_s: how often a stream in which nothing happens says that it lives.
        chat_sources: whether a chat message ends with a list of its sources.
        allowed_hosts: by which `/mcp`, and what writes, may be called; none allows every one.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(open_live, threads, writer) as service:
            app.state.service = service
            app.state.mcp = mcp.Endpoint(service, allowed_hosts)
            announce()
            yield
            if index_writer is not None:
                await index_writer.close()

    app = FastAPIOffline(
        redoc_url=None,
        title="ev-review-qa",
        description="Passages and answers from biomedical papers, each with a citation that can be checked.",
        lifespan=lifespan,
        responses={"default": problems.PROBLEM},
    )
    app.state.heartbeat_s = heartbeat_s
    app.state.index_writer = index_writer
    app.state.allowed_hosts = allowed_hosts
    app.state.chat_sources = chat_sources
    chats = {f"/v1/{path}": openai.error_shape for path in ("chat/completions", "models")}
    problems.install(app, chats | {dify.PATH: dify.error_shape, "/mcp": mcp.error_shape})
    most_uploaded = max_body_bytes + (index_writer.max_upload_bytes if index_writer else 0)
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes, uploads={writing.UPLOADS: most_uploaded})
    app.include_router(api.health)
    app.include_router(api.v1)
    app.include_router(writing.router)
    app.include_router(openai.router)
    app.include_router(dify.router)
    app.router.routes.append(mcp.ROUTE)
    app.router.routes.extend(page.routes())
    # Around everything, so that the plain 500 of an unforeseen error has its id too.
    return RequestId(app)
