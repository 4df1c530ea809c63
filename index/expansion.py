"""A question as it is searched for: its short forms written out, as the indexed documents define them.

A question that says "EVs" means what passages call "extracellular vesicles". The pairs are those that the documents
themselves define (Schwartz & Hearst 2003); of a short form with several meanings the one that prevails is taken, or
none. The encoder reads the question with its short forms written out. BM25 does not: the added words cost precision on
SciFact and on the Cystic Fibrosis collection. Knows nothing of indexes but how to ask for definitions.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from index.lexical import tokenise

_HYPHENS = "-‐‑"
_TO_ASCII = str.maketrans("‐‑", "--")
_COMPOUND = re.compile(rf"[^\W_]+(?:[{_HYPHENS}][^\W_]+)*")
_AFFIXES = re.compile(rf"(?:[a-z]+[{_HYPHENS}])*(.+?)(?:[{_HYPHENS}][a-z]{{3,}})*")  # "anti-PD-L1", "EV-mediated"
_SHORT = re.compile(r".+[A-Z]|.*[A-Z].*\d")  # "EVs", "miRNA", "CD9"; not "Exosomes", not "10"
_PREVAILS = 2  # times as many documents as the next meaning

Definitions = Callable[[Collection[str]], Iterable[tuple[str, str, int]]]
"""From short forms, as they may be spelled, to the (short form, long form, document row) of each definition."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """A short form of the question, what it stands for, and how many documents define it so."""

    term: str
    added: str
    documents: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was added to it; `written_out` is what the encoder reads."""

    text: str
    written_out: str
    expansions: tuple[Expansion, ...]
    _tokens: frozenset[str]
    _equals: tuple[tuple[frozenset[str], frozenset[str]], ...]  # tokens of a short form, of its long form

    def coverage(self, text: str) -> float:
        """Share of the question's words that stand in `text`, a short form also by its long form; 0 without words.

        Each counts the same: weights by inverse document frequency separate no better on SciFact, and in an index of
        one paper, where every word of the question that the paper does not use is "rare", they say nothing.
        """
        held = set(tokenise(text))
        for short, long in self._equals:
            if long <= held:
                held |= short
        return len(self._tokens & held) / len(self._tokens) if self._tokens else 0.0


def ask(question: str, definitions: Definitions) -> Asked:
    """The question with its short forms written out.

    Nothing is added to a question in capitals alone, where every word looks like a short form.

    >>> ask("Do EVs carry PD-L1?", lambda spellings: [("EV", "extracellular vesicle", 0)]).written_out
    'Do EVs (extracellular vesicle) carry PD-L1?'
    """
    places = [] if question == question.upper() else list(_forms(question))
    spellings = {spelling for begins, ends in places for spelling in _spellings(question[begins:ends])}
    known = _meanings(definitions(spellings)) if spellings else {}
    found: dict[str, Expansion] = {}
    written_out, end = [], 0
    for begins, ends in places:
        form = question[begins:ends]
        meaning = known.get(_short_key(form))
        if meaning is None or _long_key(meaning[0]) in _long_key(question):
            continue
        written_out += [question[end:ends], f" ({meaning[0]})"]
        found.setdefault(form, Expansion(form, *meaning))
        end = ends
    pairs = ((expansion.term, expansion.added) for expansion in found.values())
    return Asked(
        text=question,
        written_out="".join((*written_out, question[end:])),
        expansions=tuple(found.values()),
        _tokens=frozenset(tokenise(question)),
        _equals=tuple((frozenset(tokenise(short)), frozenset(tokenise(long))) for short, long in pairs),
    )


def _forms(question: str) -> Iterator[tuple[int, int]]:
    """Where what may be a short form stands. "PD-L1" is one, or none, but not "PD" and "L1"."""
    for compound in _COMPOUND.finditer(question):
        bare = _AFFIXES.fullmatch(question, *compound.span())
        if bare and _SHORT.match(bare[1]):
            yield bare.span(1)


def _spellings(form: str) -> set[str]:
    key = _short_key(form)
    return {spelled.replace("-", hyphen) for spelled in (key, f"{key}s") for hyphen in _HYPHENS}


def _meanings(definitions: Iterable[tuple[str, str, int]]) -> dict[str, tuple[str, int]]:
    """The prevailing long form, as most documents write it, and the number of documents, by the key of the short."""
    rows: defaultdict[str, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for short, long, row in definitions:
        rows[_short_key(short)][_long_key(long)].add(row)
        written[_long_key(long)][long] += 1
    known = {}
    for short, by_long in rows.items():
        first, *others = sorted(by_long, key=lambda long: (-len(by_long[long]), long))
        if not others or len(by_long[first]) >= _PREVAILS * len(by_long[others[0]]):
            spelling = min(written[first], key=lambda long: (-written[first][long], long))
            known[short] = (spelling, len(by_long[first]))
    return known


def _short_key(form: str) -> str:
    return form.translate(_TO_ASCII).removesuffix("s")


def _long_key(form: str) -> str:
    return form.translate(_TO_ASCII).replace("-", " ").casefold().removesuffix("s")
