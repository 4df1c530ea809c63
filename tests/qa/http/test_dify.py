from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from index.build import build
from index.store import Store
from qa.http.asgi import create_app
from qa.live import LiveIndex
from tests.conftest import PAPERS, Server
from tests.fakes import HashingEncoder, workshop

QUESTION = "How do EVs contribute to drug resistance?"
PAPER = "PMC13013411"
KEY = {"Authorization": "Bearer any-key"}


def sent(query: str = QUESTION, top_k: Any = 4, score_threshold: Any = 0.0, **more: Any) -> dict[str, Any]:
    """What Dify sends (`ExternalDatasetService.fetch_external_knowledge_retrieval`)."""
    setting = {"top_k": top_k, "score_threshold": score_threshold}
    return {"retrieval_setting": setting, "query": query, "knowledge_id": "ev-review-qa"} | more


def conditions(*asked: tuple[str, str, Any], logical_operator: str = "and") -> dict[str, Any]:
    listed = [{"name": name, "comparison_operator": operator, "value": value} for name, operator, value in asked]
    return {"logical_operator": logical_operator, "conditions": listed}


def retrieve(server: Server, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
    return server.client.post("/retrieval", json=body, headers=KEY if headers is None else headers)


def assert_error(response: Any, status: int, code: int, *named: str) -> None:
    assert response.status_code == status, response.text
    error = response.json()
    assert set(error) == {"error_code", "error_msg"} and error["error_code"] == code
    assert all(part in error["error_msg"] for part in named), error


WORDS = st.lists(st.sampled_from(["vesicles", "tumor", "resistance", "immune", "cargo", "bread"]), min_size=1)
KINDS = st.lists(st.sampled_from(["abstract", "summary", "paragraph"]), min_size=1, unique=True)


@given(
    query=WORDS.map(" ".join),
    k=st.integers(1, 100),
    threshold=st.floats(0, 1),
    kinds=KINDS,
)
@settings(max_examples=30, deadline=None)
def test_records_are_the_hits_of_the_search(
    server: Server, query: str, k: int, threshold: float, kinds: list[str]
) -> None:
    asked = {"query": query, "k": k, "min_relevance": threshold, "filters": {"kinds": kinds}}
    hits = server.client.post("/v1/search", json=asked).json()["hits"]
    body = sent(query, k, threshold, metadata_condition=conditions(("kind", "in", kinds)))
    records = retrieve(server, body).json()["records"]
    assert [record["metadata"]["citation"] for record in records] == [hit["citation"] for hit in hits]
    assert [record["content"] for record in records] == [hit["passage"]["text"] for hit in hits]
    assert [record["score"] for record in records] == pytest.approx([hit["relevance"] for hit in hits])


def test_a_record_says_where_its_passage_stands(server: Server) -> None:
    for record in retrieve(server, sent()).json()["records"]:
        metadata, citation = record["metadata"], record["metadata"]["citation"]
        assert set(record) == {"content", "score", "title", "metadata"} and 0 <= record["score"] <= 1
        assert record["title"] == citation["document"]["title"]
        assert record["content"] == citation["quote"]
        assert (metadata["document_id"], metadata["year"]) == (PAPER, 2026)
        assert metadata["passage_id"] == citation["passage_id"] and metadata["link"] == citation["link"]
        assert (metadata["section"], metadata["kind"]) == (citation["section"], citation["kind"])


@pytest.mark.parametrize(
    "body",
    [
        sent(),
        sent(metadata_condition=None),
        sent(metadata_condition={"logical_operator": "and", "conditions": None}),
        sent(metadata_condition={"logical_operator": None, "conditions": []}),
        sent(top_k=None, score_threshold=None),
        sent(metadata_condition=conditions(("document_id", "is", PAPER), ("year", "≥", 2026))),
        sent(metadata_condition={"conditions": [{"name": ["year"], "comparison_operator": "=", "value": "2026"}]}),
        sent(later={"version": 2}) | {"retrieval_setting": {"top_k": 3, "score_threshold": 0, "reranking": True}},
    ],
    ids=str,
)
def test_what_dify_sends_is_understood(server: Server, body: dict[str, Any]) -> None:
    response = retrieve(server, body)
    assert response.status_code == 200 and response.json()["records"], response.text


def test_conditions_narrow_the_search(server: Server) -> None:
    def found(*asked: tuple[str, str, Any], logical_operator: str = "and") -> list[Any]:
        narrowed = conditions(*asked, logical_operator=logical_operator)
        records = retrieve(server, sent(top_k=50, metadata_condition=narrowed)).json()["records"]
        return [record["metadata"] for record in records]

    assert {one["kind"] for one in found(("kind", "is", "abstract"))} == {"abstract"}
    assert {one["section"][0] for one in found(("section", "contains", "key find"))} == {"Key findings"}
    assert found(("year", "<", 2026)) == found(("kind", "in", ["table"])) == []
    assert found(("kind", "is", "abstract"), ("kind", "is", "summary")) == []
    either = found(("kind", "is", "abstract"), ("kind", "is", "summary"), logical_operator="or")
    assert {one["kind"] for one in either} == {"abstract", "summary"}


def test_nothing_relevant_is_an_empty_list(server: Server) -> None:
    assert retrieve(server, sent("How long does rye bread keep?", score_threshold=1.0)).json() == {"records": []}


def test_registering_the_endpoint_works(server: Server) -> None:
    # Dify posts no body, and takes 404, 502 and 403 for an endpoint that is not there or refuses the key.
    assert_error(server.client.post("/retrieval", headers=KEY), 422, 422, "body")


@pytest.mark.parametrize("header", ["any-key", "Bearer", "Bearer a b", "Basic YTpi", ""])
def test_a_header_that_is_none_of_difys_is_refused(server: Server, header: str) -> None:
    assert_error(retrieve(server, sent(), {"Authorization": header}), 403, 1001, "Bearer <api-key>")
    assert_error(server.client.post("/retrieval", headers={"Authorization": header}), 403, 1001)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer any-key"}, {"Authorization": "bearer  x"}])
def test_any_key_will_do_and_none(server: Server, headers: dict[str, str]) -> None:
    assert retrieve(server, sent(), headers).status_code == 200


@pytest.mark.parametrize("knowledge", ["another", "", "EV-REVIEW-QA"])
def test_there_is_one_knowledge_base(server: Server, knowledge: str) -> None:
    assert_error(retrieve(server, sent(knowledge_id=knowledge)), 404, 2001, repr(knowledge), "ev-review-qa")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ([], "JSON object"),
        ({}, "knowledge_id"),
        (sent(""), "query"),
        (sent("  "), "query"),
        (sent("x" * 10_001), "10000"),
        (sent(top_k=0), "top_k"),
        (sent(top_k=101), "100"),
        (sent(top_k="many"), "top_k"),
        (sent(score_threshold=1.5), "score_threshold"),
        (sent(retrieval_setting=None), "retrieval_setting"),
        (sent(metadata_condition=conditions(("colour", "is", "red"))), "'colour'"),
        (sent(metadata_condition=conditions(("title", "contains", "EV"))), "'title'"),
        (sent(metadata_condition=conditions(("year", "about", 2024))), "comparison_operator"),
        (sent(metadata_condition=conditions(*[("year", "=", 2024)] * 21)), "20"),
        (sent(metadata_condition=conditions(("year", "=", 2024), logical_operator="xor")), "logical_operator"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_cannot_be_asked_is_refused_by_name(server: Server, body: Any, named: str) -> None:
    assert_error(retrieve(server, body), 422, 422, named)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b'{"retrieval_setting": {"score_threshold": NaN}, "query": "x", "knowledge_id": "ev-review-qa"}', 422),
        (rb'{"retrieval_setting": {}, "query": "\ud800", "knowledge_id": "ev-review-qa"}', 422),
        (rb'{"retrieval_setting": {}, "query": "x", "knowledge_id": "\ud800"}', 422),
        (
            rb'{"retrieval_setting": {}, "query": "x", "knowledge_id": "ev-review-qa", "metadata_condition":'
            rb' {"conditions": [{"name": "\ud800", "comparison_operator": "is", "value": "\ud800"}]}}',
            422,
        ),
        (b"x" * 1_000_001, 413),
    ],
    ids=["half an object", "NaN", "surrogate", "surrogate id", "surrogate name", "too large"],
)
def test_what_cannot_be_read_is_refused_in_the_same_shape(server: Server, content: bytes, status: int) -> None:
    headers = KEY | {"Content-Type": "application/json"}
    assert_error(server.client.post("/retrieval", content=content, headers=headers), status, status)


def test_an_unknown_document_is_refused_by_its_id(server: Server) -> None:
    body = sent(metadata_condition=conditions(("document_id", "in", [PAPER, "PMC1"])))
    assert_error(retrieve(server, body), 404, 404, "PMC1'")


def test_another_method_is_refused_in_the_same_shape(server: Server) -> None:
    assert_error(server.client.get("/retrieval"), 405, 405, "GET")


@pytest.fixture
def uncalibrated(store: Store) -> Iterator[TestClient]:
    build(store, PAPERS, replace(workshop(), calibration=lambda spec: None))
    app = create_app(
        lambda: LiveIndex(store, lambda generation: HashingEncoder()),
        threads=1,
        max_body_bytes=10_000,
        announce=lambda: None,
    )
    with TestClient(app) as client:
        yield client


def test_without_a_calibration_there_is_no_score_and_the_error_says_how_to_have_one(uncalibrated: TestClient) -> None:
    for threshold in (0.0, 0.5):
        response = uncalibrated.post("/retrieval", json=sent("vesicles", score_threshold=threshold), headers=KEY)
        assert_error(response, 501, 501, "calibration", "scripts/calibrate", "EVQA_CALIBRATION")
