"""A language model's text as sentences, each with the numbers of the passages it cites; nothing is judged here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index.document import Block, BlockKind, ReferenceMark
from index.sentences import sentences
from qa.errors import GenerationFailed

_MOST_CHARACTERS = 2000  # of a sentence

_THOUGHT, _THOUGHT_END = "<think>", "</think>"
_JOINED = r"\s*(?:[,;–-]|and|&)\s*"
_MARKER = re.compile(rf"[\[【]\s*(?:[Pp]assages?\s*|\^)?\d{{1,6}}(?:{_JOINED}\d{{1,6}})*\s*[\]】]")
_NUMBERS = re.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?")
_LONGEST_RANGE = 100
_MARKERS_FIRST = re.compile(rf"(?:\s*{_MARKER.pattern})+\s*")
_MAY_END = re.compile(r"[.!?…]\S*\s")
_BEGUN = re.compile(r"\S*\w\S*\s")  # a sentence of which there is a whole word
_LINE_END = re.compile(r"\r\n|[\n\r\u2028\u2029]")
_LIST_ITEM = re.compile(r"^(?:[-*•#>]+\s+|\d{1,2}[.)]\s+)+")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)")


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as it was written: without markers and list signs, and the passages it cites, each once, in order."""

    text: str
    cited: tuple[int, ...]


def cut(pieces: Iterable[str]) -> Iterator[str]:
    """A text that comes in pieces as sentences, each once the next has begun.

    Markers behind a full stop belong to the sentence before it; what a reasoning model thinks first is left out.

    >>> list(cut(["EVs carry miR-21. [1] They are ", "small [2].\\nSo it", " is."]))
    ['EVs carry miR-21. [1]', 'They are small [2].', 'So it is.']

    Raises:
        GenerationFailed: as `pieces` does, with what was left unfinished; or a sentence has no end.
    """
    rest = ""
    try:
        for piece in _spoken(pieces):
            *lines, rest = _LINE_END.split(rest + piece)
            for line in lines:
                yield from _split(line)
            if _MAY_END.search(rest):
                *whole, last = _split(rest) or [rest]
                if whole and _BEGUN.match(last):
                    yield from whole
                    rest = last + " " * rest[-1].isspace()
            if len(rest) > _MOST_CHARACTERS:
                raise GenerationFailed("the model writes a sentence without end")
    except GenerationFailed as failure:
        failure.unfinished = rest
        raise
    yield from _split(rest)


def _spoken(pieces: Iterable[str]) -> Iterator[str]:
    """A reply after the thoughts that it begins with."""
    held, thinks, rest = "", False, iter(pieces)
    for piece in rest:
        held = (held + piece).lstrip()
        thinks = thinks or held.startswith(_THOUGHT)
        if thinks:
            _, end, said = held.partition(_THOUGHT_END)
            if end:
                held = said
                break
            held = held[-len(_THOUGHT_END) :]
        elif not _THOUGHT.startswith(held):
            break
    else:
        held = "" if thinks else held
    yield held
    yield from rest


def read(sentence: str) -> Written:
    """A sentence without its markers, and what they cite.

    >>> read("- **EVs** carry miR-21 [1, 3–4].")
    Written(text='EVs carry miR-21.', cited=(1, 3, 4))
    """
    numbers = (found.groups() for marker in _MARKER.findall(sentence) for found in _NUMBERS.finditer(marker))
    cited = [n for first, last in numbers for n in _range(int(first), int(last or first))]
    bare = _EMPHASIS.sub("", _LIST_ITEM.sub("", " ".join(_MARKER.sub(" ", sentence).split())))
    return Written(re.sub(r"\s+(?=[.,;:!?])", "", bare).strip(), tuple(dict.fromkeys(cited)))


def _range(first: int, last: int) -> Iterable[int]:
    return range(first, last + 1) if first <= last < first + _LONGEST_RANGE else (first, last)


def _split(line: str) -> list[str]:
    """The sentences of a line, each with the markers that follow its full stop."""
    marks = [ReferenceMark(mark.start(), mark.end(), ()) for mark in _MARKER.finditer(line)]
    found: list[str] = []
    if not line.strip():
        return found
    for span in sentences(line, [Block(0, len(line), BlockKind.PARAGRAPH)], marks):
        text = line[span.start : span.end]
        if found and (markers := _MARKERS_FIRST.match(text)):
            found[-1] += f" {markers[0].strip()}"
            text = text[markers.end() :]
        if text:
            found.append(text)
    return found
