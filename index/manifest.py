"""What a generation is made of, and whether its files are still what was written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from index.encoder import EncoderSpec
from index.errors import ANEW, IndexDamaged, IndexMismatch
from index.query import Counts

FORMAT = 5
_NAME = "manifest.json"

# Hashing costs about a second for each gigabyte: at open only what costs less than a tenth of one is hashed.
_HASHED_AT_OPEN_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Size in bytes and sha256 of a file as it was written."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """How a generation was made, and its files by their path inside it.

    `exported` says whether the encoder for queries lies in it. `corpus` is the sha256 of the ids and versions of all
    documents in order. `made_at` is ISO 8601 in UTC.
    """

    format: int
    encoder: EncoderSpec
    exported: bool
    passage_tokens: int
    corpus: str
    counts: Counts
    made_by: str
    made_at: str
    files: dict[str, FileRecord]


def seal(
    folder: Path, encoder: EncoderSpec, *, exported: bool, passage_tokens: int, corpus: str, counts: Counts
) -> None:
    """Writes the manifest of the files that lie in `folder`."""
    from importlib.metadata import version  # only writers need it

    manifest = Manifest(
        format=FORMAT,
        encoder=encoder,
        exported=exported,
        passage_tokens=passage_tokens,
        corpus=corpus,
        counts=counts,
        made_by=f"ev-review-qa {version('ev-review-qa')}",
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        files={path.relative_to(folder).as_posix(): _record(path) for path in _files(folder)},
    )
    (folder / _NAME).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation.

    Raises:
        IndexDamaged: it is missing or unreadable.
        IndexMismatch: another version of this program wrote it in another format.
    """
    path = folder / _NAME
    try:
        data = path.read_bytes()
        version = msgspec.json.decode(data, type=dict[str, object]).get("format")
        if version != FORMAT:
            raise IndexMismatch(f"{folder} has index format {version}, this program reads {FORMAT}: {ANEW}")
        return msgspec.json.decode(data, type=Manifest)
    except FileNotFoundError as error:
        raise IndexDamaged(f"{path} is missing: {ANEW}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"{path} cannot be read ({error}): {ANEW}") from error


def damage(folder: Path, manifest: Manifest, *, thorough: bool) -> list[str]:
    """What is wrong with the files of a generation, a line for each; with `thorough` every file is hashed."""
    found = []
    for name, expected in sorted(manifest.files.items()):
        path = folder / name
        if not path.is_file():
            found.append(f"{path} is missing")
        elif (size := path.stat().st_size) != expected.size:
            found.append(f"{path} has {size} bytes instead of {expected.size}")
        elif (thorough or size <= _HASHED_AT_OPEN_BYTES) and _record(path) != expected:
            found.append(f"{path} was altered: its sha256 is not the one it was written with")
    return found


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _record(path: Path) -> FileRecord:
    with path.open("rb") as file:
        return FileRecord(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
