"""Every call of the service as a value: what is sent, and how the reply is read. Nothing here talks to anyone.

The names and arguments are those of `qa.service.Service`, where it has them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from index.query import Filters, Mode
from index.report import Report, WriteEvent, WriteProgress
from qa.answer import Answer, AnswerEvent, IndexInfo, Retrieval, SearchResult, Stated, plain
from qa.followup import Turn
from qa.verification import Claim, ManuscriptReport, Verification, VerificationList
from qa.views import DocumentList, DocumentView, IndexState, LayoutView, PassageView, ReferenceList, ReferenceView
from qa.works import FILE_TYPES, Format, Style

T = TypeVar("T")
E = TypeVar("E")

JSON = "application/json"
EVENTS = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request, the media type of its reply, and how that is read."""

    method: str
    path: str
    accept: str
    read: Callable[[bytes], T]
    parameters: Mapping[str, str | int] = field(default_factory=dict)
    body: bytes | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stream(Generic[E, T]):
    """A request whose reply comes as events: what is read of an event of each name, and which of them ends it."""

    call: Call[bytes]
    events: Mapping[str, type[E]]
    last: type[T]


def search(
    query: str,
    k: int = 5,
    mode: Mode = Mode.HYBRID,
    filters: Filters | None = None,
    min_relevance: float = 0.0,
) -> Call[SearchResult]:
    """The best `k` passages whose relevance is at least `min_relevance`."""
    asked = {"query": query, "k": k, "mode": mode, "filters": filters or Filters(), "min_relevance": min_relevance}
    return _post("/v1/search", asked, SearchResult)


def answer(
    question: str,
    k: int = 8,
    mode: Mode = Mode.HYBRID,
    filters: Filters | None = None,
    history: Sequence[Turn] = (),
) -> Call[Answer]:
    """Whole sentences of the papers, each with its citation; or an abstention, which is no error.

    With a `history` the question is first made one that stands by itself, and the answer says which.
    """
    return _post("/v1/answer", _asked(question, k, mode, filters, history), Answer)


def answer_events(
    question: str,
    k: int = 8,
    mode: Mode = Mode.HYBRID,
    filters: Filters | None = None,
    history: Sequence[Turn] = (),
) -> Stream[AnswerEvent, Answer]:
    """`answer`, step by step: the retrieval, each statement, and last the whole answer."""
    asked = _asked(question, k, mode, filters, history) | {"stream": True}
    call = Call("POST", "/v1/answer", EVENTS, bytes, body=_json(asked))
    return Stream(call, _ANSWER_EVENTS, Answer)


def verify(claims: Sequence[Claim]) -> Call[tuple[Verification, ...]]:
    """Whether, where and on which studies the papers say each of these, in their order."""
    call = _post("/v1/verify", {"quotes": claims}, VerificationList)
    return Call(call.method, call.path, call.accept, lambda body: call.read(body).results, body=call.body)


def verify_manuscript(manuscript: str, document_id: str | None = None) -> Call[ManuscriptReport]:
    """Whether what a manuscript quotes stands in the papers; in `document_id`, where it cites none of them."""
    return _post("/v1/verify/manuscript", {"manuscript": manuscript, "document_id": document_id}, ManuscriptReport)


def passage(passage_id: str) -> Call[PassageView]:
    """One passage with its citation and neighbours."""
    return _get(_path("passages", passage_id), PassageView)


def documents(limit: int = 50, cursor: str = "") -> Call[DocumentList]:
    """The first `limit` papers after `cursor`, which is the `next_cursor` of the list before, by id."""
    return _get("/v1/documents", DocumentList, {"limit": limit, "cursor": cursor})


def document(document_id: str) -> Call[DocumentView]:
    """One paper with its sections."""
    return _get(_path("documents", document_id), DocumentView)


def text(document_id: str) -> Call[str]:
    """The canonical text of a paper: `text[start:end]` is the quote of a citation, and its sha256 the `version`."""
    return Call("GET", _path("documents", document_id, "text"), "text/plain", bytes.decode)


def layout(document_id: str) -> Call[LayoutView]:
    """What stands where in a paper's `text`: sections, blocks, sentences, reference marks, pages."""
    return _get(_path("documents", document_id, "layout"), LayoutView)


def references(document_id: str) -> Call[ReferenceList]:
    """A paper's bibliography, each entry with the sentences that cite it."""
    return _get(_path("documents", document_id, "references"), ReferenceList)


def reference(document_id: str, reference_id: str) -> Call[ReferenceView]:
    """One entry of a paper's bibliography, with the sentences that cite it."""
    return _get(_path("documents", document_id, "references", reference_id), ReferenceView)


def citation(
    document_id: str,
    reference_id: str | None = None,
    format_: Format = Format.BIBTEX,
    style: Style = Style.VANCOUVER,
) -> Call[str]:
    """How to cite a paper, or an entry of its bibliography, in a format's own text; `style` is for `Format.TEXT`."""
    entry = () if reference_id is None else ("references", reference_id)
    path = _path("documents", document_id, *entry, "citation")
    media_type = FILE_TYPES[format_].media_type.partition(";")[0]
    return Call("GET", path, media_type, bytes.decode, {"format": format_, "style": style})


def ready() -> Call[IndexInfo]:
    """The index that answers now; while the service starts, it is waited for as for any reply."""
    return _get("/readyz", IndexInfo)


def index_state() -> Call[IndexState]:
    """The index as a whole, what could not be added to it, and whether it may be written to."""
    return _get("/v1/index", IndexState)


def add(sources: Sequence[str]) -> Stream[WriteEvent, Report]:
    """Adds papers by identifier or address; in the report is what became of each, and what was added is found then."""
    call = Call("POST", "/v1/documents", EVENTS, bytes, body=_json({"sources": sources}))
    return Stream(call, _WRITE_EVENTS, Report)


def upload(files: Mapping[str, bytes]) -> Stream[WriteEvent, Report]:
    """Adds papers from files, which are mapped from their names to what they hold; a zip is read as a folder is."""
    if not files:
        raise ValueError("there is no file: give at least one")
    return Stream(Call("POST", "/v1/documents", EVENTS, bytes, files=files), _WRITE_EVENTS, Report)


def remove(document_id: str) -> Stream[WriteEvent, Report]:
    """Removes a paper, and what came inside it."""
    return Stream(Call("DELETE", _path("documents", document_id), EVENTS, bytes), _WRITE_EVENTS, Report)


_ANSWER_EVENTS: Mapping[str, type[AnswerEvent]] = {"retrieval": Retrieval, "statement": Stated, "done": Answer}
_WRITE_EVENTS: Mapping[str, type[WriteEvent]] = {"progress": WriteProgress, "report": Report}


def _asked(question: str, k: int, mode: Mode, filters: Filters | None, history: Sequence[Turn]) -> dict[str, Any]:
    return {"question": question, "k": k, "mode": mode, "filters": filters or Filters(), "history": history}


def _get(path: str, type_: type[T], parameters: Mapping[str, str | int] | None = None) -> Call[T]:
    return Call("GET", path, JSON, _decoder(type_), parameters or {})


def _post(path: str, body: Mapping[str, Any], type_: type[T]) -> Call[T]:
    return Call("POST", path, JSON, _decoder(type_), body=_json(body))


def _decoder(type_: type[T]) -> Callable[[bytes], T]:
    # Fields that are new in the service are passed over.
    return lambda body: msgspec.json.decode(body, type=type_)


def _json(body: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(plain(body))


def _path(*parts: str) -> str:
    if not all(parts):
        raise ValueError("an id is empty: say which is meant")
    return "/".join(("/v1", *(quote(part, safe="") for part in parts)))
