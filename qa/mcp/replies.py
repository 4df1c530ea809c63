"""What a reply may hold at most. What does not fit is left out and said, never cut off in silence.

Chatbots cut, or refuse, a result that is too long for their model. A result holds its JSON twice: as structured
content, and as text for clients that know only text.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from index.errors import QueryError
from qa.answer import plain

MOST_CHARACTERS = 45_000

_AROUND = 600  # the names and braces of a result, and what the SDK says of the server in it
# How lists inside the entries are cut, step by step, where a reply is still too long.
_AT_MOST: tuple[dict[str, int], ...] = (
    {},
    {"matches": 10},
    {"matches": 3, "authors": 10, "references": 10},
)
_LAST: tuple[dict[str, int], ...] = (
    {"matches": 1, "authors": 3, "references": 3, "notices": 3},
    {"matches": 0, "authors": 3, "references": 0, "notices": 3},
)

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cut:
    """What did not fit into the reply; absent where everything did.

    `left_out` entries are missing at the list's end. `next` is what to ask for to have the first of them: an id for
    `fetch`, or the place of the first quote to verify in another call. No list of these names is longer than `at_most`.
    """

    left_out: int | None = None
    next: str | None = None
    at_most: dict[str, int] | None = None


def as_plain(value: Any) -> Plain:
    """One of the service's shapes as JSON's own types, absent fields left out."""
    made: Plain = msgspec.to_builtins(plain(value))
    return made


def as_text(structured: Plain) -> str:
    """The JSON of a reply, for clients that know only text."""
    return json.dumps(structured, ensure_ascii=False)


def size(structured: Plain) -> int:
    """Characters of a whole result, in the widest spelling that a transport may give it."""
    return len(json.dumps(structured)) + text_size(as_text(structured))


def text_size(text: str) -> int:
    """Characters of a whole result that is this text."""
    return len(json.dumps(text)) + _AROUND


def largest(most: int, make: Callable[[int], Plain], measure: Callable[[Plain], int] = size) -> int:
    """The largest n from 0 to `most` for which `make(n)`, which grows with n, fits; -1 where none does."""
    return bisect_right(range(most + 1), MOST_CHARACTERS, key=lambda n: measure(make(n))) - 1


def trimmed(reply: Plain, name: str, asking_for: Callable[[int], str], enough: int) -> Plain:
    """The reply with as many entries of its list `name` as fit, and `metadata` that says what is missing.

    Args:
        reply: of a tool.
        name: of the list that may lose entries from its end.
        asking_for: what to ask for to have the entry at an index.
        enough: so many entries come before whole lists inside them.

    Raises:
        QueryError: not even one of them fits.
    """
    for at_most in (*_AT_MOST, *_LAST):
        make = partial(_cut, reply, name, asking_for, at_most)
        fitting = largest(len(reply[name]), make)
        if fitting >= (min(1, enough) if at_most in _LAST else enough):
            return make(fitting)
    raise too_long()


def too_long() -> QueryError:
    """The error of a reply that has nothing left to leave out."""
    return QueryError("reply", f"the reply would have more than {MOST_CHARACTERS} characters: ask for less at once")


def _cut(reply: Plain, name: str, asking_for: Callable[[int], str], at_most: dict[str, int], n: int) -> Plain:
    """The reply with the first `n` entries of its list, and what is missing."""
    left_out = len(reply[name]) - n
    longer: set[str] = set()
    shorter: Plain = _shortened(reply | {name: reply[name][:n]}, at_most, longer)
    cut = Cut(
        left_out=left_out or None,
        next=asking_for(n) if left_out else None,
        at_most={list_: at_most[list_] for list_ in at_most if list_ in longer} or None,
    )
    return shorter if cut == Cut() else shorter | {"metadata": as_plain(cut)}


def _shortened(value: Any, at_most: Mapping[str, int], longer: set[str]) -> Any:
    """The value with no list of these names longer than that; names of those that were go into `longer`."""
    if isinstance(value, list):
        return [_shortened(held, at_most, longer) for held in value]
    if not isinstance(value, dict):
        return value
    shorter = {}
    for name, held in value.items():
        if isinstance(held, list) and len(held) > at_most.get(name, len(held)):
            longer.add(name)
            held = held[: at_most[name]]
        shorter[name] = _shortened(held, at_most, longer)
    return shorter
