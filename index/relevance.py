"""From what a search computed to a probability that a passage bears on the question.

Logistic regression (Platt 1999) on how close the passage is to the question, and on how many passages were searched:
the closest of a hundred thousand that have nothing to do with a question is closer than the closest of ten.
`scripts/calibrate` fits it, docs/calibration.md says how well it does; the index carries it.
"""

from __future__ import annotations

import importlib.resources
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from index.errors import EncoderError

_SHIPPED = "calibration.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """relevance = 1 / (1 + exp(-(intercept + closeness·c + passages·ln(n)))), of `n` passages searched.

    `threshold` is the relevance below which an answer abstains. `encoder` is the sha256 of the weights of the encoder
    whose cosines were fitted, `fitted_on` says on which data.
    """

    intercept: float
    closeness: float
    passages: float
    threshold: float
    encoder: str
    fitted_on: str

    def relevance(self, close: float, searched: int) -> float:
        """Probability in [0, 1] that a passage so close, the closest of so many, bears on the question."""
        logit = self.intercept + self.closeness * close + self.passages * np.log(max(searched, 1))
        return float(1.0 / (1.0 + np.exp(-logit)))


def closeness(sentence: float, passage: float, coverage: float) -> float:
    """How close a passage is to a question, through one of its sentences: the mean of three numbers.

    Args:
        sentence: cosine of the sentence.
        passage: cosine of the passage.
        coverage: share of the question's words that the passage holds.
    """
    return (sentence + passage + coverage) / 3


def shipped_calibration() -> Calibration:
    """The calibration that comes with the package, for the default encoder."""
    data = importlib.resources.files("index").joinpath("data", _SHIPPED).read_bytes()
    return msgspec.json.decode(data, type=Calibration)


def read_calibration(path: Path) -> Calibration:
    """The calibration in a file that `scripts/calibrate --write` made.

    Raises:
        EncoderError: there is none.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Calibration)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EncoderError(f"{path} holds no calibration ({error}): make one with scripts/calibrate") from error
