"""Which generation of the index is live, and the one writer that may change it.

    <index dir>/CURRENT                 name of the live generation; replaced atomically, last
                LOCK                    held by the writer
                failed.json             sources that could not be read, and why
                generations/<name>/     see `index.generation`

A write makes a new generation, flushes it to the disk, opens it, and only then replaces CURRENT: a crash at any point
leaves the old one live. Opening never writes.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from index.database import Database
from index.errors import ANEW, IndexDamaged, IndexLocked, IndexMissing, IndexUnwritable
from index.generation import (
    Generation,
    IndexedDocument,
    Recipe,
    flush_path,
    open_documents,
    open_generation,
    write_generation,
)
from index.origins import Origins

_NAME = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")


class Store:
    """An index folder; it need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._current = folder / "CURRENT"
        self._generations = folder / "generations"
        self._failed = folder / "failed.json"

    def exists(self) -> bool:
        """Whether there is a live generation."""
        return self._current.is_file()

    def live(self) -> str:
        """Name of the live generation.

        Raises:
            IndexMissing: the folder holds no index.
            IndexDamaged: CURRENT names none.
        """
        try:
            name = self._current.read_text(encoding="utf-8", errors="replace").strip()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise IndexMissing(
                f"no index in {self.folder}: make one with `evqa build --index {self.folder}`"
            ) from error
        if not _NAME.fullmatch(name):
            raise IndexDamaged(f"{self._current} names no generation: {ANEW}")
        return name

    def open(self, *, thorough: bool = False) -> Generation:
        """Opens the live generation; see `open_generation`.

        Raises:
            IndexMissing: the folder holds no index.
            IndexDamaged: a file is missing, truncated or altered.
            IndexMismatch: another version of this program wrote it in another format.
        """
        name = self.live()
        try:
            return open_generation(self._generations / name, thorough=thorough)
        except IndexDamaged:
            if self.live() == name:
                raise
            return self.open(thorough=thorough)  # a writer replaced this generation and collected it meanwhile

    def open_documents(self) -> Database:
        """Opens only the documents of the live generation; see `index.generation.open_documents`.

        Raises:
            IndexMissing: the folder holds no index.
            IndexDamaged: the documents cannot be read.
            IndexMismatch: another version of this program wrote it in another format.
        """
        return open_documents(self._generations / self.live())

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Holds the index's lock.

        Raises:
            IndexLocked: another process holds it.
            IndexUnwritable: the folder cannot be written.
        """
        import filelock  # only writers need it, and a question in the terminal waits for every import

        lock = filelock.FileLock(self.folder / "LOCK", timeout=0)
        with self._writable():
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire()
            except filelock.Timeout as error:
                raise IndexLocked(f"another process is writing to {self.folder}: try again when it is done") from error
        try:
            yield
        finally:
            lock.release()

    def write(
        self,
        documents: Iterable[IndexedDocument],
        recipe: Recipe,
        previous: Generation | None,
        origins: Origins | None = None,
    ) -> Generation:
        """Writes a generation and makes it live. Call it inside `writing`.

        The generation before it stays on disk until the next write, for a server that is opening it at this moment;
        what older writers and crashed ones left is collected.

        Raises:
            IndexUnwritable: the disk is full or the folder read-only; the live generation stays as it was.
        """
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        folder = self._generations / name
        kept = {self._current.read_text(encoding="utf-8").strip()} if self.exists() else set()
        with self._writable():
            self._collect(kept)
            with contextlib.ExitStack() as undo:
                undo.callback(self._discard, folder)
                write_generation(folder, documents, recipe, previous, origins or Origins())
                flush_path(self._generations)
                generation = open_generation(folder)
                self._replace(self._current, f"{name}\n".encode())
                undo.pop_all()
        self._collect(kept | {name})
        return generation

    def _discard(self, folder: Path) -> None:
        # subtle: a signal may interrupt the writer when CURRENT names the folder already
        if not (self.exists() and self.live() == folder.name):
            shutil.rmtree(folder, ignore_errors=True)

    def _collect(self, kept: set[str]) -> None:
        for folder in self._generations.iterdir() if self._generations.is_dir() else ():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def sizes(self) -> dict[str, int]:
        """Bytes of each generation on disk, the live one first; a file that they share counts for the first of them."""
        live, seen, sizes = self.live(), set[tuple[int, int]](), dict[str, int]()
        for folder in sorted(self._generations.iterdir(), key=lambda folder: (folder.name != live, folder.name)):
            sizes[folder.name] = 0
            for path in folder.rglob("*"):
                with contextlib.suppress(FileNotFoundError):  # a writer is clearing up
                    held = path.stat()
                    if path.is_file() and (held.st_dev, held.st_ino) not in seen:
                        seen.add((held.st_dev, held.st_ino))
                        sizes[folder.name] += held.st_size
        return sizes

    def failed(self) -> dict[str, str]:
        """Sources that could not be read, with the reason of each.

        Raises:
            IndexDamaged: the list cannot be read.
        """
        try:
            return msgspec.json.decode(self._failed.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise IndexDamaged(f"{self._failed} cannot be read ({error}): delete it") from error

    def remember_failed(self, failed: dict[str, str]) -> None:
        """Replaces what `failed` returns. Call it inside `writing`."""
        with self._writable():
            self._replace(self._failed, msgspec.json.format(msgspec.json.encode(failed)))

    def _replace(self, path: Path, data: bytes) -> None:
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_bytes(data)
        flush_path(fresh)
        fresh.replace(path)
        flush_path(self.folder)

    @contextlib.contextmanager
    def _writable(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise IndexUnwritable(
                f"{self.folder} cannot be written ({reason}): free space or rights, or choose another --index; "
                "the index is as it was"
            ) from error
