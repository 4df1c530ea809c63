"""BibTeX in, a document for each entry out."""

from __future__ import annotations

import pytest

from index.document import Author, Document, Notice, NoticeKind
from index.errors import SourceError
from index.sources import bibtex, formats
from index.sources.source import PartlyReadable, Source


def read(text: str) -> tuple[Document, ...]:
    return bibtex.read(Source("lib.bib", text.encode()))


def one(*fields: str, type_: str = "article") -> Document:
    listed = ", ".join(fields)
    return read(f"@{type_}{{key2020, {listed}}}")[0]


def test_an_entry_with_all_that_a_paper_has() -> None:
    found = one(
        r"title = {Pumps of {E. coli} and $\alpha$-toxin: 50\% more Ca$^{2+}$}",
        r"author = {{\v S}eva, Jurica and van der Berg, Jan and {Pump and Valve Group} and King, Jr, Ann and others}",
        "journal = {J Pumps}, volume = {3}, number = 4, pages = {10--19}, month = aug, year = 2020",
        "doi = {10.1000/A}, keywords = {pump, mouse}, language = {English}",
        r"abstract = {With 5% and {\textless}i{\textgreater}tags{\textless}/i{\textgreater}, p {\textless} 0.05.}",
    )
    metadata = found.metadata
    assert found.text == "Pumps of E. coli and α-toxin: 50% more Ca²⁺\n\nWith 5% and tags, p < 0.05."
    assert metadata.authors == (
        Author(family="Ševa", given="Jurica"),
        Author(family="van der Berg", given="Jan"),
        Author(literal="Pump and Valve Group"),
        Author(family="King", given="Ann", suffix="Jr"),
    )
    assert (metadata.container_title, metadata.volume, metadata.issue, metadata.pages) == ("J Pumps", "3", "4", "10–19")
    assert (found.id, metadata.issued, metadata.language) == ("10.1000_a", "2020-08", "en")
    assert (metadata.keywords, metadata.article_type) == (("pump", "mouse"), "article-journal")


def test_an_entry_without_identifier_is_named_by_its_key() -> None:
    assert one("title = {A}").id == "lib_key2020"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("note = {PMID: 7, PMCID: PMC123}", ("7", "PMC123", None)),
        ("pmid = {7}, pmcid = {123}", ("7", "PMC123", None)),
        ("eprint = {7}, eprinttype = {pubmed}", ("7", None, None)),
        ("url = {https://doi.org/10.1000/a}", (None, None, "10.1000/a")),
    ],
)
def test_identifiers(fields: str, expected: tuple[str | None, ...]) -> None:
    metadata = one("title = {A}", fields).metadata
    assert (metadata.pmid, metadata.pmcid, metadata.doi) == expected


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ('@string{j = "J"}\n@article{a, title = {A} # " and " # j}', ["A and J"]),
        ("% a comment @ home\n@article{a,\n % here\n title = {A}}", ["A"]),
        ('@ARTICLE(a, TITLE = {A})\n@comment{x}\n@book{b, title = "B {"}"}', ["A", 'B "']),
        ("@article{a, title={A}}\n@article{a, title={B}}", ["A", "B"]),
        ("@article{a, title={A}, title={B}}", ["A"]),
        ("@article{a, title={A} year=2000}", ["A"]),
        ("@article{, title={A}}", ["A"]),
    ],
)
def test_what_writers_do_costs_no_entry(text: str, titles: list[str]) -> None:
    found = read(text)
    assert [document.metadata.title for document in found] == titles
    assert len({document.id for document in found}) == len(found)


def test_a_field_after_a_lost_comma_is_read() -> None:
    assert read("@article{a, title={A} year={2000}}")[0].metadata.issued == "2000"


def test_a_broken_entry_is_named_by_its_line_and_the_others_are_read() -> None:
    with pytest.raises(
        PartlyReadable, match=r"lib.bib: 1 of 3 records cannot be read \(line 2: '@article\{b"
    ) as caught:
        read("@article{a, title={A}}\n@article{b, title={B\n@article{c, title={C}}\n")
    assert [document.metadata.title for document in caught.value.documents] == ["A", "C"]
    assert "\n" not in str(caught.value)


def test_notices() -> None:
    assert one("title = {RETRACTED: A}").metadata.notices == (Notice(NoticeKind.RETRACTION),)
    assert one("title = {A}", "keywords = {Retracted, b}").metadata.notices == (Notice(NoticeKind.RETRACTION),)
    assert one("title = {A}", "note = {Erratum in: J 2010}").metadata.notices == (
        Notice(NoticeKind.CORRECTION, text="J 2010"),
    )


def test_text_that_mentions_an_entry_is_text() -> None:
    text = b"Write to me.\n\nAn entry looks like this:\n\n@article{a, title={A}}\n"
    assert formats.read(Source("note.txt", text))[0].metadata.format == "text"
    assert formats.read(Source("lib.bib", text))[0].metadata.format == "bibtex"


def test_a_file_without_entries_says_so() -> None:
    with pytest.raises(SourceError, match=r"lib.bib holds no record"):
        read("@comment{nothing}")
