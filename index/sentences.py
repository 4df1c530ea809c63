"""Sentences of canonical text, by offset.

`sentencex` (Wikimedia; rules and abbreviations of some 300 languages, compiled) finds the sentences. What it cannot
know is how biomedical papers are written, so it is given a text of the same length in which the full stops that
cannot end a sentence ("Fig. 2", "P. aeruginosa", "i.v. injection") are commas, and those that can stand after the
citation marks that follow them ("…resistance.[12] Then"). docs/sentences.md compares it with other splitters.
Only the build needs sentences; serving reads them from the index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto

import sentencex  # type: ignore[import-untyped]

from index.document import Block, BlockKind, ReferenceMark, Span


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WITHOUT_SENTENCES = frozenset({BlockKind.HEADING, BlockKind.NOTE})
_WHOLE = frozenset({BlockKind.TITLE, BlockKind.TABLE, BlockKind.FORMULA})

_MARK = "\ue000"  # private use: stands for each character of a citation mark
_LONGEST_ASIDE = 500  # characters; a bracket that closes later than this is taken for a slip

# Citation marks in the text itself, for sources that do not say where theirs are.
_PRINTED_MARK = re.compile(
    r"\[\d{1,4}[a-z]?(?:\s?[,;–‑−-]\s?\d{1,4}[a-z]?)*\]"  # [12], [3–6, 9]
    r"|(?<=[.!?…])[⁰¹²³⁴-⁹](?:[⁰¹²³⁴-⁹⁻⁺,–-]*[⁰¹²³⁴-⁹])?"  # after a full stop, ¹²,¹³ is no exponent
    r"|(?<=[a-z]{3}\.)\d{1,3}(?:[,–-]\d{1,3})*(?=\s+[A-Z])"  # the same where superscripts were flattened
    r"|(?<=[.!?]\s)\([^\W\d][^()]{3,200}\s(?:19|20)\d\d[a-z]?\)"  # . (Smith et al., 2019; Liu, 2020)
)

# A full stop (or ?, !, …), what closes after it, and the citation marks of the sentence that it ends.
_STOP = re.compile(
    r"[.!?…]+[)\]}”’»\"']*(?:\s[”\"](?=\s))?"
    rf"(?:\s?[\[(]?{_MARK}(?:[{_MARK}\s,;–‑−-]*{_MARK})?[\])]?\.?(?=\s|$))?"
    r"(?P<end>(?=\s|$))?"
)
_WORD_CHARACTER = re.compile(r"\w")
_WHITE = re.compile(r"\s")
_BRACKET = re.compile(r"[()\[\]{}]")
_HIDDEN = re.compile(rf"[()\[\]{{}}<>«»‹›“”„‟‘’‚‛\"'`{_MARK}]")  # what the library looks for pairs of, and marks
_WORD_AFTER = re.compile(r"\s*[\[({“‘«\"'¿¡]*(?P<word>\S*)")

_TITLES = _words("Dr Drs Prof Mr Mrs Ms St")
_ALWAYS_GO_ON = _words(
    "e.g i.e eg ie vs cf viz approx ca suppl supp figs eqs refs nos et resp incl subsp ssp "
    "proc natl acad sci biol chem eur"
)
_NUMBERED = _words("fig eq ref no tab sec sect vol ch chap p pp para app v ver av avg ed eds")
_NUMBER = re.compile(r"[\[(]?(?:\d|[A-Z]{0,2}\d|[IVX]+\b|[A-Z]\b|[A-Z][a-z]{2}\d|Fig|Table|Eq)")
_MAY_END = _words("al etc sp spp i.v i.p i.m s.c p.o i.n i.t i.a p.i b.w a.m p.m s.s s.l s.d s.e var cv")
_OPENERS = _words(
    "The This These Those That There They Then Their Thus Therefore It Its In If We Our When While Where Whether "
    "With Within A An As At After Although All Also Both But By Because Before Between During Despite Each For From "
    "Further Furthermore Finally First Here How However Hence Importantly Interestingly Moreover Most Many No Not "
    "Of One Only Other Overall Several Since Similarly Some Such Subsequently Taken Through To Together Two Three "
    "Under Upon Using Unlike Until What Whereas Additionally Consequently Conversely Recently Notably Given"
)
# Words after which a single capital is a name of its own, not an initial: "vitamin D. Mice …".
_LETTERED = _words(
    "vitamin hepatitis influenza type types group groups class stage phase virus factor protein cohort arm grade "
    "panel level category condition complex domain chain subunit chromosome cytochrome lamin troponin cathepsin "
    "antigen apolipoprotein site zone region cluster model part degrees immunoglobulin"
)
_ITEM = re.compile(r"\d{1,2}|[A-Za-z]|[ivx]+")
_END_BEFORE = re.compile(r"(?<!\b[Ff]ig)(?<!\b[Rr]ef)(?<!\b[Ee]q)(?<!\b[Nn]o)[.:;]$")
_LABEL = re.compile(
    r"(?:(?:supp[a-z]*|extended data|additional|online)\.?\s)?"
    r"(?:fig(?:ure)?|table|scheme|box|chart|plate|map|image|video|movie|file|appendix)\.?\s?[A-Z]{0,2}\d+[A-Z]?",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"[A-Z]|(?:[A-Z]\.-?)+[A-Z]")
_NAME_IN_LOWER_CASE = re.compile(r"[^\W\d_]+-?\w*[A-Z\d]|(?:[α-ω]|alpha|beta|gamma|delta|kappa)-|[a-z]-[A-Z]")
_UNIT = re.compile(r"[hsdgmlMKCNVLTÅ]|hr|hrs|min|sec|mg|kg|ml|mL|wk|mo|yr|yrs")
_QUANTITY = re.compile(r"[(<>=≤≥~±−-]*(?!(?:19|20)\d\d$)\d[\d.,()⁰-⁹−-]*|°")


class _Stop(Enum):
    """What we know of a full stop that could end a sentence."""

    GOES_ON = auto()
    ENDS = auto()
    OPEN = auto()  # left to the library


def sentences(text: str, blocks: Sequence[Block], marks: Sequence[ReferenceMark] = ()) -> tuple[Span, ...]:
    """Sentences in order, each inside one block, without white space at its ends.

    Every character of a block that is not white space is in exactly one sentence. A heading and a note have no
    sentences; a title, a row of a table and a formula are one each. A citation mark after the full stop belongs to
    the sentence it closes.

    >>> text = "EVs were small (Fig. 2).[12] They carried miR-21."
    >>> [text[s.start : s.end] for s in sentences(text, [Block(0, 49, BlockKind.PARAGRAPH)])]
    ['EVs were small (Fig. 2).[12]', 'They carried miR-21.']
    """
    spans: list[Span] = []
    mark = 0
    for block in blocks:
        if block.kind in _WITHOUT_SENTENCES:
            continue
        line = text[block.start : block.end]
        while mark < len(marks) and marks[mark].end <= block.start:
            mark += 1
        inside = []
        while mark < len(marks) and marks[mark].start < block.end:
            inside.append((marks[mark].start - block.start, marks[mark].end - block.start))
            mark += 1
        ends = [len(line)] if block.kind in _WHOLE else _ends(line, inside)
        spans += _trimmed(line, ends, block.start)
    return tuple(spans)


def _trimmed(line: str, ends: list[int], offset: int) -> Iterator[Span]:
    start = 0
    for end in ends:
        part = line[start:end]
        words = part.strip()
        if words:
            first = start + len(part) - len(part.lstrip())
            yield Span(offset + first, offset + first + len(words))
        start = end


def _ends(line: str, marks: Sequence[tuple[int, int]]) -> list[int]:
    """Ends of the sentences of one line; the last is the line's end."""
    found = sentencex.get_sentence_boundaries("en", _prepared(line, marks))
    ends: list[int] = [0]
    for sentence in found:
        end = int(sentence["end_index"])
        if len(ends) > 1 and not _WORD_CHARACTER.search(line, ends[-1], end):
            ends.pop()  # a quotation mark or bracket that was left alone closes the sentence before it
        ends.append(end)
    return [*ends[1:-1], len(line)]


def _prepared(line: str, marks: Sequence[tuple[int, int]]) -> str:
    """The line as the library should see it: of the same length, with a full stop only where a sentence may end."""
    marked = _with_marks(line, marks)
    aside = _asides(marked)
    shown = list(_HIDDEN.sub("q", _WHITE.sub(" ", marked)))
    free = 0
    for stop in _STOP.finditer(marked):
        start, end = stop.span()
        shown[start:end] = "q" * (end - start)
        if stop["end"] is None or aside[end - 1]:
            continue
        verdict = _judge(marked, stop)
        if verdict is _Stop.GOES_ON:
            continue
        shown[end - 1] = "."
        if verdict is _Stop.ENDS:  # "qqqq" is no abbreviation that the library knows, as "ml" is
            first = max(free, end - 5)
            shown[first : end - 1] = "q" * (end - 1 - first)
        free = end + 1  # the white space after this full stop stays
    return "".join(shown)


def _with_marks(line: str, marks: Sequence[tuple[int, int]]) -> str:
    """The line with each character of a citation mark replaced by `_MARK`."""
    marked = list(_PRINTED_MARK.sub(lambda found: _MARK * len(found[0]), line))
    for start, end in marks:
        marked[start:end] = _MARK * (end - start)
    return "".join(marked)


def _asides(line: str) -> bytearray:
    """For each character, whether it stands inside a pair of brackets."""
    inside = bytearray(len(line))
    opened: list[int] = []
    for found in _BRACKET.finditer(line):
        at = found.start()
        if found[0] in "([{":
            opened.append(at)
        elif opened:
            first = opened.pop()
            if at - first <= _LONGEST_ASIDE:
                inside[first:at] = b"\1" * (at - first)
    return inside


def _judge(line: str, stop: re.Match[str]) -> _Stop:
    """Whether a sentence ends at a full stop, from the words on both sides."""
    after = _WORD_AFTER.match(line, stop.end())
    following = after["word"] if after else ""
    if not following:
        return _Stop.ENDS
    if not _may_open(following) or _LABEL.fullmatch(line, 0, stop.start()):
        return _Stop.GOES_ON
    if not stop[0].startswith("."):
        return _Stop.ENDS
    start = stop.start()
    before = line[max(0, start - 60) : start].split()[-2:] if not line[start - 1 : start].isspace() else []
    last, word = ["", "", *before][-2:]
    return _judge_words(last, word.lstrip("([{“‘\"'"), following)


def _judge_words(last: str, word: str, following: str) -> _Stop:
    lower = word.lower()
    if word in _TITLES or (lower in _NUMBERED and _NUMBER.match(following)):
        return _Stop.GOES_ON
    if word.isupper() and word.isalpha() and len(word) > 1:
        return _Stop.ENDS  # an acronym; the library takes ART and MS for art. and Ms.
    if lower in _ALWAYS_GO_ON:
        return _Stop.GOES_ON
    if _ITEM.fullmatch(word) and (not last or (word.isdigit() and _END_BEFORE.search(last))):
        return _Stop.GOES_ON  # "2. Cells were …": the number of an item
    if lower in _MAY_END:
        return _Stop.ENDS if following[0].isupper() and not following.isupper() else _Stop.GOES_ON
    if following.rstrip(",;:)") in _OPENERS or _is_quantity(last, word):
        return _Stop.ENDS
    if _INITIALS.fullmatch(word):
        return _Stop.ENDS if last.lower() in _LETTERED else _Stop.GOES_ON
    return _Stop.ENDS if len(word) < 3 else _Stop.OPEN


def _is_quantity(number: str, unit: str) -> bool:
    return bool(_UNIT.fullmatch(unit) and _QUANTITY.fullmatch(number))


def _may_open(word: str) -> bool:
    """Whether a sentence may begin with the word: not in lower case, unless as genes do (p53, miR-21, α-tubulin)."""
    if word[0] in ",;:.=<>≤≥±+/|)]}%&*\\":
        return False
    return not word[0].islower() or bool(_NAME_IN_LOWER_CASE.match(word))
