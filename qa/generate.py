"""From a language model's text to statements that cite: nothing of it leaves unchecked.

Each sentence must cite passages that the model was given, and is released when at least one of them supports it
(`qa.support`); its citations are of those that do, and quote the sentences that do. The numbers in the reply only say
which passages are meant; the markers of a statement are ours. The rest is dropped, with the reason. Knows no endpoint
and no prompt.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np

from index.expansion import Asked
from index.search import Hit, Searcher
from qa.answer import Citation, Dropped, Stated, Statement
from qa.cite import Cite
from qa.errors import GenerationFailed
from qa.reply import cut, read
from qa.support import Claimed, Sentence, SupportModel, claimed, judge, sentence

MOST_PASSAGES = 8
_MOST_STATEMENTS = 8
_MOST_SENTENCES = 40
_MOST_SHOWN = 300  # characters of what was dropped

_END = re.compile(r"[.!?…][)\]”\"'’]*$")
_MARKUP = re.compile(r"://|www\.|mailto:|<[^\s\d=]|[`{}|\\\[\]\ufffd]", re.IGNORECASE)

log = logging.getLogger(__name__)


class LanguageModel(Protocol):
    """What writes: a model of some name that turns a question and passages into text."""

    @property
    def name(self) -> str:
        """Of the model."""

    def generate(self, question: str, context: Sequence[str]) -> Generator[str]:
        """Pieces of a text in which `[n]` stands for the nth passage of `context`; raises GenerationFailed."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A model that writes, and by what its sentences are checked."""

    model: LanguageModel
    support: SupportModel


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a reply: statements, what was dropped, and whether the model failed before the end."""

    stated: tuple[Stated, ...]
    dropped: tuple[Dropped, ...]
    failed: bool


def write(
    writer: Writer, searcher: Searcher, cite: Cite, asked: Asked, hits: Sequence[Hit]
) -> Generator[Stated, None, Outcome]:
    """The statements that a model writes from the first of these hits, each once it is checked; returns how it went."""
    check = _Check(searcher, writer.support, cite, asked, hits[:MOST_PASSAGES])
    context = [hit.passage.text for hit in hits[:MOST_PASSAGES]]
    stated: list[Stated] = []
    dropped: list[Dropped] = []
    failed = False
    try:
        if writer.support.encoder != searcher.generation.manifest.encoder.weights:
            raise GenerationFailed("the check of its statements was not fitted for the encoder of this index")
        with closing(writer.model.generate(asked.text, context)) as pieces:
            for number, text in enumerate(cut(pieces), 1):
                one = check(text)
                if isinstance(one, Stated):
                    stated.append(one)
                    yield one
                elif one is not None:
                    dropped.append(one)
                if len(stated) == _MOST_STATEMENTS:
                    break
                if number == _MOST_SENTENCES:
                    raise GenerationFailed("the model does not come to an end")
    except GenerationFailed as failure:
        log.warning("%s wrote no whole answer: %s", writer.model.name, failure)
        failed = True
        if failure.unfinished.strip():
            dropped.append(_dropped(failure.unfinished, "the reply broke off in it"))
    return Outcome(tuple(stated), tuple(dropped), failed)


class _Check:
    """Checks the sentences of one reply, in their order."""

    def __init__(
        self, searcher: Searcher, support: SupportModel, cite: Cite, asked: Asked, hits: Sequence[Hit]
    ) -> None:
        self._searcher, self._support, self._cite, self._hits = searcher, support, cite, hits
        self._equals = asked.equals
        self._sentences = cache(self._read_sentences)
        self._citations: dict[tuple[str, int, int], Citation] = {}
        self._said: set[str] = set()

    def __call__(self, text: str) -> Stated | Dropped | None:
        """A sentence as a statement, or why it is none; None of what says nothing."""
        written = read(text)
        if not any(char.isalnum() for char in written.text):
            return None
        if reason := self._unknown(written.cited) or self._unfit(written.text):
            return _dropped(text, reason)
        statement = claimed(written.text, self._searcher.encode(written.text))
        supported = [self._supporting(statement, number) for number in written.cited]
        citations = tuple(one for one in supported if isinstance(one, Citation))
        if not citations:
            return _dropped(text, next(one for one in supported if isinstance(one, str)))
        self._said.add(written.text)
        verbatim = any(citation.quote == written.text for citation in citations)
        return Stated(Statement(written.text, tuple(one.marker for one in citations), verbatim), citations)

    def _unfit(self, text: str) -> str | None:
        """Why a sentence cannot be one of an answer, whatever it cites."""
        if _MARKUP.search(text) or any(map(_hides, text)):
            return "it holds an address, mark-up or characters that no sentence has"
        if not _END.search(text):
            return "it is no whole sentence"
        return "it was said before" if text in self._said else None

    def _unknown(self, cited: Sequence[int]) -> str | None:
        if not cited:
            return "it cites nothing"
        unknown = [number for number in cited if not 1 <= number <= len(self._hits)]
        return f"it cites [{unknown[0]}], which was not given" if unknown else None

    def _supporting(self, statement: Claimed, number: int) -> Citation | str:
        """The citation of the sentences of a passage that support a statement, or why none do."""
        verdict = judge(statement, self._sentences(number), self._equals)
        if verdict is None:
            return "the cited passage has no whole sentence"
        if verdict.disagreement:
            return verdict.disagreement
        probability = self._support.probability(verdict.features)
        if probability < self._support.threshold:
            return f"the cited sentences do not say it (probability {probability:.2f})"
        hit = self._hits[number - 1]
        key = (hit.passage.id, verdict.span.start, verdict.span.end)
        if key not in self._citations:
            marker = len(self._citations) + 1
            self._citations[key] = self._cite(hit.document_row, hit.passage, verdict.span, marker)
        return self._citations[key]

    def _read_sentences(self, number: int) -> list[Sentence]:
        hit = self._hits[number - 1]
        passage, vectors = hit.passage, self._searcher.generation.sentences
        return [
            sentence(
                one,
                passage.text[one.start - passage.start : one.end - passage.start],
                vectors.vectors(one.row, one.row + 1)[0].astype(np.float32),
            )
            for one in hit.sentences
            if one.end <= passage.end
        ]


def _hides(char: str) -> bool:
    """Whether a character does not show, or strikes out another."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cn", "Co", "Cs", "Me"} or unicodedata.combining(char) == 1


def _dropped(text: str, reason: str) -> Dropped:
    bare = " ".join(text.split())
    return Dropped(bare if len(bare) <= _MOST_SHOWN else f"{bare[:_MOST_SHOWN]}…", reason)
