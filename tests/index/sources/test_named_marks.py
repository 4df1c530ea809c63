"""Which entry names and a year can only mean."""

from __future__ import annotations

import time

import pytest

from index.document import Author, Reference
from index.sources.named_marks import named_works


def entry(id_: str, year: str, *families: str) -> Reference:
    return Reference(id_, "Printed.", year=year, authors=tuple(Author(family=family) for family in families))


WORKS = named_works(
    [
        entry("kim", "2019", "Kim", "Bo", "Cy"),
        entry("bo", "2020", "Bo", "Cy"),
        entry("dee-a", "2004a", "Dee", "Xu"),
        entry("dee-b", "2004b", "Dee", "Xu"),
        entry("group", "2010", "World Health Organization"),
        entry("berg", "2011", "van der Berg"),
        entry("ohara", "2012", "O’Hara"),
        entry("li", "2015", "Li"),
        entry("li-wu", "2015", "Li", "Wu"),
        entry("li-2016", "2016", "Li", "Wu"),
        entry("li-zhu", "2016", "Li", "Zhu"),
        entry("mueller", "2019", "Müller", "Li"),
        entry("may", "2018", "May"),
        Reference("text", "Garcia-Lopez M, Olsen K. On mice. J Mice 2013;1:2.", year="2013"),
    ]
)


def found(text: str) -> list[tuple[str, str]]:
    return [(text[each.start : each.end], each.reference_id) for each in WORKS.mentions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(Kim et al., 2019; Bo & Cy, 2020)", [("Kim et al., 2019", "kim"), ("Bo & Cy, 2020", "bo")]),
        ("In Kim et al. (2019) and Bo and Cy (2020)", [("2019", "kim"), ("2020", "bo")]),
        ("(Kim, Bo, and Cy 2019)", [("Kim, Bo, and Cy 2019", "kim")]),
        ("Dee and Xu (2004a,b)", [("2004a", "dee-a"), ("b", "dee-b")]),
        ("(Dee et al., 2004a, 2004b)", [("Dee et al., 2004a", "dee-a"), ("2004b", "dee-b")]),
        ("World Health Organization (2010)", [("2010", "group")]),
        ("by van der Berg (2011)", [("2011", "berg")]),
        ("O'Hara, 2012", [("O'Hara, 2012", "ohara")]),
        ("Li’s (2015) view, Li et al. 2015", [("2015", "li"), ("Li et al. 2015", "li-wu")]),
        ("MULLER and Li, 2019", [("MULLER and Li, 2019", "mueller")]),
        ("However, Bo and Cy (2020)", [("2020", "bo")]),
        ("Kim and colleagues (2019)", [("2019", "kim")]),
        ("(Kim et al., 2019, 2021)", [("Kim et al., 2019", "kim")]),
        ("(Li, 2015, p. 14)", [("Li, 2015", "li")]),
        ("(Garcia-Lopez and Olsen 2013)", [("Garcia-Lopez and Olsen 2013", "text")]),
    ],
)
def test_a_mention_stands_for_the_entry_that_it_can_only_mean(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "(Dee and Xu, 2004)",  # two entries
        "(Li et al., 2016)",
        "(Cy, 2020)",  # not the first author
        "(Kim, 2019)",  # two others wrote it too
        "(Zoe, Bo and Cy, 2020)",
        "Kim and Bo and Cy (2020)",
        "in May 2018",  # a date
        "Li (2015–2017)",
        "(Kim et al., 2018)",
        "(Olsen, 2013)",
        "Li 20155",
    ],
)
def test_a_mention_that_fits_none_or_several_is_text(text: str) -> None:
    assert found(text) == []


def test_another_year_of_the_same_authors_is_one_entry_or_none() -> None:
    assert WORKS.another_year("dee-a", "2004b") == "dee-b"
    assert WORKS.another_year("li-wu", "2016") == "li-2016"
    assert WORKS.another_year("kim", "2020") is None


def test_long_lines_of_names_take_no_time() -> None:
    started = time.process_time()
    assert found("The Quick Kim and The Other Bo, Of The Hill and Of The " * 2000) == []
    assert time.process_time() - started < 1
