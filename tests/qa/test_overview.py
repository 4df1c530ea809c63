from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from index.document import Notice, NoticeKind
from index.query import Counts
from qa.overview import overview_lines, size
from qa.screen import PLAIN, Screen, cells
from qa.views import CalibrationView, DocumentView, IndexView
from tests.conftest import evqa
from tests.terminals import plain, terminal

TITLE = "A pump in vesicles of resistant cells that expels cisplatin, 外泌体与肿瘤, and how it came there"
RETRACTED = Notice(NoticeKind.RETRACTION, doi="10.1/r")


def document(
    id_: str, title: str = TITLE, issued: str | None = "2019-05", notices: tuple[Notice, ...] = ()
) -> DocumentView:
    counts = Counts(1, 1234, 9, 2)
    return DocumentView(
        id=id_, title=title, authors=(), version="sha256:0", length=1, counts=counts, issued=issued, notices=notices
    )


VIEW = IndexView(
    generation="20260101T000000-00000000",
    made_at="2026-01-01T10:20:30+00:00",
    made_by="ev-review-qa 0.1.0",
    encoder="hashing",
    passage_tokens=40,
    counts=Counts(2, 12345, 23456, 7),
    documents=(document("PMC1"), document("10.1000_a.very.long.identifier.of.a.paper_comment1234", issued=None)),
    failed={},
    folder="/data/index",
    size_bytes=12_345_678,
    older={},
    calibration=CalibrationView(0.7, "600 questions"),
)


def shown(view: IndexView, screen: Screen = PLAIN) -> str:
    return "\n".join(overview_lines(view, screen))


def test_the_figures_are_those_that_a_keeper_asks_for() -> None:
    assert shown(replace(VIEW, documents=())).splitlines() == [
        "index       /data/index",
        "papers      2",
        "passages    12,345 of at most 40 tokens",
        "sentences   23,456",
        "references  7",
        "on disk     12.3 MB",
        "encoder     hashing",
        "answers     from confidence 0.70 on, calibrated on 600 questions",
        "made        2026-01-01 10:20 UTC by ev-review-qa 0.1.0",
        "generation  20260101T000000-00000000",
    ]


def test_what_is_missing_or_left_over_is_said() -> None:
    text = shown(replace(VIEW, calibration=None, older={"a": 1_000_000, "b": 500_000}))
    assert "every question is abstained from (docs/calibration.md)" in " ".join(text.split())
    assert "leftovers   2 older states of the index, 1.5 MB, until the next write" in text
    assert "leftovers   1 older state of the index" in shown(replace(VIEW, older={"a": 1}))


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_documents_are_a_table_that_fits_the_terminal(columns: int) -> None:
    head, first, second = shown(VIEW, Screen(columns)).splitlines()[-3:]
    assert max(cells(line) for line in (head, first, second)) <= columns
    assert head.startswith("id") and first.startswith("PMC1 ") and second.startswith("10.1000_a.very.long")
    assert first.index("1,234") == second.index("1,234") and head.index("year") == first.index("2019")
    assert head.index("passages") + len("passages") == first.index("1,234") + len("1,234")
    assert first.endswith("…")


def test_in_a_pipe_nothing_is_cut() -> None:
    lines = shown(VIEW).splitlines()[-2:]
    assert all(line.endswith(f"1,234  {TITLE}") for line in lines) and lines[1].startswith(VIEW.documents[1].id)


def test_of_many_documents_the_first_are_listed_and_the_others_counted() -> None:
    assert shown(replace(VIEW, counts=Counts(5002, 1, 1, 1))).endswith("\nand 5,000 more")


def test_what_was_said_against_a_paper_stands_out_and_is_listed() -> None:
    noticed = document("PMC1", notices=(RETRACTED,))
    view = replace(VIEW, documents=(noticed, VIEW.documents[1]), noticed=(noticed,))
    text = shown(view, Screen(80, styled=True))
    assert "\x1b[1;31mPMC1 " in text and "\x1b[1;31m10.1000" not in text
    *_, heading, paper, notice = plain(text).splitlines()
    assert heading == "Retracted, corrected or doubted: 1"
    assert paper.startswith("  PMC1  A pump in vesicles") and notice == "    *** Retracted; see doi:10.1/r ***"


def test_what_failed_is_listed_with_its_reason_and_what_to_do() -> None:
    assert shown(replace(VIEW, failed={"bad.xml": "bad.xml is no XML: fetch it again"})).splitlines()[-4:] == [
        "Failed sources: 1",
        "  bad.xml",
        "    bad.xml is no XML: fetch it again",
        "  Mend what can be mended; `evqa add --retry` tries all of them again.",
    ]


def test_names_of_papers_and_files_are_never_obeyed() -> None:
    hostile = "\x9b31m\x1b]0;owned\x07\u202e"
    noticed = document(f"a{hostile}", title=hostile, notices=(replace(RETRACTED, doi=hostile),))
    view = replace(VIEW, folder=hostile, documents=(noticed,), noticed=(noticed,), failed={hostile: hostile})
    for screen in (PLAIN, Screen(80)):
        assert not {"\x9b", "\x1b", "\x07", "\u202e"} & set(shown(view, screen))


def test_a_size_is_in_decimal_units() -> None:
    assert [size(n) for n in (0, 999, 1000, 999_949, 999_950, 5_000_000_000_000)] == [
        "0 bytes",
        "999 bytes",
        "1.0 kB",
        "999.9 kB",
        "1.0 MB",
        "5.0 TB",
    ]


def test_info_shows_an_index_on_a_terminal_and_its_shape_as_json(record_folder: Path) -> None:
    with terminal(["info", "--index", record_folder], columns=72) as shell:
        assert shell.wait_for_end() == 0
    lines = plain(shell.shown).splitlines()
    assert f"index       {record_folder}"[:72] in lines[0] and max(map(len, lines[10:])) <= 72
    assert lines[-1].startswith("PMC13013411  2026") and lines[-1].endswith("…") and "\x1b[2m" in shell.shown
    printed = json.loads(evqa("info", "--index", record_folder, "--json").stdout)
    assert printed["counts"]["documents"] == 1 and printed["calibration"]["threshold"] == 0.7
    assert printed["size_bytes"] > 1_000_000 and printed["older"] == {} and printed["folder"] == str(record_folder)
