from __future__ import annotations

import pytest

from qa.zones import announces, asks_for_announcements


@pytest.mark.parametrize(
    "sentence",
    [
        "We investigated the role of exosomes in melanoma.",
        "Here, we next examined vesicles of hypoxic cells.",
        "The aim of this study was to measure PD-L1 on vesicles.",
        "Our primary objective is overall survival.",
        "This trial was designed to compare two doses of cisplatin.",
        "We hypothesised that exosomes carry PD-L1.",
        "To determine the source of the vesicles, the cells were labelled.",
        "Whether vesicles reach the brain is a matter of debate.",
        "Little is known about vesicles in sarcoma.",
        "The mechanism remains poorly understood.",
        "How exosomes are sorted is not fully understood.",
        "BACKGROUND Exosomes are small vesicles.",
        "OBJECTIVE: Exosomes in sarcoma.",
        "DESIGN, SETTING, AND PATIENTS Retrospective analysis of two cohorts.",
        "MAIN OUTCOMES AND MEASURES Overall survival.",
        "How vesicles are sorted has not yet been well described.",
    ],
)
def test_what_asks_plans_or_misses_something_announces(sentence: str) -> None:
    assert announces(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Exosomes carry PD-L1.",
        "Exosomes of melanoma cells suppress CD8+ T cells.",
        "We found that exosomes carry PD-L1.",
        "We tested whether exosomes carry PD-L1, and found that they do.",
        "To test this, GW4869 was given, which resulted in fewer vesicles.",
        "Tumours secreted 10 times as many vesicles (p < 0.001).",
        "These data suggest that it is unknown to the host.",
        "In all, 60 patients were enrolled.",
        "METHODS Plasma of 60 patients was centrifuged.",
        "Vesicles have not only RNA but also DNA.",
        "RESULTS Exosomes carry PD-L1.",
        "This review covers what vesicles do to immunity.",
        "Background levels of PD-L1 were low.",
        "Purpose-built columns retain vesicles.",
        "",
    ],
)
def test_a_finding_or_a_plain_fact_does_not(sentence: str) -> None:
    assert not announces(sentence)


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("What was the aim of the study?", True),
        ("What is still unknown about exosomes in sarcoma?", True),
        ("Which questions remain open?", True),
        ("What was the trial designed to show?", True),
        ("What future work is set out?", True),
        ("Do exosomes carry PD-L1?", False),
        ("Which assay tests whether vesicles are intact?", False),
        ("How were the vesicles isolated?", False),
    ],
)
def test_a_question_may_ask_for_announcements(question: str, asks: bool) -> None:
    assert asks_for_announcements(question) is asks
