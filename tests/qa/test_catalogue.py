from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import add, build
from index.errors import QueryError, UnknownId
from index.generation import Generation
from index.search import Searcher
from index.sources.source import Source
from index.store import Store
from qa import catalogue
from qa.views import CalibrationView, DocumentList, ReferenceView
from tests.fakes import markdown, workshop

PAPER = markdown(
    "paper.md",
    "Vesicles 🧬 and pumps",
    "## Results",
    "Vesicles carry a pump [1]. It was seen twice [1, 1] and once more [1–3]. Nobody cited this.",
    "### Uptake [4]",
    "Cells take it up [2].",
    "## References",
    "1. Able A. A pump in vesicles. J Cells. 2019. doi:10.1000/pump",
    "2. Baker B. Release of vesicles. J Cells. 2020.",
    "3. Cook C. Uptake of vesicles. J Cells. 2021.",
    "4. Dean D. Cited by a heading. J Cells. 2022.",
)


@pytest.fixture
def generation(searcher: Searcher) -> Generation:
    return searcher.generation


@pytest.fixture(scope="module")
def cited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    store = Store(tmp_path_factory.mktemp("catalogue"))
    build(store, [PAPER], workshop())
    with store.open() as opened:
        yield opened


def pages(generation: Generation, limit: int) -> list[DocumentList]:
    found = [catalogue.documents(generation, limit, "")]
    while (cursor := found[-1].next_cursor) is not None:
        found.append(catalogue.documents(generation, limit, cursor))
    return found


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1, 1, 1]), (2, [2, 1]), (3, [3]), (500, [3])])
def test_pages_hold_every_document_once_by_id(generation: Generation, limit: int, sizes: list[int]) -> None:
    found = pages(generation, limit)
    assert [len(page.documents) for page in found] == sizes
    ids = [document.id for page in found for document in page.documents]
    assert ids == ["diet", "immunity", "resistance"]


def test_a_cursor_need_not_be_an_id_that_is_still_there(generation: Generation) -> None:
    assert [document.id for document in catalogue.documents(generation, 9, "e").documents] == ["immunity", "resistance"]
    assert catalogue.documents(generation, 9, "zzz") == DocumentList((), None)


@pytest.mark.parametrize("limit", [0, -1, catalogue.MOST_DOCUMENTS + 1])
def test_a_limit_out_of_range_is_refused_by_field(generation: Generation, limit: int) -> None:
    with pytest.raises(QueryError, match=str(limit)) as refused:
        catalogue.documents(generation, limit, "")
    assert refused.value.field == "limit"


def test_a_document_shows_its_sections_and_lists_do_not(cited: Generation) -> None:
    shown = catalogue.document(cited, "paper")
    text, version = catalogue.text(cited, "paper")
    assert shown.sections is not None
    assert [section.path for section in shown.sections] == [("Results",), ("Results", "Uptake [4]")]
    assert text[shown.sections[1].start : shown.sections[1].end] == "Uptake [4]\n\nCells take it up [2]."
    assert (shown.version, shown.counts.references, shown.counts.passages) == (version, 4, 2)
    (listed,) = catalogue.documents(cited, 1, "").documents
    assert listed.sections is None and (listed.id, listed.title) == (shown.id, "Vesicles 🧬 and pumps")


def test_a_text_goes_with_the_digest_of_its_bytes(cited: Generation) -> None:
    text, version = catalogue.text(cited, "paper")
    assert text.startswith("Vesicles 🧬 and pumps\n\nResults\n\n")
    assert version == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def sentences(entry: ReferenceView) -> list[str]:
    return [sentence.text for sentence in entry.cited_in]


def test_each_reference_has_the_sentences_that_cite_it_once_and_in_order(cited: Generation) -> None:
    first, second, third, fourth = catalogue.references(cited, "paper").references
    again = "It was seen twice [1, 1] and once more [1–3]."
    assert sentences(first) == ["Vesicles carry a pump [1].", again]
    assert sentences(second) == [again, "Cells take it up [2]."]
    assert sentences(third) == [again] and sentences(fourth) == []  # a heading is no sentence
    assert (first.doi, second.doi, first.year) == ("10.1000/pump", None, "2019")


def test_a_citing_sentence_says_where_it_stands(cited: Generation) -> None:
    text, _ = catalogue.text(cited, "paper")
    for entry in catalogue.references(cited, "paper").references:
        for sentence in entry.cited_in:
            assert text[sentence.start : sentence.end] == sentence.text
    last = catalogue.reference(cited, "paper", "2").cited_in[-1]
    assert last.section == ("Results", "Uptake [4]")


def test_one_reference_is_the_one_of_the_list(cited: Generation) -> None:
    for entry in catalogue.references(cited, "paper").references:
        assert catalogue.reference(cited, "paper", entry.id) == entry


def test_a_reference_is_cited_in_tables_captions_and_after_full_stops(tmp_path: Path) -> None:
    wrap = (
        "<table-wrap><label>Table 1</label><caption><p>Pumps after others.<xref ref-type='bibr' rid='B1'>1</xref></p>"
        "</caption><table><thead><tr><th>Study</th><th>n</th></tr></thead><tbody><tr><td>Able "
        "<xref ref-type='bibr' rid='B1'>1</xref></td><td>12</td></tr></tbody></table></table-wrap>"
    )
    paragraph = "Pumps pump.<sup><xref ref-type='bibr' rid='B1'>1</xref></sup> Cells do not."
    entry = "<ref-list><ref id='B1'><label>1</label><mixed-citation>Able A. Pumps.</mixed-citation></ref></ref-list>"
    xml = (
        f"<article><body><sec><title>Results</title><p>{paragraph}</p>{wrap}</sec></body><back>{entry}</back></article>"
    )
    store = Store(tmp_path)
    build(store, [Source("paper.xml", xml.encode())], workshop())
    with store.open() as opened:
        view = catalogue.reference(opened, "paper", "B1")
        assert catalogue.references(opened, "paper").references == (view,)
    assert sentences(view) == ["Pumps pump.¹", "Table 1. Pumps after others.1", "Study: Able 1 | n: 12"]
    assert {sentence.section for sentence in view.cited_in} == {("Results",)}


def test_a_document_without_a_bibliography_has_an_empty_one(generation: Generation) -> None:
    assert catalogue.references(generation, "diet").references == ()


def test_what_is_not_there_is_named(cited: Generation) -> None:
    for ask in (catalogue.document, catalogue.text, catalogue.references):
        with pytest.raises(UnknownId, match="PMC9"):
            ask(cited, "PMC9")
    with pytest.raises(UnknownId, match="'9'"):
        catalogue.reference(cited, "paper", "9")
    with pytest.raises(UnknownId, match="PMC9"):
        catalogue.reference(cited, "PMC9", "1")


RETRACTED = Source(
    "retracted.xml",
    b"""<article><front><article-meta><article-id pub-id-type="pmc">PMC9000009</article-id>
<title-group><article-title>A pump</article-title></title-group>
<related-article related-article-type="retraction-forward" ext-link-type="doi"
xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="10.1000/r"/></article-meta></front>
<body><p>Vesicles carry a pump.</p></body></article>""",
)


def test_the_whole_index_is_shown_with_all_that_its_keeper_should_know(store: Store) -> None:
    with store.open() as before:
        assert catalogue.index_view(store, before).noticed == ()
    add(store, [RETRACTED, Source("bad.xml", b"<article>")], workshop())
    with store.open() as generation:
        view = catalogue.index_view(store, generation)
        assert view.counts == generation.manifest.counts
    assert (view.generation, view.encoder, view.passage_tokens) == (generation.name, "hashing", 40)
    assert view.folder == str(store.folder) and list(view.failed) == ["bad.xml"]
    assert [document.id for document in view.documents] == ["PMC9000009", "diet", "immunity", "resistance"]
    assert view.noticed == view.documents[:1] and view.noticed[0].notices[0].doi == "10.1000/r"
    assert view.calibration == CalibrationView(0.5, "made up")
    assert view.size_bytes > 0 and list(view.older) == [before.name]


def test_an_index_of_more_documents_than_a_page_shows_the_first(store: Store) -> None:
    titles = (f"n{number:04d}" for number in range(catalogue.MOST_DOCUMENTS))
    add(store, [markdown(f"{title}.md", title, "Some text.") for title in titles], workshop())
    with store.open() as opened:
        view = catalogue.index_view(store, opened)
        assert len(view.documents) == catalogue.MOST_DOCUMENTS < view.counts.documents
        first, rest = pages(opened, catalogue.MOST_DOCUMENTS)
        assert first.documents == view.documents and len(rest.documents) == 3
