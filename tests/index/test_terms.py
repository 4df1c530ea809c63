"""Which spellings of a thing find one another, and which things that look alike must not."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.lexical import Entry, LexicalIndex
from index.terms import tokenise

SYMBOLS = {
    "pdl1": ["PD-L1", "PD L1", "PDL1", "PD‑L1", "PD‐L1", "PD–L1", "pd-l1", "anti-PD-L1", "PD-L1-positive"],
    "mir21": ["miR-21-5p", "miR-21", "miR21", "mir-21", "miR‑21", "miR 21", "hsa-miR-21-5p"],
    "let7a": ["let-7a", "let7a", "hsa-let-7a-5p"],
    "cd8": ["CD8⁺", "CD8+", "CD8", "CD-8", "CD8(+)", "CD 8", "CD8⁻", "CD8-positive", "CD4⁺/CD8⁺"],
    "il6": ["IL-6", "IL6", "IL 6", "IL‑6", "il-6", "IL-6/STAT3"],
    "tgfb": ["TGF-β", "TGF-beta", "TGFβ", "TGF‑β", "TGF-𝛽", "TGF-ß", "TGFß", "TGFB", "TGF-B"],
    "tgfb1": ["TGF-β1", "TGF-beta1", "TGFβ1", "TGFB1", "TGF-beta-1", "TGF-ß1"],
    "tnfa": ["TNF-α", "TNFα", "TNF-alpha", "TNFA"],
    "ifng": ["IFN-γ", "IFN-gamma", "IFNγ", "IFNG"],
    "il1b": ["IL-1β", "IL1B", "IL-1beta", "IL-1-β", "IL1β"],
    "nfkb": ["NF-κB", "NFκB", "NF-kB", "NFkB"],
    "hif1a": ["HIF-1α", "HIF1A", "HIF-1-alpha"],
    "alpha": ["α-synuclein", "alpha-synuclein", "α synuclein", "TNFα", "ERα", "α/β"],
    "gamma": ["γδ T cells", "gamma-delta T cells", "γ/δ T cells"],
    "9": ["10⁹", "10^9", "10(9)"],
    "h2o2": ["H₂O₂", "H2O2"],
    "cov2": ["SARS-CoV-2", "SARS CoV-2", "SARS‑CoV‑2"],
    "nonsmal": ["non-small-cell", "non-small cell", "nonsmall cell"],
}
WORDS = [
    ["1,000,000", "1000000"],
    ["fibrosis", "ﬁbrosis", "fi\u00adbrosis"],
    ["tumour", "tumor", "tumours", "tumors", "TUMOUR"],
    ["haematopoietic", "hematopoietic"],
    ["leukaemia", "leukemia", "leukæmia"],
    ["oedema", "edema", "œdema"],
    ["diarrhoea", "diarrhea"],
    ["oesophageal", "esophageal"],
    ["fibre", "fiber", "fibres"],
    ["centre", "center", "centers"],
    ["sulphate", "sulfate"],
    ["analogue", "analog", "analogues"],
    ["characterise", "characterize", "characterisation", "characterized"],
    ["metabolise", "metabolize", "metabolised", "metabolism"],
    ["analyse", "analyze", "analysed", "analyzing", "analyses", "analysis"],
    ["labelled", "labeled"],
    ["signalling", "signaling"],
    ["ageing", "aging"],
    ["metastasis", "metastases"],
    ["nucleus", "nuclei"],
    ["bacterium", "bacteria"],
    ["mitochondrion", "mitochondria"],
    ["mouse", "mice"],
    ["woman", "women"],
    ["biopsy", "biopsies"],
    ["exosome", "exosomes", "exosomal"],
    ["Sjögren", "Sjogren", "Sjögren's"],
    ["naïve", "naive", "nai\u0308ve"],
    ["µg", "μg"],
]
APART = [
    ("CD8", "CD80"),
    ("miR-21", "miR-210"),
    ("miR-21-5p", "miR-215"),
    ("miR-21", "miR-121"),
    ("IL-1", "IL-10"),
    ("IL-1α", "IL-1β"),
    ("TGF-α", "TGF-β"),
    ("PD-L1", "PD-L2"),
    ("let-7a", "let-7b"),
    ("KRAS G12C", "KRAS G12D"),
    ("10⁹", "109"),
    ("10⁹", "10⁸"),
    ("3.5", "35"),
    ("β cells", "B cells"),
    ("ERα", "era"),
    ("H2O2", "H2O"),
    ("Weiß", "Weiβ"),
]


@pytest.mark.parametrize(("term", "spelling"), [(term, one) for term, all_ in SYMBOLS.items() for one in all_])
def test_all_spellings_of_a_symbol_have_a_term_of_its_own(term: str, spelling: str) -> None:
    assert term in tokenise(spelling)


@pytest.mark.parametrize("spellings", [*SYMBOLS.values(), *WORDS], ids=lambda spellings: spellings[0])
def test_spellings_of_one_thing_find_one_another(tmp_path: Path, spellings: list[str]) -> None:
    LexicalIndex.build(tmp_path, [Entry("", "something else"), *(Entry("", spelling) for spelling in spellings)])
    index = LexicalIndex.open(tmp_path)
    for asked in spellings:
        assert set(index.search(asked, 99)[0].tolist()) == set(range(1, len(spellings) + 1)), asked


@pytest.mark.parametrize("pair", APART, ids=" ".join)
def test_what_looks_alike_stays_apart(tmp_path: Path, pair: tuple[str, str]) -> None:
    LexicalIndex.build(tmp_path, [Entry("", written) for written in pair])
    index = LexicalIndex.open(tmp_path)
    for i, (asked, _) in enumerate(permutations(pair)):
        rows, scores = index.search(asked, 2)
        assert rows[0] == i and (len(rows) == 1 or scores[0] > scores[1]), asked


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("vertebra", "vertebrae"),
        ("larva", "larvae"),
        ("toe", "toes"),
        ("disease", "diseases"),
        ("base", "bases"),
        ("type III", "type-III"),
    ],
)
def test_what_only_looks_british_or_latin_keeps_its_plural(one: str, other: str) -> None:
    assert set(tokenise(one)) <= set(tokenise(other))


@given(st.text(st.characters(max_codepoint=127)))
@example("IL 6/IL 10 in 1,000 CD8 T cells, PD-L1 AND TUMOUR")
def test_plain_text_has_the_same_terms_beside_a_word_that_is_not_plain(text: str) -> None:
    assert tokenise(f"{text} é") == [*tokenise(text), "e"]


def test_a_power_is_not_a_number_of_its_digits() -> None:
    assert "109" not in tokenise("10⁹")


@given(st.text())
def test_any_text_has_tokens_that_do_not_depend_on_space_around_it(text: str) -> None:
    tokens = tokenise(text)
    assert all(token and not any(letter.isspace() for letter in token) for token in tokens)
    assert tokenise(f" {text}\n") == tokens
