"""What is written is read back by pybtex, which shares no code with the writer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.database import BibliographyData, Entry, Person, parse_string

from index.document import Author, Notice, NoticeKind
from qa.bibtex import bibtex
from qa.works import Work
from tests.works import SOME_WORDS, WORDS, entry, paper

ESCAPES = {"\\textbraceleft{}": "{", "\\textbraceright{}": "}", "\\textbackslash{}": "\\"} | {
    "\\textasciitilde{}": "~",
    "\\textasciicircum{}": "^",
    **{f"\\{character}": character for character in "&%$#_"},
}


def read(*works: Work) -> list[tuple[str, Entry]]:
    library: BibliographyData = parse_string(bibtex(works), "bibtex")
    return list(library.entries.items())


def one(work: Work) -> Entry:
    ((_, found),) = read(work)
    return found


def unescaped(text: str) -> str:
    """What TeX would print, for the escapes that we write; braces that group are dropped."""
    pattern = "|".join(re.escape(escape) for escape in ESCAPES) + r"|[{}]"
    return re.sub(pattern, lambda match: ESCAPES.get(match[0], ""), text)


def name(person: Person) -> tuple[str, str, str]:
    family = " ".join([*person.prelast_names, *person.last_names])
    given = " ".join([*person.first_names, *person.middle_names])
    return unescaped(family), unescaped(given), unescaped(" ".join(person.lineage_names))


def test_every_field_comes_back() -> None:
    work = paper()
    found = one(work)
    fields = {key: unescaped(value) for key, value in found.fields.items()}
    assert found.type == "article"
    assert fields == {
        "title": work.item["title"],
        "journal": "Journal of Cells & Vesicles",
        "publisher": "Cells Ltd",
        "year": "2019",
        "month": "March",
        "day": "4",
        "volume": "12",
        "number": "3",
        "pages": "101--112",
        "doi": "10.1000/a_b%20(c)",
        "url": "https://cells.example/a_b?x=1&y=2",
        "pmid": "123456",
        "pmcid": "PMC98765",
        "language": "en",
        "keywords": "vesicles; T cells, CD8",
    }
    assert list(map(name, found.persons["author"])) == [
        ("van der Berg", "Anna-Maria B.", ""),
        ("Smith", "JQ", "Jr."),
        ("The Vesicle Consortium and Friends", "", ""),
        ("Sukarno", "", ""),
    ]


@pytest.mark.parametrize(
    ("type_", "entry_type", "container", "publisher"),
    [
        ("article-journal", "article", "journal", "publisher"),
        ("book", "book", "howpublished", "publisher"),
        ("chapter", "incollection", "booktitle", "publisher"),
        ("paper-conference", "inproceedings", "booktitle", "publisher"),
        ("report", "techreport", "howpublished", "institution"),
        ("thesis", "phdthesis", "howpublished", "school"),
        ("dataset", "misc", "howpublished", "publisher"),
        ("something new", "misc", "howpublished", "publisher"),
    ],
)
def test_each_kind_of_work_has_its_entry_type(type_: str, entry_type: str, container: str, publisher: str) -> None:
    editor = Author(family="Cook", given="C.")
    found = one(entry(type=type_, publisher="P", publisher_place="Oslo", edition="2", editors=(editor,)))
    assert found.type == entry_type
    assert [found.fields[key] for key in (container, publisher, "address", "edition")] == ["J Cells", "P", "Oslo", "2"]
    assert list(map(name, found.persons["editor"])) == [("Cook", "C.", "")]


def test_a_preprint_is_an_article_of_its_server() -> None:
    found = one(entry(container_title="bioRxiv"))
    assert (found.type, found.fields["journal"], found.fields["type"]) == ("article", "bioRxiv", "Preprint")
    assert one(paper(container_title=None, article_type="preprint")).type == "misc"


def test_keywords_are_parted_by_commas_where_they_have_none() -> None:
    assert one(paper(keywords=("vesicles", "T cells"))).fields["keywords"] == "vesicles, T cells"


def test_a_thesis_is_not_said_to_be_a_doctors() -> None:
    assert one(entry(type="thesis")).fields["type"] == "Thesis"


def test_words_with_capitals_are_protected_and_others_are_not() -> None:
    title = one(paper(title="A role for PD-L1, mRNA and IL-6 in Drosophila: the case")).fields["title"]
    assert title == "A role for {PD-L1,} {mRNA} and {IL-6} in {Drosophila:} the case"


def test_a_cut_list_of_authors_ends_with_others() -> None:
    cut = entry(text="Able A, et al. A pump in vesicles. 2019", authors=(Author(family="Able", given="A"),))
    assert "author = {Able, A and others}" in bibtex([cut])


def test_words_alone_are_a_note() -> None:
    text = "Able A, 100% personal communication {2019"
    found = one(entry(text=text, authors=(), title=None, container_title=None, year=None, volume=None, pages=None))
    assert (found.type, unescaped(found.fields["note"])) == ("misc", text)


def test_a_retraction_is_a_note() -> None:
    found = one(paper(notices=(Notice(NoticeKind.RETRACTION, doi="10.1/x_y"),)))
    assert unescaped(found.fields["note"]) == "Retracted; see doi:10.1/x_y."


def test_a_year_that_is_none_is_as_printed() -> None:
    assert one(entry(year="in press")).fields["year"] == "in press"


def test_keys_are_told_apart_and_stay_the_same() -> None:
    works = [entry(), entry(), paper(title="Über β-catenin", authors=()), paper(title="伟", authors=(), issued=None)]
    keys = [key for key, _ in read(*works)]
    assert keys == ["able2019pump", "able2019pump-2", "2019uber", "PMC98765"]
    assert [key for key, _ in read(*works)] == keys


@settings(max_examples=30)
@given(title=SOME_WORDS, given_name=SOME_WORDS, family=SOME_WORDS, group=SOME_WORDS, journal=WORDS)
def test_any_characters_come_back(title: str, given_name: str, family: str, group: str, journal: str) -> None:
    authors = (Author(family=family, given=given_name), Author(literal=group))
    work = paper(title=title, authors=authors, container_title=journal)
    found = one(work)
    assert unescaped(found.fields["title"]) == title
    assert unescaped(found.fields.get("journal", found.fields.get("howpublished", ""))) == journal
    (family_back, given_back, _), (group_back, *_) = map(name, found.persons["author"])
    assert (family_back, given_back, group_back) == (family, given_back and given_name, group)


@settings(max_examples=30)
@given(st.lists(st.tuples(SOME_WORDS, SOME_WORDS), min_size=1, max_size=5))
def test_any_number_of_persons_stays_that_many(names: list[tuple[str, str]]) -> None:
    work = paper(authors=tuple(Author(family=family, given=given_name) for family, given_name in names))
    assert [name(person)[0] for person in one(work).persons["author"]] == [family for family, _ in names]
