"""What an index is asked, and what it tells beside passages: plain values that import nothing heavy.

A client of the service has the same values without FAISS, SQLite or a stemmer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from index.document import BlockKind

MOST_HITS = 100
MOST_QUERY_CHARACTERS = 10_000


class Mode(StrEnum):
    """What ranks: both retrievers, the cosine of the passage, or BM25."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which passages may be found; None means all of them.

    `section` is looked for, without regard to case, in each title of a passage's section path.
    `year_from` and `year_to` are inclusive; a document without a year is outside every range.
    """

    document_ids: tuple[str, ...] | None = None
    section: str | None = None
    kinds: tuple[BlockKind, ...] | None = None
    year_from: int | None = None
    year_to: int | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """Cosine in [-1, 1], BM25 >= 0 and the logit of a re-ranker; None where it was not computed."""

    dense: float | None = None
    lexical: float | None = None
    reranker: float | None = None


@dataclass(frozen=True, slots=True)
class Expansion:
    """A form in the question, the other form of the same thing, and how many documents define the one by the other."""

    term: str
    added: str
    documents: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the index, or one document of it, holds."""

    documents: int
    passages: int
    sentences: int
    references: int
