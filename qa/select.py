"""Which sentences of the hits answer the question: extractive, verbatim, no model writes here.

Greedy choice by closeness, leaving out what repeats a chosen sentence (maximal marginal relevance, Carbonell &
Goldstein 1998, with a hard limit in place of its trade-off). The paper's own sentences come first; a summariser's
stand in only where the paper is silent. One that cannot stand alone is quoted with the sentence that it points to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.document import BlockKind, Span
from index.encoder import FloatArray
from index.expansion import Asked
from index.generation import Generation
from index.relevance import Calibration, closeness
from index.search import Hit
from qa.antecedents import with_antecedent
from qa.expected import expected
from qa.subjects import about
from qa.zones import announces, asks_for_announcements

MOST_STATEMENTS = 3

# A cosine above this says the same thing twice.
_REPEATS = 0.85
# A statement that is so much less close than the best one adds noise, not an answer.
_LESS_CLOSE = 0.1
# How much less close a sentence is that announces something and tells nothing.
_ANNOUNCED = 0.15

_OWN = {
    BlockKind.ABSTRACT,
    BlockKind.PARAGRAPH,
    BlockKind.LIST,
    BlockKind.FORMULA,  # a passage that begins with one goes on in prose
    BlockKind.BOX,
    BlockKind.CAPTION,
    BlockKind.FOOTNOTE,
    BlockKind.BACK,
}


@dataclass(frozen=True, slots=True)
class Candidate(Span):
    """A whole sentence of a hit.

    `relevance` is the calibrated probability that the sentence, in its passage, bears on the question. `closeness`
    orders the candidates: the mean of the cosines of sentence and passage and of the share of the question's words that
    the sentence has. What else was tried, learned weights included, chose no better (docs/statements.md).
    """

    hit: Hit
    row: int
    relevance: float
    closeness: float


def on_subject(generation: Generation, asked: Asked, hits: Sequence[Hit]) -> list[Hit]:
    """The hits from papers that name what the question names."""
    named = about(asked.text)
    if named is None:
        return list(hits)
    rows = {hit.document_row for hit in hits}
    papers = {row for row in rows if named(generation.database.text(row))}
    return [hit for hit in hits if hit.document_row in papers]


def candidates(asked: Asked, hits: Sequence[Hit], calibration: Calibration) -> list[Candidate]:
    """The sentences that may answer, closest first; a summariser's only where the paper's own do not reach.

    One without what the question asks for, such as a number, is none of them.
    """
    found = sorted(_candidates(asked, hits, calibration), key=lambda candidate: (-candidate.closeness, candidate.row))
    own = [candidate for candidate in found if candidate.hit.passage.kind in _OWN]
    if confidence(own) >= calibration.threshold:
        return own
    return [candidate for candidate in found if candidate in own or candidate.hit.passage.kind is BlockKind.SUMMARY]


def confidence(found: Sequence[Candidate]) -> float:
    """Calibrated probability that the most relevant of the candidates answers; 0 without any."""
    return max((candidate.relevance for candidate in found), default=0.0)


def select(generation: Generation, found: Sequence[Candidate], threshold: float) -> list[Candidate]:
    """At most `MOST_STATEMENTS` of the candidates of at least this relevance, closest first, none repeating another.

    Each is widened to the sentences that it points back to; where these lie outside its passage, another is taken, as
    long as there is one.
    """
    relevant = [candidate for candidate in found if candidate.relevance >= threshold]
    return _chosen(generation, relevant, _widened) or _chosen(generation, relevant[:1], lambda candidate: candidate)


def _chosen(
    generation: Generation, relevant: Sequence[Candidate], widened: Callable[[Candidate], Candidate | None]
) -> list[Candidate]:
    chosen: list[Candidate] = []
    vectors: list[FloatArray] = []
    for candidate in relevant:
        if len(chosen) == MOST_STATEMENTS or candidate.closeness < relevant[0].closeness - _LESS_CLOSE:
            break
        vector = generation.sentences.vectors(candidate.row, candidate.row + 1)[0].astype(np.float32)
        whole = widened(candidate)
        if whole is None or any(float(vector @ other) >= _REPEATS for other in vectors):
            continue
        if (shared := _overlapping(chosen, whole)) is not None:
            both = chosen[shared]
            chosen[shared] = replace(both, start=min(both.start, whole.start), end=max(both.end, whole.end))
        else:
            chosen.append(whole)
        vectors.append(vector)
    return chosen


def _widened(candidate: Candidate) -> Candidate | None:
    sentences = candidate.hit.sentences
    place = next(i for i, sentence in enumerate(sentences) if sentence.row == candidate.row)
    span = with_antecedent(candidate.hit.passage, sentences, place)
    return replace(candidate, start=span.start, end=span.end) if span else None


def _overlapping(chosen: Sequence[Candidate], new: Candidate) -> int | None:
    """The place of the statement that quotes some of the same sentences."""
    passage = new.hit.passage.id
    same = (i for i, one in enumerate(chosen) if one.hit.passage.id == passage)
    return next((i for i in same if chosen[i].start < new.end and new.start < chosen[i].end), None)


def _candidates(asked: Asked, hits: Sequence[Hit], calibration: Calibration) -> Iterator[Candidate]:
    holds, wanted = expected(asked.text), asks_for_announcements(asked.text)
    for hit in hits:
        passage = hit.passage
        for sentence in hit.sentences:
            text = passage.text[sentence.start - passage.start : sentence.end - passage.start]
            # A sentence that is longer than a passage is no answer to read.
            if sentence.end > passage.end or not (holds is None or holds(text)):
                continue
            close = closeness(sentence.cosine, hit.cosine, asked.coverage(text))
            yield Candidate(
                start=sentence.start,
                end=sentence.end,
                hit=hit,
                row=sentence.row,
                relevance=calibration.relevance(closeness(sentence.cosine, hit.cosine, hit.coverage), hit.searched),
                closeness=close - _ANNOUNCED if announces(text) and not wanted else close,
            )
