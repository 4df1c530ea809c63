"""Whether a sentence can stand alone, and what has to be quoted with it where it cannot.

"This was reversed by GW4869." says nothing to who has not read the sentence before it. Such a sentence is known by how
it begins: by a word that points back (a pronoun, a demonstrative, a contrast or a conclusion), as anaphora is by the
surface rules of Mitkov 1998 ("Robust pronoun resolution with limited knowledge"). No model of language is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.document import Passage, Span

_MOST_BEFORE = 2  # sentences that are quoted before the one that was chosen

_ADDS = (  # what may begin a sentence that has its own subject
    "additionally|also|and|besides|but|finally|for example|for instance|further|furthermore|importantly|in addition|"
    "indeed|interestingly|lastly|moreover|notably|of note|overall|specifically|strikingly|surprisingly|"
    "taken together|together"
)
_POINTS = (
    "accordingly|as a consequence|as a result|as such|at the same time|by contrast|consequently|conversely|"
    "for this reason|hence|however|in (?:both|either|all) cases|in contrast|in turn|instead|likewise|nevertheless|"
    "nonetheless|on the contrary|on the other hand|otherwise|similarly|so|then|therefore|thereby|thus|"
    "he|her|his|its|it|she|their|them|they|these|this|those|such|"
    "(?:both|each|neither|none|some|most|many|all|one|several) of (?:them|these|those|which)|"
    "the (?:former|latter|same)|another (?:one|study)|"
    "(?:by|for|from|in|of|on|through|to|under|via|with) (?:this|these|those|them|it)"
)
# The subject of "it is known that" comes after it; "this review" is what one reads.
_EXPECTS = (
    r"it (?:has (?:also )?been|is|was|remains|seems|appears|became|becomes)\b[^,.;]{0,60}?\b(?:that|to|whether|how)\b|"
    r"(?:in |for )?(?:this|the present) (?:article|chapter|paper|report|review|study|trial|work)\b|"
    r"in this (?:context|regard|respect)\b(?=\W+we\b)"
)
_DEPENDENT = re.compile(rf"(?:(?:{_ADDS})\b,?\s+)*(?!{_EXPECTS})(?:{_POINTS})\b(?!-)", re.IGNORECASE)


def stands_alone(sentence: str) -> bool:
    """Whether it begins with nothing that points back to the sentence before.

    >>> stands_alone("Exosomes carry PD-L1."), stands_alone("It is known that exosomes carry PD-L1.")
    (True, True)
    >>> stands_alone("This was reversed."), stands_alone("Moreover, they carry PD-L1.")
    (False, False)
    """
    return _DEPENDENT.match(sentence) is None


def with_antecedent(passage: Passage, sentences: Sequence[Span], chosen: int) -> Span | None:
    """The chosen sentence with as many before it as it needs, at most two, all of one paragraph of the passage.

    Args:
        passage: that holds them.
        sentences: of the passage, in order.
        chosen: the place of one among them.

    Returns:
        None where what it points to lies outside the passage, or further back.
    """

    def text(start: int, end: int) -> str:
        return passage.text[start - passage.start : end - passage.start]

    for first in range(chosen, max(chosen - _MOST_BEFORE, 0) - 1, -1):
        begins = sentences[first]
        if stands_alone(text(begins.start, begins.end)):
            return Span(begins.start, sentences[chosen].end)
        if first == 0 or "\n" in text(sentences[first - 1].end, begins.start):
            return None
    return None
