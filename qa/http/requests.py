"""What clients may send, with its limits; a field that is not named here is refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from index.document import BlockKind
from index.query import MOST_HITS, MOST_QUERY_CHARACTERS, Filters, Mode
from index.sources.resolve import identifiers_in, resolve
from qa.catalogue import MOST_DOCUMENTS
from qa.followup import Turn
from qa.verification import MOST_CLAIMS, MOST_MANUSCRIPT_CHARACTERS, MOST_QUOTE_CHARACTERS, Claim
from qa.works import Format, Style

_Query = Annotated[str, Field(min_length=1, max_length=MOST_QUERY_CHARACTERS, description="what to look for")]
_Question = Annotated[str, Field(min_length=1, max_length=MOST_QUERY_CHARACTERS, description="what to answer")]
_K = Annotated[int, Field(ge=1, le=MOST_HITS, description="how many hits")]
_Relevance = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, description="hits below it are left out")]
_Year = Annotated[int, Field(ge=1000, le=9999)]
# The limit on its length is also what makes pydantic look at the characters: half a surrogate pair is refused.
_Id = Annotated[str, Field(max_length=1000)]
_Ids = Annotated[tuple[_Id, ...], Field(min_length=1, max_length=1000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FilterFields(_Strict):
    """Which passages may be found; they apply before ranking."""

    document_ids: _Ids | None = None
    section: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    kinds: Annotated[tuple[BlockKind, ...], Field(min_length=1)] | None = None
    year_from: _Year | None = None
    year_to: _Year | None = None

    def value(self) -> Filters:
        """As the search takes them."""
        return Filters(self.document_ids, self.section, self.kinds, self.year_from, self.year_to)


class SearchRequest(_Strict):
    """Body of `POST /v1/search`."""

    query: _Query
    k: _K = 5
    mode: Mode = Mode.HYBRID
    min_relevance: _Relevance = 0.0
    filters: FilterFields = FilterFields()


class SearchParameters(FilterFields):
    """Parameters of `GET /v1/search`."""

    q: _Query
    k: _K = 5
    mode: Mode = Mode.HYBRID
    min_relevance: _Relevance = 0.0


class TurnFields(_Strict):
    """A message of the conversation before the question."""

    role: Literal["system", "user", "assistant"]
    content: Annotated[str, Field(max_length=MOST_QUERY_CHARACTERS)]


class AnswerRequest(_Strict):
    """Body of `POST /v1/answer`; with `stream` the answer comes as server-sent events."""

    question: _Question
    k: _K = 8
    mode: Mode = Mode.HYBRID
    filters: FilterFields = FilterFields()
    history: Annotated[tuple[TurnFields, ...], Field(max_length=100)] = ()
    stream: bool = False

    def turns(self) -> tuple[Turn, ...]:
        """The history as the service takes it."""
        return tuple(Turn(turn.role, turn.content) for turn in self.history)


class ClaimFields(_Strict):
    """A quote to verify, and where it is said to stand."""

    quote: Annotated[str, Field(min_length=1, max_length=MOST_QUOTE_CHARACTERS)]
    document_id: _Id | None = None
    start: Annotated[int, Field(ge=0)] | None = None
    end: Annotated[int, Field(ge=0)] | None = None
    version: _Id | None = None

    def value(self) -> Claim:
        """As `qa.verify` takes it."""
        return Claim(self.quote, self.document_id, self.start, self.end, self.version)


class VerifyRequest(_Strict):
    """Body of `POST /v1/verify`."""

    quotes: Annotated[tuple[ClaimFields, ...], Field(min_length=1, max_length=MOST_CLAIMS)]


class ManuscriptRequest(_Strict):
    """Body of `POST /v1/verify/manuscript`: plain text, Markdown or LaTeX.

    `document_id` is where quotations are said to stand that cite no document of the index.
    """

    manuscript: Annotated[str, Field(min_length=1, max_length=MOST_MANUSCRIPT_CHARACTERS)]
    document_id: _Id | None = None


class DocumentsParameters(_Strict):
    """Parameters of `GET /v1/documents`."""

    limit: Annotated[int, Field(ge=1, le=MOST_DOCUMENTS)] = 50
    cursor: Annotated[str, Field(max_length=1000)] = ""


def _is_source(text: str) -> str:
    if len(identifiers_in(text)) > 1:
        raise ValueError(f"{text!r} names more than one paper: give each of them by itself")
    if resolve(text) is None:
        raise ValueError(f"{text!r} is no PMCID, PMID, DOI or http(s) address: check it, or upload the file")
    return text.strip()


class AddRequest(_Strict):
    """Body of `POST /v1/documents`: papers by PMCID, PMID, DOI or http(s) address."""

    sources: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_is_source)]],
        Field(min_length=1, max_length=100),
    ]


class CitationParameters(_Strict):
    """Parameters of how to cite a document or an entry of its bibliography; `style` is for text."""

    format: Format = Format.BIBTEX
    style: Style = Style.VANCOUVER
