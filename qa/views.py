"""What the service tells of what it holds: a passage, a document and its layout, a bibliography, the index.

Nothing here computes. A field that is None is absent from the JSON that leaves the service (`qa.answer.plain`).
"""

from __future__ import annotations

from dataclasses import dataclass

from index.document import BlockKind, Notice
from index.query import Counts
from qa.answer import Citation, Passage


@dataclass(frozen=True, slots=True)
class PassageView:
    """One passage with its citation, and the passages before and after it in its document."""

    passage: Passage
    citation: Citation
    previous: Passage | None = None
    next: Passage | None = None


@dataclass(frozen=True, slots=True)
class SectionView:
    """A titled part of a document; `path` holds the titles from the outermost section to this one."""

    path: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document as lists show it; `sections` are there when one document is asked for.

    `version` is the sha256 of its canonical text, `length` its code points. `part_of` is the id of the document that
    it came inside.
    """

    id: str
    title: str
    authors: tuple[str, ...]
    version: str
    length: int
    counts: Counts
    container_title: str | None = None
    issued: str | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    url: str | None = None
    license: str | None = None
    article_type: str | None = None
    part_of: str | None = None
    notices: tuple[Notice, ...] = ()
    sections: tuple[SectionView, ...] | None = None


@dataclass(frozen=True, slots=True)
class BlockView:
    """One line of the canonical text, and what it is."""

    start: int
    end: int
    kind: BlockKind


@dataclass(frozen=True, slots=True)
class ReferenceMarkView:
    """A printed reference mark, and the ids of the bibliography entries that it stands for."""

    start: int
    end: int
    reference_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourcePageView:
    """The part of the text that stands on one page of the source, counted from 1."""

    start: int
    end: int
    number: int


@dataclass(frozen=True, slots=True)
class LayoutView:
    """What stands where in a document's canonical text, by half-open spans in code points; all in order.

    `length` is that of the text, `sentences` are pairs of start and end. It is what a reader needs beside the text.
    """

    id: str
    version: str
    length: int
    sections: tuple[SectionView, ...]
    blocks: tuple[BlockView, ...]
    sentences: tuple[tuple[int, int], ...]
    reference_marks: tuple[ReferenceMarkView, ...]
    pages: tuple[SourcePageView, ...]


@dataclass(frozen=True, slots=True)
class DocumentList:
    """Documents by id; with `next_cursor` there are more."""

    documents: tuple[DocumentView, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class CalibrationView:
    """From which confidence on a question is answered, and on which data that was fitted."""

    threshold: float
    fitted_on: str


@dataclass(frozen=True, slots=True)
class IndexView:
    """What the index on disk holds; `failed` maps each source that could not be read to the reason.

    `documents` are the first of them, `noticed` those of all that a notice is known of. `size_bytes` is what the live
    generation takes on the disk, `older` what others take beside it, by their names; `made_at` is ISO 8601.
    """

    generation: str
    made_at: str
    made_by: str
    encoder: str
    passage_tokens: int
    counts: Counts
    documents: tuple[DocumentView, ...]
    failed: dict[str, str]
    folder: str
    size_bytes: int
    older: dict[str, int]
    noticed: tuple[DocumentView, ...] = ()
    calibration: CalibrationView | None = None


@dataclass(frozen=True, slots=True)
class IndexState:
    """The index as a whole, and whether papers can be added to it and removed.

    `failed` maps each identifier or address that could not be added to the reason. With `writable` papers may be added
    and removed, one write at a time, and `writing` says that one is in progress; `max_upload_bytes` is the most that
    one request may upload. `made_at` is ISO 8601.
    """

    generation: str
    made_at: str
    encoder: str
    counts: Counts
    failed: dict[str, str]
    writable: bool
    writing: bool = False
    max_upload_bytes: int | None = None
    calibration: CalibrationView | None = None


@dataclass(frozen=True, slots=True)
class CitingSentence:
    """A sentence of a document that cites a reference."""

    text: str
    start: int
    end: int
    section: tuple[str, ...]
    page: int | None = None


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """An entry of a document's bibliography, and the sentences that cite it."""

    id: str
    text: str
    cited_in: tuple[CitingSentence, ...]
    label: str | None = None
    authors: tuple[str, ...] = ()
    title: str | None = None
    container_title: str | None = None
    year: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    type: str | None = None
    editors: tuple[str, ...] = ()
    edition: str | None = None
    publisher: str | None = None
    publisher_place: str | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    url: str | None = None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class ReferenceList:
    """A document's bibliography, in its order."""

    references: tuple[ReferenceView, ...]
