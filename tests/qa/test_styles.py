"""Against citations written by hand after the guides: NLM's "Citing Medicine", and APA's manual (7th edition)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from index.document import Author, Notice, NoticeKind
from qa.styles import formatted, initials, page_range
from qa.works import Style, Work
from tests.works import SOME_WORDS, entry, paper

ABLE = Author(family="Able", given="Ann B.")
BAKER = Author(family="Baker", given="C")
COOK = Author(family="Cook", given="DE", suffix="Jr.")
BOOK: dict[str, Any] = {
    "type": "book",
    "title": "Vesicles",
    "container_title": None,
    "publisher": "Cells Press",
    "publisher_place": "Oslo",
    "edition": "2",
    "volume": None,
    "pages": None,
}


def both(work: Work) -> tuple[str, str]:
    return formatted([work], Style.VANCOUVER)[0], formatted([work], Style.APA)[0]


def test_an_article() -> None:
    work = paper(title="A pump in CD8⁺ cells", authors=(ABLE, COOK, Author(literal="Vesicle Consortium")))
    assert both(work) == (
        "Able AB, Cook DE Jr, Vesicle Consortium. A pump in CD8⁺ cells. Journal of Cells & Vesicles. 2019 Mar 4;"
        "12(3):101–12. doi:10.1000/a_b%20(c) PubMed PMID: 123456; PubMed Central PMCID: PMC98765.",
        "Able, A. B., Cook, D. E., Jr., & Vesicle Consortium. (2019). A pump in CD8⁺ cells. "
        "Journal of Cells & Vesicles, 12(3), 101–112. https://doi.org/10.1000/a_b%20(c)",
    )


@pytest.mark.parametrize(
    ("changes", "vancouver", "apa"),
    [
        (
            {"authors": (ABLE, BAKER)},
            "Able AB, Baker C. A pump in vesicles. J Cells. 2019;12:101–12.",
            "Able, A. B., & Baker, C. (2019). A pump in vesicles. J Cells, 12, 101–112.",
        ),
        (
            {"authors": (ABLE,), "text": "Able A, et al. A pump in vesicles. 2019"},
            "Able AB, et al. A pump in vesicles. J Cells. 2019;12:101–12.",
            "Able, A. B., et al. (2019). A pump in vesicles. J Cells, 12, 101–112.",
        ),
        (
            {"authors": (), "title": "Is there a pump?"},
            "Is there a pump? J Cells. 2019;12:101–12.",
            "Is there a pump? (2019). J Cells, 12, 101–112.",
        ),
        (
            {"title": None, "authors": (Author(family="Sukarno"),)},
            "Sukarno. J Cells. 2019;12:101–12.",
            "Sukarno. (2019). J Cells, 12, 101–112.",
        ),
        (
            {"pages": "e1001044", "year": "2019a"},
            "Able A, Baker B. A pump in vesicles. J Cells. 2019;12:e1001044.",
            "Able, A., & Baker, B. (2019). A pump in vesicles. J Cells, 12, e1001044.",
        ),
        (
            {"year": "in press", "volume": None, "pages": None},
            "Able A, Baker B. A pump in vesicles. J Cells. in press.",
            "Able, A., & Baker, B. (in press). A pump in vesicles. J Cells.",
        ),
        (
            {"container_title": "bioRxiv", "pages": "2019.01.02", "volume": None, "doi": "10.1101/1"},
            "Able A, Baker B. A pump in vesicles [Preprint]. bioRxiv; 2019. doi:10.1101/1",
            "Able, A., & Baker, B. (2019). A pump in vesicles [Preprint]. bioRxiv. https://doi.org/10.1101/1",
        ),
        (
            BOOK,
            "Able A, Baker B. Vesicles. 2nd ed. Oslo: Cells Press; 2019.",
            "Able, A., & Baker, B. (2019). Vesicles (2nd ed.). Cells Press.",
        ),
        (
            BOOK | {"authors": (), "editors": (ABLE, BAKER)},
            "Able AB, Baker C, editors. Vesicles. 2nd ed. Oslo: Cells Press; 2019.",
            "Able, A. B., & Baker, C. (Eds.). (2019). Vesicles (2nd ed.). Cells Press.",
        ),
        (
            BOOK | {"authors": (), "editors": (Author(literal="WHO"),)},
            "WHO, editor. Vesicles. 2nd ed. Oslo: Cells Press; 2019.",
            "WHO (Ed.). (2019). Vesicles (2nd ed.). Cells Press.",
        ),
        (
            BOOK | {"type": "chapter", "container_title": "Cells", "editors": (COOK, BAKER), "pages": "pp. 9–12"},
            "Able A, Baker B. Vesicles. In: Cook DE Jr, Baker C, editors. Cells. 2nd ed. Oslo: Cells Press; 2019."
            " p. 9–12.",
            "Able, A., & Baker, B. (2019). Vesicles. In D. E. Cook Jr. & C. Baker (Eds.), Cells (2nd ed., pp. 9–12)."
            " Cells Press.",
        ),
        (
            BOOK
            | {"authors": (), "editors": (ABLE, BAKER), "text": "Able AB, Baker C, et al., editors. Vesicles. 2019"},
            "Able AB, Baker C, et al., editors. Vesicles. 2nd ed. Oslo: Cells Press; 2019.",
            "Able, A. B., Baker, C., et al. (Eds.). (2019). Vesicles (2nd ed.). Cells Press.",
        ),
        (
            BOOK | {"type": "chapter", "container_title": "Cells", "volume": "4", "edition": "3rd edn."},
            "Able A, Baker B. Vesicles. In: Cells. Vol. 4. 3rd ed. Oslo: Cells Press; 2019.",
            "Able, A., & Baker, B. (2019). Vesicles. In Cells (3rd ed., Vol. 4). Cells Press.",
        ),
        (
            BOOK | {"pages": "331–676"},
            "Able A, Baker B. Vesicles. 2nd ed. Oslo: Cells Press; 2019. p. 331–676.",
            "Able, A., & Baker, B. (2019). Vesicles (2nd ed., pp. 331–676). Cells Press.",
        ),
        (
            BOOK | {"pages": "648"},
            "Able A, Baker B. Vesicles. 2nd ed. Oslo: Cells Press; 2019.",
            "Able, A., & Baker, B. (2019). Vesicles (2nd ed.). Cells Press.",
        ),
        (
            BOOK | {"type": "thesis", "edition": None, "authors": (ABLE,)},
            "Able AB. Vesicles. [Oslo]: Cells Press; 2019.",
            "Able, A. B. (2019). Vesicles. Cells Press.",
        ),
        (
            BOOK | {"type": "dataset", "container_title": "Dryad", "publisher": None, "edition": None, "doi": "10.1/x"},
            "Able A, Baker B. Vesicles. Oslo: Dryad; 2019. doi:10.1/x",
            "Able, A., & Baker, B. (2019). Vesicles [Dataset]. Dryad. https://doi.org/10.1/x",
        ),
        (
            {"type": "webpage", "authors": (Author(literal="WHO"),), "container_title": None, "volume": None}
            | {"pages": None, "url": "https://who.example/x"},
            "WHO. A pump in vesicles [Internet]. 2019. Available from: https://who.example/x",
            "WHO. (2019). A pump in vesicles. https://who.example/x",
        ),
    ],
)
def test_entries_of_a_bibliography(changes: dict[str, Any], vancouver: str, apa: str) -> None:
    assert both(entry(**changes)) == (vancouver, apa)


def test_a_long_list_of_authors_is_cut_as_the_style_says() -> None:
    work = entry(authors=tuple(Author(family=f"Name{number}", given="A") for number in range(1, 23)))
    vancouver, apa = both(work)
    assert vancouver.startswith("Name1 A, Name2 A, Name3 A, Name4 A, Name5 A, Name6 A, et al. A pump")
    assert "Name19, A., … Name22, A. (2019)" in apa


def test_an_entry_of_words_alone_is_printed_as_it_is() -> None:
    text = "Able A, personal communication, 2019"
    bare = entry(text=text, authors=(), title=None, container_title=None, year=None, volume=None, pages=None)
    assert both(bare) == (text, text)


@pytest.mark.parametrize("work", [entry, paper])
def test_a_retracted_work_says_so_in_every_style(work: Any) -> None:
    for text in both(work(notices=(Notice(NoticeKind.RETRACTION, doi="10.1/r"),))):
        assert text.endswith(" [Retracted; see doi:10.1/r]")


@pytest.mark.parametrize("type_", ["interview", "personal_communication"])
def test_what_nobody_else_can_look_up_is_cited_when_it_is_asked_for(type_: str) -> None:
    for text in both(entry(type=type_, container_title=None, volume=None, pages=None)):
        assert "A pump in vesicles" in text and "2019" in text


def test_titles_of_journals_keep_their_case() -> None:
    vancouver, apa = both(paper(container_title="Revista de saúde pública", language="pt"))
    assert "Revista de saúde pública" in vancouver and "Revista de saúde pública" in apa


@pytest.mark.parametrize(
    ("given_name", "vancouver", "apa"),
    [
        ("Ann B.", "AB", "A. B."),
        ("AB", "AB", "A. B."),
        ("A.B.C.", "ABC", "A. B. C."),
        ("Jean-Paul", "JP", "J.-P."),
        ("J.-P.", "JP", "J.-P."),
        ("Shin-ichiro", "S", "S."),
        ("Zoë S.L.", "ZSL", "Z. S. L."),
        ("Maria de", "M de", "M. de"),
        ("伟", "伟", "伟"),
        ("d'Arc", "d'Arc", "d'Arc"),
        ("Ömer Ö", "ÖÖ", "Ö. Ö."),
        ("Émile Š", "ÉŠ", "É. Š."),
    ],
)
def test_given_names_become_initials(given_name: str, vancouver: str, apa: str) -> None:
    assert initials(given_name, has_points=False) == vancouver
    assert initials(given_name, has_points=True) == apa


def test_a_name_in_capitals_throughout_is_one_name() -> None:
    assert both(entry(authors=(Author(family="KIM", given="MIN"),)))[0].startswith("KIM M. ")


@pytest.mark.parametrize(
    ("pages", "short", "whole"),
    [
        ("101-112", "101–12", "101–112"),
        ("101-12", "101–12", "101–112"),
        ("681-6", "681–6", "681–686"),
        ("1234-1239", "1234–9", "1234–1239"),
        ("99-102", "99–102", "99–102"),
        ("90-85", "90–85", "90–85"),
        ("12-12", "12–2", "12–12"),
        ("S12-S19", "S12–S19", "S12–S19"),
        ("073A01", "073A01", "073A01"),
    ],
)
def test_a_range_of_pages_is_short_or_whole(pages: str, short: str, whole: str) -> None:
    assert page_range(pages, is_short=True) == short
    assert page_range(pages, is_short=False) == whole


@settings(max_examples=25, deadline=None)
@given(title=SOME_WORDS, family=SOME_WORDS, journal=SOME_WORDS)
def test_any_characters_stay_in_the_text(title: str, family: str, journal: str) -> None:
    for text in both(entry(title=title, authors=(Author(family=family, given="A"),), container_title=journal)):
        assert family in text and title.rstrip(".,;:!? ") in text
        assert journal.replace(".", "").rstrip(",;:!? ") in text.replace(".", "")
