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


def test_the_name_of_the_journal_is_no_title_however_large() -> None:
    sheets = paper()
    sheets[0].line("Journal of Small Things 12 (2020) 1-5", LEFT, 780, size=7)
    sheets[0].line("Journal of Small Things", LEFT, 740, size=24)
    assert document(sheets).metadata.title == "What vesicles carry after treatment"
    banner = paper()
    banner[0].line("Contents lists available at ScienceDirect", LEFT, 790, size=7)
    banner[0].line("Annals of Little Things", LEFT, 772, size=24)
    assert document(banner).metadata.title == "What vesicles carry after treatment"


def test_pages_part_the_whole_text() -> None:
    found = document(paper())
    assert [page.number for page in found.pages] == [1, 2, 3]
    assert found.pages[0].start == 0 and found.pages[-1].end == len(found.text)
    assert all(one.end == two.start for one, two in zip(found.pages, found.pages[1:], strict=False))
    second = found.pages[1]
    assert found.text[second.start : second.end].lstrip().startswith(OPENINGS[2])


def test_three_columns_and_what_stands_across_them_are_read_in_order() -> None:
    sheets = []
    for number in (1, 2, 3):
        sheet = Sheet()
        sheet.text(f"{OPENINGS[number]} {LEFT_TEXT}", 50, 500, width=160, size=7)
        sheet.text(f"{RIGHT_TEXT} And one more thing", 225, 500, width=160, size=7)
        sheet.text("came to light when all was over. " * 6, 400, 500, width=160, size=7)
        sheet.rule(50, 560, 620)
        sheet.text(
            f"Figure {number}. What stands over all three columns is none of their text at all.", 50, 600, size=6
        )
        sheets.append(sheet)
    found = document(sheets)
    assert "And one more thing came to light when all was over." in found.text
    assert len(lines(found, BlockKind.CAPTION)) == 3


def test_a_paragraph_goes_on_over_the_page_past_a_caption() -> None:
    first, second = two_columns(1), Sheet()
    first.text("Table 1. Weights of the mice.", RIGHT, 120, size=7)
    second.line("Miller et al. Journal of Small Things", LEFT, 760, size=7)
    second.line("2", 300, 30, size=7)
    first.text(
        "The last sentence of this page is one that has no end on it because the page is too short for",
        RIGHT,
        400,
        width=COLUMN,
    )
    second.text("all of its words. " + LEFT_TEXT + " and so on.", LEFT, 700, width=COLUMN)
    second.text(RIGHT_TEXT, RIGHT, 700, width=COLUMN)
    found = document([first, second])
    assert "because the page is too short for all of its words." in found.text
    at = found.text.index("all of its words")
    assert (found.page_at(at - 2), found.page_at(at)) == (1, 2)
    assert found.text.index("Table 1.") < at


def test_line_numbers_and_stamps_in_the_margin_are_left_out() -> None:
    sheets = []
    for number in (1, 2, 3):
        sheet = Sheet()
        sheet.line("A preprint that nobody has certified by peer review", 20, 200, size=7, angle=90)
        sheet.text(f"{OPENINGS[number]} {LEFT_TEXT} {RIGHT_TEXT}", 70, 700, width=450, leading=2.2)
        for at in range(9):
            sheet.line(str(9 * (number - 1) + at + 1), 40, 700 - at * 9 * 2.2, size=7)
        sheets.append(sheet)
    text = document(sheets).text
    assert "many proteins and short strands of nucleic acid from one tissue to another" in text
    assert "certified" not in text and not any(word.isdigit() for word in text.split())


def test_headings_nest_and_letters_set_apart_are_words() -> None:
    sheet = Sheet()
    sheet.line("A B S T R A C T", LEFT, 740, size=10, font="F2")
    y = sheet.text(f"{LEFT_TEXT} here.", LEFT, 720)
    for title, size, font in (("2. Methods", 12, "F2"), ("2.1. Cells and mice", 10, "F3"), ("3. Results", 12, "F2")):
        sheet.line(title, LEFT, y - 20, size=size, font=font)
        y = sheet.text(RIGHT_TEXT, LEFT, y - 40) - 10
    found = document([sheet])
    assert [section.path for section in found.sections] == [
        ("ABSTRACT",),
        ("2. Methods",),
        ("2. Methods", "2.1. Cells and mice"),
        ("3. Results",),
    ]
    assert lines(found, BlockKind.ABSTRACT)


def test_the_bibliography_gives_references_and_marks_lead_to_them() -> None:
    sheet = Sheet()
    y = sheet.text(f"{LEFT_TEXT} by others [1, 2]. {RIGHT_TEXT}", LEFT, 740)
    sheet.line("It is so in mice", LEFT, y - 9)
    sheet.line("2", LEFT + 16 * 5.4, y - 5, size=6)
    sheet.line("and in men at 10", LEFT + 18 * 5.4, y - 9)
    sheet.line("9", LEFT + 34 * 5.4, y - 5, size=6)
    sheet.line("cells.", LEFT + 36 * 5.4, y - 9)
    sheet.line("References", LEFT, y - 40, size=12, font="F2")
    y = sheet.text(
        "[1] Able A. A pump in vesicles. J Cells. 2019. doi:10.1000/pump", LEFT, y - 60, width=200, hanging=22
    )
    sheet.text("[2] Baker B. The release of vesicles. J Cells. 2020.", LEFT, y, width=200, hanging=22)
    found = document([sheet])
    assert [(each.label, each.year, each.doi) for each in found.references] == [
        ("1", "2019", "10.1000/pump"),
        ("2", "2020", None),
    ]
    marks = [(found.text[mark.start : mark.end], mark.reference_ids) for mark in found.reference_marks]
    assert marks == [("[1, 2]", ("1", "2")), ("²", ("2",))]
    assert "men at 10⁹ cells." in found.text and "Able" not in found.text


def test_raised_numbers_of_addresses_are_no_marks() -> None:
    sheets = paper()
    sheets[0].line("2", LEFT + 23 * 5.4, 704, size=6)  # after "Ann Miller and Bo Smith"
    sheets[-1].line("References", LEFT, 300, size=12, font="F2")
    sheets[-1].text("[1] Able A. A pump in vesicles. J Cells. 2019.", LEFT, 280, width=COLUMN)
    sheets[-1].text("[2] Baker B. The release of vesicles. J Cells. 2020.", LEFT, 250, width=COLUMN)
    found = document(sheets)
    assert len(found.references) == 2 and found.reference_marks == ()
    assert any("Smith²" in note for note in lines(found, BlockKind.NOTE))


def test_the_doi_is_the_papers_own_and_the_licence_the_printed_one() -> None:
    sheets = paper()
    for sheet in sheets:
        sheet.line("https://doi.org/10.1000/own.1", LEFT, 40, size=7)
    sheets[0].line("The data are at https://doi.org/10.5281/zenodo.7.", LEFT, 60, size=7)
    sheets[0].line("See http://creativecommons.org/licenses/by/4.0/ for the licence.", LEFT, 50, size=7)
    found = document(sheets)
    assert (found.id, found.metadata.doi) == ("10.1000_own.1", "10.1000/own.1")
    assert found.metadata.license == "https://creativecommons.org/licenses/by/4.0/"
    assert found.metadata.authors == () and found.metadata.issued is None


def test_authors_are_those_whom_file_and_page_name_alike() -> None:
    (found,) = read(Source("x.pdf", pdf(paper(), {"Author": "Ann Miller and Bo Smith"})))
    assert [author.name for author in found.metadata.authors] == ["Ann Miller", "Bo Smith"]
    (found,) = read(Source("x.pdf", pdf(paper(), {"Author": "Ann Miller"})))
    assert found.metadata.authors == ()


def test_pages_that_are_pictures_are_named_or_the_file_is_refused() -> None:
    picture = Sheet(["q 600 0 0 780 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q"])
    found = document([two_columns(1), two_columns(2), picture])
    assert "2 pages" not in found.text and lines(found, BlockKind.NOTE)[-1].endswith(
        "pictures without text and are not read here: 3."
    )
    with pytest.raises(SourceError, match=r"no text layer on 2 of its 3 pages \(2 to 3\).*ocrmypdf"):
        document([two_columns(1), picture, picture])


def test_letters_that_the_fonts_do_not_name_are_refused() -> None:
    sheet = Sheet()
    for at in range(30):
        sheet.line("\x01\x02\x03\x04\x05\x06\x07 \x0e\x0f\x10 and", LEFT, 700 - 12 * at)
    with pytest.raises(SourceError, match="garbled"):
        document([sheet])


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
