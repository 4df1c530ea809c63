"""The service's own protocol: JSON over HTTP, its OpenAPI document generated from the shapes that are sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, HTTPException, Query, Request, Response

from qa import catalogue, export
from qa.annotations import MEDIA_TYPE as WEB_ANNOTATION
from qa.annotations import annotation_collection
from qa.answer import Answer, AnswerEvent, IndexInfo, Retrieval, SearchResult, Stated
from qa.http.negotiation import preferred
from qa.http.problems import PROBLEM, Problem
from qa.http.requests import (
    AnswerRequest,
    CitationParameters,
    DocumentsParameters,
    ManuscriptRequest,
    SearchParameters,
    SearchRequest,
    VerifyRequest,
)
from qa.http.serving import Asked, Event, documented, event, event_stream, json_bytes, json_response
from qa.markdown import MEDIA_TYPE as MARKDOWN
from qa.service import Service
from qa.verification import ManuscriptReport, VerificationList
from qa.views import DocumentList, DocumentView, LayoutView, PassageView, ReferenceList, ReferenceView
from qa.works import FILE_TYPES, Work


def _citation(work: Work, asked: CitationParameters) -> Response:
    type_ = FILE_TYPES[asked.format]
    name = re.sub(r"[^A-Za-z0-9._-]", "_", work.item["id"]) + type_.ending
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(export.export([work], asked.format, asked.style), media_type=type_.media_type, headers=headers)


_CITATION: dict[int | str, dict[str, Any]] = {
    200: {"content": {type_.media_type.split(";")[0]: {} for type_ in FILE_TYPES.values()}}
}

health = APIRouter(tags=["health"])
v1 = APIRouter(prefix="/v1")


@health.get("/healthz")
def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@health.get("/readyz", response_model=documented(IndexInfo))
def readyz(service: Asked) -> Response:
    """The index is verified and open, and the encoder warm."""
    return json_response(service.index())


@v1.get("/search", response_model=documented(SearchResult))
def get_search(service: Asked, asked: Annotated[SearchParameters, Query()]) -> Response:
    """Passages for a query, best first."""
    return json_response(service.search(asked.q, asked.k, asked.mode, asked.value(), asked.min_relevance))


@v1.post("/search", response_model=documented(SearchResult))
def post_search(service: Asked, asked: SearchRequest) -> Response:
    """Passages for a query, best first."""
    return json_response(service.search(asked.query, asked.k, asked.mode, asked.filters.value(), asked.min_relevance))


_NAMES: dict[type[AnswerEvent], str] = {Retrieval: "retrieval", Stated: "statement", Answer: "done"}
_ANSWER = ("application/json", "text/markdown", "application/ld+json")


@v1.post(
    "/answer",
    response_model=documented(Answer),
    responses={200: {"content": {type_: {} for type_ in (*_ANSWER[1:], "text/event-stream")}}, 406: PROBLEM},
)
def answer(service: Asked, asked: AnswerRequest, request: Request) -> Response:
    """Whole sentences of the papers, word for word, each with its citation; or an abstention.

    `Accept` chooses: `application/json`, `text/markdown` for people, or `application/ld+json` (W3C Web Annotation).
    """
    asks = (asked.question, asked.k, asked.mode, asked.filters.value(), asked.turns())
    if asked.stream:
        return event_stream(request, service.answer_events(*asks), _events, _failed)
    accept = request.headers.get("accept")
    wanted = preferred(accept, _ANSWER)
    if wanted is None:
        raise HTTPException(406, f"Accept is {accept}: an answer can be had as {', '.join(_ANSWER)}")
    response = _written(service, service.answer(*asks), wanted, str(request.base_url))
    response.headers["Vary"] = "Accept"
    return response


def _written(service: Service, result: Answer, wanted: str, address: str) -> Response:
    if wanted == "text/markdown":
        with service.lease() as searcher:
            return Response(export.answer_markdown(searcher.generation, result), media_type=MARKDOWN)
    if wanted == "application/ld+json":
        linked = annotation_collection(result, address)
        return Response(msgspec.json.encode(linked), media_type=WEB_ANNOTATION)
    return json_response(result)


def _events(steps: Iterator[AnswerEvent]) -> Iterator[Event]:
    """`retrieval`, a `statement` for each, `done` with the whole answer."""
    for step in steps:
        yield event(json_bytes(step), _NAMES[type(step)])


def _failed(problem: Problem) -> Event:
    return event(msgspec.json.encode(problem.document()), "error")


@v1.post("/admin/reload", response_model=documented(IndexInfo))
def reload(service: Asked) -> Response:
    """Opens the generation that is live now; requests in flight finish on the one before."""
    service.refresh()
    return json_response(service.index())


@v1.post("/verify", response_model=documented(VerificationList))
def verify(service: Asked, asked: VerifyRequest) -> Response:
    """Whether the papers say this, where, and on which study it rests."""
    return json_response(VerificationList(service.verify([claim.value() for claim in asked.quotes])))


@v1.post("/verify/manuscript", response_model=documented(ManuscriptReport))
def verify_manuscript(service: Asked, asked: ManuscriptRequest) -> Response:
    """Whether what a manuscript quotes stands in the papers, and in the paper that it is cited as."""
    return json_response(service.verify_manuscript(asked.manuscript, asked.document_id))


@v1.get("/passages/{passage_id}", response_model=documented(PassageView))
def passage(service: Asked, passage_id: str) -> Response:
    """One passage with its citation and neighbours."""
    return json_response(service.passage(passage_id))


@v1.get("/documents", response_model=documented(DocumentList))
def documents(service: Asked, asked: Annotated[DocumentsParameters, Query()]) -> Response:
    """The indexed papers, by id."""
    with service.lease() as searcher:
        return json_response(catalogue.documents(searcher.generation, asked.limit, asked.cursor))


@v1.get("/documents/{document_id}", response_model=documented(DocumentView))
def document(service: Asked, document_id: str) -> Response:
    """One paper with its sections."""
    with service.lease() as searcher:
        return json_response(catalogue.document(searcher.generation, document_id))


@v1.get("/documents/{document_id}/text", responses={200: {"content": {"text/plain": {}}}, 304: {}})
def text(service: Asked, document_id: str, request: Request) -> Response:
    """The canonical text that all offsets count in, by Unicode code points."""
    with service.lease() as searcher:
        canonical, version = catalogue.text(searcher.generation, document_id)
    headers = {"ETag": f'"{version}"'}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(canonical, media_type="text/plain; charset=utf-8", headers=headers)


@v1.get("/documents/{document_id}/layout", response_model=documented(LayoutView))
def layout(service: Asked, document_id: str) -> Response:
    """What stands where in a paper's text: sections, blocks, sentences, reference marks and pages."""
    with service.lease() as searcher:
        return json_response(catalogue.layout(searcher.generation, document_id))


@v1.get("/documents/{document_id}/references", response_model=documented(ReferenceList))
def references(service: Asked, document_id: str) -> Response:
    """A paper's bibliography, each entry with the sentences that cite it."""
    with service.lease() as searcher:
        return json_response(catalogue.references(searcher.generation, document_id))


@v1.get("/documents/{document_id}/references/{reference_id}", response_model=documented(ReferenceView))
def reference(service: Asked, document_id: str, reference_id: str) -> Response:
    """One entry of a paper's bibliography."""
    with service.lease() as searcher:
        return json_response(catalogue.reference(searcher.generation, document_id, reference_id))


@v1.get("/documents/{document_id}/citation", responses=_CITATION, response_class=Response)
def document_citation(service: Asked, document_id: str, asked: Annotated[CitationParameters, Query()]) -> Response:
    """How to cite a paper, in a reference manager's format or as text."""
    with service.lease() as searcher:
        work = export.cited_document(searcher.generation, document_id)
    return _citation(work, asked)


@v1.get("/documents/{document_id}/references/{reference_id}/citation", responses=_CITATION, response_class=Response)
def reference_citation(
    service: Asked, document_id: str, reference_id: str, asked: Annotated[CitationParameters, Query()]
) -> Response:
    """How to cite an entry of a paper's bibliography."""
    with service.lease() as searcher:
        work = export.cited_reference(searcher.generation, document_id, reference_id)
    return _citation(work, asked)
