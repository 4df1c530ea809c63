"""A follow-up ("and in lung cancer?") as a question that stands by itself, from what was asked before it.

No model. A question that cannot stand alone takes the place of what it changes in the question before, where both
name it by the same preposition; else it is searched for together with that question. Whatever stands alone is left as
it is, so that a new topic is not dragged back to the old one. What was searched for is shown in the answer: a wrong
guess is seen. docs/followups.md measures it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_OPENS = r"(?:(?:and|but|or|so|also|then|what about|how about)\b[\s,]*)"
_BARE = r"(?:why|why not|how so|how|since when|really|(?:(?:please )?(?:tell|show) me|say) more|go on|more details?)"
_GENERIC = (
    r"mechanisms?|evidence|authors?|limitations?|results?|findings?|conclusions?|methods?|reasons?|causes?|effects?|roles?"
    r"|differences?|sources?|studies|study|trials?|papers?|examples?|details?|dose|outcomes?|risks?|benefits?|pathways?"
)
_LEANS = re.compile(
    rf"^\W*{_OPENS}"
    rf"|^\W*{_BARE}\W*$"
    r"|\b(?:its|they|them|their|he|she|his|her|these|those)\b"
    r"|\bit\b(?!\s(?:is\s|was\s|been\s)?(?:known|true|possible|likely|clear|that)\b)"
    r"|\bthis\b(?!\s(?:review|paper|article)\b)"
    r"|^\W*that\b|\bthat\W*$|\b(?:is|was|does|did|do|about|of|why|how|with|by|for|than|like|after|from)\sthat\b"
    r"|\b(?:too|either|as well|instead|the same|the former|the latter|the other one)\W*$"
    rf"|\b(?:the|which|what|any|other|more)\s(?:more\s|other\s)?(?:{_GENERIC})\W*$",
    re.IGNORECASE,
)
_DEFINES = re.compile(r"\W*(?:(?:what|who)(?:\s(?:is|are|was|were)|'s)|define|explain|describe)\s\S", re.IGNORECASE)
_FEWEST_WORDS = 4

_PREPOSITION = r"in|for|with|without|during|by|from|on|of|to|after|under|against|between|as"
_PLACE = re.compile(rf"\W*{_OPENS}?(?P<preposition>{_PREPOSITION})\s(?P<phrase>[^?]+?)\W*", re.IGNORECASE)
_INSIDE = re.compile(rf"\s(?:{_PREPOSITION}|and|or|that|who|which)\s", re.IGNORECASE)
_MOST_REPLACED = 4  # words
_NOTHING_NEW = re.compile(rf"\W*{_OPENS}?(?:{_BARE}|(?:\w+\s){{0,4}}(?:{_GENERIC}))\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


def resolve(question: str, history: Sequence[Turn]) -> str:
    """The question to search for: itself if it stands alone, else what it asks of the user's questions before it.

    >>> before = [Turn("user", "How do EVs act on T cells in melanoma?"), Turn("assistant", "They silence them. [1]")]
    >>> resolve("And in lung cancer?", before)
    'How do EVs act on T cells in lung cancer?'
    >>> resolve("How do they get into the blood?", before)
    'How do EVs act on T cells in melanoma? How do they get into the blood?'
    >>> resolve("Which proteins do exosomes carry?", before)
    'Which proteins do exosomes carry?'
    """
    topic = ""
    for turn in history:
        # What only asks on ("why?") leaves the topic as it is, or a long conversation would search for its own length.
        if turn.role == "user" and turn.content.strip() and not (topic and _NOTHING_NEW.fullmatch(turn.content)):
            topic = _together(topic, turn.content)
    return _together(topic, question)


def _together(before: str, question: str) -> str:
    if not before or _stands_alone(question):
        return question
    return _in_place(before, question) or f"{before} {question}"


def _in_place(before: str, question: str) -> str | None:
    """`before` with its last phrase changed for that of the question, if both begin with the same preposition."""
    place = _PLACE.fullmatch(question)
    if place is None:
        return None
    start = before.lower().rfind(f" {place['preposition'].lower()} ")
    held = before[start:].rstrip("?. ")
    if start < 0 or len(held.split()) > _MOST_REPLACED + 1 or _INSIDE.search(held[1:].partition(" ")[2]):
        return None
    return f"{before[:start]} {place['preposition'].lower()} {place['phrase']}?"


def _stands_alone(question: str) -> bool:
    if _LEANS.search(question):
        return False
    return len(question.split()) >= _FEWEST_WORDS or _DEFINES.match(question) is not None
