"""What a write does to an index: how far it is, and what it did, source by source, for whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a source or a document."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    MERGED = "merged"
    REMOVED = "removed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Change:
    """`name` is a document's id, or the name of a source that failed or was skipped; `detail` is for the reader."""

    outcome: Outcome
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a write did. `generation` is None when the live generation stayed as it was."""

    changes: tuple[Change, ...]
    generation: str | None = None

    def of(self, outcome: Outcome) -> list[Change]:
        """The changes of one outcome."""
        return [change for change in self.changes if change.outcome is outcome]


@dataclass(frozen=True, slots=True)
class WriteProgress:
    """How far a step of a write is; `total` is absent while nobody knows it."""

    step: str
    done: int
    total: int | None = None


WriteEvent = WriteProgress | Report
"""What a write tells while it goes on; the last one is its report."""
