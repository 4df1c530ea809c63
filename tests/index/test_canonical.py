"""What every format's text promises, for whatever a format hands over."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.canonical import CanonicalText, Run, TextBuilder, normalise, subscript, superscript
from index.document import BlockKind, ReferenceMark

# White space, invisible, control, combining and composed characters, Hangul jamo, a lone surrogate, an astral one.
AWKWARD = st.text("ab1 ,[]\n\r\t\x00\x0b\x1c\x1b\x85\xa0\xad\u0301\u0327\u1100\u1161\u200b\u2028\ufeff\ud800éA\u030a𝔸")
ANY = AWKWARD | st.text(st.characters(), max_size=12)
RUNS = st.lists(st.builds(Run, ANY, st.sampled_from([(), ("r1",), ("r1", "r2")])), max_size=8)

Part = tuple[str, Sequence[Run], bool, "Sequence[Part]"]  # "block" or "section", its words, printed, what is inside
BLOCKS: st.SearchStrategy[Part] = st.tuples(st.just("block"), RUNS, st.just(True), st.just([]))
TREES = st.lists(
    st.recursive(
        BLOCKS,
        lambda parts: BLOCKS | st.tuples(st.just("section"), RUNS, st.booleans(), st.lists(parts, max_size=4)),
        max_leaves=10,
    ),
    max_size=4,
)


def put(builder: TextBuilder, parts: Sequence[Part]) -> None:
    for what, runs, printed, inside in parts:
        if what == "block":
            builder.add(BlockKind.PARAGRAPH, runs)
        else:
            builder.open_section(runs, printed=printed)
            put(builder, inside)
            builder.close_section()


def built(parts: Sequence[Part]) -> CanonicalText:
    builder = TextBuilder()
    put(builder, parts)
    return builder.finish()


def one_block(*runs: Run) -> CanonicalText:
    return built([("block", runs, True, ())])


def words_of(runs: Sequence[Run]) -> str:
    return normalise("".join(run.text for run in runs))


def lines_of(parts: Sequence[Part]) -> Iterator[str]:
    """The words that were handed over, block by block, in reading order."""
    for _, runs, printed, inside in parts:
        if printed and words_of(runs):
            yield words_of(runs)
        yield from lines_of(inside)


def paths_of(parts: Sequence[Part], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path that each block in reading order stands under."""
    for what, runs, printed, inside in parts:
        within = (*path, words_of(runs)) if what == "section" and words_of(runs) else path
        if printed and words_of(runs):
            yield within
        yield from paths_of(inside, within)


@given(ANY)
def test_a_normalised_line_is_one_line_of_nfc_without_what_cannot_be_seen(text: str) -> None:
    line = normalise(text)
    assert unicodedata.is_normalized("NFC", line) and line == " ".join(line.split())
    assert len(line.splitlines()) <= 1
    assert not set(line) & set("\x00\x1b\xad\u200b\u2060\ufeff\ud800")
    assert normalise(line) == line
    line.encode()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("e\u0301tude", "étude"),
        ("A\u030angstro\u0308m", "Ångström"),
        (" a\u00a0\u2009b\u3000c \u2028", "a b c"),
        ("exo\u00adsome\u200bs", "exosomes"),
        ("a\x00b\ud83d", "a\ufffdb\ufffd"),
        ("10⁹ CD8⁺ ﬁve ½", "10⁹ CD8⁺ ﬁve ½"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469"),
        ("\ufeff\n", ""),
    ],
)
def test_what_is_printed_stays_and_only_its_encoding_changes(text: str, line: str) -> None:
    assert normalise(text) == line


@pytest.mark.parametrize(
    ("raised", "text"),
    [("9", "⁹"), ("−3", "⁻³"), ("12,13", "¹²,¹³"), ("(n)", "⁽ⁿ⁾"), ("th", "th"), ("a", "a"), ("*", "*"), ("", "")],
)
def test_superscripts_become_characters_where_these_exist(raised: str, text: str) -> None:
    assert superscript(raised) == text


@pytest.mark.parametrize(("lowered", "text"), [("2", "₂"), ("1+2", "₁₊₂"), ("max", "max"), ("i2", "i₂")])
def test_subscripts_become_characters_where_these_exist(lowered: str, text: str) -> None:
    assert subscript(lowered) == text


@settings(max_examples=50)
@given(TREES)
def test_blocks_are_the_lines_of_the_text_joined_by_a_blank_one(parts: Sequence[Part]) -> None:
    text = built(parts)
    lines = [text.text[block.start : block.end] for block in text.blocks]
    assert "\n\n".join(lines) == text.text and all(lines)
    assert all(len(line.splitlines()) == 1 for line in lines)
    assert unicodedata.is_normalized("NFC", text.text)
    assert all(before.end + 2 == after.start for before, after in pairwise(text.blocks))


@settings(max_examples=50)
@given(TREES)
def test_every_word_that_was_handed_over_is_in_the_text_once_and_in_order(parts: Sequence[Part]) -> None:
    text = built(parts)
    assert [text.text[block.start : block.end] for block in text.blocks] == list(lines_of(parts))


@settings(max_examples=50)
@given(TREES)
def test_a_block_lies_in_the_sections_that_were_open_when_it_came_and_in_no_other(parts: Sequence[Part]) -> None:
    text = built(parts)
    for block, path in zip(text.blocks, paths_of(parts), strict=True):
        around = [section for section in text.sections if section.start <= block.start and block.end <= section.end]
        apart = [section for section in text.sections if section.end <= block.start or block.end <= section.start]
        assert len(around) + len(apart) == len(text.sections)
        assert [section.path for section in around] == [path[:depth] for depth in range(1, len(path) + 1)]


@settings(max_examples=50)
@given(TREES)
def test_sections_nest_and_come_outer_before_inner(parts: Sequence[Part]) -> None:
    text = built(parts)
    for place, section in enumerate(text.sections):
        for later in text.sections[place + 1 :]:
            assert section.start <= later.start
            assert later.start >= section.end or later.end <= section.end
            if later.end <= section.end and later.start < section.end:
                assert later.path[: len(section.path)] == section.path and len(later.path) > len(section.path)


@given(RUNS, RUNS)
def test_marks_quote_themselves_in_order_without_overlap(first: Sequence[Run], second: Sequence[Run]) -> None:
    text = built([("block", first, True, ()), ("block", second, True, ())])
    printed = [(normalise(run.text), run.reference_ids) for run in (*first, *second) if run.reference_ids]
    left = iter(printed)
    for mark in text.reference_marks:
        assert (text.text[mark.start : mark.end], mark.reference_ids) in left  # each once, in the order given
    assert all(before.end <= after.start for before, after in pairwise(text.reference_marks))
    assert all(any(b.start <= m.start and m.end <= b.end for b in text.blocks) for m in text.reference_marks)


@given(st.lists(st.builds(Run, st.text("ab12 ,[]–\n\xa0\xad", max_size=5), st.sampled_from([(), ("r",)])), max_size=12))
def test_each_mark_stands_exactly_where_it_was_printed(runs: Sequence[Run]) -> None:
    """Without combining characters each visible character is one of the line's, so that counting them is an oracle."""
    text = one_block(*runs)
    places = [at for at, character in enumerate(text.text) if character != " "]
    expected, seen = [], 0
    for run in runs:
        visible = len(normalise(run.text).replace(" ", ""))
        if visible and run.reference_ids:
            expected.append(ReferenceMark(places[seen], places[seen + visible - 1] + 1, run.reference_ids))
        seen += visible
    assert list(text.reference_marks) == expected


def test_a_mark_is_its_own_run_and_not_the_same_characters_before_it() -> None:
    text = one_block(Run("In 12 of 12"), Run("12", ("b12",)), Run(" mice CO2 "), Run("2", ("b2",)))
    assert text.text == "In 12 of 1212 mice CO2 2"
    assert [(mark.start, mark.end) for mark in text.reference_marks] == [(11, 13), (23, 24)]


def test_a_mark_that_a_combining_character_changed_takes_no_other_marks_place() -> None:
    text = one_block(Run("e", ("a",)), Run("e", ("b",)), Run("\u0301"))
    assert text.text == "eé" and [mark.reference_ids for mark in text.reference_marks] == [("a",)]


def test_marks_of_a_heading_are_kept_and_left_in_the_path_as_printed() -> None:
    builder = TextBuilder()
    builder.open_section([Run("Uptake "), Run("[1]", ("b1",))])
    builder.add(BlockKind.PARAGRAPH, "Cells.")
    text = builder.finish()
    assert text.text == "Uptake [1]\n\nCells." and text.sections[0].path == ("Uptake [1]",)
    assert [text.text[mark.start : mark.end] for mark in text.reference_marks] == ["[1]"]


def test_a_section_without_text_or_without_a_title_of_its_own_is_none() -> None:
    builder = TextBuilder()
    builder.open_section("Empty", printed=False)
    builder.close_section()
    builder.open_section(" \u200b")
    builder.add(BlockKind.PARAGRAPH, "Text.")
    assert builder.path == ()
    assert builder.finish().sections == ()


def test_what_is_still_open_at_the_end_is_closed() -> None:
    builder = TextBuilder()
    builder.add(BlockKind.TITLE, "Title")
    builder.open_section("Results")
    builder.open_section("Uptake", printed=False)
    builder.add(BlockKind.PARAGRAPH, "Text.")
    assert builder.path == ("Results", "Uptake")
    text = builder.finish()
    assert [(section.path, text.text[section.start : section.end]) for section in text.sections] == [
        (("Results",), "Results\n\nText."),
        (("Results", "Uptake"), "Text."),
    ]


def test_nothing_is_an_empty_text() -> None:
    assert TextBuilder().finish() == CanonicalText("", (), (), ())


def test_pages_begin_where_their_words_do() -> None:
    builder = TextBuilder()
    builder.add(
        BlockKind.PARAGRAPH, [Run("one ", page=1), Run("two", page=1), Run(" three", page=2), Run(" é", page=3)]
    )
    builder.add(BlockKind.PARAGRAPH, [Run("four", page=3)])
    builder.add(BlockKind.PARAGRAPH, [Run("five", page=5)])
    found = builder.finish()
    assert [(found.text[page.start : page.end].strip(), page.number) for page in found.pages] == [
        ("one two", 1),
        ("three", 2),
        ("é\n\nfour", 3),
        ("five", 5),
    ]
    assert found.pages[0].start == 0 and found.pages[-1].end == len(found.text)


@given(st.lists(st.tuples(st.text(max_size=8), st.integers(1, 3)), max_size=12))
def test_pages_part_any_text(parts: list[tuple[str, int]]) -> None:
    builder = TextBuilder()
    builder.add(BlockKind.PARAGRAPH, [Run(text, page=page) for text, page in parts])
    found = builder.finish()
    assert all(one.end == two.start for one, two in pairwise(found.pages))
    assert "".join(found.text[page.start : page.end] for page in found.pages) == found.text


def test_what_has_no_pages_gets_none() -> None:
    builder = TextBuilder()
    builder.add(BlockKind.PARAGRAPH, "words")
    assert builder.finish().pages == ()
