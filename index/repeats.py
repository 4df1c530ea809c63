"""Which texts say again what one before them said: so that several hits are several pieces of evidence.

A text repeats an earlier one that has all of its words and nine in ten of its runs of three words: the same abstract
from a preprint, a sentence that a caption has too, a publisher's boilerplate. One word that the earlier text does not
have, such as a "not", a number or the name of a table's row, makes it another. Vectors do not tell: passages of one
paper that have nothing but its title in common have cosines up to 0.99. Knows nothing of ranking.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

_WORD = re.compile(r"\w+")
_RUN = 3  # words
_SHARED = 0.9  # of the runs


class Heard:
    """Texts heard one after another, each known by its place among them, from 0.

    `new` are the places of those that say something new, `copies` those that repeat each of them, both in order.

    >>> heard = Heard()
    >>> for text in ("EVs carry PD-L1 and pump.", "Cells die.", "EVs carry PD‑L1", "EVs do not carry PD-L1"):
    ...     heard.hear(text)
    >>> heard.new, dict(heard.copies)
    ([0, 1, 3], {0: [2]})
    """

    def __init__(self) -> None:
        self.new: list[int] = []
        self.copies: defaultdict[int, list[int]] = defaultdict(list)
        self._words: dict[int, list[str]] = {}
        self._vocabularies: dict[int, frozenset[str]] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def hear(self, text: str) -> None:
        """Takes the next text."""
        place, self._size = self._size, self._size + 1
        words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
        for earlier in self.new:
            if self._vocabularies[earlier].issuperset(words) and _repeats(words, self._words[earlier]):
                self.copies[earlier].append(place)
                return
        self.new.append(place)
        self._words[place], self._vocabularies[place] = words, frozenset(words)


def _repeats(words: list[str], earlier: list[str]) -> bool:
    runs = _runs(words)
    return len(runs & _runs(earlier)) >= _SHARED * len(runs)


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + _RUN]) for i in range(max(1, len(words) - _RUN + 1))}
