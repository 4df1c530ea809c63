"""The comparison of passages, on a paper made up for it."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from index.build import build
from index.document import Document
from index.generation import Generation, IndexedDocument
from index.search import Searcher
from index.sources.source import Source
from index.store import Store
from index.tables import sentences_of
from tests.conftest import ROOT
from tests.fakes import HashingEncoder, workshop

PAPER = """<article><front><article-meta><article-id pub-id-type="pmid">11</article-id>
<title-group><article-title>Vesicles in drug resistance</article-title></title-group></article-meta></front><body>
<sec><title>Uptake</title><p>Cells took up vesicles within an hour (Fig. 1). Cold stopped the uptake for a day. Heat
did not. Nobody knows why that is so.</p>
<fig><label>Figure 1</label><caption><p>Uptake of vesicles by resistant cells. Bars show means.</p></caption></fig>
</sec>
<sec><title>Export</title><p>A pump expels the drug. It sits in the membrane of the vesicles.</p>
<fig><label>Figure 2</label><caption><p>A figure that no sentence of the text mentions.</p></caption></fig></sec>
</body></article>"""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "scripts" / "compare_passages"
    loader = importlib.machinery.SourceFileLoader("compare_passages", str(path))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = sys.modules[loader.name] = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    store = Store(tmp_path_factory.mktemp("index"))
    build(store, [Source("paper.xml", PAPER.encode())], workshop())
    with store.open() as opened:
        yield opened


@pytest.fixture(scope="module")
def paper(generation: Generation) -> IndexedDocument:
    return generation.indexed("PMID11")


def held(document: Document, indexed: IndexedDocument) -> list[str]:
    spans = (span for passage in indexed.passages for span in sentences_of(document, passage))
    return [document.text[span.start : span.end] for span in spans]


def test_smaller_passages_hold_the_same_sentences_with_the_same_vectors(
    script: ModuleType, paper: IndexedDocument
) -> None:
    variant = script.Variant("small", 9, script.with_headings)
    remade = script.remake(paper, variant, workshop(), {})
    assert len(remade.passages) > len(paper.passages)
    assert held(paper.document, remade) == held(paper.document, paper)
    assert (remade.sentence_vectors == paper.sentence_vectors).all()


@pytest.mark.parametrize(
    ("embedded", "text"),
    [
        ("with_headings", "Vesicles in drug resistance. Uptake\nCold stopped the uptake for a day."),
        ("with_title", "Vesicles in drug resistance\nCold stopped the uptake for a day."),
        ("alone", "Cold stopped the uptake for a day."),
        (
            "overlapping",
            "Vesicles in drug resistance. Uptake\n"
            "Cells took up vesicles within an hour (Fig. 1). Cold stopped the uptake for a day.",
        ),
    ],
)
def test_what_the_encoder_reads_of_a_passage(
    script: ModuleType, paper: IndexedDocument, embedded: str, text: str
) -> None:
    encoder = HashingEncoder()
    script.remake(paper, script.Variant("one", 9, getattr(script, embedded)), workshop(encoder), {})
    assert text in encoder.embedded


def test_no_passage_overlaps_with_one_of_another_section(script: ModuleType, paper: IndexedDocument) -> None:
    encoder = HashingEncoder()
    script.remake(paper, script.Variant("one", 9, script.overlapping), workshop(encoder), {})
    assert not any("Nobody knows" in text and "pump" in text for text in encoder.embedded)


def test_a_figure_asks_for_the_sentences_that_mention_it(script: ModuleType, generation: Generation) -> None:
    (question,) = script.figures(Searcher(generation, HashingEncoder()))
    text = generation.database.document("PMID11").text
    assert question.text == "Uptake of vesicles by resistant cells."
    assert [text[start:end] for start, end in question.evidence] == ["Cells took up vesicles within an hour (Fig. 1)."]


def test_evidence_counts_where_it_is_found_and_read(script: ModuleType, generation: Generation) -> None:
    searcher = Searcher(generation, HashingEncoder())
    (question,) = script.figures(searcher)
    found = script.searched(searcher, question, "titles of figures", workshop())
    assert found.reciprocal_rank == 1.0
    assert found.in_budget == 1.0
    elsewhere = question._replace(paper="PMID12")
    assert script.searched(searcher, elsewhere, "titles of figures", workshop()) == (0.0, 0.0, 0.0)


def test_questions_about_one_document_are_drawn_together(script: ModuleType) -> None:
    first, second, third, fourth = script.grouped([{"a"}, {"b"}, {"a", "c"}, {"c"}])
    assert first == third == fourth != second
