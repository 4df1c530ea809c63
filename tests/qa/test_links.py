"""A link opens the paper's page at the quote, and at nothing that only looks like it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Block, BlockKind, Span
from qa.fragments import PublishedText, find_directive, folded
from qa.links import encoded, link

PAGE = "https://doi.org/10.1/x"
SENTENCE = "Vesicles carry RNA to other cells."


def blocks_of(text: str, kind: BlockKind = BlockKind.PARAGRAPH) -> list[Block]:
    return [Block(*line.span(), kind) for line in re.finditer(r"[^\n]+", text)]


def opened(
    quote: str,
    *lines: str,
    time: int = 1,
    marks: Sequence[str] = (),
    kind: BlockKind = BlockKind.PARAGRAPH,
    address: str | None = PAGE,
    page: int | None = None,
) -> str | None:
    """The link of a quote where it stands for the given time in these lines; alone where there are none."""
    text = "\n\n".join(lines or (quote,))
    start, end = [found.span() for found in re.finditer(re.escape(quote), text)][time - 1]
    blocks = [block for block in blocks_of(text, kind) if block.start < end and block.end > start]
    spans = (Span(*found.span()) for mark in marks for found in re.finditer(re.escape(mark), text))
    within = [mark for mark in sorted(spans, key=lambda mark: mark.start) if blocks[0].start <= mark.start < end]
    return link(address, lambda: PublishedText(text), Span(start, end), blocks, within, page)


@pytest.mark.parametrize(
    ("quote", "directive"),
    [
        ("Exosomes carry RNA.", "Exosomes%20carry%20RNA."),
        ("drug-resistant cells", "drug%2Dresistant%20cells"),
        ("RNA, DNA & proteins", "RNA%2C%20DNA%20%26%20proteins"),
        ("in 50% of vesicles", "in%2050%25%20of%20vesicles"),
        ("the #tag? question a/b", "the%20%23tag%3F%20question%20a%2Fb"),
        ("knows – “yet” it is", "knows%20%E2%80%93%20%E2%80%9Cyet%E2%80%9D%20it%20is"),
        ("囊泡将核糖核酸运送到其他细胞", "".join(f"%{byte:02X}" for byte in "囊泡将核糖核酸运送到其他细胞".encode())),
        (
            "Vesicles of tumours carry many a thing that cells nearby take up.",
            "Vesicles%20of%20tumours%20carry%20many,that%20cells%20nearby%20take%20up.",
        ),
        (
            "Vesicles carry RNA.\n\nNobody asked.\n\nCells take them up.",
            "Vesicles%20carry%20RNA.,Cells%20take%20them%20up.",
        ),
    ],
)
def test_a_short_quote_is_named_whole_and_a_long_one_by_its_first_and_last_words(quote: str, directive: str) -> None:
    assert opened(quote) == f"{PAGE}#:~:text={directive}"


def test_an_end_that_stands_earlier_in_the_quote_too_is_told_apart_by_more_words() -> None:
    quote = "Some cells rest; we washed the cells in cold water, and then we washed the cells in cold water."
    assert opened(quote) == (
        f"{PAGE}#:~:text=Some%20cells%20rest%3B%20we%20washed,washed%20the%20cells%20in%20cold%20water."
    )


@pytest.mark.parametrize(
    ("quote", "directive"),
    [
        (
            "Resistance of many cells [12], grows with vesicles [13].",
            "Resistance%20of%20many,grows%20with",
        ),
        ("Resistance of cells grows.[12]", "Resistance%20of%20cells%20grows."),
        ("[12] This was seen in mice.", "This%20was%20seen%20in%20mice."),
        ("Resistance of cells with CD8⁺ counts of 10⁹ grows.", "Resistance%20of%20cells%20with,grows."),
        ("Resistance in cells where E = mc² grows fast.", "Resistance%20in%20cells%20where%20E,grows%20fast."),
        ("Resistance of cells at x̄ and 𝔸 or 🧬 grows.", "Resistance%20of%20cells%20at,grows."),
    ],
)
def test_marks_scripts_and_signs_are_left_out(quote: str, directive: str) -> None:
    """Publishers print them in their own ways, and no two alike."""
    assert opened(quote, marks=("[12]", "[13]")) == f"{PAGE}#:~:text={directive}"


@pytest.mark.parametrize(
    ("quote", "kind", "directive"),
    [
        (
            "Group: Patients of all ages | Cases: 45.2 | Controls: as in the text",
            BlockKind.TABLE,
            "Patients%20of%20all%20ages,as%20in%20the%20text",
        ),
        (
            "Figure 2. Uptake of vesicles. Cells took them up.",
            BlockKind.CAPTION,
            "Uptake%20of%20vesicles.,Cells%20took%20them%20up.",
        ),
        ("• Vesicles carry RNA.", BlockKind.LIST, "Vesicles%20carry%20RNA."),
        ("2. Vesicles carry RNA.", BlockKind.LIST, "Vesicles%20carry%20RNA."),
        ("EV: extracellular vesicle", BlockKind.LIST, "extracellular%20vesicle"),
    ],
)
def test_labels_and_column_names_are_left_out_and_cells_stay_apart(quote: str, kind: BlockKind, directive: str) -> None:
    assert opened(quote, kind=kind) == f"{PAGE}#:~:text={directive}"


@pytest.mark.parametrize(
    ("lines", "time", "directive"),
    [
        (
            ("Vesicles of resistant tumour cells carry pumps.", "Vesicles of resistant tumour cells rest."),
            1,
            "Vesicles%20of%20resistant%20tumour%20cells%20carry%20pumps.",
        ),
        ((f"As in mice: {SENTENCE}", SENTENCE), 1, "mice%3A-,Vesicles%20carry%20RNA%20to%20other%20cells."),
        ((SENTENCE, f"{SENTENCE} Nobody knows."), 2, "Vesicles%20carry%20RNA%20to%20other%20cells.,-Nobody"),
        (
            ("VÉSICLES CARRY RNA (to other cells)", f"In mice, {SENTENCE}"),
            1,
            "mice%2C-,Vesicles%20carry%20RNA%20to%20other%20cells.",
        ),
        ((SENTENCE, SENTENCE), 1, "Vesicles%20carry%20RNA%20to%20other%20cells."),
    ],
)
def test_words_that_stand_in_the_paper_twice_are_told_apart(lines: tuple[str, ...], time: int, directive: str) -> None:
    quote = SENTENCE if SENTENCE in "".join(lines) else lines[0]
    assert opened(quote, *lines, time=time) == f"{PAGE}#:~:text={directive}"


@pytest.mark.parametrize(
    ("quote", "lines", "kind"),
    [
        (SENTENCE, (SENTENCE,), BlockKind.SUMMARY),
        (SENTENCE, (SENTENCE,), BlockKind.HEADING),
        ("RNA", ("RNA",), BlockKind.LIST),
        ("CO₂ + H₂O", ("CO₂ + H₂O",), BlockKind.FORMULA),
    ],
)
def test_words_that_a_page_lacks_or_has_in_its_menus_open_it_at_its_top(
    quote: str, lines: tuple[str, ...], kind: BlockKind
) -> None:
    assert opened(quote, *lines, kind=kind) == PAGE


def test_a_sentence_that_cannot_be_told_from_one_before_it_opens_the_page_at_its_top() -> None:
    assert opened(SENTENCE, SENTENCE, SENTENCE, time=2) == PAGE


@pytest.mark.parametrize(
    ("address", "page", "made"),
    [
        (None, None, None),
        ("https://x.org/a?b=c", None, "https://x.org/a?b=c#:~:text=Vesicles%20carry%20RNA%20to%20other%20cells."),
        ("https://x.org/a#r", None, "https://x.org/a#r:~:text=Vesicles%20carry%20RNA%20to%20other%20cells."),
        (
            "https://x.org/#:~:text=a",
            None,
            "https://x.org/#:~:text=a&text=Vesicles%20carry%20RNA%20to%20other%20cells.",
        ),
        ("https://x.org/a.pdf", 3, "https://x.org/a.pdf#page=3"),
        ("https://x.org/a.PDF?b=c#zoom=50", 3, "https://x.org/a.PDF?b=c#zoom=50&page=3"),
        ("https://x.org/a.pdf", None, "https://x.org/a.pdf"),
    ],
)
def test_an_address_keeps_its_query_and_fragment_and_a_pdf_file_opens_at_its_page(
    address: str | None, page: int | None, made: str | None
) -> None:
    assert opened(SENTENCE, address=address, page=page) == made


WORDS = st.sampled_from(
    ["vesicles", "carry", "Carry", "RNA", "[1]", "CD8⁺", "naïve", "naive", "–", "to", "α", "β", "cells."]
)
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=25).map(" ".join), min_size=1, max_size=4)


@given(lines=LINES, data=st.data())
def test_the_terms_stand_in_the_quote_in_order_and_begin_where_nothing_else_does(
    lines: list[str], data: st.DataObject
) -> None:
    text = "\n\n".join(lines)
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))))
    blocks = [block for block in blocks_of(text) if block.start < span.end and block.end > span.start]
    marks = [Span(*mark.span()) for mark in re.finditer(r"\[1]", text)]
    made = find_directive(PublishedText(text), span, blocks, marks) if blocks else None
    if made is None:
        return
    terms = [term for term in (made.prefix, made.start, made.end, made.suffix) if term]
    assert [term.start for term in terms] == sorted(term.start for term in terms)
    assert span.start <= made.start.start and (made.end or made.start).end <= span.end
    assert not any("\n" in text[term.start : term.end] for term in terms)
    beside = folded(text[(made.prefix or made.start).start : (made.suffix or made.start).end])
    assert folded(text).find(beside) == len(folded(text[: (made.prefix or made.start).start]))
    assert re.fullmatch(r"([\w.~%]+-,)?[\w.~%]+(,[\w.~%]+)?(,-[\w.~%]+)?", encoded(text, made), re.ASCII)
