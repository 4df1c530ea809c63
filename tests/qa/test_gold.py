"""The gold questions and the measures on them; every expected value here is worked out by hand."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.build import build
from index.document import Document
from index.errors import SourceError
from index.origins import Origins
from index.reading import read_all
from index.sources.local import sources
from index.sources.source import Source
from index.store import Store
from qa.answer import Answer, Statement
from qa.cli import main
from qa.gold import (
    UNANSWERABLE,
    Evidence,
    Kind,
    Outcome,
    Question,
    askable,
    by_kind,
    measures,
    outcomes,
    read_questions,
    share,
)
from tests.answers import DOCUMENT, answered, cited
from tests.conftest import ROOT
from tests.fakes import workshop

GOLD = ROOT / "tests" / "data" / "gold" / "questions.jsonl"
DATA = ROOT.parent / "shared" / "data"
RECORD = "PMC13013411"
JATS = ("PMC8176117.xml", "PMC4736972.xml", "PMC5965372.xml", "10.1186_1471_2407_4_85.xml")


def question(id_: str = "q", kind: Kind = Kind.PLAIN, *spans: tuple[int, int]) -> Question:
    evidence = tuple(Evidence(start, end, "PMC1", "") for start, end in spans)
    return Question(id_, kind, f"What of {id_}?", {"PMC1": "sha256:v"}, evidence)


def outcome(kind: Kind, answered: bool, *supported: tuple[bool, ...]) -> Outcome:
    spans = [] if kind in UNANSWERABLE else [(0, 1)]
    return Outcome(question("q", kind, *spans), answered, supported)


def line(**changes: Any) -> str:
    evidence = [{"document": "PMC1", "start": 0, "end": 5, "sha256": "ab"}]
    given = {"id": "q", "kind": "plain", "question": "Why?", "papers": {"PMC1": "v"}, "evidence": evidence}
    return json.dumps(given | changes)


def read_gold() -> list[Question]:
    return read_questions(GOLD.read_text(encoding="utf-8").split("\n"), GOLD.name)


def read_documents(found: Iterator[Any]) -> dict[str, Document]:
    read = read_all(found, 10**9, lambda step, done, total: None, Origins())
    return {document.id: document for document in read.documents}


def wrong(questions: list[Question], documents: dict[str, Document]) -> list[str]:
    """The ids of questions about other versions, or with evidence that is no sentence of the papers."""
    sentences = {id_: {(span.start, span.end) for span in held.sentences} for id_, held in documents.items()}
    return [
        asked.id
        for asked in questions
        if any(documents[id_].version != version for id_, version in asked.papers.items())
        or any(
            (piece.start, piece.end) not in sentences[piece.document] or not piece.holds(documents[piece.document].text)
            for piece in asked.evidence
        )
    ]


def test_the_gold_set_has_every_kind_and_a_quarter_that_papers_do_not_answer() -> None:
    questions = read_gold()
    assert len(questions) >= 80 and {asked.kind for asked in questions} == set(Kind)
    assert 0.25 <= sum(asked.kind in UNANSWERABLE for asked in questions) / len(questions) <= 0.3
    assert len({asked.question for asked in questions}) == len(questions)


def test_the_gold_evidence_in_the_record_is_sentences_of_the_record() -> None:
    record = importlib.resources.files("index.data") / f"{RECORD}.md"
    documents = read_documents(iter([Source(f"{RECORD}.md", record.read_bytes())]))
    of_record = [asked for asked in read_gold() if asked.evidence and asked.papers.keys() == {RECORD}]
    assert len(of_record) >= 8 and wrong(of_record, documents) == []
    moved = replace(of_record[0].evidence[0], start=of_record[0].evidence[0].start + 1)
    assert wrong([replace(of_record[0], evidence=(moved,))], documents) == [of_record[0].id]


def test_all_gold_evidence_is_sentences_of_the_papers() -> None:
    if not DATA.exists():
        pytest.skip("needs the papers in ../shared/data")
    record = ROOT / "index" / "data" / f"{RECORD}.md"
    papers = [record, DATA / "other" / "pubmed_ev_2021.xml", *(DATA / "jats" / name for name in JATS)]
    documents = read_documents(iter(sources(papers, max_bytes=10**9)))
    questions = read_gold()
    assert wrong(questions, documents) == []
    asked, left_out = askable(questions, {id_: held.version for id_, held in documents.items()})
    assert len(asked) == len(questions) and left_out == {"paper_absent": 0, "other_version": 0}


@pytest.mark.parametrize(
    ("wrong_line", "reason"),
    [
        ("{", "truncated"),
        (line(kind="odd"), "odd"),
        (line(evidence=[]), "0 pieces of evidence"),
        (line(kind="near-miss"), "1 pieces of evidence"),
        (line(papers={}), "PMC1, which is not among its papers"),
        (line(evidence=[{"document": "PMC1", "start": 5, "end": 5, "sha256": "ab"}]), "0 <= start < end"),
        (line(), "'q' comes twice"),
    ],
)
def test_a_line_that_is_no_question_is_refused_by_its_number(wrong_line: str, reason: str) -> None:
    with pytest.raises(SourceError, match=r"gold.jsonl:3: .*") as refused:
        read_questions([line(), "", wrong_line], "gold.jsonl")
    assert reason in str(refused.value)


def test_a_file_without_questions_is_refused() -> None:
    with pytest.raises(SourceError, match="no question"):
        read_questions(["", " "], "gold.jsonl")


def test_questions_of_absent_or_other_papers_are_left_out_and_counted() -> None:
    off_topic = Question("o", Kind.OFF_TOPIC, "Bread?", {})
    questions = [question("a", Kind.PLAIN, (0, 1)), off_topic]
    none = {"paper_absent": 0, "other_version": 0}
    assert askable(questions, {"PMC1": "sha256:v"}) == (questions, none)
    assert askable(questions, {"PMC1": "sha256:w"}) == ([off_topic], none | {"other_version": 1})
    assert askable(questions, {"PMC2": "sha256:v"}) == ([off_topic], none | {"paper_absent": 1})


@pytest.mark.parametrize(
    ("span", "overlaps"), [((49, 60), False), ((48, 60), True), ((0, 1), False), ((1, 3), True), ((10, 12), True)]
)
def test_a_quote_counts_where_it_shares_a_character_with_evidence(span: tuple[int, int], overlaps: bool) -> None:
    quote = replace(cited(), start=1, end=49)
    (one,) = outcomes([question("q", Kind.PLAIN, span)], lambda _: answered(quote))
    assert one.supported == ((overlaps,),)


def test_a_quote_of_another_paper_never_counts() -> None:
    stranger = cited(document=replace(DOCUMENT, id="PMC2"))
    (one,) = outcomes([question("q", Kind.PLAIN, (0, 400))], lambda _: answered(stranger))
    assert one.answered and one.supported == ((False,),)


def test_a_statement_is_judged_by_its_own_citations() -> None:
    first, second = replace(cited(1), start=0, end=9), replace(cited(2), start=20, end=29)
    statements = (
        Statement("A.", (1, 2), verbatim=False),
        Statement("B.", (2,), verbatim=False),
        Statement("C.", (), False),
    )
    answer = replace(answered(first, second), statements=statements)
    (one,) = outcomes([question("q", Kind.PLAIN, (0, 9))], lambda _: answer)
    assert one.supported == ((True, False), (False,), ())
    assert one.citation_recall == pytest.approx(1 / 3) and one.citation_precision == pytest.approx(1 / 3)


def test_the_measures_are_those_worked_out_by_hand() -> None:
    found = [
        outcome(Kind.PLAIN, True, (True,), (False,)),  # right; recall 1/2, precision 1/2
        outcome(Kind.LAY, True, (True, False)),  # right; recall 1, precision 1/2
        outcome(Kind.PLAIN, True, (False,)),  # wrong; recall 0, precision 0
        outcome(Kind.LAY, False),  # wrongly silent
        outcome(Kind.GIBBERISH, False),
        outcome(Kind.NEAR_MISS, False),
        outcome(Kind.NEAR_MISS, True, (False,)),
    ]
    assert measures(found) == {
        "accuracy": share([1, 1, 0, 0]),
        "citation_recall": share([0.5, 1, 0]),
        "citation_precision": share([0.5, 0.5, 0]),
        "abstention_precision": share([0, 1, 1]),
        "abstention_recall": share([1, 1, 0]),
    }
    assert share([0.5, 1, 0]).mean == pytest.approx(1 / 2) and share([0.5, 0.5, 0]).mean == pytest.approx(1 / 3)
    kinds = by_kind(found)
    assert list(kinds) == [Kind.PLAIN, Kind.LAY, Kind.NEAR_MISS, Kind.GIBBERISH]
    assert kinds[Kind.LAY]["accuracy"] == share([1, 0]) and kinds[Kind.LAY]["citation_recall"].n == 1
    assert kinds[Kind.NEAR_MISS] == {"abstention_recall": share([1, 0])}


def test_what_there_is_nothing_to_measure_on_has_no_value() -> None:
    assert all((held.n, held.mean, held.interval) == (0, None, None) for held in measures([]).values())


@pytest.mark.parametrize(
    ("values", "interval"),
    [([1.0] * 10, (0.7225, 1.0)), ([0.0] * 10, (0.0, 0.2775)), ([1.0] * 5 + [0.0] * 5, (0.2366, 0.7634))],
)
def test_the_interval_is_wilsons(values: list[float], interval: tuple[float, float]) -> None:
    """The ends for 0, 5 and 10 of 10: for p of 0 the upper end is z²/(n+z²) = 3.8415/13.8415."""
    assert share(values).interval == interval


def test_every_question_is_asked_once_in_order() -> None:
    questions = [question(id_, Kind.PLAIN, (0, 9)) for id_ in "abc"]
    heard: list[str] = []

    def ask(text: str) -> Answer:
        heard.append(text)
        return answered(cited())

    assert [one.question for one in outcomes(questions, ask)] == questions and heard == [
        asked.question for asked in questions
    ]


def test_the_command_refuses_what_belongs_to_retrieval_and_files_that_are_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build(Store(tmp_path / "index"), [Source("a.md", b"# A\n\nRye bread keeps.")], workshop())
    at = ("--index", str(tmp_path / "index"))
    assert main(["eval", "--gold", str(GOLD), "--split", "test", *at]) == 2
    assert "--split" in capsys.readouterr().err
    assert main(["eval", "--gold", str(tmp_path / "none.jsonl"), *at]) == 1
    assert "cannot be read" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["eval", *at])
