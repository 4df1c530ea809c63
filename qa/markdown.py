"""An answer as Markdown (CommonMark): the question, the statements, and below them what each marker cites."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote as percent_encode

from qa.answer import Answer, Citation, CitedReference, Status
from qa.works import notice_words

MEDIA_TYPE = "text/markdown; charset=utf-8"

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~&^$]")
_BREAKS = re.compile(r"[\t\n\v\f\r]+")
_AT_THE_START = re.compile(r"^(\d*)([-+.)=:])")
_IN_ADDRESS = "!#$%&'()*+,/:;=?@[]~"  # what may stand in an address as it is, and must not be encoded again
_MOST_PASSAGES = 3


def markdown(answer: Answer, cited: Mapping[str, str]) -> str:
    """The whole answer; `cited` has the citation of each cited paper, in full, by its document's id."""
    return "\n\n".join(_blocks(answer, cited)) + "\n"


def shown(answer: Answer) -> Sequence[Citation]:
    """The citations that are written out: the answer's own, or those of the nearest passages if it abstains."""
    if answer.status is Status.ABSTAINED:
        return [hit.citation for hit in answer.hits[:_MOST_PASSAGES]]
    return answer.citations


def _blocks(answer: Answer, cited: Mapping[str, str]) -> Iterator[str]:
    yield f"# {escaped(answer.question)}"
    if answer.resolved_question not in (None, answer.question):
        yield f"Asked as: {escaped(answer.resolved_question or '')}"
    if answer.status is Status.ABSTAINED:
        yield f"No answer. {escaped(answer.reason or '')}".rstrip()
    for statement in answer.statements:
        yield escaped(statement.text) + "".join(f" [{marker}]" for marker in statement.citations)
    citations = shown(answer)
    if citations:
        yield "## The nearest passages" if answer.status is Status.ABSTAINED else "## Citations"
    for citation in citations:
        yield from _citation(citation, cited[citation.document.id])
    yield "---"
    index = answer.index
    state = f"{index.generation} ({index.encoder}, {index.passages} passages of {index.documents} documents)"
    yield f"Confidence {answer.confidence:.2f}. Generator {escaped(answer.generator)}, index {escaped(state)}."


def _citation(citation: Citation, cited: str) -> Iterator[str]:
    yield f"**[{citation.marker}]** {escaped(cited)}"
    if words := notice_words(citation.document.notices):
        yield f"**{escaped(words)}**"
    yield "\n".join(f"> {escaped(line)}" for line in citation.quote.split("\n"))
    yield ". ".join(_place(citation)) + "."
    if citation.references:
        yield "Rests on:"
        yield "\n".join(map(_reference, citation.references))


def _place(citation: Citation) -> Iterator[str]:
    if citation.kind == "summary":
        yield "A summariser's words, not the paper's"
    if citation.section:
        yield escaped(" › ".join(citation.section))
    if citation.page is not None:
        yield f"Page {citation.page}"
    yield f"Characters {citation.start}–{citation.end} of {escaped(citation.document.id)}"
    if address := citation.link or citation.document.url:
        yield link("Open the paper at the quote" if citation.link else "Open the paper", address)


def _reference(reference: CitedReference) -> str:
    words = notice_words(reference.notices)
    parts = (
        escaped(reference.text),
        words and f"**{escaped(words)}**",
        reference.url and link("Open", reference.url),
    )
    return "- " + " ".join(filter(None, parts))


def link(text: str, address: str) -> str:
    """A link, shown as `text`, which is Markdown already."""
    return f"[{text}](<{percent_encode(address, safe=_IN_ADDRESS)}>)"


def escaped(text: str) -> str:
    """The text as CommonMark that reads as itself, on one line.

    >>> print(escaped("1. A*B* [3] < 5 & C_1"))
    1\\. A\\*B\\* \\[3\\] \\< 5 \\& C\\_1
    """
    line = _SPECIAL.sub(r"\\\g<0>", _BREAKS.sub(" ", text).strip())
    return _AT_THE_START.sub(r"\1\\\2", line)
