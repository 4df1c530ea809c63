from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index.build import build
from index.document import Notice, NoticeKind, NoticeRole
from index.query import Scores
from index.report import Change, Outcome, Report
from index.store import Store
from qa.answer import (
    Answer,
    Citation,
    CitedDocument,
    CitedReference,
    Hit,
    IndexInfo,
    Passage,
    SearchResult,
    Statement,
    Status,
    TextPositionSelector,
    TextQuoteSelector,
)
from qa.live import LiveIndex
from qa.screen import PLAIN, Screen
from qa.service import Service
from qa.terminal import ProgressLine, answer_lines, hit_lines, report_lines
from tests.conftest import evqa
from tests.fakes import HashingEncoder, markdown, workshop
from tests.terminals import plain, terminal

QUOTE = "Vesicles carry a pump that expels cisplatin."
LABEL = "a summariser's words, not the paper's"
INFO = IndexInfo("20260101T000000-00000000", "hashing", 1, 1)
DOCUMENT = CitedDocument(
    id="PMC1",
    title="Vesicles and cisplatin.",
    authors=("A. Able", "B. Baker", "C. Cook", "D. Dean"),
    container_title="J Cells",
    issued="2026-03-11",
    url="https://doi.org/10.1/x",
)
PASSAGE = Passage("PMC1:10-54", "PMC1", QUOTE, 10, 54, ("Results", "Uptake"), "paragraph")


def citation(marker: int = 1, *, kind: str = "paragraph", references: tuple[CitedReference, ...] = ()) -> Citation:
    return Citation(
        marker=marker,
        document=DOCUMENT,
        passage_id=PASSAGE.id,
        section=PASSAGE.section,
        kind=kind,
        quote=QUOTE,
        start=10,
        end=54,
        version="sha256:0",
        selector=(TextQuoteSelector(QUOTE, "", ""), TextPositionSelector(10, 54)),
        references=references,
    )


def hit(rank: int = 1, text: str = QUOTE) -> Hit:
    return Hit(rank, 1.25, Scores(), replace(PASSAGE, text=text), citation(rank), relevance=0.5)


def answer(*citations: Citation, reason: str | None = None, hits: tuple[Hit, ...] = ()) -> Answer:
    return Answer(
        question="?",
        status=Status.ABSTAINED if reason else Status.ANSWERED,
        answer="",
        confidence=0.5,
        statements=tuple(Statement(one.quote, (one.marker,), verbatim=True) for one in citations),
        citations=citations,
        hits=hits,
        generator="extractive",
        index=INFO,
        took_ms=1.0,
        reason=reason,
    )


def printed(given: Answer) -> str:
    return "\n".join(answer_lines(given))


def test_each_statement_has_its_marker_and_each_marker_its_paper_and_place() -> None:
    text = printed(answer(citation(1), citation(2)))
    assert f"{QUOTE} [1]\n" in text and f"{QUOTE} [2]\n" in text
    assert text.count("A. Able, B. Baker, C. Cook, et al. Vesicles and cisplatin. J Cells. 2026.") == 2
    assert "Results › Uptake; characters 10–54 of PMC1; https://doi.org/10.1/x" in text
    assert LABEL not in text


def test_a_models_statement_stands_over_the_sentences_that_it_was_made_of() -> None:
    given = answer(citation(1))
    written = replace(given, statements=(Statement("In other words.", (1,), verbatim=False),), generator="tiny")
    assert f"In other words. [1]\n  “{QUOTE}”\n" in printed(written) and "“" not in printed(given)


def test_a_summarisers_sentence_is_labelled_and_only_that_one() -> None:
    own, summary = printed(answer(citation(1), citation(2, kind="summary"))).split("[2] A. Able")
    assert LABEL not in own and LABEL in summary


def test_a_summarisers_passage_is_labelled_among_hits_and_in_an_abstention() -> None:
    summary = replace(hit(), citation=citation(kind="summary"))
    result = SearchResult("?", "hybrid", (), (summary,), INFO, 1.0)
    assert any(LABEL in line for line in hit_lines(result))
    assert LABEL in printed(answer(reason="Nothing.", hits=(summary,)))


@pytest.mark.parametrize(
    ("study", "line"),
    [
        (CitedReference("1", "Able A. A pump."), "rests on: Able A. A pump."),
        (
            CitedReference("B12", "Able A. A pump.", "[12]", doi="10.1/p", url="https://doi.org/10.1/p"),
            "rests on 12: Able A. A pump. https://doi.org/10.1/p",
        ),
        (
            CitedReference("B12", "Able A. doi:10.1/P", "12.", doi="10.1/p", url="https://doi.org/10.1/p"),
            "rests on 12: Able A. doi:10.1/P",
        ),
        (
            CitedReference("1", "Able A.", pmid="7", url="https://pubmed.ncbi.nlm.nih.gov/7/"),
            "rests on: Able A. https://pubmed.ncbi.nlm.nih.gov/7/",
        ),
    ],
)
def test_a_study_that_a_sentence_rests_on_stands_directly_under_it_with_label_and_address(
    study: CitedReference, line: str
) -> None:
    text = printed(answer(citation(1, references=(study,)), citation(2)))
    assert text.startswith(f"{QUOTE} [1]\n  {line}\n\n{QUOTE} [2]\n\n[1] A. Able")
    assert text.count("rests on") == 1


def test_a_study_under_two_citations_of_a_sentence_is_named_once_and_of_many_the_first_ten() -> None:
    studies = tuple(CitedReference(f"B{number}", f"Study {number}.", f"{number}") for number in range(1, 16))
    given = answer(citation(1, references=studies[:9]), citation(2, references=studies[4:]))
    both = replace(given, statements=(Statement(QUOTE, (1, 2), verbatim=True),))
    lines = printed(both).splitlines()
    assert lines[0] == f"{QUOTE} [1] [2]"
    assert lines[1:12] == [f"  rests on {n}: Study {n}." for n in range(1, 11)] + ["  and on 5 more"]


def test_a_place_has_the_page_and_the_link_that_opens_the_paper_there() -> None:
    linked = replace(citation(), page=3, link="https://doi.org/10.1/x#:~:text=Vesicles")
    where = "Results › Uptake; page 3; characters 10–54 of PMC1; https://doi.org/10.1/x#:~:text=Vesicles"
    assert where in " ".join(printed(answer(linked)).split())


RETRACTED = Notice(NoticeKind.RETRACTION, doi="10.1/r")


def test_a_retracted_paper_and_a_retracted_study_are_marked_wherever_they_are_shown() -> None:
    document = replace(DOCUMENT, notices=(RETRACTED,))
    study = CitedReference("1", "Able A. A pump.", notices=(Notice(NoticeKind.CONCERN),))
    cited = replace(citation(references=(study,)), document=document)
    text = printed(answer(cited))
    assert "2026.\n    *** Retracted; see doi:10.1/r ***\n" in text
    assert "rests on: Able A. A pump.\n    *** Expression of concern ***\n" in text
    found = replace(hit(), citation=cited)
    assert "   *** Retracted; see doi:10.1/r ***" in hit_lines(SearchResult("?", "hybrid", (), (found,), INFO, 1.0))
    assert "    *** Retracted; see doi:10.1/r ***" in answer_lines(answer(reason="Nothing.", hits=(found,)))
    assert "***" not in printed(answer(citation()))


def test_a_notice_says_what_it_is_and_on_which_paper() -> None:
    notice = Notice(NoticeKind.CONCERN, NoticeRole.NOTICE, pmid="7")
    text = printed(answer(replace(citation(), document=replace(DOCUMENT, notices=(notice,)))))
    assert "*** This is itself a notice (expression of concern) on PMID 7 ***" in text


def test_an_abstention_gives_its_reason_and_the_three_nearest_passages() -> None:
    hits = tuple(hit(rank, f"Passage {rank}. " + "Long words. " * 100) for rank in range(1, 6))
    text = printed(answer(reason="Nothing answers.", hits=hits))
    assert text.startswith("No answer. Nothing answers.")
    assert [f"Passage {rank}." in text for rank in range(1, 6)] == [True, True, True, False, False]
    assert " …" in text and len(text) < 2000


def test_lines_fit_a_terminal_but_an_address_is_never_broken() -> None:
    address = "https://example.org/" + "a-b/" * 40
    long = replace(citation(), document=replace(DOCUMENT, url=address), quote="Vesicle-borne words. " * 50)
    lines = list(answer_lines(answer(long)))
    assert any(address in line for line in lines)
    assert all(len(line) <= 100 or address in line for line in lines)


def test_a_paper_of_which_little_is_known_is_still_cited() -> None:
    bare = replace(citation(), document=CitedDocument("paper", "A paper", ()), section=())
    text = printed(answer(bare))
    assert "[1] A paper.\n" in text and "    characters 10–54 of paper\n" in text


def test_hits_are_numbered_with_relevance_and_score() -> None:
    lines = list(hit_lines(SearchResult("?", "hybrid", (), (hit(1), hit(2)), INFO, 1.0)))
    assert lines[0] == "1. relevance 0.50, score 1.250" and "2. relevance 0.50, score 1.250" in lines
    assert list(hit_lines(SearchResult("?", "hybrid", (), (), INFO, 1.0))) == ["No passage was found."]


def changes(outcome: Outcome, count: int) -> tuple[Change, ...]:
    return tuple(Change(outcome, f"PMC{number}", "Title") for number in range(count))


@pytest.mark.parametrize(("count", "lines", "last"), [(3, 3, "added: PMC2  Title"), (20, 20, "added: PMC19  Title")])
def test_a_short_report_names_every_document(count: int, lines: int, last: str) -> None:
    reported = list(report_lines(Report(changes(Outcome.ADDED, count), "generation")))
    assert len(reported) == lines and reported[-1] == last


def test_a_long_report_is_shortened_outcome_by_outcome() -> None:
    made = Report((*changes(Outcome.ADDED, 5000), *changes(Outcome.REPLACED, 2)), "generation")
    reported = list(report_lines(made))
    assert len(reported) == 23 and reported[20] == "added: 4980 more"
    assert reported[21:] == ["replaced: PMC0  Title", "replaced: PMC1  Title"]


def test_a_report_leaves_failures_to_the_caller_and_says_when_nothing_changed() -> None:
    assert list(report_lines(Report(changes(Outcome.FAILED, 2), None))) == ["the index is as it was"]


def test_progress_is_silent_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    ProgressLine()("embedding", 1, 2)
    assert capsys.readouterr() == ("", "")


ASKED = "What is the role of exosomes in immune evasion?"


def test_on_a_terminal_markers_stand_out_and_addresses_open_the_paper_at_the_quote(record_folder: Path) -> None:
    with terminal(["ask", ASKED, "--index", record_folder], columns=60) as shell:
        assert shell.wait_for_end() == 0
    assert "\x1b[1;36m [1]\x1b[0m" in shell.shown and "\x1b[2m    Abstract; characters" in shell.shown
    assert "\x1b]8;;https://doi.org/10.3389/fimmu.2026.1750226#:~:text=" in shell.shown
    seen = plain(shell.shown)
    assert "    https://doi.org/10.3389/fimmu.2026.1750226\n" in seen and ":~:text" not in seen
    assert 50 < max(map(len, seen.splitlines())) <= 60


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_that_wants_no_colour_shows_what_a_pipe_gets(record_folder: Path, env: dict[str, str]) -> None:
    with terminal(["ask", ASKED, "--index", record_folder], columns=100, env=env) as shell:
        assert shell.wait_for_end() == 0
    piped = evqa("ask", ASKED, "--index", record_folder)
    assert "\x1b" not in shell.shown and shell.shown == piped.stdout
    assert ":~:text=" in piped.stdout


def test_what_a_paper_says_to_the_terminal_is_never_obeyed(tmp_path: Path) -> None:
    """In title, section, text and bibliography, through a real index."""
    obey = "\x9b31m\x1b]0;owned\x07\u202e"
    paper = markdown(
        "hostile.md",
        f"Vesicles{obey}",
        f"## Results{obey}",
        f"Vesicles carry a pump{obey} that expels cisplatin [1].",
        "## References",
        f"1. Able A{obey}. A pump. J Cells. 2019.",
    )
    build(Store(tmp_path), [paper], workshop())
    live = LiveIndex(Store(tmp_path), lambda generation: HashingEncoder())
    service = Service(live)
    question = "Which vesicles carry a pump that expels cisplatin?"
    made, found = service.answer(question), service.search(question)
    live.close()
    assert any("\x9b" in one.quote for one in made.citations)
    abstained = replace(made, status=Status.ABSTAINED, reason="Nothing.")
    for screen in (PLAIN, Screen(80)):
        for lines in (answer_lines(made, screen), answer_lines(abstained, screen), hit_lines(found, screen)):
            shown = "\n".join(lines)
            assert "\ufffd" in shown and not set(obey) & set(shown) - set("31m]0;owned")
