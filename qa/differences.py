"""How alike two sentences are, and which words they do not share.

Words are compared as `index.folding` compares characters, so that a difference shown is one of wording, never of
typography. The alignment is difflib's (Ratcliff & Obershelp 1988).
"""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher

from index.folding import PUNCTUATION, fold_character, fold_gap


class WordComparison:
    """Compares one quote with many sentences."""

    def __init__(self, quote: str) -> None:
        self._quote = _words(quote)
        # subtle: difflib prepares its second sequence once, so the sentences have to be the first
        self._matcher = SequenceMatcher(None, [], [word for word, _ in self._quote], autojunk=False)

    def likeness(self, sentence: str, least: float = -1.0) -> float:
        """Share of words in common and in order, in [0, 1]; -1 when it is at most `least`, which is cheaper to see.

        >>> WordComparison("EVs never carry RNA").likeness("EVs carry “RNA”.")
        0.8571428571428571
        """
        self._matcher.set_seq1([word for word, _ in _words(sentence)])
        if self._matcher.real_quick_ratio() <= least or self._matcher.quick_ratio() <= least:
            return -1.0
        return self._matcher.ratio()

    def difference(self, sentence: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Words of the quote that a sentence lacks, and words that it has besides, in order and as written.

        >>> WordComparison("EVs never carry RNA").difference("EVs carry “DNA”.")
        (('never', 'RNA'), ('DNA',))
        """
        words = _words(sentence)
        self._matcher.set_seq1([word for word, _ in words])
        missing: list[str] = []
        added: list[str] = []
        for operation, first, last, quote_first, quote_last in self._matcher.get_opcodes():
            if operation != "equal":
                added += [word for _, word in words[first:last]]
                missing += [word for _, word in self._quote[quote_first:quote_last]]
        return tuple(missing), tuple(added)


def _words(text: str) -> list[tuple[str, str]]:
    """Words as they are compared, and as they are written, both without punctuation around them."""
    words = ((_folded(word), word.strip(PUNCTUATION)) for word in unicodedata.normalize("NFC", text).split())
    return [(folded, word) for folded, word in words if folded]


def _folded(word: str) -> str:
    if not word.isascii():
        word = "".join(fold_character(character) or fold_gap(character) for character in word)
    return word.strip(PUNCTUATION)
