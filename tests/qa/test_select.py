"""Which sentences become statements: the paper's own first, none twice, none below the threshold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import build
from index.document import BlockKind, Passage
from index.expansion import ask
from index.generation import Generation
from index.query import Scores
from index.relevance import closeness
from index.search import Hit, Searcher, Sentence
from index.sources.source import Source
from index.store import Store
from qa.select import MOST_STATEMENTS, Candidate, candidates, confidence, on_subject, select
from tests.fakes import CALIBRATION, HashingEncoder, markdown, workshop

QUESTION = "Do vesicles pump cisplatin?"
OWN = {"abstract", "paragraph", "list", "formula", "box", "caption", "footnote", "back"}

STUDIES = [
    markdown(
        f"study{number}.md", f"Study {number}", f"Vesicles pump cisplatin {where}. The sun was {weather} that day."
    )
    for number, (where, weather) in enumerate(
        [
            ("out of mice today", "red"),
            ("into rats twice", "blue"),
            ("into rats twice", "blue"),
            ("past liver cells", "green"),
            ("through human kidneys", "black"),
            ("across dog hearts", "white"),
            ("under cat skin", "grey"),
        ]
    )
]


def no_definitions(spellings: Collection[str]) -> list[tuple[str, str, int]]:
    return []


def page(abstract: str) -> Source:
    text = f"""# A page

**Authors:** A. Able

## TL;DR

Vesicles pump cisplatin out of cells.

## Abstract

{abstract}
"""
    return Source("page.md", text.encode())


def hit(
    kind: str,
    cosines: Sequence[float],
    *,
    coverage: float = 0.5,
    row: int = 0,
    cut: bool = False,
    cosine: float = 0.5,
) -> Hit:
    """A hit whose sentences are ten characters long each; with `cut` the last of them goes on after the passage."""
    text = "x" * (10 * len(cosines))
    found = tuple(Sentence(10 * i, 10 * i + 9, row + i, cosine) for i, cosine in enumerate(cosines))
    if cut:
        found = (*found[:-1], Sentence(found[-1].start, len(text) + 5, found[-1].row, found[-1].cosine))
    passage = Passage(f"document{row}", 0, len(text), text, (), BlockKind(kind))
    return Hit(1, 0.0, 0.0, 0.0, coverage, Scores(), passage, 0, found, cosine, 10)


HITS = st.lists(
    st.builds(
        hit,
        st.sampled_from([kind.value for kind in BlockKind]),
        st.lists(st.floats(-1, 1), min_size=1, max_size=4),
        coverage=st.floats(0, 1),
        row=st.integers(0, 50),
        cut=st.booleans(),
    ),
    max_size=6,
)


@given(HITS)
def test_candidates_are_whole_sentences_of_the_paper_closest_first(hits: list[Hit]) -> None:
    found = candidates(ask(QUESTION, no_definitions), hits, CALIBRATION)
    assert all(before.closeness >= after.closeness for before, after in pairwise(found))
    for candidate in found:
        assert candidate.hit.passage.kind in OWN | {"summary"}
        assert candidate.end <= candidate.hit.passage.end
        (sentence,) = [one for one in candidate.hit.sentences if one.row == candidate.row]
        assert candidate.relevance == CALIBRATION.relevance(
            closeness(sentence.cosine, candidate.hit.cosine, candidate.hit.coverage), candidate.hit.searched
        )


@given(HITS)
def test_a_summariser_speaks_only_where_the_paper_is_silent_and_no_sentence_of_the_paper_is_lost(
    hits: list[Hit],
) -> None:
    found = candidates(ask(QUESTION, no_definitions), hits, CALIBRATION)
    own = [
        CALIBRATION.relevance(closeness(sentence.cosine, held.cosine, held.coverage), held.searched)
        for held in hits
        for sentence in held.sentences
        if held.passage.kind in OWN and sentence.end <= held.passage.end
    ]
    summaries = [candidate for candidate in found if candidate.hit.passage.kind == "summary"]
    assert not summaries or max(own, default=0) < CALIBRATION.threshold
    assert len(found) - len(summaries) == len(own)


def test_of_equals_the_first_in_the_index_comes_first() -> None:
    found = candidates(
        ask(QUESTION, no_definitions), [hit("paragraph", [0.5], row=9), hit("abstract", [0.5], row=3)], CALIBRATION
    )
    assert [candidate.row for candidate in found] == [3, 9]


def test_a_sentence_that_uses_the_questions_words_is_closer_than_one_that_does_not() -> None:
    text = "It is so. Vesicles pump cisplatin."
    passage = Passage("a", 0, len(text), text, (), BlockKind.PARAGRAPH)
    sentences = (Sentence(0, 9, 0, 0.5), Sentence(10, len(text), 1, 0.5))
    held = Hit(1, 0.0, 0.0, 0.0, 1.0, Scores(), passage, 0, sentences, 0.5, 10)
    found = candidates(ask("Do vesicles pump?", no_definitions), [held], CALIBRATION)
    assert [candidate.row for candidate in found] == [1, 0]
    assert found[0].relevance == found[1].relevance


def announced(question: str, cosine: float = 0.55) -> list[str]:
    """The sentences of a passage, one of which announces what the other says, as they come for a question."""
    aim, finding = "We asked whether vesicles pump cisplatin.", "Vesicles carry cisplatin out."
    text = f"{aim} {finding}"
    passage = Passage("a", 0, len(text), text, (), BlockKind.PARAGRAPH)
    sentences = (Sentence(0, len(aim), 0, cosine), Sentence(len(aim) + 1, len(text), 1, 0.5))
    held = Hit(1, 0.0, 0.0, 0.0, 1.0, Scores(), passage, 0, sentences, 0.5, 10)
    found = candidates(ask(question, no_definitions), [held], CALIBRATION)
    return [text[candidate.start : candidate.end] for candidate in found]


def test_a_sentence_that_announces_what_is_asked_comes_after_the_one_that_says_it() -> None:
    assert announced("Do vesicles pump cisplatin?")[0] == "Vesicles carry cisplatin out."


def test_one_that_is_much_closer_than_any_finding_comes_first_all_the_same() -> None:
    assert announced("Do vesicles pump cisplatin?", cosine=0.95)[0] == "We asked whether vesicles pump cisplatin."


def test_where_the_aim_is_asked_for_it_comes_first() -> None:
    assert announced("What was the aim: do vesicles pump cisplatin?")[0] == "We asked whether vesicles pump cisplatin."


def test_a_sentence_without_the_number_that_is_asked_for_is_no_candidate() -> None:
    texts = ("Vesicles were counted in patients.", "Vesicles were found in 31 patients.")
    text = " ".join(texts)
    passage = Passage("a", 0, len(text), text, (), BlockKind.PARAGRAPH)
    sentences = (Sentence(0, len(texts[0]), 0, 0.9), Sentence(len(texts[0]) + 1, len(text), 1, 0.5))
    held = Hit(1, 0.0, 0.0, 0.0, 1.0, Scores(), passage, 0, sentences, 0.5, 10)
    found = candidates(ask("In how many patients were vesicles counted?", no_definitions), [held], CALIBRATION)
    assert [candidate.row for candidate in found] == [1]


def test_a_sentence_of_a_closer_passage_is_closer_and_more_relevant() -> None:
    far, near = hit("abstract", [0.5], row=1, cosine=0.2), hit("abstract", [0.5], row=2, cosine=0.8)
    found = candidates(ask(QUESTION, no_definitions), [far, near], CALIBRATION)
    assert [candidate.row for candidate in found] == [2, 1]
    assert found[0].relevance > found[1].relevance


def test_no_hits_give_no_candidates() -> None:
    assert candidates(ask(QUESTION, no_definitions), [], CALIBRATION) == []
    assert confidence([]) == 0


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    folder = tmp_path_factory.mktemp("select")
    build(Store(folder), STUDIES, workshop())
    with Store(folder).open() as opened:
        yield opened


def chosen(generation: Generation, question: str) -> list[str]:
    hits = Searcher(generation, HashingEncoder()).search(question, 20)
    found = candidates(ask(question, no_definitions), hits, CALIBRATION)
    picked = select(generation, found, CALIBRATION.threshold)
    return [generation.database.text(one.hit.document_row, one.start, one.end) for one in picked]


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("Do vesicles pump cisplatin past liver cells?", {"study3"}),
        ("Do vesicles pump cisplatin through a canine?", {"study5"}),
        ("Do vesicles pump cisplatin past liver cells or under cat skin?", {"study3", "study6"}),
        ("Do vesicles pump cisplatin into the pancreas?", set()),
        (QUESTION, {f"study{number}" for number in range(len(STUDIES))}),
    ],
)
def test_only_papers_that_name_what_the_question_names_may_answer(
    generation: Generation, question: str, documents: set[str]
) -> None:
    hits = Searcher(generation, HashingEncoder()).search(question, 20)
    held = on_subject(generation, ask(question, no_definitions), hits)
    assert {hit.passage.document_id for hit in held} == documents
    assert held == [hit for hit in hits if hit in held]


def cosine(generation: Generation, one: Candidate, other: Candidate) -> float:
    vectors = [generation.sentences.vectors(row, row + 1)[0].astype("float32") for row in (one.row, other.row)]
    return float(vectors[0] @ vectors[1])


PROBABILITIES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=14, max_size=14)


@settings(max_examples=60, deadline=None)
@given(PROBABILITIES)
def test_statements_are_the_closest_that_repeat_nothing_and_none_is_too_weak(
    generation: Generation, probabilities: list[tuple[float, float]]
) -> None:
    assert generation.manifest.counts.sentences - generation.manifest.counts.documents == len(probabilities)
    passage = hit("paragraph", [0.5] * len(probabilities))
    found = [
        Candidate(sentence.start, sentence.end, passage, sentence.row, *pair)
        for sentence, pair in zip(passage.sentences, probabilities, strict=True)
    ]
    found.sort(key=lambda candidate: -candidate.closeness)
    picked = select(generation, found, CALIBRATION.threshold)
    relevant = [candidate for candidate in found if candidate.relevance >= CALIBRATION.threshold]
    assert bool(picked) == bool(relevant) == (confidence(found) >= CALIBRATION.threshold)
    assert len(picked) <= MOST_STATEMENTS == 3
    assert [candidate for candidate in relevant if candidate in picked] == picked
    assert all(candidate.closeness >= relevant[0].closeness - 0.1 for candidate in picked)
    assert all(cosine(generation, *pair) < 0.85 for pair in combinations(picked, 2))
    for candidate in relevant:
        if candidate.closeness >= relevant[0].closeness - 0.1 and candidate not in picked:
            closer = [one for one in picked if one.closeness >= candidate.closeness]
            assert len(closer) == 3 or any(cosine(generation, candidate, one) >= 0.85 for one in closer)


def test_three_different_sentences_answer_at_most_and_the_same_sentence_of_two_papers_once(
    generation: Generation,
) -> None:
    hits = Searcher(generation, HashingEncoder()).search(QUESTION, 20)
    found = candidates(ask(QUESTION, no_definitions), hits, CALIBRATION)
    picked = select(generation, [replace(candidate, closeness=0.5) for candidate in found], CALIBRATION.threshold)
    statements = [generation.database.text(one.hit.document_row, one.start, one.end) for one in picked]
    assert len(statements) == len(set(statements)) == 3
    assert all(statement.startswith("Vesicles pump cisplatin") for statement in statements)


def told(generation: Generation, text: str, *closeness: float) -> list[str]:
    """The statements of a passage whose sentences are this close to the question."""
    ends = [found.end() for found in re.finditer(r"[^.]+\.", text)]
    starts = [0, *(end + len(text[end:]) - len(text[end:].lstrip()) for end in ends[:-1])]
    sentences = tuple(Sentence(*span, row, 0.5) for row, span in enumerate(zip(starts, ends, strict=True)))
    passage = Passage("a", 0, len(text), text, (), BlockKind.PARAGRAPH)
    held = Hit(1, 0.0, 0.0, 0.0, 1.0, Scores(), passage, 0, sentences, 0.5, 10)
    found = [
        Candidate(sentence.start, sentence.end, held, sentence.row, 0.9, close)
        for sentence, close in zip(sentences, closeness, strict=True)
    ]
    found.sort(key=lambda candidate: -candidate.closeness)
    return [text[one.start : one.end] for one in select(generation, found, CALIBRATION.threshold)]


def test_a_statement_that_points_back_is_quoted_with_what_it_points_to(generation: Generation) -> None:
    text = "Rats ate. Vesicles carry drugs. Moreover, they pump. This kills cells."
    assert told(generation, text, 0.1, 0.2, 0.9, 0.2) == ["Vesicles carry drugs. Moreover, they pump."]
    assert told(generation, text, 0.1, 0.2, 0.2, 0.9) == [
        "Vesicles carry drugs. Moreover, they pump. This kills cells."
    ]


def test_statements_that_quote_the_same_sentence_become_one(generation: Generation) -> None:
    text = "Vesicles carry drugs. They pump. Rats ate."
    assert told(generation, text, 0.8, 0.9, 0.1) == ["Vesicles carry drugs. They pump."]
    assert told(generation, text, 0.9, 0.8, 0.1) == ["Vesicles carry drugs. They pump."]


def test_a_second_statement_is_nearly_as_close_as_the_first(generation: Generation) -> None:
    text = "Vesicles carry drugs. Rats ate."
    assert told(generation, text, 0.6, 0.51) == ["Vesicles carry drugs.", "Rats ate."]
    assert told(generation, text, 0.6, 0.49) == ["Vesicles carry drugs."]


def test_another_sentence_is_taken_where_what_is_pointed_to_is_out_of_reach(generation: Generation) -> None:
    text = "They pump. Vesicles carry drugs."
    assert told(generation, text, 0.9, 0.8) == ["Vesicles carry drugs."]
    assert told(generation, text, 0.9, 0.1) == ["They pump."]
    assert told(generation, "Rats ate.\n\nThey pump. Vesicles carry drugs.", 0.1, 0.9, 0.8) == ["Vesicles carry drugs."]


def test_nothing_to_do_with_the_question_gives_no_statement(generation: Generation) -> None:
    assert chosen(generation, "zebrafish opera") == []
    assert select(generation, [], 0.0) == []


@pytest.mark.parametrize(
    ("abstract", "statement"),
    [
        ("In cells of mice vesicles pump cisplatin away.", "In cells of mice vesicles pump cisplatin away."),
        ("Rye bread keeps longer.", "Vesicles pump cisplatin out of cells."),
    ],
)
def test_a_page_answers_in_the_papers_words_and_in_a_summarisers_only_where_these_are_silent(
    tmp_path_factory: pytest.TempPathFactory, abstract: str, statement: str
) -> None:
    store = Store(tmp_path_factory.mktemp("page"))
    build(store, [page(abstract)], workshop())
    with store.open() as opened:
        assert chosen(opened, "Do vesicles pump cisplatin out of cells?") == [statement]
