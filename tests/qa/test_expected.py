from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.expected import expected, micro_rnas, numbers


def holds(question: str, sentence: str) -> bool:
    """Whether a sentence holds what a question expects, which there must be."""
    found = expected(question)
    assert found is not None
    return found(sentence)


@pytest.mark.parametrize(
    "question",
    [
        "How many patients took part?",
        "In how many of them did vesicles carry PD-L1?",
        "How old was the man?",
        "By how much did the tumour shrink?",
        "What share of exosomes carries PD-L1?",
        "In what percentage of patients was it found?",
        "What is the IC50 of cisplatin in A549 cells?",
        "At which dose did it work?",
        "What was the median survival with exosomes?",
        "What area under the curve did the test reach?",
        "what is the half-life of exosomes in blood",
    ],
)
def test_a_question_for_a_quantity_expects_a_number(question: str) -> None:
    assert holds(question, "Of 90 patients 31 (34 %) had it.")
    assert not holds(question, "Exosomes of CD8+ T cells carry miR-21 [3, 4].")


@pytest.mark.parametrize(
    "question", ["Which microRNA is it?", "Which exosomal miRNAs are lower in plasma?", "What miRs?"]
)
def test_a_question_for_micro_rnas_expects_the_name_of_one(question: str) -> None:
    assert holds(question, "It is miR-21-5p.")
    assert holds(question, "Let-7d was lower.")
    assert not holds(question, "MicroRNAs of 90 patients were lower.")


@pytest.mark.parametrize(
    "question",
    [
        "Do exosomes carry PD-L1?",
        "How do exosomes carry PD-L1?",
        "How much do exosomes matter?",
        "Which dose-limiting effects are known?",
        "Which survival pathways are switched on?",
        "What role does the concentration of oxygen play?",
        "Which microRNA targets are known?",
        "Which proteins are microRNA sponges?",
        "",
    ],
)
def test_of_other_questions_nothing_is_expected(question: str) -> None:
    assert expected(question) is None


def test_what_the_question_says_itself_answers_nothing() -> None:
    assert not holds("How many of the 90 patients had miR-21?", "All of the 90 patients had it.")
    assert not holds("Which microRNA works like miR-21?", "miR-21 works.")
    assert holds("Which microRNA works like miR-21?", "miR-21 works like miR-155.")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(n = 15)", {"15"}),
        ("3–14% of them", {"3", "14"}),
        ("1,020 lncRNAs", {"1,020"}),
        ("only 2Gy, at 10mg/kg", {"2gy", "10mg"}),
        ("10⁹ vesicles, 10⁻³ M", {"10⁹", "10⁻³"}),
        ("1x10⁶ and 2×10⁵ cells", {"1x1", "2×1"}),
        ("a 56-nucleotide fragment", {"56"}),
        ("Half of the seven.", {"half", "seven"}),
        ("0.91.", {"0.91"}),
        ("CD8, H1299, IL-6, miR-21-5p, 3D, 7SK", set()),
        ("as before [12–14], (9, 10) and there.33-35", set()),
        ("", set()),
    ],
)
def test_numbers_are_those_that_a_text_says(text: str, found: set[str]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("miR-21, MIR155 and microRNA-34a", {"mir-21", "mir155", "microrna-34a"}),
        ("hsa-miR-21-5p", {"mir-21"}),
        ("let-7d", {"let-7d"}),
        ("microRNAs; let it be", set()),
    ],
)
def test_micro_rnas_are_named_by_number(text: str, found: set[str]) -> None:
    assert micro_rnas(text) == found


@given(st.text())
def test_any_text_may_be_asked_or_looked_into(text: str) -> None:
    for question in (text, "How many?", "Which microRNA?"):
        if (found := expected(question)) is not None:
            assert found(text) in (True, False)
