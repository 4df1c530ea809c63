"""Plain text in, paragraphs out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document
from index.errors import SourceError
from index.sources import text
from index.sources.source import Source


def read(content: str, name: str = "notes.txt") -> Document:
    (document,) = text.read(Source(name, content.encode()))
    return document


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind.value, document.text[block.start : block.end]) for block in document.blocks]


def test_blank_lines_part_paragraphs_and_wrapped_lines_are_joined() -> None:
    document = read("A title\n\nFirst line\nand second.\n \t\nT-\ncell and 10-\n12.\fNext page.\n")
    assert document.metadata.title == "A title"
    assert blocks(document) == [
        ("title", "A title"),
        ("paragraph", "First line and second."),
        ("paragraph", "T-cell and 10- 12."),
        ("paragraph", "Next page."),
    ]


@pytest.mark.parametrize(
    "content",
    ["One line", "A sentence first.\n\nMore.", "Two\nlines\n\nMore.", f"{'long ' * 50}\n\nMore.", "Abstract:\n\nMore."],
)
def test_without_a_clear_title_the_file_names_the_document(content: str) -> None:
    document = read(content, "folder/my notes.v2.txt")
    assert document.metadata.title == "my notes"
    assert document.id == "folder_my_notes.v2"
    assert "title" not in {kind for kind, _ in blocks(document)}


def test_lines_that_nobody_wrapped_are_paragraphs() -> None:
    long = "word " * 60
    assert [kind for kind, _ in blocks(read(f"Head\n{long}\n{long}\n"))] == ["paragraph"] * 3


def test_headings_and_lists_are_not_guessed() -> None:
    assert blocks(read("1. Methods.\n\n- one\n- two\n")) == [("paragraph", "1. Methods."), ("paragraph", "- one - two")]


def test_a_pmcid_as_name_is_the_papers() -> None:
    assert read("Words.", "PMC123456.txt").metadata.pmcid == "PMC123456"


def test_no_text_is_an_error() -> None:
    with pytest.raises(SourceError, match=r"notes\.txt has no text"):
        read(" \n\ufeff\n")


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"words", "a.txt", True),
        (b"words", "a.TXT", True),
        (b"words", "https://example.org/paper/7?x=1.2", True),
        (b"words", "a", True),
        (b"words", "a.csv", False),
        (b"\x00\x01", "a.txt", False),
    ],
)
def test_sniff(data: bytes, name: str, expected: bool) -> None:
    assert text.sniff(data, name) is expected


@given(st.text(max_size=200))
def test_any_text_keeps_its_letters(content: str) -> None:
    try:
        document = read(content.encode("utf-8", "replace").decode())
    except SourceError:
        return
    letters = [letter for letter in content if letter.isascii() and letter.isalnum()]
    assert [letter for letter in document.text if letter.isascii() and letter.isalnum()] == letters
    assert document.text == "\n\n".join(line for _, line in blocks(document))


@pytest.mark.parametrize(
    "entries",
    [
        "\n1. Kim A.\n   On mice.\n4. Bo B.\n",
        "1. Kim A. On\n   mice.\n4. Bo B.\n",
        "\n[1] Kim A. On mice.\n\n[4] Bo B.\n",
    ],
)
def test_numbered_entries_after_the_title_of_a_bibliography_resolve_marks(entries: str) -> None:
    text = f"Vesicles\n\nKnown [1, 4], not [2], raised.¹,⁴ In 5 cm² and Ca²⁺.\n\nReferences\n{entries}"
    document = read(text)
    found = [(document.text[mark.start : mark.end], mark.reference_ids) for mark in document.reference_marks]
    assert found == [("[1, 4]", ("1", "4")), ("¹,⁴", ("1", "4"))]
    assert [(each.label, each.text) for each in document.references] == [("1", "Kim A. On mice."), ("4", "Bo B.")]
    assert document.text.endswith("Ca²⁺.")


def test_entries_without_numbers_are_taken_where_each_has_a_year_and_resolve_names() -> None:
    text = "Vesicles\n\nKnown (Kim and Bo, 2019).\n\nReferences\n\n"
    document = read(f"{text}Kim A, Bo B. On mice. 2019.\n\nCy C. On rats. 2020.\n")
    assert [mark.reference_ids for mark in document.reference_marks] == [("r1",)]
    document = read(f"{text}Kim A, Bo B. On mice. 2019.\n\nFigure legends follow.\n")
    assert document.references == () and "Figure legends follow." in document.text
