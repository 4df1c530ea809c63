from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

import pytest

from index.document import Notice, NoticeKind
from index.errors import QueryError
from index.search import Searcher
from index.store import Store
from qa.answer import Answer, AnswerEvent, Stated, Status
from qa.followup import Turn
from qa.live import LiveIndex
from qa.markdown import escaped
from qa.messages import End, Limits, Message, Piece, conversation, count_tokens, message
from qa.service import Service
from tests.fakes import HashingEncoder

QUESTION = "Vesicles and cisplatin in cells and mice?"


@pytest.fixture
def steps(store: Store) -> Iterator[list[AnswerEvent]]:
    live = LiveIndex(store, lambda generation: HashingEncoder())
    yield list(Service(live).answer_events(QUESTION))
    live.close()


def written(
    steps: Iterable[AnswerEvent], limits: Limits | None = None, *, sources: bool = False
) -> tuple[str, list[Piece], End]:
    *pieces, end = message(steps, limits or Limits(), sources=sources)
    assert isinstance(end, End)
    shown = [piece for piece in pieces if isinstance(piece, Piece)]
    return "".join(piece.text for piece in shown), shown, end


def user(text: str) -> Message:
    return Message("user", text)


def test_a_message_is_the_answer_and_every_marker_stands_where_it_is_said_to(steps: list[AnswerEvent]) -> None:
    answer = steps[-1]
    assert isinstance(answer, Answer) and len(answer.statements) == 2
    text, pieces, end = written(steps)
    assert text == answer.answer
    markers = [(text[piece.start : piece.end], piece.cited) for piece in pieces if piece.cited]
    assert markers == [(f"[{citation.marker}]", citation) for citation in answer.citations]
    assert end == End("stop", answer.citations, count_tokens(text), answer)


def test_the_first_piece_is_empty_and_comes_before_any_statement_is_made(steps: list[AnswerEvent]) -> None:
    def waiting() -> Iterator[AnswerEvent]:
        yield steps[0]
        raise AssertionError("the statements were not waited for")

    assert next(message(waiting(), Limits(), sources=False)) == Piece("")


def test_a_models_statement_comes_with_the_sentences_that_it_was_made_of(steps: list[AnswerEvent]) -> None:
    *_, stated, answer = steps
    assert isinstance(answer, Answer) and isinstance(stated, Stated)
    other = dataclasses.replace(stated.statement, text="In other words.", verbatim=False)
    statements = (*answer.statements[:-1], other)
    text, _, _ = written([*steps[:-1], dataclasses.replace(answer, statements=statements, generator="tiny")])
    assert text == f"{answer.answer}\n\nWritten by tiny from:\n\n- [2] “{escaped(answer.citations[1].quote)}”"


def test_a_statement_that_cites_twice_ends_with_both_markers(steps: list[AnswerEvent]) -> None:
    first, last = steps[1], steps[-1]
    assert isinstance(first, Stated) and isinstance(last, Answer)
    second = dataclasses.replace(first.citations[0], marker=2)
    both = Stated(dataclasses.replace(first.statement, citations=(1, 2)), (*first.citations, second))
    text, pieces, end = written([steps[0], both, dataclasses.replace(last, citations=both.citations)])
    assert text == f"{first.statement.text} [1] [2]"
    assert [text[piece.start : piece.end] for piece in pieces if piece.cited] == ["[1]", "[2]"]
    assert end.citations == both.citations


def test_a_limit_ends_a_message_between_statements_and_never_within_one(steps: list[AnswerEvent]) -> None:
    whole = written(steps)[0]
    first = next(step for step in steps if isinstance(step, Stated))
    one = f"{first.statement.text} [1]"
    assert whole.startswith(f"{one} ")
    text, _, end = written(steps, Limits(tokens=count_tokens(one)))
    assert (text, end.reason, [citation.marker for citation in end.citations]) == (one, "length", [1])
    assert end.tokens == count_tokens(one)
    assert written(steps, Limits(tokens=count_tokens(one) - 1))[0] == ""
    assert written(steps, Limits(tokens=count_tokens(whole)))[2].reason == "stop"


def test_a_stop_sequence_ends_a_message_before_the_statement_that_holds_it(steps: list[AnswerEvent]) -> None:
    first = next(step for step in steps if isinstance(step, Stated))
    text, _, end = written(steps, Limits(stops=("[2]",)))
    assert (text, end.reason, end.citations) == (f"{first.statement.text} [1]", "stop", first.citations)


def test_the_sources_stand_below_the_message(steps: list[AnswerEvent]) -> None:
    answer = steps[-1]
    assert isinstance(answer, Answer)
    text = written(steps, sources=True)[0]
    statements, sources = text.split("\n\n**Sources**\n\n")
    assert statements == answer.answer
    assert [line[: len("- [1]")] for line in sources.splitlines()] == [
        f"- [{citation.marker}]" for citation in answer.citations
    ]
    assert all(line.endswith(c.document.title) for line, c in zip(sources.splitlines(), answer.citations, strict=True))


def test_a_retraction_and_a_summarisers_words_are_said_in_the_message(steps: list[AnswerEvent]) -> None:
    answer = steps[-1]
    assert isinstance(answer, Answer)
    first = answer.citations[0]
    retracted = dataclasses.replace(first.document, notices=(Notice(NoticeKind.RETRACTION, doi="10.1/x"),))
    said = dataclasses.replace(first, document=retracted, kind="summary")
    text = written([*steps[:-1], dataclasses.replace(answer, citations=(said,))])[0]
    assert "- [1] is a summariser's sentence, not the paper's." in text
    assert "- [1] Retract" in text


@pytest.mark.parametrize("status", list(Status))
def test_how_a_follow_up_was_understood_is_said_whether_it_is_answered_or_not(
    steps: list[AnswerEvent], status: Status
) -> None:
    *_, answer = steps
    assert isinstance(answer, Answer)

    def said(resolved: str) -> str:
        return written([dataclasses.replace(answer, status=status, resolved_question=resolved)])[0]

    assert "Asked as: Which pump? \\[1\\]" in said("Which pump? [1]")
    assert "Asked as" not in said(answer.question)


def test_an_abstention_says_why_and_where_the_nearest_passages_are(store: Store, searcher: Searcher) -> None:
    live = LiveIndex(store, lambda generation: HashingEncoder())
    text, pieces, end = written(Service(live).answer_events("zebra stripes"), sources=True)
    live.close()
    assert end.answer is not None and end.answer.status is Status.ABSTAINED
    reason, listed = text.split("\n\n")
    assert reason == end.answer.reason and listed.startswith("- ")
    assert not end.citations and not [piece for piece in pieces if piece.cited]


def test_the_last_users_turn_is_the_question_and_the_turns_before_it_are_the_history() -> None:
    messages = [
        Message("system", "Be kind."),
        Message("developer", "Be brief."),
        user("What do vesicles carry?"),
        Message("assistant", "Pumps. [1]"),
        Message("assistant", " "),
        Message("tool", "42"),
        user(" And butter? "),
        Message("assistant", ""),
    ]
    history = (Turn("user", "What do vesicles carry?"), Turn("assistant", "Pumps. [1]"))
    assert conversation(messages) == ("And butter?", history)


def test_what_open_webui_puts_before_a_question_is_left_out() -> None:
    template = "### Task:\nRespond to the user query.\n<context>\n<source id='1'>Rye.</source>\n</context>\n\n{}"
    for asked in ("Which bread keeps?", "<user_query>\nWhich bread keeps?\n</user_query>"):
        assert conversation([user(template.format(asked))])[0] == "Which bread keeps?"


def test_a_long_history_is_cut_to_its_newest_turns_and_these_to_their_beginning() -> None:
    messages = [user(f"{n} " + "word " * 1000) for n in range(1000)]
    question, history = conversation([*messages, user("And butter?")])
    assert question == "And butter?" and len(history) <= 100
    assert history[-1].content.startswith("999 word") and len(history[-1].content) <= 1000


def test_a_question_that_leaves_no_room_for_a_history_has_none() -> None:
    assert conversation([user("What do vesicles carry?"), user("word " * 1900)])[1] == ()


@pytest.mark.parametrize(
    ("messages", "told"),
    [
        ([], "no turn of a user"),
        ([Message("system", "Be kind."), Message("assistant", "Hello.")], "no turn of a user"),
        ([user("What do vesicles carry?"), user(" \n ")], "empty"),
        ([user("x" * 10_001)], "10000"),
    ],
)
def test_a_conversation_without_a_question_is_refused(messages: list[Message], told: str) -> None:
    with pytest.raises(QueryError, match=told) as refused:
        conversation(messages)
    assert refused.value.field == "messages"
