"""A follow-up ("and in lung cancer?") as a question that stands by itself, from what was asked before it.

No model: a question that cannot stand alone is searched for together with the user's question before it. What was
searched for is shown in the answer, so that a wrong guess is seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_LEANS_ON_THE_LAST = re.compile(
    r"^\W*(and|but|or|so|also|then|what about|how about|what else|why|why not|how so)\b"
    r"|\b(it|its|they|them|their|this|that|these|those|he|she|his|her|the former|the latter|there)\b",
    re.IGNORECASE,
)
_FEWEST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


def resolve(question: str, history: Sequence[Turn]) -> str:
    """The question to search for: itself if it stands alone, else the user's last one that does, and itself.

    >>> resolve("And in lung cancer?", [Turn("user", "How do EVs act on T cells in melanoma?")])
    'How do EVs act on T cells in melanoma? And in lung cancer?'
    >>> resolve("Which proteins do exosomes carry?", [Turn("user", "How do EVs act on T cells?")])
    'Which proteins do exosomes carry?'
    """
    if _stands_alone(question):
        return question
    asked = [turn.content for turn in history if turn.role == "user" and turn.content.strip()]
    before = next((one for one in reversed(asked) if _stands_alone(one)), asked[-1] if asked else "")
    return f"{before} {question}".strip()


def _stands_alone(question: str) -> bool:
    return len(question.split()) >= _FEWEST_WORDS and not _LEANS_ON_THE_LAST.search(question)
