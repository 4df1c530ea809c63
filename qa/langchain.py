"""Passages as a LangChain retriever gives them, of an index in a folder or of a running service."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import run_in_executor
from pydantic import Field, PrivateAttr, model_validator

from index.query import MOST_HITS, Filters, Mode
from qa.answer import Hit, SearchResult, plain

_Search = Callable[[str, int, Mode, Filters | None, float], SearchResult]


class EVQARetriever(BaseRetriever):
    """Passages for a query, best first, each with its citation as a dict in `metadata["citation"]`.

    What the search refuses rises as it is: `index.errors.QueryError` of an index, `qa.client.Refused` of a service.

    Attributes:
        index: folder of an index; papers that are added to it are found without a new retriever.
        base_url: address of a running service, in place of an index.
        k: how many passages; `invoke(query, k=3)` overrides it.
        mode, filters, min_relevance: see `Service.search`.
    """

    index: Path | None = None
    base_url: str | None = None
    k: int = Field(default=5, ge=1, le=MOST_HITS)
    mode: Mode = Mode.HYBRID
    filters: Filters | None = None
    min_relevance: float = Field(default=0.0, ge=0, le=1)
    _search: _Search = PrivateAttr()

    @model_validator(mode="after")
    def _open(self) -> Self:
        if (self.index is None) == (self.base_url is None):
            raise ValueError("give either index (the folder of an index) or base_url (the address of a service)")
        self._search, close = _of_service(self.base_url) if self.base_url is not None else _of_index(self.index)
        weakref.finalize(self, close)
        return self

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        wanted = self.k if k is None else k
        return [_document(hit) for hit in self._search(query, wanted, self.mode, self.filters, self.min_relevance).hits]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        # A thread also where it asks a service: connections of an async client would belong to one event loop, and a
        # retriever is used from many.
        ask = partial(self._get_relevant_documents, query, run_manager=run_manager.get_sync(), k=k)
        return await run_in_executor(None, ask)


def _of_service(base_url: str) -> tuple[_Search, Callable[[], None]]:
    from qa.client import Client

    client = Client(base_url)
    return client.search, client.close


def _of_index(folder: Path | None) -> tuple[_Search, Callable[[], None]]:
    from index.store import Store
    from qa.app import open_live
    from qa.service import Service

    assert folder is not None
    live = open_live(Store(folder))
    service = Service(live)

    def search(query: str, k: int, mode: Mode, filters: Filters | None, min_relevance: float) -> SearchResult:
        service.refresh()
        return service.search(query, k, mode, filters, min_relevance)

    return search, live.close


def _document(hit: Hit) -> Document:
    passage, document = hit.passage, hit.citation.document
    metadata = {
        "id": passage.id,
        "document_id": document.id,
        "title": document.title,
        "section": list(passage.section),
        "kind": passage.kind,
        "score": hit.score,
        "relevance": hit.relevance,
        "citation": plain(hit.citation),
    }
    return Document(id=passage.id, page_content=passage.text, metadata=metadata)
