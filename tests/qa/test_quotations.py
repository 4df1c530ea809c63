"""What a manuscript quotes: marks of all kinds, block quotes, lines, and what each quotation is cited as."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.quotations import LONGEST, quotations


def texts(manuscript: str) -> list[str]:
    return [quotation.text for quotation in quotations(manuscript).found]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        *(("“", "”"), ("„", "“"), ("„", "”"), ("”", "”"), ("«", "»"), ("»", "«"), ("‹", "›"), ("« ", " »")),
        *(('"', '"'), ("‘", "’"), ("‚", "‘"), ("'", "'"), ("``", "''"), ("``", '"'), ("`", "'")),
    ],
)
def test_marks_of_all_kinds_enclose_a_quotation(opening: str, closing: str) -> None:
    assert texts(f"They say {opening}exosomes carry the pump{closing}, and more.") == ["exosomes carry the pump"]
    assert texts(f"({opening}exosomes carry the pump{closing})") == ["exosomes carry the pump"]


@pytest.mark.parametrize(
    ("manuscript", "quoted"),
    [
        ("‘the patients’ cells survived the drug’ (12)", ["the patients’ cells survived the drug"]),
        ("It’s the patients’ own cells’ fault, isn’t it?", []),
        ("It's the patients' own cells' fault, isn't it?", []),
        ("‘one two three’ and the mice’s ‘four five six’", ["one two three", "four five six"]),
        ("“they ‘carry a big pump’ and “drop” it” too", ["they ‘carry a big pump’ and “drop” it"]),
        ("``they `carry a big pump' and more''", ["they `carry a big pump' and more"]),
        ("“one two three” “four five six”", ["one two three", "four five six"]),
        ('"one two three" and "four five six"', ["one two three", "four five six"]),
        ('a 5" tube, a 3" tube and a "long glass tube" too', ["long glass tube"]),
        ("“one *two* three -- four”", ["one two three – four"]),
        (r"``50\% of \emph{all cells} died''", ["50% of all cells died"]),
        ("“they carry the pump,” he said", ["they carry the pump"]),
        ('`"code is not quoted"` and ``"nor is this here"``', []),
        ('```\n"code is not quoted"\n```\n\n“one two three”', ["one two three"]),
        ("```\nan open fence\n\n“one two three”", ["one two three"]),
        ('<a href="one two three">four</a>', []),
        ("one\n“two\r\nthree four”", ["two\nthree four"]),
    ],
)
def test_what_is_quoted_is_told_from_what_is_not(manuscript: str, quoted: list[str]) -> None:
    assert texts(manuscript) == quoted


def test_one_or_two_words_are_counted_and_left_out() -> None:
    read = quotations("“Exosomes” and “big vesicles” and “not so very small”")
    assert (len(read.found), read.short) == (1, 2)


@pytest.mark.parametrize("mark", ["“", "„", "«", '"', "``"])
def test_a_mark_that_nothing_closes_swallows_nothing(mark: str) -> None:
    read = quotations(f"One line.\n\nHe said {mark}this and that\nand so on.\n\nThen “one two three” came.")
    assert [quotation.text for quotation in read.found] == ["one two three"]
    assert read.unclosed == (3,)


def test_a_quotation_of_several_paragraphs_opens_each_of_them() -> None:
    read = quotations("“One two three\n\n“four five six.”\n\nNot quoted.")
    assert ([quotation.text for quotation in read.found], read.unclosed) == (
        ["One two three", "four five six."],
        (),
    )


def test_an_open_mark_does_not_take_the_next_quotation_with_it() -> None:
    read = quotations('He said "carry on. Later "the vesicles were gone" again.')
    assert ([quotation.text for quotation in read.found], read.unclosed) == (["the vesicles were gone"], (1,))


@pytest.mark.parametrize(
    ("manuscript", "quoted"),
    [
        ("> one two\n> three four\n\nfive", [("one two\nthree four", 1)]),
        ("a\n\n> one two three\n>\n> four five six", [("one two three", 3), ("four five six", 5)]),
        ("> > one two three\n", [("one two three", 1)]),
        ("a b\n\n    one two three\n    four.\n\nfive", [("one two three\nfour.", 3)]),
        ("a b\n\n\tone two three\n\nfive", [("one two three", 3)]),
        ("- a\n\n    one two three\n", []),
        ("    First line is indented, as\nin books.\n\n    And so is this\none.", []),
        ("    All is indented.\n\n    Also this one here.\n\n    And “one two three”.", [("one two three", 5)]),
        ("a\n\n    x = f(1); y = 2; z[3] += {4}\n", []),
        ("\\begin{quote}\none two three\n\\end{quote}\n", [("one two three", 2)]),
    ],
)
def test_block_quotes_are_quotations(manuscript: str, quoted: list[tuple[str, int]]) -> None:
    assert [(quotation.text, quotation.line) for quotation in quotations(manuscript).found] == quoted


@pytest.mark.parametrize(
    ("after", "cited"),
    [
        (" (PMC13013411)", ("PMC13013411",)),
        (". [PMID 123; doi:10.1000/xyz(1)2]", ("PMID 123", "doi:10.1000/xyz(1)2")),
        ("\n(see Smith, 2019, and PMC123) more", ("Smith", "2019", "and PMC123")),
        (" [12] (PMC123)", ("12", "PMC123")),
        (" https://doi.org/10.1000/pump.", ("https://doi.org/10.1000/pump",)),
        (" [@resistance]", ("resistance",)),
        (" was shown (PMC123)", ()),
        (" (unclosed PMC123", ()),
        ("", ()),
    ],
)
def test_what_follows_a_quotation_is_what_it_is_cited_as(after: str, cited: tuple[str, ...]) -> None:
    (quotation,) = quotations(f"“one two three”{after}").found
    assert quotation.cited == cited


@pytest.mark.parametrize(
    "block",
    [
        "> one two three (PMC123)",
        "> one two three\n> — PMC123",
        "> one two three\n\n(PMC123)",
        "> one two three\n\n— PMC123",
    ],
)
def test_a_block_quote_is_cited_inside_or_after_it(block: str) -> None:
    (quotation,) = quotations(block).found
    assert (quotation.text, quotation.cited) == ("one two three", ("PMC123",))


@pytest.mark.parametrize(
    "heading", ["References", "## References", "**Bibliography**", r"\section*{References}", "5. References:"]
)
def test_the_list_of_references_quotes_nothing(heading: str) -> None:
    read = quotations(f"a\n\n{heading}\n\n1. “The title of it.”\n\n# Appendix\n\n“one two three”")
    assert [quotation.text for quotation in read.found] == ["one two three"]
    assert read.references == 3


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from([*"“”„«»‹›\"‘’‚'`>(", "``", "''", "\n", "\n\n", " ", "word ", "s", ".", "    ", "- "])
    ).map("".join)
)
def test_any_text_can_be_read(manuscript: str) -> None:
    for quotation in quotations(manuscript).found:
        assert 1 <= quotation.line <= manuscript.count("\n") + 1
        assert quotation.text.strip() == quotation.text != ""


@pytest.mark.parametrize(
    "part", ["“ab ", '"ab ', "‘ab ", "'ab", "``ab ", "(“ab”", "> ab\n", "    a\n\n", "*a ", "“ab cd ef” ("]
)
def test_the_time_to_read_grows_with_the_text_alone(part: str) -> None:
    began = time.perf_counter()
    quotations(part * (50_000 // len(part)))
    assert time.perf_counter() - began < 5


def test_marks_far_apart_enclose_nothing() -> None:
    assert texts(f"“{'word ' * LONGEST}”") == []
