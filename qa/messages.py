"""A conversation as a question with a history, and an answer as the text of a chat message.

Knows nothing of HTTP or of a vendor's protocol. Offsets are Unicode code points of the whole message, also while it is
still being written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from index.errors import QueryError
from index.query import MOST_QUERY_CHARACTERS
from qa.answer import Answer, AnswerEvent, Citation, Retrieval, Stated, Status
from qa.followup import Turn
from qa.markdown import escaped, link
from qa.works import notice_words

_MOST_TURNS = 100
_MOST_TURN_CHARACTERS = 1000
_MOST_PASSAGES = 3

_TOKEN = re.compile(r"\w+|[^\w\s]")
_USER_QUERY = re.compile(r"</?user_query>")


Role = Literal["system", "developer", "user", "assistant", "tool", "function"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation, whoever wrote it."""

    role: Role
    text: str


def conversation(messages: Sequence[Message]) -> tuple[str, tuple[Turn, ...]]:
    """The last user's turn as the question, and what was said before it; of a long history the newest part.

    Raises:
        QueryError: there is no user's turn, it is empty, or it is too long.
    """
    place = max((n for n, message in enumerate(messages) if message.role == "user"), default=None)
    if place is None:
        raise QueryError("messages", "messages hold no turn of a user: the last one is the question")
    question = _asked(messages[place].text)
    if not question:
        raise QueryError("messages", "the last turn of the user is empty: it is the question")
    if len(question) > MOST_QUERY_CHARACTERS:
        limit = f"the limit is {MOST_QUERY_CHARACTERS}"
        raise QueryError("messages", f"the question, the user's last turn, has {len(question)} characters; {limit}")
    return question, tuple(_turns(messages[:place], question))


def _asked(text: str) -> str:
    """A user's own words: Open WebUI puts its instructions and passages before them, when files are attached."""
    if text.startswith("### Task:") and "</context>" in text:
        text = _USER_QUERY.sub("", text.rpartition("</context>")[2])
    return text.strip()


def _turns(messages: Sequence[Message], question: str) -> Iterator[Turn]:
    # What a follow-up is resolved to has to stay below the limit of a question.
    if len(question) + 2 * _MOST_TURN_CHARACTERS > MOST_QUERY_CHARACTERS:
        return
    for message in messages[-_MOST_TURNS:]:
        if message.text.strip() and (message.role == "user" or message.role == "assistant"):
            yield Turn(message.role, _asked(message.text)[:_MOST_TURN_CHARACTERS])


def count_tokens(text: str) -> int:
    """Words and punctuation marks: what a chat counts where no model does.

    >>> count_tokens("miR-21 rose, twice.")
    7
    """
    return len(_TOKEN.findall(text))


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a message ends early, at the end of a statement: a sentence is never cut."""

    tokens: int | None = None
    stops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """The next part of a message. `cited` is what the marker at its end cites: `[n]`, at `start:end` of the message."""

    text: str
    cited: Citation | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """Why a message ended, what it cites, and the answer it tells, unless it ended before that was whole."""

    reason: Literal["stop", "length"]
    citations: tuple[Citation, ...]
    tokens: int
    answer: Answer | None = None


def message(steps: Iterable[AnswerEvent], limits: Limits, *, sources: bool) -> Iterator[Piece | End]:
    """An answer as a message, piece by piece; with `sources` it ends with a list of the papers cited.

    The first piece is empty: the papers were searched, and an answer is being made.
    """
    content, answer = "", None
    cited: dict[int, Citation] = {}
    for step in steps:
        if isinstance(step, Answer):
            answer = step
        pieces = list(_pieces(step, len(content), sources=sources))
        longer = content + "".join(piece.text for piece in pieces)
        if reason := _exceeded(limits, longer):
            yield End(reason, tuple(cited.values()), count_tokens(content), answer)
            return
        content = longer
        cited |= {piece.cited.marker: piece.cited for piece in pieces if piece.cited}
        yield from pieces
    yield End("stop", tuple(cited.values()), count_tokens(content), answer)


def _exceeded(limits: Limits, content: str) -> Literal["stop", "length"] | None:
    if any(stop in content for stop in limits.stops):
        return "stop"
    return "length" if limits.tokens is not None and count_tokens(content) > limits.tokens else None


def _pieces(step: AnswerEvent, start: int, *, sources: bool) -> Iterator[Piece]:
    match step:
        case Retrieval():
            yield Piece("")
        case Stated(statement, citations):
            text = f"{' ' if start else ''}{statement.text}"
            cited = {citation.marker: citation for citation in citations}
            for marker in statement.citations:
                text += f" [{marker}]"
                start += len(text)
                yield Piece(text, cited[marker], start - len(f"[{marker}]"), start)
                text = ""
        case Answer(status=Status.ABSTAINED):
            nearest = [hit.citation for hit in step.hits[:_MOST_PASSAGES]]
            listed = [f"- {_named(citation, named(citation))}" for citation in nearest]  # no markers: nothing is cited
            yield Piece("\n\n".join(filter(None, [step.reason, _asked_as(step), "\n".join(listed)])))
        case Answer():
            below = [
                _asked_as(step),
                _evidence(step),
                "\n".join(_remarks(step.citations)),
                _sources(step.citations) if sources else "",
            ]
            if any(below):
                yield Piece("".join(f"\n\n{paragraph}" for paragraph in below if paragraph))


def _asked_as(answer: Answer) -> str:
    """How a follow-up was understood, since a wrong guess has to be seen."""
    resolved = answer.resolved_question
    return "" if resolved in (None, answer.question) else f"Asked as: {escaped(resolved or '')}"


def _evidence(answer: Answer) -> str:
    """The sentences that a model's statements were made of, since many chatbots show no citations."""
    written = {marker for one in answer.statements if not one.verbatim for marker in one.citations}
    quotes = [f"- [{one.marker}] “{escaped(one.quote)}”" for one in answer.citations if one.marker in written]
    return "\n".join([f"Written by {escaped(answer.generator)} from:", "", *quotes]) if quotes else ""


def _remarks(citations: Iterable[Citation]) -> Iterator[str]:
    """What nobody may miss of a citation, wherever its details are not shown."""
    for citation in citations:
        if citation.kind == "summary":
            yield f"- [{citation.marker}] is a summariser's sentence, not the paper's."
        if words := notice_words(citation.document.notices):
            yield f"- [{citation.marker}] {escaped(words)}"


def _sources(citations: Iterable[Citation]) -> str:
    return "**Sources**\n\n" + "\n".join(map(_source, citations))


def _source(citation: Citation) -> str:
    document = citation.document
    rest = [part for part in (document.container_title, document.issued) if part]
    return f"- [{citation.marker}] " + ". ".join([_named(citation, document.title), *map(escaped, rest)])


def _named(citation: Citation, name: str) -> str:
    address = citation.link or citation.document.url
    return link(escaped(name), address) if address else escaped(name)


def named(citation: Citation) -> str:
    """A cited paper with the section that the quote stands in."""
    return " › ".join([citation.document.title, *citation.section[-1:]])
