from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conftest import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_the_docs_load_nothing_from_elsewhere(server: Server, browser: Browser) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.address}/docs")
    page.get_by_text("/v1/answer").first.wait_for()
    assert len(asked) > 2 and all(url.startswith((server.address, "data:")) for url in asked), asked
    page.close()
