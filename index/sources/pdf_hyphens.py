"""Lines to running text: what a hyphen at the end of a line was, told by the document's other words.

A hyphen that parts "treat-" from "ment" goes; one that the author wrote ("PD-L1", "T-cell", "dose-response") stays.
The document decides: how the word stands in the middle of other lines. Where it does not say, a hyphen between two
words of the document stays, and one before or after a fragment goes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.sources.elements import Piece, Pieces

_HYPHENS = "-\u00ad\u2010\u2011"
_LAST = re.compile(rf"([^\W_]+)[{_HYPHENS}]$")
_FIRST = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[^\W_]+(?:[-\u2010\u2011][^\W_]+)*")
_SUSPENDED = re.compile(r"(?:and|or|to|versus|vs\.?)\s", re.IGNORECASE)
# First halves of words that English writes as one: "with-" and "out" are both words of any document.
_CLOSED = re.compile(
    "over|under|through|with|how|there|where|what|who|some|more|further|never|here|inter|sub|super|micro|macro|dis|mis"
    "|un|re|hyper|hypo|trans"
)
_ADDRESS = re.compile(r"(?:https?://|www\.|doi\.org/|\b10\.\d{4,9}/?)\S*$|\b10\.$", re.IGNORECASE)
_BASES_END, _BASES = re.compile(r"(?:^|[\s'’′-])[ACGTU]{5,}$"), re.compile(r"[ACGTU]{3,}(?![^\W_])")
_GOES_ON_AFTER = "/_=&?"
_ENDINGS = re.compile(r"(?:s|es|ed|ing|ly)$")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words that stand whole in some line of the document, in lower case: closed ones, and hyphenated ones.

    `openers` and `tails` are the first and last parts of the hyphenated ones.
    """

    closed: frozenset[str]
    hyphenated: Counter[str]
    openers: frozenset[str]
    tails: frozenset[str]

    @classmethod
    def of(cls, lines: Iterable[str]) -> Vocabulary:
        """The words of these lines, without those at a hyphenated end."""
        closed: set[str] = set()
        hyphenated: Counter[str] = Counter()
        ended = False
        for line in lines:
            words = _WORD.findall(line.lower())
            starts = 1 if ended else 0
            ended = line.rstrip().endswith(tuple(_HYPHENS))
            for word in words[starts : -1 if ended else None]:
                if re.search(r"[-\u2010\u2011]", word):
                    hyphenated[re.sub(r"[\u2010\u2011]", "-", word)] += 1
                else:
                    closed.add(word)
        openers = frozenset(word.partition("-")[0] for word in hyphenated)
        return cls(frozenset(closed), hyphenated, openers, frozenset(word.rpartition("-")[2] for word in hyphenated))


def joined(lines: Sequence[Pieces], words: Vocabulary) -> Pieces:
    """The lines as one text."""
    result: list[Piece] = list(lines[0]) if lines else []
    for above, below in pairwise(lines):
        left, right = _text(above), _text(below)
        if not left or not right:
            result += below
            continue
        hyphen, space = _between(left, right, words)
        if left[-1] in _HYPHENS and result:
            result[-1] = replace(result[-1], text=result[-1].text.rstrip()[:-1] + hyphen)
        result += [Piece(" ", page=result[-1].page)] if space and result else []
        result += below
    return tuple(piece for piece in result if piece.text)


def _text(pieces: Pieces) -> str:
    return "".join(piece.text for piece in pieces).strip()


def _between(left: str, right: str, words: Vocabulary) -> tuple[str, bool]:
    """What becomes of the hyphen that `left` ends in, if any, and whether a space follows.

    >>> words = Vocabulary.of(["the T-cell response to treatment", "a dose and a response"])
    >>> _between("treat-", "ment was", words), _between("T-", "cell", words), _between("dose-", "response", words)
    (('', False), ('-', False), ('-', False))
    >>> _between("pre-", "and post-test", words), _between("see https://a.org/", "b", words)
    (('-', True), ('', False))
    """
    if left[-1] not in _HYPHENS:
        return "", not _is_inside_word(left, right)
    printed = "-" if left[-1] == "\u00ad" else left[-1]
    before, after = _LAST.search(left), _FIRST.match(right)
    if not before or not after:
        return printed, left[-2:-1].isspace()
    if _SUSPENDED.match(right) and before[1].lower() + after[0].lower() not in words.closed:
        return printed, True
    if _ADDRESS.search(left) or not _is_broken(before[1], after[0], words):
        return printed, False
    return "", False


def _is_broken(left: str, right: str, words: Vocabulary) -> bool:
    """Whether the two are parts of one word that the line's end broke."""
    whole = left.lower() + right.lower()
    pair = f"{left.lower()}-{right.lower()}"
    if _has(words.closed, whole) and len(left) > 1:
        return not words.hyphenated[pair]
    if len(left) == 1 or not right[0].islower() or not left.isalpha() or not left[1:].islower():
        return False
    if any(words.hyphenated[form] for form in _forms(pair)):
        return False
    if (right.lower() not in words.closed and right.lower() not in words.tails) or _CLOSED.fullmatch(left.lower()):
        return True
    return left.lower() not in words.closed and left.lower() not in words.openers


def _has(closed: frozenset[str], word: str) -> bool:
    return any(form in closed for form in _forms(word))


def _forms(word: str) -> list[str]:
    stem = _ENDINGS.sub("", word)
    return [word, *(stem + ending for ending in ("", "s", "es", "ed", "d", "ing", "ly"))]


def _is_inside_word(left: str, right: str) -> bool:
    """Whether a line ends inside of an address, or after a stroke or a dash that takes no spaces."""
    if left[-1] in "/–—" and not left[-2:-1].isspace():
        return True
    if _BASES_END.search(left) and _BASES.match(right):
        return True
    if not _ADDRESS.search(left):
        return False
    return left[-1] in _GOES_ON_AFTER or right[0] in "/_=&?" or (left[-1] == "." and right[0].isdigit())


def on_page(pieces: Pieces, page: int) -> Pieces:
    """The pieces, each on a page."""
    return tuple(replace(piece, page=page) for piece in pieces)
