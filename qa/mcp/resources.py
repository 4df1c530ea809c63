"""Papers as resources: `evqa://documents/<id>` is a canonical text, page by page, `evqa://passages/<id>` a passage."""

from __future__ import annotations

import json

from mcp import MCPError, UriTemplate
from mcp_types import (
    INVALID_PARAMS,
    ListResourcesResult,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from index.errors import QueryError
from index.generation import Generation
from qa import catalogue
from qa.mcp import texts
from qa.mcp.replies import Plain, largest
from qa.views import DocumentView

_PAGE = 100  # documents of a list
_META = "ev-review-qa/text"  # where a page of a text says which it is
_PLAIN = "text/plain"
_DOCUMENT = "evqa://documents/{document_id}{?start}"
_PASSAGE = "evqa://passages/{passage_id}"


def listed(generation: Generation, cursor: str) -> ListResourcesResult:
    """Documents by id, as many as fit, after the one that the cursor names."""
    found = catalogue.documents(generation, _PAGE, _whole("cursor", cursor))
    resources = [_resource(view) for view in found.documents]
    plain = [resource.model_dump(by_alias=True, exclude_none=True) for resource in resources]

    def make(n: int) -> Plain:
        return {"resources": plain[:n]}

    fitting = largest(len(plain), make, lambda made: len(json.dumps(made)) + 1000)
    if fitting < len(plain):
        last = found.documents[max(1, fitting) - 1].id
        return ListResourcesResult(resources=resources[: max(1, fitting)], next_cursor=last)
    return ListResourcesResult(resources=resources, next_cursor=found.next_cursor)


def templates() -> list[ResourceTemplate]:
    """How the addresses of resources are made."""
    return [
        ResourceTemplate(
            uri_template=_DOCUMENT,
            name="document",
            title="Text of a paper",
            description="Canonical text of a document, from a character on. A long one comes in pages: the address of "
            f"the next page is `next` in the contents' _meta field {_META}.",
            mime_type=_PLAIN,
        ),
        ResourceTemplate(
            uri_template=_PASSAGE,
            name="passage",
            title="Text of a passage",
            mime_type=_PLAIN,
            description="One passage.",
        ),
    ]


def read(generation: Generation, uri: str) -> ReadResourceResult:
    """The text at an address, or as much of it as fits; the `_meta` of the contents says which part it is.

    Raises:
        MCPError: the address is none of ours.
        UnknownId: there is no such document or passage, or the document ends before that page.
    """
    if named := UriTemplate.parse(_DOCUMENT).match(_whole("uri", uri)):
        document_id, start = str(named["document_id"]), str(named.get("start", "0"))
        if not (start.isascii() and start.isdigit() and len(start) < 10):
            raise QueryError("start", f"start is {start[:50]!a}: it must be a number of characters")
        page = texts.read_page(generation, document_id, int(start))
        text = page.pop("text")
        if "next" in page:
            page["next"] = f"{texts.uri(document_id)}?start={page['next']}"
        contents = TextResourceContents(uri=uri, mime_type=_PLAIN, text=text, _meta={_META: page})
    elif named := UriTemplate.parse(_PASSAGE).match(uri):
        text = texts.passage_text(generation, str(named["passage_id"]))
        contents = TextResourceContents(uri=uri, mime_type=_PLAIN, text=text)
    else:
        message = f"nothing is at {uri[:200]!a}: addresses are {_DOCUMENT} and {_PASSAGE}"
        raise MCPError(INVALID_PARAMS, message, {"uri": uri})
    return ReadResourceResult(contents=[contents])


def _resource(view: DocumentView) -> Resource:
    by = view.authors[0] + (" et al" if len(view.authors) > 1 else "") if view.authors else None
    about = ". ".join(filter(None, [by, view.container_title, view.issued]))
    return Resource(uri=texts.uri(view.id), name=view.id, title=view.title, description=about or None, mime_type=_PLAIN)


def _whole(name: str, text: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise QueryError(name, f"{name} has half of a surrogate pair in it: send whole characters")
    return text
