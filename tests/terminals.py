"""A command on a terminal of its own: a pseudo-terminal, as a shell in a window gives one."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT, environment

_SEQUENCE = re.compile(r"\x1b\][^\x1b\x07]*(?:\x1b\\|\x07)|\x1b\[[0-9;?]*[A-Za-z]")
_PATIENCE_S = 30.0


class Terminal:
    """What a process shows on its terminal, and the keys that are pressed there."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self._master = master
        self.shown = ""
        self._seen = 0

    def press(self, keys: str) -> None:
        """Types as a person does, when it is asked for; `\\x03` is Ctrl-C, `\\x04` Ctrl-D."""
        # A prompt is shown before the line editor takes over: a key in between is a signal, or the end of the file.
        until = time.monotonic() + _PATIENCE_S
        while termios.tcgetattr(self._master)[3] & termios.ICANON and time.monotonic() < until:
            time.sleep(0.02)
        os.write(self._master, keys.encode())

    def wait_for(self, text: str) -> str:
        """What was shown after the text that was waited for before, up to and with `text`."""
        while text not in self.shown[self._seen :]:
            assert self._read(), f"{text!r} did not come: {self.shown!r}"
        start, self._seen = self._seen, self.shown.index(text, self._seen) + len(text)
        return self.shown[start : self._seen]

    def wait_for_end(self) -> int:
        """The exit status; `shown` then has everything."""
        while self._read():
            pass
        return self.process.wait(timeout=_PATIENCE_S)

    def _read(self) -> bool:
        if not select.select([self._master], [], [], _PATIENCE_S)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux says so when the other side is closed
            return False
        self.shown += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)


@contextmanager
def terminal(
    command: Sequence[str | Path], *, columns: int = 80, env: dict[str, str] | None = None
) -> Iterator[Terminal]:
    """Runs a command of `evqa` on a terminal of so many columns."""
    with program([sys.executable, "-m", "qa.cli", *command], columns=columns, env=env) as running:
        yield running


@contextmanager
def program(
    command: Sequence[str | Path], *, columns: int = 80, env: dict[str, str] | None = None
) -> Iterator[Terminal]:
    """Runs any program on a terminal of so many columns, in an environment without the wishes of who runs the tests."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    unset = ("COLUMNS", "FORCE_COLOR", "NO_COLOR")
    inherited = {name: value for name, value in environment().items() if name not in unset}
    process = subprocess.Popen(
        [*map(str, command)],
        cwd=ROOT,
        env=inherited | {"TERM": "xterm-256color"} | (env or {}),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=_take_terminal,
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        process.kill()
        process.wait(timeout=_PATIENCE_S)
        os.close(master)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C reaches the process


def plain(shown: str) -> str:
    """What is seen of it: without colours and links."""
    return _SEQUENCE.sub("", shown)
