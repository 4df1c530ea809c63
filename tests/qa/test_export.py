from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from index.build import build
from index.document import Author, Metadata, Notice, NoticeKind
from index.errors import UnknownId
from index.generation import Generation
from index.sources.formats import read
from index.sources.source import Source
from index.store import Store
from qa.export import cited_document, cited_reference, export
from qa.works import FILE_TYPES, Format, Style, document_work
from tests.fakes import workshop
from tests.works import entry, paper

PAPER = """<article><front><journal-meta><journal-title>J Cells</journal-title></journal-meta><article-meta>
<article-id pub-id-type="pmc">PMC9000001</article-id>
<title-group><article-title>A pump in <italic>E. coli</italic> and CD8<sup>+</sup> cells</article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Able</surname><given-names>Ann</given-names></name>
</contrib></contrib-group><pub-date><year>2019</year></pub-date></article-meta></front>
<body><sec><title>Results</title><p>Vesicles carry a pump.</p></sec></body>
<back><ref-list><ref id="B1"><label>1.</label><element-citation><name><surname>Baker</surname>
<given-names>B</given-names></name><article-title>Release</article-title><source>J Cells</source><year>2018</year>
</element-citation></ref><ref id="2"><label>3</label><mixed-citation>Cook C, in preparation</mixed-citation></ref>
<ref id="B3"><label>2</label><mixed-citation>Dean D, a letter</mixed-citation></ref>
<ref id="B4"><label>4</label><mixed-citation>Eve E, one</mixed-citation></ref>
<ref id="B5"><label>4</label><mixed-citation>Eve E, two</mixed-citation></ref></ref-list></back></article>"""


METADATA: dict[str, Any] = {
    "title": "Loss of PD-L1 & β-catenin in CD8⁺ T cells: 50% of Drosophila_x",
    "authors": (
        Author(family="van der Berg", given="Anna-Maria B."),
        Author(family="Smith", given="J. Q.", suffix="Jr."),
        Author(literal="The Vesicle Consortium and Friends"),
    ),
    "container_title": "Journal of Cells & Vesicles",
    "publisher": "Cells Ltd",
    "volume": "12",
    "issue": "3",
    "pages": "101–112",
    "doi": "10.1000/a_b(c)",
    "pmid": "123456",
    "pmcid": "PMC98765",
    "url": "https://cells.example/a_b?x=1&y=2",
    "language": "en",
    "keywords": ("vesicles", "T cells"),
}


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    store = Store(tmp_path_factory.mktemp("export"))
    build(store, [Source("paper.xml", PAPER.encode())], workshop())
    with store.open() as opened:
        yield opened


@pytest.mark.parametrize("format_", Format)
def test_every_format_takes_several_works_and_ends_with_a_line_break(format_: Format) -> None:
    text = export([paper(), entry()], format_)
    assert text.endswith("\n") and text.count("A pump in vesicles") == 1
    assert format_ in FILE_TYPES


def test_csl_json_is_a_list_of_items() -> None:
    works = [paper(), entry()]
    assert json.loads(export(works, Format.CSL_JSON)) == [work.item for work in works]


def test_text_is_a_line_for_each_work_in_the_style_asked_for() -> None:
    vancouver, apa = (export([entry(), entry()], Format.TEXT, style).splitlines() for style in Style)
    assert len(vancouver) == len(apa) == 2
    assert vancouver[0].startswith("Able A, Baker B. ") and apa[0].startswith("Able, A., & Baker, B. (2019).")


def test_a_paper_of_the_index_is_cited_with_its_mark_up_as_characters(generation: Generation) -> None:
    text = export([cited_document(generation, "PMC9000001")], Format.TEXT)
    assert text == "Able A. A pump in E. coli and CD8⁺ cells. J Cells. 2019. PubMed Central PMCID: PMC9000001.\n"


@pytest.mark.parametrize(("asked", "id_"), [("B1", "B1"), ("1", "B1"), ("3", "2"), ("2", "2"), ("B3", "B3")])
def test_an_entry_is_found_by_its_id_and_then_by_its_label(generation: Generation, asked: str, id_: str) -> None:
    assert cited_reference(generation, "PMC9000001", asked).item["id"] == f"PMC9000001:{id_}"


@pytest.mark.parametrize("format_", [Format.BIBTEX, Format.RIS, Format.CSL_JSON])
@pytest.mark.parametrize("issued", ["2019", "2019-03", "2019-03-04"])
def test_what_is_exported_can_be_added_again(format_: Format, issued: str) -> None:
    notices = (Notice(NoticeKind.RETRACTION, doi="10.1000/r"),)
    given = METADATA | {"issued": issued, "notices": notices}
    text = export([document_work("PMC1", Metadata(**given, source="", format=""))], format_)
    (back,) = read(Source(f"library{FILE_TYPES[format_].ending}", text.encode()))
    kept = {name: getattr(back.metadata, name) for name in given}
    # No format has a field for what was said later: it stands in a note, for people.
    assert kept | {"notices": ()} == given | {"notices": ()}
    assert "Retracted; see doi:10.1000/r." in text


def test_what_is_not_there_is_named(generation: Generation) -> None:
    with pytest.raises(UnknownId, match="PMC1"):
        cited_document(generation, "PMC1")
    with pytest.raises(UnknownId, match="PMC1"):
        cited_reference(generation, "PMC1", "B1")
    with pytest.raises(UnknownId, match="'B9' in document 'PMC9000001'"):
        cited_reference(generation, "PMC9000001", "B9")
    with pytest.raises(UnknownId, match="B4, B5"):
        cited_reference(generation, "PMC9000001", "4")
