from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.dense import DenseIndex, SentenceVectors
from index.encoder import FloatArray, unit
from index.errors import EncoderError, IndexDamaged


def unit_rows(n: int, dim: int, seed: int = 0) -> FloatArray:
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return unit(rows, [""] * n)


def saved(path: Path, vectors: FloatArray) -> DenseIndex:
    DenseIndex.write(path, [vectors[:3], vectors[3:]], vectors.shape[1])
    return DenseIndex.open(path)


def oracle(
    vectors: FloatArray, query: FloatArray, k: int, mask: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.int64]:
    rows = np.arange(len(vectors)) if mask is None else np.flatnonzero(mask)
    return rows[np.lexsort((rows, -(vectors[rows] @ query)))][:k]


@settings(max_examples=50, deadline=None)
@given(n=st.integers(1, 40), k=st.integers(1, 50), seed=st.integers(0, 1000), masked=st.booleans())
def test_search_finds_what_numpy_finds(
    tmp_path_factory: pytest.TempPathFactory, n: int, k: int, seed: int, masked: bool
) -> None:
    vectors = unit_rows(n, 8, seed)
    index = saved(tmp_path_factory.mktemp("dense") / "dense.faiss", vectors)
    query = unit_rows(1, 8, seed + 1)[0]
    mask = np.random.default_rng(seed).random(n) < 0.5 if masked else None
    rows, cosines = index.search(query, k, mask)
    assert rows.tolist() == oracle(vectors, query, k, mask).tolist()
    np.testing.assert_allclose(cosines, vectors[rows] @ query, atol=1e-5)


def test_ties_are_broken_by_row_even_at_the_cut(tmp_path: Path) -> None:
    same, other = unit_rows(2, 8)
    index = saved(tmp_path / "dense.faiss", np.stack([other, *[same] * 30]))
    assert index.search(same, 5)[0].tolist() == [1, 2, 3, 4, 5]


def test_cosines_lie_between_minus_one_and_one(tmp_path: Path) -> None:
    vectors = unit_rows(1, 384)
    index = saved(tmp_path / "dense.faiss", np.concatenate([vectors, -vectors]))
    _, cosines = index.search(vectors[0], 2)
    assert cosines.max() <= 1 and cosines.min() >= -1
    np.testing.assert_allclose(cosines, [1, -1], atol=1e-6)


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    DenseIndex.write(tmp_path / "dense.faiss", [], 8)
    assert len(DenseIndex.open(tmp_path / "dense.faiss").search(unit_rows(1, 8)[0], 3)[0]) == 0


def test_a_mask_that_allows_nothing_finds_nothing(tmp_path: Path) -> None:
    index = saved(tmp_path / "dense.faiss", unit_rows(4, 8))
    assert len(index.search(unit_rows(1, 8)[0], 3, np.zeros(4, dtype=np.bool_))[0]) == 0


@pytest.mark.parametrize("factor", [0.0, 2.0, np.nan, np.inf])
def test_a_vector_that_is_not_of_unit_norm_is_refused(tmp_path: Path, factor: float) -> None:
    vectors = unit_rows(4, 8)
    vectors[2] *= factor
    with pytest.raises(EncoderError, match="unit norm"):
        saved(tmp_path / "dense.faiss", vectors)


def test_a_file_that_is_no_index_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "dense.faiss").write_bytes(b"not an index")
    with pytest.raises(IndexDamaged, match=r"dense\.faiss"):
        DenseIndex.open(tmp_path / "dense.faiss")


def test_vectors_come_back_as_they_were_written(tmp_path: Path) -> None:
    vectors = unit_rows(5, 8)
    index = saved(tmp_path / "dense.faiss", vectors)
    np.testing.assert_array_equal(index.vectors(1, 4), vectors[1:4])
    assert index.vectors(0, 0).shape == (0, 8)


def test_sentence_vectors_are_read_from_the_file(tmp_path: Path) -> None:
    vectors = unit_rows(5, 8)
    (tmp_path / "sentences.f16").write_bytes(vectors.astype(np.float16).tobytes())
    sentences = SentenceVectors(tmp_path / "sentences.f16", 8)
    np.testing.assert_allclose(sentences.cosines(vectors[2], np.array([2, 0])), vectors[[2, 0]] @ vectors[2], atol=2e-3)
    assert len(sentences) == 5


def test_half_a_sentence_vector_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sentences.f16").write_bytes(b"\0" * 17)
    with pytest.raises(IndexDamaged, match=r"sentences\.f16"):
        SentenceVectors(tmp_path / "sentences.f16", 8)


def test_no_sentences_are_no_error(tmp_path: Path) -> None:
    (tmp_path / "sentences.f16").write_bytes(b"")
    assert (
        len(SentenceVectors(tmp_path / "sentences.f16", 8).cosines(unit_rows(1, 8)[0], np.array([], dtype=np.int64)))
        == 0
    )
