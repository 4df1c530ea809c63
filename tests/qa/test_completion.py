"""Tab is pressed in real shells; those that are not installed are skipped."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from qa.cli import _parser
from tests.conftest import evqa
from tests.terminals import program

COMMANDS = set(re.findall(r"^ {4}(\w+)(?:  |$)", _parser().format_help(), re.MULTILINE))


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script of each shell, and a folder of papers to complete."""
    folder = tmp_path_factory.mktemp("completion")
    for shell in ("bash", "zsh", "fish"):
        printed = evqa("completion", shell)
        assert printed.returncode == 0 and not printed.stderr
        (folder / shell).write_text(printed.stdout)
    (folder / "papers" / "nested").mkdir(parents=True)
    (folder / "papers" / "vesicles.xml").touch()
    return folder


def installed(shell: str) -> str:
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"needs {shell}")
    return path


TYPED = [
    ("evqa comp", "evqa completion "),
    ("evqa info --ind", "evqa info --index "),
    ("evqa ask --format mark", "evqa ask --format markdown "),
    ("evqa cite PMC1 --style ap", "evqa cite PMC1 --style apa "),
    ("evqa completion z", "evqa completion zsh "),
    ("evqa add papers/ves", "evqa add papers/vesicles.xml "),
    ("evqa sync papers/", "evqa sync papers/nested"),
    ("evqa info --index pap", "evqa info --index papers"),
    ("evqa ask --index papers/nested question --mo", "evqa ask --index papers/nested question --mode "),
]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_tab_completes_in_a_shell_as_people_set_it_up(shell: str, scripts: Path) -> None:
    options = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}
    env = {"PS1": "$ ", "PROMPT": "$ ", "INPUTRC": "/dev/null", "HOME": str(scripts), "SHELL": shell, "TERM": "dumb"}
    before = {"bash": "", "zsh": "autoload -Uz compinit && compinit -u -D; "}
    with program([installed(shell), *options[shell]], columns=200, env=env) as running:
        running.press(f'cd {scripts}; {before[shell]}eval "$(cat {shell})"; echo rea""dy\r')
        running.wait_for("ready")
        for typed, completed in TYPED:
            running.press(f"{typed}\t")
            running.wait_for(completed)
            running.press("\x15")  # empties the line
        running.press("exit\r")
        assert running.wait_for_end() == 0


def test_fish_completes_and_says_what_each_command_does(scripts: Path) -> None:
    for typed, completed in TYPED:
        script = 'source fish; complete -C "$argv"'
        done = subprocess.run(
            [installed("fish"), "--no-config", "-c", script, typed],
            cwd=scripts,
            capture_output=True,
            text=True,
            check=True,
            env={"HOME": str(scripts), "PATH": "/usr/bin:/bin"},
        )
        word = completed.split()[-1]
        assert any(line.split("\t")[0].rstrip("/").endswith(word) for line in done.stdout.splitlines()), done.stdout
        assert not done.stderr


def test_every_command_is_completed(scripts: Path) -> None:
    assert {"ask", "chat", "completion", "info", "serve"} < COMMANDS
    for shell in ("bash", "zsh", "fish"):
        script = (scripts / shell).read_text()
        assert all(re.search(rf"\b{command}\b", script) for command in COMMANDS)


def test_a_shell_that_is_not_known_is_refused_with_those_that_are() -> None:
    refused = evqa("completion", "csh")
    assert refused.returncode == 2 and "bash" in refused.stderr and "fish" in refused.stderr
