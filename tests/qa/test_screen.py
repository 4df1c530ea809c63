from __future__ import annotations

import io

import pytest

from qa.screen import PLAIN, Ink, Screen, Tail, cells, cut, escaped, printable, screen_of
from tests.terminals import plain

COLOUR = Screen(columns=60, styled=True, linked=True)


class Stream(io.StringIO):
    """A stream that says whether it leads to a terminal, and has no size."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("terminal", "environ", "expected"),
    [
        (True, {}, Screen(80, styled=True, linked=True)),
        (True, {"COLUMNS": "132"}, Screen(132, styled=True, linked=True)),
        (True, {"COLUMNS": "wide"}, Screen(80, styled=True, linked=True)),
        (True, {"COLUMNS": "0"}, Screen(80, styled=True, linked=True)),
        (True, {"NO_COLOR": "1"}, Screen(80)),
        (True, {"NO_COLOR": ""}, Screen(80, styled=True, linked=True)),  # no-color.org: when not an empty string
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, Screen(80)),
        (True, {"TERM": "dumb"}, Screen(80)),
        (True, {"TERM": "linux"}, Screen(80, styled=True)),
        (False, {"TERM": "xterm"}, Screen()),
        (False, {"COLUMNS": "132"}, Screen(132)),
        (False, {"FORCE_COLOR": "1"}, Screen(styled=True)),
    ],
)
def test_a_screen_is_what_the_stream_and_the_environment_say(
    terminal: bool, environ: dict[str, str], expected: Screen
) -> None:
    assert screen_of(Stream(terminal=terminal), environ) == expected


@pytest.mark.parametrize(("columns", "width"), [(None, 100), (80, 80), (250, 100), (1, 40)])
def test_prose_is_never_wider_than_can_be_read_nor_narrower_than_can_be_wrapped(
    columns: int | None, width: int
) -> None:
    assert Screen(columns).width == width


@pytest.mark.parametrize(
    "hostile",
    ["\x1b]0;title\x07", "\x1b[2J", "\x9b31m", "\x90q\x9c", "\x08\x08", "\x7f", "\u202egnp", "\u2066", "\ud800"],
)
def test_what_a_terminal_would_obey_is_replaced_wherever_text_is_shown(hostile: str) -> None:
    given = f"a{hostile}b"
    (bare,) = PLAIN.wrapped(given, tail=Tail(given))
    (linked,) = COLOUR.wrapped(given, tail=Tail(given, opens=f"https://x/{given}"))
    for line in (printable(given), bare, plain(linked)):
        assert "\ufffd" in line and not any(character in line for character in hostile if not " " <= character <= "~")
    assert linked.count("\x1b") == 4 and "\x07" not in linked  # the four of the link are ours
    assert printable("a\tb\nc\r\n é 10⁹ 🧬\u00a0") == "a\tb\nc\r\n é 10⁹ 🧬\u00a0"


def test_json_keeps_its_meaning_when_what_a_terminal_would_obey_is_escaped() -> None:
    assert escaped('{"a": "\x9b31m \u202e é"}') == '{"a": "\\u009b31m \\u202e é"}'


def test_a_paragraph_has_inks_only_where_the_screen_has_them() -> None:
    tail = Tail("[1] [2]", Ink.MARKER)
    assert PLAIN.wrapped("Words.", "- ", lead=Ink.BOLD, ink=Ink.DIM, tail=tail) == ["- Words. [1] [2]"]
    assert COLOUR.wrapped("Words.", "- ", lead=Ink.BOLD, ink=Ink.DIM, tail=tail) == [
        "\x1b[1m- \x1b[0m\x1b[2mWords.\x1b[0m\x1b[1;36m [1] [2]\x1b[0m"
    ]
    assert PLAIN.wrapped("") == []


@pytest.mark.parametrize("length", range(1, 60))
def test_markers_are_never_on_a_line_without_the_last_word(length: int) -> None:
    lines = Screen(40).wrapped("w" * length + " last.", tail=Tail("[1] [2]"))
    assert lines[-1].endswith("last. [1] [2]") and " ".join(lines).split() == ["w" * length, "last.", "[1]", "[2]"]


def test_an_address_is_whole_and_opens_what_it_names_only_where_links_are_understood() -> None:
    where = Tail("https://doi.org/10.1/x", opens="https://doi.org/10.1/x#:~:text=pump é")
    assert PLAIN.wrapped("Results;", tail=where) == ["Results; https://doi.org/10.1/x"]
    (line,) = COLOUR.wrapped("Results;", tail=where)
    link = "\x1b]8;;https://doi.org/10.1/x#:~:text=pump%20%C3%A9\x1b\\https://doi.org/10.1/x\x1b]8;;\x1b\\"
    assert line == f"Results; {link}"
    for address in ("javascript:alert(1)", "file:///etc/passwd", "x\x1b\\https://x"):
        assert "\x1b" not in COLOUR.wrapped("Results;", tail=Tail("there", opens=address))[0]


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("Vesicles", 8, "Vesicles"),
        ("Vesicles carry", 10, "Vesicles…"),
        ("外泌体与肿瘤", 12, "外泌体与肿瘤"),
        ("外泌体与肿瘤", 8, "外泌体…"),
        ("e\u0301" * 8, 8, "e\u0301" * 8),
        ("anything", 1, "…"),
    ],
)
def test_text_is_cut_by_the_columns_that_it_takes(text: str, columns: int, shown: str) -> None:
    assert cut(text, columns) == shown and cells(shown) <= columns
