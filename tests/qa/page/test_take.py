"""What is taken along is what the service says."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import Server
from tests.qa.page.conftest import Opens
from tests.qa.page.test_ask import PUMP, answer, asked

if TYPE_CHECKING:
    from playwright.sync_api import Page

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def copied(page: Page, button: str) -> str:
    page.get_by_role("button", name=button).first.click()
    page.get_by_text("Copied", exact=True).first.wait_for()
    return str(page.evaluate("navigator.clipboard.readText()"))


def saved(page: Page, button: str) -> tuple[str, str]:
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).click()
    return download.value.suggested_filename, Path(download.value.path()).read_text(encoding="utf-8")


def test_a_sentence_is_copied_with_its_citation(opens: Opens, library: Server) -> None:
    citation = answer(library, PUMP)["citations"][0]
    page = opens(asked(PUMP), **CLIPBOARD)
    text = library.client.get("/v1/documents/PMID4242/citation", params={"format": "text"}).text.strip()
    assert copied(page, "Copy with citation") == f"“{citation['quote']}” {text}"


def test_the_copied_command_asks_the_same(opens: Opens, library: Server) -> None:
    question = "Which pump of 'vesicles' expels $zirconium?"
    page = opens(asked(question), **CLIPBOARD)
    command = shlex.split(copied(page, "Copy curl"))
    assert command[2] == f"{library.address}/v1/answer"
    assert json.loads(command[-1]) == {"question": question}


def test_an_answer_is_saved_in_the_formats_of_reference_managers(opens: Opens, library: Server) -> None:
    cited = answer(library, PUMP)["citations"]
    page = opens(asked(PUMP))
    name, markdown = saved(page, "Markdown")
    written = library.client.post("/v1/answer", json={"question": PUMP}, headers={"Accept": "text/markdown"}).text
    assert name == "answer.md" and [line for line in markdown.splitlines() if line.startswith("> ")] == [
        line for line in written.splitlines() if line.startswith("> ")
    ]
    works = {citation["document"]["id"] for citation in cited}
    studies = {(one["document"]["id"], study["id"]) for one in cited for study in one["references"]}
    assert studies
    name, bibtex = saved(page, "BibTeX")
    assert name == "answer.bib" and bibtex.count("@") >= len(works) + len(studies)
    name, ris = saved(page, "RIS")
    assert name == "answer.ris" and ris.count("ER  -") == len(works) + len(studies)
    name, csl = saved(page, "CSL-JSON")
    assert name == "answer.json" and len(json.loads(csl)) == len(works) + len(studies)
