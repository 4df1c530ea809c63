"""How much of a library a model is shown, how much of its reply is looked at, and which citations statements share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from index.build import build
from index.store import Store
from qa.answer import Answer
from qa.endpoint import Endpoint, EndpointSettings
from qa.generate import Writer
from qa.live import LiveIndex
from qa.service import Service
from qa.support import SupportModel
from tests.fakes import HashingEncoder, markdown, workshop
from tests.llm_server import LlmServer, Reply, llm_server, says

SUPPORT = SupportModel(-6.0, (4.0, 6.0), 0.5, "weights of hashing", "made up")
MOST = 8
QUESTION = "What do vesicles of the clone carry?"
LOADS = ("pump", "ligand", "lipid", "sugar", "enzyme", "virus", "dye", "drug", "salt", "metal", "toxin", "plasmid")
SAID = [f"Vesicles of the clone carry a {load}." for load in LOADS]
PAPERS = (
    markdown("all.md", "All loads", " ".join(SAID[:6]), " ".join(SAID[6:])),
    markdown("long.md", "Short form", "Extracellular vesicles (EVs) of the clone carry a pump."),
    markdown("form.md", "Long form", "Extracellular vesicles of the clone carry an anchor."),
    *(markdown(f"{load}.md", f"On the {load}", said) for load, said in zip(LOADS, SAID, strict=True)),
)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveIndex]:
    store = Store(tmp_path_factory.mktemp("loads"))
    build(store, PAPERS, workshop(HashingEncoder(dim=256)))
    opened = LiveIndex(store, lambda generation: HashingEncoder(dim=256))
    yield opened
    opened.close()


def answer_to(live: LiveIndex, reply: Reply, question: str = QUESTION, k: int = 8) -> tuple[Answer, LlmServer]:
    with llm_server(reply) as server, closing(Endpoint(EndpointSettings(server.address, "tiny"))) as endpoint:
        return Service(live, Writer(endpoint, SUPPORT)).answer(question, k), server


def citing(to: Any, *sentences: str) -> str:
    """The sentences, each with the number of the first passage that has its last words."""
    lines = [line for line in to.passages.splitlines() if line.startswith("[")]
    found = ((one, next(line for line in lines if one.split()[-1] in line)) for one in sentences)
    return " ".join(f"{one} {line.partition(' ')[0]}" for one, line in found)


def test_a_model_is_shown_eight_passages_and_can_cite_no_other(live: LiveIndex) -> None:
    answer, server = answer_to(live, says(f"{SAID[0]} [{MOST + 1}]"), k=20)
    shown = [line for line in server.asked[0]["messages"][-1]["content"].splitlines() if line.startswith("[")]
    assert len(answer.hits) > MOST and len(shown) == MOST
    assert answer.dropped and answer.dropped[0].reason == f"it cites [{MOST + 1}], which was not given"


def test_an_answer_ends_after_eight_statements(live: LiveIndex) -> None:
    answer, _ = answer_to(live, lambda to: says(citing(to, *SAID))(to))
    assert [one.text for one in answer.statements] == SAID[:MOST]
    assert (answer.degraded, answer.dropped) == (False, None)


def test_statements_of_one_sentence_share_its_citation(live: LiveIndex) -> None:
    other = "A pump the clone carry: vesicles of pump."
    answer, _ = answer_to(live, lambda to: says(citing(to, SAID[0], SAID[1], other))(to))
    assert [one.citations for one in answer.statements] == [(1,), (2,), (1,)]
    assert [one.marker for one in answer.citations] == [1, 2]
    assert [one.quote for one in answer.citations] == SAID[:2]


def test_a_short_form_of_the_question_says_its_long_form(live: LiveIndex) -> None:
    said = "EVs of the clone carry an anchor."
    answer, _ = answer_to(live, lambda to: says(citing(to, said))(to), "Which anchor do EVs of the clone carry?")
    assert [one.text for one in answer.statements] == [said], answer.dropped
    assert answer.citations[0].quote == "Extracellular vesicles of the clone carry an anchor."


def test_of_a_long_sentence_that_is_dropped_the_beginning_is_told(live: LiveIndex) -> None:
    answer, _ = answer_to(live, says(f"Vesicles {'and ' * 200}cells are round [1]."))
    assert answer.dropped and len(answer.dropped[0].text) == 301 and answer.dropped[0].text.endswith("…")
