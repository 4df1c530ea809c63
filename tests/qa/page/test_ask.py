"""Ask, see the marker, read the sentence in its place: in a real browser, against a real server."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pytest

from tests.conftest import Server
from tests.qa.page.conftest import Opens
from tests.qa.page.papers import HOSTILE, HOSTILE_QUESTION

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

QUESTION = "How do EVs contribute to drug resistance?"
PUMP = "Which pump of vesicles expels zirconium?"


def answer(server: Server, question: str) -> Any:
    return server.client.post("/v1/answer", json={"question": question}).json()


def asked(question: str, *more: str) -> str:
    return "/?" + "&".join(f"q={quote_plus(one)}" for one in (question, *more))


def highlight(page: Page) -> str:
    page.wait_for_selector("mark")
    return "".join(page.locator("mark").all_text_contents())


def test_a_question_gets_its_answer_marker_and_sentence_in_the_paper(opens: Opens, library: Server) -> None:
    expected = answer(library, QUESTION)
    page = opens("/")
    page.get_by_role("textbox", name="Question").fill(QUESTION)
    page.keyboard.press("Enter")
    first = expected["citations"][0]
    page.locator('button[data-marker="1"]').click()
    assert highlight(page) == first["quote"]
    assert page.locator("mark").bounding_box() is not None and page.evaluate(
        "() => { const box = document.querySelector('mark').getBoundingClientRect();"
        " return box.top >= 0 && box.bottom <= innerHeight }"
    )
    said = page.locator(".statement p.said").all_text_contents()
    assert [text.rstrip("0123456789") for text in said] == [one["text"] for one in expected["statements"]]
    page.reload()
    assert highlight(page) == first["quote"]
    shared = opens(page.url.removeprefix(library.address))
    assert highlight(shared) == first["quote"]
    assert shared.locator('button[data-marker="1"]').get_attribute("aria-pressed") == "true"


BUSY = """
const after = window.setTimeout;
window.setTimeout = (run, ms = 0, ...values) => after(run, ms < 100 ? 1000 : ms, ...values);
window.requestAnimationFrame = (run) => after(() => run(performance.now()), 1000);
"""


def test_what_is_typed_and_pressed_before_the_next_frame_counts(opens: Opens) -> None:
    page = opens("/library")
    page.add_init_script(BUSY)  # as on a machine that is busy: a frame takes a second
    page.goto(page.url.replace("/library", "/"))
    page.get_by_role("textbox", name="Question").fill(PUMP)
    page.keyboard.press("Enter")
    page.locator('button[data-marker="1"]').hover()
    page.get_by_role("tooltip").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("tooltip").wait_for(state="detached")


def test_an_address_with_nothing_but_question_and_marker_opens_the_paper_there(opens: Opens, library: Server) -> None:
    page = opens(asked(PUMP) + "&marker=1")
    assert highlight(page) == answer(library, PUMP)["citations"][0]["quote"]


def test_going_back_closes_the_paper_and_forward_opens_it(opens: Opens) -> None:
    page = opens(asked(QUESTION))
    page.locator('button[data-marker="1"]').click()
    page.wait_for_selector("mark")
    page.go_back()
    page.wait_for_selector("mark", state="detached")
    page.go_forward()
    page.wait_for_selector("mark")


def test_the_marker_tells_quote_paper_section_and_studies_before_it_is_clicked(opens: Opens, library: Server) -> None:
    citation = answer(library, PUMP)["citations"][0]
    page = opens(asked(PUMP))
    page.locator('button[data-marker="1"]').hover()
    card = page.get_by_role("tooltip").inner_text()
    told = (citation["quote"], citation["document"]["title"], "Results", "Able A.")
    assert all(part in " ".join(card.split()) for part in told), card
    page.keyboard.press("Escape")
    page.get_by_role("tooltip").wait_for(state="detached")


def test_a_reference_mark_opens_the_study(opens: Opens) -> None:
    page = opens(asked(PUMP) + "&marker=1")
    page.locator("mark button.reference").first.click()
    study = page.get_by_role("region", name="Study")
    study.get_by_text("Able A.").wait_for()
    assert study.get_by_role("link", name="DOI").get_attribute("href") == "https://doi.org/10.1000/pump"
    page.reload()
    page.get_by_role("region", name="Study").get_by_text("Able A.").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("region", name="Study").wait_for(state="detached")


def test_an_abstention_says_what_was_searched_and_shows_the_nearest_passages(opens: Opens, library: Server) -> None:
    page = opens(asked("What is the capital of France?"))
    page.get_by_role("heading", name="No answer").wait_for()
    text = page.locator("main").inner_text()
    assert answer(library, "What is the capital of France?")["reason"] in text and "of 3 papers" in text
    page.locator(".nearest a").first.click()
    page.wait_for_selector("mark")


def test_whose_words_a_statement_is_can_be_seen(opens: Opens) -> None:
    page = opens(asked(PUMP))
    page.wait_for_selector(".confidence")
    statements = page.locator(".statement")
    assert statements.count() > 0 and page.locator(".statement.is-quoted").count() == statements.count()
    assert all("Quoted word for word" in one for one in statements.all_inner_texts())


def test_a_summarisers_and_a_models_sentence_look_and_sound_otherwise_than_a_quote(
    opens: Opens, library: Server
) -> None:
    whole = answer(library, PUMP)
    quoted = whole["statements"][0]
    citation = whole["citations"][0]
    whole["statements"] = [
        quoted,
        {**quoted, "citations": [2]},
        {"text": "Pumps.", "citations": [3], "verbatim": False},
    ]
    whole["citations"] = [citation, {**citation, "marker": 2, "kind": "summary"}, {**citation, "marker": 3}]
    whole["generator"] = "tiny-llm"
    page = opens("/")
    stream = f"event: done\ndata: {json.dumps(whole)}\n\n"
    page.route("**/v1/answer", lambda route: route.fulfill(content_type="text/event-stream", body=stream))
    page.goto(page.url.rstrip("/") + asked(PUMP))
    page.wait_for_selector(".confidence")
    assert page.locator(".statement .voice").all_inner_texts() == [
        "Quoted word for word",
        "A summariser’s words, not the paper’s",
        "Written by tiny-llm from the cited passages, not a quote",
    ]
    looks = page.locator(".statement").evaluate_all(
        "all => all.map((one) => [getComputedStyle(one).borderLeftStyle, getComputedStyle(one).borderLeftColor].join())"
    )
    assert len(set(looks)) == 3


WROTE = {"text": "Pigs fly <b>often</b>.", "reason": "no cited passage supports it"}
OF_THE_MODEL: list[tuple[dict[str, Any], str | None, int]] = [
    ({"degraded": True}, "The language model did not answer; these are the papers’ own sentences.", 0),
    ({"degraded": True, "dropped": [WROTE]}, "Nothing that the language model wrote stood the check; these are", 1),
    ({"degraded": True, "dropped": [WROTE], "generator": "tiny-llm"}, "The language model broke off. What it had", 1),
    ({"degraded": False, "dropped": [WROTE, WROTE], "generator": "tiny-llm"}, None, 2),
    ({}, None, 0),
]


def test_what_became_of_a_language_model_is_said_quietly(opens: Opens, library: Server) -> None:
    page = opens("/")
    whole = answer(library, PUMP)
    for n, (told, note, left_out) in enumerate(OF_THE_MODEL):
        stream = f"event: done\ndata: {json.dumps(whole | told)}\n\n"
        page.unroute("**/v1/answer")
        page.route("**/v1/answer", answering(stream))
        page.get_by_role("textbox", name="Question").fill(f"{n}: {PUMP}")
        page.keyboard.press("Enter")
        page.locator(f"section[aria-label='{n}: {PUMP}'] .confidence").wait_for()
        notes = page.locator(".degraded").all_inner_texts()
        assert len(notes) == (note is not None) and all(one.startswith(note or "") for one in notes)
        assert page.locator(".dropped").count() == bool(left_out)
        if left_out:
            assert not page.get_by_text("Pigs fly").first.is_visible()
            page.locator(".dropped summary", has_text=f"{left_out} sentence").click()
            shown = page.locator(".dropped li").all_inner_texts()
            assert shown == ["Pigs fly <b>often</b>. Left out: no cited passage supports it."] * left_out


def answering(stream: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(content_type="text/event-stream", body=stream)


def test_nothing_is_fetched_from_anywhere_else(opens: Opens, library: Server) -> None:
    page = opens("/")
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(page.url.rstrip("/") + asked(PUMP) + "&marker=1")
    page.wait_for_selector("mark")
    assert addresses and all(address.startswith(library.address) for address in addresses)


def test_a_follow_up_is_asked_with_what_was_asked_before(opens: Opens) -> None:
    page = opens(asked(QUESTION))
    page.get_by_role("textbox", name="Ask on").fill("and what about immune evasion?")
    page.keyboard.press("Enter")
    page.locator(".understood q").wait_for()
    assert page.locator(".understood q").inner_text() == f"{QUESTION} and what about immune evasion?"
    page.reload()
    page.locator(".understood q").wait_for()
    assert page.locator(".exchange").count() == 2


def test_text_that_looks_like_markup_is_shown_as_text(opens: Opens, library: Server) -> None:
    page = opens(asked(HOSTILE_QUESTION) + "&document=PMID4242&at=0-5&study=b1")
    page.get_by_role("region", name="Study").get_by_text(HOSTILE).wait_for()
    page.wait_for_selector(".confidence, .abstention")
    assert HOSTILE in page.locator("aside h2.title").inner_text()
    assert page.get_by_role("textbox", name="Question").input_value() == HOSTILE_QUESTION
    assert page.locator("img, #page script").count() == 0 and not page.evaluate("'hacked' in window")


def test_every_kind_of_block_is_shown_as_what_it_is(opens: Opens, library: Server) -> None:
    text = library.client.get("/v1/documents/PMID4242/text").text
    page = opens("/documents/PMID4242")
    page.wait_for_selector(".text")
    assert page.locator(".text [role=columnheader]").all_inner_texts() == ["Temperature", "Rate"]
    rows = page.locator(".text [role=table] .row:not(.head)").all_text_contents()
    assert rows == [line for line in text.split("\n\n") if line.startswith("Temperature: ")]
    assert page.locator(".text .caption").all_text_contents() == [
        line for line in text.split("\n\n") if line.startswith("Table 1")
    ]
    assert page.locator(".text li").all_text_contents() == ["Warm vesicles pump.", "Cold vesicles rest."]
    assert page.locator("nav[aria-label=Sections] a").all_inner_texts() == ["Results", "Heat"]
    page.locator("nav[aria-label=Sections] a", has_text="Heat").click()


SELECT = """([first, last]) => {
    const at = (words, after) => {
        const walker = document.createTreeWalker(document.querySelector(".text"), NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const found = walker.currentNode.data.indexOf(words);
            if (found >= 0) return [walker.currentNode, found + (after ? words.length : 0)];
        }
    };
    getSelection().setBaseAndExtent(...at(first, false), ...at(last, true));
}"""


@pytest.mark.parametrize(
    ("document", "first", "last"),
    [
        ("PMID4242", "expels zirconium", "Marked up"),  # over a reference mark
        ("PMID4242", "Warm vesicles", "four degrees"),  # from a list over a caption into a table
        ("astral", "Sentence 171 ", "Sentence 173 has"),  # after and among characters of two units
    ],
)
def test_what_is_selected_can_be_marked_and_linked(
    opens: Opens, library: Server, document: str, first: str, last: str
) -> None:
    text = library.client.get(f"/v1/documents/{document}/text").text
    start, end = text.index(first), text.index(last) + len(last)
    page = opens(f"/documents/{document}")
    page.wait_for_selector(".text")
    page.evaluate(SELECT, [first, last])
    page.get_by_role("button", name="Mark and link").click()
    page.wait_for_selector("mark")
    start += len(text[start:end]) - len(text[start:end].lstrip())
    assert f"at={start}-{len(text[:end].rstrip())}&" in page.url
    assert highlight(page) == text[start:end].strip().replace("\n\n", "")


@pytest.mark.parametrize("document", ["PMID4242", "astral"])
def test_a_thousand_random_sentences_are_highlighted_as_the_service_quotes_them(
    opens: Opens, library: Server, document: str
) -> None:
    text = library.client.get(f"/v1/documents/{document}/text").text
    spans = library.client.get(f"/v1/documents/{document}/layout").json()["sentences"]
    drawn = random.Random(11).choices(spans, k=1000 if document == "astral" else 30)
    page = opens(f"/documents/{document}?at={spans[0][0]}-{spans[0][1]}")
    page.wait_for_selector("mark")
    assert document != "astral" or any(ord(character) > 0xFFFF for character in text)
    wrong = page.evaluate(
        """async (sentences) => {
            const drawn = () => new Promise((resolve) => {  // a timer would wait 4 ms
                const channel = new MessageChannel();
                channel.port1.onmessage = resolve;
                channel.port2.postMessage(null);
            });
            const wrong = [];
            for (const [start, end, quote] of sentences) {
                history.replaceState(null, "", `?at=${start}-${end}`);
                dispatchEvent(new PopStateEvent("popstate"));
                await drawn();
                const seen = [...document.querySelectorAll("mark")].map((mark) => mark.textContent).join("");
                if (seen !== quote) wrong.push([quote, seen]);
            }
            return wrong;
        }""",
        [[start, end, text[start:end]] for start, end in drawn],
    )
    assert wrong == []
