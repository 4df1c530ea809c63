from __future__ import annotations

import importlib.resources
import re
from typing import Any

import pytest

from index.document import Author, Notice, NoticeKind, NoticeRole
from qa.works import ET_AL
from tests.works import entry, paper

RETRACTED = Notice(NoticeKind.RETRACTION, doi="10.1000/retraction")


def test_a_paper_is_an_item_of_what_its_source_gives() -> None:
    assert paper().item == {
        "id": "PMC98765",
        "type": "article-journal",
        "author": [
            {"family": "van der Berg", "given": "Anna-Maria B."},
            {"family": "Smith", "given": "JQ", "suffix": "Jr."},
            {"literal": "The Vesicle Consortium and Friends"},
            {"family": "Sukarno"},
        ],
        "title": "Loss of PD-L1 & β-catenin in CD8⁺ T cells: 50% of {all} Drosophila_x",
        "container-title": "Journal of Cells & Vesicles",
        "publisher": "Cells Ltd",
        "issued": {"date-parts": [[2019, 3, 4]]},
        "volume": "12",
        "issue": "3",
        "page": "101-112",
        "DOI": "10.1000/a_b%20(c)",
        "PMID": "123456",
        "PMCID": "PMC98765",
        "URL": "https://cells.example/a_b?x=1&y=2",
        "language": "en",
        "license": "CC BY 4.0",
        "keyword": "vesicles; T cells, CD8",
    }


def test_what_the_source_does_not_give_is_absent() -> None:
    bare = paper(
        **dict.fromkeys(("container_title", "publisher", "issued", "volume", "issue", "pages", "url", "license")),
        **dict.fromkeys(("doi", "pmid", "pmcid", "language")),
        authors=(),
        keywords=(),
        title="Notes",
    )
    assert bare.item == {"id": "PMC98765", "type": "document", "title": "Notes"}


def test_items_use_the_types_and_variables_of_csl() -> None:
    schema = importlib.resources.files("citeproc").joinpath("data", "schema", "schemas", "styles")
    variables, types = (
        set(re.findall(r'"([^"]+)"', schema.joinpath(f"csl-{name}.rnc").read_text())) for name in ("variables", "types")
    )
    full = entry(
        editors=(Author(family="Cook", given="C"),),
        edition="2",
        publisher="P",
        publisher_place="Oslo",
        issue="1",
        year="2019a",
        url="https://x.example",
        notices=(RETRACTED,),
    )
    for work in (full, paper(notices=(RETRACTED,)), paper(article_type="preprint"), entry(title=None)):
        assert set(work.item) - {"id", "type"} <= variables
        assert work.item["type"] in types


@pytest.mark.parametrize(
    ("issued", "date"),
    [
        ("2026", {"date-parts": [[2026]]}),
        ("2026-03", {"date-parts": [[2026, 3]]}),
        ("2026-03-11", {"date-parts": [[2026, 3, 11]]}),
        ("in press", {"literal": "in press"}),
        ("2026-13", {"literal": "2026-13"}),
    ],
)
def test_a_date_has_the_precision_of_the_source(issued: str, date: Any) -> None:
    assert paper(issued=issued).item["issued"] == date


def test_the_letter_of_a_year_is_kept_apart() -> None:
    item = entry(year="2019b").item
    assert (item["issued"], item["year-suffix"]) == ({"date-parts": [[2019]]}, "b")


@pytest.mark.parametrize(
    ("changes", "type_"),
    [
        ({}, "article-journal"),
        ({"container_title": None, "publisher": "P"}, "document"),
        ({"type": "thesis"}, "thesis"),
        ({"container_title": "bioRxiv"}, "article"),
        ({"container_title": "arXiv preprint", "type": "article-journal"}, "article"),
        ({"container_title": "arXivs and libraries"}, "article-journal"),
    ],
)
def test_an_entry_is_of_the_type_that_is_known_of_it(changes: dict[str, Any], type_: str) -> None:
    assert entry(**changes).item["type"] == type_


def test_a_preprint_says_so() -> None:
    for work in (paper(article_type="preprint"), paper(container_title="bioRxiv", article_type="article")):
        assert (work.item["type"], work.item["genre"]) == ("article", "Preprint")


@pytest.mark.parametrize(
    ("text", "authors", "last"),
    [
        ("Able A, et al. A pump in vesicles. 2019", [Author(family="Able", given="A")], ET_AL),
        ("Able A. A pump in vesicles et al. 2019", [Author(family="Able", given="A")], "Able"),
        ("A, Able, and others: A pump in vesicles. 2019", [Author(family="Able", given="A")], ET_AL),
        ("Able A. A pump in vesicles. 2019", [Author(family="Able"), Author(family="et al.")], ET_AL),
        ("Able A, et al. A pump in vesicles. 2019", [Author(family="Able"), Author(literal="et al")], ET_AL),
    ],
)
def test_a_list_of_authors_that_was_cut_says_so(text: str, authors: list[Author], last: str) -> None:
    names = entry(text=text, authors=tuple(authors)).item["author"]
    assert next(iter(names[-1].values())) == last
    assert sum(ET_AL in name.values() for name in names) == (last == ET_AL)


def test_an_entry_of_words_alone_keeps_them() -> None:
    text = "Able A, personal communication, 2019"
    bare = entry(text=text, authors=(), title=None, container_title=None, year=None, volume=None, pages=None)
    assert bare.item == {"id": "PMC98765:B1", "type": "document", "note": text}
    assert bare.printed == text


@pytest.mark.parametrize(
    ("changes", "suffices"),
    [
        ({}, True),
        ({"title": None}, True),
        ({"title": None, "authors": ()}, False),
        ({"year": None}, False),
        ({"year": None, "text": "Able A. A pump in vesicles. J Cells"}, True),
        ({"container_title": None}, True),
        ({"container_title": None, "authors": ()}, False),
        ({"container_title": None, "authors": (), "url": "https://x.example"}, True),
    ],
)
def test_fields_that_make_no_citation_leave_it_to_the_printed_words(changes: dict[str, Any], suffices: bool) -> None:
    work = entry(**changes)
    assert (work.printed is None) is suffices


def test_a_retracted_paper_says_so_and_where() -> None:
    work = paper(notices=(RETRACTED, Notice(NoticeKind.CORRECTION)))
    assert work.item["status"] == "retracted"
    assert work.item["note"] == work.notice == "Retracted; see doi:10.1000/retraction. Corrected."


def test_the_gravest_notice_stands_first_and_a_bare_one_is_not_said_beside_one_that_is_named() -> None:
    work = paper(notices=(Notice(NoticeKind.CORRECTION), Notice(NoticeKind.RETRACTION), RETRACTED))
    assert work.notice == "Retracted; see doi:10.1000/retraction. Corrected."


def test_a_notice_is_not_said_of_the_paper_that_gives_it() -> None:
    work = paper(notices=(Notice(NoticeKind.RETRACTION, NoticeRole.NOTICE, doi="10.1000/bad"),))
    assert not {"status", "note"} & set(work.item) and work.notice is None


def test_a_retracted_entry_of_words_alone_has_both() -> None:
    work = entry(title=None, container_title=None, text="Able 2019", notices=(RETRACTED,))
    assert work.item["note"] == "Retracted; see doi:10.1000/retraction. Able 2019"
    assert (work.notice, work.printed) == ("Retracted; see doi:10.1000/retraction.", "Able 2019")


def test_control_characters_and_line_breaks_do_not_get_through() -> None:
    assert paper(title=" A\x00 pump\n\tin\u2028vesicles ").item["title"] == "A pump in vesicles"


def test_no_field_and_no_id_holds_a_line_break() -> None:
    item = entry(url="https://x.example/a\nb", doi="10.1/\rx", text="Able\n2019", title=None, container_title=None).item
    assert not any("\n" in str(value) or "\r" in str(value) for value in item.values())
