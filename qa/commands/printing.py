"""What the commands share: exit statuses, printing, and the service of an index folder."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from qa.screen import Screen
    from qa.service import Service
    from qa.settings import Settings

DONE, FAILED, USAGE, ABSTAINED = 0, 1, 2, 3


@contextlib.contextmanager
def opened(folder: Path, settings: Settings | None = None) -> Iterator[Service]:
    """The service of the index in a folder, closed at the end.

    What searches needs the re-ranker of the settings, what answers also their language model.
    """
    from index.store import Store
    from qa.app import load_reranker, load_writer, open_live
    from qa.service import Service

    live = open_live(Store(folder), load_reranker(settings) if settings else None)
    try:
        yield Service(live, load_writer(settings) if settings else None)
    finally:
        live.close()


def show(options: argparse.Namespace, value: object, lines: Iterable[str]) -> None:
    """Prints the HTTP shape of `value` where the options say so, else the lines."""
    print(as_json(value) if options.json else "\n".join(lines).rstrip())


def screen() -> Screen:
    """What standard output leads to."""
    from qa.screen import screen_of

    return screen_of(sys.stdout, os.environ)


def as_json(value: object) -> str:
    """The HTTP shape of a value, indented; what a terminal would obey, or standard output cannot hold, is escaped."""
    from qa.answer import plain
    from qa.screen import escaped

    text = escaped(msgspec.json.format(msgspec.json.encode(plain(value))).decode())
    return text if sys.stdout.encoding.lower().startswith("utf") else json.dumps(json.loads(text), indent=2)
