"""A service that may be written to: a real server in this process, and a real process that writes beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from index.store import Store
from qa.http.asgi import create_app
from qa.live import LiveIndex
from qa.settings import Settings
from qa.writing import IndexWriter
from tests.conftest import running
from tests.fakes import HashingEncoder

DOCUMENTS = "/v1/documents"
NEW = ("new.md", b"# Salted butter\n\nSalted butter keeps for weeks on the shelf.")
Start = Callable[..., "Service"]


@dataclass(frozen=True, slots=True)
class Service:
    """A service that may be written to: a client, the writer, and the index."""

    client: httpx.Client
    writer: IndexWriter
    store: Store

    def upload(self, *files: tuple[str, bytes], **more: Any) -> httpx.Response:
        return self.client.post(DOCUMENTS, files=[("files", file) for file in files], **more)

    def ids(self) -> list[str]:
        return [document["id"] for document in self.client.get(DOCUMENTS).json()["documents"]]

    def go(self) -> None:
        """Lets a slow writer go on."""
        (self.store.folder / "go").touch()


def served(
    store: Store, encoder: str = "hashing", allowed_hosts: tuple[str, ...] = ("127.0.0.1",), **settings: Any
) -> Iterator[Service]:
    """Serves an index; the encoder says what happens to a write (see `tests.hashing_writer`)."""
    given: dict[str, Any] = {"writable": True} | settings
    set_ = Settings(index=str(store.folder), encoder=encoder, **given)
    writer = IndexWriter(store.folder, set_, "tests.hashing_writer")
    app = create_app(
        lambda: LiveIndex(store, lambda generation: HashingEncoder()),
        index_writer=writer if set_.writable else None,
        threads=1,
        max_body_bytes=10_000,
        announce=lambda: None,
        allowed_hosts=allowed_hosts,
    )
    for client in running(app):
        yield Service(client, writer, store)
