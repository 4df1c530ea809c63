"""A question with its misspelled words as the indexed papers spell them.

A word that no paper has, and that is one edit away (Damerau 1964: a letter too many, too few, another, or two that
changed places) from words that papers have, may be meant to be the one of these that most papers have. It may as well
be spelled as it is meant: "dysphasia" is no misspelled "dysphagia". So this is for suggestions that a person confirms.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from index.terms import tokenise

Counts = Callable[[Sequence[str]], npt.NDArray[np.int64]]
"""From n words to the (n,) numbers of documents, or of passages, that have them."""

# Shorter ones have too many neighbours; names with digits, hyphens or capitals inside are spelled as they are meant.
_WORD = re.compile(r"(?<![\w‐‑'’-])[A-Za-z][a-z]{4,24}(?![\w‐‑'’-])")
# What questions are put with, and a small index may not have.
_ASKING = re.compile(
    "about|after|again|between|could|doing|every|having|might|other|shall|should|their|there|these|those|under|where|"
    "which|while|whose|would"
)


def respelled(question: str, terms: Counts, words: Counts) -> str | None:
    """The question with other spellings of what may be misspelled; None where nothing may be.

    Args:
        question: any text.
        terms: counts terms as `index.terms` makes them.
        words: counts words as texts write them.

    >>> known = {"receptor": 3, "exosomes": 9}
    >>> counts = lambda found: np.array([known.get(one, 0) for one in found])
    >>> respelled("Which recepter?", counts, counts), respelled("Which receptor?", counts, counts)
    ('Which receptor?', None)
    """
    said = re.sub(_WORD, lambda found: _meant(found[0], terms, words) or found[0], question)
    return said if said != question else None


def _meant(word: str, terms: Counts, words: Counts) -> str | None:
    lower = word.lower()
    if _ASKING.fullmatch(lower) or terms(tokenise(word)).all():
        return None
    others = sorted(set(_one_edit_away(lower)))
    counts = words(others) + words([other.capitalize() for other in others])
    most = int(counts.argmax())
    if not counts[most]:
        return None
    return others[most].capitalize() if word[0].isupper() else others[most]


def _one_edit_away(word: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in string.ascii_lowercase:
            yield before + letter + after
            if after and letter != after[0]:
                yield before + letter + after[1:]
