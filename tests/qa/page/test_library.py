"""Papers come and go on the page, where the operator allows it: a real browser, server and process that writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.paper_server import Paper, PaperServer, jats
from tests.qa.page.conftest import Opens
from tests.qa.page.cutting import CuttingProxy
from tests.qa.page.test_access import SCHEMES, focused, violations
from tests.writable import DOCUMENTS, NEW, Service, Start

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Locator, Page, Route

RETRACTED = (
    "retracted.xml",
    jats("Vesicles were found everywhere.", title="Too many vesicles").replace(
        b"</article-meta>",
        b'<related-article related-article-type="retraction-forward">It was made up.</related-article></article-meta>',
    ),
)


@pytest.fixture
def shelf(opens: Opens, start: Start) -> Service:
    return start()


def library(opens: Opens, service: Service, **options: Any) -> Page:
    page = opens("/library", base=str(service.client.base_url).rstrip("/"), **options)
    page.wait_for_selector(".papers")
    return page


def form(page: Page) -> Locator:
    page.locator("summary", has_text="Add papers").click()
    return page.get_by_label("PMCID, PMID, DOI or address")


def add(page: Page, identifiers: str) -> None:
    form(page).fill(identifiers)
    page.keyboard.press("Enter")


def send(page: Page, *files: tuple[str, bytes]) -> None:
    if not page.get_by_role("button", name="Choose files …").is_visible():
        form(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files …").click()
    payloads: list[FilePayload] = [{"name": name, "mimeType": "text/plain", "buffer": data} for name, data in files]
    chooser.value.set_files(payloads)


def remove(page: Page, title: str) -> None:
    page.get_by_role("button", name=f"Remove “{title}”").click()
    page.get_by_role("dialog", name=f"Remove “{title}”?").get_by_role("button", name="Remove it").click()


def outcomes(page: Page) -> list[str]:
    page.wait_for_selector(".outcome")
    return [" ".join(one.split()) for one in page.locator(".outcome").all_inner_texts()]


def told(page: Page) -> str:
    """What a screen reader is told."""
    return page.locator("p[role=status]").first.inner_text()


def is_writing(service: Service) -> bool:
    return bool(service.client.get("/v1/index").json()["writing"])


def seen(page: Page, words: str) -> None:
    """Waits until the write that is shown says so."""
    page.get_by_role("region", name="Changes").get_by_text(words).wait_for()


def titles(page: Page) -> list[str]:
    return page.locator(".paper h2").all_inner_texts()


def test_files_are_added_and_each_gets_its_outcome_and_notices(opens: Opens, shelf: Service) -> None:
    page = library(opens, shelf)
    send(page, NEW, RETRACTED, ("bad.xml", b"<article>"))
    failed, *added = outcomes(page)
    assert failed.startswith("Not added bad.xml")
    assert added[0] == "Added Salted butter" and added[1].startswith("Added Too many vesicles")
    page.locator(".outcome", has_text="Retracted It was made up.").wait_for()
    assert told(page) == "1 paper not added, 2 added."
    page.locator(".paper h2", has_text="Salted butter").wait_for()
    assert {"new", "retracted"} <= set(shelf.ids())
    page.locator(".outcome a", has_text="Salted butter").click()
    page.get_by_text("Salted butter keeps for weeks on the shelf.").wait_for()


def test_papers_are_added_by_identifier_and_what_failed_is_remembered(
    opens: Opens, shelf: Service, papers: PaperServer
) -> None:
    papers.publish(Paper(pmcid="PMC1000001", europe_pmc=jats("Salted butter keeps.", title="Butter")))
    page = library(opens, shelf)
    add(page, "PMC1000001, PMC999999")
    failed, added = outcomes(page)
    assert "PMC999999" in failed and "neither Europe PMC nor NCBI" in failed and added == "Added Butter"
    page.get_by_text("1 paper could not be added before").click()
    assert "PMC999999" in page.locator(".adding .outcomes").inner_text()
    assert page.get_by_label("PMCID, PMID").input_value() == ""


DROP = """([name, isFolder]) => {
    const held = new DataTransfer();
    held.items.add(new File(["# Oil\\n\\nOil stays liquid in the cold."], name));
    const drop = new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true });
    if (isFolder) DataTransferItem.prototype.webkitGetAsEntry = () => ({ isDirectory: true, name });
    document.querySelector("main").dispatchEvent(drop);
    return drop.defaultPrevented;
}"""


def test_files_are_added_where_they_are_dropped_and_a_folder_is_not(opens: Opens, shelf: Service) -> None:
    page = library(opens, shelf)
    page.locator("summary", has_text="Add papers").wait_for()
    assert page.evaluate(DROP, ["oil.md", False])
    assert outcomes(page) == ["Added Oil"] and "oil" in shelf.ids()
    page.evaluate(DROP, ["papers", True])
    page.get_by_role("alert").get_by_text("“papers” is a folder: pack it into a zip").wait_for()


def test_a_paper_is_removed_when_its_name_was_confirmed_and_the_focus_goes_on(opens: Opens, shelf: Service) -> None:
    page = library(opens, shelf)
    page.get_by_role("button", name="Remove “Vesicles and T cells”").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Remove “Vesicles and T cells”?")
    dialog.wait_for()
    assert "Keep it" in focused(page)
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert "Remove “Vesicles and T cells”" in focused(page) and len(shelf.ids()) == 3
    page.keyboard.press("Enter")
    dialog.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.textContent === 'Vesicles and cisplatin'")
    assert shelf.ids() == ["diet", "resistance"] and titles(page) == ["Bread and butter", "Vesicles and cisplatin"]
    assert told(page) == "1 paper removed." and outcomes(page) == ["Removed Vesicles and T cells"]
    remove(page, "Vesicles and cisplatin")
    page.wait_for_function("() => document.activeElement.textContent === 'Bread and butter'")
    remove(page, "Bread and butter")
    page.wait_for_function("() => document.activeElement.matches('h1')")
    page.get_by_text("There are no papers here.").wait_for()


def test_progress_is_told_step_by_step_and_a_write_can_be_cancelled(opens: Opens, start: Start) -> None:
    slow = start("slow")
    page = library(opens, slow)
    send(page, NEW)
    seen(page, "Loading the encoder …")
    assert told(page) == "Loading the encoder …" and page.get_by_role("progressbar").count() == 1
    page.get_by_role("link", name="Check", exact=True).click()
    page.get_by_role("link", name="Library").click()
    assert is_writing(slow)  # it goes on while something else is looked at
    page.get_by_role("button", name="Cancel").click()
    seen(page, "Cancelled. The library is as it was.")
    assert not is_writing(slow) and len(slow.ids()) == 3
    slow.go()
    send(page, NEW)
    assert outcomes(page) == ["Added Salted butter"]
    page.get_by_role("button", name="Close").click()
    assert page.locator(".outcome").count() == 0 and focused(page).startswith("<h1")


def test_another_writer_is_said_to_be_there_and_the_same_can_be_tried_again(opens: Opens, shelf: Service) -> None:
    page = library(opens, shelf)
    with shelf.store.writing():
        remove(page, "Bread and butter")
        page.get_by_role("alert").get_by_text("one write is made at a time").wait_for()
    page.get_by_role("button", name="Try again").click()
    assert outcomes(page) == ["Removed Bread and butter"]
    assert page.get_by_role("alert").count() == 0


@pytest.mark.parametrize(
    ("cut_before", "said", "is_there"),
    [
        (b'"loading the encoder"', "The library is as it was.", False),
        (b"event: report", "The library has changed meanwhile: the list shows what is here now.", True),
    ],
)
def test_a_connection_that_is_lost_says_what_came_of_the_write(
    opens: Opens, start: Start, cut_before: bytes, said: str, is_there: bool
) -> None:
    service = start("hashing" if is_there else "slow")
    proxy = CuttingProxy(str(service.client.base_url).rstrip("/"), cut_before)
    page = opens("/library", base=proxy.address)
    page.wait_for_selector(".papers")
    send(page, NEW)
    seen(page, f"The connection was lost before the write was done. {said}")
    page.wait_for_function(f"() => document.querySelectorAll('.paper').length === {4 if is_there else 3}")
    proxy.is_mended = True
    service.go()
    page.get_by_role("button", name="Try again").click()
    assert outcomes(page) == ["Already here Salted butter" if is_there else "Added Salted butter"]
    proxy.close()


@pytest.mark.parametrize(
    ("status", "detail", "said"),
    [
        (413, "the upload has more than 9 bytes", "more than may be sent at once. the upload has more than 9 bytes"),
        (507, "no space left on device", "could not write its index. no space left on device"),
        (403, "a page of https://x.example may not write here", "a page of https://x.example may not write here"),
        (500, "the process was killed", "the process was killed"),
    ],
)
def test_a_write_that_is_refused_says_why(opens: Opens, shelf: Service, status: int, detail: str, said: str) -> None:
    page = library(opens, shelf)
    problem = {"type": "about:blank", "title": "x", "status": status, "detail": detail}
    page.route(f"**{DOCUMENTS}", lambda route: route.fulfill(status=status, json=problem))
    send(page, NEW)
    page.get_by_role("alert").wait_for()
    assert said in page.get_by_role("alert").inner_text()


def test_what_the_service_would_refuse_is_said_by_name(opens: Opens, start: Start) -> None:
    page = library(opens, start(max_source_bytes=1000))
    send(page, ("large.md", b"x" * 12_000))
    page.get_by_role("alert").get_by_text("1 file of 12 kB together: at most 1 kB may be sent at once.").wait_for()
    page.get_by_label("PMCID, PMID, DOI or address").fill("/etc/passwd")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("'/etc/passwd' is no PMCID, PMID, DOI or http(s) address").wait_for()
    assert "sources" not in page.get_by_role("alert").inner_text()
    assert page.get_by_label("PMCID, PMID, DOI or address").input_value() == "/etc/passwd"


def test_where_writing_is_not_allowed_one_sentence_says_how_it_may_be(opens: Opens, start: Start) -> None:
    page = library(opens, start(writable=False))
    page.get_by_text("where the operator allows it, with evqa serve --writable").wait_for()
    assert page.get_by_role("button").all_inner_texts() == ["Show"] and page.locator("summary").count() == 0


def test_several_identifiers_are_told_apart(opens: Opens, shelf: Service) -> None:
    page = library(opens, shelf)
    sent: list[Any] = []

    def refuse(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "")["sources"])
        route.fulfill(status=422, json={"detail": f"refused {len(sent)}"})

    page.route(f"**{DOCUMENTS}", refuse)
    form(page)
    for text in (
        "PMC1, PMC2\nPMID: 3 doi:10.1000/a,b;10.1000/c",
        " https://x.example/?b=1,2 \n\n doi: 10.1000/(S)1;2-E ",
    ):
        page.get_by_label("PMCID, PMID, DOI or address").fill(text)
        page.keyboard.press("Enter")
        page.get_by_text(f"refused {len(sent) + 1}").wait_for()
    page.get_by_label("PMCID, PMID, DOI or address").fill(" , ")
    page.keyboard.press("Enter")
    assert sent == [
        ["PMC1", "PMC2", "PMID: 3", "doi:10.1000/a,b", "10.1000/c"],
        ["https://x.example/?b=1,2", "doi: 10.1000/(S)1;2-E"],
    ]


def test_no_state_of_a_write_has_a_barrier_or_is_wider_than_a_telephone(opens: Opens, start: Start) -> None:
    slow = start("slow")
    page = library(opens, slow, reduced_motion="reduce", viewport={"width": 360, "height": 700})
    found = {}

    def look(state: str) -> None:
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            if problems := violations(page, scheme):
                found[f"{state}, {scheme}"] = problems
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, state

    form(page)
    look("form")
    send(page, NEW, ("bad.xml", b"<article>"))
    seen(page, "Loading the encoder …")
    look("running")
    slow.go()
    outcomes(page)
    look("report")
    add_again = page.get_by_label("PMCID, PMID, DOI or address")
    add_again.fill("nothing")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    look("trouble")
    page.get_by_role("button", name="Remove “Bread and butter”").click()
    page.get_by_role("dialog").wait_for()
    look("dialog")
    assert found == {}
