"""The values everything rests on: a document's canonical text, and what stands where in it.

Offsets are half-open `[start, end)` in Unicode code points of `Document.text`, so that
`document.text[start:end]` is the quote, always. Nothing here knows formats, models or files.
The annotation model is W3C Web Annotation's TextPositionSelector, with code points as its unit.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum


class BlockKind(StrEnum):
    """What a line of the canonical text is. A passage carries the kind of its blocks."""

    TITLE = "title"
    HEADING = "heading"  # a section's title; part of the text, never of a passage
    ABSTRACT = "abstract"
    PARAGRAPH = "paragraph"
    LIST = "list"
    FORMULA = "formula"
    BOX = "box"  # boxed text, set apart from the argument
    TABLE = "table"  # one row
    CAPTION = "caption"
    FOOTNOTE = "footnote"
    BACK = "back"  # acknowledgements, funding, data availability, appendices' prose
    SUMMARY = "summary"  # words of whoever summarised the paper, never of the paper
    NOTE = "note"  # a remark of the source about itself; part of the text, never of a passage


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open `[start, end)` in code points.

    Raises:
        ValueError: the span is empty, reversed or starts before 0.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, not {self.start}:{self.end}")


@dataclass(frozen=True, slots=True)
class Block(Span):
    """One line of the canonical text."""

    kind: BlockKind


@dataclass(frozen=True, slots=True)
class Section(Span):
    """A titled part of the document, from its heading to the end of its last subsection.

    `path` holds the titles from the outermost section to this one.
    """

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReferenceMark(Span):
    """A printed mark ("[3–6]", "(Smith, 2019)", "¹²") and the bibliography entries it stands for, in order."""

    reference_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page(Span):
    """The part of the text that stands on one page of the source; `number` counts the file's pages from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A short form and the long form that the document itself gives for it."""

    short: str
    long: str


@dataclass(frozen=True, slots=True)
class Author:
    """A person (`family`, `given`, `suffix`) or a group or unparsed name (`literal`)."""

    family: str | None = None
    given: str | None = None
    suffix: str | None = None
    literal: str | None = None

    @property
    def name(self) -> str:
        """The name as printed on a paper: `Minghong Zhao`."""
        return self.literal or " ".join(part for part in (self.given, self.family, self.suffix) if part)


class NoticeKind(StrEnum):
    """What was said about a paper after it was published."""

    RETRACTION = "retraction"
    PARTIAL_RETRACTION = "partial_retraction"
    WITHDRAWAL = "withdrawal"  # by the authors or the publisher, without a finding that it is wrong
    CONCERN = "expression_of_concern"
    CORRECTION = "correction"


class NoticeRole(StrEnum):
    """What a paper has to do with a notice about a paper."""

    SUBJECT = "subject"  # it was retracted, corrected, doubted
    NOTICE = "notice"  # it says so of another


@dataclass(frozen=True, slots=True)
class Notice:
    """A retraction, correction or expression of concern, as the source names it.

    The identifiers and `text` are those of the other paper: of the notice where this one is its subject, of the
    subject where this one is the notice. Absent where the source only says that there is one. `document_id` is the
    notice's in the library, where it is the notice that says so and not the paper's own source.
    """

    kind: NoticeKind
    role: NoticeRole = NoticeRole.SUBJECT
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    text: str | None = None
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry of the bibliography. What the source does not give is None, never guessed.

    `text` is the entry as printed, white space collapsed; `year` is as printed ("2019a"). `type` is the kind of work
    in the words of CSL 1.0.2 ("article-journal", "chapter", "dataset", "thesis").
    """

    id: str
    text: str
    label: str | None = None
    authors: tuple[Author, ...] = ()
    title: str | None = None
    container_title: str | None = None
    year: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    type: str | None = None
    editors: tuple[Author, ...] = ()
    edition: str | None = None
    publisher: str | None = None
    publisher_place: str | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    url: str | None = None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that the source says the paper is about: `Entity("disease", "cancer", "MESH:D009369")`."""

    type: str
    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class RelatedArticle:
    """A link to another article, with the source's own word for the relation ("retracted-article")."""

    relation: str
    id_type: str | None
    id: str | None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the source says of a paper as a whole; absent is None or empty.

    `issued` is an ISO 8601 date of the precision given ("2026", "2026-03", "2026-03-11"). `license` is a URL
    where the source has one, else its words. `doi` is bare and lower-case, `pmid` digits, `pmcid` "PMC" and
    digits. `language` is a BCP 47 tag. `other_ids` are (type, value) pairs as the source names them.
    `source` says where the bytes came from.
    """

    title: str
    source: str
    format: str
    authors: tuple[Author, ...] = ()
    container_title: str | None = None
    publisher: str | None = None
    issued: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    other_ids: tuple[tuple[str, str], ...] = ()
    url: str | None = None
    license: str | None = None
    article_type: str | None = None
    language: str | None = None
    keywords: tuple[str, ...] = ()
    related: tuple[RelatedArticle, ...] = ()
    notices: tuple[Notice, ...] = ()
    entities: tuple[Entity, ...] = ()
    part_of: str | None = None  # id of the document that this one (a review, a reply) came inside

    @property
    def year(self) -> int | None:
        """Year of publication."""
        return int(self.issued[:4]) if self.issued else None

    @property
    def landing_page(self) -> str | None:
        """Where a reader finds the paper: its own address, else the resolver of its best identifier."""
        if self.url:
            return self.url
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pmcid:
            return f"https://pmc.ncbi.nlm.nih.gov/articles/{self.pmcid}/"
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/" if self.pmid else None


@dataclass(frozen=True, slots=True)
class Document:
    """One canonical text with an id, and its annotations by offset.

    `text` is NFC; each block is one line, blocks are joined by a blank line. `sections` are in order of start,
    outer before inner. `blocks`, `sentences`, `reference_marks` and `pages` are in order and do not overlap; `pages`
    are empty where the source has none.

    Raises:
        ValueError: an annotation does not lie inside the text.
    """

    id: str
    metadata: Metadata
    text: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...] = ()
    sentences: tuple[Span, ...] = ()
    reference_marks: tuple[ReferenceMark, ...] = ()
    references: tuple[Reference, ...] = ()
    abbreviations: tuple[Abbreviation, ...] = ()
    pages: tuple[Page, ...] = ()
    version: str = field(init=False, default="")

    def __post_init__(self) -> None:
        for spans in (self.blocks, self.sections, self.sentences, self.reference_marks, self.pages):
            if any(span.end > len(self.text) for span in spans):
                raise ValueError(f"an annotation of {self.id} ends after its text")
        object.__setattr__(self, "version", f"sha256:{hashlib.sha256(self.text.encode()).hexdigest()}")

    def section_at(self, offset: int) -> tuple[str, ...]:
        """Path of the innermost section that holds `offset`; empty outside all sections."""
        at = bisect_right(self.sections, offset, key=lambda section: section.start) - 1
        while at >= 0 and self.sections[at].end <= offset:
            at -= 1
        return self.sections[at].path if at >= 0 else ()

    def page_at(self, offset: int) -> int | None:
        """Number of the page on which `offset` stands; None where the source has no pages."""
        at = bisect_right(self.pages, offset, key=lambda page: page.start) - 1
        return self.pages[at].number if at >= 0 else None


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrievable span of one document inside one section: `text == document.text[start:end]`.

    `page` is the one that it begins on, where the source has pages.
    """

    document_id: str
    start: int
    end: int
    text: str
    section: tuple[str, ...]
    kind: BlockKind
    page: int | None = None

    def __post_init__(self) -> None:
        if self.end - self.start != len(self.text) or not self.text:
            raise ValueError(f"{self.id} does not span its text")

    @property
    def id(self) -> str:
        """`<document_id>:<start>-<end>`."""
        return f"{self.document_id}:{self.start}-{self.end}"

    @property
    def span(self) -> Span:
        """Where it stands in its document."""
        return Span(self.start, self.end)
