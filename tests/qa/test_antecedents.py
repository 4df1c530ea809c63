"""Which sentences can be read by themselves."""

from __future__ import annotations

import pytest

from qa.antecedents import stands_alone


@pytest.mark.parametrize(
    "sentence",
    [
        "This was reversed by an inhibitor.",
        "These results show that vesicles matter.",
        "It pumps the drug out.",
        "However, T cells survived.",
        "In contrast, macrophages died.",
        "Moreover, they carry the same proteins.",
        "Additionally, in addition, its cargo is sorted.",
        "Through these, resistance spreads.",
        "Both of them were found.",
        "Such vesicles are small.",
        "The latter was seen in mice.",
    ],
)
def test_a_sentence_that_begins_by_pointing_back_does_not_stand_alone(sentence: str) -> None:
    assert not stands_alone(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Exosomes carry PD-L1.",
        "It is known that exosomes carry PD-L1.",
        "It has been shown in several models that exosomes carry PD-L1.",
        "This review describes vesicles.",
        "In this study, vesicles were counted.",
        "Moreover, PD-L1 is carried by exosomes.",
        "Thesis work counts.",
        "It-like words are no pronouns.",
        "Similar effects were seen in mice.",
        "",
    ],
)
def test_a_sentence_with_its_own_subject_stands_alone(sentence: str) -> None:
    assert stands_alone(sentence)
