"""Chat completions through OpenAI's own client, and their errors as it raises them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from starlette.testclient import TestClient

from index.errors import StoreError
from index.store import Store
from qa.app import open_live
from qa.endpoint import Endpoint, EndpointSettings
from qa.generate import Writer
from qa.http.asgi import create_app
from qa.live import LiveIndex
from qa.support import shipped_support
from tests.conftest import Server, running
from tests.fakes import HashingEncoder
from tests.llm_server import Reply, llm_server, says, sends

QUESTION = "How do EVs contribute to drug resistance?"
OFF_TOPIC = "What is the capital of France?"
MODEL = "ev-review-qa"
PATH = "/v1/chat/completions"


@contextmanager
def speaking(address: str) -> Iterator[OpenAI]:
    """OpenAI's own client of a service."""
    base = f"{address.rstrip('/')}/v1"
    with (
        openai.DefaultHttpxClient(trust_env=False) as http,
        OpenAI(base_url=base, api_key="any", max_retries=0, http_client=http) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def chatbot(server: Server) -> Iterator[OpenAI]:
    with speaking(server.address) as client:
        yield client


def asked(chatbot: OpenAI, *turns: str, **fields: Any) -> ChatCompletion:
    """What the assistant says after these turns, of user and assistant by turns."""
    roles = ["user" if n % 2 == 0 else "assistant" for n in range(len(turns))]
    messages: Any = [{"role": role, "content": turn} for role, turn in zip(roles, turns, strict=True)]
    said: ChatCompletion = chatbot.chat.completions.create(**({"model": MODEL, "messages": messages} | fields))
    return said


def streamed(chatbot: OpenAI, question: str, **fields: Any) -> list[ChatCompletionChunk]:
    messages: Any = [{"role": "user", "content": question}]
    return list(chatbot.chat.completions.create(model=MODEL, messages=messages, stream=True, **fields))


def extra(said: ChatCompletion | ChatCompletionChunk) -> dict[str, Any]:
    return said.model_extra or {}


def test_an_answer_is_a_message_whose_markers_are_annotated(chatbot: OpenAI, server: Server) -> None:
    answer = server.client.post("/v1/answer", json={"question": QUESTION}).json()
    said = asked(chatbot, QUESTION)
    message = said.choices[0].message
    assert message.content and message.content == answer["answer"] and message.role == "assistant"
    assert (said.object, said.model, said.choices[0].finish_reason) == ("chat.completion", MODEL, "stop")
    assert message.annotations and len(message.annotations) == len(answer["citations"])
    for annotation, citation in zip(message.annotations, answer["citations"], strict=True):
        cited = annotation.url_citation
        assert annotation.type == "url_citation"
        assert message.content[cited.start_index : cited.end_index] == f"[{citation['marker']}]"
        assert (cited.title, cited.url) == (citation["document"]["title"], citation["link"])
    assert extra(said)["citations"] == answer["citations"]
    assert extra(said)["status"] == "answered" and extra(said)["confidence"] == answer["confidence"]


def test_usage_counts_what_was_sent_and_said(chatbot: OpenAI) -> None:
    usage = asked(chatbot, QUESTION).usage
    assert usage and usage.prompt_tokens == 8 and usage.completion_tokens > 20
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_a_stream_says_the_same_and_cites_while_it_speaks(chatbot: OpenAI) -> None:
    whole = asked(chatbot, QUESTION)
    content = ""
    annotations: list[dict[str, Any]] = []
    chunks = streamed(chatbot, QUESTION)
    assert chunks[0].choices[0].delta.role == "assistant" and len({chunk.id for chunk in chunks}) == 1
    for chunk in chunks:
        delta = chunk.choices[0].delta
        content += delta.content or ""
        for annotation in (delta.model_extra or {}).get("annotations", []):
            place = annotation["url_citation"]
            assert content[place["start_index"] : place["end_index"]] == content[-3:] == f"[{len(annotations) + 1}]"
            annotations.append(annotation)
    message = whole.choices[0].message
    assert content == message.content and message.annotations
    assert annotations == [annotation.model_dump() for annotation in message.annotations]
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert extra(chunks[-1])["citations"] == extra(whole)["citations"]


def test_open_webui_gets_each_quote_under_the_address_of_its_annotation(chatbot: OpenAI) -> None:
    chunks = streamed(chatbot, QUESTION)
    citations = extra(chunks[-1])["citations"]
    sent = [(chunk.choices[0].delta.model_extra or {}, extra(chunk)) for chunk in chunks]
    cards = [(delta["annotations"][0]["url_citation"], more["event"]) for delta, more in sent if "event" in more]
    assert [card["data"]["document"] for _, card in cards] == [[citation["quote"]] for citation in citations]
    assert all(card["data"]["metadata"][0]["source"] == annotation["url"] for annotation, card in cards)
    assert len({annotation["url"] for annotation, _ in cards}) == len(citations) > 1


def test_usage_comes_last_in_a_stream_when_it_is_asked_for(chatbot: OpenAI) -> None:
    *chunks, last = streamed(chatbot, QUESTION, stream_options={"include_usage": True})
    assert last.usage == asked(chatbot, QUESTION).usage and last.choices == []
    assert {chunk.usage for chunk in chunks} == {None}


@pytest.mark.parametrize("usage", [False, True])
def test_a_stream_ends_as_openais_does_and_has_usage_everywhere_or_nowhere(server: Server, usage: bool) -> None:
    body = {"model": MODEL, "messages": ASK, "stream": True, "stream_options": {"include_usage": usage}}
    *events, done = server.client.post(PATH, json=body).text.strip().split("\n\n")
    assert done == "data: [DONE]"
    assert {"usage" in json.loads(sent.removeprefix("data: ")) for sent in events} == {usage}


def test_an_abstention_is_an_ordinary_message_that_cites_nothing(chatbot: OpenAI) -> None:
    said = asked(chatbot, OFF_TOPIC)
    content = said.choices[0].message.content or ""
    assert content.startswith("The indexed papers hold no sentence") and said.choices[0].finish_reason == "stop"
    assert said.choices[0].message.annotations == [] and extra(said)["status"] == "abstained"
    chunks = streamed(chatbot, OFF_TOPIC)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == content
    assert not any("event" in extra(chunk) for chunk in chunks)


def test_a_follow_up_is_resolved_from_the_turns_before_it(chatbot: OpenAI) -> None:
    said = asked(chatbot, QUESTION, "EVs carry pumps. [1]", "And in immune evasion?")
    assert extra(said)["resolved_question"] != "And in immune evasion?"
    assert "Asked as: " in (said.choices[0].message.content or "")
    assert "resolved_question" not in extra(asked(chatbot, QUESTION))


def test_every_role_and_parts_of_text_are_understood(chatbot: OpenAI) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "now", "arguments": "{}"}}
    messages: Any = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
        {"role": "user", "name": "ann", "content": "What time is it?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "noon"},
        {"role": "user", "content": [{"type": "text", "text": QUESTION[:20]}, {"type": "text", "text": QUESTION[20:]}]},
    ]
    said = chatbot.chat.completions.create(model=MODEL, messages=messages)
    assert said.choices[0].message.annotations


def test_what_shapes_the_words_of_a_model_changes_nothing(chatbot: OpenAI) -> None:
    tool = {"type": "function", "function": {"name": "now", "parameters": {"type": "object", "properties": {}}}}
    said = asked(
        chatbot,
        QUESTION,
        n=1,
        temperature=1.5,
        top_p=0.3,
        seed=7,
        user="ann",
        presence_penalty=1,
        response_format={"type": "text"},
        tools=[tool],
        tool_choice="auto",
        extra_body={"unheard_of": {"of": "it"}},
    )
    assert said.choices[0].message == asked(chatbot, QUESTION).choices[0].message


def test_a_limit_on_tokens_leaves_whole_statements(chatbot: OpenAI) -> None:
    whole = asked(chatbot, QUESTION).choices[0].message.content or ""
    cut = asked(chatbot, QUESTION, max_completion_tokens=60).choices[0]
    assert cut.finish_reason == "length" and cut.message.content
    assert whole.startswith(cut.message.content) and cut.message.content.endswith("]")
    assert asked(chatbot, QUESTION, stop=["[2]"]).choices[0].message.content == whole.partition("[1]")[0] + "[1]"


def test_there_is_one_model(chatbot: OpenAI) -> None:
    assert [model.id for model in chatbot.models.list()] == [MODEL]
    assert chatbot.models.retrieve(MODEL).object == "model"


SUPPORTED = "Extracellular vesicles (EVs) have emerged as pivotal mediators of intercellular communication [1]."
INVENTED = "Pigs fly over the Pacific every 17 days [1]."


@pytest.mark.parametrize(
    ("reply", "degraded", "left_out"),
    [
        (says(f"{SUPPORTED} {INVENTED}"), False, [INVENTED]),
        (says(SUPPORTED), False, None),
        (sends(b"no", status=500), True, None),
    ],
)
def test_what_became_of_a_language_model_stands_beside_the_message(
    record_folder: Path, reply: Reply, degraded: bool, left_out: list[str] | None
) -> None:
    with llm_server(reply) as llm, closing(Endpoint(EndpointSettings(llm.address, "tiny", retries=0))) as endpoint:
        app = create_app(
            lambda: open_live(Store(record_folder)),
            writer=Writer(endpoint, shipped_support()),
            threads=1,
            max_body_bytes=10_000,
            announce=lambda: None,
        )
        for client in running(app):
            with speaking(str(client.base_url)) as chatbot:
                whole, last = extra(asked(chatbot, QUESTION)), extra(streamed(chatbot, QUESTION)[-1])
    assert whole["degraded"] is last["degraded"] is degraded
    for told in (whole, last):
        assert [one["text"] for one in told.get("dropped", ())] == (left_out or [])
        assert ("dropped" in told) == bool(left_out) and all(one["reason"] for one in told.get("dropped", ()))


TITLE = f"""### Task:
Generate a concise, 3-5 word title.
### Output:
JSON format: {{ "title": "your concise title here" }}
### Chat History:
<chat_history>
USER: {QUESTION}
</chat_history>"""


def test_a_chatbots_own_request_is_done_without_a_search(chatbot: OpenAI) -> None:
    said = asked(chatbot, TITLE, response_format={"type": "json_object"})
    assert json.loads(said.choices[0].message.content or "") == {"title": QUESTION.rstrip("?")}
    assert extra(said)["citations"] == [] and "status" not in extra(said)
    chunks = streamed(chatbot, TITLE)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == said.choices[0].message.content


ASK = [{"role": "user", "content": QUESTION}]
IMAGE = {"type": "image_url", "image_url": {"url": "data:,"}}
NAMED = {"type": "function", "function": {"name": "now"}}


@pytest.mark.parametrize(
    ("fields", "param", "told"),
    [
        ({"messages": []}, "messages", "at least 1"),
        ({"messages": [{"role": "system", "content": "Be kind."}]}, "messages", "no turn of a user"),
        ({"messages": [{"role": "user", "content": ""}]}, "messages", "empty"),
        ({"messages": [{"role": "user", "content": None}]}, "messages", "empty"),
        ({"messages": [{"role": "user", "content": "x" * 10_001}]}, "messages", "10000"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages.0.content", "string or a list"),
        ({"messages": [{"role": "user", "content": "\ud800"}]}, "messages.0.content.0.text", "unicode"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "messages.0.role", "assistant"),
        ({"messages": [{"role": "user", "content": [IMAGE]}]}, "messages.0.content.0.type", "image_url"),
        ({"messages": "hello"}, "messages", "valid"),
        ({"n": 1000}, "n", "1000"),
        ({"n": 0}, "n", "n is 0"),
        ({"max_tokens": 0}, "max_tokens", "1"),
        ({"temperature": 3}, "temperature", "2"),
        ({"stop": list("abcde")}, "stop", "4"),
        ({"tool_choice": "required"}, "tool_choice", "no tool"),
        ({"tool_choice": NAMED}, "tool_choice", "no tool"),
        ({"function_call": {"name": "now"}}, "function_call", "no tool"),
        ({"response_format": {"type": "json_object"}}, "response_format", "json_object"),
        ({"response_format": {"type": "json_schema", "json_schema": {}}}, "response_format", "json_schema"),
        ({"modalities": ["text", "audio"]}, "modalities", "text"),
        ({"response_format": {"type": "\ud800"}}, "response_format", "ud800"),
        ({"logprobs": True}, "logprobs", "logprobs"),
        ({"stream_options": {"include_usage": True}}, "stream_options", "stream"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_asked_is_refused_by_name(
    server: Server, fields: dict[str, Any], param: str, told: str, stream: bool
) -> None:
    if stream and param == "stream_options":
        return
    body = json.dumps({"model": MODEL, "messages": ASK} | fields | ({"stream": True} if stream else {}))
    response = server.client.post(PATH, content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400, response.text
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"} and error["type"] == "invalid_request_error"
    assert error["param"] == param and told in error["message"], error


def test_an_unknown_model_is_not_found(chatbot: OpenAI) -> None:
    for ask in (lambda: asked(chatbot, QUESTION, model="gpt-4"), lambda: chatbot.models.retrieve("gpt-4")):
        with pytest.raises(openai.NotFoundError, match="gpt-4") as refused:
            ask()
        assert (refused.value.code, refused.value.param) == ("model_not_found", "model")


def test_a_megabyte_of_history_is_cut_and_more_is_refused(chatbot: OpenAI) -> None:
    long = "EVs carry pumps. " * 55_000
    assert asked(chatbot, long, "Yes.", QUESTION).choices[0].message.annotations
    with pytest.raises(openai.APIStatusError, match="1000000") as refused:
        asked(chatbot, long + long, "Yes.", QUESTION)
    assert refused.value.status_code == 413 and refused.value.type == "invalid_request_error"


@pytest.mark.parametrize(
    ("method", "path", "content", "type_", "status"),
    [
        ("POST", PATH, "{", "application/json", 400),
        ("POST", PATH, '{"model": "ev-review-qa"}', "text/plain", 400),
        ("POST", PATH, "", "application/json", 400),
        ("POST", PATH, "[]", "application/json", 400),
        ("POST", PATH, "[" * 100_000, "application/json", 400),
        ("GET", PATH, "", "application/json", 405),
        ("POST", "/v1/models", "{}", "application/json", 405),
        ("GET", f"{PATH}/x", "", "application/json", 404),
        ("GET", "/v1/models/x/y", "", "application/json", 404),
    ],
)
def test_every_refusal_has_openais_shape(
    server: Server, method: str, path: str, content: str, type_: str, status: int
) -> None:
    response = server.client.request(method, path, content=content, headers={"content-type": type_})
    assert response.status_code == status
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}


def test_the_openapi_document_says_so(server: Server) -> None:
    completions = server.client.get("/openapi.json").json()["paths"][PATH]["post"]["responses"]
    assert set(completions) == {"200", "default"}
    assert set(completions["200"]["content"]) == {"application/json", "text/event-stream"}
    assert set(completions["default"]["content"]) == {"application/json"}


class Failing(HashingEncoder):
    """Fails on some queries: as the index can, and as a stranger's code does."""

    def encode_queries(self, queries: Any) -> Any:
        if "damage" in queries[0]:
            raise StoreError("dense.faiss is damaged: run `evqa build`")
        if "explode" in queries[0]:
            raise RuntimeError("secret of the inside")
        return super().encode_queries(queries)


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    app = create_app(
        lambda: LiveIndex(store, lambda generation: Failing()),
        threads=2,
        max_body_bytes=10_000,
        announce=lambda: None,
        chat_sources=True,
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def ask(client: TestClient, question: str, **fields: Any) -> Any:
    return client.post(PATH, json={"model": MODEL, "messages": [{"role": "user", "content": question}]} | fields)


@pytest.mark.parametrize("stream", [False, True])
def test_a_failure_has_openais_shape_too(client: TestClient, stream: bool) -> None:
    damaged, exploded = (ask(client, question, stream=stream) for question in ("damage", "explode"))
    assert damaged.status_code == 503 and damaged.headers["retry-after"]
    assert damaged.json()["error"]["type"] == "server_error" and "evqa build" in damaged.json()["error"]["message"]
    assert exploded.status_code == 500 and "secret" not in exploded.text
    assert exploded.json()["error"]["type"] == "server_error"


def test_a_failure_in_mid_stream_is_an_error_that_openais_client_raises(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*arguments: Any) -> Any:
        raise StoreError("documents.sqlite is damaged: run `evqa build`")

    monkeypatch.setattr("qa.answering.select", failing)
    response = ask(client, "Which vesicles carry a pump that expels cisplatin?", stream=True)
    first, last = response.text.strip().split("\n\n")
    assert response.status_code == 200 and json.loads(first.removeprefix("data: "))["choices"]
    error = json.loads(last.removeprefix("data: "))["error"]
    assert error["type"] == "server_error" and "evqa build" in error["message"]


def test_the_sources_are_listed_where_the_operator_wants_it(client: TestClient) -> None:
    content = ask(client, "Which vesicles carry a pump that expels cisplatin?").json()["choices"][0]["message"][
        "content"
    ]
    assert "\n\n**Sources**\n\n- [1] " in content
