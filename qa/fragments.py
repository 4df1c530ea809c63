"""Which words of a quote lead a browser to it: the terms of a WICG text directive.

https://wicg.github.io/scroll-to-text-fragment/, sections 3.5.1 and 3.5.2: a directive has a start, and may have an
end, a prefix before the start and a suffix after the end. Each stands within one block of the page and begins and
ends with a word; prefix and suffix stand directly beside the quote, and the first place where all of that holds is
the one that is shown.

The page is not the canonical text. Marks and scripts are printed there in their own ways, every cell of a table is a
block, and menus surround the paper. So the terms are words that every copy of the paper prints alike, and enough
of them to stand in the paper once, even for a browser that overlooks case, accents, punctuation and white space.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.document import Block, BlockKind, Span

_WORDS = 5  # of a term, where there are enough
_MOST_WORDS = 15
_FEWEST_LETTERS = 12  # a menu of the page may have fewer just as well
_NEAR = 300  # characters at each end of a quote; a passage has a thousand and more
_CONTEXT = 250  # characters beside a quote, in which its neighbours are looked for

_TOKEN = re.compile(r"\S+")
_SIGNS = re.compile(r"[$+<=>^`|~\\_{}]")
_SENTENCE_END = re.compile(r"""[.?!:][)\]”’"']*$""")
_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.ABSTRACT, BlockKind.TITLE, BlockKind.BACK, BlockKind.BOX})
# What stands before an item, a note or a caption: not text for the page, or a block of its own there.
_LABEL = re.compile(
    r"(?:(?:[^\W\d]+\.? ){0,2}(?:fig|table|scheme|box|chart|plate|map|image|video|movie|file)[^\W\d]*\.? "
    r"[^\W\d]{0,2}\d+\S*|\(?\w{1,3}[.)]|[^\w\s]+) ",
    re.IGNORECASE,
)

_KEPT = {byte for byte in range(128) if chr(byte).isalnum()} | {*range(0xC3, 0xF5)} - {0xCC, 0xCD, 0xE2}
_DROPPED = bytes(byte for byte in range(256) if byte not in _KEPT)
_LOWER = bytes(range(256)).lower()

_Run = list[Span]  # words that every copy prints alike, one directly after the other in one block
_Accept = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Directive:
    """The spans of a directive's terms in the canonical text."""

    start: Span
    end: Span | None = None
    prefix: Span | None = None
    suffix: Span | None = None


class PublishedText:
    """A document's canonical text, as a browser searches the page that shows it. One serves all quotes of it."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _folded(self) -> bytes:
        return folded(self.text)

    def is_single(self, directive: Directive) -> bool:
        """Whether prefix, start and suffix stand together in one place only, and are no mere word or two."""
        terms = filter(None, (directive.prefix, directive.start, directive.suffix))
        words = b"".join(folded(self.text[term.start : term.end]) for term in terms)
        first = self._folded.find(words)
        return len(words) >= _FEWEST_LETTERS and first >= 0 and self._folded.find(words, first + 1) < 0

    def is_first(self, start: Span) -> bool:
        """Whether nothing like the term, which is no mere word or two, stands before it."""
        words = folded(self.text[start.start : start.end])
        return len(words) >= _FEWEST_LETTERS and self._folded.find(words) == len(folded(self.text[: start.start]))


def folded(text: str) -> bytes:
    """Letters and digits alone, without case, accents or style: equal wherever a browser may see the same words.

    Coarser than the primary level of UTS 10, by which browsers compare: of a letter that is not ASCII only the first
    byte of its UTF-8 is kept.

    >>> folded("Naïve CD8⁺ T‑cells, 10⁹"), folded("α") == folded("β")
    (b'naivecd8tcells109', True)
    """
    return unicodedata.normalize("NFKD", text).encode().translate(_LOWER, _DROPPED)


def find_directive(
    published: PublishedText, span: Span, blocks: Sequence[Block], marks: Sequence[Span]
) -> Directive | None:
    """The terms that lead to a quote and nowhere else; None where there are none.

    Args:
        published: the document's text.
        span: the quote's.
        blocks: those that the quote stands in, in order.
        marks: the reference marks of these blocks, in order.
    """
    for avoided, accept in ((marks, _is_plain), (marks, _has_letters), ((), _has_letters)):
        quote = _Quote(published.text, span, blocks, avoided, accept)
        runs = quote.runs()
        for at, growing in _candidates(quote, runs):
            if published.is_single(growing[-1]):
                shortest = next(directive for directive in growing if published.is_single(directive))
                return _to_the_end(published.text, span, shortest, runs[at:])
        # Said word for word more than once: a browser shows the first.
        if runs and published.is_first(_joined(runs[0][:_MOST_WORDS])):
            return _to_the_end(published.text, span, Directive(_joined(runs[0][:_MOST_WORDS])), runs)
    return None


@dataclass(frozen=True, slots=True)
class _Quote:
    """A quote, and which words count: those outside the marks that are accepted."""

    text: str
    span: Span
    blocks: Sequence[Block]
    marks: Sequence[Span]
    accept: _Accept

    def runs(self) -> list[_Run]:
        """Those of the quote, in order; of a long one those near its ends, where the terms are."""
        start, end = self.span.start, self.span.end
        near = [(start, start + _NEAR), (end - _NEAR, end)] if end - start > 2 * _NEAR else [(start, end)]
        return [run for ends in near for block in self.blocks for run in self._runs(block, *ends)]

    def before(self, run: _Run) -> _Run:
        """The words directly before a run, where that begins the quote."""
        block, start = self.blocks[0], self.span.start
        if not block.start < start or not _touch(self.text, start, run[0].start):
            return []
        *_, last = self._runs(block, start - _CONTEXT, start) or [[]]
        return last[-_MOST_WORDS:] if last and _touch(self.text, last[-1].end, start) else []

    def after(self, run: _Run) -> _Run:
        """The words directly after a run, where that ends the quote."""
        block, end = self.blocks[-1], self.span.end
        if not end < block.end or not _touch(self.text, run[-1].end, end):
            return []
        first, *_ = self._runs(block, end, end + _CONTEXT) or [[]]
        return first[:_MOST_WORDS] if first and _touch(self.text, end, first[0].start) else []

    def _runs(self, block: Block, start: int, end: int) -> list[_Run]:
        first, last = max(start, block.start), min(end, block.end)
        return list(_runs(self.text, first, last, block, self.marks, self.accept))


def _candidates(quote: _Quote, runs: list[_Run]) -> Iterator[tuple[int, list[Directive]]]:
    """Ways to say where the quote starts, each in more and more words, with the place of its run.

    The fewer words of the quote are left out the better, then the fewer are taken from beside it.
    """
    for at, run in enumerate(runs):
        whole = len(runs) == 1 and _touch(quote.text, quote.span.start, run[0].start)
        whole = whole and _touch(quote.text, run[-1].end, quote.span.end)
        few = len(run) if whole and len(run) <= 2 * _WORDS else min(_WORDS, len(run))
        most = max(few, min(_MOST_WORDS, len(run)))
        yield at, [Directive(_joined(run[:words])) for words in range(few, most + 1)]
        if at == 0 and (before := quote.before(run)):
            yield at, [Directive(_joined(run[:few]), prefix=_joined(before[-words:])) for words in _up_to(before)]
        if whole and (after := quote.after(run)):
            yield at, [Directive(_joined(run), suffix=_joined(after[:words])) for words in _up_to(after)]


def _up_to(run: _Run) -> range:
    return range(1, len(run) + 1)


def _to_the_end(text: str, span: Span, directive: Directive, runs: list[_Run]) -> Directive:
    """The directive with the last words of the quote that a browser finds nowhere earlier in it."""
    start = directive.start
    if directive.suffix or _touch(text, start.end, span.end):
        return directive
    for run in reversed(runs):
        rest = [word for word in run if word.start >= start.end]
        for words in range(min(_WORDS, len(rest)), min(_MOST_WORDS, len(rest)) + 1):
            end = _joined(rest[-words:]) if words else None
            if end and folded(text[start.end : end.end]).find(folded(text[end.start : end.end])) == len(
                folded(text[start.end : end.start])
            ):
                return Directive(start, end, directive.prefix)
    return directive


def _joined(run: _Run) -> Span:
    return Span(run[0].start, run[-1].end)


def _touch(text: str, end: int, start: int) -> bool:
    """Whether nothing but white space stands between."""
    return end <= start and not text[end:start].strip()


def _runs(text: str, start: int, end: int, block: Block, marks: Sequence[Span], accept: _Accept) -> Iterator[_Run]:
    for first, last in _pieces(text, start, end, block, marks):
        run: _Run = []
        for token in _TOKEN.finditer(text, first, last):
            accepted = (
                accept(token[0]) and not _is_cut(text, token.start(), start) and not _is_cut(text, token.end(), end)
            )
            if accepted:
                run.append(Span(*token.span()))
            if not accepted or (block.kind not in _PROSE and _SENTENCE_END.search(token[0])):
                yield from _trimmed(text, run)
                run = []
        yield from _trimmed(text, run)


def _pieces(text: str, start: int, end: int, block: Block, marks: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """The parts of a block between the ends that a page may hold in one block, without reference marks."""
    if start == block.start and block.kind not in _PROSE and block.kind is not BlockKind.TABLE:
        label = _LABEL.match(text, start, end)
        start = label.end() if label else start
    for first, last in _cells(text, start, end) if block.kind is BlockKind.TABLE else ((start, end),):
        for mark in marks:
            if first < mark.end and mark.start < last:
                yield first, _before_mark(text, first, mark.start)
                first = mark.end
        yield first, last


def _before_mark(text: str, start: int, end: int) -> int:
    """Where the words end that a mark cannot run into: "cells" and a raised 1 are one word to a browser, "cells1"."""
    words = text[start:end].rstrip()
    return start + words.rfind(" ") + 1 if words and words[-1].isalnum() else end


def _cells(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A row's cells without the names of their columns, which stand elsewhere on a page."""
    while start < end:
        border = text.find(" | ", start, end)
        last = border if border >= 0 else end
        named = text.rfind(": ", start, last)
        yield (named + 2 if named >= 0 else start), last
        start = last + 3


def _trimmed(text: str, run: _Run) -> Iterator[_Run]:
    lettered = [at for at, word in enumerate(run) if _has_letters(text[word.start : word.end])]
    if lettered:
        yield run[lettered[0] : lettered[-1] + 1]


def _is_cut(text: str, place: int, edge: int) -> bool:
    """Whether the quote's edge is here and cuts a word in two."""
    return place == edge and text[max(0, place - 1) : place].isalnum() and text[place : place + 1].isalnum()


def _is_plain(token: str) -> bool:
    """Whether it is letters, decimal digits and punctuation, not scripts, signs or formulas."""
    if token.isascii():
        return not _SIGNS.search(token)
    categories = map(unicodedata.category, token)
    return unicodedata.is_normalized("NFKC", token) and all(name[0] in "LP" or name == "Nd" for name in categories)


def _has_letters(token: str) -> bool:
    return any(map(str.isalnum, token))
