"""A question has the other forms of its short and long forms as the documents define them, where these are clear."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import build
from index.expansion import Asked, Definitions, ask
from index.query import Expansion, Mode
from index.search import Searcher, Weights
from index.store import Store
from tests.fakes import HashingEncoder, markdown, workshop

VESICLES = ("EVs", "extracellular vesicles")
WORDS = st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta"]), max_size=5)


def defining(*pairs: tuple[str, str]) -> Definitions:
    """Documents of which each defines one pair."""

    def definitions(forms: Collection[str]) -> Sequence[tuple[str, str, int]]:
        longs = {form.lower() for form in forms}
        return [(s, long, row) for row, (s, long) in enumerate(pairs) if s in forms or long.lower() in longs]

    return definitions


def asked(question: str, *pairs: tuple[str, str]) -> Asked:
    return ask(question, defining(*pairs))


@pytest.mark.parametrize(
    ("question", "written_out"),
    [
        ("Do EVs act?", "Do EVs (extracellular vesicles) act?"),
        ("Does an EV act?", "Does an EV (extracellular vesicles) act?"),
        ("What is EV-mediated?", "What is EV (extracellular vesicles)-mediated?"),
        (
            "Do anti-EV drugs act on EVs?",
            "Do anti-EV (extracellular vesicles) drugs act on EVs (extracellular vesicles)?",
        ),
        ("Do EVs, i.e. extracellular vesicles, act?", "Do EVs, i.e. extracellular vesicles, act?"),
        ("Do evs act?", "Do evs act?"),
        ("DO EVS ACT?", "DO EVS ACT?"),
        ("Do EV-L1 act?", "Do EV-L1 act?"),
        ("", ""),
    ],
)
def test_a_short_form_is_written_out(question: str, written_out: str) -> None:
    assert asked(question, VESICLES, ("S", "sulphur"), ("L1", "lens one")).written_out == written_out


def test_what_was_added_is_said_once_with_the_number_of_documents() -> None:
    found = asked("EVs or EVs?", VESICLES, ("EV", "Extracellular vesicle"), VESICLES)
    assert found.expansions == (Expansion("EVs", "extracellular vesicles", 3),)


def test_printed_hyphens_are_those_that_are_typed() -> None:
    assert asked("Is PD-L1 there?", ("PD‑L1", "ligand one")).expansions == (Expansion("PD-L1", "ligand one", 1),)


def test_of_several_meanings_the_one_that_prevails_is_taken_or_none() -> None:
    other = ("EV", "etched vase")
    assert asked("Do EVs act?", VESICLES, other).expansions == ()
    assert asked("Do EVs act?", VESICLES, VESICLES, other).expansions == (
        Expansion("EVs", "extracellular vesicles", 2),
    )


@pytest.mark.parametrize(
    ("question", "added"),
    [
        ("Do extracellular vesicles act?", ["EVs"]),
        ("Extracellular vesicle: what is it?", ["EVs"]),
        ("What are (extracellular-vesicles)?", ["EVs"]),
        ("Do extracellular vesicles (EVs) act?", []),
        ("Do extracellular, vesicles act?", []),
        ("Do vesicles act?", []),
        ("Does nitric oxide act on Alzheimer's disease?", ["NO", "AD"]),
        ("Does transforming growth factor-β act?", ["TGF-β"]),
        ("Does transforming growth factor act?", []),
        ("Does amyloid‑β act?", ["Aβ"]),
        ("Does Helicobacter pylori act?", []),
        ("Does pulmonary arterial hypertension act?", ["PAH"]),
        ("Does arterial hypertension act?", ["AH"]),
        ("Do sulphur springs act?", []),
        ("Does progressive disease act?", []),
    ],
)
def test_a_long_form_has_its_short_one_beside_it_unless_that_mostly_means_something_else(
    question: str, added: list[str]
) -> None:
    found = asked(
        question,
        VESICLES,
        ("NO", "nitric oxide"),
        ("AD", "Alzheimer’s disease"),
        ("TGF-β", "transforming growth factor β"),
        ("TGF-β", "transforming growth factor-β"),
        ("Aβ", "amyloid-β"),
        ("H. pylori", "Helicobacter pylori"),
        ("PAH", "pulmonary arterial hypertension"),
        ("AH", "arterial hypertension"),
        ("S", "sulphur"),
        ("PD", "Parkinson disease"),
        ("PD", "Parkinson disease"),
        ("PD", "progressive disease"),
    )
    assert [one.added for one in found.expansions] == added
    assert found.written_out == question
    assert found.equals == tuple((one.term, one.added) for one in found.expansions)


@pytest.mark.parametrize(
    ("question", "text", "share"),
    [
        ("", "alpha", 0),
        ("alpha", "", 0),
        ("alpha beta", "gamma beta alpha", 1),
        ("alpha beta gamma delta", "beta", 0.25),
        ("EVs act", "Extracellular vesicles act.", 1),
        ("EVs act", "Extracellular matter acts.", 0.5),
        ("extracellular vesicles act", "An EV acts.", 1),
        ("extracellular vesicles act", "EV-mediated acts of EV-L1", 1),
        ("extracellular vesicles act", "Act, Ev, ev, EV-L1, EVA", 1 / 3),
        ("acute leukaemia", "all of it is in ALL", 1),
        ("acute leukaemia", "All of it", 0),
    ],
)
def test_coverage_is_the_share_of_the_questions_words(question: str, text: str, share: float) -> None:
    assert asked(question, VESICLES, ("ALL", "acute leukaemia")).coverage(text) == share


@given(WORDS, WORDS, WORDS)
def test_coverage_is_a_share_that_more_text_never_lowers(words: list[str], held: list[str], more: list[str]) -> None:
    question = asked(" ".join(["EVs", *words]), VESICLES)
    assert 0 <= question.coverage(" ".join(held)) <= question.coverage(" ".join(held + more)) <= 1
    assert question.coverage(question.text) == 1


def test_a_search_finds_the_long_form_by_the_short_one_that_another_paper_defines(tmp_path: Path) -> None:
    papers = [
        markdown("defines.md", "Defines", "Extracellular vesicles (EVs) exist."),
        markdown("uses.md", "Uses", "Extracellular vesicles pump."),
        markdown("other.md", "Other", "Quiet lakes freeze slowly."),
    ]
    store = Store(tmp_path)
    build(store, papers, workshop())
    with store.open() as generation:
        searcher = Searcher(generation, HashingEncoder(), Weights(lexical=0, passage=0, sentence=1))
        found = {hit.passage.document_id: hit for hit in searcher.search("EVs", 3)}
        assert searcher.asked("EVs").expansions == (Expansion("EVs", "Extracellular vesicles", 1),)
        assert found["uses"].coverage == 1 > found["other"].coverage == 0
        assert found["uses"].rank < found["other"].rank


@pytest.mark.parametrize(("question", "form"), [("EVs", "uses"), ("extracellular vesicles", "shortens")])
def test_words_find_a_passage_that_has_the_other_form_alone(tmp_path: Path, question: str, form: str) -> None:
    papers = [
        markdown("defines.md", "Defines", "Extracellular vesicles (EVs) exist."),
        markdown("uses.md", "Uses", "Extracellular vesicles pump."),
        markdown("shortens.md", "Shortens", "EVs pump."),
        markdown("other.md", "Other", "Quiet lakes freeze slowly."),
    ]
    store = Store(tmp_path)
    build(store, papers, workshop())
    with store.open() as generation:
        hits = Searcher(generation, HashingEncoder()).search(question, 4, Mode.LEXICAL)
    found = {hit.passage.document_id: hit for hit in hits}
    assert found.keys() == {"defines", "uses", "shortens"}
    assert found[form].coverage == 1
