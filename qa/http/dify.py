"""Dify's External Knowledge API: `POST /retrieval`, to which a Dify app goes for passages.

https://docs.dify.ai/en/use-dify/knowledge/external-knowledge-api says what is sent, and Dify's `ExternalDatasetService`
what really is: no body at all when the endpoint is registered, null for what is not set. Fields that are not named here
are ignored, as Dify adds some from time to time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from index.errors import UnknownId
from index.query import MOST_HITS, MOST_QUERY_CHARACTERS
from qa.answer import Hit, plain
from qa.http.conditions import MetadataCondition, filters
from qa.http.problems import Problem
from qa.http.serving import Asked, documented, json_response

KNOWLEDGE = "ev-review-qa"
PATH = "/retrieval"

_MALFORMED_AUTHORIZATION = 1001
_UNKNOWN_KNOWLEDGE = 2001
_BEARER = re.compile(r"Bearer +\S+", re.IGNORECASE)
_DEFAULT_K = 5
_UNCALIBRATED = (
    "Dify's score is a relevance, and the index has no calibration to tell it by: fit one with `scripts/calibrate`, "
    "name it in EVQA_CALIBRATION, and run `evqa build`"
)


class RetrievalSetting(BaseModel):
    """How many passages, and from which relevance on."""

    model_config = ConfigDict(frozen=True)

    top_k: Annotated[int, Field(ge=1, le=MOST_HITS)] | None = None
    score_threshold: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None


class RetrievalRequest(BaseModel):
    """Body of `POST /retrieval`."""

    model_config = ConfigDict(frozen=True)

    knowledge_id: Annotated[str, Field(max_length=1000)]
    query: Annotated[str, Field(min_length=1, max_length=MOST_QUERY_CHARACTERS)]
    retrieval_setting: RetrievalSetting
    metadata_condition: MetadataCondition | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A passage; `score` is its relevance. Dify fails where `metadata` is null or, in 1.13, has no `document_id`."""

    content: str
    score: float
    title: str
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Records:
    """What Dify gets, best first."""

    records: tuple[Record, ...]


class UnknownKnowledge(UnknownId):
    """A knowledge base that is not served here."""


class MalformedAuthorization(HTTPException):
    """An `Authorization` header that is none of Dify's."""


def error_shape(problem: Problem) -> Response:
    """Dify's error response: one of its own codes, or else the HTTP status."""
    code: int = problem.status
    if isinstance(problem.error, MalformedAuthorization):
        code = _MALFORMED_AUTHORIZATION
    elif isinstance(problem.error, UnknownKnowledge):
        code = _UNKNOWN_KNOWLEDGE
    return JSONResponse({"error_code": int(code), "error_msg": problem.detail}, problem.status, headers=problem.headers)


def _authorized(authorization: Annotated[str | None, Header()] = None) -> None:
    """There is no access control: any key will do, and none; a header that holds no key was set by mistake."""
    if authorization is not None and not _BEARER.fullmatch(authorization):
        detail = "Invalid Authorization header format: 'Bearer <api-key>' is expected"
        raise MalformedAuthorization(HTTPStatus.FORBIDDEN, detail)


router = APIRouter(
    tags=["Dify"],
    responses={"default": {"description": "Dify's error object", "content": {"application/json": {}}}},
)


@router.post(PATH, response_model=documented(Records), dependencies=[Depends(_authorized)])
def retrieval(service: Asked, asked: RetrievalRequest) -> Response:
    """Passages for a query, best first, as Dify's external knowledge."""
    if asked.knowledge_id != KNOWLEDGE:
        raise UnknownKnowledge(
            f"there is no knowledge base {asked.knowledge_id!r} here: the one there is is {KNOWLEDGE!r}"
        )
    setting = asked.retrieval_setting
    k, threshold = setting.top_k or _DEFAULT_K, setting.score_threshold or 0.0
    with service.lease() as searcher:
        if searcher.generation.calibration is None:
            raise HTTPException(HTTPStatus.NOT_IMPLEMENTED, _UNCALIBRATED)
    found = service.search(asked.query, k, filters=filters(asked.metadata_condition), min_relevance=threshold)
    return json_response(Records(tuple(map(_record, found.hits))))


def _record(hit: Hit) -> Record:
    passage, citation = hit.passage, plain(hit.citation)
    metadata = {
        "document_id": passage.document_id,
        "passage_id": passage.id,
        "section": list(passage.section),
        "kind": passage.kind,
        "citation": citation,
    }
    issued = hit.citation.document.issued
    metadata |= {"year": int(issued[:4])} if issued else {}
    metadata |= {"link": hit.citation.link} if hit.citation.link else {}
    return Record(passage.text, hit.relevance or 0.0, hit.citation.document.title, metadata)
