"""Held against the Web Annotation Data Model, W3C Recommendation of 23 February 2017: its MUSTs, and its vocabulary."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from index.document import Notice, NoticeKind
from qa.annotations import annotation_collection
from qa.answer import Answer, Status
from tests.answers import DOCUMENT, LETTER, STUDY, TEXT, answered, cited

# The terms of http://www.w3.org/ns/anno.jsonld that stand for keys, types and motivations.
KEYS = """@context id type label generator name total first partOf startIndex items motivation body target source
    selector state cached value format purpose exact prefix suffix start end"""
TYPES = """Annotation AnnotationCollection AnnotationPage Software SpecificResource TextQuoteSelector
    TextPositionSelector TextualBody TimeState"""
MOTIVATIONS = """assessing bookmarking classifying commenting describing editing highlighting identifying linking
    moderating questioning replying tagging"""


def sent(answer: Answer, service: str | None = None) -> Any:
    return json.loads(msgspec.json.encode(annotation_collection(answer, service)))


def assert_valid(node: Any) -> None:
    """No key, type or motivation that the context does not have; values of the kinds that the model demands."""
    assert set(node) <= set(KEYS.split()) and node["type"] in TYPES.split()
    for key in ("id", "partOf", "source"):
        assert key not in node or urlsplit(node[key]).scheme
    for key in ("motivation", "purpose"):
        assert key not in node or node[key] in MOTIVATIONS.split()
    for value in node.values():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict):
                assert_valid(child)


@pytest.fixture
def annotation() -> Any:
    return sent(answered(cited()))["first"]["items"][0]


def test_a_collection_has_one_page_with_an_annotation_for_each_citation() -> None:
    collection = sent(answered(cited(1), cited(2, "Receiving cells survive.")), "http://127.0.0.1:8000/")
    page = collection["first"]
    assert collection["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert collection["label"] == "What do vesicles carry?"
    assert collection["total"] == len(page["items"]) == 2
    assert page["partOf"] == collection["id"] and page["startIndex"] == 0
    assert_valid(collection)


def test_every_node_has_an_id_of_its_own_and_keeps_it() -> None:
    answer = answered(cited(1), cited(2, "Receiving cells survive."))
    collection = sent(answer)
    page = collection["first"]
    ids = [collection["id"], page["id"], *(item["id"] for item in page["items"])]
    assert len(set(ids)) == 4 and sent(answer) == collection
    assert sent(replace(answer, question="Another?"))["id"] != collection["id"]


def test_both_selectors_select_the_quote_in_the_copy_that_the_state_names(annotation: Any) -> None:
    target = annotation["target"]
    quote, position = target["selector"]
    assert (quote["type"], position["type"]) == ("TextQuoteSelector", "TextPositionSelector")
    assert TEXT[position["start"] : position["end"]] == quote["exact"]
    assert quote["prefix"] + quote["exact"] + quote["suffix"] == TEXT
    (copy,) = target["state"]["cached"]
    digest = copy.removeprefix("ni:///sha-256;")
    assert base64.urlsafe_b64decode(digest + "=") == hashlib.sha256(TEXT.encode()).digest()


def test_the_target_is_the_papers_page_and_the_service_has_a_copy() -> None:
    (item,) = sent(answered(cited()), "http://127.0.0.1:8000/")["first"]["items"]
    assert item["target"]["source"] == "https://doi.org/10.1000/x"
    assert item["target"]["state"]["cached"][1] == "http://127.0.0.1:8000/v1/documents/PMC1/text"


def test_a_paper_without_a_page_is_its_text(annotation: Any) -> None:
    (item,) = sent(answered(cited(document=replace(DOCUMENT, url=None))))["first"]["items"]
    assert item["target"]["source"] == annotation["target"]["state"]["cached"][0]


def test_the_bodies_are_the_statement_and_the_studies_it_rests_on() -> None:
    (item,) = sent(answered(cited(references=(STUDY, LETTER))))["first"]["items"]
    assert [(body["purpose"], body.get("value") or body["source"]) for body in item["body"]] == [
        ("describing", "Vesicles carry a pump that expels cisplatin [1]."),
        ("linking", "https://doi.org/10.1000/pump"),
        ("linking", "Baker B, a letter."),
    ]


def test_a_retraction_and_a_summarisers_words_are_told() -> None:
    retracted = replace(DOCUMENT, notices=(Notice(NoticeKind.RETRACTION, doi="10.1/r"),))
    (item,) = sent(answered(cited(document=retracted, kind="summary", references=())))["first"]["items"]
    assert {body["purpose"]: body["value"] for body in item["body"][1:]} == {
        "classifying": "a summariser's words, not the paper's",
        "assessing": "Retracted; see doi:10.1/r.",
    }


def test_an_abstention_is_an_empty_collection() -> None:
    answer = answered(cited(), reason="nothing was found")
    collection = sent(answer)
    assert answer.status is Status.ABSTAINED
    assert collection["total"] == 0 and collection["first"]["items"] == []
    assert_valid(collection)
