"""The papers in a zip, one at a time: nothing is written to the disk, and no more than one is in memory.

A zip comes from strangers, so its own words about sizes are not believed: what is unpacked is counted. Follows
PKWARE's APPNOTE 6.3. Stored and deflated members are read, since only their unpacking can be stopped at any byte.
Against bombs of overlapping members: Fifield 2019, "A better zip bomb" (WOOT).
"""

from __future__ import annotations

import contextlib
import re
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from index.errors import SourceError
from index.sources.formats import MAX_BYTES
from index.sources.selection import ZIP_ENDING, choose
from index.sources.source import Found, Skipped, Source, Unreadable

MOST_MEMBERS = 100_000
MOST_SOURCES = 100  # the whole zip may unpack to so many times the largest source

_HIGHEST_RATIO = 200  # XML of a paper packs 4 to 20 times
_RATIO_COUNTS_FROM = 1_000_000  # bytes: a short file of blanks is no bomb
_HEADER = 30  # bytes before the name of a member
_ENCRYPTED, _UTF8 = 0x1, 0x800
_READABLE = {ZIP_STORED, ZIP_DEFLATED}
_UNPACKING = (BadZipFile, EOFError, OSError, zlib.error, ValueError, NotImplementedError, RuntimeError)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:")
_OTHERS = (
    ("[Content_Types].xml", "an Office file", "save it as Markdown, HTML, PDF or text"),
    ("META-INF/container.xml", "an EPUB", "unpack it and add its pages, or add the paper by its PMCID, PMID or DOI"),
    ("META-INF/manifest.xml", "an OpenDocument file", "save it as Markdown, HTML, PDF or text"),
    ("META-INF/MANIFEST.MF", "a Java archive", "there are no papers in it"),
)


def is_zip(data: bytes) -> bool:
    """Whether the bytes are a zip, by how they begin.

    >>> is_zip(b"PK\\x03\\x04..."), is_zip(b"# Title")
    (True, False)
    """
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"))


class _Bomb(SourceError):
    """A member that unpacks to too much."""


def sources(
    file: IO[bytes],
    name: str,
    asked_for: str,
    *,
    separator: str = "/",
    max_bytes: int = MAX_BYTES,
    only: str | None = None,
) -> Iterator[Found]:
    """What a zip holds, in the order of its paths; a member that cannot be read does not stop the others.

    A source's name is the zip's `name`, "/" and the path inside it; what brings it again is `asked_for`, `separator`
    and that path. `only` is the path of the one member that is wanted, which is then tried whatever its ending.
    """
    try:
        with ZipFile(file) as archive:
            yield from _Zip(archive, name, asked_for, separator, max_bytes).sources(only)
    except SourceError as error:
        yield Unreadable(asked_for, str(error))
    except _UNPACKING as error:
        yield Unreadable(asked_for, f"{name} is a damaged ZIP archive ({_short(error)}): fetch or pack it again")


@dataclass(frozen=True, slots=True)
class _Zip:
    archive: ZipFile
    name: str
    asked_for: str
    separator: str
    max_bytes: int

    def sources(self, only: str | None) -> Iterator[Found]:
        members = self._members()
        chosen = list(choose(sorted(members))) if only is None else [(only, None)]
        if only is not None and only not in members:
            raise SourceError(f"{self.name} has no {only!r} in it: check the path, or add the whole archive")
        if all(reason for _, reason in chosen):
            raise SourceError(f"{self.name} holds no papers in a supported format: check what was packed")
        left = MOST_SOURCES * self.max_bytes
        for path, reason in chosen:
            if reason is not None:
                yield Skipped(f"{self.name}/{path}", reason)
                continue
            found, unpacked = self._read(path, members[path], left)
            left = max(0, left - unpacked)
            yield found

    def _members(self) -> dict[str, ZipInfo]:
        """Members by path; of those with the same path the last, as every program that unpacks has it."""
        infos = [info for info in self.archive.infolist() if not info.filename.endswith(("/", "\\"))]
        if len(infos) > MOST_MEMBERS:
            raise SourceError(
                f"{self.name} has {len(infos):,} members, more than the limit of {MOST_MEMBERS:,}: split it"
            )
        members = {_path(info): info for info in infos}
        for landmark, what, remedy in _OTHERS:
            if landmark in members:
                raise SourceError(f"{self.name} is {what}, which is not supported: {remedy}")
        if _overlap(infos):
            raise SourceError(f"{self.name} has members that overlap, as zip bombs do: pack the papers again")
        return members

    def _read(self, path: str, info: ZipInfo, left: int) -> tuple[Source | Unreadable, int]:
        """A member, and how many bytes it counts for."""
        name, again = f"{self.name}/{path}", f"{self.asked_for}{self.separator}{path}"
        try:
            _refuse(name, path, info)
            data = self._data(name, info, left)
            return Source(name, data, again), len(data)
        except SourceError as error:
            return Unreadable(again, str(error)), self.max_bytes if isinstance(error, _Bomb) else 0
        except _UNPACKING as error:
            reason = f"{name} is damaged ({_short(error)}): fetch or pack the archive again"
            return Unreadable(again, reason), self.max_bytes

    def _data(self, name: str, info: ZipInfo, left: int) -> bytes:
        limit = min(self.max_bytes, left, max(_RATIO_COUNTS_FROM, _HIGHEST_RATIO * info.compress_size))
        with self.archive.open(info) as member:
            data = member.read(limit + 1)
        if len(data) <= limit:
            return data
        if limit == self.max_bytes:
            raise _Bomb(
                f"{name} unpacks to more than the limit of {limit:,} bytes: split it, or raise max_source_bytes"
            )
        if limit == left:
            whole = MOST_SOURCES * self.max_bytes
            raise _Bomb(f"{name} is beyond the {whole:,} bytes that a ZIP archive may unpack to: split the archive")
        raise _Bomb(f"{name} unpacks to more than {_HIGHEST_RATIO} times its size, as zip bombs do: add it unpacked")


def _refuse(name: str, path: str, info: ZipInfo) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    parts = PurePosixPath(path).parts
    if _ABSOLUTE.match(path) or ".." in parts:
        raise SourceError(f"{name} has a path that leaves the archive: pack it again without `..` or a leading `/`")
    if kind not in (0, stat.S_IFREG):
        raise SourceError(f"{name} is a link or a device, not a file: pack the file itself")
    if info.flag_bits & _ENCRYPTED:
        raise SourceError(f"{name} is encrypted: unpack it with its password and add the folder")
    if path.lower().endswith(ZIP_ENDING):
        raise SourceError(f"{name} is a ZIP archive inside a ZIP archive: unpack it and add it by itself")
    if info.compress_type not in _READABLE:
        raise SourceError(f"{name} is packed by method {info.compress_type}: pack it again with Deflate, or unpack it")


def _path(info: ZipInfo) -> str:
    """The path as its writer meant it: with `/`, and in UTF-8 where its bytes are UTF-8 though no flag says so."""
    name = info.filename
    if not info.flag_bits & _UTF8:
        with contextlib.suppress(UnicodeError):  # cp437 after all
            name = name.encode("cp437").decode("utf-8")
    return str(PurePosixPath(_CONTROL.sub("\ufffd", name.replace("\\", "/"))))


def _overlap(infos: list[ZipInfo]) -> bool:
    """Whether bytes belong to two members. A local header's extra field may be longer, never the name."""
    spans = sorted(
        (info.header_offset, info.header_offset + _HEADER + len(info.orig_filename) + info.compress_size)
        for info in infos
    )
    return any(end > start for (_, end), (start, _) in pairwise(spans))


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
