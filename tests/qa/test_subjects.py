from __future__ import annotations

import pytest

from qa.subjects import about


@pytest.mark.parametrize(
    ("question", "names", "does_not"),
    [
        ("Do exosomes slow prostate cancer?", "Prostatic tumours shrank.", "Lung tumours shrank."),
        ("Do exosomes spread bowel cancer?", "Exosomes spread colorectal cancer.", "Exosomes spread gastric cancer."),
        ("Is PD-L1 on vesicles of NSCLC?", "Vesicles of lung cancer carry it.", "Vesicles of melanoma carry it."),
        ("Do vesicles protect in HCC?", "In hepatocellular carcinoma they do.", "In pancreatic cancer they do."),
        ("What marks leukemia?", "Leukaemic cells have it.", "All cells of lymphoma have it."),
        (
            "Is it raised in Parkinson's disease?",
            "Patients with parkinsonism had more.",
            "PD-L1 was raised in Alzheimer's.",
        ),
        ("Is it raised in Alzheimer’s?", "Alzheimer's patients had more.", "It was added ad libitum."),
        ("Does it protect dogs?", "Canine tumours shrank.", "Mice were protected."),
        ("Do fruit flies have exosomes?", "Flies have them.", "Yeast has them."),
    ],
)
def test_a_paper_names_the_subject_by_any_of_its_words(question: str, names: str, does_not: str) -> None:
    named = about(question)
    assert named is not None
    assert named(names)
    assert not named(does_not)


def test_all_that_a_question_names_must_be_named() -> None:
    named = about("Do exosomes of breast cancer reach the lung?")
    assert named is not None
    assert named("Exosomes of mammary tumours reach the lungs.")
    assert not named("Exosomes of mammary tumours reach the brain.")


@pytest.mark.parametrize("question", ["Is it more in breast than in lung cancer?", "Is it in breast or lung cancer?"])
def test_where_a_question_compares_one_of_them_is_enough(question: str) -> None:
    named = about(question)
    assert named is not None
    assert named("It is in breast cancer.")
    assert not named("It is in melanoma.")


@pytest.mark.parametrize("question", ["Do exosomes slow cancer?", "What aids tumours?", "Do breastfed?", ""])
def test_a_question_without_a_subject_is_about_any_paper(question: str) -> None:
    assert about(question) is None
