"""Files, folders and zips to sources, one at a time: a folder of ten thousand papers is never in memory at once.

A folder gives its files in order of their names, then those of its subfolders; a zip is a folder. What is left out is
`selection`'s matter. A file that is named itself is always tried.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from stat import S_ISREG

from index.sources import zips
from index.sources.formats import MAX_BYTES, too_big
from index.sources.selection import corpus_of, is_hidden, reason_to_skip
from index.sources.source import Found, Skipped, Source, Unreadable


def sources(paths: Iterable[Path], *, max_bytes: int = MAX_BYTES) -> Iterator[Found]:
    """What the paths hold, in the order given; a file is read when its turn comes, and kept by nobody here.

    A source's name is its path below the folder that was given, with `/`; of a file that was given, the file's name.
    A zip's members have paths below the zip's name. A path that goes on inside a zip (`papers.zip/a.xml`) names that
    member.
    """
    for path in paths:
        if not _is(Path.is_dir, path):
            yield from _file(path, max_bytes)
            continue
        for found in _files(path):
            yield from _read(found, _name(found, path), max_bytes) if isinstance(found, Path) else [found]


def exists(path: Path) -> bool:
    """Whether there is such a file or folder, or such a path inside a zip."""
    return path.exists() or _zip_above(path) is not None


def _file(path: Path, max_bytes: int) -> Iterator[Found]:
    archive = _zip_above(path)
    if archive is None:
        yield from _read(path, _name(path, path.parent), max_bytes)
    else:
        member = _name(path, archive)
        yield from _read(archive, _name(archive, archive.parent), max_bytes, member)


def _zip_above(path: Path) -> Path | None:
    """The zip inside which `path` lies, if it does."""
    return next((folder for folder in path.parents if _is(Path.is_file, folder) and _begins_as_zip(folder)), None)


def _begins_as_zip(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return zips.is_zip(opened.read(4))
    except OSError:  # reading it will say so
        return False


def _is(kind: Callable[[Path], bool], path: Path) -> bool:
    try:
        return kind(path)
    except OSError:  # on the way to it: reading it will say so
        return False


def _files(folder: Path) -> Iterator[Path | Unreadable | Skipped]:
    failed: list[OSError] = []
    for here, folders, names in os.walk(folder, onerror=failed.append):
        corpus = corpus_of((*folders, *names))
        folders[:] = [] if corpus else sorted(name for name in folders if not is_hidden(name))
        for name in sorted(name for name in names if not is_hidden(name)):
            file = Path(here, name)
            reason = "no corpus" if corpus and name != corpus else reason_to_skip(name)
            yield Skipped(_name(file, folder), reason) if reason else file
    for error in failed:
        yield _unreadable(Path(error.filename), error)


def _read(file: Path, name: str, max_bytes: int, member: str | None = None) -> Iterator[Found]:
    try:
        status = file.stat()
        if not S_ISREG(status.st_mode):
            yield Unreadable(_again(file), f"{name} is no file: name a file or a folder")
        elif _begins_as_zip(file):
            with file.open("rb") as opened:
                yield from zips.sources(opened, name, _again(file), max_bytes=max_bytes, only=member)
        elif status.st_size > max_bytes:
            yield Unreadable(_again(file), str(too_big(name, status.st_size, max_bytes)))
        else:
            yield Source(name, file.read_bytes(), _again(file))
    except OSError as error:
        yield _unreadable(file, error)


def _unreadable(file: Path, error: OSError) -> Unreadable:
    name = _again(file)
    return Unreadable(name, f"{name} cannot be read ({error.strerror}): check the path and its permissions")


def _again(file: Path) -> str:
    return _utf8(str(file.absolute()))


def _name(path: Path, folder: Path) -> str:
    return _utf8(path.relative_to(folder).as_posix())


def _utf8(name: str) -> str:
    # A name that is not UTF-8 would be refused wherever it is written down.
    return os.fsencode(name).decode("utf-8", "replace")
