from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.followup import Turn, resolve

DIALOGUES = Path(__file__).resolve().parents[1] / "data" / "dialogues" / "dialogues.jsonl"
ASKED = "How do vesicles act on T cells in melanoma?"
BEFORE = (
    Turn("system", "Be brief."),
    Turn("user", ASKED),
    Turn("assistant", "They switch them off. [1]"),
)


def said(*questions: str) -> list[Turn]:
    return [Turn("user", question) for question in questions]


@pytest.mark.parametrize(
    "question",
    [
        *("Why?", "Which studies?", "Tell me more", "What is the mechanism?", "Any more details?", "Is that true?"),
        *(
            "What about breast cancer?",
            "How do they get into the blood?",
            "Exosomes?",
            "Do B cells react likewise too?",
        ),
    ],
)
def test_a_question_that_leans_on_the_last_is_asked_together_with_it(question: str) -> None:
    assert resolve(question, BEFORE) == f"{ASKED} {question}"


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("And in lung cancer?", "lung cancer"),
        ("In mice?", "mice"),
        ("What about in patients with diabetes?", "patients with diabetes"),
    ],
)
def test_a_follow_up_changes_what_stands_behind_the_same_preposition(question: str, place: str) -> None:
    assert resolve(question, BEFORE) == f"How do vesicles act on T cells in {place}?"


def test_nothing_is_changed_in_the_middle_of_a_question() -> None:
    asked = "How do vesicles in mice act on cells?"
    assert resolve("And in lung cancer?", said(asked)) == f"{asked} And in lung cancer?"


@pytest.mark.parametrize(
    "question",
    [
        *("Which proteins do exosomes carry?", "How is chemotherapy resistance transferred?", "What are exosomes?"),
        *("Define ferroptosis", "What is the capital of France?", "Why does tamoxifen fail in breast cancer?"),
        *("Is it known whether BAG-1 drives adenomas?", "Which evidence shows that exosomes carry PD-L1?"),
        "What does this review say of immune evasion?",
    ],
)
def test_a_question_that_stands_alone_stays_as_it_is(question: str) -> None:
    assert resolve(question, BEFORE) == question


def test_a_chain_of_follow_ups_builds_on_what_each_meant() -> None:
    history = (*BEFORE, *said("And in lung cancer?"), Turn("assistant", "There too. [1]"))
    assert resolve("Why?", history) == "How do vesicles act on T cells in lung cancer? Why?"


def test_what_only_asks_on_does_not_pile_up() -> None:
    history = [*BEFORE, *said("Why?", "Which studies?", "Tell me more") * 30]
    assert resolve("And in mice?", history) == "How do vesicles act on T cells in mice?"


def test_a_new_topic_is_what_later_follow_ups_lean_on() -> None:
    history = (*BEFORE, *said("What are exosomes?"))
    assert resolve("Why do they matter?", history) == "What are exosomes? Why do they matter?"


def test_without_a_question_before_it_a_follow_up_stays_as_it_is() -> None:
    assert resolve("Why?", [Turn("assistant", "Hello."), Turn("user", " ")]) == "Why?"


@given(st.lists(st.text(max_size=60)), st.text(min_size=1, max_size=60))
def test_whatever_was_said_the_follow_up_is_still_asked(asked: list[str], question: str) -> None:
    resolved = resolve(question, said(*asked))
    kept = question.strip(" ?.,\n\t\r").split()
    assert resolved == question or resolved.endswith(question) or (bool(kept) and kept[-1] in resolved)


def test_every_dialogue_has_a_kind_and_a_form_of_its_own() -> None:
    dialogues = [json.loads(line) for line in DIALOGUES.read_text(encoding="utf-8").splitlines()]
    assert len(dialogues) >= 40 and len({one["id"] for one in dialogues}) == len(dialogues)
    for one in dialogues:
        new = resolve(one["question"], said(*one["asked"])) == one["question"]
        known_gap = one["id"] == "new-topic-8"  # "it" points back inside the question itself
        assert new == (one["kind"] == "new topic") or known_gap, one["id"]
