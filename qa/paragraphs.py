"""The paragraphs of a manuscript in plain text, Markdown or LaTeX, and which of them are block quotes.

A block quote is lines after `>` (CommonMark 0.31, section 5.1, without lazy continuation), a `quote` environment, or
indented prose. Code between fences, and what follows the heading of the references, is left out.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[^`]*$")
_QUOTE = re.compile(r" {0,3}(?:> ?)+")
_INDENTED = re.compile(r"(?: {4}|\t)\s*(?=\S)")
_LIST_ITEM = re.compile(r"\s*(?:[-*+•]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
_HEADING = re.compile(r" {0,3}#{1,6}\s|\\(?:sub)*section\b")
_ROW = re.compile(r"\s*\|")
_BEGIN = re.compile(r"\s*\\begin\{(?:quote|quotation|displayquote)\}\s*")
_END = re.compile(r"\s*\\end\{(?:quote|quotation|displayquote)\}\s*")
_REFERENCES = re.compile(
    r"(?: {0,3}#{1,6}\s+|\\section\*?\{)?(?:\d+\.?\s+)?[*_]*"
    r"(?:references|bibliography|literature cited|works cited|reference list)[*_]*\}?:?\s*#*\s*",
    re.IGNORECASE,
)
_LEAST_LETTERS = 0.75  # of the characters of prose, white space aside


class Kind(Enum):
    """What a paragraph is to the manuscript."""

    PROSE = auto()
    QUOTE = auto()
    INDENTED = auto()  # a block quote, unless the manuscript indents its own paragraphs too
    ITEM = auto()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines without the marks of a block quote, joined by line ends; `line` is the number of the first, from 1."""

    kind: Kind
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """The paragraphs in order, and the line of the heading of the references, where there is one."""

    paragraphs: tuple[Paragraph, ...]
    references: int | None


def paragraphs(manuscript: str) -> Paragraphs:
    """Reads a manuscript, whatever its line ends.

    >>> [(p.kind.name, p.line, p.text) for p in paragraphs("One\\ntwo.\\n\\n> Three").paragraphs]
    [('PROSE', 1, 'One\\ntwo.'), ('QUOTE', 4, 'Three')]
    """
    text = textwrap.dedent(re.sub("\r\n?|[\u2028\u2029\x0b\x0c]", "\n", manuscript.removeprefix("\ufeff")))
    lines = _without_code(text.split("\n"))
    references = _references(lines)
    found = list(_split(lines))
    indented = [paragraph for paragraph in found if paragraph.kind is Kind.INDENTED]
    is_habit = 2 * len(indented) > len(found) and len(indented) > 1
    return Paragraphs(tuple(_settled(paragraph, is_habit=is_habit) for paragraph in found), references)


def _without_code(lines: list[str]) -> list[str]:
    """The same lines, those between two fences empty; a fence that is never closed is a line like any other."""
    kept, opened = list(lines), None
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence is None:
            continue
        if opened is None:
            opened = (number, fence[1])
        elif fence[1].startswith(opened[1]):
            kept[opened[0] : number + 1] = [""] * (number + 1 - opened[0])
            opened = None
    return kept


def _references(lines: list[str]) -> int | None:
    """Empties the list of references, up to the next heading, and says where it begins."""
    for number, line in enumerate(lines):
        if _REFERENCES.fullmatch(line):
            rest = range(number + 1, len(lines))
            end = next((n for n in rest if _HEADING.match(lines[n])), len(lines))
            lines[number:end] = [""] * (end - number)
            return number + 1
    return None


def _split(lines: list[str]) -> Iterator[Paragraph]:
    held: list[str] = []
    kind, environment = Kind.PROSE, False
    for number, line in enumerate([*lines, ""], 1):
        environment = (environment or bool(_BEGIN.match(line))) and not _END.match(line)
        content, found = _line(line, environment=environment)
        is_blank = not content.strip()
        goes_on = found is kind or (found is Kind.INDENTED and kind in (Kind.PROSE, Kind.ITEM))
        if held and (is_blank or not goes_on or found is Kind.ITEM or _stands_alone(line)):
            if kind is Kind.INDENTED and found is Kind.PROSE and not is_blank:
                kind = Kind.PROSE  # the indented first line of a paragraph
            else:
                yield Paragraph(kind, number - len(held), "\n".join(held))
                held = []
        if is_blank:
            kind = Kind.ITEM if kind is Kind.ITEM and not environment else Kind.PROSE
            continue
        if not held:
            kind = kind if kind is Kind.ITEM and found is Kind.INDENTED else found
        held.append(content)


def _line(line: str, *, environment: bool) -> tuple[str, Kind]:
    if _BEGIN.match(line) or _END.match(line):
        return _END.sub("", _BEGIN.sub("", line)), Kind.QUOTE
    if environment:
        return line.strip(), Kind.QUOTE
    if quote := _QUOTE.match(line):
        return line[quote.end() :], Kind.QUOTE
    if _LIST_ITEM.match(line):
        return line, Kind.ITEM
    return line, Kind.INDENTED if _INDENTED.match(line) else Kind.PROSE


def _stands_alone(line: str) -> bool:
    return bool(_HEADING.match(line) or _ROW.match(line))


def _settled(paragraph: Paragraph, *, is_habit: bool) -> Paragraph:
    if paragraph.kind is not Kind.INDENTED:
        return paragraph
    letters = re.sub(r"\s", "", paragraph.text)
    is_prose = sum(map(str.isalpha, letters)) >= _LEAST_LETTERS * len(letters)
    text = "\n".join(line.strip() for line in paragraph.text.split("\n"))
    return replace(paragraph, kind=Kind.QUOTE if is_prose and not is_habit else Kind.PROSE, text=text)
