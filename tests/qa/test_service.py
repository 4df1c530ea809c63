"""What the service does with an index that nothing was calibrated for."""

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
