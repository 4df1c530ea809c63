"""Writes to the index while it is served: one at a time, each in a process of its own.

Embedding needs torch (500 MB) and all of the interpreter; the process that answers would feel both. The process that
writes gets a job on its standard input and sends a message a line on its standard output (`qa.commands.writing`).
Whoever closes the steps of a write ends that process: the index is then as it was, or as it was to be, never between
(`index.store`). Knows no protocol.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread
import msgspec

import index.errors
from index.errors import CorpusError, IndexLocked
from index.report import Report, WriteEvent, WriteProgress
from qa.errors import WriteBrokenOff
from qa.settings import Settings

PROGRAM = "qa.commands.writing"
_LONGEST_MESSAGE = 1 << 28  # bytes; a report names every paper of a zip
_PATIENCE_S = 5.0
_REMEDY = "the service's log may say why; nothing is half written, and it can be tried again"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent, under the name that its sender gave it; `path` is where it lies until the write ends."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Order:
    """What to write: papers by identifier or address, uploaded files, or documents to remove; one of the three."""

    sources: tuple[str, ...] = ()
    uploads: tuple[Upload, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """What the process that writes is told."""

    order: Order
    folder: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of `index.errors`, by the name of its class."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Message:
    """What the process that writes says: one of the three."""

    progress: WriteProgress | None = None
    report: Report | None = None
    failure: Failure | None = None


class IndexWriter:
    """Writes to the index in `folder` for whoever asks over a protocol; for one event loop.

    `program` is the module whose `main` does a job.
    """

    def __init__(self, folder: Path, settings: Settings, program: str = PROGRAM) -> None:
        self._folder, self._settings, self._program = folder, settings, program
        self.busy = False
        self._process: asyncio.subprocess.Process | None = None

    @property
    def max_upload_bytes(self) -> int:
        """The largest file, and the most that one request may upload."""
        return self._settings.max_source_bytes

    def check_free(self) -> None:
        """Raises `IndexLocked` while a write is in progress."""
        if self.busy:
            raise IndexLocked("the index is being written to: try again when that is done (GET /v1/index says when)")

    async def write(self, order: Order, refresh: Callable[[], object]) -> AsyncGenerator[WriteEvent, None]:
        """How far the write is, and last its report, when `refresh` has made the service answer from what was written.

        Raises:
            IndexLocked: another write is in progress, here or elsewhere.
            CorpusError: the index is as it was; see `index.build`.
            WriteBrokenOff: the process ended before it was done.
        """
        self.check_free()
        self.busy = True
        try:
            report = None
            async with self._started(Job(order, str(self._folder), self._settings)) as process:
                async for message in _messages(process):
                    if message.failure is not None:
                        raise _error(message.failure)
                    if message.progress is not None:
                        yield message.progress
                    report = message.report or report
                status = await process.wait()
            if report is None:
                raise WriteBrokenOff(
                    f"the process that wrote to the index {_end(status)} before it was done: {_REMEDY}"
                )
            await anyio.to_thread.run_sync(refresh)
            yield report
        finally:
            self.busy = False

    async def close(self) -> None:
        """Ends a write that is in progress."""
        if self._process is not None:
            await _ended(self._process)
        while self.busy:  # whoever waited for it clears up
            await asyncio.sleep(0.01)

    @contextlib.asynccontextmanager
    async def _started(self, job: Job) -> AsyncIterator[asyncio.subprocess.Process]:
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            f"import sys; sys.path[:] = {sys.path!r}; from {self._program} import main; main()",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            limit=_LONGEST_MESSAGE,
            start_new_session=True,  # Ctrl-C is for the service, which then ends what it started
        )
        try:
            assert process.stdin is not None
            process.stdin.write(msgspec.json.encode(job))
            process.stdin.write_eof()
            yield process
        finally:
            with anyio.CancelScope(shield=True):
                await _ended(process)


async def _messages(process: asyncio.subprocess.Process) -> AsyncIterator[Message]:
    assert process.stdout is not None
    async for line in process.stdout:
        yield msgspec.json.decode(line, type=Message)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Ends the process, which may clear up before it goes, if it has not ended by itself."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _PATIENCE_S)
        except TimeoutError:
            process.kill()
            await process.wait()


def _end(status: int) -> str:
    """How a process ended, by its exit status.

    >>> _end(1), _end(-9)
    ('ended with status 1', 'was killed (SIGKILL, as happens where memory runs out)')
    """
    if status >= 0:
        return f"ended with status {status}"
    name = signal.Signals(-status).name
    return f"was killed ({name}{', as happens where memory runs out' if name == 'SIGKILL' else ''})"


def _error(failure: Failure) -> CorpusError:
    kind: type[CorpusError] = getattr(index.errors, failure.kind)
    return kind(failure.message)
