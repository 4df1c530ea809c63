"""Questions with all sentences that answer them, and how well answers agree with these: no model judges here.

Knows neither indexes nor encoders: an answer comes from a function. Citation recall and precision are those of ALCE
(Gao et al. 2023, "Enabling Large Language Models to Generate Text with Citations", section 3), with the gold evidence
in place of its entailment model: quotes support a statement if one of them overlaps a span of evidence.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist, fmean
from typing import TypeAlias

import msgspec

from index.document import Span
from index.errors import SourceError
from qa.answer import Answer, Citation, Status

_Z95 = NormalDist().inv_cdf(0.975)


class Kind(StrEnum):
    """How a question is put; of those that the papers do not answer, how far it is from them."""

    PLAIN = "plain"
    PARAPHRASE = "paraphrase"
    LAY = "lay"
    ABBREVIATION = "abbreviation"
    NEGATION = "negation"
    MISSPELLING = "misspelling"
    COMPARISON = "comparison"
    NUMBER = "number"
    NEAR_MISS = "near-miss"
    OFF_TOPIC = "off-topic"
    GIBBERISH = "gibberish"


UNANSWERABLE = frozenset({Kind.NEAR_MISS, Kind.OFF_TOPIC, Kind.GIBBERISH})


@dataclass(frozen=True, slots=True)
class Evidence(Span):
    """A sentence that answers, in the canonical text of a paper; `sha256` is that of its UTF-8 text, in hex."""

    document: str
    sha256: str

    def holds(self, text: str) -> bool:
        """Whether this very sentence stands there in a paper's canonical text."""
        return hashlib.sha256(text[self.start : self.end].encode()).hexdigest() == self.sha256


@dataclass(frozen=True, slots=True)
class Question:
    """A question and every sentence that answers it; `papers` maps the ids of those that it is about to versions.

    Raises:
        ValueError: evidence is missing, or there where its kind has none, or in a paper that is not named.
    """

    id: str
    kind: Kind
    question: str
    papers: dict[str, str]
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.evidence) is (self.kind in UNANSWERABLE):
            raise ValueError(f"{self.id} is {self.kind} and has {len(self.evidence)} pieces of evidence")
        for piece in self.evidence:
            if piece.document not in self.papers:
                raise ValueError(f"{self.id} has evidence in {piece.document}, which is not among its papers")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question; `supported` says of each citation of each statement whether it overlaps evidence."""

    question: Question
    answered: bool
    supported: tuple[tuple[bool, ...], ...] = ()

    @property
    def citation_recall(self) -> float:
        """Share of the statements that their citations together support."""
        return fmean(map(any, self.supported)) if self.supported else 0.0

    @property
    def citation_precision(self) -> float:
        """Share of the citations without which their statement would lose support, or which support it alone."""
        flat = [good for citations in self.supported for good in citations]
        return fmean(flat) if flat else 0.0


@dataclass(frozen=True, slots=True)
class Share:
    """A mean of `n` values in [0, 1], with Wilson's 95 % interval; without any value all but `n` are None.

    Of values that are not all 0 or 1 the interval is at least as wide as it must be: none varies more than those.
    """

    n: int
    mean: float | None = None
    interval: tuple[float, float] | None = None


Measures: TypeAlias = dict[str, Share]
Ask: TypeAlias = Callable[[str], Answer]


def read_questions(lines: Iterable[str], name: str) -> list[Question]:
    """The questions of a file in the form that tests/data/gold/README.md describes, one JSON object in a line.

    Raises:
        SourceError: a line holds none, an id comes twice, or there is no question.
    """
    found: dict[str, Question] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            question = msgspec.json.decode(line, type=Question)
        except msgspec.MsgspecError as error:
            raise SourceError(f"{name}:{number}: no question ({error}): mend or remove the line") from error
        if question.id in found:
            raise SourceError(f"{name}:{number}: the id {question.id!r} comes twice: give each question its own")
        found[question.id] = question
    if not found:
        raise SourceError(f"{name} holds no question: write one JSON object in a line")
    return list(found.values())


def askable(questions: Iterable[Question], versions: Mapping[str, str]) -> tuple[list[Question], dict[str, int]]:
    """The questions all of whose papers are there just as they were read, and how many are left out for which reason.

    Args:
        questions: as read.
        versions: of the papers that are there, by id.
    """
    asked: list[Question] = []
    left_out = Counter({"paper_absent": 0, "other_version": 0})
    for question in questions:
        if not question.papers.keys() <= versions.keys():
            left_out["paper_absent"] += 1
        elif any(versions[id_] != version for id_, version in question.papers.items()):
            left_out["other_version"] += 1
        else:
            asked.append(question)
    return asked, dict(left_out)


def outcomes(questions: Iterable[Question], ask: Ask) -> Iterator[Outcome]:
    """What comes of the questions, one after another."""
    for question in questions:
        answer = ask(question.question)
        if answer.status is Status.ABSTAINED:
            yield Outcome(question, answered=False)
            continue
        overlapping = {citation.marker for citation in answer.citations if _overlaps(question, citation)}
        statements = tuple(
            tuple(marker in overlapping for marker in statement.citations) for statement in answer.statements
        )
        yield Outcome(question, answered=True, supported=statements)


def measures(found: Sequence[Outcome]) -> Measures:
    """Accuracy, citation recall and precision, abstention precision and recall.

    Accuracy is of the answerable questions, those with a statement that overlaps evidence. Citation recall and
    precision are means over the answerable questions that were answered. Abstentions are right where the papers do
    not answer.
    """
    answerable = [one for one in found if one.question.evidence]
    answered = [one for one in answerable if one.answered]
    abstained = [one for one in found if not one.answered]
    unanswerable = [one for one in found if not one.question.evidence]
    return {
        "accuracy": share([float(one.citation_recall > 0) for one in answerable]),
        "citation_recall": share([one.citation_recall for one in answered]),
        "citation_precision": share([one.citation_precision for one in answered]),
        "abstention_precision": share([float(not one.question.evidence) for one in abstained]),
        "abstention_recall": share([float(not one.answered) for one in unanswerable]),
    }


def by_kind(found: Sequence[Outcome]) -> dict[Kind, Measures]:
    """The measures of each kind; without abstention precision, which needs questions with answers and without."""
    groups = {kind: [one for one in found if one.question.kind is kind] for kind in Kind}
    return {
        kind: {name: value for name, value in measures(group).items() if name != "abstention_precision" and value.n}
        for kind, group in groups.items()
        if group
    }


def share(values: Sequence[float]) -> Share:
    """Mean and Wilson's interval (Wilson 1927) of values in [0, 1].

    >>> share([1.0, 1.0, 0.0, 1.0])
    Share(n=4, mean=0.75, interval=(0.3006, 0.9544))
    """
    n = len(values)
    if not n:
        return Share(0)
    p, z2 = fmean(values), _Z95**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 / (1 + z2 / n) * (p * (1 - p) / n + z2 / (4 * n * n)) ** 0.5
    return Share(n, p, (round(max(0.0, centre - half), 4), round(min(1.0, centre + half), 4)))


def _overlaps(question: Question, quote: Citation) -> bool:
    return any(
        piece.document == quote.document.id and piece.start < quote.end and quote.start < piece.end
        for piece in question.evidence
    )
