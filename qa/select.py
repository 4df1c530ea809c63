"""Which sentences of the hits answer the question: extractive, verbatim, no model writes here.

Greedy choice by relevance, leaving out what repeats a chosen sentence (maximal marginal relevance, Carbonell &
Goldstein 1998, with a hard limit in place of its trade-off). The paper's own sentences come first; a summariser's
stand in only where the paper is silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.document import BlockKind, Span
from index.generation import Generation
from index.relevance import Calibration
from index.search import Hit

MOST_STATEMENTS = 4

# A cosine above this says the same thing twice.
_REPEATS = 0.85
# A statement that is much less relevant than the best one adds noise, not an answer.
_SHARE_OF_BEST = 0.6

_OWN = {
    BlockKind.ABSTRACT,
    BlockKind.PARAGRAPH,
    BlockKind.LIST,
    BlockKind.BOX,
    BlockKind.CAPTION,
    BlockKind.FOOTNOTE,
    BlockKind.BACK,
}


@dataclass(frozen=True, slots=True)
class Candidate(Span):
    """A whole sentence of a hit, with the calibrated probability that it bears on the question."""

    hit: Hit
    row: int
    relevance: float


def candidates(hits: Sequence[Hit], calibration: Calibration) -> list[Candidate]:
    """The sentences that may answer, most relevant first; a summariser's only where the paper's own do not reach."""
    found = [
        Candidate(sentence.start, sentence.end, hit, sentence.row, calibration.relevance(sentence.cosine, hit.coverage))
        for hit in hits
        for sentence in hit.sentences
        if sentence.end <= hit.passage.end  # one that is longer than a passage is no answer to read
    ]
    found.sort(key=lambda candidate: (-candidate.relevance, candidate.row))
    own = [candidate for candidate in found if candidate.hit.passage.kind in _OWN]
    if own and own[0].relevance >= calibration.threshold:
        return own
    return [candidate for candidate in found if candidate in own or candidate.hit.passage.kind is BlockKind.SUMMARY]


def select(generation: Generation, found: Sequence[Candidate]) -> list[Candidate]:
    """At most `MOST_STATEMENTS` of the candidates, best first, none repeating another."""
    chosen: list[Candidate] = []
    vectors: list[np.ndarray[tuple[int], np.dtype[np.float32]]] = []
    least = max(generation.calibration.threshold, _SHARE_OF_BEST * found[0].relevance) if found else 1.0
    for candidate in found:
        if len(chosen) == MOST_STATEMENTS or candidate.relevance < least:
            break
        vector = generation.sentences.vectors(candidate.row, candidate.row + 1)[0].astype(np.float32)
        if all(float(vector @ other) < _REPEATS for other in vectors):
            chosen.append(candidate)
            vectors.append(vector)
    return chosen
