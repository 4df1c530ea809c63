from __future__ import annotations

import hashlib
import json
import threading
from typing import Any

import httpx
import pytest

from tests.conftest import Server

QUESTION = "How do EVs contribute to drug resistance?"


def post(server: Server, path: str, **body: Any) -> httpx.Response:
    return server.client.post(path, json=body)


def assert_problem(response: httpx.Response, status: int, *named: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status and problem["title"] and problem["type"]
    assert all(part in response.text for part in named), response.text
    assert "Traceback" not in response.text


def test_every_hit_quotes_the_canonical_text_at_its_offsets(server: Server) -> None:
    result = post(server, "/v1/search", query=QUESTION, k=10).json()
    texts: dict[str, str] = {}
    assert result["hits"]
    for rank, hit in enumerate(result["hits"], 1):
        passage, citation = hit["passage"], hit["citation"]
        document = citation["document"]["id"]
        text = texts.setdefault(document, server.client.get(f"/v1/documents/{document}/text").text)
        assert hit["rank"] == citation["marker"] == rank
        assert text[passage["start"] : passage["end"]] == passage["text"] == citation["quote"]
        assert citation["version"] == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        assert 0 <= hit["relevance"] <= 1 and -1 <= hit["scores"]["dense"] <= 1 and hit["scores"]["lexical"] >= 0
    scores = [hit["score"] for hit in result["hits"]]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("mode", "present", "absent"), [("dense", "dense", "lexical"), ("lexical", "lexical", "dense")]
)
def test_a_score_that_was_not_computed_is_absent(server: Server, mode: str, present: str, absent: str) -> None:
    hits = post(server, "/v1/search", query=QUESTION, mode=mode).json()["hits"]
    assert hits
    assert all(hit["score"] == hit["scores"][present] and absent not in hit["scores"] for hit in hits)


def test_get_and_post_search_alike(server: Server) -> None:
    posted = post(server, "/v1/search", query=QUESTION, k=3, filters={"kinds": ["summary"]}).json()
    got = server.client.get("/v1/search", params={"q": QUESTION, "k": 3, "kinds": "summary"}).json()
    assert got["hits"] == posted["hits"] and {hit["passage"]["kind"] for hit in got["hits"]} == {"summary"}


def test_a_minimal_relevance_leaves_out_the_rest(server: Server) -> None:
    every = post(server, "/v1/search", query=QUESTION, k=20).json()["hits"]
    bound = sorted(hit["relevance"] for hit in every)[len(every) // 2]
    kept = post(server, "/v1/search", query=QUESTION, k=20, min_relevance=bound).json()["hits"]
    assert [hit["passage"]["id"] for hit in kept] == [h["passage"]["id"] for h in every if h["relevance"] >= bound]


def test_an_answer_is_made_of_verbatim_sentences_with_citations(server: Server) -> None:
    answer = post(server, "/v1/answer", question=QUESTION).json()
    assert answer["status"] == "answered" and answer["generator"] == "extractive"
    assert 1 <= len(answer["statements"]) <= 4
    text = server.client.get("/v1/documents/PMC13013411/text").text
    citations = {citation["marker"]: citation for citation in answer["citations"]}
    for statement in answer["statements"]:
        assert statement["verbatim"]
        for marker in statement["citations"]:
            citation = citations[marker]
            assert text[citation["start"] : citation["end"]] == citation["quote"] == statement["text"]
            quote, position = citation["selector"]
            assert text[position["start"] : position["end"]] == quote["exact"]
            assert quote["prefix"] + quote["exact"] + quote["suffix"] in text
            assert f"{statement['text']} [{marker}]" in answer["answer"]
            assert citation["link"].startswith("https://doi.org/10.3389/fimmu.2026.1750226#:~:text=")


def test_an_answer_comes_as_the_type_that_the_client_accepts(server: Server) -> None:
    def asked(accept: str, **body: Any) -> httpx.Response:
        return server.client.post("/v1/answer", json={"question": QUESTION} | body, headers={"Accept": accept})

    answer = asked("application/json;q=0.1, */*;q=0.01").json()
    written = asked("text/markdown, */*;q=0.5")
    assert written.headers["content-type"] == "text/markdown; charset=utf-8" and written.headers["vary"] == "Accept"
    assert written.text.startswith(f"# {QUESTION}\n") and all(
        f"> {c['quote']}" in written.text for c in answer["citations"]
    )
    linked = asked("application/ld+json")
    assert linked.headers["content-type"] == 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
    assert [item["target"]["selector"] for item in linked.json()["first"]["items"]] == [
        citation["selector"] for citation in answer["citations"]
    ]
    copy = linked.json()["first"]["items"][0]["target"]["state"]["cached"][-1]
    assert server.client.get(copy).text == server.client.get("/v1/documents/PMC13013411/text").text
    assert asked("text/event-stream", stream=True).headers["content-type"].startswith("text/event-stream")


def test_a_type_that_an_answer_cannot_have_is_refused_with_those_that_it_can(server: Server) -> None:
    response = server.client.post("/v1/answer", json={"question": QUESTION}, headers={"Accept": "image/png"})
    assert_problem(response, 406, "image/png", "text/markdown", "application/ld+json")
    described = server.client.get("/openapi.json").json()["paths"]["/v1/answer"]["post"]["responses"]
    assert set(described["200"]["content"]) >= {"application/json", "text/markdown", "application/ld+json"}
    assert "406" in described


def test_an_abstention_comes_in_every_type(server: Server) -> None:
    def asked(accept: str) -> httpx.Response:
        question = {"question": "What is the capital of France?"}
        return server.client.post("/v1/answer", json=question, headers={"Accept": accept})

    assert "\n\nNo answer. " in asked("text/markdown").text
    assert asked("application/ld+json").json()["total"] == 0


@pytest.mark.parametrize("question", ["What is the capital of France?", "Which dose of aspirin prevents stroke?"])
def test_a_question_that_the_papers_do_not_answer_is_not_answered(server: Server, question: str) -> None:
    answer = post(server, "/v1/answer", question=question).json()
    assert answer["status"] == "abstained" and answer["reason"]
    assert not answer["statements"] and not answer["citations"] and answer["hits"]


def test_a_summarisers_sentence_is_labelled(server: Server) -> None:
    hits = post(server, "/v1/search", query="EVs show potential as diagnostic biomarkers", k=20).json()["hits"]
    kinds = {hit["citation"]["section"][0]: hit["citation"]["kind"] for hit in hits if hit["citation"]["section"]}
    assert kinds["TL;DR"] == kinds["Key findings"] == "summary" and kinds["Abstract"] == "abstract"


def test_a_stream_sends_retrieval_statements_and_the_whole_answer(server: Server) -> None:
    response = post(server, "/v1/answer", question=QUESTION, stream=True)
    assert response.headers["content-type"].startswith("text/event-stream")
    events = [event.split("\n", 1) for event in response.text.strip().split("\n\n")]
    names = [name.removeprefix("event: ") for name, _ in events]
    done = json.loads(events[-1][1].removeprefix("data: "))
    assert names == ["retrieval", *["statement"] * len(done["statements"]), "done"]
    assert done["answer"] == post(server, "/v1/answer", question=QUESTION).json()["answer"]


def test_a_passage_can_be_had_by_its_id_with_its_neighbours(server: Server) -> None:
    hit = post(server, "/v1/search", query="immune evasion", k=1, filters={"kinds": ["abstract"]}).json()["hits"][0]
    view = server.client.get(f"/v1/passages/{hit['passage']['id']}").json()
    assert view["passage"] == hit["passage"]
    assert view["previous"]["end"] <= view["passage"]["start"]


def test_documents_are_listed_page_by_page(server: Server) -> None:
    page = server.client.get("/v1/documents", params={"limit": 1}).json()
    assert [document["id"] for document in page["documents"]] == ["PMC13013411"] and "next_cursor" not in page
    assert page["documents"][0]["doi"] == "10.3389/fimmu.2026.1750226"
    assert page["documents"][0]["counts"]["passages"] > 0


def test_a_document_shows_its_sections(server: Server) -> None:
    document = server.client.get("/v1/documents/PMC13013411").json()
    assert ["Abstract"] in [section["path"] for section in document["sections"]]


@pytest.mark.parametrize(
    ("parameters", "media_type", "ending", "holds"),
    [
        ({}, "application/x-bibtex; charset=utf-8", "bib", "doi = {10.3389/fimmu.2026.1750226}"),
        ({"format": "ris"}, "application/x-research-info-systems; charset=utf-8", "ris", "C2  - PMC13013411"),
        ({"format": "csl-json"}, "application/vnd.citationstyles.csl+json", "json", '"PMCID": "PMC13013411"'),
        ({"format": "text"}, "text/plain; charset=utf-8", "txt", "doi:10.3389/fimmu.2026.1750226"),
        ({"format": "text", "style": "apa"}, "text/plain; charset=utf-8", "txt", "(2026). "),
    ],
)
def test_a_paper_can_be_cited_in_every_format(
    server: Server, parameters: dict[str, str], media_type: str, ending: str, holds: str
) -> None:
    response = server.client.get("/v1/documents/PMC13013411/citation", params=parameters)
    assert response.status_code == 200 and holds in response.text
    assert response.headers["content-type"] == media_type
    assert response.headers["content-disposition"] == f'inline; filename="PMC13013411.{ending}"'
    described = server.client.get("/openapi.json").json()["paths"]["/v1/documents/{document_id}/citation"]["get"]
    assert media_type.split(";")[0] in described["responses"]["200"]["content"]
    assert "application/json" not in described["responses"]["200"]["content"]


@pytest.mark.parametrize(
    ("parameters", "named"), [({"format": "endnote"}, "csl-json"), ({"style": "mla"}, "vancouver"), ({"x": "y"}, "x")]
)
@pytest.mark.parametrize("path", ["PMC13013411/citation", "PMC13013411/references/r1/citation"])
def test_a_format_that_is_not_there_is_refused_with_those_that_are(
    server: Server, path: str, parameters: dict[str, str], named: str
) -> None:
    assert_problem(server.client.get(f"/v1/documents/{path}", params=parameters), 422, named)


def test_the_layout_says_what_stands_where_in_the_text(server: Server) -> None:
    text = server.client.get("/v1/documents/PMC13013411/text").text
    layout = server.client.get("/v1/documents/PMC13013411/layout").json()
    document = server.client.get("/v1/documents/PMC13013411").json()
    lines = [text[block["start"] : block["end"]] for block in layout["blocks"]]
    assert lines == text.split("\n\n") and layout["blocks"][0]["kind"] == "title"
    assert layout["length"] == document["length"] == len(text) and layout["version"] == document["version"]
    assert layout["sections"] == document["sections"]
    quote = post(server, "/v1/answer", question=QUESTION).json()["citations"][0]
    assert [quote["start"], quote["end"]] in layout["sentences"]
    assert_problem(server.client.get("/v1/documents/nothing/layout"), 404, "nothing")


def test_a_text_that_the_client_has_is_not_sent_again(server: Server) -> None:
    first = server.client.get("/v1/documents/PMC13013411/text")
    again = server.client.get("/v1/documents/PMC13013411/text", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_verify_tells_a_true_quote_from_a_false_one(server: Server) -> None:
    true = "EVs contribute to the development of resistance to therapeutic agents."
    quotes = [{"quote": true}, {"quote": true.replace("contribute", "never contribute")}]
    exact, false = post(server, "/v1/verify", quotes=quotes).json()["results"]
    assert exact["verdict"] == "exact" and exact["matches"][0]["quote"] == true
    assert false["verdict"] == "not_found" and not false["matches"] and false["nearest"]["text"] == true


def test_the_quotations_of_a_manuscript_are_found_and_verified(server: Server) -> None:
    quote = "EVs contribute to the development of resistance to therapeutic agents"
    report = post(server, "/v1/verify/manuscript", manuscript=f"As they say, “{quote}” (PMC13013411).\n\n“Two words.”")
    (checked,) = report.json()["quotations"]
    assert checked["line"] == 1 and checked["cited"] == ["PMC13013411"] and report.json()["short"] == 1
    assert checked["verification"]["quote"] == quote and checked["verification"]["verdict"] == "exact"
    unknown = post(server, "/v1/verify/manuscript", manuscript="x", document_id="nothing")
    assert_problem(unknown, 404, "nothing")


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("/v1/search", {"query": ""}, "query"),
        ("/v1/verify/manuscript", {"manuscript": ""}, "manuscript"),
        ("/v1/search", {"query": "   "}, "query"),
        ("/v1/search", {"query": "x" * 100_000}, "10000"),
        ("/v1/search", {"query": "x", "k": 0}, "k"),
        ("/v1/search", {"query": "x", "k": 101}, "100"),
        ("/v1/search", {"query": "x", "mode": "psychic"}, "mode"),
        ("/v1/search", {"query": "x", "limit": 3}, "limit"),
        ("/v1/search", {"query": "x", "filters": {"colour": "red"}}, "colour"),
        ("/v1/search", {"query": "x", "min_relevance": 2}, "min_relevance"),
        ("/v1/search", {}, "query"),
        ("/v1/answer", {"question": ""}, "question"),
        ("/v1/answer", {"question": "x" * 100_000}, "10000"),
        ("/v1/verify", {"quotes": []}, "quotes"),
        ("/v1/verify", {"quotes": [{"quote": ""}]}, "quote"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_the_name_of_its_field(
    server: Server, path: str, body: dict[str, Any], named: str
) -> None:
    assert_problem(server.client.post(path, json=body), 422, named)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_are_refused(server: Server, value: str) -> None:
    content = f'{{"query": "x", "min_relevance": {value}}}'
    response = server.client.post("/v1/search", content=content, headers={"content-type": "application/json"})
    assert_problem(response, 422, "min_relevance")


def test_a_body_that_is_no_json_is_refused(server: Server) -> None:
    response = server.client.post("/v1/search", content="{", headers={"content-type": "application/json"})
    assert_problem(response, 400, "JSON")


def test_a_body_that_is_too_large_is_refused(server: Server) -> None:
    assert_problem(server.client.post("/v1/search", content=b"x" * 1_000_001), 413, "1000000")


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/v1/passages/PMC13013411:0-1", "PMC13013411:0-1"),
        ("/v1/passages/nonsense", "nonsense"),
        ("/v1/documents/PMC1", "PMC1"),
        ("/v1/documents/PMC1/text", "PMC1"),
        ("/v1/documents/PMC1/references", "PMC1"),
        ("/v1/documents/PMC13013411/references/r999", "r999"),
        ("/v1/documents/PMC1/citation", "PMC1"),
        ("/v1/documents/PMC1/references/r1/citation", "PMC1"),
        ("/v1/documents/PMC13013411/references/r999/citation", "r999"),
        ("/v1/nothing", "/v1/nothing"),
    ],
)
def test_what_is_not_there_is_not_found_by_name(server: Server, path: str, named: str) -> None:
    assert_problem(server.client.get(path), 404, named)


def test_an_unknown_document_in_a_filter_is_not_found(server: Server) -> None:
    assert_problem(post(server, "/v1/search", query="x", filters={"document_ids": ["PMC1"]}), 404, "PMC1")


def test_an_unknown_parameter_is_refused(server: Server) -> None:
    assert_problem(server.client.get("/v1/search", params={"q": "x", "page": 2}), 422, "page")


def test_the_wrong_method_is_refused(server: Server) -> None:
    assert_problem(server.client.delete("/v1/search"), 405, "DELETE")


def test_every_response_has_an_id_and_keeps_the_clients(server: Server) -> None:
    assert len(server.client.get("/healthz").headers["x-request-id"]) == 32
    assert server.client.get("/v1/nothing", headers={"X-Request-ID": "mine-1"}).headers["x-request-id"] == "mine-1"
    assert server.client.get("/healthz", headers={"X-Request-ID": "not\tmine"}).headers["x-request-id"] != "not\tmine"


def test_readiness_names_the_index(server: Server) -> None:
    ready = server.client.get("/readyz").json()
    assert ready["documents"] == 1 and ready["encoder"] == "all-MiniLM-L6-v2"


def test_the_openapi_document_describes_what_is_sent(server: Server) -> None:
    openapi = server.client.get("/openapi.json").json()
    schemas = openapi["components"]["schemas"]
    answer = post(server, "/v1/answer", question=QUESTION).json()
    assert set(answer) <= set(schemas["Answer"]["properties"])
    assert set(schemas["Answer"]["required"]) <= set(answer)
    assert set(answer["citations"][0]) <= set(schemas["Citation"]["properties"])
    described = openapi["paths"]["/v1/answer"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert described == {"$ref": "#/components/schemas/Answer"}
    assert server.client.get("/docs").status_code == 200


def test_many_at_once_get_the_same_as_one_alone(server: Server) -> None:
    alone = post(server, "/v1/answer", question=QUESTION).json()["statements"]
    answers: list[Any] = []

    def ask() -> None:
        with httpx.Client(base_url=server.address, timeout=30, trust_env=False) as client:
            answers.append(client.post("/v1/answer", json={"question": QUESTION}).json()["statements"])

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [alone] * 16


def test_a_follow_up_is_resolved_and_shown(server: Server) -> None:
    history = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "…"}]
    answer = post(server, "/v1/answer", question="And in immune evasion?", history=history).json()
    assert answer["question"] == "And in immune evasion?"
    assert answer["resolved_question"] == f"{QUESTION} And in immune evasion?"
    assert "resolved_question" not in post(server, "/v1/answer", question=QUESTION).json()


def test_a_reload_names_the_index_that_is_served(server: Server) -> None:
    assert server.client.post("/v1/admin/reload").json() == server.client.get("/readyz").json()


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/verify", r'{"quotes": [{"quote": "a b", "document_id": "\ud800"}]}', "quotes.0.document_id"),
        ("/v1/verify", r'{"quotes": [{"quote": "a b", "version": "\ud800"}]}', "quotes.0.version"),
        ("/v1/search", r'{"query": "a", "filters": {"document_ids": ["\ud800"]}}', "filters.document_ids.0"),
    ],
)
def test_half_of_a_surrogate_pair_in_an_id_is_refused(server: Server, path: str, body: str, field: str) -> None:
    refused = server.client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field
