"""The exported encoder that lies in an index, and what every encoder's vectors promise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoder import GRAPH, VOCABULARY, EncoderSpec, FloatArray, OnnxEncoder, unit
from index.errors import EncoderError, IndexDamaged
from index.manifest import read_manifest
from index.store import Store

QUESTION = "How do extracellular vesicles carry PD-L1?"
LONG = "Vesicles of resistant cells carry a pump that expels the drug from those that receive them. " * 18


@pytest.fixture(scope="module")
def spec(record_folder: Path) -> EncoderSpec:
    return read_manifest(record_folder / "generations" / Store(record_folder).live()).encoder


@pytest.fixture(scope="module")
def folder(record_folder: Path) -> Path:
    return record_folder / "generations" / Store(record_folder).live() / "encoder"


@pytest.fixture(scope="module")
def encoder(folder: Path, spec: EncoderSpec) -> OnnxEncoder:
    return OnnxEncoder(folder, spec)


def one(encoder: OnnxEncoder, text: str) -> FloatArray:
    return np.asarray(encoder.encode_queries([text])[0])


@given(st.lists(st.lists(st.floats(-1e3, 1e3, width=32), min_size=3, max_size=3).filter(any), min_size=1, max_size=5))
def test_rows_keep_their_direction_and_get_unit_norm(rows: list[list[float]]) -> None:
    vectors = np.array(rows, dtype=np.float32)
    vectors[np.linalg.norm(vectors, axis=1) < 1e-3] += 1
    scaled = unit(vectors, ["text"] * len(rows))
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(scaled, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(scaled * np.linalg.norm(vectors, axis=1, keepdims=True), vectors, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("row", "kind"),
    [([0, 0], "a zero"), ([np.nan, 1], "undefined"), ([np.inf, 1], "infinite"), ([-np.inf, np.nan], "infinite")],
)
def test_a_vector_without_direction_is_refused_with_the_text_that_gave_it(row: list[float], kind: str) -> None:
    with pytest.raises(EncoderError, match=rf"{kind}.*'the bad text'"):
        unit(np.array([[1, 0], row], dtype=np.float32), ["a good text", "the bad text"])


def test_no_rows_stay_none() -> None:
    assert unit(np.empty((0, 4), dtype=np.float32), []).shape == (0, 4)


def test_both_printed_hyphens_are_read_as_the_one_that_the_vocabulary_knows(encoder: OnnxEncoder) -> None:
    for hyphen in "\u2010\u2011":
        np.testing.assert_array_equal(one(encoder, QUESTION.replace("-", hyphen)), one(encoder, QUESTION))


def test_a_lower_casing_encoder_gets_lower_case(spec: EncoderSpec) -> None:
    assert replace(spec, lowercase=True).prepare("PD\u2011L1") == "pd-l1"
    assert replace(spec, lowercase=False).prepare("PD\u2011L1") == "PD-L1"


def test_a_vector_does_not_depend_on_what_else_is_encoded(encoder: OnnxEncoder) -> None:
    texts = [QUESTION, LONG, "", "-", "外泌体如何导致耐药？"]
    together = encoder.encode_queries(texts)
    assert together.shape == (5, 384) and together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(together, [one(encoder, text) for text in texts], atol=1e-5)


def test_what_stands_after_the_window_is_not_read(encoder: OnnxEncoder) -> None:
    np.testing.assert_array_equal(one(encoder, LONG + " zebrafish"), one(encoder, LONG))
    assert np.abs(one(encoder, "zebrafish " + LONG) - one(encoder, LONG)).max() > 1e-3


def test_a_smaller_window_reads_less(folder: Path, spec: EncoderSpec, encoder: OnnxEncoder) -> None:
    narrow = OnnxEncoder(folder, replace(spec, window=6))
    np.testing.assert_array_equal(one(narrow, "one two three four five six"), one(narrow, "one two three four"))
    np.testing.assert_allclose(one(narrow, "one two"), one(encoder, "one two"), atol=1e-6)


def test_a_querys_prompt_goes_before_it(folder: Path, spec: EncoderSpec, encoder: OnnxEncoder) -> None:
    prompted = OnnxEncoder(folder, replace(spec, query_prompt="query: ", passage_prompt="passage: "))
    np.testing.assert_array_equal(one(prompted, QUESTION), one(encoder, f"query: {QUESTION}"))
    np.testing.assert_array_equal(prompted.encode([QUESTION]), encoder.encode([QUESTION]))


def test_what_means_the_same_is_nearer_than_what_shares_words(encoder: OnnxEncoder) -> None:
    asked, same, other = encoder.encode_queries(
        ["Which drug kills the tumour?", "A medicine that destroys cancer cells.", "Which child kills the time?"]
    )
    assert asked @ same > asked @ other


@pytest.mark.parametrize("data", [b"", b"not a graph"])
def test_a_graph_that_cannot_be_loaded_is_refused_by_name(
    folder: Path, spec: EncoderSpec, tmp_path: Path, data: bytes
) -> None:
    (tmp_path / VOCABULARY).write_bytes((folder / VOCABULARY).read_bytes())
    (tmp_path / GRAPH).write_bytes(data)
    with pytest.raises(IndexDamaged, match=rf"{GRAPH}.*evqa build"):
        OnnxEncoder(tmp_path, spec)


def test_a_graph_whose_weights_are_missing_is_refused_by_name(folder: Path, spec: EncoderSpec, tmp_path: Path) -> None:
    """They lie in a file of their own, which is mapped into memory: that starts faster, and takes half the memory."""
    for name in (VOCABULARY, GRAPH):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(IndexDamaged, match=rf"{GRAPH}.*evqa build"):
        OnnxEncoder(tmp_path, spec)


def test_a_missing_graph_is_refused_by_name(folder: Path, spec: EncoderSpec, tmp_path: Path) -> None:
    (tmp_path / VOCABULARY).write_bytes((folder / VOCABULARY).read_bytes())
    with pytest.raises(IndexDamaged, match=GRAPH):
        OnnxEncoder(tmp_path, spec)
