"""The script with which a shell completes `evqa`: written by shtab, from the parser itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import shtab

_COMPLETED: dict[str, dict[str, Any]] = {  # by what the help calls the value
    "DIR": shtab.DIRECTORY,
    "FOLDER": shtab.DIRECTORY,
    "FILE": shtab.FILE,
    "RUN": shtab.FILE,
    "SOURCE": shtab.FILE,
}


def completion(parser: argparse.ArgumentParser, shell: str) -> str:
    """A script for bash, zsh or fish: commands, options, choices, and files or folders where these are meant."""
    for action in _actions(parser):
        if completed := _COMPLETED.get(str(action.metavar)):
            action.complete = completed  # type: ignore[attr-defined] # how shtab wants to be told
    return str(shtab.complete(parser, shell))


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
