"""Passages: whole sentences of one section, packed up to a size that the encoder can read.

`langchain-text-splitters` packs the sentences, and cuts those that are too long for the encoder; the separators, the
length function and the offsets are ours. Knows nothing of models but how they count tokens.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from index.document import Block, BlockKind, Document, Passage, Span

Count = Callable[[str], int]
"""Number of the encoder's tokens in a text, special ones left out."""

_SPECIAL_TOKENS = 2  # [CLS] and [SEP], or what another encoder puts at the ends
_FEW_TOKENS = 20  # a last passage of fewer takes a sentence from the one before
_LONGEST_HEADING = 240  # bytes of UTF-8, of which a token takes one at least
_WINDOW = 256  # tokens; in a smaller one a heading may take the same share
_SEPARATOR = "\n\n"  # canonical text has it between blocks, so no sentence holds it
_CUTS = [r"(?<=[;:,])\s", r"\s", ""]  # where a sentence too long for the encoder is cut, best first

_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.FORMULA, BlockKind.BOX})
_NEVER = frozenset({BlockKind.TITLE, BlockKind.HEADING, BlockKind.NOTE})
_LABEL = re.compile(
    r"(?:(?:supp(?:lementa(?:ry|l))?|extended data|additional|online)\.?\s)?"
    r"(?:fig(?:ure)?s?|tables?|schemes?|box|charts?|plates?|maps?|images?|videos?|movies?|files?|appendix)\b",
    re.IGNORECASE,
)


def chunk(document: Document, count_tokens: Count, *, size: int, window: int) -> tuple[Passage, ...]:
    """Passages in order; together they hold each sentence once, and the title only if there is nothing else.

    A passage has at most `size` tokens, unless it is one longer sentence; `window` is the most that the encoder
    reads, special tokens and the heading that `embedded_text` puts before the passage counted in. Only a sentence
    that does not fit is cut. Paragraphs, lists, formulas and boxes of a section share passages; blocks of another
    kind (abstract, table, caption …) share them with their own kind alone, a caption only with what belongs to the
    same figure. A passage is of the kind of its first block.

    Raises:
        ValueError: `size` is not positive, or `window` leaves no room for text.
    """
    if size < 1 or window < 4 * _SPECIAL_TOKENS:
        raise ValueError(f"passages need size >= 1 and window >= {4 * _SPECIAL_TOKENS}, not {size} and {window}")
    count = cache(count_tokens)
    passages: list[Passage] = []
    for blocks in _groups(document):
        section, kind = document.section_at(blocks[0].start), blocks[0].kind
        heading_tokens = count(_before(document.metadata.title, section, kind, window))
        # A heading of a token for each byte, or nearly, leaves less than a quarter: then the text loses its end.
        room = max(window - _SPECIAL_TOKENS - heading_tokens, window // 4)
        for start, end in _packed(document.text, _sentences(document, blocks), count, min(size, room), room):
            kind = blocks[bisect_right(blocks, start, key=lambda block: block.start) - 1].kind
            page = document.page_at(start)
            passages.append(Passage(document.id, start, end, document.text[start:end], section, kind, page))
    return tuple(passages)


def heading(title: str, section: Sequence[str]) -> str:
    """What a passage stands under, for the indexes: the title and the titles of its sections.

    >>> heading("EVs in cancer", ("Results", "Uptake"))
    'EVs in cancer. Results. Uptake'
    """
    return ". ".join(part for part in (title, *section) if part)


def embedded_text(title: str, passage: Passage, window: int = _WINDOW) -> str:
    """The text that is given to the encoder for a passage: its heading, a line break, its own text.

    The heading is shortened to 240 bytes of UTF-8, which in English are some 55 tokens, a quarter of a window of 256,
    and in no script more than 240; where the window is smaller, in proportion.
    """
    before = _before(title, passage.section, passage.kind, window)
    return f"{before}\n{passage.text}" if before else passage.text


def _before(title: str, section: tuple[str, ...], kind: BlockKind, window: int) -> str:
    if kind is BlockKind.TITLE:
        return ""
    whole = heading(title, section)
    longest = min(window, _WINDOW) * _LONGEST_HEADING // _WINDOW
    if len(whole.encode()) <= longest:
        return whole
    # The title, then the innermost section: the outer ones say least about the passage.
    return _cut(heading(_cut(title, longest * 2 // 3), section[-1:]), longest)


def _cut(text: str, size: int) -> str:
    """The first words of the text, in `size` bytes at most; of a single longer word, its beginning."""
    fitting = text.encode()[:size].decode(errors="ignore")
    return fitting if fitting == text else fitting.rpartition(" ")[0] or fitting


def _groups(document: Document) -> Iterator[list[Block]]:
    """Runs of blocks that may share passages; the title, if nothing else has sentences."""
    borders = sorted({border for section in document.sections for border in (section.start, section.end)})
    groups: list[list[Block]] = [[]]
    for block in document.blocks:
        if groups[-1] and not _share(document.text, groups[-1][-1], block, borders):
            groups.append([])
        if block.kind not in _NEVER:
            groups[-1].append(block)
    found = [blocks for blocks in groups if blocks and _sentences(document, blocks)]
    titles = ([block] for block in document.blocks if block.kind is BlockKind.TITLE)
    return iter(found) if found else titles


def _share(text: str, block: Block, following: Block, borders: Sequence[int]) -> bool:
    if bisect_right(borders, block.start) < bisect_right(borders, following.start):
        return False
    if following.kind is BlockKind.CAPTION and _LABEL.match(text, following.start, following.end):
        return False
    return block.kind == following.kind or {block.kind, following.kind} <= _PROSE


def _sentences(document: Document, blocks: Sequence[Block]) -> tuple[Span, ...]:
    first = bisect_left(document.sentences, blocks[0].start, key=lambda span: span.start)
    last = bisect_left(document.sentences, blocks[-1].end, key=lambda span: span.start)
    return document.sentences[first:last]


def _packed(text: str, sentences: Sequence[Span], count: Count, size: int, room: int) -> Iterator[tuple[int, int]]:
    """Start and end of each passage: sentences up to `size` together, and none over `room`."""
    run: list[Span] = []
    for sentence in sentences:
        for piece in _fitting(text, sentence, count, room):
            if piece.end < sentence.end or count(text[piece.start : piece.end]) > size:
                yield from _balanced(text, run, count, size)
                yield piece.start, piece.end
                run = []
            else:
                run.append(piece)
    yield from _balanced(text, run, count, size)


def _fitting(text: str, sentence: Span, count: Count, room: int) -> Iterator[Span]:
    """The sentence, or where it has more than `room` tokens, the pieces that it has to be cut into."""
    words = text[sentence.start : sentence.end]
    if count(words) <= room:
        yield sentence
        return
    # subtle: a second to import, which serving, needing no more than `heading`, does not spend
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        _CUTS,
        is_separator_regex=True,
        chunk_size=room,
        chunk_overlap=0,
        length_function=_length(count),
        strip_whitespace=False,
    )
    start = sentence.start
    for piece in splitter.split_text(words):
        bare = piece.strip()
        if bare:
            first = start + len(piece) - len(piece.lstrip())
            yield Span(first, first + len(bare))
        start += len(piece)


def _length(count: Count) -> Count:
    # subtle: the library repeats a piece without tokens at the start of the next chunk, so every piece has one
    return lambda text: max(1, count(text)) if text.strip("\n") else 0


def _balanced(text: str, run: Sequence[Span], count: Count, size: int) -> Iterator[tuple[int, int]]:
    """Packs the sentences of a run; a last passage of few tokens takes sentences from the one before."""
    packs = _packs(text, run, count, size)
    if len(packs) > 1:
        *_, donor, last = packs
        while len(donor) > 1 and _tokens(text, last, count) < _FEW_TOKENS:
            if _tokens(text, [donor[-1], *last], count) > size:
                break
            last.insert(0, donor.pop())
    for pack in packs:
        yield pack[0].start, pack[-1].end


def _tokens(text: str, spans: Sequence[Span], count: Count) -> int:
    return sum(count(text[span.start : span.end]) for span in spans)


def _packs(text: str, run: Sequence[Span], count: Count, size: int) -> list[list[Span]]:
    if len(run) < 2:
        return [[*run]] if run else []
    from langchain_text_splitters import CharacterTextSplitter

    splitter = CharacterTextSplitter(_SEPARATOR, chunk_size=size, chunk_overlap=0, length_function=_length(count))
    rest = iter(run)
    packs = []
    for packed in splitter.split_text(_SEPARATOR.join(text[span.start : span.end] for span in run)):
        pack, length = [], -len(_SEPARATOR)
        while length < len(packed):
            span = next(rest)
            pack.append(span)
            length += len(_SEPARATOR) + span.end - span.start
        packs.append(pack)
    return packs
