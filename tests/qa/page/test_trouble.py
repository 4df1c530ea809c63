"""A service that is slow, gone, busy or wrong: the page says which, and how to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import Server
from tests.qa.page.conftest import Opens
from tests.qa.page.cutting import CuttingProxy
from tests.qa.page.test_ask import QUESTION, asked

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


def intercepted(page: Page, **response: object) -> None:
    page.route("**/v1/answer", lambda route: route.fulfill(**response))
    page.get_by_role("textbox", name="Question").fill(QUESTION)
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()


def retry(page: Page) -> None:
    page.unroute("**/v1/answer")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(".confidence")
    assert page.get_by_role("alert").count() == 0


@pytest.mark.parametrize(
    ("status", "headers", "detail", "said"),
    [
        (429, {"Retry-After": "7"}, "too many", "It asks to wait 7 seconds."),
        (503, {"Retry-After": "1"}, "the index is being opened", "the index is being opened"),
        (503, {}, "", "Try again in a moment."),
        (500, {}, "the service failed; its log has the reason", "its log has the reason"),
    ],
)
def test_a_service_that_cannot_answer_now_is_asked_again(
    opens: Opens, status: int, headers: dict[str, str], detail: str, said: str
) -> None:
    page = opens("/")
    problem = {"type": "about:blank", "title": "x", "status": status, "detail": detail}
    intercepted(page, status=status, headers=headers, json=problem)
    assert said in page.get_by_role("alert").inner_text()
    retry(page)


def test_a_proxy_that_answers_in_html_shows_no_markup(opens: Opens) -> None:
    page = opens("/")
    intercepted(page, status=502, content_type="text/html", body="<h1 id=theirs>Bad gateway</h1>")
    assert page.locator("#theirs").count() == 0
    retry(page)


def test_a_service_that_is_gone_is_said_to_be(opens: Opens) -> None:
    page = opens("/")
    page.route("**/v1/answer", lambda route: route.abort("connectionrefused"))
    page.get_by_role("textbox", name="Question").fill(QUESTION)
    page.keyboard.press("Enter")
    page.get_by_text("The service cannot be reached.").wait_for()
    retry(page)


def test_an_answer_that_breaks_off_keeps_what_came_and_is_called_incomplete(opens: Opens, library: Server) -> None:
    proxy = CuttingProxy(library.address, b"event: done")
    page = opens(asked(QUESTION), base=proxy.address)
    page.get_by_text("The connection ended before the answer was complete.").wait_for()
    assert page.locator(".statement").count() > 0 and page.locator(".confidence").count() == 0
    proxy.is_mended = True
    retry(page)
    proxy.close()


def test_an_answer_that_ends_without_its_last_event_is_called_incomplete(opens: Opens) -> None:
    page = opens("/")
    body = 'event: retrieval\ndata: {"hits": [], "index": {}, "expansions": []}\n\n: \n\n'
    intercepted(page, content_type="text/event-stream", body=body)
    page.get_by_text("The connection ended before the answer was complete.").wait_for()
    retry(page)


def test_an_error_in_the_stream_is_told_in_the_words_of_the_service(opens: Opens) -> None:
    page = opens("/")
    body = 'event: error\ndata: {"title": "x", "status": 500, "detail": "the model <b>fell</b> over"}\n\n'
    intercepted(page, content_type="text/event-stream", body=body)
    assert "the model <b>fell</b> over" in page.get_by_role("alert").inner_text()
    retry(page)


def test_a_slow_service_is_waited_for_and_can_be_stopped(opens: Opens) -> None:
    held: list[Route] = []
    page = opens("/")
    page.clock.install()
    page.route("**/v1/answer", lambda route: held.append(route))
    page.get_by_role("textbox", name="Question").fill(QUESTION)
    with page.expect_request("**/v1/answer"):
        page.keyboard.press("Enter")
    page.get_by_text("Reading the papers …").wait_for()
    page.clock.run_for(5000)
    page.get_by_text("Still reading the papers.").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stopped.").wait_for()
    assert len(held) == 1


def test_a_paper_that_is_gone_is_said_to_be(opens: Opens) -> None:
    page = opens("/documents/nothing")
    page.get_by_role("alert").wait_for()
    assert "nothing" in page.get_by_role("alert").inner_text()


def test_a_link_to_a_text_that_has_changed_says_so(opens: Opens) -> None:
    page = opens("/documents/PMID4242?at=0-5&version=0123456789ab")
    page.get_by_text("has changed since this link was made").wait_for()


@pytest.mark.parametrize("at", ["5-1", "0-0", "-1-4", "999999-1000000", "a-b", "99999999999999999999-5"])
def test_a_place_that_is_none_opens_the_paper_without_a_mark(opens: Opens, at: str) -> None:
    page = opens(f"/documents/PMID4242?at={at}")
    page.wait_for_selector(".text")
    assert page.locator("mark").count() == 0
