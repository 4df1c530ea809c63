"""What must stand in a sentence for it to answer a question: the expected answer type (Li & Roth 2002).

A sentence without a number does not say how many, and one that names no microRNA does not say which; however close it
is, it is no answer. Only what a question's wording shows beyond doubt is expected: of most questions, nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

_QUANTITIES = (
    "area under the curve|auc|concentration|dosage|dose|fraction|half-li(?:fe|ves)|hazard ratio|[ie]c50|ld50|number|"
    "odds ratio|percent(?:age)?|prevalence|proportion|share|specificity|survival|temperature"
)
_ADJECTIVES = "average|best|daily|exact|highest|lowest|maximum|mean|median|minimum|optimal|overall|storage|total"
# After the noun that is asked for; after another noun ("dose limits", "microRNA targets") it is not the one.
_GOES_ON = (
    r"(?= (?:among|and|at|for|from|in|of|on|to|with|can|could|did|do|does|had|has|have|is|are|may|might|must|should|"
    r"was|were|will|would|\w+ed|gave|gives?|keeps?|kept|led|leads?|made|makes?|reach(?:es)?|works?)\b|\W*$)"
)
_WHICH = r"\b(?:what|which)(?: (?:is|are|was|were))?(?: an?| the)?"
_NUMBER_ASKED = re.compile(
    rf"\bhow (?:many|old)\b|\bby how much\b|{_WHICH}(?: (?:{_ADJECTIVES}))? (?:{_QUANTITIES})s?\b{_GOES_ON}",
    re.IGNORECASE,
)
_MICRO_RNA_ASKED = re.compile(
    rf"{_WHICH}(?: (?!is\b|are\b|was\b|were\b|does?\b|did\b|of\b|in\b)\w+)? mi(?:cro)?-?R(?:NA)?s?\b{_GOES_ON}",
    re.IGNORECASE,
)

_REFERENCES = re.compile(r"\[[\d,;\s–-]+\]|\([\d,;\s–-]+\)")
# What may follow a number without a space. The digits of a name (miR-21, CD8, H1299, 3D) are no number.
_UNITS = r"bp|c?Gy|cm|[dghls]|days?|fold|IU|k?Da|kb|[kmnµμ]?[gl]|min|[mnpµμ]?[mM]|[mnµμ]?mol|nt|[SU]|y|yr"
_NUMBER = re.compile(
    rf"(?<![\w.,·‐‑-])\d[\d.,·]*[⁰¹²³⁴-⁹⁻]*(?:(?:{_UNITS})\b|[x×]\d|(?![\d.,·⁰¹²³⁴-⁹⁻]*[^\W\d_]))|"
    r"(?i:\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety|hundreds?|thousands?|millions?|dozens?|half|thirds?|quarters?|twice|none|majority)\b)"
)
_MICRO_RNA = re.compile(r"\b(?:mi(?:cro)?-?R(?:NA)?s?[-‐‑ ]?|let[-‐‑]?)\d\w*", re.IGNORECASE)


def numbers(text: str) -> frozenset[str]:
    """The numbers that a text says, as it writes them, without those of its reference marks.

    >>> sorted(numbers("Of 60 patients, half had miR-21 [3, 4]."))
    ['60', 'half']
    """
    return frozenset(found.rstrip(".,·").lower() for found in _NUMBER.findall(_REFERENCES.sub(" ", text)))


def micro_rnas(text: str) -> frozenset[str]:
    """The microRNAs that a text names, in lower case.

    >>> sorted(micro_rnas("Let-7d and miR-21-5p are microRNAs."))
    ['let-7d', 'mir-21']
    """
    return frozenset(found.lower() for found in _MICRO_RNA.findall(text))


def expected(question: str) -> Callable[[str], bool] | None:
    """Whether a sentence holds what the question asks for and does not have itself; None where nothing is expected.

    >>> holds = expected("How many patients had miR-21?")
    >>> holds and (holds("Of 60 patients 20 had it."), holds("Patients had miR-21."))
    (True, False)
    >>> expected("Do patients have miR-21?") is None
    True
    """
    for asked, found in ((_NUMBER_ASKED, numbers), (_MICRO_RNA_ASKED, micro_rnas)):
        if asked.search(question):
            return partial(_says_more, found, found(question))
    return None


def _says_more(found: Callable[[str], frozenset[str]], known: frozenset[str], sentence: str) -> bool:
    return bool(found(sentence) - known)
