from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from index.report import WriteEvent
from index.store import Store
from qa.errors import WriteBrokenOff
from qa.settings import Settings
from qa.writing import IndexWriter, Order, Upload


async def every(steps: AsyncIterator[WriteEvent]) -> list[WriteEvent]:
    return [step async for step in steps]


async def test_a_service_that_ends_takes_its_writer_along(store: Store, tmp_path: Path) -> None:
    (tmp_path / "0").write_text("# New\n\nA text about something new.")
    live = store.live()
    writer = IndexWriter(store.folder, Settings(index=str(store.folder), encoder="slow"), "tests.hashing_writer")
    steps = writer.write(Order(uploads=(Upload("new.md", str(tmp_path / "0")),)), lambda: None)
    await anext(steps)
    waiting = asyncio.create_task(every(steps))
    await writer.close()
    assert not writer.busy and store.live() == live
    with store.writing():  # nobody else does
        pass
    with pytest.raises(WriteBrokenOff, match="before it was done"):
        await waiting
