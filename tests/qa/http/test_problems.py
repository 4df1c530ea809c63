from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from starlette.testclient import TestClient

from index.encoder import FloatArray
from index.store import Store
from qa.http.asgi import create_app
from qa.live import LiveIndex
from tests.fakes import HashingEncoder


class Exploding(HashingEncoder):
    """Fails on one query as a stranger's code fails: with words that are nobody else's business."""

    def encode_queries(self, queries: Sequence[str]) -> FloatArray:
        if "explode" in queries[0]:
            raise RuntimeError("secret of the inside")
        return super().encode_queries(queries)


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    app = create_app(
        lambda: LiveIndex(store, lambda generation: Exploding()), threads=2, max_body_bytes=1000, announce=lambda: None
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_an_unforeseen_error_is_a_plain_problem_with_an_id(client: TestClient) -> None:
    response = client.get("/v1/search", params={"q": "explode"}, headers={"X-Request-ID": "mine"})
    assert response.status_code == 500 and response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"] == "mine"
    assert "secret" not in response.text and "Traceback" not in response.text


def test_the_service_goes_on_after_an_unforeseen_error(client: TestClient) -> None:
    client.get("/v1/search", params={"q": "explode"})
    assert client.get("/v1/search", params={"q": "cisplatin"}).status_code == 200


def test_an_index_that_cannot_be_opened_is_served_on_from_memory_and_reported(client: TestClient, store: Store) -> None:
    (store.folder / "CURRENT").write_text("nonsense\n")
    response = client.post("/v1/admin/reload")
    assert response.status_code == 503 and "Retry-After" in response.headers and "CURRENT" in response.json()["detail"]
    assert client.get("/v1/search", params={"q": "cisplatin"}).status_code == 200


def test_a_body_without_a_length_is_limited_too(client: TestClient) -> None:
    response = client.post("/v1/search", content=iter([b"x" * 600, b"x" * 600]))
    assert response.status_code == 413
