"""A server of the record and of papers made for the page, and pages that fail a test where they complain."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.build import Workshop, add
from index.encoder import VOCABULARY, FloatArray, OnnxEncoder, without_limits
from index.generation import Generation
from index.sources.source import Source
from index.store import Store
from tests.conftest import Server, serving
from tests.qa.page.papers import VARIED, astral_paper

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Opens = Callable[..., "Page"]


class Exported:
    """The real encoder as the record's index holds it: ten seconds of loading torch less than the one it came from."""

    def __init__(self, generation: Generation) -> None:
        folder, self.spec = generation.encoder_folder, generation.manifest.encoder
        assert folder is not None
        self._encoder = OnnxEncoder(folder, self.spec)
        self._tokenizer = without_limits((folder / VOCABULARY).read_text(encoding="utf-8"))

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(self.spec.prepare(text), add_special_tokens=False).ids)

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        return self._encoder.encode([self.spec.passage_prompt + text for text in texts])

    def export(self, folder: Path) -> bool:
        raise AssertionError("the index holds an export")


@pytest.fixture(scope="session")
def library(record_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the record, a paper of every kind of block (PMID4242), and one beyond the BMP (astral)."""
    papers = [Source("varied.xml", VARIED.encode()), Source("astral.md", astral_paper().encode())]
    store = Store(shutil.copytree(record_folder, tmp_path_factory.mktemp("page") / "index"))
    with store.open() as generation:
        encoder, calibration = Exported(generation), generation.calibration
        made_of = Workshop(
            lambda: encoder,
            lambda spec: calibration,
            generation.manifest.passage_tokens,
            10_000_000,
            lambda step, done, total: None,
        )
        report = add(store, papers, made_of)
    assert [change.outcome for change in report.changes] == ["added", "added"]
    yield from serving(store.folder)


@pytest.fixture
def opens(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Opens]:
    """Opens a path of the page; at the end the browser must have had nothing to complain about."""
    complaints: list[str] = []
    contexts = []

    def open_(path: str, base: str | None = None, **options: object) -> Page:
        base = base or request.getfixturevalue("library").address
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
