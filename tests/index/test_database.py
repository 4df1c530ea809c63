"""What goes into the database of a generation comes out of it: documents, passages, and what stands where."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.abbreviations import abbreviations
from index.canonical import Run, TextBuilder
from index.chunk import chunk
from index.database import Database
from index.document import (
    Author,
    BlockKind,
    Document,
    Entity,
    Metadata,
    Page,
    Passage,
    Reference,
    RelatedArticle,
)
from index.errors import IndexDamaged, UnknownId
from index.query import Counts, Filters
from index.sentences import sentences
from index.tables import Writer, sentences_of


def passages_of(document: Document) -> tuple[Passage, ...]:
    return chunk(document, lambda text: len(text.split()), size=12, window=64)


def saved(path: Path, *documents: Document) -> Database:
    writer = Writer(path)
    for document in documents:
        writer.add(document, passages_of(document))
    writer.close()
    return Database(path)


def paper(id_: str, *, issued: str | None = None) -> Document:
    """Two sections, astral and combining characters, and marks of which one is unknown to the bibliography."""
    builder = TextBuilder()
    builder.add(BlockKind.TITLE, "Vesicles 𝔸𝔹")
    builder.open_section("Results and Größen")
    builder.open_section("Uptake")
    cited = [
        Run("Cells 🧬 take x̄ up "),
        Run("[2, 1]", ("r2", "r1")),
        Run(". They keep it "),
        Run("[1, 9]", ("r1", "r9")),
    ]
    builder.add(BlockKind.PARAGRAPH, [*cited, Run(". Nobody knows why this takes them nine long days of the week.")])
    builder.close_section()
    builder.add(BlockKind.CAPTION, "Figure 1. A cell (𝒞).")
    builder.close_section()
    builder.open_section("Discussion")
    builder.add(BlockKind.PARAGRAPH, [Run("So they do "), Run("[3]", ("r3",)), Run(".")])
    text = builder.finish()
    return Document(
        id=id_,
        metadata=Metadata("Vesicles 𝔸𝔹", f"{id_}.xml", "test", issued=issued),
        text=text.text,
        blocks=text.blocks,
        sections=text.sections,
        sentences=sentences(text.text, text.blocks, text.reference_marks),
        reference_marks=text.reference_marks,
        references=tuple(Reference(f"r{number}", f"Entry {number}") for number in (1, 2, 3)),
    )


@pytest.fixture
def database(tmp_path: Path) -> Database:
    held = [paper("PMC1", issued="2019-05"), paper("PMC2"), paper("a:1-2", issued="2026")]
    return saved(tmp_path / "documents.sqlite", *held)


def span_of(document: Document, words: str) -> tuple[int, int]:
    start = document.text.index(words)
    return start, start + len(words)


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("ab. [1](EV)🧬x̄é\u2028'\"%_"),
    min_size=1,
    max_size=40,
)
MAYBE = st.none() | WORDS
AUTHORS = st.lists(st.builds(Author, MAYBE, MAYBE, MAYBE, MAYBE), max_size=2).map(tuple)
REFERENCES = st.lists(
    st.builds(Reference, WORDS, WORDS, label=MAYBE, authors=AUTHORS, title=MAYBE, year=MAYBE, doi=MAYBE, url=MAYBE),
    max_size=4,
    unique_by=lambda reference: reference.id,
).map(tuple)
METADATA = st.builds(
    Metadata,
    title=WORDS,
    source=WORDS,
    format=st.just("test"),
    authors=AUTHORS,
    container_title=MAYBE,
    issued=st.sampled_from([None, "2019", "2019-05", "0999-12-31"]),
    other_ids=st.lists(st.tuples(WORDS, WORDS), max_size=2).map(tuple),
    license=MAYBE,
    keywords=st.lists(WORDS, max_size=2).map(tuple),
    related=st.lists(st.builds(RelatedArticle, WORDS, MAYBE, MAYBE, MAYBE), max_size=2).map(tuple),
    entities=st.lists(st.builds(Entity, WORDS, WORDS, MAYBE), max_size=2).map(tuple),
    part_of=MAYBE,
)
RUNS = st.lists(st.builds(Run, WORDS, st.lists(WORDS, max_size=2).map(tuple)), max_size=4)
STEPS = st.lists(
    st.tuples(st.just("block"), st.sampled_from(BlockKind), RUNS)
    | st.tuples(st.just("open"), st.just(None), RUNS)
    | st.just(("close", None, ())),
    max_size=8,
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    builder, depth = TextBuilder(), 0
    for step, kind, runs in draw(STEPS):
        if kind is not None:
            builder.add(kind, runs)
        elif step == "open":
            builder.open_section(runs)
            depth += 1
        elif depth:
            builder.close_section()
            depth -= 1
    text = builder.finish()
    spans = sentences(text.text, text.blocks, text.reference_marks)
    return Document(
        id=draw(WORDS),
        metadata=draw(METADATA),
        text=text.text,
        blocks=text.blocks,
        sections=text.sections,
        sentences=spans,
        reference_marks=text.reference_marks,
        references=draw(REFERENCES),
        abbreviations=abbreviations(text.text, spans),
        pages=tuple(Page(block.start, block.end, number) for number, block in enumerate(text.blocks, 1)),
    )


@settings(max_examples=60, deadline=None)
@given(held=st.lists(documents(), min_size=1, max_size=3, unique_by=lambda document: document.id), data=st.data())
def test_documents_and_passages_come_back_unchanged(
    tmp_path_factory: pytest.TempPathFactory, held: list[Document], data: st.DataObject
) -> None:
    database = saved(tmp_path_factory.mktemp("database") / "documents.sqlite", *held)
    assert database.document_ids() == [document.id for document in held]
    for row, document in enumerate(held):
        assert database.document(document.id) == document
        assert database.text(row) == document.text
        stored = database.passages_of(row)
        assert tuple(one.passage for one in stored) == passages_of(document)
        assert [database.passage(one.passage.id) for one in stored] == stored
        assert all(database.page(row, offset) == document.page_at(offset) for offset in range(len(document.text)))
        record = database.records([row])[row]
        assert (record.version, record.length, record.metadata) == (
            document.version,
            len(document.text),
            document.metadata,
        )
        start = data.draw(st.integers(0, len(document.text)))
        end = data.draw(st.integers(start, len(document.text) + 5))
        assert database.text(row, start, end) == document.text[start:end]
        assert database.text(row, start) == document.text[start:]
    database.close()


@settings(max_examples=30, deadline=None)
@given(held=st.lists(documents(), min_size=1, max_size=3, unique_by=lambda document: document.id))
def test_every_sentence_of_a_passage_has_one_row_in_order(
    tmp_path_factory: pytest.TempPathFactory, held: list[Document]
) -> None:
    database = saved(tmp_path_factory.mktemp("database") / "documents.sqlite", *held)
    spans = [span for document in held for passage in passages_of(document) for span in sentences_of(document, passage)]
    assert database.sentences(np.arange(len(spans))) == dict(enumerate(spans))
    rows = np.arange(database.counts().passages)
    starts, ends = database.ranges(rows)[:, 3:].T
    assert starts.tolist() == [0, *ends.tolist()[:-1]][: len(rows)]
    assert (ends.tolist() or [0])[-1] == len(spans)
    database.close()


def test_a_passage_knows_the_rows_of_its_document(database: Database) -> None:
    rows = np.arange(database.counts().passages)
    documents, starts, ends = database.ranges(rows)[:, :3].T
    for row, document, start, end in zip(rows, documents, starts, ends, strict=True):
        held = [stored.row for stored in database.passages_of(int(document))]
        assert held == list(range(start, end)) and row in held


def test_the_text_is_cut_by_code_points(database: Database) -> None:
    text = database.text(0)
    assert text == paper("PMC1").text
    start, end = span_of(paper("PMC1"), "🧬 take x̄ up")
    assert database.text(0, start, end) == "🧬 take x̄ up"
    assert database.text(0, end) == text[end:] and database.text(0, 0, 3) == "Ves"
    assert database.text(0, len(text) - 1, len(text) + 50) == text[-1] and database.text(0, len(text)) == ""
    assert database.text(0, 4, 4) == ""


def test_an_unknown_document_is_named(database: Database) -> None:
    for ask in (database.document, database.document_row):
        with pytest.raises(UnknownId, match="PMC9"):
            ask("PMC9")


def test_a_passage_is_found_by_its_id_even_when_its_document_has_one_like_it(database: Database) -> None:
    for row in range(3):
        for stored in database.passages_of(row):
            assert database.passage(stored.passage.id) == stored
    assert {stored.passage.document_id for stored in database.passages_of(2)} == {"a:1-2"}


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        ":",
        "-",
        "PMC1",
        "PMC1:",
        "PMC1:-",
        "PMC1:5",
        "PMC1:5-",
        "PMC1:-5",
        "PMC1:0-1",
        "PMC1:-1-5",
        "PMC1:1.5-2",
        "PMC1:²-³",
        "PMC1:9999999999999999999-99999999999999999999",
        "PMC1:1-" + "9" * 25,
        "PMC1:1-2-3",
        "PMC9:32-60",
        "' OR 1=1 --:1-2",
        "PMC1:1-2\x00",
    ],
)
def test_what_is_no_passage_id_names_nothing(database: Database, malformed: str) -> None:
    with pytest.raises(UnknownId, match="no passage"):
        database.passage(malformed)


def test_passages_come_in_the_order_asked_for(database: Database) -> None:
    assert [stored.row for stored in database.passages([3, 0, 2])] == [3, 0, 2]
    assert database.passages([]) == []


def test_neighbours_stay_inside_the_document(database: Database) -> None:
    of_first, of_second = database.passages_of(0), database.passages_of(1)
    assert database.neighbours(of_first[0]) == (None, of_first[1].passage)
    assert database.neighbours(of_first[1]) == (of_first[0].passage, of_first[2].passage)
    assert database.neighbours(of_first[-1])[1] is None and database.neighbours(of_second[0])[0] is None


@pytest.mark.parametrize(
    ("quote", "ids"),
    [
        ("Cells 🧬 take x̄ up [2, 1].", ["r2", "r1"]),
        ("Cells 🧬 take x̄ up [2, 1]. They keep it [1, 9].", ["r2", "r1"]),
        ("They keep it [1, 9].", ["r1"]),
        ("[3]", ["r3"]),
        ("[3", ["r3"]),
        ("Cells 🧬", ["r2", "r1"]),
        ("1]. They", ["r2", "r1"]),
        ("Nobody knows why", []),
    ],
)
def test_a_span_cites_what_its_sentences_cite_in_the_order_of_their_marks(
    database: Database, quote: str, ids: list[str]
) -> None:
    start, end = span_of(paper("PMC1"), quote)
    assert [entry.id for entry in database.cited(1, start, end)] == ids


def test_entries_of_another_document_are_never_cited(tmp_path: Path) -> None:
    own = replace(paper("PMC1"), references=())
    database = saved(tmp_path / "documents.sqlite", own, paper("PMC2"))
    assert database.cited(0, 0, len(own.text)) == []


def allowed(database: Database, filters: Filters) -> list[bool]:
    mask = database.allowed(filters)
    assert mask is not None and len(mask) == database.counts().passages
    return [bool(passes) for passes in mask]


Predicate = Callable[[Passage], bool]


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        (Filters(document_ids=("PMC1", "a:1-2")), lambda p: p.document_id != "PMC2"),
        (Filters(document_ids=()), lambda p: False),
        (Filters(section="uptake"), lambda p: "Uptake" in p.section),
        (Filters(section="GRÖSSEN"), lambda p: "Results and Größen" in p.section),
        (Filters(section="results and"), lambda p: "Results and Größen" in p.section),
        (Filters(section="%"), lambda p: False),
        (Filters(section=""), lambda p: True),
        (Filters(kinds=(BlockKind.CAPTION,)), lambda p: p.kind is BlockKind.CAPTION),
        (Filters(kinds=(BlockKind.CAPTION, BlockKind.PARAGRAPH)), lambda p: True),
        (Filters(kinds=()), lambda p: False),
        (Filters(year_from=2019), lambda p: p.document_id != "PMC2"),
        (Filters(year_to=2019), lambda p: p.document_id == "PMC1"),
        (Filters(year_from=2020, year_to=2026), lambda p: p.document_id == "a:1-2"),
        (Filters(year_from=2026, year_to=2019), lambda p: False),
        (
            Filters(document_ids=("PMC1", "PMC2"), section="discussion", year_from=2019),
            lambda p: p.document_id == "PMC1" and p.section == ("Discussion",),
        ),
    ],
)
def test_a_filter_allows_exactly_the_passages_that_pass(
    database: Database, filters: Filters, passes: Predicate
) -> None:
    held = [stored.passage for row in range(3) for stored in database.passages_of(row)]
    assert len(held) >= 9
    assert allowed(database, filters) == [passes(passage) for passage in held]


def test_no_filter_is_no_mask(database: Database) -> None:
    assert database.allowed(Filters()) is None


def test_an_unknown_document_in_a_filter_is_named_at_once(database: Database) -> None:
    with pytest.raises(UnknownId, match="PMC9"):
        database.allowed(Filters(document_ids=("PMC1", "PMC9")))


@settings(max_examples=20, deadline=None)
@given(ids=st.lists(st.text("aB_1.é𝔸", min_size=1, max_size=4), unique=True, max_size=8), limit=st.integers(1, 5))
def test_pages_of_ids_hold_each_document_once_in_order(
    tmp_path_factory: pytest.TempPathFactory, ids: Sequence[str], limit: int
) -> None:
    database = saved(tmp_path_factory.mktemp("database") / "documents.sqlite", *map(paper, ids))
    seen: list[str] = []
    while rows := database.after(seen[-1] if seen else "", limit):
        assert len(rows) <= limit
        seen += [database.records([row])[row].id for row in rows]
    assert seen == sorted(ids)
    database.close()


def test_counts_are_of_the_whole_index_or_of_one_document(database: Database) -> None:
    one = paper("PMC1")
    passages = len(passages_of(one))
    assert database.counts(1) == Counts(1, passages, len(one.sentences), 3)
    assert database.counts() == Counts(3, 3 * passages, 3 * len(one.sentences), 9)


def test_an_empty_index_holds_nothing(tmp_path: Path) -> None:
    database = saved(tmp_path / "documents.sqlite")
    assert database.counts() == Counts(0, 0, 0, 0)
    assert not database.document_ids() and not database.after("", 5) and not database.records([])
    assert allowed(database, Filters(section="x")) == []


def test_reading_writes_nothing_and_needs_no_right_to_write(database: Database, tmp_path: Path) -> None:
    (tmp_path / "documents.sqlite").chmod(0o444)
    again = Database(tmp_path / "documents.sqlite")
    assert again.document("PMC1") == database.document("PMC1")
    assert [path.name for path in tmp_path.iterdir()] == ["documents.sqlite"]
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        again._connection.execute("DELETE FROM blocks")


def test_a_file_that_is_no_database_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "documents.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(IndexDamaged, match=re.escape("documents.sqlite")):
        Database(tmp_path / "documents.sqlite").counts()
