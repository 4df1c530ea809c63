"""The commands that ask the index: each takes its arguments, the settings and the index folder, and prints."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import QueryError
from qa.commands.printing import ABSTAINED, DONE, FAILED, USAGE, as_json, opened, screen, show
from qa.settings import Settings

if TYPE_CHECKING:
    from qa.answer import Answer
    from qa.service import Service


def ask(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    """Answers a question with verbatim sentences and their citations."""
    from index.query import Mode
    from qa.answer import Status

    with opened(folder, settings) as service:
        answer = service.answer(options.question, options.k, Mode(options.mode))
        print(_written(options, service, answer))
    return ABSTAINED if answer.status is Status.ABSTAINED else DONE


def _written(options: argparse.Namespace, service: Service, answer: Answer) -> str:
    if options.json or options.format == "json":
        return as_json(answer)
    if options.format == "annotations":
        from qa.annotations import annotation_collection

        return as_json(annotation_collection(answer))
    if options.format == "markdown":
        from qa.export import answer_markdown
        from qa.screen import printable

        with service.lease() as searcher:
            return printable(answer_markdown(searcher.generation, answer).rstrip())
    from qa.terminal import answer_lines

    return "\n".join(answer_lines(answer, screen())).rstrip()


def search(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    """Finds passages."""
    from index.query import Mode
    from qa.terminal import hit_lines

    with opened(folder, settings) as service:
        result = service.search(options.query, options.k, Mode(options.mode))
    show(options, result, hit_lines(result, screen()))
    return DONE


def verify(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    """Says whether, and where, the papers hold a quote, or all quotes of a manuscript."""
    from qa.verdicts import manuscript_lines, verification_lines
    from qa.verification import STANDING, Claim

    if options.quote == "-":
        manuscript = _standard_input()
        with opened(folder) as service:
            report = service.verify_manuscript(manuscript, options.document)
        show(options, report, manuscript_lines(report, screen()))
        return DONE if report.all_stand else FAILED
    with opened(folder) as service:
        (verification,) = service.verify([Claim(options.quote, options.document)])
    show(options, verification, verification_lines(verification, screen()))
    return DONE if verification.verdict in STANDING else FAILED


def _standard_input() -> str:
    """The manuscript on standard input.

    Raises:
        QueryError: there is nothing on it.
        SourceError: it is no text.
    """
    from index.sources.decoding import decode
    from index.sources.source import Source

    manuscript = decode(Source("standard input", sys.stdin.buffer.read()))
    if not manuscript.strip():
        raise QueryError("quote", "nothing came on standard input: pipe a manuscript into it, or give the quote itself")
    return manuscript


def cite(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    """Says how to cite documents, or entries of a document's bibliography."""
    from index.store import Store
    from qa.export import cited_document, cited_reference, export
    from qa.screen import printable
    from qa.works import Format, Style

    if options.reference and len(options.ids) != 1:
        print("evqa: --reference needs one document: its bibliography is meant", file=sys.stderr)
        return USAGE
    with Store(folder).open() as generation:
        if options.reference:
            works = [cited_reference(generation, options.ids[0], wanted) for wanted in options.reference]
        else:
            works = [cited_document(generation, document_id) for document_id in options.ids]
    print(printable(export(works, Format(options.format), Style(options.style))), end="")
    return DONE
