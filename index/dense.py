"""Exact nearest neighbours by inner product over unit vectors, in FAISS; and the vectors of sentences beside them.

The only module that imports faiss. Unit rows enter, inner products inside, cosines leave; distances do not exist here.
Johnson, Douze, Jégou 2021, "Billion-scale similarity search with GPUs" (FAISS).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.encoder import FloatArray
from index.errors import EncoderError, IndexDamaged

# The library's stubs describe its C++ side, not the Python calls that its documentation gives.
_faiss: Any = faiss

RowArray = npt.NDArray[np.int64]
RowMask = npt.NDArray[np.bool_]


class DenseIndex:
    """Passage vectors on disk; row i is passage i."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def open(cls, path: Path) -> DenseIndex:
        """Opens the file read-only.

        Raises:
            IndexDamaged: FAISS cannot read it.
        """
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise IndexDamaged(f"{path} cannot be read by FAISS; run `evqa build`") from error

    @staticmethod
    def write(path: Path, vectors: Iterable[FloatArray], dim: int) -> None:
        """Writes the vectors, given in blocks of rows of unit L2 norm.

        Raises:
            EncoderError: a row is not of unit norm.
            OSError: the file cannot be written.
        """
        index = faiss.IndexFlatIP(dim)
        for block in vectors:
            _check_unit(block)
            index.add(np.ascontiguousarray(block, dtype=np.float32))
        try:
            faiss.write_index(index, str(path))
        except RuntimeError as error:
            raise OSError(f"FAISS could not write {path}") from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def vectors(self, start: int, end: int) -> FloatArray:
        """(end - start, dim) float32: rows `[start, end)`."""
        return np.asarray(self._index.reconstruct_n(start, end - start), dtype=np.float32).reshape(-1, self.dim)

    def cosines(self, vector: FloatArray, rows: RowArray) -> FloatArray:
        """(n,) float32: cosine of `vector` (dim,) with each of `rows`."""
        if not len(rows):
            return np.empty(0, dtype=np.float32)
        return _cosines(self._index.reconstruct_batch(rows), vector)

    def search(self, vector: FloatArray, k: int, rows: RowMask | None = None) -> tuple[RowArray, FloatArray]:
        """The `k` nearest rows to `vector` (dim,) and their cosines, best first, ties by row.

        `rows` masks the rows that may be returned; fewer than `k` come back only when there are no more.
        """
        k = min(k, len(self) if rows is None else int(rows.sum()))
        if k == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        parameters = None
        if rows is not None:
            bits = np.packbits(rows, bitorder="little")
            parameters = _faiss.SearchParameters(sel=_faiss.IDSelectorBitmap(bits))
        found, cosines = self._with_ties(vector[None, :], k, parameters)
        order = np.lexsort((found, -cosines))[:k]
        return found[order], np.clip(cosines[order], -1.0, 1.0)

    def _with_ties(self, vector: FloatArray, k: int, parameters: Any) -> tuple[RowArray, FloatArray]:
        # FAISS keeps any of the rows that tie at the cut; reading on until the score falls lets the order decide.
        wanted = k + 1
        while True:
            cosines, rows = self._index.search(vector, min(wanted, len(self)), params=parameters)
            found = rows[0] >= 0  # FAISS pads with -1
            cosines, rows = cosines[0][found], rows[0][found]
            if len(rows) < wanted or cosines[-1] < cosines[k - 1]:
                return rows, cosines
            wanted *= 2


class SentenceVectors:
    """Vectors of sentences as float16, memory-mapped: (n, dim)."""

    def __init__(self, path: Path, dim: int) -> None:
        size = path.stat().st_size
        if size % (2 * dim):
            raise IndexDamaged(f"{path} holds no whole number of {dim}-dimensional vectors; run `evqa build`")
        # An empty file cannot be mapped.
        self._rows = (
            np.memmap(path, np.float16, "r", shape=(size // (2 * dim), dim)) if size else np.empty((0, dim), "e")
        )

    def __len__(self) -> int:
        return len(self._rows)

    def vectors(self, start: int, end: int) -> npt.NDArray[np.float16]:
        """(end - start, dim) float16: rows `[start, end)`."""
        return np.asarray(self._rows[start:end])

    def cosines(self, vector: FloatArray, rows: RowArray) -> FloatArray:
        """(n,) float32: cosine of `vector` (dim,) with each of `rows`, to float16's three digits."""
        return _cosines(self._rows[rows].astype(np.float32), vector)


def _cosines(rows: FloatArray, vector: FloatArray) -> FloatArray:
    # Not `rows @ vector`: BLAS rounds a row's product otherwise when there are more rows, and a score must not depend
    # on how many were asked for. Clipped since rounding takes the product of a vector with itself past 1.
    products: FloatArray = np.einsum("ij,j->i", rows, vector, dtype=np.float32)
    return np.clip(products, -1.0, 1.0)


def _check_unit(vectors: FloatArray) -> None:
    norms = np.linalg.norm(vectors, axis=1)
    if not np.allclose(norms, 1.0, atol=1e-3):  # NaN is close to nothing
        raise EncoderError("a vector that is zero, not finite or not of unit norm was offered to the index")
