"""Usable by keyboard alone, at 360 pixels, with a screen reader, in light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from tests.qa.page.conftest import Opens
from tests.qa.page.test_ask import PUMP, QUESTION, asked

if TYPE_CHECKING:
    from playwright.sync_api import Page

# What of WCAG 2.2 AA a program can test, and what axe-core's authors call good practice.
EVERY = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The dark scheme has the same elements in other colours.
RULES = {"light": {"type": "tag", "values": EVERY}, "dark": {"type": "rule", "values": ["color-contrast"]}}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
STATES = {
    "welcome": ("/", ".examples"),
    "answer": (asked(QUESTION), ".evidence-of .strip"),
    "reader": (asked(PUMP) + "&marker=1", "aside mark"),
    "study": (asked(PUMP) + "&document=PMID4242&at=0-5&study=b1,b2", ".study"),
    "abstention": (asked("What is the capital of France?"), ".abstention"),
    "search": ("/search?q=exosome+vesicle&mode=hybrid", ".hit"),
    "check": ("/check?text=Heat+above+ninety+degrees+destroyed+the+pump", ".verdict"),
    "library": ("/library?q=zirconium", ".strip"),
    "paper": ("/documents/PMID4242?q=zirconium", ".strip"),
}


def violations(page: Page, scheme: str) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    options = {"runOnly": RULES[scheme], "resultTypes": ["violations"]}
    found = page.evaluate("async (options) => (await axe.run(options)).violations", options)
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("state", STATES)
def test_no_view_has_a_barrier_that_axe_knows_or_is_wider_than_a_small_telephone(opens: Opens, state: str) -> None:
    path, there = STATES[state]
    page = opens(path, color_scheme="light", reduced_motion="reduce")
    page.wait_for_selector(there)
    assert violations(page, "light") == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, "dark") == []
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("(document.querySelector('.reader') ?? document.body).scrollWidth") <= 360


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.outerHTML"))


def test_a_question_is_asked_read_and_left_by_the_keyboard_alone(opens: Opens) -> None:
    page = opens("/")
    page.wait_for_selector(".examples")
    assert "<textarea" in focused(page)
    page.keyboard.type(PUMP)
    page.keyboard.press("Enter")
    page.wait_for_selector(".confidence")
    for _ in range(12):
        page.keyboard.press("Tab")
        if "data-marker" in focused(page):
            break
    assert 'data-marker="1"' in focused(page)
    page.get_by_role("tooltip").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("tooltip").wait_for(state="detached")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.matches('mark')")
    page.keyboard.press("Tab")
    assert "reference" in focused(page)
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.matches('.studies')")
    page.keyboard.press("Escape")
    page.wait_for_selector(".studies", state="detached")
    page.keyboard.press("Escape")
    page.wait_for_selector("aside", state="detached")
    assert 'data-marker="1"' in focused(page)


def test_the_first_tab_skips_to_the_content(opens: Opens) -> None:
    page = opens("/library")
    page.wait_for_selector(".paper")
    page.keyboard.press("Tab")
    assert "Skip to the content" in focused(page)
    page.keyboard.press("Enter")
    assert 'id="main"' in focused(page)
