from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from qa.errors import GenerationFailed
from qa.reply import Written, cut, read

TEXT = (
    "EVs carry miR-21 (Fig. 2) [1]. They are approx. 30 nm wide. [2][3] In E. coli, p < 0.05 held [1, 2]!\n- So it is."
)
SENTENCES = [
    "EVs carry miR-21 (Fig. 2) [1].",
    "They are approx. 30 nm wide. [2][3]",
    "In E. coli, p < 0.05 held [1, 2]!",
    "- So it is.",
]


def test_markers_that_stand_apart_from_their_sentence_stay_with_it() -> None:
    assert list(cut(["EVs grow.  [1]  [2]  T cells die [3]."])) == ["EVs grow. [1]  [2]", "T cells die [3]."]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_sentences_do_not_depend_on_the_pieces_they_come_in(size: int) -> None:
    assert list(cut(TEXT[at : at + size] for at in range(0, len(TEXT), size))) == SENTENCES


def test_a_sentence_comes_when_the_next_has_begun() -> None:
    given: list[str] = []

    def pieces() -> Iterator[str]:
        for piece in ["EVs are ", "small. ", "[1] They", " carry ", "miR-21."]:
            given.append(piece)
            yield piece

    sentences = cut(pieces())
    assert next(sentences) == "EVs are small. [1]" and len(given) == 4
    assert list(sentences) == ["They carry miR-21."]


def test_what_breaks_off_says_where() -> None:
    def pieces() -> Iterator[str]:
        yield "EVs are small. They carry"
        raise GenerationFailed("gone")

    with pytest.raises(GenerationFailed, match="gone") as failed:
        list(cut(pieces()))
    assert failed.value.unfinished == "They carry"


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (" \n<think>\nEVs carry it [1]. Or <b>?\n</think>\n\nThey do [1].", ["They do [1]."]),
        ("<think></think>They do [1].", ["They do [1]."]),
        ("<think>EVs carry it [1]. So", []),
        ("<thin", ["<thin"]),
        ("<b>They</b> do [1].", ["<b>They</b> do [1]."]),
        ("They <think>do</think> [1].", ["They <think>do</think> [1]."]),
    ],
)
def test_thoughts_before_a_reply_are_none_of_it(text: str, sentences: list[str], size: int) -> None:
    assert list(cut(text[at : at + size] for at in range(0, len(text), size))) == sentences


def test_long_thoughts_cost_no_time() -> None:
    began = time.monotonic()
    assert list(cut(["<think>", *["x " * 4] * 100_000, "</think>EVs do."])) == ["EVs do."]
    assert list(cut([*["   "] * 100_000, "EVs do."])) == ["EVs do."]
    assert time.monotonic() - began < 5


def test_a_sentence_without_end_is_given_up() -> None:
    with pytest.raises(GenerationFailed, match="without end"):
        list(cut("and " for _ in range(10_000)))


@pytest.mark.parametrize(
    ("sentence", "text", "cited"),
    [
        ("EVs are small [2, 1].", "EVs are small.", (2, 1)),
        ("EVs [1] are small [1][3].", "EVs are small.", (1, 3)),
        ("**EVs** are *small*. [1–3]", "EVs are small.", (1, 2, 3)),
        ("1. EVs are small [0].", "EVs are small.", (0,)),
        ("> # EVs are small [1-999999].", "EVs are small.", (1, 999999)),
        ("EVs are small [9-1].", "EVs are small.", (9, 1)),
        ("EVs are small [a].", "EVs are small [a].", ()),
        ("2-fold [1234567]", "2-fold [1234567]", ()),
        ("[1]", "", (1,)),
        ("EVs are small [Passage 2].", "EVs are small.", (2,)),
        ("EVs are small [passages 1 and 3].", "EVs are small.", (1, 3)),
        ("EVs are small [1 & 3–4][^2]【5】.", "EVs are small.", (1, 3, 4, 2, 5)),
        ("EVs are small (1), of passage 2 (passage 3).", "EVs are small (1), of passage 2 (passage 3).", ()),
    ],
)
def test_markers_and_list_signs_are_read_and_taken_out(sentence: str, text: str, cited: tuple[int, ...]) -> None:
    assert read(sentence) == Written(text, cited)
