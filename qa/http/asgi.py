"""The service as one ASGI app: its life, what stands around every request, and the protocols that it speaks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable

import anyio.to_thread
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from index.errors import CorpusError
from qa.http import api, openai, page, problems
from qa.http.middleware import BodyLimit, RequestId
from qa.live import LiveIndex
from qa.service import Service

_REFRESH_S = 0.5

log = logging.getLogger(__name__)


def create_app(
    open_live: Callable[[], LiveIndex],
    *,
    threads: int,
    max_body_bytes: int,
    announce: Callable[[], None],
    heartbeat_s: float = 15.0,
    chat_sources: bool = False,
) -> RequestId:
    """The app, as ASGI.

    Args:
        open_live: opens the index; called in the lifespan.
        threads: requests that compute at the same time; they do so off the event loop.
        max_body_bytes: largest body of a request.
        announce: called when the index is open and the encoder warm.
        heartbeat_s: how often a stream in which nothing happens says that it lives.
        chat_sources: whether a chat message ends with a list of its sources.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Few threads: the model uses all cores in each of them, and every thread keeps memory of its own.
        anyio.to_thread.current_default_thread_limiter().total_tokens = threads
        live = await anyio.to_thread.run_sync(open_live)
        app.state.service = Service(live)
        watching = asyncio.create_task(_watch(live))
        announce()
        try:
            yield
        finally:
            watching.cancel()
            live.close()

    app = FastAPIOffline(
        redoc_url=None,
        title="ev-review-qa",
        description="Passages and answers from biomedical papers, each with a citation that can be checked.",
        lifespan=lifespan,
        responses={"default": problems.PROBLEM},
    )
    app.state.heartbeat_s = heartbeat_s
    app.state.chat_sources = chat_sources
    problems.install(app, {f"/v1/{path}": openai.error_shape for path in ("chat/completions", "models")})
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes)
    app.include_router(api.health)
    app.include_router(api.v1)
    app.include_router(openai.router)
    app.router.routes.extend(page.routes())
    # Around everything, so that the plain 500 of an unforeseen error has its id too.
    return RequestId(app)


async def _watch(live: LiveIndex) -> None:
    """Swaps to a new generation soon after it went live; one that cannot be opened is reported, and not served."""
    reported = ""
    while True:
        await asyncio.sleep(_REFRESH_S)
        try:
            if await anyio.to_thread.run_sync(live.refresh):
                reported = ""
        except (CorpusError, OSError) as error:
            if str(error) != reported:
                log.error("the new index cannot be opened, the old one is served on: %s", error)
            reported = str(error)
