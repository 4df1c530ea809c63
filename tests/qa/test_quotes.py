"""Where a quote stands in a text, and what makes it another quote."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index.document import ReferenceMark, Span
from index.folding import fold
from qa.quotes import Source, cuts, find_equivalent, find_exact, may_stand, prepare_quote, prepare_source

TEXT = (
    "Exosomes in drug resistance\n\n"
    "Exosomes moved RNA between tumour cells [12]. They did not raise the count of CD8⁺ T cells (Smith, 2019) in mice "
    "[3–6].\n\n"
    "At a dose of 10⁹ particles, drug‑resistant cells – the “survivors” – died within 5.3 days, at −80 °C. "
    "The eﬃcient carrier weighs 5 µg; it’s x̄ that counts¹². In 2005 a ratio of 1.5 held."
)
MARKS = [
    ReferenceMark(found.start(), found.end(), ("r",)) for found in re.finditer(r"\[[^]]*\]|\(Smith, 2019\)|¹²", TEXT)
]


def source(text: str = TEXT) -> Source:
    return prepare_source(fold(text), MARKS if text is TEXT else [], ())


def found(quote: str, text: str = TEXT) -> list[str]:
    prepared = prepare_quote(quote)
    spans = list(find_equivalent(prepared, source(text)))
    assert not spans or may_stand(prepared, fold(text))
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("quote", "own_words"),
    [
        ("moved  RNA\n between", "moved RNA between"),
        ("moved\u00a0RNA\u2009between", "moved RNA between"),
        ("moved R\u200bNA between", "moved RNA between"),
        ("in drug resistance Exosomes moved", "in drug resistance\n\nExosomes moved"),
        ("drug-resistant cells - the", "drug‑resistant cells – the"),
        ("drug-\nresistant cells", "drug‑resistant cells"),
        ("tu-\nmour cells", "tumour cells"),
        ("tu\u00admour cells", "tumour cells"),
        ("tu\u00ad\nmour cells", "tumour cells"),
        ("cells-the", "cells – the"),
        ("cells—the", "cells – the"),
        ("cells — the", "cells – the"),
        ("at -80 °C", "at −80 °C"),
        ("-80 °C", "−80 °C"),
        ("at 80 °C", None),
        ('the "survivors" - died', "the “survivors” – died"),
        ("the ‟survivors„", "the “survivors”"),
        ("the survivors", None),
        ("it's x̄ that", "it’s x̄ that"),
        ("it's x that", None),
        ("efficient carrier", "eﬃcient carrier"),
        ("ﬁve", None),
        ("5 μg", "5 µg"),
        ("10⁹ particles", "10⁹ particles"),
        ("109 particles", None),
        ("10 ⁹ particles", None),
        ("CD8⁺ T", "CD8⁺ T"),
        ("CD8+ T", None),
        ("CD8 T", None),
        ("５ µg", "5 µg"),
        ("between tumour cells.", "between tumour cells [12]."),
        ("tumour cells. They did", "tumour cells [12]. They did"),
        ("T cells in mice [3-6].", "T cells (Smith, 2019) in mice [3–6]."),
        ("T cells (Smith, 2019) in mice.", "T cells (Smith, 2019) in mice [3–6]."),
        ("T cells in mice.", "T cells (Smith, 2019) in mice [3–6]."),
        ("T cells (Smith) in mice", None),
        ("in mice [3].", None),
        ("that counts.", "that counts¹²."),
        ("tumour cells [ 12 ].", "tumour cells [12]."),
        ("tumour cells [13].", None),
        ("“Exosomes moved RNA”", "Exosomes moved RNA"),
        ("... moved RNA between […]", "moved RNA between"),
        ("moved RNAbetween", None),
        ("movedRNA between", None),
        ("exosomes moved", None),
        ("moved RNA, between", None),
        ("a ratio of 1. 5 held", None),
        ("a ratio of 15 held", None),
        ("In 20 05 a ratio", None),
        ("They did raise", None),
        ("—", None),
        ("…", None),
        ("zebrafish", None),
    ],
)
def test_a_quote_may_differ_in_typography_and_in_nothing_else(quote: str, own_words: str | None) -> None:
    assert found(quote) == ([] if own_words is None else [own_words])


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("a range of 2–5 cells", "a range of 2 –5 cells"),
        ("from 2 −5 is left", "from 2-5 is left"),
        ("pre- and post-treatment", "pre and post-treatment"),
        ("a long-term study", "a longterm study"),
        ("½ of 2½ doses", "1/2 of 21/2 doses"),
        ("an area of 5 m²", "an area of 5 m2"),
    ],
)
def test_a_number_or_word_that_typography_would_change_is_another(text: str, quote: str) -> None:
    assert found(quote, text) == []


def test_a_word_broken_at_a_line_of_the_source_is_whole() -> None:
    assert found("multidrug resistance", "Their multidrug resis- tance rose.") == ["multidrug resis- tance"]


def test_every_place_is_found_in_order() -> None:
    text = "EVs carry  RNA. EVs carry RNA. EVs carry RNA."
    assert [span.start for span in find_equivalent(prepare_quote("EVs\ncarry RNA"), source(text))] == [0, 16, 31]
    assert [span.start for span in find_exact("aa", "aaaa")] == [0, 1, 2]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("by 50%", "by 5"),
        ("of 10⁹ cells", "of 10"),
        ("was 0.5", "5"),
        ("at −5 °C", "5 °C"),
        ("x̄ held", "x"),
        ("1.5", "1"),
    ],
)
def test_a_quote_that_cuts_a_word_or_number_is_told_from_a_whole_one(text: str, quote: str) -> None:
    (span,) = find_exact(quote, text)
    assert cuts(text, span)
    assert not cuts(text, Span(0, len(text)))


SAMPLE = "EVs cells the CD8⁺ 10⁹ p<0.05 drug‑resistant “survivors” it’s 5.3 ﬁve x̄ µg (n=3) – RNA, β"
WORDS = st.sampled_from(SAMPLE.split())
TEXTS = st.lists(WORDS, min_size=3, max_size=30).map(lambda words: unicodedata.normalize("NFC", " ".join(words)))
TYPOGRAPHY = [
    [" ", "  ", "\n", "\u00a0", " \t", "\u2009\u200b"],
    ["‑", "-", "–", "−", "-\n"],
    ["“", '"', "«", "„"],
    ["”", '"', "»"],
    ["’", "'", "‘"],
    ["ﬁ", "fi"],
    ["β", "\u03b2\u200d", "\u00adβ"],
    ["µ", "μ"],
]


@given(TEXTS, st.data())
def test_every_whole_span_is_found_again_in_any_typography(text: str, data: st.DataObject) -> None:
    words = [Span(word.start(), word.end()) for word in re.finditer(r"\S+", text)]
    first = data.draw(st.integers(0, len(words) - 1))
    span = Span(words[first].start, words[data.draw(st.integers(first, len(words) - 1))].end)
    variants = {forms[0]: forms for forms in TYPOGRAPHY}
    draw = st.sampled_from
    quote = "".join(data.draw(draw(variants[c])) if c in variants else c for c in text[span.start : span.end])
    if data.draw(st.booleans()):
        quote = unicodedata.normalize("NFD", quote)
    assume(prepare_quote(quote).words)
    assert span in list(find_equivalent(prepare_quote(quote), source(text)))


@given(TEXTS, st.data())
def test_a_changed_letter_or_digit_is_never_overlooked(text: str, data: st.DataObject) -> None:
    places = [at for at, character in enumerate(text) if character.isalnum()]
    assume(places)
    at = data.draw(st.sampled_from(places))
    changed = data.draw(st.sampled_from([c for c in "0123456789⁹₉abZ" if c not in text]))
    assert found(text[:at] + changed + text[at + 1 :], text) == []


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_folds_to_offsets_of_its_own(text: str, quote: str) -> None:
    text = unicodedata.normalize("NFC", text)
    folded = fold(text)
    assert len(folded.key) == len(folded.at)
    assert all(0 <= at < len(text) for at in folded.at)
    assert sorted(folded.at.tolist()) == folded.at.tolist()
    prepared = prepare_quote(quote)
    for span in find_equivalent(prepared, source(text)):
        assert fold(text[span.start : span.end]).key in [one.key for one in (prepared.folded, prepared.bare) if one]
