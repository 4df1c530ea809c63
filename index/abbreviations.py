"""Abbreviations that a text defines itself: "extracellular vesicles (EVs)" and "EVs (extracellular vesicles)".

The algorithm is Schwartz & Hearst's (A simple algorithm for identifying abbreviation definitions in biomedical text,
Pacific Symposium on Biocomputing 2003): the characters of the short form are looked for from right to left in the
words beside the bracket, and its first character has to begin a word. Stricter than the paper in what may be a
short form: it has a capital, so that ordinary words in brackets are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.document import Abbreviation, Span

_BRACKET = re.compile(r"\(([^()]+)\)")
_SHORT = re.compile(r"(?=.*[^\W\d_])[^\W_][\w+/&.'’⁺⁻‐‑–-]*(?:\s[^\W_][\w+/&.'’⁺⁻‐‑–-]*)?")
_NAME = re.compile(r"[IVXLC]+|[A-Z][a-z]{3,}")  # a Roman numeral, a name
_FUNCTION_WORD = re.compile(r"(?:in|of|on|at|to|by|from|for|with|and|or|the|as|into)\s", re.IGNORECASE)
_NEXT_PART = re.compile(r"[;,:]\s|\s(?:or|and|hereafter)\s")
_REMARK = re.compile(r"\s(?:that|which|from|for|in|by|with|is|are|was|were|as)\s.*")
_LEAD = re.compile(r"^(?:the|an?|i\.e\.,?|namely|hereafter|also|termed|called)\s", re.IGNORECASE)
_MARK = re.compile(r"\[[\d,;–‑ -]+\]$")
_LOOSE = " ,;:\"“”'‘’⁰¹²³⁴⁵⁶⁷⁸⁹"  # what may stand between a long form and its bracket
_LETTERS = str.maketrans("αβγδεζηικλμνοπρστφχωΑΒΓΔ", "abgdezhiklmnoprstfcoabgd")  # TNF-α for "… factor alpha"
_REACH = 250  # characters before a bracket that are looked at
_SHORTEST, _LONGEST = 2, 10  # characters of a short form: the paper's


def abbreviations(text: str, sentences: Sequence[Span]) -> tuple[Abbreviation, ...]:
    """What the sentences of `text` define, each pair once, in order of first appearance.

    A long form is given as it stands inside a sentence where the text has it so: "extracellular vesicles", though
    "Extracellular vesicles (EVs)" begins one.

    >>> text = "Extracellular vesicles (EVs) carry cargo. Uptake of extracellular vesicles varies."
    >>> abbreviations(text, [Span(0, 41), Span(42, 82)])
    (Abbreviation(short='EVs', long='extracellular vesicles'),)
    """
    found: dict[tuple[str, str], Abbreviation] = {}
    for span in sentences:
        for short, long in _definitions(text[span.start : span.end]):
            key = short, long.casefold()
            if key not in found:
                inner = long[0].lower() + long[1:]
                found[key] = Abbreviation(short, inner if inner in text else long)
    return tuple(found.values())


def _definitions(sentence: str) -> Iterator[tuple[str, str]]:
    for bracket in _BRACKET.finditer(sentence):
        before, inside = _bare(sentence[max(0, bracket.start() - _REACH) : bracket.start()]), bracket[1].strip()
        short = _NEXT_PART.split(inside)[0].strip(" \"“”'‘’")
        if _is_short(short):
            words = before.split()[-min(len(short) + 5, 2 * len(short)) :]  # the paper's bound on a long form
            long = _long_form(short, " ".join(words))
            if long:
                yield short, long
                continue
        outside = before.split()[-1] if before else ""
        if _is_short(outside) and len(inside) > len(outside):
            first = _LEAD.sub("", _NEXT_PART.split(inside)[0])
            long = _long_form(outside, _REMARK.sub("", first)) or _long_form(outside, first)
            if long:
                yield outside, long


def _bare(words: str) -> str:
    """The words right before a bracket, without what may stand between; brackets before them end them."""
    words = words[max(words.rfind("("), words.rfind(")")) + 1 :].rstrip(_LOOSE)
    return _bare(words[: mark.start()]) if (mark := _MARK.search(words)) else words


def _is_short(word: str) -> bool:
    return (
        _SHORTEST <= len(word) <= _LONGEST
        and word != word.lower()
        and bool(_SHORT.fullmatch(word))
        and not _NAME.fullmatch(word)
    )


def _long_form(short: str, words: str) -> str | None:
    """The shortest end of `words` that the short form stands for."""
    start = _match(short, words)
    if start is None and re.search(r"[A-Z0-9]s$", short):
        start = _match(short[:-1], words)  # a plural short form of a singular long form
    if start is None:
        return None
    long = words[start:]
    if len(long) <= len(short) or short in long.split() or len(long.split()) > min(len(short) + 5, 2 * len(short)):
        return None
    return None if _FUNCTION_WORD.match(long) or long.count("[") != long.count("]") else long


def _match(short: str, words: str) -> int | None:
    """Where the long form begins: the paper's `findBestLongForm`."""
    small, large = (part.translate(_LETTERS).lower() for part in (short, words))
    if len(small) != len(short) or len(large) != len(words):
        return None  # a character whose lower case is two would shift the offsets
    at = len(large)
    for i in range(len(small) - 1, -1, -1):
        if not small[i].isalnum():
            continue
        at -= 1
        while at >= 0 and (large[at] != small[i] or (i == 0 and at > 0 and large[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return None
    return at
