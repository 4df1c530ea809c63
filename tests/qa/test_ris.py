"""What is written is read back by a dozen lines that follow the specification: `XX  - value`, TY first, ER last."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from index.document import Author, Notice, NoticeKind
from qa.ris import ris
from qa.works import Work
from tests.works import SOME_WORDS, WORDS, entry, paper


def read(*works: Work) -> list[list[tuple[str, str]]]:
    records: list[list[tuple[str, str]]] = []
    for line in ris(works).split("\n"):
        match = re.fullmatch(r"([A-Z][A-Z0-9])  - (.*)", line)
        if match is None:
            assert not line
        elif match[1] == "TY":
            records.append([("TY", match[2])])
        else:
            assert records[-1][-1][0] != "ER"
            records[-1].append((match[1], match[2]))
    assert all(record[-1] == ("ER", "") for record in records)
    return [record[:-1] for record in records]


def test_every_field_comes_back() -> None:
    work = paper()
    (found,) = read(work)
    assert sorted(found) == sorted(
        [
            ("TY", "JOUR"),
            ("AU", "van der Berg, Anna-Maria B."),
            ("AU", "Smith, JQ, Jr."),
            ("AU", "The Vesicle Consortium and Friends"),
            ("AU", "Sukarno"),
            ("TI", work.item["title"]),
            ("T2", "Journal of Cells & Vesicles"),
            ("PB", "Cells Ltd"),
            ("PY", "2019"),
            ("DA", "2019/03/04/"),
            ("VL", "12"),
            ("IS", "3"),
            ("SP", "101"),
            ("EP", "112"),
            ("DO", "10.1000/a_b%20(c)"),
            ("AN", "123456"),
            ("DB", "PubMed"),
            ("C2", "PMC98765"),
            ("UR", "https://cells.example/a_b?x=1&y=2"),
            ("LA", "en"),
            ("KW", "vesicles"),
            ("KW", "T cells, CD8"),
        ]
    )


@pytest.mark.parametrize(
    ("issued", "dates"),
    [
        ("2019", [("PY", "2019")]),
        ("2019-03", [("PY", "2019"), ("DA", "2019/03//")]),
        ("in press", [("DA", "///in press")]),
        (None, []),
    ],
)
def test_a_date_has_the_precision_of_the_source(issued: str | None, dates: list[tuple[str, str]]) -> None:
    (found,) = read(paper(issued=issued))
    assert [field for field in found if field[0] in ("PY", "DA")] == dates


@pytest.mark.parametrize(
    ("pages", "fields"),
    [
        ("12", [("SP", "12")]),
        ("S12–S19", [("SP", "S12"), ("EP", "S19")]),
        ("e1001044", [("SP", "e1001044")]),
        ("9–12, 15–18", [("SP", "9-12, 15-18")]),
    ],
)
def test_pages_are_a_first_and_a_last_or_as_printed(pages: str, fields: list[tuple[str, str]]) -> None:
    (found,) = read(entry(pages=pages))
    assert [field for field in found if field[0] in ("SP", "EP")] == fields


@pytest.mark.parametrize(
    ("type_", "tag"),
    [("book", "BOOK"), ("chapter", "CHAP"), ("thesis", "THES"), ("webpage", "ELEC"), ("something new", "GEN")],
)
def test_each_kind_of_work_has_its_type(type_: str, tag: str) -> None:
    editors = (Author(family="Cook", given="C.", suffix="III"),)
    (found,) = read(entry(type=type_, publisher_place="Oslo", edition="2", editors=editors))
    assert found[0] == ("TY", tag)
    assert {("ED", "Cook, C., III"), ("CY", "Oslo"), ("ET", "2")} <= set(found)


def test_words_alone_are_a_note() -> None:
    text = "Able A, personal communication"
    (found,) = read(entry(text=text, authors=(), title=None, container_title=None, year=None, volume=None, pages=None))
    assert found == [("TY", "GEN"), ("N1", text)]


def test_a_retraction_is_a_note() -> None:
    (found,) = read(paper(notices=(Notice(NoticeKind.RETRACTION, pmid="12"),)))
    assert ("N1", "Retracted; see PMID 12.") in found


def test_several_works_are_several_records() -> None:
    first, second = read(paper(), entry())
    assert ("TI", "A pump in vesicles") in second and ("TI", "A pump in vesicles") not in first


@given(title=WORDS, family=SOME_WORDS, journal=WORDS)
def test_any_characters_come_back(title: str, family: str, journal: str) -> None:
    (found,) = read(paper(title=title, authors=(Author(family=family, given="A"),), container_title=journal))
    expected = {("TI", title), ("AU", f"{family}, A"), ("T2", journal)}
    assert {field for field in expected if field[1]} <= set(found)
