"""The process that writes to an index, with the fake encoder; the name of the encoder says what happens to it.

hashing     it embeds
slow        it embeds when the file `go` lies in the index folder
killed      it is killed in the midst, as when memory runs out
broken      it fails in a way that nobody foresaw
noisy       it embeds, and prints as libraries do
other       it is another encoder
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from index.build import Workshop
from index.reading import Progress
from qa.commands import writing
from qa.settings import Settings
from tests.fakes import HashingEncoder, workshop


def main() -> None:
    writing.main(opened)


def opened(settings: Settings, progress: Progress) -> Workshop:
    def load_encoder() -> HashingEncoder:
        progress("loading the encoder", 0, None)
        _HAPPENS[settings.encoder](Path(settings.index))
        return HashingEncoder("other" if settings.encoder == "other" else "hashing")

    return replace(workshop(), load_encoder=load_encoder, progress=progress, max_source_bytes=settings.max_source_bytes)


def _wait(folder: Path) -> None:
    while not (folder / "go").exists():
        time.sleep(0.01)


def _die(folder: Path) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _break(folder: Path) -> None:
    raise RuntimeError("secret of the inside")


def _print(folder: Path) -> None:
    print('{"report": "not ours"}', flush=True)
    os.write(1, b"a library's own words\n")


_HAPPENS: dict[str, Callable[[Path], None]] = {
    "hashing": lambda folder: None,
    "slow": _wait,
    "killed": _die,
    "broken": _break,
    "noisy": _print,
    "other": lambda folder: None,
}
