"""BM25 against an oracle in plain Python, masks, ties, and what stands on disk."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from string import ascii_lowercase
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import IndexDamaged
from index.lexical import K1, TITLE_WEIGHT, B, Entry, LexicalIndex
from index.terms import tokenise

VESICLES = [
    Entry("Vesicles in cancer", "Exosomes carry microRNA from tumour cells to T cells."),
    Entry("Vesicles in cancer", "PD-L1 on exosomes suppresses CD8⁺ T cells."),
    Entry("Isolation", "Ultracentrifugation is the commonest way to isolate exosomes."),
    Entry("Isolation", ""),
]
MASK = st.none() | st.lists(st.booleans(), min_size=40, max_size=40)
WORD = st.sampled_from(["exosome", "miR-21", "PD-L1", "CD8⁺", "TNF-α", "cell", "tumour", "of", "§", "10⁹"])
TEXT = st.lists(WORD, max_size=12).map(" ".join)


def built(folder: Path, entries: Sequence[Entry]) -> LexicalIndex:
    LexicalIndex.build(folder, entries)
    return LexicalIndex.open(folder)


def oracle(entries: Sequence[Entry], query: str, pairs: Sequence[tuple[str, str]] = ()) -> npt.NDArray[np.float64]:
    """BM25 of every entry, straight from its definition."""
    bags = [Counter(tokenise(entry.title) * TITLE_WEIGHT + tokenise(entry.text)) for entry in entries]
    mean = sum(bag.total() for bag in bags) / len(bags)

    def idf(term: str) -> float:
        holders = sum(term in bag for bag in bags)
        return math.log(1 + (len(bags) - holders + 0.5) / (holders + 0.5))

    def weight(term: str, bag: Counter[str]) -> float:
        return bag[term] / (bag[term] + K1 * (1 - B + B * bag.total() / mean)) if bag[term] else 0

    left, replaced = set(tokenise(query)), []
    for form, other in pairs:
        own, others = left & set(tokenise(form)), set(tokenise(other))
        if own and others:
            left -= own
            factor = sum(map(idf, own)) * min(1, max(map(idf, others)) / max(map(idf, own)))
            replaced.append((own, others, factor))
    scores = np.zeros(len(bags))
    for row, bag in enumerate(bags):
        scores[row] = sum(idf(term) * weight(term, bag) for term in left)
        for own, others, factor in replaced:
            as_form = factor * min(weight(term, bag) for term in others)
            scores[row] += max(as_form, sum(idf(term) * weight(term, bag) for term in own))
    return scores


@given(
    entries=st.lists(st.builds(Entry, TEXT, TEXT), min_size=1, max_size=40),
    query=TEXT,
    k=st.integers(1, 50),
    mask=MASK,
)
@settings(deadline=None)
def test_search_is_bm25_of_the_allowed_rows(entries: list[Entry], query: str, k: int, mask: list[bool] | None) -> None:
    with TemporaryDirectory() as folder:
        index = built(Path(folder), entries)
        allowed = None if mask is None else np.array(mask[: len(entries)])
        rows, scores = index.search(query, k, allowed)
    expected = oracle(entries, query) * (1 if allowed is None else allowed)
    assert len(rows) == len(set(rows.tolist())) == min(k, np.count_nonzero(expected))
    np.testing.assert_allclose(scores, expected[rows], rtol=1e-5)
    np.testing.assert_allclose(scores, np.sort(expected)[::-1][: len(rows)], rtol=1e-5)
    assert [(-s, r) for s, r in zip(scores, rows, strict=True)] == sorted(
        (-s, r) for s, r in zip(scores, rows, strict=True)
    )


PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=3)


@given(
    entries=st.lists(st.builds(Entry, TEXT, TEXT), min_size=1, max_size=20),
    query=TEXT,
    pairs=PAIRS,
    k=st.integers(1, 9),
)
@settings(deadline=None)
def test_the_other_form_counts_as_the_form_by_its_rarest_word(
    entries: list[Entry], query: str, pairs: list[tuple[str, str]], k: int
) -> None:
    with TemporaryDirectory() as folder:
        rows, scores = built(Path(folder), entries).search(query, k, equals=pairs)
    expected = oracle(entries, query, pairs)
    assert len(rows) == min(k, np.count_nonzero(expected))
    np.testing.assert_allclose(scores, expected[rows], rtol=1e-4)
    np.testing.assert_allclose(scores, np.sort(expected)[::-1][: len(rows)], rtol=1e-4)


def test_all_words_of_the_other_form_find_what_does_not_have_the_form(tmp_path: Path) -> None:
    texts = ["EVs pump", "extracellular vesicles pump", "vesicles pump", "lakes freeze", "lakes thaw"]
    index = built(tmp_path, [Entry("", text) for text in texts])
    assert index.search("EVs", 5, equals=[("EVs", "extracellular vesicles")])[0].tolist() == [0, 1]
    assert index.search("extracellular vesicles", 5, equals=[("extracellular vesicles", "EVs")])[0].tolist() == [
        0,
        1,
        2,
    ]
    assert index.search("lakes", 5, equals=[("EVs", "extracellular vesicles"), ("lakes", "of")])[0].tolist() == [3, 4]


def test_a_short_form_that_is_a_common_word_is_worth_no_more_than_that_word(tmp_path: Path) -> None:
    texts = ["acute leukaemia relapses", *[f"all of number {n}" for n in range(40)], "acute pain"]
    index = built(tmp_path, [Entry("", text) for text in texts])
    assert index.search("acute leukaemia", 2, equals=[("acute leukaemia", "ALL")])[0].tolist() == [0, 41]


@pytest.mark.parametrize("k", [1, 2, 3, 7, 900, 5000])
def test_ties_break_by_row_also_at_the_last_place(tmp_path: Path, k: int) -> None:
    texts = ["exosome exosome plasma", "exosome plasma cells", "nothing here at all"] * 1500
    index = built(tmp_path, [Entry("", text) for text in texts])
    rows, scores = index.search("exosome", k)
    expected = [*range(0, 4500, 3), *range(1, 4500, 3)][:k]
    assert rows.tolist() == expected
    assert (np.diff(scores) <= 0).all()


def test_a_mask_leaves_k_rows_wherever_k_exist(tmp_path: Path) -> None:
    entries = [Entry("", "exosome " * (1 + row % 7)) for row in range(3000)]
    index = built(tmp_path, entries)
    allowed = np.zeros(3000, dtype=np.bool_)
    allowed[[7, 1400, 2999]] = True  # among the 429 lowest scores
    assert index.search("exosome", 3, allowed)[0].tolist() == [2999, 7, 1400]
    assert index.search("exosome", 3, np.zeros(3000, dtype=np.bool_))[0].tolist() == []


def test_a_mask_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="4 rows"):
        built(tmp_path, VESICLES).search("exosomes", 2, np.ones(5, dtype=np.bool_))


def test_a_word_in_the_title_counts_more_than_one_in_the_text(tmp_path: Path) -> None:
    index = built(tmp_path, [Entry("plasma cells", "exosome serum"), Entry("exosome serum", "plasma cells")])
    assert index.search("exosome", 2)[0].tolist() == [1, 0]


def test_terms_are_counted_by_rows(tmp_path: Path) -> None:
    index = built(tmp_path, [Entry("Exosomes", "exosomes of T cells"), Entry("", "T cells"), Entry("", "")])
    assert index.counts(["exosom", "cell", "pump"]).tolist() == [1, 2, 0]


def test_repeating_a_word_in_the_query_changes_nothing(tmp_path: Path) -> None:
    index = built(tmp_path, VESICLES)
    (rows, scores), (same_rows, same_scores) = (
        index.search(query, 4) for query in ["exosome T", "exosome T T exosomes T"]
    )
    assert rows.tolist() == same_rows.tolist()
    assert scores.tolist() == same_scores.tolist()


@pytest.mark.parametrize(
    "query",
    ["", " ", "the of and", "unheard", "(((", '"', "*", "::", "\x00", "\ud800", "🧬", "ﷺ", "日本語", "-", "-/-", "’"],
)
def test_no_token_in_common_finds_nothing(tmp_path: Path, query: str) -> None:
    rows, scores = built(tmp_path, VESICLES).search(query, 5)
    assert rows.shape == scores.shape == (0,)
    assert [rows.dtype, scores.dtype] == [np.dtype(np.int64), np.dtype(np.float32)]


@pytest.mark.parametrize("query", ["exosomes AND NOT cells", 'text:"exosomes"^9', "exosome* OR (", "NEAR(exosomes 2)"])
def test_query_syntax_means_nothing(tmp_path: Path, query: str) -> None:
    assert set(built(tmp_path, VESICLES).search(query, 5)[0].tolist()) == {0, 1, 2}


def test_a_query_of_2000_words_is_answered(tmp_path: Path) -> None:
    query = " ".join(["microRNA", *map("".join, product(ascii_lowercase, ascii_lowercase, ["qxj", "qjx", "jqx"]))])
    assert built(tmp_path, VESICLES).search(query, 5)[0].tolist() == [0]


@pytest.mark.parametrize("k", [0, -1])
def test_no_row_is_asked_for_and_none_comes(tmp_path: Path, k: int) -> None:
    assert built(tmp_path, VESICLES).search("exosomes", k)[0].tolist() == []


@pytest.mark.parametrize("entries", [[], [Entry("", "")], [Entry("the", "of"), Entry("", "§")]])
def test_an_index_without_words_finds_nothing(tmp_path: Path, entries: list[Entry]) -> None:
    index = built(tmp_path, entries)
    assert index.search("exosomes", 5)[0].tolist() == []
    assert index.search("exosomes", 5, np.ones(len(entries), dtype=np.bool_))[0].tolist() == []


def test_the_same_entries_give_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        LexicalIndex.build(folder, iter(VESICLES))
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert first == second
    assert set(first) == {"terms.u64", "starts.i64", "rows.i32", "weights.f32", "sizes.i64"}


def test_opening_and_searching_write_nothing_and_need_no_right_to(tmp_path: Path) -> None:
    LexicalIndex.build(tmp_path, VESICLES)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    for path in before:
        path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        assert LexicalIndex.open(tmp_path).search("exosomes", 9)[0].size == 3
    finally:
        tmp_path.chmod(0o755)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_an_open_index_outlives_its_files(tmp_path: Path) -> None:
    index = built(tmp_path, VESICLES)
    for path in tmp_path.iterdir():
        path.unlink()
    assert index.search("exosomes", 9)[0].size == 3


def test_threads_search_at_the_same_time(tmp_path: Path) -> None:
    entries = [Entry("", f"exosome number {row} of {row % 13}") for row in range(2000)]
    index = built(tmp_path, entries)
    queries = [f"exosome {n}" for n in range(200)]
    alone = [index.search(query, 5)[0].tolist() for query in queries]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda query: index.search(query, 5)[0].tolist(), queries)) == alone


@pytest.mark.parametrize("name", ["terms.u64", "starts.i64", "rows.i32", "weights.f32", "sizes.i64"])
@pytest.mark.parametrize("cut", [None, 0, 5, 16, -4, -1])
def test_a_missing_or_truncated_file_is_named(tmp_path: Path, name: str, cut: int | None) -> None:
    LexicalIndex.build(tmp_path, VESICLES)
    path = tmp_path / name
    if cut is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(IndexDamaged, match=rf"{name}.*evqa check.*evqa build"):
        LexicalIndex.open(tmp_path)


def test_files_of_different_indexes_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    LexicalIndex.build(tmp_path, VESICLES)
    LexicalIndex.build(other, VESICLES[:1])
    (other / "rows.i32").rename(tmp_path / "rows.i32")
    with pytest.raises(IndexDamaged, match=str(tmp_path)):
        LexicalIndex.open(tmp_path)


def test_a_posting_of_a_row_that_does_not_exist_is_damage(tmp_path: Path) -> None:
    LexicalIndex.build(tmp_path, VESICLES)
    rows = np.fromfile(tmp_path / "rows.i32", dtype=np.int32)
    (rows + 4).tofile(tmp_path / "rows.i32")
    with pytest.raises(IndexDamaged, match=str(tmp_path)):
        LexicalIndex.open(tmp_path).search("exosomes", 9)


def test_importing_it_loads_no_heavy_library() -> None:
    script = "import sys, index.lexical; print({'torch', 'faiss', 'scipy', 'onnxruntime'} & set(sys.modules))"
    path = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", script], env=path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
