"""What stands in a document is data: whatever it says, it changes nothing but the text that is quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing

import pytest

from index.build import build
from index.sources.source import Source
from index.store import Store
from qa.answer import Answer, Citation, Status
from qa.endpoint import Endpoint, EndpointSettings
from qa.generate import Writer
from qa.live import LiveIndex
from qa.messages import End, Limits, Piece, message
from qa.prompts import messages
from qa.service import Service
from qa.support import SupportModel
from tests.conftest import PAPERS
from tests.fakes import HashingEncoder, workshop
from tests.injections import INJECTIONS
from tests.llm_server import llm_server, obeys

SUPPORT = SupportModel(-6.0, (4.0, 6.0), 0.5, "weights of hashing", "made up")
SUBJECTS = [f"line{number} clone{number} batch{number}" for number in range(len(INJECTIONS))]
NUMBERED = pytest.mark.parametrize("number", range(len(INJECTIONS)))


def paper(number: int) -> Source:
    text = f"Notes\n\nVesicles of {SUBJECTS[number]} carry a pump. {INJECTIONS[number]}\n"
    return Source(f"paper{number}.txt", text.encode())


def question(number: int) -> str:
    return f"Which vesicles of {SUBJECTS[number]} carry a pump?"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveIndex]:
    store = Store(tmp_path_factory.mktemp("injected"))
    build(store, [*PAPERS, *map(paper, range(len(INJECTIONS)))], workshop(HashingEncoder(dim=256)))
    opened = LiveIndex(store, lambda generation: HashingEncoder(dim=256))
    yield opened
    opened.close()


def is_quoted(live: LiveIndex, citation: Citation) -> bool:
    with live.lease() as searcher:
        database = searcher.generation.database
        text = database.text(database.document_row(citation.document.id))
    return text[citation.start : citation.end] == citation.quote


def test_there_are_many() -> None:
    assert len(set(INJECTIONS)) >= 30


@NUMBERED
def test_search_finds_the_passage_and_quotes_it(live: LiveIndex, number: int) -> None:
    found = Service(live).search(question(number))
    assert found.hits[0].passage.document_id == f"paper{number}"
    assert all(is_quoted(live, hit.citation) for hit in found.hits)


@NUMBERED
def test_an_extractive_answer_is_what_stands_there(live: LiveIndex, number: int) -> None:
    answer = Service(live).answer(question(number))
    assert (answer.status, answer.generator) == (Status.ANSWERED, "extractive")
    assert answer.statements[0].text.startswith(f"Vesicles of {SUBJECTS[number]} carry a pump.")
    assert [citation.marker for citation in answer.citations] == list(range(1, len(answer.statements) + 1))
    assert all(is_quoted(live, citation) for citation in answer.citations)


@NUMBERED
def test_a_chat_message_has_our_markers_and_no_others(live: LiveIndex, number: int) -> None:
    *pieces, end = message(Service(live).answer_events(question(number)), Limits(), sources=False)
    assert isinstance(end, End)
    content = "".join(piece.text for piece in pieces if isinstance(piece, Piece))
    marked = [piece for piece in pieces if isinstance(piece, Piece) and piece.cited]
    assert [piece.cited for piece in marked] == list(end.citations)
    assert all(piece.cited and content[piece.start : piece.end] == f"[{piece.cited.marker}]" for piece in marked)


@NUMBERED
def test_a_prompt_holds_it_as_one_string_that_opens_nothing(number: int) -> None:
    injected = paper(number).data.decode()
    task, asked = messages("Why?", ["Before.", injected, "After."])
    assert (task["role"], asked["role"]) == ("system", "user")
    assert task == messages("Why?", ["Before.", "Nothing.", "After."])[0]
    lines = asked["content"].splitlines()
    assert lines[:2] == ["Passages:", '[1] "Before."'] and lines[3:6] == ['[3] "After."', "", 'Question: "Why?"']
    assert len(lines) == 8
    said = json.loads(lines[2].removeprefix("[2] "))
    assert not re.search(r"[\[\]]|<[^\s\d=]", said)
    assert said.isprintable() and "Vesicles of" in said


@NUMBERED
def test_a_model_that_obeys_it_changes_no_answer(live: LiveIndex, number: int) -> None:
    plain = Service(live).answer(question(number))
    with llm_server(obeys) as server, closing(Endpoint(EndpointSettings(server.address, "obedient"))) as endpoint:
        answer = Service(live, Writer(endpoint, SUPPORT)).answer(question(number))
    assert isinstance(answer, Answer) and server.asked
    assert (answer.status, answer.confidence, answer.hits) == (plain.status, plain.confidence, plain.hits)
    assert (answer.statements, answer.citations, answer.answer) == (plain.statements, plain.citations, plain.answer)
    assert answer.degraded is True and answer.dropped
