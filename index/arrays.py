"""Arrays that lie in a file as they lie in memory, read without being loaded, and the numbers that words have there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import IndexDamaged


def open_array(path: Path, dtype: type[np.generic], count: int) -> npt.NDArray[Any]:
    """The `count` numbers of a file, read-only; its pages are read when they are looked at.

    Raises:
        IndexDamaged: the file is missing or not of the size it must have.
    """
    try:
        if path.stat().st_size != count * np.dtype(dtype).itemsize:
            raise array_damaged(path)
        # An empty file cannot be mapped; slices of a memmap cost more than slices of the array that it is.
        return np.asarray(np.memmap(path, dtype, mode="r")) if count else np.empty(0, dtype)
    except OSError as exc:
        raise array_damaged(path) from exc


def array_damaged(path: Path) -> IndexDamaged:
    """The error for a file that is not what was written."""
    return IndexDamaged(f"{path} is missing or damaged: `evqa check` says more, `evqa build` makes it again")


def hashes(words: Iterable[str]) -> npt.NDArray[np.uint64]:
    """64 bits that stand for each word, so that opening loads no vocabulary.

    Two of a million words share theirs in one of 10^7 indexes.
    """
    digests = b"".join(hashlib.blake2b(word.encode(), digest_size=8).digest() for word in words)
    return np.frombuffer(digests, dtype="<u8")
