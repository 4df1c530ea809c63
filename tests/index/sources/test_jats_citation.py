"""Fields of a cited work, as each kind of work and each publisher marks it up."""

from __future__ import annotations

import pytest

from index.document import Author, Reference
from index.sources.jats import read
from index.sources.source import Source

ANN, BO, CY = (
    f"<name><surname>{family}</surname><given-names>{given}</given-names></name>"
    for family, given in (("Ann", "A"), ("Bo", "B"), ("Cy", "C"))
)


def references(entries: str) -> tuple[Reference, ...]:
    xml = f"<article><body><p>x</p></body><back><ref-list>{entries}</ref-list></back></article>"
    return read(Source("one.xml", xml.encode()))[0].references


def element(fields: str, type_: str = "journal") -> Reference:
    (found,) = references(f"<ref id='r'><element-citation publication-type='{type_}'>{fields}</element-citation></ref>")
    return found


def mixed(content: str, attributes: str = "") -> Reference:
    (found,) = references(f"<ref id='r'><mixed-citation {attributes}>{content}</mixed-citation></ref>")
    return found


def group(kind: str, *names: str) -> str:
    return f"<person-group person-group-type='{kind}'>{''.join(names)}</person-group>"


@pytest.mark.parametrize(
    ("word", "type_"),
    [
        ("journal", "article-journal"),
        ("Conf-Proc", "paper-conference"),
        ("web page", "webpage"),
        ("preprint", "article"),
        ("data", "dataset"),
        ("phdthesis", "thesis"),
        ("gov", "report"),
        ("computer-program", "software"),
        ("standard", "standard"),
        ("patent", "patent"),
        ("other", None),
        ("undeclared", None),
    ],
)
def test_the_kind_of_work_is_the_source_s_word_in_those_of_csl(word: str, type_: str | None) -> None:
    assert element("<source>Work</source>", word).type == type_


@pytest.mark.parametrize(
    ("fields", "type_"),
    [
        ("<article-title>T</article-title><source>J</source><volume>1</volume>", "article-journal"),
        ("<article-title>T</article-title><source>J</source>", None),
        ("<data-title>T</data-title><source>Archive</source>", "dataset"),
        ("<chapter-title>T</chapter-title><source>Book</source>", "chapter"),
        ("<article-title>T</article-title><conf-name>Meeting</conf-name>", "paper-conference"),
        ("<source>T</source><patent>US1</patent>", "patent"),
        ("Ann A. T. 2001.", None),
    ],
)
def test_without_the_word_only_elements_that_one_kind_has_tell_it(fields: str, type_: str | None) -> None:
    assert mixed(fields).type == type_


def test_a_book_has_its_own_title_and_a_chapter_that_of_the_book_it_is_in() -> None:
    rest = (
        "<edition>3rd ed.</edition><publisher-name>Press</publisher-name><publisher-loc>Bern</publisher-loc>"
        "<year>2001</year><fpage>7</fpage><lpage>9</lpage>"
    )
    book = element(f"{group('editor', BO)}<source>Atlas</source>{rest}", "book")
    assert (book.type, book.title, book.container_title, book.authors) == ("book", "Atlas", None, ())
    assert (book.editors, book.edition) == ((Author(family="Bo", given="B"),), "3rd ed.")
    assert (book.publisher, book.publisher_place, book.pages) == ("Press", "Bern", "7–9")
    chapter = element(
        f"{group('author', ANN)}<chapter-title>Liver</chapter-title>{group('editor', BO)}<source>Atlas</source>", "book"
    )
    assert (chapter.type, chapter.title, chapter.container_title) == ("chapter", "Liver", "Atlas")
    assert (chapter.authors[0].family, chapter.editors[0].family) == ("Ann", "Bo")


def test_a_thesis_is_published_by_its_institution() -> None:
    thesis = element(f"{ANN}<source>On mice</source><institution>A University</institution>", "thesis")
    assert (thesis.title, thesis.publisher, thesis.container_title) == ("On mice", "A University", None)


def test_a_data_set_is_kept_by_its_archive() -> None:
    data = element("<data-title>Reads</data-title><source>Archive</source><pub-id>GSE1</pub-id>", "data")
    assert (data.title, data.container_title) == ("Reads", "Archive")


@pytest.mark.parametrize(
    ("content", "authors", "editors"),
    [
        (f"{ANN}, {BO}. <article-title>T</article-title>.", "Ann Bo", ""),
        (f"{ANN}, {BO}, editors. <source>T</source>.", "", "Ann Bo"),
        (f"{ANN}, <etal>et al</etal>., editors (<year>2010</year>) <source>T</source>", "", "Ann"),
        (f"{ANN}. Liver. In: {BO}, {CY}, editors. <source>Atlas</source>.", "Ann", "Bo Cy"),
        (f"{ANN}. <chapter-title>Liver</chapter-title>. In: {BO} (Ed.), <source>Atlas</source>.", "Ann", "Bo"),
        (f"{ANN} <chapter-title>Liver</chapter-title> in {BO} and {CY} <source>Atlas</source>", "Ann", "Bo Cy"),
        (f"<article-title>T</article-title>. {ANN}, {BO}. <source>J</source>", "Ann Bo", ""),
        (f"{ANN}, Edmund Press. <source>T</source>", "Ann", ""),
    ],
)
def test_names_outside_groups_are_authors_until_they_are_printed_as_editors(
    content: str, authors: str, editors: str
) -> None:
    found = mixed(content)
    assert " ".join(each.family or "" for each in found.authors) == authors
    assert " ".join(each.family or "" for each in found.editors) == editors


def test_et_al_is_nobody() -> None:
    found = mixed(f"{ANN}, <collab>The Group, et al.</collab>, <string-name>et al.</string-name>, <etal/>. T.")
    assert found.authors == (Author(family="Ann", given="A"), Author(literal="The Group"))
    assert "et al." in found.text


def test_names_keep_particles_and_suffixes_and_groups_are_whole() -> None:
    particle = "<name><surname>van der Ann</surname><given-names>A</given-names><suffix>Jr</suffix></name>"
    member = "<contrib-group><contrib><name><surname>X</surname></name></contrib></contrib-group>"
    members = f"<collab>Ann Study Group{member}</collab>"
    written = "<string-name><surname>Bo</surname> <given-names>B.</given-names></string-name>"
    found = element(group("author", particle, members, written))
    assert found.authors == (
        Author(family="van der Ann", given="A", suffix="Jr"),
        Author(literal="Ann Study Group"),
        Author(family="Bo", given="B."),
    )


def test_inventors_made_a_patent_and_translators_wrote_no_book() -> None:
    assert element(group("inventor", ANN) + group("assignee", BO), "patent").authors[0].family == "Ann"
    assert element(group("translator", ANN) + "<source>T</source>", "book").authors == ()


def test_punctuation_of_the_print_is_no_part_of_a_field() -> None:
    found = mixed(
        "<article-title>On mice.</article-title> <source>J. Biol. Chem.,</source> <volume>7,</volume>"
        "(<issue>2</issue> <supplement>Suppl 1</supplement>) (<year>(2001a).</year>)"
    )
    assert (found.title, found.container_title, found.volume) == ("On mice", "J. Biol. Chem.", "7")
    assert (found.issue, found.year) == ("2 Suppl 1", "2001a")
    assert mixed("<article-title>A Bacillus sp.</article-title>").title == "A Bacillus sp."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<pub-id pub-id-type='doi'>10.1234/ A.b</pub-id>", {"doi": "10.1234/a.b"}),
        ("<pub-id pub-id-type='pmid'>PMID: 77</pub-id>", {"pmid": "77"}),
        ("<pub-id pub-id-type='pmid'>77</pub-id>", {"pmid": "77"}),
        ("<pub-id pub-id-type='pmc'>12345</pub-id>", {"pmcid": "PMC12345"}),
        ("T. doi:10.1234/x. PMID: 77; PMCID: PMC12345.", {"doi": "10.1234/x", "pmid": "77", "pmcid": "PMC12345"}),
        ("T. doi:10.1234/x. Erratum: 10.1234/y.", {}),
        ("<ext-link>https://doi.org/10.1234/e</ext-link> <pub-id>10.1234/p</pub-id>", {"doi": "10.1234/p"}),
        ("T. Available from https://a.example/b.", {"url": "https://a.example/b"}),
    ],
)
def test_identifiers_are_the_marked_ones_then_those_that_stand_alone_in_the_text(
    content: str, expected: dict[str, str]
) -> None:
    found = mixed(content)
    given = {name: getattr(found, name) for name in ("doi", "pmid", "pmcid", "url")}
    assert {name: value for name, value in given.items() if value} == expected


@pytest.mark.parametrize("tag", ["citation", "nlm-citation", "mixed-citation", "element-citation"])
def test_every_kind_of_citation_is_an_entry(tag: str) -> None:
    (found,) = references(f"<ref id='r'><{tag} citation-type='journal'>{ANN}<source>Cell</source></{tag}></ref>")
    assert (found.id, found.type, found.authors[0].family) == ("r", "article-journal", "Ann")


def test_spellings_of_one_work_are_one_entry_beside_the_works_that_are_others() -> None:
    both = "<mixed-citation>Ann. On mice.</mixed-citation><element-citation><year>2001</year></element-citation>"
    entries = (
        f"<ref id='r'><citation-alternatives>{both}</citation-alternatives><mixed-citation>Bo.</mixed-citation></ref>"
    )
    assert [(each.id, each.text, each.year) for each in references(entries)] == [
        ("r", "Ann. On mice.", "2001"),
        ("r_2", "Bo.", None),
    ]
