"""A conversation, line by line: a question gets its cited answer, a line that begins with "/" is a command about them.

Knows no keyboard: whoever reads the lines prints what `reply` gives. Questions before this one go to the service as
history, so that a follow-up is resolved, and shown as it was resolved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from index.errors import QueryError, StoreError
from index.query import Mode
from qa.answer import Answer, Citation
from qa.followup import Turn
from qa.markdown import shown
from qa.screen import Ink, Screen
from qa.service import Service
from qa.terminal import answer_lines, citation_lines, full_citation_lines, studies_lines

_MOST_ANSWERS = 20  # of a history: a follow-up leans on what was asked just before it

HELP = (
    ("/sources", "the papers of the last answer: place, link, primary studies"),
    ("/cite N", "source [N] of the last answer in full, with quote and studies"),
    ("/export FILE", "write the conversation to a file, as Markdown"),
    ("/new", "begin anew: what was asked so far is context no longer"),
    ("/help", "this list"),
    ("/quit", "end; so does Ctrl-D, and Ctrl-C drops the line being typed"),
)


class Conversation:
    """Asks a service; `answers` are those since the last `/new`, `over` is True after `/quit`."""

    def __init__(self, service: Service, k: int = 8, mode: Mode = Mode.HYBRID) -> None:
        self.answers: list[Answer] = []
        self.over = False
        self._service, self._k, self._mode = service, k, mode
        self._exported: set[Path] = set()
        self._commands: dict[str, Callable[[str, Screen], Iterator[str]]] = {
            "/sources": self._sources,
            "/cite": self._cite,
            "/export": self._export,
            "/new": self._new,
            "/help": self._help,
            "/quit": self._quit,
        }

    def reply(self, line: str, screen: Screen) -> Iterator[str]:
        """The lines that answer a question or carry out a command.

        Raises:
            QueryError: there is no such command, it cannot be carried out, or the question cannot be asked.
        """
        line = line.strip()
        if not line.startswith("/"):
            return self._ask(" ".join(line.split()), screen)
        name, _, given = line.partition(" ")
        if name not in self._commands:
            raise QueryError("command", f"there is no command {name}: /help lists those that there are")
        return self._commands[name](given.strip(), screen)

    def _ask(self, question: str, screen: Screen) -> Iterator[str]:
        yield from self._refreshed(screen)
        history = [turn for answer in self.answers[-_MOST_ANSWERS:] for turn in _turns(answer)]
        answer = self._service.answer(question, self._k, self._mode, history=history)
        self.answers.append(answer)
        yield from answer_lines(answer, screen, brief=True)

    def _refreshed(self, screen: Screen) -> Iterator[str]:
        """Moves to the generation that is live now, and says so."""
        before = self._service.index()
        try:
            self._service.refresh()
        except StoreError as error:
            said = f"The index cannot be opened again, and the state of it that was open answers on: {error}"
            yield from (*screen.wrapped(said, ink=Ink.ALERT), "")
        now = self._service.index()
        if now.generation != before.generation:
            said = f"The index has changed: {now.documents} documents, {now.passages} passages."
            yield from (*screen.wrapped(said, ink=Ink.DIM), "")

    def _sources(self, _: str, screen: Screen) -> Iterator[str]:
        for citation in self._shown():
            *lines, end = citation_lines(citation, screen)
            yield from (*lines, *studies_lines([citation], screen, " " * len(f"[{citation.marker}] ")), end)

    def _cite(self, given: str, screen: Screen) -> Iterator[str]:
        from qa.export import papers_cited  # citation styles take a while to load

        citations = {str(citation.marker): citation for citation in self._shown()}
        citation = citations.get(given.strip("[]"))
        if citation is None:
            raise QueryError("cite", f"the last answer has no [{given.strip('[]')}]: it has {_markers(citations)}")
        with self._service.lease() as searcher:
            paper = papers_cited(searcher.generation, [citation])[citation.document.id]
        yield from full_citation_lines(citation, paper, screen)

    def _shown(self) -> Sequence[Citation]:
        if not self.answers:
            raise QueryError("command", "nothing was asked yet: ask a question first")
        return shown(self.answers[-1])

    def _export(self, given: str, screen: Screen) -> Iterator[str]:
        from qa.export import conversation_markdown

        if not given:
            raise QueryError("export", "/export needs the name of a file: /export answers.md")
        if not self.answers:
            raise QueryError("export", "nothing was asked yet: ask a question first")
        path = Path(given).expanduser()
        with self._service.lease() as searcher:
            written = conversation_markdown(searcher.generation, self.answers)
        self._write(path, written)
        yield from screen.wrapped(f"Wrote {_counted(len(self.answers), 'answer')} to {path}.", ink=Ink.DIM)

    def _write(self, path: Path, text: str) -> None:
        """Writes a file anew, or one that this conversation wrote before; no other is overwritten."""
        try:
            with path.open("w" if path in self._exported else "x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError as error:
            raise QueryError("export", f"{path} is there already: choose another name") from error
        except OSError as error:
            raise QueryError("export", f"{path} cannot be written ({error.strerror}): choose another place") from error
        self._exported.add(path)

    def _new(self, _: str, screen: Screen) -> Iterator[str]:
        self.answers.clear()
        yield from screen.wrapped("A new conversation.", ink=Ink.DIM)

    def _help(self, _: str, screen: Screen) -> Iterator[str]:
        for name, said in HELP:
            yield from screen.wrapped(said, f"{name:<14}", " " * 14, lead=Ink.BOLD)

    def _quit(self, _: str, screen: Screen) -> Iterator[str]:
        self.over = True
        return iter(())


def _turns(answer: Answer) -> tuple[Turn, Turn]:
    return Turn("user", answer.question), Turn("assistant", answer.answer or answer.reason or "")


def _markers(citations: dict[str, Citation]) -> str:
    return ", ".join(f"[{marker}]" for marker in citations) or "none"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
