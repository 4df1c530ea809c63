"""What the service gives back: hits, statements, citations, answers. The shapes of HTTP, terminal and chat are these.

Nothing here computes. A field that is None is absent from the JSON that leaves the service (`plain`).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from index.document import Notice
from index.query import Expansion, Scores


class Status(StrEnum):
    """Whether the service answers, or decided not to: a result, not an error."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """Which state of the index answered."""

    generation: str
    encoder: str
    passages: int
    documents: int


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """The paper that a citation points into. `authors` are names as printed; `issued` is ISO 8601 of any precision.

    `notices` are retractions, corrections and expressions of concern that its source names.
    """

    id: str
    title: str
    authors: tuple[str, ...]
    container_title: str | None = None
    issued: str | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    url: str | None = None
    license: str | None = None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class CitedReference:
    """A primary study that the source cites in the quoted sentences."""

    id: str
    text: str
    label: str | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    url: str | None = None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class TextQuoteSelector:
    """W3C Web Annotation: the quote and the text around it, by which any copy of the paper can be searched."""

    exact: str
    prefix: str
    suffix: str
    type: Literal["TextQuoteSelector"] = "TextQuoteSelector"


@dataclass(frozen=True, slots=True)
class TextPositionSelector:
    """W3C Web Annotation: half-open span of the canonical text, in Unicode code points."""

    start: int
    end: int
    type: Literal["TextPositionSelector"] = "TextPositionSelector"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quote stands: `quote == text[start:end]` of the canonical text whose sha256 is `version`.

    `kind` says whose words they are: `summary` is a summariser's, not the paper's. `link` opens the publisher's page
    at the quote, in a browser that knows text fragments. `page` counts the pages of a PDF from 1.
    """

    marker: int
    document: CitedDocument
    passage_id: str
    section: tuple[str, ...]
    kind: str
    quote: str
    start: int
    end: int
    version: str
    selector: tuple[TextQuoteSelector, TextPositionSelector]
    link: str | None = None
    page: int | None = None
    references: tuple[CitedReference, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as it is sent; see `index.document.Passage`."""

    id: str
    document_id: str
    text: str
    start: int
    end: int
    section: tuple[str, ...]
    kind: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with rank (from 1), score, relevance and citation; see `index.search.Hit`.

    `also_in` are the ids of passages that only repeat this one, and were left out for it; absent where there are none.
    """

    rank: int
    score: float
    relevance: float | None = field(default=None, kw_only=True)  # absent from the JSON of an index without calibration
    scores: Scores
    passage: Passage
    citation: Citation
    also_in: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits of one query, best first."""

    query: str
    mode: str
    expansions: tuple[Expansion, ...]
    hits: tuple[Hit, ...]
    index: IndexInfo
    took_ms: float


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, and the markers of its citations; `verbatim` when it is the source's own wording."""

    text: str
    citations: tuple[int, ...]
    verbatim: bool


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a language model wrote and nothing supports, and why it was left out."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Statements with citations, or a decision to abstain with its `reason`; the nearest passages stand in `hits`.

    `answer` is the statements with their markers, as one text. `confidence` is a calibrated probability in [0, 1]
    that the best statement answers. `resolved_question` is what was searched for when a history was given, `expansions`
    what was added to it. `generator` is "extractive", or the name of the language model that wrote the statements.
    Where one was asked, `dropped` is what it wrote in vain, and `degraded` says that it failed, or that nothing of it
    can stand; with no statement of the model's, the papers' own sentences stand.
    """

    question: str
    status: Status
    answer: str
    confidence: float
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    generator: str
    index: IndexInfo
    took_ms: float
    reason: str | None = None
    resolved_question: str | None = None
    expansions: tuple[Expansion, ...] = ()
    dropped: tuple[Dropped, ...] | None = None
    degraded: bool | None = None


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The first thing known of an answer: where it is looked for; see `Answer` for the fields."""

    hits: tuple[Hit, ...]
    index: IndexInfo
    resolved_question: str | None = None
    expansions: tuple[Expansion, ...] = ()


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement of an answer that is still being made, with the citations of its markers."""

    statement: Statement
    citations: tuple[Citation, ...]


AnswerEvent = Retrieval | Stated | Answer
"""How an answer is made: a retrieval, statements one by one, and the whole answer as the last."""


def plain(value: Any) -> Any:
    """Dataclasses as dicts without the fields that are None, tuples as lists: what JSON is made of.

    >>> plain(TextPositionSelector(1, 2)), plain(Scores(dense=0.5))
    ({'start': 1, 'end': 2, 'type': 'TextPositionSelector'}, {'dense': 0.5})
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: plain(held) for name, held in fields if held is not None}
    if isinstance(value, dict):
        return {key: plain(held) for key, held in value.items()}
    if isinstance(value, tuple | list):
        return [plain(held) for held in value]
    return value
