"""From what a search computed to a probability that a passage bears on the question.

Logistic regression (Platt 1999) on two features that mean the same for every question, mode and size of index: the
cosine of the question with the passage's best sentence, and the share of the question's words that the passage holds.
`scripts/calibrate` fits it; the index carries the result.
"""

from __future__ import annotations

import importlib.resources
from dataclasses import dataclass

import msgspec
import numpy as np

_SHIPPED = "calibration.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """relevance = 1 / (1 + exp(-(intercept + cosine·c + coverage·w))).

    `threshold` is the relevance below which an answer abstains. `encoder` is the sha256 of the weights of the encoder
    whose cosines were fitted, `fitted_on` says on which data and with what result.
    """

    intercept: float
    cosine: float
    coverage: float
    threshold: float
    encoder: str
    fitted_on: str

    def relevance(self, cosine: float, coverage: float) -> float:
        """Probability in [0, 1] from a cosine in [-1, 1] and a coverage in [0, 1]."""
        return float(1.0 / (1.0 + np.exp(-(self.intercept + self.cosine * cosine + self.coverage * coverage))))


def shipped_calibration() -> Calibration:
    """The calibration that comes with the package, for the default encoder."""
    data = importlib.resources.files("index").joinpath("data", _SHIPPED).read_bytes()
    return msgspec.json.decode(data, type=Calibration)
