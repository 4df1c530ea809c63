from __future__ import annotations

import pytest

from qa.followup import Turn, resolve

BEFORE = (
    Turn("system", "Be brief."),
    Turn("user", "How do vesicles act on T cells in melanoma?"),
    Turn("assistant", "They switch them off. [1]"),
)


@pytest.mark.parametrize(
    "question",
    ["And in lung cancer?", "Why?", "What about breast cancer?", "How do they get into the blood?", "In mice?"],
)
def test_a_question_that_leans_on_the_last_is_asked_together_with_it(question: str) -> None:
    assert resolve(question, BEFORE) == f"How do vesicles act on T cells in melanoma? {question}"


@pytest.mark.parametrize(
    "question", ["Which proteins do exosomes carry?", "How is chemotherapy resistance transferred?"]
)
def test_a_question_that_stands_alone_stays_as_it_is(question: str) -> None:
    assert resolve(question, BEFORE) == question


def test_a_chain_of_follow_ups_goes_back_to_the_question_that_stands_alone() -> None:
    history = (*BEFORE, Turn("user", "And in lung cancer?"), Turn("assistant", "There too. [1]"))
    assert resolve("Why?", history) == "How do vesicles act on T cells in melanoma? Why?"


def test_without_a_question_before_it_a_follow_up_stays_as_it_is() -> None:
    assert resolve("Why?", [Turn("assistant", "Hello.")]) == "Why?"
