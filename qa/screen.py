"""What text is shown on: how wide it is, whether it takes colour and links; and text that is safe to show.

A paper is a stranger's text. What a terminal would obey in it (escape sequences, control characters, marks that turn
the direction of writing) is replaced before it is printed, in a pipe too, since the pipe may end at a terminal.

Styles are three escape sequences and hyperlinks one: a library for them would be imported for longer than a question
takes to answer.
"""

from __future__ import annotations

import os
import re
import textwrap
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO
from urllib.parse import quote

_PIPE_COLUMNS = 100
_TERMINAL_COLUMNS = 80  # of a terminal that does not say
_WIDEST, _NARROWEST = 100, 40  # longer lines are hard to read
_OBEYED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_IN_ADDRESS = "!#$%&'()*+,/:;=?@[]~"
_HELD = "\u00a0"  # textwrap breaks no line here


class Ink(StrEnum):
    """How a piece of text stands out: the parameters of its SGR sequence (ECMA-48)."""

    BOLD = "1"
    DIM = "2"
    MARKER = "1;36"
    ALERT = "1;31"


@dataclass(frozen=True, slots=True)
class Tail:
    """What ends a paragraph and is never broken over lines, with its own ink: markers, which stay with the last word,
    or what `opens` an address, which may have a line of its own.
    """

    text: str
    ink: Ink | None = None
    opens: str | None = None


@dataclass(frozen=True, slots=True)
class Screen:
    """`columns` is None where nothing limits a line: in a pipe. `linked` means that hyperlinks are understood."""

    columns: int | None = None
    styled: bool = False
    linked: bool = False

    @property
    def width(self) -> int:
        """Most characters of a line of prose."""
        return min(max(self.columns or _PIPE_COLUMNS, _NARROWEST), _WIDEST)

    def inked(self, text: str, ink: Ink | None) -> str:
        """The text with an ink, where the screen has any; the text is the caller's own, or `printable`."""
        return f"\x1b[{ink}m{text}\x1b[0m" if self.styled and ink and text else text

    def wrapped(
        self,
        text: str,
        first: str = "",
        rest: str | None = None,
        *,
        ink: Ink | None = None,
        lead: Ink | None = None,
        tail: Tail | None = None,
    ) -> list[str]:
        """A printable text as lines that begin with `first`, those after the first with `rest` where it is given.

        `lead` is the ink of `first`, `ink` that of the lines.
        """
        held = "" if tail is None else self._held(tail)
        lines = textwrap.wrap(
            printable(text) + held,
            self.width,
            initial_indent=first,
            subsequent_indent=first if rest is None else rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        if not lines:
            return []
        end = start = ""
        if tail is not None:
            lines[-1] = lines[-1].removesuffix(held.lstrip(" "))
            end = self._linked(self.inked(held.lstrip(" ").replace(_HELD, " "), tail.ink or ink), tail.opens)
        if lead is not None:
            start, lines[0] = self.inked(first, lead), lines[0].removeprefix(first)
        lines = [self.inked(line, ink) for line in lines]
        lines[0] = start + lines[0]
        lines[-1] += end
        return lines

    def _held(self, tail: Tail) -> str:
        """The tail with the space before it, and none in it at which a line could be broken."""
        return (" " if tail.opens else _HELD) + printable(_HELD.join(tail.text.split()))

    def _linked(self, text: str, address: str | None) -> str:
        """The text as a hyperlink (OSC 8), where the screen has them and the address is one of the web."""
        if not (self.linked and address and _ADDRESS.match(address)):
            return text
        return f"\x1b]8;;{quote(printable(address), safe=_IN_ADDRESS)}\x1b\\{text}\x1b]8;;\x1b\\"


PLAIN = Screen()


def screen_of(stream: TextIO, environ: Mapping[str, str]) -> Screen:
    """The screen that a stream leads to.

    `NO_COLOR` and `TERM=dumb` make a terminal plain, `FORCE_COLOR` colours a pipe (`evqa ask … | less -R`), and
    `COLUMNS` is the width of either.
    """
    terminal, kind = stream.isatty(), environ.get("TERM")
    columns = environ.get("COLUMNS", "")
    styled = (terminal or bool(environ.get("FORCE_COLOR"))) and not environ.get("NO_COLOR") and kind != "dumb"
    return Screen(
        columns=int(columns) if re.fullmatch("[1-9][0-9]{0,4}", columns) else _columns(stream) if terminal else None,
        styled=styled,
        linked=styled and terminal and kind != "linux",  # the console of Linux prints what it does not know
    )


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _TERMINAL_COLUMNS
    except OSError:
        return _TERMINAL_COLUMNS


def printable(text: str) -> str:
    """The text with U+FFFD for each character that a terminal would obey; white space stays.

    >>> printable("pump\\x1b[2J \\x9b31m")
    'pump�[2J �31m'
    """
    return _OBEYED.sub("\ufffd", text)


def escaped(json: str) -> str:
    """JSON of the same meaning in which each such character is written as its escape."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", json)


def cells(text: str) -> int:
    """How many columns of a terminal a printable text takes: two for each wide character, none for combining ones."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))


def cut(text: str, columns: int) -> str:
    """The text in at most so many columns; "…" ends it where something was left out.

    >>> cut("Vesicles carry pumps", 10), cut("short", 10)
    ('Vesicles…', 'short')
    """
    if cells(text) <= columns:
        return text
    kept = text[: max(columns - 1, 0)]
    while cells(kept) >= columns:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"
