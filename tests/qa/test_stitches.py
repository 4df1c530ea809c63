"""Quotes put together from parts that stand apart, and what only looks like it."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import ReferenceMark, Span
from index.folding import fold
from qa.quotes import Source, prepare_quote, prepare_source
from qa.stitches import LEAST_PART_WORDS, find_parts

SENTENCES = (
    "Tumour vesicles carried a pump to the receiving cells [1].",
    "In mice the pump did not lower the response to cisplatin (Smith, 2019).",
    "Short but true.",
    "A second cohort of patients showed no such effect of the pump at all.",
    "Blocking the release of vesicles restored the response of the tumour to the drug.",
)
TEXT = f"{' '.join(SENTENCES[:3])}\n\n{' '.join(SENTENCES[3:])}"


def source(text: str = TEXT, sentences: tuple[str, ...] = SENTENCES) -> Source:
    marks = [ReferenceMark(found.start(), found.end(), ("r",)) for found in re.finditer(r"\[1\]|\(Smith, 2019\)", text)]
    spans = tuple(Span(text.index(sentence), text.index(sentence) + len(sentence)) for sentence in sentences)
    return prepare_source(fold(text), marks, spans)


def parts(quote: str) -> list[str]:
    return [TEXT[span.start : span.end] for span in find_parts(prepare_quote(quote), source())]


@pytest.mark.parametrize(
    ("quote", "own_words"),
    [
        (
            "Tumour vesicles carried a pump to the receiving cells. A second cohort of patients showed no such effect",
            [
                "Tumour vesicles carried a pump to the receiving cells",
                "A second cohort of patients showed no such effect",
            ],
        ),
        (
            "Tumour vesicles carried a pump, restored the response of the tumour to the drug.",
            ["Tumour vesicles carried a pump", "restored the response of the tumour to the drug"],
        ),
        (
            "Short but true. Blocking the release of vesicles restored the response",
            ["Short but true", "Blocking the release of vesicles restored the response"],
        ),
        (
            "Blocking the release of vesicles … the response\nof the tumour to the drug.",
            ["Blocking the release of vesicles", "the response of the tumour to the drug."],
        ),
        ("Tumour vesicles [...] receiving cells.", ["Tumour vesicles", "receiving cells [1]."]),
        (
            "Blocking the release of vesicles ... Tumour vesicles carried",
            ["Blocking the release of vesicles", "Tumour vesicles carried"],
        ),
    ],
)
def test_parts_are_found_where_they_stand(quote: str, own_words: list[str]) -> None:
    assert parts(quote) == own_words


@pytest.mark.parametrize(
    "quote",
    [
        "In mice the pump did lower the response to cisplatin.",
        "Tumour vesicles carried a pump to the cells [1]. In mice the pump did",
        "Short but true. In mice the pump did lower the response to cisplatin",
        "Tumour vesicles carried a pump to the receiving cells, In mice the pump did not",
        "Tumour vesicles carried a lamp to the receiving cells. A second cohort of patients",
        "Tumour vesicles carried a pump to never restored the response of the tumour",
        "vesicles carried … zebrafish in a tank",
        "vesicles … drug",
        "to the receiving cells of the tumour",
        "the pump",
    ],
)
def test_words_left_out_of_a_sentence_or_put_into_it_make_it_no_quotation(quote: str) -> None:
    assert parts(quote) == []


def test_an_omission_is_no_stitch_because_its_words_stand_elsewhere_too() -> None:
    sentences = (
        "The vesicles in this study did well.",
        "The vesicles in this study did not carry the pump to mice.",
        "Others carry the pump to mice.",
    )
    text = " ".join(sentences)
    quote = prepare_quote("The vesicles in this study did carry the pump to mice.")
    assert find_parts(quote, source(text, sentences)) == []


SAMPLE = "vesicles cells the a pump carried in of mice lowered CD8⁺ 10⁹ response"


@st.composite
def texts(draw: st.DrawFn) -> list[str]:
    """Three to eight different sentences of few words, so that they have much in common."""
    random, words = Random(draw(st.integers(0, 1_000_000))), SAMPLE.split()
    lengths = [random.randint(LEAST_PART_WORDS, 12) for _ in range(random.randint(3, 8))]
    return list({" ".join(random.choices(words, k=length)) + ".": None for length in lengths})


@given(texts(), st.data())
def test_two_sentences_that_stand_apart_are_stitched(sentences: list[str], data: st.DataObject) -> None:
    text = " ".join(sentences)
    first = data.draw(st.integers(0, len(sentences) - 3))
    second = data.draw(st.integers(first + 2, len(sentences) - 1))
    quote = f"{sentences[first]} {sentences[second]}"
    spans = find_parts(prepare_quote(quote), source(text, tuple(sentences)))
    assert " ".join(text[span.start : span.end] for span in spans).replace(".", "") == quote.replace(".", "")


@given(texts(), st.data())
def test_a_word_that_is_nowhere_is_never_overlooked(sentences: list[str], data: st.DataObject) -> None:
    words = " ".join(sentences[:2]).split()
    words[data.draw(st.integers(0, len(words) - 1))] = "zebrafish"
    assert find_parts(prepare_quote(" ".join(words)), source(" ".join(sentences), tuple(sentences))) == []
