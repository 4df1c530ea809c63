"""What a CommonMark parser makes of the Markdown is what the answer says."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from index.document import Notice, NoticeKind
from qa.markdown import markdown
from tests.answers import DOCUMENT, LETTER, QUOTE, STUDY, answered, cited
from tests.works import WORDS

CITED = {"PMC1": "Able A. Vesicles. J Cells. 2026."}


def parsed(text: str) -> list[SyntaxTreeNode]:
    tokens: list[Token] = MarkdownIt("commonmark").parse(text)
    return list(SyntaxTreeNode(tokens).children)


def words(node: SyntaxTreeNode) -> str:
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    return node.content if node.type == "text" else "".join(map(words, node.children))


def links(text: str) -> list[str]:
    return [str(node.attrs["href"]) for block in parsed(text) for node in block.walk() if node.type == "link"]


def test_an_answer_is_its_statements_and_below_them_what_they_cite() -> None:
    text = markdown(answered(cited(1), cited(2, "Receiving cells survive.", references=())), CITED)
    assert [(node.type, words(node)) for node in parsed(text)] == [
        ("heading", "What do vesicles carry?"),
        ("paragraph", f"{QUOTE} [1]"),
        ("paragraph", "Receiving cells survive. [2]"),
        ("heading", "Citations"),
        ("paragraph", "[1] Able A. Vesicles. J Cells. 2026."),
        ("blockquote", QUOTE),
        ("paragraph", "Results › Uptake. Characters 2–50 of PMC1. Open the paper at the quote."),
        ("paragraph", "Rests on:"),
        ("bullet_list", "Able A. A pump. J Cells. 2019. Open"),
        ("paragraph", "[2] Able A. Vesicles. J Cells. 2026."),
        ("blockquote", "Receiving cells survive."),
        ("paragraph", "Results › Uptake. Characters 51–75 of PMC1. Open the paper at the quote."),
        ("hr", ""),
        (
            "paragraph",
            "Confidence 0.88. Generator extractive, index 20260101T000000-00000000 (hashing, 4 passages of 1 documents)"
            ".",
        ),
    ]


def test_links_open_the_paper_at_the_quote_and_the_study() -> None:
    text = markdown(answered(cited(references=(STUDY, LETTER))), CITED)
    assert links(text) == ["https://doi.org/10.1000/x#:~:text=Vesicles%20carry", "https://doi.org/10.1000/pump"]


def test_an_address_cannot_leave_its_link() -> None:
    document = replace(DOCUMENT, url="https://x.example/a b>(c)[d]<e\\f%20é")
    (link,) = links(markdown(answered(cited(document=document, link=None, references=())), CITED))
    assert link == "https://x.example/a%20b%3E(c)[d]%3Ce%5Cf%20%C3%A9".replace("[", "%5B").replace("]", "%5D")


def test_what_was_said_of_a_paper_or_a_study_later_stands_out() -> None:
    notices = (Notice(NoticeKind.RETRACTION, doi="10.1/r_1"),)
    citation = cited(document=replace(DOCUMENT, notices=notices), references=(replace(STUDY, notices=notices),))
    text = markdown(answered(citation), CITED)
    strong = [words(node) for block in parsed(text) for node in block.walk() if node.type == "strong"]
    assert strong == ["[1]", "Retracted; see doi:10.1/r_1.", "Retracted; see doi:10.1/r_1."]


def test_a_summarisers_words_and_a_page_are_told() -> None:
    text = markdown(answered(cited(kind="summary", page=7)), CITED)
    assert "\n\nA summariser's words, not the paper's. Results › Uptake. Page 7. Characters 2–50 of PMC1." in text


def test_an_abstention_gives_its_reason_and_the_nearest_passages() -> None:
    text = markdown(answered(cited(1), cited(2), cited(3), cited(4), reason="Nothing answers."), CITED)
    assert [words(node) for node in parsed(text)][:3] == [
        "What do vesicles carry?",
        "No answer. Nothing answers.",
        "The nearest passages",
    ]
    assert text.count("> ") == 3 and "**[3]**" in text


def test_an_abstention_over_nothing_has_no_passages() -> None:
    assert "##" not in markdown(answered(reason="The index is empty."), {})


def test_a_question_that_was_resolved_is_shown() -> None:
    text = markdown(answered(cited(), resolved_question="What do vesicles carry in mice?"), CITED)
    assert "\n\nAsked as: What do vesicles carry in mice?\n\n" in text


@settings(max_examples=60)
@given(question=WORDS, quote=WORDS, study=WORDS)
def test_any_characters_stay_what_they_are(question: str, quote: str, study: str) -> None:
    citation = cited(quote=quote or "x", references=(replace(STUDY, text=study, url=None),))
    blocks = parsed(markdown(answered(citation, question=question), CITED))
    assert [node.type for node in blocks[:6]] == [
        "heading",
        "paragraph",
        "heading",
        "paragraph",
        "blockquote",
        "paragraph",
    ]
    assert words(blocks[0]) == question
    assert words(blocks[1]) == f"{quote or 'x'} [1]"
    assert words(blocks[4]) == (quote or "x")
    assert words(blocks[7]) == study


def test_text_that_looks_like_markdown_is_text() -> None:
    hostile = "1. <b>*x*</b> [a](javascript:alert(1)) ![i](http://x) &amp; `c` | # \\ ~~s~~ __u__"
    blocks = parsed(markdown(answered(cited(quote=hostile), question=f"- {hostile}"), CITED))
    assert words(blocks[0]) == f"- {hostile}" and words(blocks[4]) == hostile
