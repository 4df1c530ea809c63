"""The service's own protocol: JSON over HTTP, its OpenAPI document generated from the shapes that are sent."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Any

import anyio.to_thread
import msgspec
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse

from index.errors import CorpusError
from qa import catalogue, export
from qa.annotations import MEDIA_TYPE as WEB_ANNOTATION
from qa.annotations import annotation_collection
from qa.answer import (
    Answer,
    DocumentList,
    DocumentView,
    IndexInfo,
    PassageView,
    ReferenceList,
    ReferenceView,
    SearchResult,
    plain,
)
from qa.http import problems
from qa.http.middleware import BodyLimit, RequestId
from qa.http.negotiation import preferred
from qa.http.requests import (
    AnswerRequest,
    CitationParameters,
    DocumentsParameters,
    SearchParameters,
    SearchRequest,
    VerifyRequest,
)
from qa.live import LiveIndex
from qa.markdown import MEDIA_TYPE as MARKDOWN
from qa.service import Service
from qa.verify import VerificationList
from qa.works import Work

_REFRESH_S = 0.5

log = logging.getLogger(__name__)


def create_api(
    open_live: Callable[[], LiveIndex], *, threads: int, max_body_bytes: int, announce: Callable[[], None]
) -> RequestId:
    """The app, as ASGI.

    Args:
        open_live: opens the index; called in the lifespan.
        threads: requests that compute at the same time; they do so off the event loop.
        max_body_bytes: largest body of a request.
        announce: called when the index is open and the encoder warm.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Few threads: the model uses all cores in each of them, and every thread keeps memory of its own.
        anyio.to_thread.current_default_thread_limiter().total_tokens = threads
        live = await anyio.to_thread.run_sync(open_live)
        app.state.service = Service(live)
        watching = asyncio.create_task(_watch(live))
        announce()
        try:
            yield
        finally:
            watching.cancel()
            live.close()

    app = FastAPI(
        title="ev-review-qa",
        description="Passages and answers from biomedical papers, each with a citation that can be checked.",
        lifespan=lifespan,
        responses={"default": _PROBLEM},
    )
    problems.install(app)
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes)
    app.include_router(_health)
    app.include_router(_v1)
    # Around everything, so that the plain 500 of an unforeseen error has its id too.
    return RequestId(app)


async def _watch(live: LiveIndex) -> None:
    """Swaps to a new generation soon after it went live; one that cannot be opened is reported, and not served."""
    reported = ""
    while True:
        await asyncio.sleep(_REFRESH_S)
        try:
            if await anyio.to_thread.run_sync(live.refresh):
                reported = ""
        except (CorpusError, OSError) as error:
            if str(error) != reported:
                log.error("the new index cannot be opened, the old one is served on: %s", error)
            reported = str(error)


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


_Asked = Annotated[Service, Depends(_service)]


def _json(value: Any) -> Response:
    # The shapes are ours and valid: sending them through pydantic again would cost more than the search.
    return Response(msgspec.json.encode(plain(value)), media_type="application/json")


def _citation(work: Work, asked: CitationParameters) -> Response:
    type_ = export.FILE_TYPES[asked.format]
    name = re.sub(r"[^A-Za-z0-9._-]", "_", work.item["id"]) + type_.ending
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(export.export([work], asked.format, asked.style), media_type=type_.media_type, headers=headers)


_CITATION: dict[int | str, dict[str, Any]] = {
    200: {"content": {type_.media_type.split(";")[0]: {} for type_ in export.FILE_TYPES.values()}}
}

_health = APIRouter(tags=["health"])
_v1 = APIRouter(prefix="/v1")


@_health.get("/healthz")
def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@_health.get("/readyz", response_model=IndexInfo)
def readyz(service: _Asked) -> Response:
    """The index is verified and open, and the encoder warm."""
    return _json(service.index())


@_v1.get("/search", response_model=SearchResult)
def get_search(service: _Asked, asked: Annotated[SearchParameters, Query()]) -> Response:
    """Passages for a query, best first."""
    return _json(service.search(asked.q, asked.k, asked.mode, asked.value(), asked.min_relevance))


@_v1.post("/search", response_model=SearchResult)
def post_search(service: _Asked, asked: SearchRequest) -> Response:
    """Passages for a query, best first."""
    return _json(service.search(asked.query, asked.k, asked.mode, asked.filters.value(), asked.min_relevance))


_PROBLEM: dict[str, Any] = {"description": "RFC 9457 problem", "content": {"application/problem+json": {}}}
_ANSWER = ("application/json", "text/markdown", "application/ld+json")


@_v1.post(
    "/answer",
    response_model=Answer,
    responses={200: {"content": {type_: {} for type_ in (*_ANSWER[1:], "text/event-stream")}}, 406: _PROBLEM},
)
def answer(service: _Asked, asked: AnswerRequest, request: Request) -> Response:
    """Whole sentences of the papers, word for word, each with its citation; or an abstention.

    `Accept` chooses: `application/json`, `text/markdown` for people, or `application/ld+json` (W3C Web Annotation).
    """
    accept = request.headers.get("accept")
    wanted = "text/event-stream" if asked.stream else preferred(accept, _ANSWER)
    if wanted is None:
        raise HTTPException(406, f"Accept is {accept}: an answer can be had as {', '.join(_ANSWER)}")
    result = service.answer(asked.question, asked.k, asked.mode, asked.filters.value(), asked.turns())
    response = _written(service, result, wanted, str(request.base_url))
    response.headers["Vary"] = "Accept"
    return response


def _written(service: Service, result: Answer, wanted: str, address: str) -> Response:
    if wanted == "text/event-stream":
        return StreamingResponse(_events(result), media_type=wanted)
    if wanted == "text/markdown":
        with service.lease() as searcher:
            return Response(export.answer_markdown(searcher.generation, result), media_type=MARKDOWN)
    if wanted == "application/ld+json":
        linked = annotation_collection(result, address)
        return Response(msgspec.json.encode(linked), media_type=WEB_ANNOTATION)
    return _json(result)


def _events(result: Answer) -> Iterator[bytes]:
    """Server-sent events (WHATWG HTML, 9.2): `retrieval`, a `statement` for each, `done` with the whole answer."""
    yield _event("retrieval", {"hits": result.hits, "index": result.index})
    citations = {citation.marker: citation for citation in result.citations}
    for statement in result.statements:
        cited = tuple(citations[marker] for marker in statement.citations)
        yield _event("statement", {"statement": statement, "citations": cited})
    yield _event("done", result)


def _event(name: str, value: Any) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(plain(value)) + b"\n\n"


@_v1.post("/admin/reload", response_model=IndexInfo)
def reload(service: _Asked) -> Response:
    """Opens the generation that is live now; requests in flight finish on the one before."""
    service.refresh()
    return _json(service.index())


@_v1.post("/verify", response_model=VerificationList)
def verify(service: _Asked, asked: VerifyRequest) -> Response:
    """Whether the papers say this, where, and on which study it rests."""
    return _json(VerificationList(service.verify([claim.value() for claim in asked.quotes])))


@_v1.get("/passages/{passage_id}", response_model=PassageView)
def passage(service: _Asked, passage_id: str) -> Response:
    """One passage with its citation and neighbours."""
    return _json(service.passage(passage_id))


@_v1.get("/documents", response_model=DocumentList)
def documents(service: _Asked, asked: Annotated[DocumentsParameters, Query()]) -> Response:
    """The indexed papers, by id."""
    with service.lease() as searcher:
        return _json(catalogue.documents(searcher.generation, asked.limit, asked.cursor))


@_v1.get("/documents/{document_id}", response_model=DocumentView)
def document(service: _Asked, document_id: str) -> Response:
    """One paper with its sections."""
    with service.lease() as searcher:
        return _json(catalogue.document(searcher.generation, document_id))


@_v1.get("/documents/{document_id}/text", responses={200: {"content": {"text/plain": {}}}, 304: {}})
def text(service: _Asked, document_id: str, request: Request) -> Response:
    """The canonical text that all offsets count in, by Unicode code points."""
    with service.lease() as searcher:
        canonical, version = catalogue.text(searcher.generation, document_id)
    headers = {"ETag": f'"{version}"'}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(canonical, media_type="text/plain; charset=utf-8", headers=headers)


@_v1.get("/documents/{document_id}/references", response_model=ReferenceList)
def references(service: _Asked, document_id: str) -> Response:
    """A paper's bibliography, each entry with the sentences that cite it."""
    with service.lease() as searcher:
        return _json(catalogue.references(searcher.generation, document_id))


@_v1.get("/documents/{document_id}/references/{reference_id}", response_model=ReferenceView)
def reference(service: _Asked, document_id: str, reference_id: str) -> Response:
    """One entry of a paper's bibliography."""
    with service.lease() as searcher:
        return _json(catalogue.reference(searcher.generation, document_id, reference_id))


@_v1.get("/documents/{document_id}/citation", responses=_CITATION, response_class=Response)
def document_citation(service: _Asked, document_id: str, asked: Annotated[CitationParameters, Query()]) -> Response:
    """How to cite a paper, in a reference manager's format or as text."""
    with service.lease() as searcher:
        work = export.cited_document(searcher.generation, document_id)
    return _citation(work, asked)


@_v1.get("/documents/{document_id}/references/{reference_id}/citation", responses=_CITATION, response_class=Response)
def reference_citation(
    service: _Asked, document_id: str, reference_id: str, asked: Annotated[CitationParameters, Query()]
) -> Response:
    """How to cite an entry of a paper's bibliography."""
    with service.lease() as searcher:
        work = export.cited_reference(searcher.generation, document_id, reference_id)
    return _citation(work, asked)
