"""The command that keeps a conversation: at a terminal with line editing and history, from a pipe a line at a time."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from index.errors import CorpusError, QueryError
from index.query import Mode
from qa.answer import Status
from qa.chat import Conversation
from qa.commands.printing import ABSTAINED, DONE, FAILED, USAGE, opened, screen
from qa.errors import ServiceError
from qa.screen import printable
from qa.settings import Settings, chat_history_file

_PROMPT = "> "
_MOST_REMEMBERED = 1000  # lines
_MOST_ECHOED = 1000  # characters
_WORST_FIRST = (FAILED, USAGE, ABSTAINED, DONE)


def chat(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    """Answers questions until there are no more; at a terminal the status is 0, from a pipe that of the worst line."""
    with opened(folder, settings) as service:
        conversation = Conversation(service, options.k, Mode(options.mode))
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return _from_pipe(conversation, debug=options.debug)
        index = service.index()
        print(f"{index.documents} documents, {index.passages} passages. Ask; /help lists commands, Ctrl-D ends.")
        with _line_editing(chat_history_file() if settings.chat_history else None):
            _at_terminal(conversation, debug=options.debug)
    return DONE


def _from_pipe(conversation: Conversation, *, debug: bool) -> int:
    worst = DONE
    for number, data in enumerate(sys.stdin.buffer, 1):
        line = data.decode("utf-8-sig", errors="replace").strip()
        if not line:
            continue
        print(f"{_PROMPT}{printable(line)[:_MOST_ECHOED]}\n", flush=True)
        status = _replied(conversation, line, f"line {number}: ", debug=debug)
        worst = min(worst, status, key=_WORST_FIRST.index)
        if conversation.over:
            break
        print(flush=True)
    return worst


def _at_terminal(conversation: Conversation, *, debug: bool) -> None:
    while not conversation.over:
        try:
            line = input(_PROMPT)
            if line.strip():
                print()
                _replied(conversation, line, debug=debug)
                print()
        except KeyboardInterrupt:
            print()
        except EOFError:
            print()
            return


def _replied(conversation: Conversation, line: str, where: str = "", *, debug: bool) -> int:
    """Prints the reply to a line, and says how it went as an exit status; an error says `where`."""
    asked = len(conversation.answers)
    try:
        text = "\n".join(conversation.reply(line, screen())).rstrip()
    except (CorpusError, ServiceError) as error:
        if debug:
            raise
        print(f"evqa: {where}{printable(str(error))}", file=sys.stderr, flush=True)
        return USAGE if isinstance(error, QueryError) else FAILED
    if text:
        print(text, flush=True)
    new = conversation.answers[asked:]
    return ABSTAINED if any(answer.status is Status.ABSTAINED for answer in new) else DONE


@contextlib.contextmanager
def _line_editing(history: Path | None) -> Iterator[None]:
    """Keys edit the line and bring back earlier ones; those of earlier conversations too, where a file keeps them."""
    try:
        import readline
    except ImportError:  # Windows, whose terminal does it itself
        yield
        return
    if history is None:
        yield
        return
    with _telling(history):
        if history.exists():
            readline.read_history_file(history)
    yield
    with _telling(history):
        history.parent.mkdir(parents=True, exist_ok=True)
        readline.set_history_length(_MOST_REMEMBERED)
        readline.write_history_file(history)


@contextlib.contextmanager
def _telling(history: Path) -> Iterator[None]:
    """Whatever keeps the history from its file is said, and the conversation goes on."""
    try:
        yield
    except OSError as error:
        print(f"evqa: {history} keeps no history ({error.strerror}): set EVQA_CHAT_HISTORY=0", file=sys.stderr)
