"""Search, check and library: each state has an address, and each result leads to its place in the paper."""

from __future__ import annotations

from urllib.parse import quote_plus

from tests.conftest import Server
from tests.qa.page.conftest import Opens
from tests.qa.page.papers import HOSTILE

TRUE = "Heat above forty degrees destroyed the pump for good."


def test_hits_come_in_the_order_of_the_service_with_the_words_of_the_query_set_off(
    opens: Opens, library: Server
) -> None:
    query = "vesicle pumps"
    hits = library.client.post("/v1/search", json={"query": query, "k": 10}).json()["hits"]
    page = opens("/search")
    page.get_by_role("searchbox", name="Query").fill(query)
    page.keyboard.press("Enter")
    page.wait_for_selector(".hit")
    assert page.locator(".hit .excerpt").all_text_contents() == [hit["passage"]["text"] for hit in hits]
    assert {"vesicles", "pump"} <= {word.lower() for word in page.locator(".hit .term").all_inner_texts()}
    assert page.locator(".hit .measure").first.inner_text().endswith(f"{hits[0]['scores']['dense']:.2f}")


def test_mode_filters_and_page_stand_in_the_address(opens: Opens) -> None:
    page = opens("/search?q=exosome+vesicle&mode=lexical")
    page.wait_for_selector(".hit")
    assert page.locator(".measure", has_text="Meaning").count() == 0
    page.get_by_label("Kind of text").select_option("summary")
    page.get_by_role("button", name="Search", exact=True).click()
    page.wait_for_url("**/search?*kind=summary*")
    page.get_by_text("A summariser’s words, not the paper’s").first.wait_for()
    assert "mode=lexical" in page.url
    page.reload()
    assert page.get_by_label("Kind of text").input_value() == "summary"


def test_pages_and_hits_are_turned_by_the_keyboard(opens: Opens) -> None:
    page = opens("/search?q=exosome+vesicle")
    page.wait_for_selector(".hit")
    first = page.locator(".hit .excerpt").first.inner_text()
    page.locator(".hit h2 a").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement === document.querySelectorAll('.hit h2 a')[1]")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**page=2")
    page.wait_for_function("() => document.activeElement === document.querySelectorAll('.hit h2 a')[0]")
    assert page.locator(".hit .excerpt").first.inner_text() != first
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("() => !location.search.includes('page')")


def test_a_hit_opens_its_paper_with_the_passage_marked(opens: Opens) -> None:
    page = opens("/search?q=zirconium")
    page.locator(".hit h2 a").first.click()
    page.wait_for_selector("aside mark")
    marked = page.locator("aside mark").all_text_contents()
    assert "\n\n".join(marked) == page.locator(".hit .excerpt").first.text_content()
    assert page.locator(".hit .excerpt").first.inner_html().count("<img") == 0


def test_a_manuscript_gets_a_verdict_place_and_study_for_each_quotation(opens: Opens) -> None:
    page = opens("/check")
    warm = "The osmium pump of 𝛼-vesicles expels zirconium within an hour"
    page.get_by_role("textbox", name="Quote or manuscript").fill(
        f"It is known that “{warm}” (PMID4242). Others hold that “heat above ninety degrees destroyed the pump”."
    )
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_selector(".verdict")
    stands, false = page.locator(".verdict").all()
    assert stands.locator(".word").inner_text() == "Exact" and "Cited as PMID4242" in stands.inner_text()
    assert "Able A." in stands.locator(".rests").inner_text() and HOSTILE in stands.locator(".rests").inner_text()
    assert false.locator(".word").inner_text() == "Not found" and "ninety" in false.inner_text()
    page.reload()
    page.locator(".verdict a", has_text="Hara").first.click()
    page.wait_for_selector("aside mark")
    assert page.locator("aside mark").text_content() == warm


def test_a_bare_quote_is_checked_as_one_from_its_address(opens: Opens) -> None:
    page = opens(f"/check?text={quote_plus(TRUE)}")
    page.wait_for_selector(".verdict")
    assert page.locator(".word").all_inner_texts() == ["Exact"]
    assert page.get_by_text("Checked as one quote.").count() == 1


def test_a_long_manuscript_survives_reloading_though_no_link_can_hold_it(opens: Opens) -> None:
    page = opens("/check")
    page.get_by_role("textbox", name="Quote or manuscript").fill(f"“{TRUE}”\n\n" + "And so on. " * 500)
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_text("does not fit into a link").wait_for()
    page.reload()
    page.get_by_text("does not fit into a link").wait_for()
    assert page.locator(".word").all_inner_texts() == ["Exact"]


def test_the_library_lists_papers_with_counts_and_where_the_evidence_lies(opens: Opens, library: Server) -> None:
    listed = library.client.get("/v1/documents").json()["documents"]
    page = opens("/library")
    page.wait_for_selector(".paper")
    assert page.locator(".paper h2").all_inner_texts() == [document["title"] for document in listed]
    assert f"{listed[0]['counts']['passages']} passages" in page.locator(".paper").first.inner_text()
    page.get_by_role("searchbox").fill("zirconium pump")
    page.keyboard.press("Enter")
    page.wait_for_selector(".strip")
    page.locator(".evidence-links a", has_text="Results").first.click()
    page.wait_for_selector("aside mark")
    page.go_back()
    page.locator(".strip").first.click(position={"x": 30, "y": 5})
    page.wait_for_selector("aside mark")


def test_a_search_can_be_kept_to_one_paper(opens: Opens, library: Server) -> None:
    page = opens("/library")
    page.get_by_role("link", name="Search in it").first.click()
    page.get_by_role("searchbox", name="Query").fill("vesicle")
    page.keyboard.press("Enter")
    page.wait_for_selector(".hit")
    document = library.client.get("/v1/documents").json()["documents"][0]
    assert set(page.locator(".hit h2").all_inner_texts()) == {document["title"]}
