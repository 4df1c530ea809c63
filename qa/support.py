"""Whether the sentences of a passage support a statement that somebody else wrote.

What can be compared is compared first (`qa.facts`): a number, a name, a negation or a direction that the evidence does
not have ends the matter. Of what passes, logistic regression on how much of the statement the evidence says gives the
probability that people would call it supported; `scripts/measure_support` fits it on SciFact (Wadden et al. 2020), and
docs/generation.md says how well it does, and what it cannot catch.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from index.document import Span
from index.encoder import FloatArray
from qa.facts import Facts, disagreement, facts, together

FEATURES = ("coverage", "cosine")
_MOST_SENTENCES = 3  # that one quote is made of
_SENTENCE_COST = 0.05  # of closeness, for each sentence after the first


@dataclass(frozen=True, slots=True)
class SupportModel:
    """probability = 1 / (1 + exp(-(intercept + Σ weight · feature))), the weights in the order of `FEATURES`.

    `threshold` is the probability from which a statement is supported. `encoder` is the sha256 of the weights of the
    encoder whose cosines were fitted, `fitted_on` says on which data.
    """

    intercept: float
    weights: tuple[float, ...]
    threshold: float
    encoder: str
    fitted_on: str

    def probability(self, features: Sequence[float]) -> float:
        """That people would call a statement with these features supported."""
        logit = self.intercept + float(np.dot(self.weights, features))
        return float(1.0 / (1.0 + np.exp(-logit)))


def shipped_support() -> SupportModel:
    """The one that comes with the package, for the default encoder."""
    data = importlib.resources.files("qa").joinpath("data", "support.json").read_bytes()
    return msgspec.json.decode(data, type=SupportModel)


@dataclass(frozen=True, slots=True)
class Sentence(Span):
    """A sentence of a passage: its facts, and its vector of unit norm."""

    facts: Facts
    vector: FloatArray


def sentence(span: Span, text: str, vector: FloatArray) -> Sentence:
    """A sentence of a passage, made ready to be evidence."""
    return Sentence(span.start, span.end, facts(text), vector)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A statement as it is checked: its facts, and its vector of unit norm."""

    facts: Facts
    vector: FloatArray


def claimed(text: str, vector: FloatArray) -> Claimed:
    """A statement made ready to be checked against several passages."""
    return Claimed(facts(text), vector)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The sentences that come closest to a statement, what they disagree in, and the features of the pair."""

    span: Span
    disagreement: str | None
    features: tuple[float, ...]


def judge(statement: Claimed, passage: Sequence[Sentence], equals: Sequence[tuple[str, str]] = ()) -> Verdict | None:
    """The closest sentences of a passage that agree with a statement in its facts; if none do, the closest.

    None of a passage without sentences. `equals` are forms that mean the same, each with its other form.
    """
    verdicts = [
        _verdict(statement, passage[first : first + length], equals)
        for length in range(1, _MOST_SENTENCES + 1)
        for first in range(len(passage) - length + 1)
    ]
    verdicts.sort(key=lambda one: -one[0])
    agreeing = (verdict for _, verdict in verdicts if verdict.disagreement is None)
    return next(agreeing, verdicts[0][1] if verdicts else None)


def _verdict(
    statement: Claimed, quoted: Sequence[Sentence], equals: Sequence[tuple[str, str]]
) -> tuple[float, Verdict]:
    """How close sentences that stand together are to a statement, and what they say of it."""
    held = together([one.facts for one in quoted])
    cosine = max(float(one.vector @ statement.vector) for one in quoted)
    said = statement.facts.terms
    coverage = len(said & held.terms) / len(said) if said else 0.0
    closeness = coverage + cosine - _SENTENCE_COST * len(quoted)
    span = Span(quoted[0].start, quoted[-1].end)
    return closeness, Verdict(span, disagreement(statement.facts, held, equals), (coverage, cosine))
