"""Statements that a model writes: what stands, what is dropped and why; a hostile endpoint, the real encoder."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.document import BlockKind
from index.query import Filters
from index.store import Store
from qa.answer import Answer, Retrieval, Stated, Status
from qa.app import open_live
from qa.endpoint import Endpoint, EndpointSettings
from qa.generate import Writer
from qa.live import LiveIndex
from qa.service import Service
from qa.support import shipped_support
from tests.conftest import evqa
from tests.llm_server import LlmServer, Reply, breaks_off, llm_server, never_ends, says, sends, stalls

QUESTION = "How do EVs contribute to drug resistance?"
TEXT = "Extracellular vesicles (EVs) have emerged as pivotal mediators of intercellular communication."
GOOD = f"{TEXT[:-1]} [1]."
WHOLE = (
    "This review also outlines future research directions to clarify the multifaceted roles of EVs in cancer biology"
    " and facilitate the development of novel therapeutic approaches to enhance patient outcomes."
)
EFFICACY = (
    "This review emphasizes their significance in improving treatment efficacy and overcoming clinical resistance [1]."
)


@pytest.fixture(scope="module")
def live(record_folder: Path) -> Iterator[LiveIndex]:
    opened = open_live(Store(record_folder))
    yield opened
    opened.close()


@contextmanager
def writing(live: LiveIndex, *replies: Reply, **settings: Any) -> Iterator[tuple[Service, LlmServer]]:
    quick: dict[str, Any] = {"total_timeout_s": 20.0, "silence_s": 10.0, "backoff_s": 0.01}
    with (
        llm_server(*replies) as server,
        closing(Endpoint(EndpointSettings(server.address, "tiny", **(quick | settings)))) as endpoint,
    ):
        yield Service(live, Writer(endpoint, shipped_support())), server


def answer_to(live: LiveIndex, reply: Reply, **settings: Any) -> Answer:
    with writing(live, reply, **settings) as (service, _):
        return service.answer(QUESTION)


def test_a_supported_sentence_stands_with_a_citation_that_quotes_its_evidence(live: LiveIndex) -> None:
    answer = answer_to(live, says(GOOD))
    (statement,), (citation,) = answer.statements, answer.citations
    with live.lease() as searcher:
        text = searcher.generation.database.text(searcher.generation.database.document_row("PMC13013411"))
    assert (statement.text, statement.citations, statement.verbatim) == (TEXT, (1,), False)
    assert citation.quote == text[citation.start : citation.end] and citation.quote.startswith(TEXT[:-1])
    assert (answer.answer, answer.generator) == (f"{TEXT} [1]", "tiny")
    assert (answer.degraded, answer.dropped) == (False, None)


def test_a_sentence_in_the_papers_words_is_verbatim(live: LiveIndex) -> None:
    answer = answer_to(live, says(f"{WHOLE} [1]"))
    assert answer.statements[0].verbatim and answer.citations[0].quote == answer.statements[0].text == WHOLE


def test_markers_are_ours_and_only_of_what_supports(live: LiveIndex) -> None:
    summary = Filters(kinds=(BlockKind.SUMMARY,))
    said = "EVs contribute to the development of resistance to therapeutic agents."

    def reply(to: Any) -> None:
        passages = to.passages.splitlines()
        here = next(line[1] for line in passages if said in line)
        other = next(line[1] for line in passages if line[:1] == "[" and said not in line)
        says(f"{said} [{other}][{here}] EVs play a key role in immune evasion and tumor progression [{here}].")(to)

    with writing(live, reply) as (service, _):
        answer = service.answer(QUESTION, filters=summary)
    assert [statement.citations for statement in answer.statements] == [(1,), (2,)]
    assert [citation.quote for citation in answer.citations] == [statement.text for statement in answer.statements]
    assert answer.answer == " ".join(f"{one.text} [{n}]" for n, one in enumerate(answer.statements, 1))


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("EVs cure most patients with leukaemia within days [1].", "do not say it"),
        ("Stiffness of the matrix shapes the response of the liver to alcohol [1].", "do not say it"),
        (GOOD.replace("[1]", "[99]"), "[99], which was not given"),
        (GOOD.replace("[1]", "[0]"), "[0], which was not given"),
        (GOOD.replace("[1]", "[1][99]"), "[99], which was not given"),
        (GOOD.replace(" [1]", ""), "cites nothing"),
        (GOOD.replace("pivotal", "12 pivotal"), "the number 12 is not"),
        (GOOD.replace("have", "have not"), "negate"),
        (GOOD.replace("mediators", "mediators of miR-21"), "miR-21 is not named"),
        (GOOD.replace("communication", "communication by cisplatin"), "cisplatin is not named"),
        (EFFICACY.replace("improving", "worsening"), "the opposite of “worsening”"),
        (EFFICACY.replace("resistance", "sensitivity"), "the opposite of “sensitivity”"),
        (GOOD.replace("communication", "communication and increase"), "do not say “increase”"),
        (GOOD.replace("communication", "communication, see https://evil.example/?q=EVs"), "an address, mark-up"),
        (GOOD.replace("communication", "communication ![x](//evil.example/x.png)"), "an address, mark-up"),
        (GOOD.replace("communication", "communication <img src=x onerror=alert(1)>"), "an address, mark-up"),
        (GOOD.replace("communication", "communication <|im_end|>"), "an address, mark-up"),
        (GOOD.replace("pivotal", "piv\u200botal"), "characters that no sentence has"),
        (GOOD.replace("pivotal", "\u202elatovip"), "characters that no sentence has"),
        (GOOD.replace("pivotal", "piv\ufffdotal"), "characters that no sentence has"),
        (GOOD.replace("have", "have n\u0336o\u0336t\u0336"), "characters that no sentence has"),
        (GOOD.replace("pivotal", "p\u20ddivotal"), "characters that no sentence has"),
        (GOOD.removesuffix("."), "no whole sentence"),
        (GOOD, "said before"),
    ],
)
def test_what_is_not_supported_is_dropped_with_its_reason(live: LiveIndex, sentence: str, reason: str) -> None:
    answer = answer_to(live, says(f"{GOOD} {sentence}"))
    assert [statement.text for statement in answer.statements] == [TEXT] and answer.degraded is False
    assert answer.dropped is not None and len(answer.dropped) == 1
    assert answer.dropped[0].text == sentence and reason in answer.dropped[0].reason


@pytest.mark.parametrize("text", ["EVs cure leukaemia [1].", "I cannot help with that.", "[1] [2]", " "])
def test_when_nothing_stands_the_papers_own_sentences_do(live: LiveIndex, text: str) -> None:
    plain, answer = Service(live).answer(QUESTION), answer_to(live, says(text))
    assert (answer.statements, answer.citations, answer.answer) == (plain.statements, plain.citations, plain.answer)
    assert answer.statements and answer.generator == "extractive" and answer.degraded is True
    assert [one.text for one in answer.dropped or ()] == [text] * any(map(str.isalpha, text))


@pytest.mark.parametrize(
    "reply",
    [
        sends(b"<html>Sign in</html>", content_type="text/html"),
        sends(b"", status=500),
        sends(b"", status=429, Retry_After="100"),
        sends(b"x" * 10_000_000),
        sends(b"data: {\n\n"),
        sends(b"\xff\xfe\x00data: x\n\n"),
        breaks_off(""),
        never_ends("and", " "),
    ],
)
def test_when_the_endpoint_fails_the_papers_own_sentences_stand(live: LiveIndex, reply: Reply) -> None:
    plain, answer = Service(live).answer(QUESTION), answer_to(live, reply)
    assert (answer.statements, answer.citations) == (plain.statements, plain.citations)
    assert (answer.generator, answer.degraded, answer.status) == ("extractive", True, Status.ANSWERED)


def test_a_model_that_stalls_before_its_first_word_is_not_waited_for(live: LiveIndex) -> None:
    answer = answer_to(live, stalls(""), silence_s=0.3, retries=1)
    assert (answer.generator, answer.degraded, answer.status) == ("extractive", True, Status.ANSWERED)


@pytest.mark.parametrize("reply", [stalls, breaks_off])
def test_what_was_released_before_a_failure_stands_and_half_a_sentence_does_not(live: LiveIndex, reply: Any) -> None:
    answer = answer_to(live, reply(f"{GOOD} EVs also contribute"), silence_s=0.5)
    assert [statement.text for statement in answer.statements] == [TEXT]
    assert (answer.generator, answer.degraded) == ("tiny", True)
    assert [(one.text, one.reason) for one in answer.dropped or ()] == [
        ("EVs also contribute", "the reply broke off in it")
    ]


def test_a_model_that_repeats_itself_is_stopped(live: LiveIndex) -> None:
    with writing(live, never_ends(GOOD)) as (service, server):
        answer = service.answer(QUESTION)
        assert server.left.wait(10)
    assert len(answer.statements) == 1 and answer.degraded is True and len(answer.dropped or ()) < 50


def test_no_model_is_asked_for_an_answer_that_is_none(live: LiveIndex) -> None:
    with writing(live, says(GOOD)) as (service, server):
        answer = service.answer("What is the capital of France?")
    assert (answer.status, answer.degraded, server.asked) == (Status.ABSTAINED, None, [])


def test_a_sentence_is_released_when_it_is_checked_and_not_before(live: LiveIndex) -> None:
    go_on = threading.Event()

    def reply(to: Any) -> None:
        to.begin()
        to.say(f"EVs cure leukaemia [1]. {GOOD} Then it ")
        assert go_on.wait(10)
        to.say("ends [1].")
        to.end()

    with writing(live, reply) as (service, _):
        events = service.answer_events(QUESTION)
        assert isinstance(next(events), Retrieval)
        first = next(events)
        assert isinstance(first, Stated) and first.statement.text == TEXT and not go_on.is_set()
        go_on.set()
        (last,) = events
    assert isinstance(last, Answer) and len(last.dropped or ()) == 2


def test_who_leaves_ends_the_work_of_the_model(live: LiveIndex) -> None:
    def reply(to: Any) -> None:
        to.begin()
        to.say(GOOD)
        while True:
            to.chunk(" and")

    with writing(live, reply) as (service, server):
        events = service.answer_events(QUESTION)
        next(events), next(events)
        events.close()
        assert server.left.wait(10)


def test_a_check_that_was_fitted_for_another_encoder_passes_nothing(live: LiveIndex) -> None:
    with llm_server(says(GOOD)) as server, closing(Endpoint(EndpointSettings(server.address, "tiny"))) as endpoint:
        other = Writer(endpoint, replace(shipped_support(), encoder="of another"))
        answer = Service(live, other).answer(QUESTION)
    assert (answer.generator, answer.degraded, server.asked) == ("extractive", True, [])


def test_the_settings_say_whom_the_command_asks(record_folder: Path) -> None:
    with llm_server(says(GOOD)) as server:
        asked = {"BASE_URL": server.address, "MODEL": "tiny", "API_KEY": "secret", "MAX_TOKENS": "99"}
        settings = {f"EVQA_LLM_{name}": value for name, value in asked.items()}
        answered = evqa("ask", QUESTION, "--json", "--index", record_folder, env=settings)
    assert json.loads(answered.stdout)["generator"] == "tiny", answered.stderr
    assert server.keys == ["Bearer secret"]
    assert (server.asked[0]["model"], server.asked[0]["max_tokens"]) == ("tiny", 99)


def test_an_endpoint_without_a_models_name_is_refused_in_a_line(record_folder: Path) -> None:
    refused = evqa("ask", QUESTION, "--index", record_folder, env={"EVQA_LLM_BASE_URL": "http://127.0.0.1:9/v1"})
    assert refused.returncode != 0 and refused.stderr.count("\n") == 1 and "EVQA_LLM_MODEL" in refused.stderr
