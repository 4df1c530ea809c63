"""The process that writes to an index for a service: a job on standard input, a message a line on standard output."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

import index.build
from index.build import Workshop
from index.errors import CorpusError
from index.reading import Progress
from index.report import Report, WriteProgress
from index.store import Store
from qa.app import open_workshop, requested_sources, uploaded_sources
from qa.settings import Settings
from qa.writing import Failure, Job, Message

_NICENESS = 10
_PAUSE_S = 0.1


def main(opened: Callable[[Settings, Progress], Workshop] = open_workshop) -> None:
    """Does the job, and ends."""
    # SystemExit, so that what was begun is cleared away; the store is made for ends without warning, too.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with contextlib.suppress(AttributeError, OSError):  # it is a function of POSIX alone
        os.nice(_NICENESS)  # answering goes first
    with _standard_output() as output:

        def tell(message: Message) -> None:
            output.write(msgspec.json.encode(message) + b"\n")
            output.flush()

        job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
        try:
            tell(Message(report=_done(job, opened, _rarely(tell))))
        except CorpusError as error:
            tell(Message(failure=Failure(type(error).__name__, str(error))))


def _standard_output() -> BinaryIO:
    """Standard output for messages alone: what libraries print goes to standard error."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output


def _rarely(tell: Callable[[Message], None]) -> Progress:
    """Tells of each step's beginning and end, and now and then between: whoever reads slowly holds up nothing."""
    step_before, at = "", 0.0

    def progress(step: str, done: int, total: int | None) -> None:
        nonlocal step_before, at
        if step != step_before or done == total or time.monotonic() >= at + _PAUSE_S:
            step_before, at = step, time.monotonic()
            tell(Message(progress=WriteProgress(step, done, total)))

    return progress


def _done(job: Job, opened: Callable[[Settings, Progress], Workshop], progress: Progress) -> Report:
    store, order, settings = Store(Path(job.folder)), job.order, job.settings
    if order.removed:
        return index.build.remove(store, order.removed)
    workshop = opened(settings, progress)
    if order.sources:
        return index.build.add(store, requested_sources(order.sources, settings, progress), workshop)
    return index.build.add(store, uploaded_sources(order.uploads, settings), workshop, remember_failed=False)
