"""Files and folders to sources, one at a time, so that a folder of ten thousand papers is never in memory at once.

A folder gives its files in order of their names, then those of its subfolders. Left out, and listed as such: files
whose ending is none of a format's, and README or LICENSE files, which are about the folder. Hidden files and folders
are not looked at. A file that is named itself is always tried. A folder in BEIR's layout gives only its corpus.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from stat import S_ISREG

from index.sources.formats import FORMATS, MAX_BYTES, too_big
from index.sources.source import Found, Skipped, Source, Unreadable

_ENDINGS = frozenset(ending for format_ in FORMATS for ending in format_.ENDINGS)
_ABOUT = ("readme", "license", "licence", "changelog", "copying")


def sources(paths: Iterable[Path], *, max_bytes: int = MAX_BYTES) -> Iterator[Found]:
    """What the paths hold, in the order given; a file is read when its turn comes, and kept by nobody here.

    A source's name is its path below the folder that was given, with `/`; of a file that was given, the file's name.
    """
    for path in paths:
        if not _is_folder(path):
            yield _read(path, _name(path, path.parent), max_bytes)
            continue
        for found in _files(path):
            yield _read(found, _name(found, path), max_bytes) if isinstance(found, Path) else found


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # on the way to it: reading it will say so
        return False


def _files(folder: Path) -> Iterator[Path | Unreadable | Skipped]:
    failed: list[OSError] = []
    for here, folders, names in os.walk(folder, onerror=failed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files = [Path(here, name) for name in sorted(names) if not name.startswith(".")]
        if _is_beir(Path(here)):
            folders.clear()
            corpus = {"corpus.jsonl", "corpus.jsonl.gz"}
            yield from (Skipped(_name(file, folder), "no corpus") for file in files if file.name not in corpus)
            files = [file for file in files if file.name in corpus][:1]
        for file in files:
            reason = _reason_to_skip(file)
            yield Skipped(_name(file, folder), reason) if reason else file
    for error in failed:
        yield _unreadable(Path(error.filename), error)


def _is_beir(folder: Path) -> bool:
    has_corpus = (folder / "corpus.jsonl").is_file() or (folder / "corpus.jsonl.gz").is_file()
    return has_corpus and ((folder / "queries.jsonl").is_file() or (folder / "qrels").is_dir())


def _reason_to_skip(file: Path) -> str | None:
    stem, *endings = file.name.lower().removesuffix(".gz").split(".")
    if not endings or f".{endings[-1]}" not in _ENDINGS:
        return "its ending is none of a supported format; name the file itself to try it"
    return "about the folder; name the file itself to add it" if stem in _ABOUT else None


def _read(file: Path, name: str, max_bytes: int) -> Source | Unreadable:
    try:
        status = file.stat()
        if not S_ISREG(status.st_mode):
            return Unreadable(_again(file), f"{name} is no file: name a file or a folder")
        if status.st_size > max_bytes:
            return Unreadable(_again(file), str(too_big(name, status.st_size, max_bytes)))
        return Source(name, file.read_bytes(), _again(file))
    except OSError as error:
        return _unreadable(file, error)


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
