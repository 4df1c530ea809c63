"""An OpenAI-compatible endpoint, asked over real HTTP, and what is said of one that fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from qa.endpoint import Endpoint, EndpointSettings
from qa.errors import GenerationFailed, SettingsError
from tests.llm_server import LlmServer, Reply, breaks_off, llm_server, never_ends, refuses, says, sends, stalls

TEXT = "Vesicles carry a pump [1]. It expels cisplatin [2]."
HTML = b"<!DOCTYPE html><html><body>Please sign in</body></html>"
EVENT = b'data: {"choices": [{"delta": {"content": "Vesicles"}}]}\n\n'


@contextmanager
def asking(*replies: Reply, **settings: Any) -> Iterator[tuple[Endpoint, LlmServer]]:
    quick: dict[str, Any] = {"total_timeout_s": 20.0, "silence_s": 10.0, "backoff_s": 0.01, "api_key": "secret"}
    with (
        llm_server(*replies) as server,
        closing(Endpoint(EndpointSettings(server.address, "tiny", **(quick | settings)))) as endpoint,
    ):
        yield endpoint, server


def reply_of(endpoint: Endpoint) -> str:
    return "".join(endpoint.generate("What do vesicles carry?", ["A pump.", "Cisplatin."]))


def test_the_text_is_what_the_chunks_say_and_the_key_goes_along() -> None:
    with asking(says(TEXT)) as (endpoint, server):
        assert reply_of(endpoint) == TEXT
        assert endpoint.name == "tiny"
    assert server.keys == ["Bearer secret"]
    (asked,) = server.asked
    assert asked["path"] == "/v1/chat/completions" and asked["model"] == "tiny" and asked["stream"] is True
    assert (
        '[1] "A pump."' in asked["messages"][-1]["content"] and '[2] "Cisplatin."' in asked["messages"][-1]["content"]
    )


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (sends(HTML, content_type="text/html"), "no stream"),
        (sends(b'{"choices": []}', content_type="application/json"), "no stream"),
        (sends(b"data: {not json\n\n"), "no chunk"),
        (sends(b'data: {"error": {"message": "overloaded"}}\n\n'), "no chunk"),
        (sends(b'data: {"choices": [{"delta": {"content": 7}}]}\n\n'), "no chunk"),
        (
            sends(b'data: {"choices": [{"delta": {"content": "\xff\xfe"}}]}\n\n'.replace(b"\xff\xfe", b"\\ud800")),
            "no chunk",
        ),
        (sends(b": nothing but comments\n\n"), "broke off"),
        (sends(b""), "broke off"),
        (sends(EVENT), "broke off"),
        (sends(EVENT, Content_Encoding="gzip"), "compressed"),
        (sends(b"no", status=401, content_type="text/plain"), "401"),
        (sends(b"no", status=404, content_type="text/plain"), "404"),
        (sends(b"", status=307, Location="http://127.0.0.1:9/v1/chat/completions"), "307"),
        (sends(EVENT * 20_000), "bytes"),
        (sends(b"x" * 10_000_000), "bytes"),
        (never_ends("Vesicles."), "bytes"),
        (breaks_off("Vesicles carry"), "broke off"),
    ],
)
def test_a_reply_that_is_none_fails_and_says_how(reply: Reply, said: str) -> None:
    with asking(reply) as (endpoint, _), pytest.raises(GenerationFailed, match=said) as failed:
        reply_of(endpoint)
    assert "secret" not in str(failed.value)


def test_a_reply_is_asked_for_uncompressed() -> None:
    with asking(lambda to: says(to.headers["Accept-Encoding"])(to)) as (endpoint, _):
        assert reply_of(endpoint) == "identity"


def test_the_first_choice_is_the_reply_and_ends_it_with_its_reason() -> None:
    two = (
        b'data: {"choices": [{"delta": {"content": "One."}, "finish_reason": "stop"}, {"delta": {"content": "Two."}}]}'
    )
    with asking(sends(two + b"\n\n")) as (endpoint, _):
        assert reply_of(endpoint) == "One."


def test_an_address_may_end_in_a_slash_and_one_where_nobody_listens_says_so() -> None:
    with (
        llm_server(says(TEXT)) as server,
        closing(Endpoint(EndpointSettings(f"{server.address}/", "tiny"))) as endpoint,
    ):
        assert reply_of(endpoint) == TEXT
    assert server.asked[0]["path"] == "/v1/chat/completions"
    with (
        closing(Endpoint(EndpointSettings(server.address, "tiny", retries=0))) as endpoint,
        pytest.raises(GenerationFailed, match="cannot be reached"),
    ):
        reply_of(endpoint)


def test_a_reply_that_stalls_is_given_up_after_a_while() -> None:
    began = time.monotonic()
    with asking(stalls("Vesicles carry"), silence_s=0.3) as (endpoint, server):
        with pytest.raises(GenerationFailed, match="stopped answering"):
            reply_of(endpoint)
        assert len(server.asked) == 1
    assert 0.2 < time.monotonic() - began < 8


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_what_may_pass_is_tried_again_until_there_is_text(status: int) -> None:
    refused = sends(b"later", status=status, content_type="text/plain")
    with asking(refused, breaks_off(""), says(TEXT)) as (endpoint, server):
        assert reply_of(endpoint) == TEXT
    assert len(server.asked) == 3


def test_what_has_begun_is_not_begun_again() -> None:
    with asking(breaks_off("Vesicles"), says(TEXT)) as (endpoint, server):
        with pytest.raises(GenerationFailed, match="broke off"):
            reply_of(endpoint)
        assert len(server.asked) == 1


@pytest.mark.parametrize(("field", "status"), [("temperature", 400), ("max_tokens", 400), ("max_tokens", 422)])
def test_a_model_that_refuses_options_is_asked_without_them_from_then_on(field: str, status: int) -> None:
    with asking(refuses(field, status=status)) as (endpoint, server):
        assert [reply_of(endpoint), reply_of(endpoint)] == ["Fine.", "Fine."]
    first, *rest = server.asked
    assert (first["temperature"], first["max_tokens"], len(rest)) == (0, 512, 2)
    assert all(asked.keys() == {"model", "messages", "stream", "path"} for asked in rest)


def test_options_that_are_left_out_are_not_left_out_twice() -> None:
    no_options = refuses("temperature")
    with asking(no_options, no_options, refuses("messages")) as (endpoint, server):
        assert reply_of(endpoint) == "Fine."
        with pytest.raises(GenerationFailed, match="400"):
            reply_of(endpoint)
    assert len(server.asked) == 3


def test_a_request_that_is_refused_for_another_reason_fails_and_options_stay() -> None:
    with asking(refuses("messages")) as (endpoint, server):
        for asked in (2, 4):
            with pytest.raises(GenerationFailed, match="400"):
                reply_of(endpoint)
            assert len(server.asked) == asked
    assert [("temperature" in asked) for asked in server.asked] == [True, False, True, False]


def test_tries_end_in_time() -> None:
    later = sends(b"", status=503, content_type="text/plain", Retry_After="60")
    began = time.monotonic()
    with asking(later) as (endpoint, server), pytest.raises(GenerationFailed, match="503"):
        reply_of(endpoint)
    assert len(server.asked) == 1 and time.monotonic() - began < 10


def test_who_asks_to_wait_is_waited_for() -> None:
    began = time.monotonic()
    with asking(sends(b"", status=503, content_type="text/plain", Retry_After="1"), says(TEXT)) as (endpoint, _):
        assert reply_of(endpoint) == TEXT
    assert time.monotonic() - began > 0.9


def test_silence_ends_at_the_deadline_too() -> None:
    began = time.monotonic()
    with asking(stalls("Vesicles"), total_timeout_s=0.5) as (endpoint, _), pytest.raises(GenerationFailed):
        reply_of(endpoint)
    assert time.monotonic() - began < 5


def test_a_slow_reply_ends_at_the_deadline() -> None:
    def drips(to: Any) -> None:
        to.begin()
        while True:
            to.chunk("x ")
            time.sleep(0.05)

    began = time.monotonic()
    with asking(drips, total_timeout_s=0.5) as (endpoint, _), pytest.raises(GenerationFailed, match="too long"):
        reply_of(endpoint)
    assert 0.4 < time.monotonic() - began < 8


def test_who_leaves_closes_the_connection() -> None:
    with asking(never_ends("Vesicles"), max_bytes=10**9) as (endpoint, server):
        pieces = endpoint.generate("What?", ["A pump."])
        assert next(pieces) == "Vesicles "
        pieces.close()
        assert server.left.wait(10)


def test_an_endpoint_that_keeps_failing_is_left_alone_for_a_while_and_then_tried_once() -> None:
    failing = sends(b"", status=500, content_type="text/plain")
    with asking(failing, failing, failing, says(TEXT), retries=0, failures=2, rest_s=1.0) as (endpoint, server):
        for asked in (1, 2, 2):  # the third is refused here
            with pytest.raises(GenerationFailed):
                reply_of(endpoint)
            assert len(server.asked) == asked
        time.sleep(1.05)
        for asked in (3, 3):
            with pytest.raises(GenerationFailed):
                reply_of(endpoint)
            assert len(server.asked) == asked
        time.sleep(1.05)
        assert reply_of(endpoint) == TEXT and reply_of(endpoint) == TEXT


def test_who_leaves_early_has_not_seen_a_failure() -> None:
    with asking(says(TEXT), failures=1) as (endpoint, _):
        pieces = endpoint.generate("What?", ["A pump."])
        next(pieces)
        pieces.close()
        assert reply_of(endpoint) == TEXT


def test_while_one_tries_whether_the_endpoint_is_well_again_nobody_else_asks_it() -> None:
    failing = sends(b"", status=500, content_type="text/plain")
    with asking(failing, stalls("Vesicles"), retries=0, failures=1, rest_s=0.5) as (endpoint, server):
        with pytest.raises(GenerationFailed, match="500"):
            reply_of(endpoint)
        time.sleep(0.55)
        with closing(endpoint.generate("What?", ["A pump."])) as trying:
            assert next(trying) == "Vesic"
            with pytest.raises(GenerationFailed, match="left alone"):
                reply_of(endpoint)
        assert len(server.asked) == 2


@pytest.mark.parametrize("address", ["", "localhost:8000", "ftp://127.0.0.1/v1", "http://", "http://[::1"])
def test_an_address_that_is_none_is_refused_by_its_setting(address: str) -> None:
    with pytest.raises(SettingsError, match="EVQA_LLM_BASE_URL"):
        Endpoint(EndpointSettings(address, "tiny"))


def test_a_key_that_no_header_can_hold_is_refused_and_not_shown() -> None:
    with pytest.raises(SettingsError, match="EVQA_LLM_API_KEY") as refused:
        Endpoint(EndpointSettings("http://127.0.0.1/v1", "tiny", "sécret\n"))
    assert "cret" not in str(refused.value)
