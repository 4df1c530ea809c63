"""The command `evqa`: reads arguments and runs what `qa.commands` holds for them.

Exit status: 0 done, 1 failed, `check` found damage or `verify` a quote that does not stand, 2 wrong usage, 3 `ask`, or
`chat` from a pipe, abstained. What a command does not need is not imported for it, so that `ask` answers at once.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import logging
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from index.errors import CorpusError, QueryError
from qa.commands import asking, evaluating, library
from qa.commands.printing import DONE, FAILED, USAGE
from qa.errors import ServiceError
from qa.settings import Settings, index_folder, load_settings

_DESCRIPTION = "Answers questions from biomedical papers, word for word, with citations that can be checked."
_ENCODER = "sentence-transformers model by name or folder (docs/encoders.md)"
_RERANKER = "cross-encoder by name or folder that re-ranks what hybrid search finds"
_EXAMPLE = "How do EVs contribute to drug resistance?"

_Command = Callable[[argparse.Namespace, Settings, Path], int]
_AddCommand = Callable[[str, _Command, str], argparse.ArgumentParser]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # "?" in place of what an encoding lacks would misquote
    logging.basicConfig(level=logging.WARNING, format="evqa: %(message)s")
    command: _Command = options.command
    try:
        settings = _settings(options)
        return command(options, settings, index_folder(settings, Path.cwd()))
    except (CorpusError, ServiceError) as error:
        if options.debug:
            raise
        from qa.screen import printable

        print(f"evqa: {printable(str(error))}", file=sys.stderr)
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


def _chat(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from qa.commands.chatting import chat

    return chat(options, settings, folder)


def _completion(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from qa.commands.completing import completion

    print(completion(_parser(), options.shell))
    return DONE


def _serve(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from index.store import Store
    from qa.app import serve

    def announce(address: str) -> None:
        body = shlex.quote(msgspec.json.encode({"question": _EXAMPLE}).decode())
        print(f"Serving {folder} on {address} (docs at {address}/docs). Try:", flush=True)
        print(f"  curl -s {address}/v1/answer -H 'content-type: application/json' -d {body}", flush=True)

    serve(settings, Store(folder), announce)
    return DONE


def _mcp(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    from index.store import Store
    from qa.app import serve_mcp

    serve_mcp(settings, Store(folder))
    return DONE


def _name(given: str) -> str:
    # An empty path is the working directory: a variable that is not set would add, or sync to, all that is there.
    if not given.strip():
        raise argparse.ArgumentTypeError("the name is empty: say which file, folder or paper is meant")
    return given


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evqa", description=_DESCRIPTION)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: _Command, help_: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_, description=help_)
        added.set_defaults(command=run, json=False)
        added.add_argument("--index", metavar="DIR", help="folder of the index (default: the nearest .evqa)")
        added.add_argument("--debug", action="store_true", help="show where an error came from")
        return added

    _add_asking(command)
    _add_keeping(command)
    _add_measuring(command)
    completion = command("completion", _completion, "print the script with which a shell completes this command")
    completion.add_argument("shell", choices=["bash", "zsh", "fish"])
    return parser


def _add_asking(command: _AddCommand) -> None:
    ask = command("ask", asking.ask, "answer a question with verbatim sentences and their citations")
    ask.add_argument("question")
    formats = ask.add_mutually_exclusive_group()
    formats.add_argument("--format", choices=["text", "markdown", "annotations", "json"], default="text")
    formats.add_argument("--json", action="store_true", help="print the HTTP shape: --format json")
    search = command("search", asking.search, "find passages")
    search.add_argument("query")
    verify = command(
        "verify", asking.verify, "say whether, and where, the papers hold a quote, or all quotes of a manuscript"
    )
    verify.add_argument("quote", help="the words to look for, or - to read a manuscript from standard input")
    verify.add_argument("--document", metavar="ID", help="document that the quote is attributed to")
    chat = command("chat", _chat, "answer questions in a conversation, typed or from a pipe, one a line")
    for looking, k in ((ask, 8), (search, 5), (chat, 8)):
        looking.add_argument("-k", type=int, default=k, help=f"how many passages to look at (default {k})")
        looking.add_argument("--mode", choices=["hybrid", "dense", "lexical"], default="hybrid")
        looking.add_argument("--reranker", type=_name, metavar="NAME", help=_RERANKER)
    cite = command("cite", asking.cite, "say how to cite documents, or entries of a document's bibliography")
    cite.add_argument("ids", nargs="+", metavar="ID")
    cite.add_argument("--reference", action="append", metavar="REF", help="entry of the bibliography, by id or number")
    cite.add_argument("--format", choices=["bibtex", "ris", "csl-json", "text"], default="bibtex")
    cite.add_argument("--style", choices=["vancouver", "apa"], default="vancouver", help="of text (default vancouver)")
    for printing in (search, verify):
        printing.add_argument("--json", action="store_true", help="print the HTTP shapes")


def _add_keeping(command: _AddCommand) -> None:
    serve = command("serve", _serve, "serve the index over HTTP")
    serve.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (default 8000; 0 takes a free one)")
    serve.add_argument(
        "--writable", action="store_true", default=None, help="let whoever reaches the service add and remove papers"
    )
    serve.add_argument("--reranker", type=_name, metavar="NAME", help=_RERANKER)

    mcp = command("mcp", _mcp, "serve the index to an MCP client (Claude, an editor) over standard input and output")
    mcp.add_argument("--reranker", type=_name, metavar="NAME", help=_RERANKER)

    build = command(
        "build",
        library.build,
        "make the index anew: of a folder's sources, of the papers that it holds, or of the review",
    )
    build.add_argument(
        "--from", dest="folder", type=_name, metavar="DIR", help="index exactly the sources below this folder"
    )
    add = command("add", library.add, "add papers: files, folders, PMCIDs, PMIDs, DOIs, addresses")
    add.add_argument("sources", nargs="*", type=_name, metavar="SOURCE")
    add.add_argument("--query", help="add the open-access papers that a search of Europe PMC finds")
    add.add_argument("--limit", type=int, default=100, help="how many results to look at (default 100)")
    add.add_argument("--retry", action="store_true", help="try again what failed before")
    for fetching in (serve, build, add):
        fetching.add_argument("--offline", action="store_true", default=None, help="fetch nothing over the network")

    sync = command("sync", library.sync, "make the index equal to a folder: new and changed in, vanished out")
    sync.add_argument("folder", type=_name, metavar="FOLDER")
    for embedding in (build, add, sync):
        embedding.add_argument("--encoder", type=_name, metavar="NAME", help=_ENCODER)
    remove = command("remove", library.remove, "remove documents by id")
    remove.add_argument("ids", nargs="+", metavar="ID")
    info = command("info", library.info, "say what the index holds, and which sources failed")
    command("check", library.check, "verify every file, passage and sentence of the index")
    for printing in (build, add, sync, remove, info):
        printing.add_argument("--json", action="store_true", help="print the HTTP shapes")


def _add_measuring(command: _AddCommand) -> None:
    measured = command("eval", evaluating.evaluate, "measure retrieval on a BEIR collection, or answers on questions")
    asked = measured.add_mutually_exclusive_group(required=True)
    asked.add_argument(
        "folder", nargs="?", type=_name, metavar="DIR", help="holds corpus.jsonl, queries.jsonl, qrels/*.tsv"
    )
    asked.add_argument("--gold", type=_name, metavar="FILE", help="questions with evidence, asked of the index instead")
    measured.add_argument("--split", help="file of qrels (default: the only one there is, else test)")
    measured.add_argument("--mode", choices=["hybrid", "dense", "lexical"], default="hybrid")
    measured.add_argument("--run-out", type=_name, metavar="FILE", help="write the run, in TREC's format")
    measured.add_argument("--per-query", type=_name, metavar="FILE", help="write the measures of each query, as JSON")
    measured.add_argument("--compare", type=_name, metavar="RUN", help="a TREC run to compare with, query by query")
    measured.add_argument(
        "--cache", type=_name, metavar="DIR", help="folder for the corpus's index (default: the user's cache folder)"
    )
    measured.add_argument("--encoder", type=_name, metavar="NAME", help=_ENCODER)
    measured.add_argument("--reranker", type=_name, metavar="NAME", help=_RERANKER)
    measured.add_argument("--json", action="store_true", help="print JSON")


if __name__ == "__main__":
    sys.exit(main())
