"""RIS in, a document for each record out, whoever wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest
import rispy
from hypothesis import given, settings
from hypothesis import strategies as st

from index.canonical import normalise
from index.document import Author, Document, Notice, NoticeKind, NoticeRole
from index.errors import SourceError
from index.sources import formats, ris
from index.sources.source import PartlyReadable, Source

CITATIONS = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "other" / "citations"


def read(text: str) -> tuple[Document, ...]:
    return ris.read(Source("lib.ris", text.encode()))


def one(*lines: str, type_: str = "JOUR") -> Document:
    return read("\n".join([f"TY  - {type_}", *lines, "ER  - ", ""]))[0]


def test_a_record_with_all_that_a_paper_has() -> None:
    found = one(
        "TI  - Pumps in mice",
        "AU  - van der Berg, Jan",
        "AU  - King, Ann B, Jr",
        "AU  - World Pump Group",
        "T2  - J Pumps",
        "J2  - JP",
        "AB  - Words.",
        "PY  - 2024///",
        "DA  - 2024/06/24/",
        "VL  - 3",
        "IS  - 4",
        "SP  - 10",
        "EP  - 19",
        "DO  - https://doi.org/10.1000/A",
        "LA  - eng",
        "KW  - pump",
        "KW  - mouse",
        "UR  - https://example.org/a",
    )
    metadata = found.metadata
    assert found.id == "10.1000_a" and found.text == "Pumps in mice\n\nWords."
    assert metadata.authors == (
        Author(family="van der Berg", given="Jan"),
        Author(family="King", given="Ann B", suffix="Jr"),
        Author(literal="World Pump Group"),
    )
    assert (metadata.container_title, metadata.issued, metadata.pages) == ("J Pumps", "2024-06-24", "10–19")
    assert (metadata.volume, metadata.issue, metadata.language) == ("3", "4", "en")
    assert (metadata.keywords, metadata.article_type) == (("pump", "mouse"), "article-journal")
    assert metadata.url == "https://example.org/a"


def test_values_on_lines_of_their_own_are_keywords_and_paragraphs() -> None:
    long = (
        "A sentence that is long enough to show that nobody broke these lines to fit them into a column of a page. " * 2
    )
    found = one("TI  - A", "KW  - pump", "mouse", f"AB  - {long}", f"{long}Second.")
    assert found.metadata.keywords == ("pump", "mouse")
    assert [found.text[block.start : block.end] for block in found.blocks[1:]] == [long.strip(), f"{long}Second."]


def test_a_wrapped_abstract_is_one_paragraph() -> None:
    assert one("TI  - A", "AB  - Words that", "  go on.").text == "A\n\nWords that go on."


def test_tags_and_entities_are_no_text_but_signs_are() -> None:
    found = one("TI  - CD8<sup>+</sup> &amp; <i>E. coli</i>", "AB  - p <0.05 and q >0.1")
    assert found.text == "CD8⁺ & E. coli\n\np <0.05 and q >0.1"


def test_the_abstract_may_stand_in_n2() -> None:
    assert one("T1  - A", "N2  - Words.").text == "A\n\nWords."


@pytest.mark.parametrize(
    ("lines", "pmid", "pmcid", "doi"),
    [
        (("N1  - PMID: 7", "PMCID: PMC123"), "7", "PMC123", None),
        (("AN  - 21553931", "DP  - NLM"), "21553931", None, None),
        (("AN  - 21553931", "DB  - Embase"), None, None, None),
        (("UR  - https://pubmed.ncbi.nlm.nih.gov/7/", "L2  - http://dx.doi.org/10.1000/a"), "7", None, "10.1000/a"),
        (("C2  - PMC123",), None, "PMC123", None),
    ],
)
def test_identifiers_hide_in_many_places(
    lines: tuple[str, ...], pmid: str | None, pmcid: str | None, doi: str | None
) -> None:
    metadata = one("TI  - A", *lines).metadata
    assert (metadata.pmid, metadata.pmcid, metadata.doi) == (pmid, pmcid, doi)


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - A\n\nTY  - JOUR\nTI  - B\n",  # no ends
        "\ufeffProvider: X\nContent: text\n\nTY  - JOUR\r\nTI  - A\r\nER  -\r\nTY  - JOUR\r\nTI  - B\r\nER  -\r\n",
        "TY - JOUR\nTI - A\nER -\n\nTY - JOUR\nTI - B\nER - \n",
        "TY  - JOUR\nTI  - A\nER  - \nTI  - B\nER  - \n",  # a lost beginning
        "TY  - JOUR\n  TI  - A\nZZ  - x\nER  - \nTY  - JOUR\nTI  - B",
    ],
)
def test_what_writers_leave_out_costs_no_record(text: str) -> None:
    assert [document.metadata.title for document in read(text)] == ["A", "B"]


def test_a_book_is_no_part_of_its_series_and_a_chapter_is_part_of_its_book() -> None:
    assert one("TI  - Pumps", "T2  - A series", type_="BOOK").metadata.container_title is None
    assert one("TI  - One pump", "T2  - Pumps", type_="CHAP").metadata.container_title == "Pumps"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("TI  - RETRACTED: Pumps",), (Notice(NoticeKind.RETRACTION),)),
        (("TI  - Pumps", "KW  - Retracted Publication"), (Notice(NoticeKind.RETRACTION),)),
        (("TI  - Pumps", "N1  - Retraction in: J 2010;1:2"), (Notice(NoticeKind.RETRACTION, text="J 2010;1:2"),)),
        (
            ("TI  - Erratum: Pumps (DOI: 10.1000/a)", "M3  - Erratum"),
            (Notice(NoticeKind.CORRECTION, NoticeRole.NOTICE, doi="10.1000/a", text="Pumps (DOI: 10.1000/a)"),),
        ),
        (("TI  - Pumps in withdrawal", "KW  - withdrawal", "KW  - retraction"), ()),
    ],
)
def test_notices(lines: tuple[str, ...], expected: tuple[Notice, ...]) -> None:
    assert one(*lines).metadata.notices == expected


def test_a_record_with_nothing_to_read_is_named_by_its_line() -> None:
    with pytest.raises(PartlyReadable, match=r"lib.ris: 1 of 2 records cannot be read \(record 2 \(line 4\): it has"):
        read("TY  - JOUR\nTI  - A\nER  - \nTY  - JOUR\nAU  - B\nER  - \n")


def test_letters_that_any_code_page_of_europe_has_are_read_and_others_refused() -> None:
    german = Source("lib.ris", "TY  - JOUR\nTI  - Größe der Bläschen\nER  - \n".encode("latin-1"))
    assert formats.read(german)[0].metadata.title == "Größe der Bläschen"
    czech = Source("lib.ris", "TY  - JOUR\nTI  - Čerpadla\nER  - \n".encode("cp1250"))
    with pytest.raises(SourceError, match=r"lib.ris is not valid UTF-8 \(line 2, byte 17\): save it as UTF-8"):
        formats.read(czech)


WORDS = st.text(st.characters(codec="utf-8", categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=8)
TEXTS = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
RECORDS = st.fixed_dictionaries(
    {"type_of_reference": st.just("JOUR"), "title": TEXTS, "abstract": TEXTS, "keywords": st.lists(WORDS, max_size=3)}
)


@settings(max_examples=40)
@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_what_another_program_wrote_is_read(records: list[dict[str, object]]) -> None:
    expected = {f"{normalise(str(record['title']))}\n\n{normalise(str(record['abstract']))}" for record in records}
    assert {document.text for document in read(rispy.dumps(records))} == expected


@pytest.mark.skipif(not CITATIONS.exists(), reason="no shared data here")
@pytest.mark.parametrize(
    ("name", "records", "abstracts", "format_"),
    [
        ("baseline_endnote.ris", 10, 8, "ris"),
        ("baseline_webofscience.ris", 10, 7, "ris"),
        ("baseline_zotero.ris", 10, 8, "ris"),
        ("pubmed_endnote.txt", 6, 6, "ris"),
        ("baseline_pubmed.ris", 50, 49, "medline"),
        ("pubmed_parser_paper.bib", 11, 0, "bibtex"),
        ("zotero_export.bib", 59, 59, "bibtex"),
        ("zotero_export.csl.json", 59, 59, "csl-json"),
    ],
)
def test_real_libraries_come_whole(name: str, records: int, abstracts: int, format_: str) -> None:
    found = formats.read(Source(name, (CITATIONS / name).read_bytes()))
    assert len(found) == records
    assert sum(len(document.blocks) > 1 for document in found) == abstracts
    assert {document.metadata.format for document in found} == {format_}
    assert all(document.metadata.authors and document.metadata.issued for document in found)
