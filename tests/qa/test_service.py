"""What the service does with an index that nothing was calibrated for, and with misspelled questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from index.build import build
from index.errors import QueryError
from index.store import Store
from qa.answer import Status, plain
from qa.live import LiveIndex
from qa.service import Service
from qa.terminal import hit_lines
from tests.conftest import PAPERS
from tests.fakes import HashingEncoder, workshop

QUESTION = "Which vesicles carry a pump that expels cisplatin?"


@pytest.fixture(scope="module")
def uncalibrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    store = Store(tmp_path_factory.mktemp("uncalibrated"))
    build(store, PAPERS, replace(workshop(), calibration=lambda spec: None))
    yield from served(store)


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    store = Store(tmp_path_factory.mktemp("calibrated"))
    build(store, PAPERS, workshop())
    yield from served(store)


def served(store: Store) -> Iterator[Service]:
    live = LiveIndex(store, lambda generation: HashingEncoder())
    yield Service(live)
    live.close()


def test_without_a_calibration_every_answer_abstains_and_says_what_to_do(
    uncalibrated: Service, calibrated: Service
) -> None:
    answer = uncalibrated.answer(QUESTION)
    assert calibrated.answer(QUESTION).status is Status.ANSWERED
    assert (answer.status, answer.confidence, answer.statements) == (Status.ABSTAINED, 0.0, ())
    assert answer.hits and answer.reason and "scripts/calibrate" in answer.reason


def test_without_a_calibration_hits_have_no_relevance_and_none_can_be_asked_for(
    uncalibrated: Service, calibrated: Service
) -> None:
    found = uncalibrated.search(QUESTION, min_relevance=0.0)
    known = calibrated.search(QUESTION)
    assert [hit.passage.id for hit in found.hits] == [hit.passage.id for hit in known.hits]
    assert all("relevance" not in plain(hit) for hit in found.hits) and "relevance" in plain(known.hits[0])
    assert next(hit_lines(found)).startswith("1. score") and next(hit_lines(known)).startswith("1. relevance")
    with pytest.raises(QueryError, match="no calibration") as refused:
        uncalibrated.search(QUESTION, min_relevance=0.1)
    assert refused.value.field == "min_relevance"


def test_where_another_spelling_has_an_answer_an_abstention_asks_whether_it_is_meant(
    uncalibrated: Service, calibrated: Service
) -> None:
    misspelled = "vesiclse pumpp expels cisplatim"
    answer = calibrated.answer(misspelled)
    assert answer.status is Status.ABSTAINED and answer.reason
    assert "Did you mean “vesicles pump expels cisplatin”?" in answer.reason
    assert calibrated.answer("vesicles pump expels cisplatin").status is Status.ANSWERED
    assert "Did you mean" not in (uncalibrated.answer(misspelled).reason or "")


def test_no_spelling_is_suggested_that_has_no_answer_either(calibrated: Service) -> None:
    answer = calibrated.answer("Does the mooon pumpp?")
    assert answer.status is Status.ABSTAINED
    assert (
        answer.reason
        == "The indexed papers hold no sentence that answers this question; the nearest passages are listed."
    )


@pytest.mark.parametrize("question", ["Do vesicles of prostate cancer pump cisplatin?", "Does miR-21 pump cisplatin?"])
def test_an_abstention_says_that_no_paper_names_what_the_question_names(calibrated: Service, question: str) -> None:
    answer = calibrated.answer(question)
    assert (answer.status, answer.confidence, answer.statements) == (Status.ABSTAINED, 0.0, ())
    assert answer.hits and answer.reason and answer.reason.startswith("None of the papers that were found names what")
