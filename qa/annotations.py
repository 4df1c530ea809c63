"""An answer as W3C Web Annotations: JSON-LD by the Web Annotation Data Model (W3C Recommendation, 23 February 2017).

A collection of one page, with an annotation for each citation. The body is what the answer says; bodies beside it name
the primary studies, and what was said about the paper later. The target is the paper's page on the web, and both
selectors hold in the copy that its state names: the canonical text, by its sha256 (an RFC 6920 `ni:` address) and,
where the service is known, at its own address. Positions are code points, as the model wants them.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote as percent_encode

from qa.answer import Answer, Citation, plain
from qa.works import notice_words

MEDIA_TYPE = 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'


def annotation_collection(answer: Answer, service: str | None = None) -> dict[str, Any]:
    """The answer as an AnnotationCollection; one without items when it abstains.

    The same answer of the same generation has the same ids. `service` is the service's address, where there is one.
    """
    collection = _id(answer, "collection")
    items = [_annotation(answer, citation, service) for citation in answer.citations]
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": collection,
        "type": "AnnotationCollection",
        "label": answer.question,
        "generator": {"type": "Software", "name": "ev-review-qa"},
        "total": len(items),
        "first": {
            "id": _id(answer, "page"),
            "type": "AnnotationPage",
            "partOf": collection,
            "startIndex": 0,
            "items": items,
        },
    }


def _annotation(answer: Answer, citation: Citation, service: str | None) -> dict[str, Any]:
    copies = list(_copies(citation, service))
    return {
        "id": _id(answer, f"{citation.marker} {citation.version} {citation.start} {citation.end}"),
        "type": "Annotation",
        "motivation": "describing",
        "body": list(_bodies(answer, citation)),
        "target": {
            "type": "SpecificResource",
            "source": citation.document.url or copies[0],
            "selector": plain(citation.selector),
            "state": {"type": "TimeState", "cached": copies},
        },
    }


def _bodies(answer: Answer, citation: Citation) -> Iterator[dict[str, str]]:
    for statement in answer.statements:
        if citation.marker in statement.citations:
            yield _text(statement.text, "describing")
    if citation.kind == "summary":
        yield _text("a summariser's words, not the paper's", "classifying")
    if words := notice_words(citation.document.notices):
        yield _text(words, "assessing")
    for reference in citation.references:
        if reference.url:
            yield {"type": "SpecificResource", "source": reference.url, "purpose": "linking"}
        else:
            yield _text(reference.text, "linking")


def _text(value: str, purpose: str) -> dict[str, str]:
    return {"type": "TextualBody", "value": value, "format": "text/plain", "purpose": purpose}


def _copies(citation: Citation, service: str | None) -> Iterator[str]:
    digest = bytes.fromhex(citation.version.removeprefix("sha256:"))
    yield f"ni:///sha-256;{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
    if service is not None:
        yield f"{service.rstrip('/')}/v1/documents/{percent_encode(citation.document.id, safe='')}/text"


def _id(answer: Answer, part: str) -> str:
    asked = f"{answer.index.generation}\n{answer.resolved_question or answer.question}\n{part}"
    return uuid.uuid5(uuid.NAMESPACE_OID, asked).urn
