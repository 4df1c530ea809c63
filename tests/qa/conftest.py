"""What tests of the service share: a service that may be written to, and the archives that it fetches papers from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from index.store import Store
from tests.paper_server import PaperServer, paper_server
from tests.writable import Service, Start, served


@pytest.fixture
def papers() -> Iterator[PaperServer]:
    with paper_server() as server:
        yield server


@pytest.fixture
def start(store: Store, papers: PaperServer) -> Iterator[Start]:
    """Starts a service that a test may write to."""
    started: list[Iterator[Service]] = []

    def start(*arguments: Any, **settings: Any) -> Service:
        given: dict[str, Any] = {**papers.addresses, **settings}
        started.append(served(store, *arguments, **given))
        return next(started[-1])

    yield start
    for service in started:
        next(service, None)
