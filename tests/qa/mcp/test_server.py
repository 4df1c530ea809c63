"""The server with the official client, without a transport between them: tools, schemas, resources, refusals."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

import anyio
import jsonschema
import pytest
from mcp import Client, MCPError
from mcp_types import CallToolResult, TextContent

from index.build import add
from index.encoder import FloatArray
from index.store import Store
from qa.answer import plain
from qa.lifespan import running
from qa.live import LiveIndex
from qa.mcp.replies import MOST_CHARACTERS
from qa.mcp.server import create_server
from qa.service import Service
from tests.fakes import HashingEncoder, markdown, workshop

ERAS = ("legacy", "2026-07-28")
QUESTION = "Do vesicles from resistant cells carry a pump that expels cisplatin?"
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("search", {"query": QUESTION}),
    ("search", {"query": "platelets vesicles ACGT 𝛼𝛽𝛾"}),
    ("fetch", {"id": "long"}),
    ("fetch", {"id": "astral:100-"}),
    ("fetch", {"id": "10.1000_many1"}),
    ("answer", {"question": QUESTION}),
    ("answer", {"question": "Platelets number 1 were counted by everybody together", "k": 100}),
    (
        "answer",
        {"question": "zebra", "filters": {"document_ids": ["diet"]}, "history": [{"role": "user", "content": "a"}]},
    ),
    ("verify", {"quotes": [{"quote": "Butter melts in the sun"}, {"quote": "gold melts", "document_id": "diet"}]}),
    ("verify", {"quotes": [{"quote": "vesicles"}] * 9}),
    ("verify", {"quotes": [{"quote": "Platelets number 1"}, {"quote": "by everybody together"}] * 50}),
    ("verify", {"quotes": [{"quote": "𝛼𝛽𝛾 " * 200}]}),
]


def text(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.mark.parametrize("era", ERAS)
async def test_results_keep_their_schemas_and_fit(service: Service, era: str) -> None:
    async with Client(create_server(service), mode=era) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        for name, arguments in CALLS:
            jsonschema.validate(arguments, tools[name].input_schema)
            result = await client.call_tool(name, arguments)
            assert not result.is_error, text(result)
            jsonschema.validate(result.structured_content, tools[name].output_schema or {})
            assert json.loads(text(result)) == result.structured_content
            assert len(json.dumps(result.model_dump(mode="json", by_alias=True, exclude_none=True))) <= MOST_CHARACTERS


async def test_every_tool_says_that_it_only_reads_and_what_it_gives(service: Service) -> None:
    async with Client(create_server(service)) as client:
        listed = await client.list_tools()
    assert [tool.name for tool in listed.tools] == ["search", "fetch", "answer", "verify"]
    assert len(listed.model_dump_json()) <= MOST_CHARACTERS
    for tool in listed.tools:
        hints = tool.annotations
        assert hints and hints.read_only_hint and hints.idempotent_hint and hints.open_world_hint is False
        assert tool.title and len(tool.description or "") > 200
        assert tool.output_schema and tool.output_schema["type"] == "object"
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)


async def test_search_and_fetch_have_the_shapes_of_chatgpts_connectors(service: Service) -> None:
    async with Client(create_server(service)) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert list(tools["search"].input_schema["properties"]) == tools["search"].input_schema["required"] == ["query"]
        assert list(tools["fetch"].input_schema["properties"]) == tools["fetch"].input_schema["required"] == ["id"]
        found = (await client.call_tool("search", {"query": QUESTION})).structured_content["results"]
        assert found[0]["metadata"]["document_id"] == "resistance"
        for one in found:
            assert all(isinstance(one[field], str) and one[field] for field in ("id", "title", "url", "text"))
            read = (await client.call_tool("fetch", {"id": one["id"]})).structured_content
            assert list(read) == ["id", "title", "text", "url", "metadata"]
            assert read["id"] == one["id"] and read["text"] == one["text"] and read["title"] == one["title"]


async def test_an_answer_is_the_services(service: Service) -> None:
    asked = {"question": QUESTION, "k": 2, "mode": "lexical", "filters": {"document_ids": ["resistance"]}}
    async with Client(create_server(service)) as client:
        got = (await client.call_tool("answer", asked)).structured_content
    from index.query import Filters, Mode

    expected = plain(service.answer(QUESTION, 2, Mode.LEXICAL, Filters(document_ids=("resistance",))))
    assert got | {"took_ms": 0} == json.loads(json.dumps(expected)) | {"took_ms": 0}


async def test_what_did_not_fit_into_a_reply_is_said(service: Service) -> None:
    async with Client(create_server(service)) as client:
        answer = (await client.call_tool("answer", {"question": QUESTION, "k": 100})).structured_content
        left_out = service.answer(QUESTION, 100).hits[len(answer["hits"]) :]
        assert left_out and answer["statements"]
        assert answer["metadata"] == {"left_out": len(left_out), "next": left_out[0].passage.id}
        assert not (await client.call_tool("fetch", {"id": answer["metadata"]["next"]})).is_error
        quotes = [{"quote": f"Paragraph {n} of vesicles."} for n in range(100)]
        verified = (await client.call_tool("verify", {"quotes": quotes})).structured_content
        done = len(verified["results"])
        assert 0 < done < 100 and verified["metadata"]["left_out"] == 100 - done
        assert verified["metadata"]["next"] == f"quotes[{done}]"
        assert [one["quote"] for one in verified["results"]] == [one["quote"] for one in quotes[:done]]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("search", {}, "query: Field required"),
        ("search", {"query": 5}, "query: Input should be a valid string"),
        ("search", {"query": ["a"]}, "query: "),
        ("search", {"query": ""}, "query: "),
        ("search", {"query": "  "}, "empty"),
        ("search", {"query": "a" * 10_001}, "10000"),
        ("search", {"query": "a", "top_k": 3}, "top_k: "),
        ("fetch", {"id": "gone"}, "no document 'gone'"),
        ("fetch", {"id": "long:0-3"}, "no passage 'long:0-3'"),
        ("fetch", {"id": None}, "id: "),
        ("answer", {"question": "a", "k": 0}, "k: "),
        ("answer", {"question": "a", "mode": "psychic"}, "mode: "),
        ("answer", {"question": "a", "filters": {"document_ids": ["gone"]}}, "gone"),
        ("answer", {"question": "a", "history": [{"role": "robot", "content": "x"}]}, "history.0.role: "),
        ("verify", {"quotes": []}, "quotes: "),
        ("verify", {"quotes": [{"quote": "a"}] * 101}, "quotes: "),
        ("verify", {"quotes": [{"quote": "a" * 2_001}]}, "quotes.0.quote: "),
        ("verify", {"quotes": [{"quote": "a", "document_id": "gone"}]}, "gone"),
    ],
)
async def test_a_model_reads_what_was_wrong(
    service: Service, era: str, name: str, arguments: dict[str, Any], said: str
) -> None:
    async with Client(create_server(service), mode=era) as client:
        result = await client.call_tool(name, arguments)
        assert result.is_error and said in text(result)
        assert text(result).startswith(f"{name}: ") and len(text(result)) < 500
        assert result.structured_content is None
        assert not (await client.call_tool("search", {"query": "vesicles"})).is_error


@pytest.mark.parametrize("era", ERAS)
async def test_an_unknown_tool_or_resource_is_an_error_of_the_protocol(service: Service, era: str) -> None:
    async with Client(create_server(service), mode=era) as client:
        with pytest.raises(MCPError, match="no tool 'destroy': there are search, fetch, answer, verify") as refused:
            await client.call_tool("destroy", {})
        assert refused.value.code == -32602
        for uri in (
            "evqa://documents/gone",
            "evqa://documents/long?start=99999999",
            "evqa://documents/long?start=-1",
            "evqa://documents/long?start=9999999999999999999999",
            "evqa://passages/long:1-2",
            "evqa://elsewhere/long",
            "file:///etc/passwd",
            "nonsense",
        ):
            with pytest.raises(MCPError) as refused:
                await client.read_resource(uri)
            assert refused.value.code == -32602, uri


@pytest.mark.parametrize("era", ERAS)
async def test_the_papers_are_resources_page_by_page(service: Service, era: str) -> None:
    async with Client(create_server(service), mode=era) as client:
        listed = (await client.list_resources()).resources
        titles = {resource.uri: resource.title for resource in listed}
        assert titles["evqa://documents/diet"] == "Bread and butter" and len(titles) == 9
        assert (await client.list_resources(cursor="long")).resources[0].name == "resistance"
        templates = (await client.list_resource_templates()).resource_templates
        assert [one.uri_template for one in templates] == [
            "evqa://documents/{document_id}{?start}",
            "evqa://passages/{passage_id}",
        ]
        for document_id in ("diet", "long"):
            read, uri = "", f"evqa://documents/{document_id}"
            while uri:
                result = await client.read_resource(uri)
                assert len(json.dumps(result.model_dump(mode="json", by_alias=True))) <= MOST_CHARACTERS
                (contents,) = result.contents
                assert contents.mime_type == "text/plain" and contents.uri == uri
                read += contents.text  # type: ignore[union-attr]
                uri = (contents.meta or {})["ev-review-qa/text"].get("next", "")
            with service.lease() as searcher:
                database = searcher.generation.database
                assert read == database.text(database.document_row(document_id))
        passage = (await client.call_tool("search", {"query": QUESTION})).structured_content["results"][0]
        (contents,) = (await client.read_resource(f"evqa://passages/{passage['id']}")).contents
        assert contents.text == passage["text"]  # type: ignore[union-attr]


class Waiting(HashingEncoder):
    """Encodes a question that says so when it is let, and fails on another as a stranger's code fails."""

    def __init__(self) -> None:
        super().__init__()
        self.waits, self.go = threading.Event(), threading.Event()

    def encode_queries(self, queries: Sequence[str]) -> FloatArray:
        if "explode" in queries[0]:
            raise RuntimeError("secret of the inside")
        if "wait" in queries[0]:
            self.waits.set()
            assert self.go.wait(10)
        return super().encode_queries(queries)


@pytest.mark.parametrize("era", ERAS)
async def test_a_strangers_exception_keeps_its_words(store: Store, era: str, caplog: pytest.LogCaptureFixture) -> None:
    async with (
        running(lambda: LiveIndex(store, lambda generation: Waiting()), 2) as service,
        Client(create_server(service), mode=era) as client,
    ):
        for name, arguments in (("search", {"query": "explode"}), ("answer", {"question": "explode"})):
            with pytest.raises(MCPError) as failed:
                await client.call_tool(name, arguments)
            assert (failed.value.code, failed.value.message) == (-32603, "the service failed; its log has the reason")
        assert "secret of the inside" in caplog.text
        assert not (await client.call_tool("search", {"query": "cisplatin"})).is_error


async def test_a_long_computation_keeps_nobody_waiting(store: Store) -> None:
    encoder = Waiting()
    async with (
        running(lambda: LiveIndex(store, lambda generation: encoder), 2) as service,
        Client(create_server(service)) as client,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(client.call_tool, "search", {"query": "wait"})
        await anyio.to_thread.run_sync(encoder.waits.wait, 10)
        with anyio.fail_after(5):
            assert (await client.list_tools()).tools
        encoder.go.set()


async def test_a_connected_client_finds_what_was_added(store: Store) -> None:
    async def until(there: Callable[[], Any]) -> Any:
        with anyio.fail_after(5):
            while not (found := await there()):
                await anyio.sleep(0.05)
        return found

    async with (
        running(lambda: LiveIndex(store, lambda generation: HashingEncoder()), 2) as service,
        Client(create_server(service)) as client,
    ):
        assert (await client.call_tool("fetch", {"id": "new"})).is_error
        new = markdown("new.md", "Something new", "A text about quokkas.")
        await anyio.to_thread.run_sync(lambda: add(store, [new], workshop()))

        async def there() -> bool:
            return not (await client.call_tool("fetch", {"id": "new"})).is_error

        assert await until(there)
