from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import add, remove
from index.errors import QueryError
from index.store import Store
from qa.chat import HELP, Conversation
from qa.live import LiveIndex
from qa.screen import PLAIN
from qa.service import Service
from tests.conftest import evqa
from tests.fakes import HashingEncoder, markdown, workshop
from tests.terminals import plain, terminal

QUESTION = "Which vesicles carry a pump that expels cisplatin?"
ASKED = "How do EVs contribute to drug resistance?"
ABSTAINED = "What is the capital of France?"


@pytest.fixture
def conversation(store: Store) -> Iterator[Conversation]:
    live = LiveIndex(store, lambda generation: HashingEncoder())
    yield Conversation(Service(live))
    live.close()


def said(conversation: Conversation, line: str) -> str:
    return "\n".join(conversation.reply(line, PLAIN))


def test_an_answer_has_its_statements_and_one_place_for_each_marker(conversation: Conversation) -> None:
    reply = said(conversation, f"  {QUESTION}\n")
    (answer,) = conversation.answers
    assert answer.question == QUESTION and f"{answer.statements[0].text} [1]\n" in reply
    assert f"[1] Vesicles and cisplatin; Results; characters {answer.citations[0].start}–" in reply
    assert "Asked as" not in reply and "rests on" not in reply


def test_a_follow_up_is_resolved_from_what_was_asked_and_shown_as_it_was(conversation: Conversation) -> None:
    said(conversation, QUESTION)
    reply = said(conversation, "and in mice?")
    resolved = conversation.answers[-1].resolved_question
    assert resolved not in (None, "and in mice?") and reply.startswith(f"Asked as: {resolved}\n")
    said(conversation, "/new")
    said(conversation, "and in mice?")
    assert conversation.answers[-1].resolved_question is None


def test_sources_and_cite_say_where_the_last_answer_stands_and_on_what_it_rests(conversation: Conversation) -> None:
    said(conversation, QUESTION)
    sources = said(conversation, "/sources")
    assert sources.startswith("[1] Vesicles and cisplatin.\n    Results; characters ")
    assert "    rests on 1: Able A. A pump in vesicles. J Cells. 2019." in sources
    for given in ("/cite 1", "/cite [1]", "/cite  1 "):
        cited = said(conversation, given)
        assert cited.startswith("[1] Vesicles and cisplatin.\n    “Vesicles from resistant cells carry a pump")
        assert "rests on 1: Able A." in cited
    said(conversation, "Which ligand switches T cells off in tumours?")
    assert said(conversation, "/sources") != sources


def test_a_paper_that_is_gone_is_still_cited_as_the_answer_cited_it(conversation: Conversation, store: Store) -> None:
    said(conversation, QUESTION)
    cited = said(conversation, "/cite 1")
    remove(store, ["resistance"])
    said(conversation, "Which ligand switches T cells off in tumours?")
    reply = conversation.answers.pop()
    assert reply.index.documents == 2 and said(conversation, "/cite 1") == cited


def test_a_new_state_of_the_index_answers_the_next_question_and_is_said(
    conversation: Conversation, store: Store
) -> None:
    said(conversation, QUESTION)
    add(store, [markdown("new.md", "Salt", "Sea salt dissolves in cold water.")], workshop())
    reply = said(conversation, "What dissolves in cold water, sea salt?")
    assert reply.startswith("The index has changed: 4 documents, ") and "of new" in reply
    assert "has changed" not in said(conversation, "What dissolves in cold water, sea salt?")
    assert len(conversation.answers) == 3


def test_an_index_that_cannot_be_opened_again_answers_on_and_says_why(conversation: Conversation, store: Store) -> None:
    (store.folder / "CURRENT").write_text("nothing\n")
    reply = said(conversation, QUESTION)
    assert "names no generation" in " ".join(reply.split()) and "pump" in conversation.answers[0].answer


def test_a_conversation_is_written_as_markdown_and_no_strange_file_is_overwritten(
    conversation: Conversation, tmp_path: Path
) -> None:
    path = tmp_path / "my answers.md"
    said(conversation, QUESTION)
    assert said(conversation, f"/export {path}").startswith("Wrote 1 answer to ")
    said(conversation, "and in mice?")
    said(conversation, f"/export {path}")
    written = path.read_text(encoding="utf-8")
    assert [line for line in written.splitlines() if line.startswith("# ")] == [f"# {QUESTION}", "# and in mice?"]
    assert "Asked as: " in written and "**[1]** Vesicles and cisplatin" in written
    mine = tmp_path / "mine.md"
    mine.write_text("mine")
    for target, problem in ((mine, "is there already"), (tmp_path / "no" / "where.md", "cannot be written")):
        with pytest.raises(QueryError, match=problem):
            said(conversation, f"/export {target}")
    assert mine.read_text() == "mine"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("/sources", "nothing was asked yet"),
        ("/cite 1", "nothing was asked yet"),
        ("/export x.md", "nothing was asked yet"),
        ("/export", "needs the name of a file"),
        ("/frobnicate", "no command /frobnicate: /help"),
        ("/", "no command /: /help"),
        ("x" * 10_001, "10001 characters"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_can(conversation: Conversation, line: str, problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        said(conversation, line)
    assert not conversation.answers and not conversation.over


def test_a_source_that_the_answer_does_not_have_is_refused_with_those_that_it_has(conversation: Conversation) -> None:
    said(conversation, QUESTION)
    for given in ("/cite 99", "/cite", "/cite one"):
        with pytest.raises(QueryError, match=r"it has \[1\]"):
            said(conversation, given)


def test_help_names_every_command(conversation: Conversation) -> None:
    reply = said(conversation, "/help")
    assert all(f"{name} " in reply for name, _ in HELP)
    assert {name.split()[0] for name, _ in HELP} == set(conversation._commands)
    said(conversation, "/quit")
    assert conversation.over


def test_a_pipe_gets_an_answer_for_each_line_and_the_status_of_the_worst(record_folder: Path) -> None:
    lines = f"\ufeff{ASKED}\n\n  and immune evasion?\n/nothing\n{ABSTAINED}\n/quit\nWhat is never asked?\n"
    piped = evqa("chat", "--index", record_folder, stdin=lines)
    problem = "evqa: line 4: there is no command /nothing: /help lists those that there are\n"
    assert piped.returncode == 2 and piped.stderr == problem
    assert [line for line in piped.stdout.splitlines() if line.startswith("> ")] == [
        f"> {ASKED}",
        "> and immune evasion?",
        "> /nothing",
        f"> {ABSTAINED}",
        "> /quit",
    ]
    assert f"Asked as: {ASKED} and immune evasion?" in piped.stdout and "\x1b" not in piped.stdout


@pytest.mark.parametrize(("lines", "status"), [("", 0), (f"{ASKED}\n/sources", 0), (f"{ABSTAINED}\n{ASKED}\n", 3)])
def test_the_status_of_a_pipe_says_whether_all_was_answered(record_folder: Path, lines: str, status: int) -> None:
    piped = evqa("chat", "--index", record_folder, stdin=lines)
    assert piped.returncode == status and not piped.stderr


def test_at_a_terminal_keys_edit_bring_back_and_end(record_folder: Path, tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    with terminal(["chat", "--index", record_folder], env=env) as shell:
        shell.wait_for("Ctrl-D ends.")
        shell.wait_for("> ")
        shell.press(f"{ASKED}\r")
        answered = shell.wait_for("PMC13013411")
        assert "\x1b[1;36m [1]\x1b[0m" in answered
        shell.wait_for("> ")
        shell.press("/nothing\r")
        assert "evqa: there is no command /nothing" in shell.wait_for("lists those")
        shell.wait_for("> ")
        shell.press("\x04")
        assert shell.wait_for_end() == 0
    (kept,) = tmp_path.rglob("chat_history")
    assert kept.read_text().splitlines() == [ASKED, "/nothing"] and kept.stat().st_mode & 0o077 == 0
    with terminal(["chat", "--index", record_folder], env=env) as shell:
        shell.wait_for("> ")
        shell.press("\x1b[A\x1b[A\r")  # arrow up twice
        assert ASKED in plain(shell.wait_for("PMC13013411"))
        shell.wait_for("> ")
        shell.press("/quit\r")
        assert shell.wait_for_end() == 0


def test_no_history_is_kept_where_none_is_wanted(record_folder: Path, tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path), "EVQA_CHAT_HISTORY": "0"}
    with terminal(["chat", "--index", record_folder], env=env) as shell:
        shell.wait_for("> ")
        shell.press("/help\r")
        shell.wait_for("/quit")
        shell.press("\x04")
        assert shell.wait_for_end() == 0
    assert not list(tmp_path.rglob("chat_history"))
