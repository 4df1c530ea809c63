"""The command `evqa`: reads arguments, calls `qa.app`, prints.

Exit status: 0 done, 1 failed, `check` found damage or `verify` a quote that does not stand, 2 wrong usage, 3 `ask`
abstained. What a command does not need is not imported for it, so that `ask` answers at once.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import logging
import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from index.errors import CorpusError, QueryError, SourceError
from qa.errors import ServiceError
from qa.settings import Settings, index_folder, load_settings

if TYPE_CHECKING:
    from index.merge import Report
    from qa.answer import Answer
    from qa.service import Service

DONE, FAILED, USAGE, ABSTAINED = 0, 1, 2, 3

_DESCRIPTION = "Answers questions from biomedical papers, word for word, with citations that can be checked."
_EXAMPLE = "How do EVs contribute to drug resistance?"

_Command = Callable[[argparse.Namespace, Settings, Path], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="evqa: %(message)s")
    command: _Command = options.command
    try:
        settings = _settings(options)
        return command(options, settings, index_folder(settings, Path.cwd()))
    except (CorpusError, ServiceError) as error:
        if options.debug:
            raise
        print(f"evqa: {error}", file=sys.stderr)
        return USAGE if isinstance(error, QueryError) else FAILED
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:
        # Whoever read our output has enough; Python must not complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _settings(options: argparse.Namespace) -> Settings:
    settings = load_settings(os.environ)
    given = {name: value for name, value in vars(options).items() if value is not None}
    return dataclasses.replace(
        settings, **{field.name: given[field.name] for field in dataclasses.fields(settings) if field.name in given}
    )


def _serve(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from index.store import Store
    from qa.app import serve

    def announce(address: str) -> None:
        body = shlex.quote(msgspec.json.encode({"question": _EXAMPLE}).decode())
        print(f"Serving {folder} on {address} (docs at {address}/docs). Try:", flush=True)
        print(f"  curl -s {address}/v1/answer -H 'content-type: application/json' -d {body}", flush=True)

    serve(settings, Store(folder), announce)
    return DONE


def _ask(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from index.search import Mode
    from qa.answer import Status

    with _service(folder) as service:
        answer = service.answer(options.question, options.k, Mode(options.mode))
        print(_written(options, service, answer))
    return ABSTAINED if answer.status is Status.ABSTAINED else DONE


def _written(options: argparse.Namespace, service: Service, answer: Answer) -> str:
    if options.json or options.format == "json":
        return _json(answer)
    if options.format == "annotations":
        from qa.annotations import annotation_collection

        return _json(annotation_collection(answer))
    if options.format == "markdown":
        from qa.export import answer_markdown

        with service.lease() as searcher:
            return answer_markdown(searcher.generation, answer).rstrip()
    from qa.terminal import answer_lines

    return "\n".join(answer_lines(answer)).rstrip()


def _search(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from index.search import Mode
    from qa.terminal import hit_lines

    with _service(folder) as service:
        result = service.search(options.query, options.k, Mode(options.mode))
    _print(options, result, hit_lines(result))
    return DONE


def _verify(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from qa.manuscript import STANDING
    from qa.verdicts import manuscript_lines, verification_lines
    from qa.verify import Claim

    if options.quote == "-":
        manuscript = _standard_input()
        with _service(folder) as service:
            report = service.verify_manuscript(manuscript, options.document)
        _print(options, report, manuscript_lines(report))
        return DONE if report.all_stand else FAILED
    with _service(folder) as service:
        (verification,) = service.verify([Claim(options.quote, options.document)])
    _print(options, verification, verification_lines(verification))
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


@contextlib.contextmanager
def _service(folder: Path) -> Iterator[Service]:
    from index.store import Store
    from qa.app import open_live
    from qa.service import Service

    live = open_live(Store(folder))
    try:
        yield Service(live)
    finally:
        live.close()


def _build(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from index.build import build
    from index.store import Store
    from qa.app import find_sources, open_workshop, review
    from qa.terminal import ProgressLine

    if options.folder is not None:
        if not Path(options.folder).is_dir():
            raise SourceError(f"--from {options.folder} is no folder")
        sources = find_sources([options.folder], settings)
    else:
        source, reason = review(settings)
        if reason is not None:
            print(f"Indexing the review's shipped record, not its full text: {reason}", file=sys.stderr)
        sources = iter([source])
    return _reported(options, build(Store(folder), sources, open_workshop(settings, ProgressLine())))


def _add_found(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from index.build import add
    from index.merge import Report
    from index.reading import in_batches
    from index.store import Store
    from qa.app import open_workshop, search_sources
    from qa.terminal import ProgressLine, harvest_lines

    store, progress = Store(folder), ProgressLine()
    workshop = open_workshop(settings, progress)
    reports: list[Report] = []
    status = DONE
    broke_off: BaseException | None = None
    try:
        for batch in in_batches(search_sources(options.query, options.limit, settings, store, progress)):
            reports.append(add(store, batch, workshop))
    except (SourceError, KeyboardInterrupt) as error:
        broke_off = error
    if reports:
        live = [report.generation for report in reports if report.generation]
        whole = Report(tuple(change for report in reports for change in report.changes), live[-1] if live else None)
        status = _reported(options, whole)
        print("\n".join(harvest_lines(whole)), file=sys.stderr)
    if isinstance(broke_off, SourceError):
        raise broke_off
    if broke_off is not None:
        print("evqa: stopped: the same command again goes on from here", file=sys.stderr)
    return FAILED if broke_off else status


def _add(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    if options.query is not None:
        if options.sources or options.retry:
            raise QueryError("query", "--query stands alone: add other sources by a command of their own")
        return _add_found(options, settings, folder)
    from index.build import add
    from index.store import Store
    from qa.app import find_sources, open_workshop
    from qa.terminal import ProgressLine

    store = Store(folder)
    names = [*options.sources, *(store.failed() if options.retry else ())]
    if not names:
        print("evqa: nothing to add: name a source" + (", none has failed" if options.retry else ""), file=sys.stderr)
        return USAGE
    workshop = open_workshop(settings, ProgressLine())
    return _reported(options, add(store, find_sources(names, settings), workshop))


def _sync(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from index.build import sync
    from index.store import Store
    from qa.app import open_workshop
    from qa.terminal import ProgressLine

    return _reported(options, sync(Store(folder), Path(options.folder), open_workshop(settings, ProgressLine())))


def _remove(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from index.build import remove
    from index.store import Store

    return _reported(options, remove(Store(folder), options.ids))


def _reported(options: argparse.Namespace, report: Report) -> int:
    from index.merge import Outcome
    from qa.terminal import report_lines

    failed = report.of(Outcome.FAILED)
    _print(options, report, report_lines(report))
    for change in failed:
        print(f"evqa: {change.detail}", file=sys.stderr)
    return FAILED if failed else DONE


def _info(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from index.store import Store
    from qa.catalogue import index_view
    from qa.terminal import index_lines

    store = Store(folder)
    with store.open() as generation:
        view = index_view(generation, store.failed())
    _print(options, view, index_lines(view))
    return DONE


def _check(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from index.check import check
    from index.store import Store

    problems = check(Store(folder))
    for problem in problems:
        print(f"evqa: {problem}", file=sys.stderr)
    if not problems:
        print(f"{folder} is sound: every file, passage and sentence is what and where it should be")
    return FAILED if problems else DONE


def _cite(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from index.store import Store
    from qa.export import cited_document, cited_reference, export
    from qa.works import Format, Style

    if options.reference and len(options.ids) != 1:
        print("evqa: --reference needs one document: its bibliography is meant", file=sys.stderr)
        return USAGE
    with Store(folder).open() as generation:
        if options.reference:
            works = [cited_reference(generation, options.ids[0], wanted) for wanted in options.reference]
        else:
            works = [cited_document(generation, document_id) for document_id in options.ids]
    print(export(works, Format(options.format), Style(options.style)), end="")
    return DONE


def _print(options: argparse.Namespace, value: object, lines: Iterable[str]) -> None:
    print(_json(value) if options.json else "\n".join(lines).rstrip())


def _json(value: object) -> str:
    from qa.answer import plain

    return msgspec.json.format(msgspec.json.encode(plain(value))).decode()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evqa", description=_DESCRIPTION)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: _Command, help_: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_, description=help_)
        added.set_defaults(command=run, json=False)
        added.add_argument("--index", metavar="DIR", help="folder of the index (default: the nearest .evqa)")
        added.add_argument("--debug", action="store_true", help="show where an error came from")
        return added

    serve = command("serve", _serve, "serve the index over HTTP")
    serve.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (default 8000; 0 takes a free one)")

    ask = command("ask", _ask, "answer a question with verbatim sentences and their citations")
    ask.add_argument("question")
    formats = ask.add_mutually_exclusive_group()
    formats.add_argument("--format", choices=["text", "markdown", "annotations", "json"], default="text")
    formats.add_argument("--json", action="store_true", help="print the HTTP shape: --format json")
    search = command("search", _search, "find passages")
    search.add_argument("query")
    verify = command(
        "verify", _verify, "say whether, and where, the papers hold a quote, or all quotes of a manuscript"
    )
    verify.add_argument("quote", help="the words to look for, or - to read a manuscript from standard input")
    verify.add_argument("--document", metavar="ID", help="document that the quote is attributed to")
    for asking, k in ((ask, 8), (search, 5)):
        asking.add_argument("-k", type=int, default=k, help=f"how many passages to look at (default {k})")
        asking.add_argument("--mode", choices=["hybrid", "dense", "lexical"], default="hybrid")

    build = command("build", _build, "make the index anew: of a folder's sources, or of the shipped review")
    build.add_argument("--from", dest="folder", metavar="DIR", help="index exactly the sources below this folder")
    add = command("add", _add, "add papers: files, folders, PMCIDs, PMIDs, DOIs, addresses")
    add.add_argument("sources", nargs="*", metavar="SOURCE")
    add.add_argument("--query", help="add the open-access papers that a search of Europe PMC finds")
    add.add_argument("--limit", type=int, default=100, help="how many results to look at (default 100)")
    add.add_argument("--retry", action="store_true", help="try again what failed before")
    for fetching in (serve, build, add):
        fetching.add_argument("--offline", action="store_true", default=None, help="fetch nothing over the network")

    sync = command("sync", _sync, "make the index equal to a folder: new and changed papers in, vanished ones out")
    sync.add_argument("folder", metavar="FOLDER")
    remove = command("remove", _remove, "remove documents by id")
    remove.add_argument("ids", nargs="+", metavar="ID")
    cite = command("cite", _cite, "say how to cite documents, or entries of a document's bibliography")
    cite.add_argument("ids", nargs="+", metavar="ID")
    cite.add_argument("--reference", action="append", metavar="REF", help="entry of the bibliography, by id or number")
    cite.add_argument("--format", choices=["bibtex", "ris", "csl-json", "text"], default="bibtex")
    cite.add_argument("--style", choices=["vancouver", "apa"], default="vancouver", help="of text (default vancouver)")
    info = command("info", _info, "say what the index holds, and which sources failed")
    command("check", _check, "verify every file, passage and sentence of the index")
    for printing in (search, verify, build, add, sync, remove, info):
        printing.add_argument("--json", action="store_true", help="print the HTTP shapes")
    return parser


if __name__ == "__main__":
    sys.exit(main())
