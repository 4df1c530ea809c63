"""What becomes of the quotations of a manuscript, and how the terminal says so."""

from __future__ import annotations

import time

import pytest

from index.errors import UnknownId
from index.search import Searcher
from qa.answer import plain
from qa.manuscript import check_manuscript
from qa.verdicts import manuscript_lines
from qa.verification import MOST_CLAIMS

PUMP = "Vesicles from resistant cells carry a pump that expels cisplatin"
MANUSCRIPT = f"""# On vesicles

It is known that “{PUMP}” (resistance) and that
"Receiving cells sur-
vive the drug" [diet]. Blocking ‘never restored the response to cisplatin’.

> Blocking the release of vesicles restored the response to cisplatin in mice. (PMC999)

“Rye bread” is eaten, but «an open quotation

“Rye bread keeps longer than wheat bread” and “Rye bread keeps longer.”
"""


def verdicts(searcher: Searcher, manuscript: str, document_id: str | None = None) -> list[str]:
    return [one.verification.verdict for one in check_manuscript(manuscript, searcher, document_id).quotations]


def test_each_quotation_is_reported_with_its_line_verdict_and_place(searcher: Searcher) -> None:
    report = check_manuscript(MANUSCRIPT, searcher)
    found = [
        (one.line, one.cited, one.verification.verdict, [match.document.id for match in one.verification.matches])
        for one in report.quotations
    ]
    assert found == [
        (3, ("resistance",), "exact", ["resistance"]),
        (4, ("diet",), "misattributed", ["resistance"]),
        (5, (), "not_found", []),
        (7, (), "equivalent", ["resistance"]),
        (11, (), "exact", ["diet"]),
        (11, (), "exact", ["diet"]),
    ]
    assert report.short == 1 and not report.all_stand
    first = report.quotations[0].verification.matches[0]
    assert [reference.doi for reference in first.references] == ["10.1000/pump"]
    assert first.sentence == f"{PUMP} [1]."


def test_identifiers_that_name_no_document_are_said(searcher: Searcher) -> None:
    (one,) = check_manuscript(f"“{PUMP}” (Smith 2019; PMC999)", searcher).quotations
    assert one.verification.verdict == "exact"
    assert "PMC999, which the index does not hold" in str(one.verification.problem)


def test_a_quotation_stands_when_one_of_the_documents_it_is_cited_as_holds_it(searcher: Searcher) -> None:
    assert verdicts(searcher, f"“{PUMP}” (diet; resistance)") == ["exact"]
    assert verdicts(searcher, f"“{PUMP}” (diet; immunity)") == ["misattributed"]


def test_what_cites_nothing_is_attributed_to_the_document_that_is_asked_for(searcher: Searcher) -> None:
    assert verdicts(searcher, f"“{PUMP}” and “{PUMP}” (resistance)", "diet") == ["misattributed", "exact"]
    with pytest.raises(UnknownId, match="PMC1"):
        check_manuscript("nothing quoted", searcher, "PMC1")


def test_a_full_stop_of_the_manuscripts_own_is_told(searcher: Searcher) -> None:
    report = check_manuscript("“Rye bread keeps longer.” “Rye bread never keeps longer.”", searcher)
    stopped, altered = (one.verification for one in report.quotations)
    assert (stopped.verdict, altered.verdict) == ("exact", "not_found")
    assert "full stop" in str(stopped.problem) and altered.problem is None


def test_a_long_manuscript_is_checked_in_batches(searcher: Searcher) -> None:
    filler = "Much is said here that quotes nobody at all.\n" * 20
    manuscript = f"{filler}\nAnd “{PUMP}”.\n\n" * (MOST_CLAIMS * 2 + 50)
    began = time.perf_counter()
    report = check_manuscript(manuscript, searcher)
    assert time.perf_counter() - began < 20
    assert len(report.quotations) == MOST_CLAIMS * 2 + 50 and report.all_stand
    assert [one.line for one in report.quotations[:2]] == [22, 45]


def test_the_terminal_says_the_verdict_first_and_the_words_that_differ(searcher: Searcher) -> None:
    report = check_manuscript(MANUSCRIPT, searcher)
    printed = "\n".join(manuscript_lines(report))
    assert printed.startswith("6 quotations: 3 exact, 1 equivalent, 1 misattributed, 1 not found\n")
    assert f"line 3: exact: “{PUMP}”" in printed
    assert "rests on 1: Able A. A pump in vesicles." in printed
    assert "the quote has “never”; the paper has" in printed
    assert "left out: 1 of one or two words" in printed


def test_without_quotations_the_terminal_says_so(searcher: Searcher) -> None:
    report = check_manuscript("He said “open and.", searcher)
    assert list(manuscript_lines(report)) == [
        "0 quotations of three words or more",
        "",
        "left out: never closed, on lines 1",
    ]
    assert report.all_stand and plain(report)["unclosed"] == [1]
