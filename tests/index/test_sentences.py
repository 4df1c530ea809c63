from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.canonical import CanonicalText, Run, TextBuilder
from index.document import Block, BlockKind, ReferenceMark
from index.sentences import sentences

CASES = Path(__file__).with_name("sentence_cases.txt").read_text(encoding="utf-8").splitlines()

lines = st.text(st.one_of(st.sampled_from(". ?!…()[]\"'“”A1a¹"), st.characters()), max_size=60)
kinds = st.sampled_from(list(BlockKind))


def split(text: str, marks: tuple[ReferenceMark, ...] = (), kind: BlockKind = BlockKind.PARAGRAPH) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text, [Block(0, len(text), kind)], marks)]


def built(blocks: list[tuple[BlockKind, str]]) -> CanonicalText:
    builder = TextBuilder()
    for kind, line in blocks:
        builder.add(kind, line)
    return builder.finish()


@pytest.mark.parametrize("case", [case for case in CASES if case and not case.startswith("#")])
def test_the_fields_own_cases_are_split_as_a_reader_would(case: str) -> None:
    assert split(case.replace(" ‖ ", " ")) == case.split(" ‖ ")


@settings(deadline=None)
@given(st.lists(st.tuples(kinds, lines), max_size=6))
def test_sentences_tile_every_block_that_has_any(blocks: list[tuple[BlockKind, str]]) -> None:
    """In order, apart, each inside one block, bare at the ends; nothing but white space is left out."""
    canonical = built(blocks)
    found = sentences(canonical.text, canonical.blocks)
    expected = [
        at
        for block in canonical.blocks
        if block.kind not in (BlockKind.HEADING, BlockKind.NOTE)
        for at in range(block.start, block.end)
        if not canonical.text[at].isspace()
    ]
    covered = [at for span in found for at in range(span.start, span.end)]
    assert covered == sorted(covered)
    assert [at for at in covered if not canonical.text[at].isspace()] == expected
    for span in found:
        assert canonical.text[span.start : span.end].strip() == canonical.text[span.start : span.end]
        assert any(block.start <= span.start and span.end <= block.end for block in canonical.blocks)


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), lines.filter(str.strip)), min_size=1, max_size=6))
def test_no_sentence_begins_inside_a_mark(runs: list[tuple[bool, str]]) -> None:
    builder = TextBuilder()
    builder.add(BlockKind.PARAGRAPH, [Run(text, ("r1",) if mark else ()) for mark, text in runs])
    canonical = builder.finish()
    for span in sentences(canonical.text, canonical.blocks, canonical.reference_marks):
        assert not any(mark.start < span.start < mark.end for mark in canonical.reference_marks)


@pytest.mark.parametrize("kind", [BlockKind.TITLE, BlockKind.TABLE, BlockKind.FORMULA])
def test_a_title_a_row_and_a_formula_are_one_sentence(kind: BlockKind) -> None:
    assert split("One. Two. Three.", kind=kind) == ["One. Two. Three."]


@pytest.mark.parametrize("kind", [BlockKind.HEADING, BlockKind.NOTE])
def test_headings_and_notes_have_none(kind: BlockKind) -> None:
    assert split("One. Two.", kind=kind) == []


def test_a_mark_that_only_the_source_knows_closes_its_sentence() -> None:
    """Superscript words or bare numbers are no mark by their looks, but the source says where it has one."""
    text = "EVs cause resistance. Smith 2019 Then they spread."
    assert split(text) != ["EVs cause resistance. Smith 2019", "Then they spread."]
    assert split(text, (ReferenceMark(22, 32, ("r1",)),)) == ["EVs cause resistance. Smith 2019", "Then they spread."]


def test_a_mark_inside_brackets_of_the_text_takes_them_along() -> None:
    text = "EVs cause resistance. [12] Then they spread."
    assert split(text, (ReferenceMark(23, 25, ("r12",)),)) == ["EVs cause resistance. [12]", "Then they spread."]


def test_marks_are_matched_to_the_block_they_stand_in() -> None:
    canonical = built(
        [(BlockKind.HEADING, "A [1]. B"), (BlockKind.PARAGRAPH, "One [2]. Two."), (BlockKind.LIST, "Three.")]
    )
    marks = [ReferenceMark(2, 5, ("r1",)), ReferenceMark(14, 17, ("r2",))]
    found = [canonical.text[s.start : s.end] for s in sentences(canonical.text, canonical.blocks, marks)]
    assert found == ["One [2].", "Two.", "Three."]


def test_scripts_other_than_latin_are_split_at_their_own_full_stops() -> None:
    assert split("这是第一句。这是第二句。") == ["这是第一句。", "这是第二句。"]


@pytest.mark.parametrize("unit", ["word ", "x", "a. ", "A. B. ", "(", "[12] ", "He said “no. ", "...", "Fig. ", "¹² "])
def test_a_block_of_200_000_characters_is_no_trouble(unit: str) -> None:
    text = (unit * (200_000 // len(unit))).strip()
    assert "".join("".join(split(text)).split()) == "".join(text.split())
