"""What only repeats an earlier text is told from what says something of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.repeats import Heard

FIRST = "Vesicles from resistant cells carry a pump, and the cells that receive them survive cisplatin."
SECOND = (
    "We followed 120 patients for five years; survival was 41% in those whose plasma held it, and 63% in the others."
)
ABSTRACT = f"{FIRST} {SECOND}"
WORDS = st.lists(st.sampled_from(["cells", "carry", "no", "pump", "41", "63"]), max_size=12).map(" ".join)


def heard(*texts: str) -> Heard:
    told = Heard()
    for text in texts:
        told.hear(text)
    return told


@pytest.mark.parametrize(
    "later",
    [
        ABSTRACT,
        ABSTRACT.upper(),
        ABSTRACT.replace(",", " –").replace(" ", "  "),
        FIRST,
        "We followed 120 patients for five years",
        f"{SECOND} {FIRST}",
    ],
)
def test_the_same_words_in_the_same_runs_are_a_repetition(later: str) -> None:
    told = heard(ABSTRACT, later)
    assert (told.new, told.copies) == ([0], {0: [1]})


@pytest.mark.parametrize(
    "later",
    [
        ABSTRACT.replace("survive", "do not survive"),
        ABSTRACT.replace("41%", "14%"),
        ABSTRACT.replace("cisplatin", "gemcitabine"),
        f"{ABSTRACT} Mice did not.",
        "The others survive 41 cells; patients carry years",
        "",
    ],
)
def test_a_word_of_its_own_or_another_order_makes_another_text(later: str) -> None:
    assert heard(ABSTRACT, later).new == [0, 1]


def test_rows_of_a_table_that_differ_by_their_name_stay() -> None:
    row = "Adverse events: {} | Treated (N = 59), all: 6 (10.2) | Treated (N = 59), severe: 0 | Others (N = 30), all: 0"
    assert heard(row.format("Stomatitis"), row.format("Hypokalaemia")).new == [0, 1]


def test_the_longer_of_two_is_no_repetition_of_the_shorter() -> None:
    told = heard(FIRST, ABSTRACT, FIRST)
    assert (told.new, told.copies, len(told)) == ([0, 1], {0: [2]}, 3)


@given(st.lists(WORDS, max_size=8))
def test_every_text_is_new_or_repeats_one_that_is(texts: list[str]) -> None:
    told = heard(*texts)
    repeats = [place for copies in told.copies.values() for place in copies]
    assert sorted(told.new + repeats) == list(range(len(texts)))
    assert all(original in told.new and original < min(copies) for original, copies in told.copies.items())
    assert heard(*texts, *texts).new == told.new
