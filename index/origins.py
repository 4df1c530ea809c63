"""Which sources the stored documents were read from, so that a source that has not changed is not read again.

Sound only where nothing else has changed either: the sha256 of a source's bytes counts together with `reader`, the
digest of everything that makes a document of them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_DISTRIBUTION = "ev-review-qa"


@dataclass(frozen=True, slots=True)
class Origin:
    """The sha256 of a source's bytes, and the ids of all documents that it gave: they are stored as it gave them."""

    sha256: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origins:
    """Origins by the name of the source, as `Metadata.source` has it; `reader` is what read them."""

    reader: str = ""
    sources: dict[str, Origin] = field(default_factory=dict)

    def among(self, ids: Collection[str]) -> Origins:
        """Those whose documents are all among `ids`."""
        kept = {name: origin for name, origin in self.sources.items() if all(id_ in ids for id_ in origin.documents)}
        return Origins(self.reader, kept)


def origin(data: bytes, documents: Collection[str]) -> Origin:
    """The origin of documents of these ids that were read from `data`."""
    return Origin(hashlib.sha256(data).hexdigest(), tuple(documents))


def reader() -> str:
    """The digest of this package's code and of the releases of what it depends on."""
    from importlib import metadata  # only writers need it

    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    for requirement in metadata.requires(_DISTRIBUTION) or ():
        name = re.split(r"[^\w.-]", requirement)[0]
        with suppress(metadata.PackageNotFoundError):  # of an extra
            digest.update(f"{name} {metadata.version(name)}\n".encode())
    return digest.hexdigest()
