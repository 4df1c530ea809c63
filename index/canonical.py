"""From a source's words to canonical text: NFC, one line per block, marks and sections by offset.

Every source builds its text here, so that the same words give the same text and the same offsets, whatever
format they came in. Knows nothing of formats.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from index.document import Block, BlockKind, Page, ReferenceMark, Section

# Invisible: soft hyphen, zero-width space, word joiner, byte-order mark. They carry no text, and break matching.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_UNUSABLE = re.compile("[\x00-\x08\x0e-\x1b\x7f\ud800-\udfff]")  # control characters and lone surrogates

_SUPERSCRIPTS = str.maketrans("0123456789+-−–=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ")
_SUBSCRIPTS = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
_LETTERS = re.compile(r"[^\W\d_]")


def normalise(text: str) -> str:
    """Text as one canonical line: NFC, white space collapsed, invisible and unusable characters gone.

    >>> normalise("PD\\u2011L1 \\u00a0on\\n T\\u200b cells ")
    'PD‑L1 on T cells'
    """
    return " ".join(unicodedata.normalize("NFC", _UNUSABLE.sub("\ufffd", _INVISIBLE.sub("", text))).split())


def superscript(text: str) -> str:
    """Superscript as Unicode characters where these exist; words stay as they are.

    >>> superscript("+"), superscript("2+"), superscript("nd")
    ('⁺', '²⁺', 'nd')
    """
    return text if len(_LETTERS.findall(text)) > 1 else text.translate(_SUPERSCRIPTS)


def subscript(text: str) -> str:
    """Subscript as Unicode characters where these exist; words stay as they are.

    >>> subscript("2"), subscript("max")
    ('₂', 'max')
    """
    return text.translate(_SUBSCRIPTS)


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a block's text; with `reference_ids` it is a reference mark. `page` is where it stands, if on any."""

    text: str
    reference_ids: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True)
class CanonicalText:
    """A document's text and what stands where in it; see `Document` for the order and units."""

    text: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]
    reference_marks: tuple[ReferenceMark, ...]
    pages: tuple[Page, ...] = ()


class TextBuilder:
    """Collects blocks in reading order and keeps their offsets. Sections nest by `open_section`/`close_section`."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._marks: list[ReferenceMark] = []
        self._turns: list[tuple[int, int]] = []  # (offset, number of the page that begins there)
        self._open: list[tuple[int, int]] = []  # (place in _sections, start) of each open section
        self._sections: list[Section | None] = []
        self._paths: list[tuple[str, ...]] = []

    @property
    def path(self) -> tuple[str, ...]:
        """Titles of the open sections, outermost first."""
        return self._paths[-1] if self._paths else ()

    def add(self, kind: BlockKind, content: str | Iterable[Run]) -> None:
        """Adds one block; content without visible text adds nothing."""
        runs = [Run(content)] if isinstance(content, str) else list(content)
        line = normalise("".join(run.text for run in runs))
        if not line:
            return
        start = self._length + 2 if self._lines else 0
        self._marks += _marks(runs, line, start)
        self._turns += _turns(runs, line, start)
        self._blocks.append(Block(start, start + len(line), kind))
        self._lines.append(line)
        self._length = start + len(line)

    def open_section(self, title: str | Iterable[Run], *, printed: bool = True) -> None:
        """Opens a section inside the one that is open; its title becomes a heading unless it is not printed.

        A title without visible text opens a section that adds nothing to the path.
        """
        runs = [Run(title)] if isinstance(title, str) else list(title)
        words = normalise("".join(run.text for run in runs))
        self._paths.append((*self.path, words) if words else self.path)
        self._open.append((len(self._sections), self._length + 2 if self._lines else 0))
        self._sections.append(None)
        if printed:
            self.add(BlockKind.HEADING, runs)

    def close_section(self) -> None:
        """Closes the innermost open section."""
        place, start = self._open.pop()
        path = self._paths.pop()
        # A section without a block, or without a title of its own, is no section a reader could be sent to.
        if self._length > start and path != self.path:
            self._sections[place] = Section(start, self._length, path)

    def finish(self) -> CanonicalText:
        """The whole text; sections still open are closed."""
        while self._open:
            self.close_section()
        sections = tuple(section for section in self._sections if section is not None)
        text = "\n\n".join(self._lines)
        return CanonicalText(text, tuple(self._blocks), sections, tuple(self._marks), _pages(self._turns, len(text)))


def _marks(runs: list[Run], line: str, offset: int) -> list[ReferenceMark]:
    marks: list[ReferenceMark] = []
    position = 0
    for run in runs if any(run.reference_ids for run in runs) else ():
        printed = normalise(run.text)
        if not printed:
            continue
        # subtle: white space at a run's edge may be there or not, and a combining character joins its neighbour, so
        # that the run is looked for near where it must be, not computed; further back only if it is not there, since
        # the same characters may stand there too ("CO2 2")
        end = position + len(printed) + 2
        start = line.find(printed, position, end)
        if start < 0:
            start = line.find(printed, max(marks[-1].end - offset if marks else 0, position - 2), end)
        if run.reference_ids and start >= 0:
            marks.append(ReferenceMark(offset + start, offset + start + len(printed), run.reference_ids))
        position = (start if start >= 0 else position) + len(printed)
    return marks


def _turns(runs: list[Run], line: str, offset: int) -> list[tuple[int, int]]:
    """Where in a block another page than before begins; the block itself begins on that of its first run."""
    turns: list[tuple[int, int]] = []
    for at, run in enumerate(runs):
        if run.page is None or not normalise(run.text) or (turns and turns[-1][1] == run.page):
            continue
        place = len(normalise("".join(each.text for each in runs[:at]))) if turns else 0
        place += line[place : place + 1] == " "
        if place >= len(line):  # a combining character that has joined the page before
            continue
        if turns and turns[-1][0] >= offset + place:
            turns.pop()
        turns.append((offset + place, run.page))
    return turns


def _pages(turns: list[tuple[int, int]], end: int) -> tuple[Page, ...]:
    """The pages between the turns; the first takes what stands before it, and each ends where the next begins."""
    changes = [turn for at, turn in enumerate(turns) if not at or turns[at - 1][1] != turn[1]]
    starts = [0, *(start for start, _ in changes[1:])]
    ends = [*starts[1:], end]
    return tuple(Page(start, stop, page) for start, stop, (_, page) in zip(starts, ends, changes, strict=False))
