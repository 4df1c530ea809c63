"""Whether a sentence tells what was found, or only announces it.

A paper says what it asks in the words of the question, and better than its finding does: "We investigated whether
exosomes carry PD-L1" is closer to a question about that than "PD-L1 was found on them". A sentence that announces an
aim or a gap is no evidence. It is known by its wording, as the zones AIM and BACKGROUND are in argumentative zoning
(Teufel & Moens 2002, "Summarizing Scientific Articles"); docs/statements.md says how often that is right. What a review
says of itself does not announce: it may be all that its abstract has to say.
"""

from __future__ import annotations

import re

_LOOKS = (
    "address(?:ed)?|aim(?:ed)?|analy[sz]ed?|ask(?:ed)?|assess(?:ed)?|compared?|evaluated?|examined?|explored?|"
    "hypothesi[sz]ed?|investigated?|seek|sought|set out|study|studied|test(?:ed)?|wanted|wished"
)
_TO_LOOK = (
    "analy[sz]e|answer|assess|characteri[sz]e|clarify|compare|define|describe|determine|elucidate|establish|estimate|"
    "evaluate|examine|explore|find out|identify|investigate|quantify|study|test|understand"
)
_AIMS = r"(?:aims?|goals?|purposes?|objectives?|hypothes[ie]s)"
_GAPS = (
    r"unclear|unknown|uncertain|unresolved|elusive|controversial|little is known|not (?:clear|known|certain|resolved)|"
    r"(?:not|poorly|incompletely) (?:\w+ly |well )?(?:understood|defined|established|characteri[sz]ed|elucidated)|"
    r"to be (?:determined|elucidated|established|explored)|"
    r"ha(?:s|ve|d) not (?:yet |previously )?been (?:\w+ly |well )?\w+ed"
)
_ANNOUNCES = re.compile(
    rf"\bwe (?:\w+ly |also |first |further |here |next |now |then |therefore |thus )*(?:{_LOOKS})\b|"
    rf"\b{_AIMS} (?:of|was|were|is|are|that|to)\b|\b(?:our|the|this) (?:main |primary |secondary )?{_AIMS}\b|"
    r"\baimed (?:at|to)\b|\bhypothesi[sz]ed\b|"
    r"\b(?:was|were|is|are) (?:carried out|conducted|designed|initiated|performed|undertaken) to\b|"
    rf"\bto (?:{_TO_LOOK})\b|\bwhether\b|\b(?:{_GAPS})\b",
    re.IGNORECASE,
)
# The label of a part of a structured abstract. Methods are not among them: what was done, to how many, is a fact.
_PART = re.compile(
    r"(?:AIMS?|BACKGROUND|CONTEXT|DATA (?:EXTRACTION|SOURCES?)|(?:STUDY )?DESIGN|IMPORTANCE|INTRODUCTION|OBJECTIVES?|"
    r"(?:MAIN |PRIMARY )?OUTCOMES?|PURPOSE|RATIONALE|(?:STUDY )?SELECTION|SETTINGS?)\b(?![- ]?[a-z])"
)
_FINDS = re.compile(
    r"\b(?:conclude[ds]?|confirm\w*|demonstrat\w+|discovered|finds?|findings|found|identified|indicat\w+|observed?|"
    r"report\w*|result(?:ed|ing)|reveal\w*|show(?:s|ed|n)?|suggest\w*)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"\b(?:{_AIMS}|{_GAPS}|designed|future|open questions?|remains?)\b", re.IGNORECASE)


def announces(sentence: str) -> bool:
    """Whether it says what is asked, planned or unknown, and not what was found.

    >>> announces("We asked whether exosomes carry PD-L1."), announces("Little is known about exosomes.")
    (True, True)
    >>> announces("Exosomes carry PD-L1."), announces("We tested exosomes and found PD-L1 on them.")
    (False, False)
    """
    return bool((_ANNOUNCES.search(sentence) or _PART.match(sentence)) and not _FINDS.search(sentence))


def asks_for_announcements(question: str) -> bool:
    """Whether a question is about aims or about what is not known, which such a sentence answers.

    >>> asks_for_announcements("What is unknown about exosomes?"), asks_for_announcements("What do exosomes carry?")
    (True, False)
    """
    return bool(_ASKS.search(question))
