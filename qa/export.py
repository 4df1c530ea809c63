"""Documents and bibliography entries in the formats of reference managers or a citation style; answers as Markdown.

Each format's library is imported when it is asked for: a server or a question in the terminal starts without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from index.document import Author, Metadata
from index.errors import UnknownId
from index.generation import Generation
from qa.answer import Answer, Citation, CitedDocument
from qa.markdown import markdown, shown
from qa.works import Format, Style, Work, document_work, reference_work


def export(works: Sequence[Work], format_: Format, style: Style = Style.VANCOUVER) -> str:
    """The works in a format, in the order given; `style` is for text. Ends with a line break.

    CSL-JSON is a list, as its schema says, of one work too. Text has a line for each work.
    """
    if format_ is Format.BIBTEX:
        from qa.bibtex import bibtex

        return bibtex(works)
    if format_ is Format.RIS:
        from qa.ris import ris

        return ris(works)
    if format_ is Format.CSL_JSON:
        return msgspec.json.format(msgspec.json.encode([work.item for work in works])).decode() + "\n"
    from qa.styles import formatted

    return "".join(f"{line}\n" for line in formatted(works, style))


def cited_document(generation: Generation, document_id: str) -> Work:
    """How an indexed paper is cited.

    Raises:
        UnknownId: there is none of that id.
    """
    database = generation.database
    row = database.document_row(document_id)
    return document_work(document_id, database.records([row])[row].metadata)


def cited_reference(generation: Generation, document_id: str, reference_id: str) -> Work:
    """How an entry of an indexed paper's bibliography is cited; by its id, or else its label, as the paper prints it.

    Raises:
        UnknownId: there is no such document or entry, or several have this label.
    """
    references = generation.database.document(document_id).references
    found = [entry for entry in references if entry.id == reference_id]
    if not found:
        found = [entry for entry in references if (entry.label or "").strip("[]().") == reference_id]
    if len(found) != 1:
        several = f": several have this label ({', '.join(entry.id for entry in found)})" if found else ""
        raise UnknownId(f"no reference {reference_id!r} in document {document_id!r}{several}")
    return reference_work(document_id, found[0])


def answer_markdown(generation: Generation, answer: Answer) -> str:
    """The answer as Markdown, its papers cited in Vancouver style by what `generation` says of them."""
    return markdown(answer, papers_cited(generation, shown(answer)))


def conversation_markdown(generation: Generation, answers: Sequence[Answer]) -> str:
    """Answers in their order, each as `answer_markdown` writes it."""
    return "\n".join(answer_markdown(generation, answer) for answer in answers)


def papers_cited(generation: Generation, citations: Sequence[Citation]) -> dict[str, str]:
    """How each paper of the citations is cited in Vancouver style, by its id, as `generation` knows it."""
    from qa.styles import formatted

    documents = {citation.document.id: citation.document for citation in citations}
    works = [_without_note(_work(generation, document)) for document in documents.values()]
    return dict(zip(documents, formatted(works, Style.VANCOUVER), strict=True))


def _work(generation: Generation, document: CitedDocument) -> Work:
    """The paper as the index has it; if it was removed since the answer was made, as the citation has it."""
    try:
        return cited_document(generation, document.id)
    except UnknownId:
        return document_work(
            document.id,
            Metadata(
                title=document.title,
                source="",
                format="",
                authors=tuple(Author(literal=name) for name in document.authors),
                container_title=document.container_title,
                issued=document.issued,
                doi=document.doi,
                pmid=document.pmid,
                pmcid=document.pmcid,
            ),
        )


def _without_note(work: Work) -> Work:
    # Whoever shows it says it in a line of its own.
    return replace(work, item={name: value for name, value in work.item.items() if name != "note"})
