"""What two copies of a text have in common: characters without white space, dashes and typographic variety.

A text is folded to a key, with the offset of every key character. Letters, digits, punctuation, super- and subscripts
stay as they are: 10⁹ is never 109. White space, dashes and invisible characters are left out of the key and compared
afterwards, gap by gap, since a line's end may add white space to them or make a hyphen of nothing.
Character classes and compatibility forms are those of the Unicode Character Database.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

# What may stand around a word and is no part of it.
PUNCTUATION = ".,;:!?()[]{}'\"“”„‘’‚«»‹›…"

_SINGLE_QUOTES = frozenset("'‘’‚‛‹›′‵`´ʹʻʼˈ＇")
_DOUBLE_QUOTES = frozenset('"“”„‟«»″‶〃ʺ＂')
_DASHES = frozenset("−˗⁃")  # beside those that Unicode itself calls dashes
_SOFT_HYPHEN = "\u00ad"

# Compatibility forms that print the same characters. Superscripts, subscripts, fractions and circled numbers do not.
_SAME_CHARACTERS = frozenset(
    ("<compat>", "<wide>", "<narrow>", "<font>", "<square>", "<initial>", "<medial>", "<final>", "<isolated>")
)
_SPACE = "0020"

SOFT_BREAK = re.compile(rf"{_SOFT_HYPHEN}(?=\s)")
_BEFORE_DIGITS = ".,:/"


@dataclass(frozen=True, eq=False)
class Folded:
    """A text and its key: `at[i]` is the offset in `text` of the character that `key[i]` comes from; it never falls."""

    text: str
    key: str
    at: IntArray

    @cached_property
    def gaps(self) -> list[int]:
        """Places `i` with characters of the text between key characters `i` and `i + 1`, in order."""
        places: list[int] = np.flatnonzero(np.diff(self.at) > 1).tolist()
        return places

    @cached_property
    def joints(self) -> IntArray:
        """For each place 0 where nothing stands between the key characters, 1 where one space does, else 2."""
        after, lengths = np.minimum(self.at[:-1] + 1, len(self.text) - 1), np.diff(self.at) - 1
        is_space = np.frombuffer(self.text.encode("utf-32-le"), dtype="<u4")[after] == ord(" ")
        return np.where(lengths < 1, 0, np.where((lengths == 1) & is_space, 1, 2))

    def gap(self, place: int) -> str:
        """What stands between key characters `place` and `place + 1`; see `fold_gap`."""
        return fold_gap(self.text[self.at[place] + 1 : self.at[place + 1]])


def fold(text: str) -> Folded:
    """Folds a text in Unicode form C.

    >>> fold("“T‑cell” eﬃcacy").key
    '"Tcell"efficacy'
    """
    points = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    present = np.flatnonzero(np.bincount(points)).tolist()
    forms = {point: form for point in present if (form := fold_character(chr(point))) != chr(point)}
    size = max(present, default=0) + 1
    codes, is_kept = np.arange(size, dtype="<u4"), np.ones(size, dtype=np.bool_)
    for point, form in forms.items():
        is_kept[point] = bool(form)
        if len(form) == 1:
            codes[point] = ord(form)
    at = np.flatnonzero(is_kept.take(points))
    ligatures = {point: form for point, form in forms.items() if len(form) > 1}
    if ligatures:
        lengths = np.ones(size, dtype=np.int64)
        lengths[list(ligatures)] = [len(form) for form in ligatures.values()]
        at = np.repeat(at, lengths.take(points.take(at)))
    key = codes.take(points.take(at))
    for point, form in ligatures.items():
        places = np.flatnonzero(key == point)
        key[places] = np.resize([ord(character) for character in form], len(places))
    return Folded(text, key.tobytes().decode("utf-32-le"), at)


@lru_cache(maxsize=2**12)
def fold_character(character: str) -> str:
    """What a character is in a key; empty for those that belong to gaps.

    >>> fold_character("ﬁ"), fold_character("µ"), fold_character("⁹"), fold_character("–")
    ('fi', 'μ', '⁹', '')
    """
    if character.isascii() and character.isalnum():
        return character
    if character.isspace() or character in _DASHES or unicodedata.category(character) in ("Pd", "Cf"):
        return ""
    if character in _SINGLE_QUOTES:
        return "'"
    if character in _DOUBLE_QUOTES:
        return '"'
    form, *points = unicodedata.decomposition(character).split() or [""]
    if form not in _SAME_CHARACTERS or points[0] == _SPACE:
        return character
    return "".join(fold_character(chr(int(point, 16))) for point in points)


def fold_gap(between: str) -> str:
    """Dashes as "-", each run of white space as one space, nothing invisible.

    >>> fold_gap("\\u2009–\\n"), fold_gap("\\u00ad\\n"), fold_gap("\\u00ad")
    (' - ', '- ', '')
    """
    if between == " ":
        return between
    kept = [" " if c.isspace() else "-" for c in SOFT_BREAK.sub("-", between) if not _is_invisible(c)]
    return re.sub(" +", " ", "".join(kept))


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf"


def is_same_gap(one: str, other: str, left: str, right: str) -> bool:
    """Whether two folded gaps between the same key characters differ only as copies of one text do.

    White space may come or go beside punctuation, but never between letters or digits, and never so that a number
    changes. A hyphen before white space may be the one of a word broken at a line's end.

    >>> is_same_gap("- ", "", "s", "t"), is_same_gap("- ", "-", "s", "t"), is_same_gap(" ", "", "5", ")")
    (True, True, True)
    >>> is_same_gap(" ", "", "1", "0"), is_same_gap(" ", "", ".", "5"), is_same_gap(" -", "-", "5", "3")
    (False, False, False)
    """
    if one == other:
        return True
    dashes = one.replace(" ", "")
    if dashes != other.replace(" ", ""):
        return {one, other} == {"- ", ""} and left.isalpha() and right.isalpha()
    if dashes:
        is_minus = left.isalnum() and right.isdigit() and " -" in (one, other)
        return not is_minus
    return not (left.isalnum() and right.isalnum()) and not (right.isdigit() and left in _BEFORE_DIGITS)
