"""Papers as PDF: reading order, paragraphs, pages, references, and files that are refused."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from index.document import BlockKind, Document
from index.errors import SourceError
from index.sources import formats
from index.sources.pdf import read
from index.sources.source import Source
from tests.pdf_maker import Sheet, packed, pdf

SHARED = Path(__file__).resolve().parents[4] / "shared/data/other/pdf"
LEFT, RIGHT, COLUMN = 50, 320, 240

LEFT_TEXT = (
    "Vesicles that cells shed into the blood carry many proteins and short strands of nucleic acid from one tissue to "
    "an\u00adother, and we asked how the treat\u00adment of mice with a new drug changes what they carry over a month. "
    "The T-cell count fell in both groups, which we had not ex\u00adpected from what others saw before"
)
RIGHT_TEXT = (
    "in animals of the same age and strain. Treatment was given each morning, and another dose followed at night. The "
    "animals were weighed, and blood was drawn from the tail vein on every second day of the whole month in question."
)

OPENINGS = ("", "So it began.", "This is the second page.", "Of three pages, this one is the last.")


def two_columns(number: int) -> Sheet:
    sheet = Sheet()
    sheet.line("Miller et al. Journal of Small Things", LEFT, 760, size=7)
    sheet.line(str(number), 300, 30, size=7)
    sheet.text(f"{OPENINGS[number]} {LEFT_TEXT}", LEFT, 700, width=COLUMN)
    sheet.text(f"{RIGHT_TEXT} {OPENINGS[number]}", RIGHT, 700, width=COLUMN)
    return sheet


def paper() -> list[Sheet]:
    first = Sheet()
    first.line("Miller et al. Journal of Small Things", LEFT, 760, size=7)
    first.line("What vesicles carry after treatment", LEFT, 720, size=18, font="F2")
    first.line("Ann Miller and Bo Smith", LEFT, 700, size=9)
    first.line("Abstract", LEFT, 670, size=11, font="F2")
    y = first.text(
        "We measured what the vesicles of mice carry before and after they were treated for a month. " * 2, LEFT, 655
    )
    first.line("Introduction", LEFT, y - 20, size=11, font="F2")
    first.text(LEFT_TEXT, LEFT, y - 35, width=COLUMN)
    first.text(RIGHT_TEXT, RIGHT, y - 35, width=COLUMN)
    first.line("1", 300, 30, size=7)
    last = two_columns(3)
    return [first, two_columns(2), last]


def document(sheets: list[Sheet], name: str = "paper.pdf") -> Document:
    (found,) = read(Source(name, pdf(sheets)))
    return found


def lines(document: Document, kind: BlockKind) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks if block.kind is kind]


def test_two_columns_are_read_one_after_the_other() -> None:
    text = document([two_columns(n) for n in (1, 2, 3)]).text
    assert "from what others saw before in animals of the same age and strain." in text


def test_hyphens_of_line_ends_go_and_those_of_words_stay() -> None:
    text = document([two_columns(n) for n in (1, 2, 3)]).text
    assert "from one tissue to another, and we asked how the treatment of mice" in text
    assert "The T-cell count fell" in text


def test_running_heads_and_page_numbers_are_left_out() -> None:
    text = document([two_columns(n) for n in (1, 2, 3)]).text
    assert "Journal of Small Things" not in text
    assert not any(line.isdigit() for line in text.split("\n"))


def test_title_abstract_and_sections_are_told_from_the_text() -> None:
    found = document(paper())
    assert found.metadata.title == "What vesicles carry after treatment"
    assert lines(found, BlockKind.TITLE) == ["What vesicles carry after treatment"]
    assert lines(found, BlockKind.ABSTRACT)[0].startswith("We measured what")
    assert [section.path for section in found.sections] == [("Abstract",), ("Introduction",)]
    assert "Ann Miller and Bo Smith" in lines(found, BlockKind.NOTE)


def test_pages_part_the_whole_text() -> None:
    found = document(paper())
    assert [page.number for page in found.pages] == [1, 2, 3]
    assert found.pages[0].start == 0 and found.pages[-1].end == len(found.text)
    assert all(one.end == two.start for one, two in zip(found.pages, found.pages[1:], strict=False))
    second = found.pages[1]
    assert found.text[second.start : second.end].lstrip().startswith(OPENINGS[2])


def test_a_file_without_text_is_refused_with_what_to_do() -> None:
    with pytest.raises(SourceError, match=r"scan\.pdf .* text layer .*ocrmypdf"):
        read(Source("scan.pdf", pdf([Sheet()])))


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\nnothing else", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<</Root 1 0 R>>"]
)
def test_a_file_beyond_repair_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"bad\.pdf .*(damaged|without pages)"):
        formats.read(Source("bad.pdf", data))


def test_a_broken_table_of_objects_is_mended() -> None:
    data = pdf([two_columns(1)])
    broken = data[: data.index(b"xref\n")] + b"trailer\n<</Root 1 0 R>>\nstartxref\n99999\n%%EOF"
    (found,) = read(Source("x.pdf", broken))
    assert "Vesicles that cells shed" in found.text


@pytest.mark.parametrize("kids", [b"2 0 R", b"4 0 R"])
def test_a_tree_of_pages_that_goes_in_circles_is_refused_at_once(kids: bytes) -> None:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count 5>>" % kids,
        b"<<>>",
        b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 5>>",
    ]
    began = time.monotonic()
    with pytest.raises(SourceError, match=r"loop\.pdf"):
        read(Source("loop.pdf", packed(objects)))
    assert time.monotonic() - began < 5


def test_a_claim_of_a_million_pages_is_refused() -> None:
    with pytest.raises(SourceError, match=r"1,000,000 pages"):
        read(Source("x.pdf", pdf([two_columns(1)], count=1_000_000)))


@pytest.mark.skipif(not SHARED.exists(), reason="real files are not there")
def test_a_password_is_asked_for_only_where_one_is_needed() -> None:
    locked, open_ = SHARED / "PMC7870244_encrypted_user.pdf", SHARED / "PMC7937420_encrypted_owner_only.pdf"
    with pytest.raises(SourceError, match=r"password.*qpdf --decrypt"):
        read(Source(locked.name, locked.read_bytes()))
    (found,) = read(Source(open_.name, open_.read_bytes()))
    assert found.pages and found.metadata.doi == "10.1093/jjco/hyaa221"
