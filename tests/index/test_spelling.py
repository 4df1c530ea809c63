"""Misspelled words of a question, by the words that the indexed papers have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.spelling import respelled
from index.terms import tokenise

PAPERS = {
    "vesicles": 9,
    "Tamoxifen": 4,
    "receptor": 6,
    "receptors": 2,
    "healing": 3,
    "heating": 1,
    "tumor": 8,
    "miR": 5,
    "progression": 2,
    "cloud": 1,
}
TERMS = {term for word in PAPERS for term in tokenise(word)}


def words(wanted: Sequence[str]) -> npt.NDArray[np.int64]:
    return np.array([PAPERS.get(word, 0) for word in wanted])


def terms(wanted: Sequence[str]) -> npt.NDArray[np.int64]:
    return np.array([term in TERMS for term in wanted], dtype=np.int64)


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("vesicels", "vesicles"),
        ("How does tamoxifin block the recepter?", "How does tamoxifen block the receptor?"),
        ("Recepter of what?", "Receptor of what?"),
        ("tumer progresion", "tumor progression"),
        ("heeling", "healing"),
        ("heaing", "healing"),
        ("recepto", "receptor"),
        ("receptot", "receptor"),
    ],
)
def test_a_word_that_no_paper_has_is_the_nearest_that_most_papers_have(question: str, meant: str) -> None:
    assert respelled(question, terms, words) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Do vesicles carry receptors?",
        "Do tumours progress?",  # by other spellings of the same terms
        "Does dexamethasone?",
        "tumoxifan",
        "tumr",
        "RECEPTER",
        "recepter2",
        "anti-recepter",
        "recepter\u2010like",
        "Could they?",
        "",
    ],
)
def test_what_is_known_far_from_all_or_a_name_stays(question: str) -> None:
    assert respelled(question, terms, words) is None


@given(
    st.sampled_from([word for word in PAPERS if len(word) > 6]),
    st.integers(0, 12),
    st.sampled_from("abcdefghijklmnopqrstuvwxyz"),
    st.sampled_from(["drop", "add", "change", "swap"]),
)
def test_one_wrong_letter_is_found(word: str, place: int, letter: str, fault: str) -> None:
    lower = word.lower()
    place %= len(lower) - 1
    before, after = lower[:place], lower[place:]
    wrong = {
        "drop": before + after[1:],
        "add": before + letter + after,
        "change": before + letter + after[1:],
        "swap": before + after[1] + after[0] + after[2:],
    }[fault]
    if terms(tokenise(wrong)).all():
        assert respelled(wrong, terms, words) is None
    else:
        assert respelled(wrong, terms, words) in {lower, "healing", "receptor", "receptors"}


def test_nothing_is_meant_where_no_paper_has_a_word() -> None:
    def none(wanted: Sequence[str]) -> npt.NDArray[np.int64]:
        return np.zeros(len(wanted), dtype=np.int64)

    assert respelled("recepter", none, none) is None
