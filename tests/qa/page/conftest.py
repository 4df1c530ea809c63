"""A server of the record and of papers made for the page, and pages that fail a test where they complain."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Server, evqa, serving
from tests.qa.page.papers import VARIED, astral_paper

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Opens = Callable[..., "Page"]


@pytest.fixture(scope="session")
def library(record_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the record, a paper of every kind of block (PMID4242), and one beyond the BMP (astral)."""
    folder = tmp_path_factory.mktemp("page")
    index = shutil.copytree(record_folder, folder / "index")
    (folder / "varied.xml").write_text(VARIED, encoding="utf-8")
    (folder / "astral.md").write_text(astral_paper(), encoding="utf-8")
    added = evqa("add", folder / "varied.xml", folder / "astral.md", "--index", index)
    assert added.returncode == 0, added.stderr
    yield from serving(index)


@pytest.fixture
def opens(browser: Browser, library: Server) -> Iterator[Opens]:
    """Opens a path of the page; at the end the browser must have had nothing to complain about."""
    complaints: list[str] = []
    contexts = []

    def open_(path: str, base: str = library.address, **options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}} | options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None
        )
        page.goto(base + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not complaints
