"""The life of a service in an event loop: its index is opened, watched, and closed at the end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import anyio.to_thread

from index.errors import CorpusError
from qa.live import LiveIndex
from qa.service import Service

if TYPE_CHECKING:
    from qa.generate import Writer

_REFRESH_S = 0.5

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def running(
    open_live: Callable[[], LiveIndex], threads: int, writer: Writer | None = None
) -> AsyncIterator[Service]:
    """The service while it runs; it computes in at most `threads` threads, off the event loop, at the same time.

    Raises:
        StoreError, EncoderError: the index cannot be opened.
    """
    # Few threads: the model uses all cores in each of them, and every thread keeps memory of its own.
    anyio.to_thread.current_default_thread_limiter().total_tokens = threads
    live = await anyio.to_thread.run_sync(open_live)
    watching = asyncio.create_task(_watch(live))
    try:
        yield Service(live, writer)
    finally:
        watching.cancel()
        live.close()


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
