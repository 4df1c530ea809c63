from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import RetrieversIntegrationTests
from pydantic import ValidationError

from index.document import BlockKind
from index.errors import IndexMissing, QueryError
from index.query import Filters, Mode
from qa.client import Refused, Unreachable
from qa.langchain import EVQARetriever
from tests.conftest import Server, evqa

QUESTION = "How do EVs contribute to drug resistance?"

Retriever = Callable[..., EVQARetriever]
"""Makes a retriever of the record, with the arguments given."""


class _Standard(RetrieversIntegrationTests):
    """The suite of LangChain, as it is."""

    retrieved_from: dict[str, Any]

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return EVQARetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return self.retrieved_from

    @property
    def retriever_query_example(self) -> str:
        return QUESTION


class TestOfAnIndex(_Standard):
    @pytest.fixture(autouse=True)
    def where(self, record_folder: Path) -> None:
        self.retrieved_from = {"index": record_folder}


class TestOfAService(_Standard):
    @pytest.fixture(autouse=True)
    def where(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        self.retrieved_from = {"base_url": server.address}


@pytest.fixture(params=["index", "service"])
def retriever(
    request: pytest.FixtureRequest, record_folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> Retriever:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    where = {"index": record_folder} if request.param == "index" else {"base_url": server.address}
    return lambda **arguments: EVQARetriever(**where, **arguments)


def test_documents_are_the_hits_of_the_search(server: Server, retriever: Retriever) -> None:
    documents = retriever(k=7).invoke(QUESTION)
    hits = server.client.post("/v1/search", json={"query": QUESTION, "k": 7}).json()["hits"]
    assert [document.page_content for document in documents] == [hit["passage"]["text"] for hit in hits]
    for document, hit in zip(documents, hits, strict=True):
        assert document.id == document.metadata["id"] == hit["passage"]["id"]
        assert document.metadata["citation"] == hit["citation"]
        assert document.metadata["title"] == hit["citation"]["document"]["title"]
        for name in ("document_id", "section", "kind"):
            assert document.metadata[name] == hit["passage"][name]
        for name in ("score", "relevance"):
            assert document.metadata[name] == pytest.approx(hit[name])


def test_the_search_can_be_narrowed(retriever: Retriever) -> None:
    narrowed = retriever(k=20, filters=Filters(kinds=(BlockKind.SUMMARY,)), mode=Mode.LEXICAL)
    documents = narrowed.invoke("EVs")
    assert documents and {document.metadata["kind"] for document in documents} == {"summary"}
    assert all(document.metadata["relevance"] >= 0.5 for document in retriever(k=20, min_relevance=0.5).invoke("EVs"))


def test_a_retriever_is_used_from_one_event_loop_after_another(retriever: Retriever) -> None:
    async def both() -> tuple[list[Document], list[Document]]:
        return await asyncio.gather(asked.ainvoke(QUESTION), asked.ainvoke(QUESTION, k=1))

    asked = retriever(k=2)
    for _ in range(2):
        two, one = asyncio.run(both())
        assert two == asked.invoke(QUESTION) and one == two[:1]


def test_a_chain_reads_the_quotes(retriever: Retriever) -> None:
    def quotes(documents: list[Document]) -> list[str]:
        return [document.metadata["citation"]["quote"] for document in documents]

    assert (retriever(k=1) | quotes).invoke(QUESTION) == [retriever(k=1).invoke(QUESTION)[0].page_content]


@pytest.mark.parametrize("arguments", [{}, {"index": "x", "base_url": "http://127.0.0.1:8000"}])
def test_it_is_an_index_or_a_service(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"either index .* or base_url"):
        EVQARetriever(**arguments)


@pytest.mark.parametrize(
    ("arguments", "named"), [({"k": 0}, "k\n"), ({"k": 101}, "100"), ({"min_relevance": 2}, "min_relevance")]
)
def test_a_setting_that_cannot_be_is_refused_by_name(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        EVQARetriever(base_url="http://127.0.0.1:8000", **arguments)


def test_an_address_or_a_folder_that_is_none_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"http://127\.0\.0\.1:8000"):
        EVQARetriever(base_url="localhost")
    with pytest.raises(IndexMissing, match="evqa build"):
        EVQARetriever(index=tmp_path)


@pytest.mark.parametrize(("query", "k", "named"), [(QUESTION, 0, "k"), (QUESTION, 101, "k"), (" ", 1, "query")])
def test_what_cannot_be_asked_is_refused_by_name(retriever: Retriever, query: str, k: int, named: str) -> None:
    with pytest.raises((QueryError, Refused), match=named):
        retriever().invoke(query, k=k)
    with pytest.raises((QueryError, Refused), match=named):
        asyncio.run(retriever().ainvoke(query, k=k))


def test_a_service_that_is_away_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(Unreachable, match="is the service running there"):
        EVQARetriever(base_url="http://127.0.0.1:1").invoke(QUESTION)


def test_an_index_is_searched_as_it_is_now(record_index: Path) -> None:
    retriever = EVQARetriever(index=record_index)
    assert retriever.invoke(QUESTION)
    removed = evqa("remove", "PMC13013411", "--index", record_index)
    assert removed.returncode == 0, removed.stderr
    assert retriever.invoke(QUESTION) == []
