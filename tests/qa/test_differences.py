"""Which words a sentence lacks."""

from __future__ import annotations

from qa.differences import WordComparison


def test_words_are_told_apart_and_typography_is_not() -> None:
    comparison = WordComparison("EVs did not carry RNA-1 to “T cells”, 5 μg.")
    assert comparison.difference("EVs did carry RNA‑1 to the 'T\u00a0cells' (5 µg)") == (("not",), ("the",))


def test_a_sign_or_an_exponent_is_a_difference() -> None:
    comparison = WordComparison("at −5 °C and 109 cells")
    assert comparison.difference("at 5 °C and 10⁹ cells") == (("−5", "109"), ("5", "10⁹"))


def test_the_same_words_are_wholly_alike_and_others_not_at_all() -> None:
    comparison = WordComparison("one two three")
    assert comparison.likeness("One, two; three") < comparison.likeness("one, two; three.") == 1
    assert comparison.likeness("four five") == 0


def test_what_is_no_better_than_the_best_so_far_is_not_measured() -> None:
    comparison = WordComparison("one two three")
    assert comparison.likeness("one four", least=0.9) == -1
