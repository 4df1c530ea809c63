from __future__ import annotations

import json

import pytest

from qa.chores import chore, title
from qa.messages import Message

QUESTION = "How do EVs contribute to drug resistance?"
CHAT = f"<chat_history>\nUSER: {QUESTION}\nASSISTANT: EVs carry pumps. [1]\n</chat_history>"


def task(asked: str, output: str) -> str:
    """A prompt in the form of Open WebUI's templates."""
    guidelines = "### Guidelines:\n- Write it from the **user**'s point of view.\n"
    return f"### Task:\n{asked}\n{guidelines}### Output:\nJSON format: {output}\n### Chat History:\n{CHAT}"


@pytest.mark.parametrize(
    ("asked", "output", "reply"),
    [
        ("Generate a title", '{ "title": "your concise title here" }', {"title": QUESTION.rstrip("?")}),
        ("Generate 1-3 broad tags", '{ "tags": ["tag1", "tag2", "tag3"] }', {"tags": []}),
        ("Suggest 3-5 follow-up questions", '{ "follow_ups": ["Question 1?"] }', {"follow_ups": []}),
        ("Analyze the chat history", '{ "queries": ["query1", "query2"] }', {"queries": [QUESTION]}),
        ("Generate a detailed prompt", '{\n    "prompt": "Your detailed description here."\n}', {"prompt": QUESTION}),
        ("You are an autocompletion system.", '{ "text": "<your_completion>" }', {"text": ""}),
    ],
)
def test_open_webui_gets_the_json_that_it_asks_for(asked: str, output: str, reply: dict[str, object]) -> None:
    said = chore([Message("user", task(asked, output))])
    assert said is not None and json.loads(said) == reply


@pytest.mark.parametrize(
    ("prompt", "reply"),
    [
        ("Provide a concise, 5-word-or-less title for the conversation, using title case conventions.", None),
        ("Please generate a concise title (max 40 characters) for a conversation that starts with:", None),
        ("Analyze this conversation and provide:\n1. The detected language\n2. A concise title", "English"),
    ],
)
def test_librechat_gets_a_title(prompt: str, reply: str | None) -> None:
    said = chore([Message("user", f"{prompt}\n\nConversation:\nUser: {QUESTION}\nAI: EVs carry pumps.")])
    wanted = QUESTION.rstrip("?")
    assert said is not None
    assert (json.loads(said) if reply else said) == ({"language": reply, "title": wanted} if reply else wanted)


def test_a_choice_of_tools_in_the_prompt_chooses_none() -> None:
    system = "Available Tools: []\n\nYour task is to choose and return the correct tool(s) from the list."
    said = chore([Message("system", system), Message("user", f"Query: {QUESTION}")])
    assert said is not None and json.loads(said) == {"tool_calls": []}


def test_an_emoji_is_an_emoji() -> None:
    prompt = "Your task is to reflect the speaker's likely facial expression through a fitting emoji. Message: ```x```"
    assert chore([Message("user", prompt)]) == "💬"


@pytest.mark.parametrize(
    "asked",
    [
        QUESTION,
        "Provide the title of the paper on EVs in melanoma",
        "### Task:\nRespond to the user query using the context.\n<context>\n</context>\n" + QUESTION,
        'What does { "title": "Exosomes" } stand for?',
        "",
    ],
)
def test_a_question_is_no_chore(asked: str) -> None:
    assert chore([Message("user", asked)]) is None
    assert chore([Message("user", task("Generate a title", '{ "title": "x" }')), Message("user", asked)]) is None


def test_a_long_title_is_cut_between_words() -> None:
    said = title(f"User: {'vesicles ' * 20}\n")
    assert said.endswith("vesicles…") and len(said) <= 61


def test_a_prompt_without_a_conversation_still_gets_a_title() -> None:
    assert title("Title, please") == "Conversation"
