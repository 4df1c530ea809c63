"""Which documents have a quote's words, against a search through their texts."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.document import ReferenceMark
from index.errors import IndexDamaged
from index.folding import fold
from index.words import WordIndex, WordWriter, pieces, words_of
from qa.quotes import find_equivalent, find_exact, prepare_quote, prepare_source
from qa.stitches import find_parts

MARKS = ("[1]", "¹²", "12", " (Smith, 2019)")
FRAGMENTS = (
    *("exosome", "vesicle", "cell", "drug", "A", "CD8⁺", "PD‑L1", "10⁹", "5", "0.5", "ﬁ", "fi", "é", "µ", "μ", "h₂"),
    *(" ", " ", " ", "-", "- ", "–", "—\n", "\n\n", ".", ". ", "“", '"', "’", "(", "\u200d", "_", "漢字", "🙂"),
)
TEXT = st.lists(st.sampled_from((*FRAGMENTS, *MARKS)), min_size=1, max_size=30)
CHANGES = (
    *(("- ", ""), ("-\n", "-"), (" ", "\n"), (" ", "\u2009"), ("", "\u00ad"), ("“", '"'), ("ﬁ", "fi"), ("fi", "ﬁ")),
    *(
        ("–", "-"),
        ("-", "−"),
        ("μ", "µ"),
        ("ll", "l-\nl"),
        ("os", "o\u00ad\ns"),
        ("(", " ( "),
        (". ", "."),
        *((m, "") for m in MARKS),
    ),
)


def built(folder: Path, texts: Sequence[str], marks: Sequence[Sequence[ReferenceMark]] = ()) -> WordIndex:
    writer = WordWriter()
    for number, text in enumerate(texts):
        writer.add(text, marks[number] if marks else ())
    writer.write(folder)
    return WordIndex(folder)


def joined(fragments: Sequence[str]) -> tuple[str, list[ReferenceMark]]:
    text, marks = "", []
    for fragment in fragments:
        if fragment in MARKS:
            marks.append(ReferenceMark(len(text), len(text) + len(fragment), ("1",)))
        text += fragment
    return text, marks


@st.composite
def quotes(draw: st.DrawFn, texts: Sequence[str]) -> str:
    """A span of one of the texts, or of two, as another program might have copied it."""
    parts = []
    for text in draw(st.lists(st.sampled_from(texts), min_size=1, max_size=2)):
        start = draw(st.integers(0, len(text) - 1))
        parts.append(text[start : draw(st.integers(start + 1, len(text)))])
    quote = draw(st.sampled_from([" ", " … ", ""])).join(parts)
    for old, new in draw(st.lists(st.sampled_from(CHANGES), max_size=3)):
        quote = quote.replace(old, new, draw(st.sampled_from([1, 2, -1])))
    return draw(st.sampled_from([quote, unicodedata.normalize("NFD", quote), f"“{quote}…”"]))


def stands(quote: str, text: str, marks: Sequence[ReferenceMark]) -> bool:
    asked, source = prepare_quote(quote), prepare_source(fold(text), marks, ())
    if any(find_exact(asked.text, text)):
        return True
    return bool(asked.words) and (any(find_equivalent(asked, source)) or bool(find_parts(asked, source)))


@settings(max_examples=80, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=5), st.data())
def test_no_document_that_holds_a_quote_is_missed(fragments: list[list[str]], data: st.DataObject) -> None:
    made = [joined(one) for one in fragments]
    texts = [text for text, _ in made]
    quote = data.draw(quotes(texts))
    with TemporaryDirectory() as folder:
        found = built(Path(folder), texts, [marks for _, marks in made]).documents(quote).tolist()
    assert {row for row, (text, marks) in enumerate(made) if stands(quote, text, marks)} <= set(found)
    assert found == sorted(set(found))


@pytest.mark.parametrize(
    ("quote", "rows"),
    [
        ("vesicles carry", [0, 1]),
        ("vesicles carry RNA to", [0]),
        ("esicles carry", [0, 1]),
        ("carry a pum", [1]),
        ("esicle", [0, 1]),
        ("Vesicles", []),
        ("carry a pump vesicles", [1]),
        ("never carry RNA", []),
        ("…", [0, 1, 2]),
        ("", [0, 1, 2]),
    ],
)
def test_documents_have_all_words_of_the_quote(tmp_path: Path, quote: str, rows: list[int]) -> None:
    texts = ["our vesicles carry RNA too", "his vesicles carry a pump for cells", "bread"]
    # More documents of other words, so that the words that a quote may have cut are looked up too.
    index = built(tmp_path, [*texts, *(f"number {n} carry" for n in range(20))])
    found = index.documents(quote).tolist()
    assert [row for row in found if row < len(texts)] == rows


@pytest.mark.parametrize("texts", [[], [""], ["", "word", ""], ["— …"]])
def test_documents_without_words_are_no_trouble(tmp_path: Path, texts: list[str]) -> None:
    index = built(tmp_path, texts)
    assert index.documents("some other word here").tolist() == []
    assert index.documents("wor").tolist() == [
        row for row, text in enumerate(texts) if text == "word" or len(texts) < 9
    ]


def test_words_are_counted_as_they_are_written(tmp_path: Path) -> None:
    index = built(tmp_path, ["Vesicles pump.", "vesicles of vesicles", "PD-L1"])
    assert index.counts(["vesicles", "Vesicles", "PD", "pumps", "of"]).tolist() == [1, 1, 1, 0, 1]


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        built(tmp_path / name, ["vesicles carry RNA", "cells carry vesicles"])
        contents.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert contents[0] == contents[1]


def test_a_truncated_file_is_refused_by_name(tmp_path: Path) -> None:
    built(tmp_path, ["vesicles carry RNA"])
    for path in list(tmp_path.iterdir()):
        data = path.read_bytes()
        path.write_bytes(data[:-1])
        with pytest.raises(IndexDamaged, match=path.name):
            WordIndex(tmp_path)
        path.write_bytes(data)


def test_a_quotes_first_and_last_word_may_be_cut() -> None:
    first, *inner, last = pieces("sicles carry PD-L1 to cel")
    assert (first.text, first.starts_open, first.ends_open) == ("sicles", True, False)
    assert (last.text, last.starts_open, last.ends_open) == ("cel", False, True)
    assert all(piece.is_whole for piece in inner)


def test_words_broken_in_three_are_joined_every_way() -> None:
    assert {"exo", "exoso", "exosomes", "somes", "so", "mes"} <= words_of("exo- so-\nmes")


def test_a_word_without_end_costs_no_more_than_its_length() -> None:
    """Trying every letter as a beginning took minutes for a sequence of bases."""
    endless = "acgt" * 100_000
    began = time.process_time()
    assert words_of(endless) == {endless}
    assert time.process_time() - began < 2
