"""Numbers that a text prints as reference marks: "[3–6]", "¹,²". Which entries they stand for is not known here.

What looks the same and is none: an interval ("95% CI [1, 4]", "56 [45–67]"), an exponent ("10⁹", "cm²"), a charge
("Ca²⁺"), an isotope ("¹⁴C").
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_RANGE = 200

_DASH = r"[-‐‑–—−]"
_LIST = rf"\d{{1,4}}(?:\s*(?:{_DASH}|[,;])\s*\d{{1,4}})*"
BRACKETED = re.compile(rf"\[\s*{_LIST}\s*\]")
RAISED = re.compile(rf"\s*\[?\s*{_LIST}\s*\]?[,;]?\s*")
_PAIR = re.compile(r"\[\s*\d+\s*[,;]\s*\d+\s*\]")
_UNIT_AFTER = re.compile(
    r"\s*(?:%|°|(?:[kcmµμn]?(?:m|g|s|Hz|L|l|M)|min|h|hours?|days?|weeks?|months?|years?|deg(?:rees?)?)\b)"
)
_NUMBERS = re.compile(rf"(\d{{1,4}})(?:\s*{_DASH}\s*(\d{{1,4}}))?(?!\d)")
# A number that is no year, or a word for an interval, before a bracket.
_BEFORE_INTERVAL = re.compile(
    r"(?:(?<![\d.])(?!(?:19|20)\d\d\s)[\d.,]*\d\s?[%a-zµ]{0,3}|(?:\b(?:CI|CrI|IQR|SD|ranges?|intervals?)[:,]?|[=±~≈<>≤≥×]))\s*$"
)
# A unit or a symbol before a raised number makes it an exponent: no mark without a word or punctuation.
_WORD_BEFORE = re.compile(r"(?:[^\W\d_]{3,}|[.,;:)\]”\"’%])$")
_UNITS = re.compile(
    r"\b(?:chi|eta|kcal|log|min|mol|exp|inch(?:es)?|feet|met(?:er|re)s?|pixels?|tan|sin|cos)$", re.IGNORECASE
)


def numbers(printed: str) -> list[int]:
    """Numbers that a mark prints, ranges written out; a mark with letters prints none.

    >>> numbers("[1, 3–5]"), numbers("³⁻⁵"), numbers("Ann, 2004")
    ([1, 3, 4, 5], [3, 4, 5], [])
    """
    text = unicodedata.normalize("NFKC", printed)
    if any(character.isalpha() for character in text):
        return []
    found: list[int] = []
    for match in _NUMBERS.finditer(text):
        low, high = int(match[1]), int(match[2] or match[1])
        found += range(low, high + 1) if 0 <= high - low <= LONGEST_RANGE else (low, high)
    return found


def may_be_bracketed(before: str, mark: str, after: str) -> bool:
    """Whether numbers in square brackets between these texts may be a mark.

    A pair that stands alone, or before a unit, is an interval.

    >>> may_be_bracketed("in mice ", "[4]", "."), may_be_bracketed("median 56 ", "[4, 9]", "")
    (True, False)
    >>> may_be_bracketed("in 2019 ", "[4]", "."), may_be_bracketed("benzo", "[1]", "oxazepine")
    (True, False)
    >>> may_be_bracketed("", "[10, 20]", ""), may_be_bracketed("moved by ", "[10, 20]", " mm")
    (False, False)
    """
    is_pair = _PAIR.fullmatch(mark) is not None
    if after[:1].isalnum() or after[:1] == "-" or (is_pair and not before.strip() and not after.strip()):
        return False
    return _BEFORE_INTERVAL.search(before) is None and not (is_pair and _UNIT_AFTER.match(after))


def may_be_raised(before: str, mark: str, after: str) -> bool:
    """Whether a raised number between these texts may be a mark.

    >>> may_be_raised("in mice", "2", "."), may_be_raised("5 cm", "2", "."), may_be_raised("in mice.", "14", "C")
    (True, False, False)
    """
    if after[:1].isalnum() or before[-1:].isdigit() or after[:1] in ("⁺", "⁻", "+"):
        return False
    return bool(re.search(r"\d\D+\d", mark)) or (
        _WORD_BEFORE.search(before) is not None and _UNITS.search(before) is None
    )
