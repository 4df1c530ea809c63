"""Links opened in real headless Chromium: what it highlights is the quote, on a page laid out as publishers do."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize

from index.canonical import Run, TextBuilder
from index.document import BlockKind, Document, Metadata, Reference, Span
from index.sentences import sentences
from index.store import Store
from qa.fragments import PublishedText
from qa.links import link
from tests.conftest import Server
from tests.paper_server import Reply, paper_server, redirect
from tests.publisher import Rendering, highlighted

VIEW = ViewportSize(width=1700, height=200)
TITLE = "Vesicles carry pumps"
OPENERS = ("In this study we show that", "Taken together, these results say that", "Vesicles of", "It was seen that")
WORDS = """vesicles cells tumours pumps drugs mice naïve T-cells, RNA (miR-21) of in and with to that carry expel take
up 10⁹ CD8⁺ CO₂ α-tubulin 5% p<0.05 – “resistant” Müller's x̄ 𝔸 e.g. β/γ & a 3.5-fold"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    return browser.new_page(viewport=VIEW)


def show(page: Page, rendering: Rendering) -> None:
    """Lets every address be that of the document's page."""

    def answer(route: Route) -> None:
        route.fulfill(body=rendering.html, content_type="text/html; charset=utf-8")

    page.unroute_all()
    page.route("**/*", answer)


def opened(document: Document, spans: Sequence[Span], address: str = "http://publisher.test/paper") -> str:
    """One address with the text directives of several quotes."""
    published = PublishedText(document.text)
    for span in spans:
        blocks = [block for block in document.blocks if block.start < span.end and block.end > span.start]
        marks = [mark for mark in document.reference_marks if blocks[0].start <= mark.start < blocks[-1].end]
        address = link(address, lambda: published, span, blocks, marks) or ""
    return address


def quoted(document: Document, words: Sequence[Span]) -> str:
    return document.text[words[0].start : words[-1].end] if words else ""


def paper(*parts: tuple[BlockKind, str]) -> Document:
    """A document of these blocks; "[1]" is a reference mark, a heading opens a section."""
    builder = TextBuilder()
    builder.add(BlockKind.TITLE, TITLE)
    for kind, text in parts:
        if kind is BlockKind.HEADING:
            builder.open_section(text)
        else:
            pieces = text.replace("[1]", "\0[1]\0").split("\0")
            builder.add(kind, [Run(piece, ("1",) if piece == "[1]" else ()) for piece in pieces])
    built = builder.finish()
    found = sentences(built.text, built.blocks, built.reference_marks)
    entry = Reference("1", f"Able A. {TITLE}. In this study we show that. J Cells. 2019.")
    metadata = Metadata(TITLE, "paper", "test")
    return Document("P", metadata, built.text, built.blocks, built.sections, found, built.reference_marks, (entry,))


def made_up(seed: int) -> Document:
    """A paper of sentences that begin alike, stand there twice, and are full of marks and scripts."""
    chosen = random.Random(seed)
    said: list[str] = []

    def sentence() -> str:
        if said and chosen.random() < 0.1:
            return chosen.choice(said)
        words = chosen.choices(WORDS.split(), k=chosen.randint(3, 25))
        mark = chosen.choice(["", "", " [1]", "[1]"])
        said.append(f"{chosen.choice(OPENERS)} {' '.join(words)} ends{mark}.")
        return said[-1]

    kinds = [BlockKind.PARAGRAPH] * 6 + [BlockKind.LIST, BlockKind.ABSTRACT, BlockKind.BACK]
    parts = [(chosen.choice(kinds), " ".join(sentence() for _ in range(chosen.randint(1, 6)))) for _ in range(25)]
    return paper(*parts)


def inside(words: Sequence[Span], span: Span) -> list[Span]:
    return [word for word in words if span.start <= word.start and word.end <= span.end]


@pytest.mark.parametrize(("seed", "bracketed"), [(0, False), (1, True)])
def test_of_any_sentence_words_of_it_are_highlighted_and_no_others(page: Page, seed: int, bracketed: bool) -> None:
    """Only where the words beside a mark are all that tells a sentence apart, a page that prints it otherwise fails."""
    document = made_up(seed)
    rendering = Rendering(document, bracketed=bracketed)
    show(page, rendering)
    linked = [span for span in document.sentences if ":~:" in opened(document, [span])]
    assert len(linked) > 0.9 * len(document.sentences) > 60
    for batch in (linked[at::5] for at in range(5)):
        words = highlighted(page, opened(document, batch), rendering)
        for span in batch:
            mine = inside(words, span)
            if not mine:  # where many are opened together, Chromium 156 leaves some out
                alone = highlighted(page, opened(document, [span]), rendering)
                mine = inside(alone, span)
                assert len(mine) == len(alone), quoted(document, alone)
            assert mine or (not bracketed and "[1]" in unquote(opened(document, [span])))
            words = [word for word in words if word not in mine]
        assert not words, quoted(document, words)


HARD = paper(
    (BlockKind.SUMMARY, "Pumps of vesicles are what this paper is about."),
    (BlockKind.HEADING, "Pumps of vesicles"),
    (BlockKind.PARAGRAPH, "Pumps of vesicles expel cisplatin from cells [1]. Pumps of vesicles expel cisplatin again."),
    (BlockKind.PARAGRAPH, "We saw it: Cells die. In mice, cells live. We saw it again: Cells die of hunger, though."),
    (BlockKind.LIST, "1. Cells, drugs, and RNA – all of them."),
    (BlockKind.LIST, "2. Cells, drugs & proteins: 50% #1 [1]"),
    (BlockKind.CAPTION, "Figure 1. Uptake of vesicles. Cells took up 10⁹ of them in an hour [1]."),
    (BlockKind.TABLE, "Drug: cisplatin, in cells of mice | Dose: 5 mg | Uptake: by most of the cells"),
    (BlockKind.FOOTNOTE, "a Means of three experiments each."),
)


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("Pumps of vesicles expel cisplatin from cells [1].", "Pumps of vesicles expel cisplatin from"),
        ("Pumps of vesicles expel cisplatin again.", "Pumps of vesicles expel cisplatin again."),
        ("Cells die of hunger, though.", "Cells die of hunger, though."),
        ("In mice, cells live.", "In mice, cells live."),
        ("Cells, drugs, and RNA – all of them.", "Cells, drugs, and RNA – all of them."),
        ("2. Cells, drugs & proteins: 50% #1 [1]", "Cells, drugs & proteins: 50%"),
        ("Cells took up 10⁹ of them in an hour [1].", "Cells took up 10⁹ of them in an"),
        ("Uptake of vesicles. Cells took up 10⁹ of them", "Uptake of vesicles. Cells took up 10⁹ of them"),
        (
            "Drug: cisplatin, in cells of mice | Dose: 5 mg | Uptake: by most of the cells",
            "cisplatin, in cells of mice | Dose: 5 mg | Uptake: by most of the cells",
        ),
        ("expel cisplatin again.\n\nWe saw it: Cells die.", "expel cisplatin again.\n\nWe saw it: Cells die."),
        ("Means of three experiments each.", "Means of three experiments each."),
        ("Pumps of vesicles are what this paper is about.", ""),
    ],
)
def test_the_quote_is_highlighted_whole_but_for_marks_and_labels(page: Page, quote: str, shown: str) -> None:
    rendering = Rendering(HARD)
    show(page, rendering)
    start = HARD.text.index(quote)
    words = highlighted(page, opened(HARD, [Span(start, start + len(quote))]), rendering)
    assert quoted(HARD, words) == shown


def test_the_words_survive_the_way_through_a_resolver_and_are_scrolled_to(browser: Browser) -> None:
    filler = [(BlockKind.PARAGRAPH, f"Paragraph {number} says nothing of note.") for number in range(40)]
    document = paper(*filler, (BlockKind.PARAGRAPH, "Receiving cells survive, drug-resistant & well."), *filler)
    rendering = Rendering(document)
    start = document.text.index("Receiving")
    with paper_server() as publisher, browser.new_page(viewport=VIEW) as page:
        publisher.serve("/paper", Reply(rendering.html.encode(), content_type="text/html; charset=utf-8"))
        resolver = publisher.serve("/doi", redirect(f"{publisher.url}/paper"))
        words = highlighted(page, opened(document, [Span(start, start + 47)], resolver), rendering)
        assert quoted(document, words) == "Receiving cells survive, drug-resistant & well."
        assert page.url.startswith(f"{publisher.url}/paper") and page.evaluate("scrollY") > 200


def test_each_citation_of_an_answer_opens_the_review_at_its_sentence(
    page: Page, server: Server, record_folder: Path
) -> None:
    answer = server.client.post("/v1/answer", json={"question": "How do EVs contribute to drug resistance?"}).json()
    with Store(record_folder).open() as generation:
        document = generation.database.document(answer["citations"][0]["document"]["id"])
    rendering = Rendering(document)
    show(page, rendering)
    for citation in answer["citations"]:
        words = highlighted(page, citation["link"], rendering)
        assert quoted(document, words) == ("" if citation["kind"] == "summary" else citation["quote"])
