import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.abbreviations import abbreviations
from index.document import Block, BlockKind, Span
from index.sentences import sentences


def pairs(text: str) -> list[tuple[str, str]]:
    found = abbreviations(text, sentences(text, [Block(0, len(text), BlockKind.PARAGRAPH)]))
    return [(abbreviation.short, abbreviation.long) for abbreviation in found]


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("We studied extracellular vesicles (EVs) in mice.", "EVs", "extracellular vesicles"),
        ("We studied an extracellular vesicle (EV) in mice.", "EV", "extracellular vesicle"),
        ("EVs (extracellular vesicles) were studied.", "EVs", "extracellular vesicles"),
        ("The TME (tumour microenvironment) was acid.", "TME", "tumour microenvironment"),
        ("Levels of tumor necrosis factor alpha (TNF-α) rose.", "TNF-α", "tumor necrosis factor alpha"),
        ("Blocking programmed death-ligand 1 (PD-L1) helped.", "PD-L1", "programmed death-ligand 1"),
        ("We used small interfering RNA (siRNA) there.", "siRNA", "small interfering RNA"),
        ("Some natural killer cell (NKs) died.", "NKs", "natural killer cell"),
        ("The cancer stem cells (CSCs; CD44+) grew.", "CSCs", "cancer stem cells"),
        ("A computed tomography (CT, 3 mm) scan was made.", "CT", "computed tomography"),
        ("The epithelial–mesenchymal transition [12] (EMT) ended.", "EMT", "epithelial–mesenchymal transition"),
        ("Signals of NF-κB (nuclear factor kappa B) fell.", "NF-κB", "nuclear factor kappa B"),
        ("The EVs (extracellular vesicles that cells release) rose.", "EVs", "extracellular vesicles"),
    ],
)
def test_a_definition_is_found_in_both_orders(text: str, short: str, long: str) -> None:
    assert pairs(text) == [(short, long)]


@pytest.mark.parametrize(
    "text",
    [
        "Uptake rose with dose (Fig. 2) in all cells (Table 1).",
        "This was shown before (Smith, 2019) and again (both).",
        "Phase two (II) was short (n = 5), and so was the other (A).",
        "The antibody (Promega) was diluted, as was the dye (Sigma).",
        "The difference was small (P < 0.05) (USA).",
        "It was treated with interferon (IFN-γ) (.",
        "(EVs) stand alone.",
        "The DNA double strand, called DNA (DNA), was cut.",
    ],
)
def test_a_bracket_that_defines_nothing_gives_nothing(text: str) -> None:
    assert pairs(text) == []


def test_each_pair_comes_once_in_order_of_first_appearance() -> None:
    text = (
        "The tumor microenvironment (TME) holds extracellular vesicles (EVs). "
        "Extracellular vesicles (EVs) shape the tumor microenvironment (TME)."
    )
    assert pairs(text) == [("TME", "tumor microenvironment"), ("EVs", "extracellular vesicles")]


def test_a_capital_at_the_sentences_start_is_no_part_of_the_long_form() -> None:
    assert pairs("Extracellular vesicles (EVs) travel. We count extracellular vesicles.") == [
        ("EVs", "extracellular vesicles")
    ]
    assert pairs("Alzheimer disease (AD) is common.") == [("AD", "Alzheimer disease")]


def test_a_definition_does_not_reach_over_a_full_stop() -> None:
    assert pairs("We isolated extracellular material. Vesicles (EVs) were counted.") == []


@settings(deadline=None)
@given(st.text(st.one_of(st.sampled_from("() AaSs-"), st.characters()), max_size=200))
def test_any_text_gives_long_forms_that_stand_in_it(text: str) -> None:
    for short, long in [(a.short, a.long) for a in abbreviations(text, [Span(0, len(text))] if text else [])]:
        assert short in text
        assert long.casefold() in text.casefold()
        assert len(long) > len(short)


@pytest.mark.parametrize("unit", ["(", "( ", "a(b) ", "EV (EVs) ", "[1] ", "(a"])
def test_a_long_sentence_is_no_trouble(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    assert isinstance(abbreviations(text, [Span(0, len(text))]), tuple)
