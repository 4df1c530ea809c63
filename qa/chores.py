"""What chatbots ask a model for besides answers: titles, tags, follow-up questions. They get a plain reply at once.

Open WebUI (`DEFAULT_…_PROMPT_TEMPLATE` of its config.py) and LibreChat (`title.ts` of its agents) send these to the
model that they chat with. None is a question about papers, and there is no model here to write prose: a title is the
first question, and lists that nobody could check are empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from qa.messages import Message

_TASK = "### Task:"
_FORMAT = re.compile(r'\{\s*"(title|tags|follow_ups|queries|prompt|text)"\s*:')
_TITLE = re.compile(r"Provide a concise, 5-word-or-less title|Please generate a concise title")
_LANGUAGE_AND_TITLE = "Analyze this conversation and provide:"
_EMOJI = "Your task is to reflect the speaker's likely facial expression"
_TOOLS = "Your task is to choose and return the correct tool"
_FIRST_TURN = re.compile(r"^\s*\"?user\"?:\s*(.+)", re.IGNORECASE | re.MULTILINE)
_TYPED = re.compile(r"<text>(.*?)</text>", re.DOTALL)

_MOST_TITLE_CHARACTERS = 60


def chore(messages: Sequence[Message]) -> str | None:
    """The reply to a request that is no question but a chatbot's own; None if it is a question."""
    if any(_TOOLS in message.text for message in messages if message.role == "system"):
        return json.dumps({"tool_calls": []})
    asked = next((message.text for message in reversed(messages) if message.role == "user"), "").lstrip()
    if asked.startswith(_TASK) and (named := _FORMAT.search(asked)):
        return json.dumps({named[1]: _filled(named[1], asked)}, ensure_ascii=False)
    if asked.startswith(_LANGUAGE_AND_TITLE):
        return json.dumps({"language": "English", "title": title(asked)}, ensure_ascii=False)
    if _TITLE.match(asked):
        return title(asked)
    return "💬" if asked.startswith(_EMOJI) else None


def _filled(name: str, prompt: str) -> str | list[str]:
    match name:
        case "title":
            return title(prompt)
        case "queries":
            return [_first_question(prompt)]
        case "prompt":
            return _first_question(prompt)
        case "text":
            return ""
        case _:
            return []


def title(prompt: str) -> str:
    """The first question of the conversation that a prompt quotes, without its mark, cut between words.

    >>> title("Title?\\nUser: How do EVs contribute to drug resistance?\\nAI: EVs ...")
    'How do EVs contribute to drug resistance'
    """
    question = " ".join(_first_question(prompt).split()).rstrip("?. ")
    if len(question) <= _MOST_TITLE_CHARACTERS:
        return question
    return question[:_MOST_TITLE_CHARACTERS].rpartition(" ")[0] + "…"


def _first_question(prompt: str) -> str:
    found = _FIRST_TURN.search(prompt)
    return found[1].strip() if found else "Conversation"
