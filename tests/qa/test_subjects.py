from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.subjects import about


@pytest.mark.parametrize(
    ("question", "names", "does_not"),
    [
        ("Do exosomes slow prostate cancer?", "Prostatic tumours shrank.", "Lung tumours shrank."),
        ("Do exosomes spread bowel cancer?", "Exosomes spread colorectal cancer.", "Exosomes spread gastric cancer."),
        ("Is CD9 on vesicles of NSCLC?", "Vesicles of lung cancer carry it.", "Vesicles of melanoma carry it."),
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
        ("Which KRAS mutation was found?", "A K-ras mutation was found.", "A BRAF mutation was found."),
        ("Which BRAF mutation was found?", "Both had BRAFV600E.", "It lay in lipid rafts."),
        ("Does c-Myc drive it?", "N-Myc and MYC-driven tumours do.", "Mycobacteria do."),
        ("Is mTOR active?", "TORC1 is active.", "It was active in Toronto."),
        ("Do exosomes carry PD-L1?", "They carry B7-H1.", "They carry PTEN."),
        ("Is TGF-β on them?", "Transforming growth factor beta is.", "TNF-α is."),
        ("Does anti-TNFα help?", "Infliximab helps.", "Anti-TGF-β helps."),
        ("Is p53 lost?", "TP53 is lost.", "The protein of 53 kDa is lost."),
        (
            "Was it tested in a phase II trial?",
            "In a phase 2/3 study it was.",
            "In the second phase of mitosis it was.",
        ),
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


@pytest.mark.parametrize(
    ("question", "names", "does_not"),
    [
        ("What does miR-214-3p do?", ["hsa-miR-214", "MicroRNA 214-5p", "exomiR-21, miR-29b and -214"], ["miR-2145"]),
        ("Does let-7 help?", ["let-7d-5p helps"], ["let 7 patients go", "miR-7", "let-17"]),
        ("Is IL-1β raised?", ["interleukin-1 beta", "IL1B", "IL-6/1β", "IL‑6 or IL‑1"], ["IL-10", "IL-6 after 1 day"]),
        (
            "Do they block CDK4?",
            ["CDK4/6 inhibitors", "cyclin-dependent kinases 6 and 4", "CDK6 or 4"],
            ["CDK6", "CDKs 4 days later"],
        ),
        ("Is HSP70 on them?", ["heat shock protein 70", "HSP90 and 70"], ["HSP90 of 70 patients"]),
        ("Does STAT3 matter?", ["pSTAT3", "Stat-3", "STAT1, STAT5, and 3"], ["STAT1", "STAT"]),
    ],
)
def test_of_a_family_that_is_numbered_a_paper_names_that_number(
    question: str, names: list[str], does_not: list[str]
) -> None:
    named = about(question)
    assert named is not None
    assert [text for text in names if not named(text)] == []
    assert [text for text in does_not if named(text)] == []


def test_numbers_are_named_as_subjects_are_all_or_where_the_question_compares_one() -> None:
    both, either = about("Do miR-21 and miR-155 spread lung cancer?"), about("Is miR-21 or miR-155 in it?")
    assert both is not None and either is not None
    assert both("MiR-155 and miR-21 in the lungs.")
    assert not both("MiR-155 in the lungs.") and not both("MiR-155 and miR-21 in the liver.")
    assert either("MiR-155 is.") and not either("MiR-210 is.")


@pytest.mark.parametrize("question", ["Which miRNAs rise?", "Which interleukins 24 h after?", "Let 7 be?", "Is it 21?"])
def test_a_question_without_a_number_of_a_family_is_about_any_paper(question: str) -> None:
    assert about(question) is None


@given(family=st.sampled_from(["miR-", "IL-", "CDK", "let-"]), asked=st.integers(1, 9999), held=st.integers(1, 9999))
def test_a_number_is_named_by_itself_and_by_no_other(family: str, asked: int, held: int) -> None:
    named = about(f"What does {family}{asked} do?")
    assert named is not None
    assert named(f"It is {family}{held}, they say.") == (asked == held)
