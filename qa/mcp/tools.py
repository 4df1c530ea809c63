"""The tools that a model may call: what each takes, gives and says of itself. Knows no SDK.

`search` and `fetch` have the shapes that ChatGPT's connectors and deep research ask for: one string in; results with
id, title and url, or one text. `answer` and `verify` have those of `/v1/answer` and `/v1/verify`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from index.document import Notice
from index.query import MOST_HITS, MOST_QUERY_CHARACTERS, Mode
from qa.answer import Answer, Hit
from qa.followup import Turn
from qa.http.requests import FilterFields, TurnFields
from qa.mcp import texts
from qa.mcp.replies import Cut, Plain, as_plain, trimmed
from qa.service import Service
from qa.verification import MOST_CLAIMS, Claim, Verification

_HITS = 10
_MOST_HIT_CHARACTERS = 4_000  # longer only where a passage is one endless word
_MOST_QUOTE_CHARACTERS = 2_000  # a verdict repeats its quote, and must fit into a reply

_Text = Annotated[str, Field(min_length=1, max_length=MOST_QUERY_CHARACTERS)]
_Id = Annotated[str, Field(min_length=1, max_length=1000)]


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SearchArguments(_Arguments):
    """What `search` takes."""

    query: Annotated[_Text, Field(description="a question or keywords, in English")]


class FetchArguments(_Arguments):
    """What `fetch` takes."""

    id: Annotated[_Id, Field(description="id of a search result, of a document, or `next` of a text fetched before")]


class AnswerArguments(_Arguments):
    """What `answer` takes."""

    question: Annotated[_Text, Field(description="the question, in English")]
    k: Annotated[int, Field(ge=1, le=MOST_HITS, description="how many passages to look at")] = 8
    mode: Annotated[Mode, Field(description="how passages are found")] = Mode.HYBRID
    filters: FilterFields = FilterFields()
    history: Annotated[
        tuple[TurnFields, ...], Field(max_length=100, description="the turns before, where this is a follow-up")
    ] = ()


class QuoteArguments(_Arguments):
    """A quote to verify, and where it is said to stand."""

    quote: Annotated[str, Field(min_length=1, max_length=_MOST_QUOTE_CHARACTERS, description="the words, verbatim")]
    document_id: Annotated[_Id | None, Field(description="the document that is said to hold them")] = None


class VerifyArguments(_Arguments):
    """What `verify` takes."""

    quotes: Annotated[tuple[QuoteArguments, ...], Field(min_length=1, max_length=MOST_CLAIMS)]


@dataclass(frozen=True, slots=True)
class FoundMetadata:
    """Where a found passage stands.

    `relevance` is the calibrated probability that it bears on the question. `kind` says whose words they are: `summary`
    is a summariser's, not the paper's. A text that was too long is cut: fetch `next` for all of it.
    """

    document_id: str
    section: tuple[str, ...]
    kind: str
    start: int
    end: int
    relevance: float | None = None
    container_title: str | None = None
    issued: str | None = None
    page: int | None = None
    notices: tuple[Notice, ...] = ()
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A passage, word for word: `id` is what `fetch` takes, `title` the paper's, `url` its page, opened there."""

    id: str
    title: str
    url: str
    text: str
    metadata: FoundMetadata


@dataclass(frozen=True, slots=True)
class SearchReply:
    """Passages, best first."""

    results: tuple[Found, ...]
    metadata: Cut | None = None


@dataclass(frozen=True, slots=True)
class AnswerReply(Answer):
    """An answer; hits that did not fit into the reply are left out, and `metadata` says so."""

    metadata: Cut | None = None


@dataclass(frozen=True, slots=True)
class VerifyReply:
    """What became of each quote, in order; of those that did not fit into the reply `metadata` tells."""

    results: tuple[Verification, ...]
    metadata: Cut | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: its names and description for models, what it takes and gives, and what it does."""

    name: str
    title: str
    description: str
    arguments: type[_Arguments]
    reply: type
    run: Callable[[Service, Any], Plain]


def _search(service: Service, asked: SearchArguments) -> Plain:
    results = tuple(map(_found, service.search(asked.query, _HITS).hits))
    return trimmed(as_plain(SearchReply(results)), "results", lambda n: results[n].id, enough=1)


def _found(hit: Hit) -> Found:
    passage, document = hit.passage, hit.citation.document
    is_cut = len(passage.text) > _MOST_HIT_CHARACTERS
    return Found(
        id=passage.id,
        title=document.title,
        url=hit.citation.link or texts.uri(document.id),
        text=passage.text[:_MOST_HIT_CHARACTERS],
        metadata=FoundMetadata(
            document_id=document.id,
            section=passage.section,
            kind=passage.kind,
            start=passage.start,
            end=passage.end,
            relevance=hit.relevance,
            container_title=document.container_title,
            issued=document.issued,
            page=passage.page,
            notices=document.notices,
            next=passage.id if is_cut else None,
        ),
    )


def _fetch(service: Service, asked: FetchArguments) -> Plain:
    with service.lease() as searcher:
        return texts.fetch(searcher.generation, asked.id)


def _answer(service: Service, asked: AnswerArguments) -> Plain:
    answer = service.answer(
        asked.question,
        asked.k,
        asked.mode,
        asked.filters.value(),
        [Turn(turn.role, turn.content) for turn in asked.history],
    )
    return trimmed(as_plain(answer), "hits", lambda n: answer.hits[n].passage.id, enough=0)


def _verify(service: Service, asked: VerifyArguments) -> Plain:
    results = service.verify([Claim(claim.quote, claim.document_id) for claim in asked.quotes])
    return trimmed(as_plain(VerifyReply(results)), "results", lambda n: f"quotes[{n}]", enough=len(results))


_SEARCH = f"""\
Finds passages of the indexed biomedical papers that bear on a question: the {_HITS} best, best first, each with an id
for `fetch`, the paper's title, a url that opens the paper at the passage, and the passage, word for word. Quote it
unchanged, and cite the url. metadata.relevance is the probability that it bears on the question; a metadata.kind of
`summary` means a summariser's words, not the paper's; metadata.notices tell of retractions."""
_FETCH = """\
Gives the text of a passage (id of a search result) or of a whole paper (id of a document), word for word, with its url
and how to cite it (metadata.cite_as). A long paper comes in pages: where metadata.next is given, fetch that id for the
next page. The parts in metadata.not_by_the_authors were written by a summariser, not by the paper's authors."""
_ANSWER = """\
Answers a question with one to three whole sentences of the papers, word for word, each with a numbered citation: its
paper, section, link, and the primary studies that the sentence cites. `status` is `abstained`, with a reason, where the
papers do not support an answer: then say so, and do not answer from them. Keep the markers [n] with their sentences,
and list the citations' links. `confidence` is a probability; `hits` are the nearest passages."""
_VERIFY = """\
Says whether the papers hold a quote, where, and on which studies it rests: use it before presenting words as a
quotation. The verdict is `exact`, `equivalent` (only typography differs), `misattributed` (it stands in another paper
than the named one), `stitched` (its parts stand apart) or `not_found` (with the nearest sentence and the words that
differ)."""

TOOLS = (
    Tool("search", "Search the papers", _SEARCH, SearchArguments, SearchReply, _search),
    Tool("fetch", "Read a paper or passage", _FETCH, FetchArguments, texts.Fetched, _fetch),
    Tool("answer", "Answer from the papers", _ANSWER, AnswerArguments, AnswerReply, _answer),
    Tool("verify", "Verify quotes", _VERIFY, VerifyArguments, VerifyReply, _verify),
)
