"""A question as it is searched for: its short forms are its long forms, as the indexed documents define them.

A question that says "EVs" means what passages call "extracellular vesicles", and the other way round. The pairs are
those that the documents themselves define (Schwartz & Hearst 2003); of a short form with several meanings the one that
prevails is taken, or none. The encoder reads the question with its short forms written out; for BM25 and for coverage,
all words of the other form together count as the form that the question has. docs/retrieval.md says what else was
tried. Knows nothing of indexes but how to ask for definitions.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from index.query import Expansion
from index.terms import tokenise

_HYPHENS = "-‐‑"
_TO_ASCII = str.maketrans("‐‑", "--")
_TO_PRINT = str.maketrans("-'", "‑’")
_PLAIN = str.maketrans(dict.fromkeys(_HYPHENS, " ") | {"’": "'"})
_COMPOUND = re.compile(rf"[^\W_]+(?:[{_HYPHENS}][^\W_]+)*")
_AFFIXES = re.compile(rf"(?:[a-z]+[{_HYPHENS}])*(.+?)(?:[{_HYPHENS}][a-z]{{3,}})*")  # "anti-PD-L1", "EV-mediated"
_SHORT = re.compile(r".+[A-Z]|.*[A-Z].*[\dα-ω]")  # "EVs", "miRNA", "CD9", "Aβ"; not "Exosomes", not "10"
_WORD = re.compile(rf"[^\W_]+(?:[{_HYPHENS}'’.][^\W_]+)*")
_MOST_WORDS = 10  # of a long form
_PREVAILS = 2  # times as many documents as the next meaning

Definitions = Callable[[Collection[str]], Iterable[tuple[str, str, int]]]
"""From forms, as they may be spelled, to the (short form, long form, document row) of each definition of one of them.
Short forms are looked for as they are, long forms without regard to case."""

_Place = tuple[int, int]  # where a form begins and ends in the question


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was added to it; `written_out` is what the encoder reads."""

    text: str
    written_out: str
    expansions: tuple[Expansion, ...]
    _tokens: frozenset[str]
    _others: tuple[tuple[frozenset[str], str], ...]  # tokens of a form in the question, and its other form

    @property
    def equals(self) -> tuple[tuple[str, str], ...]:
        """The forms in the question, each with its other form: what BM25 takes for the same."""
        return tuple((one.term, one.added) for one in self.expansions)

    def coverage(self, text: str) -> float:
        """Share of the question's words that stand in `text`, a form also by its other form; 0 without words.

        Each counts the same: weights by inverse document frequency separate no better on SciFact, and in an index of
        one paper, where every word of the question that the paper does not use is "rare", they say nothing.
        """
        held = set(tokenise(text))
        for form, other in self._others:
            if _stands(other, text, held):
                held |= form
        return len(self._tokens & held) / len(self._tokens) if self._tokens else 0.0


def ask(question: str, definitions: Definitions) -> Asked:
    """The question with the other forms of its short and long forms.

    Nothing is a short form in a question in capitals alone, where every word looks like one. A form of which the
    question has the other as well needs nothing.

    >>> asked = ask("Do EVs carry PD-L1?", lambda forms: [("EV", "extracellular vesicle", 0)])
    >>> asked.written_out
    'Do EVs (extracellular vesicle) carry PD-L1?'
    """
    shorts = [] if question == question.upper() else list(_forms(question))
    longs = _phrases(question)
    known = _known(question, shorts, longs, definitions)
    found: dict[str, Expansion] = {}
    written_out, end = [], 0
    for begins, ends in shorts:
        form = question[begins:ends]
        meaning = known.get(_short_key(form))
        if meaning is None or _long_key(meaning.long) in _long_key(question):
            continue
        written_out += [question[end:ends], f" ({meaning.long})"]
        found.setdefault(form, Expansion(form, meaning.long, meaning.documents))
        end = ends
    said = {_short_key(question[slice(*place)]) for place in shorts}
    for place, meaning in _shortened(longs, known).items():
        if _short_key(meaning.short) not in said:
            form = question[slice(*place)]
            found.setdefault(form, Expansion(form, meaning.short, meaning.documents))
    return Asked(
        text=question,
        written_out="".join((*written_out, question[end:])),
        expansions=tuple(found.values()),
        _tokens=frozenset(tokenise(question)),
        _others=tuple((frozenset(tokenise(one.term)), one.added) for one in found.values()),
    )


class _Meaning(NamedTuple):
    """A pair as most of its documents write it, and how many they are."""

    short: str
    long: str
    documents: int


def _known(
    question: str, shorts: Iterable[_Place], longs: Mapping[_Place, str], definitions: Definitions
) -> dict[str, _Meaning]:
    """The prevailing meanings, by their keys, of the short forms, and of the short forms of the long ones."""
    forms = {spelling for place in shorts for spelling in _short_spellings(question[slice(*place)])}
    typed = question.translate(_TO_ASCII)
    singular = {typed[slice(*place)].removesuffix("s") for place in longs} | set(longs.values())
    singular |= {form.translate(_TO_PRINT) for form in singular if "-" in form or "'" in form}
    forms |= singular | {f"{form}s" for form in singular}
    found = set(filter(_is_short, {short for short, _, _ in definitions(forms)})) if forms else set()
    return (
        _meanings(definitions({spelling for short in found for spelling in _short_spellings(short)})) if found else {}
    )


def _shortened(longs: Mapping[_Place, str], known: Mapping[str, _Meaning]) -> dict[_Place, _Meaning]:
    """What the long forms mean, by where they stand; the longest where they overlap."""
    by_long = {_long_key(one.long): one for one in sorted(known.values(), key=lambda one: (one.documents, one.short))}
    meant = {place: by_long[key] for place, key in longs.items() if key in by_long}
    taken: list[_Place] = []
    for begins, ends in sorted(meant, key=lambda place: (place[0] - place[1], place)):
        if not any(begins < last and first < ends for first, last in taken):
            taken.append((begins, ends))
    return {place: meant[place] for place in sorted(taken)}


def _stands(form: str, text: str, held: Collection[str]) -> bool:
    """Whether a form stands in a text that has the tokens `held`: a short one as it is written ("ALL" is not "all")."""
    if _is_short(form):
        key = _short_key(form)
        # Most texts have it nowhere, and finding the forms of a text takes longer than all else of a hit.
        return key in text.translate(_TO_ASCII) and any(
            _short_key(text[slice(*place)]) == key for place in _forms(text)
        )
    tokens = tokenise(form)
    return bool(tokens) and all(token in held for token in tokens)


def _phrases(question: str) -> dict[_Place, str]:
    """The keys of what may be long forms, by where they stand: two words or more, or a compound."""
    words, plain = [word.span() for word in _WORD.finditer(question)], question.translate(_PLAIN)
    return {
        (begins, ends): plain[begins:ends].casefold().removesuffix("s")
        for i, (begins, _) in enumerate(words)
        for _, ends in words[i : i + _MOST_WORDS]
        if not plain[begins:ends].isalnum()
    }


def _forms(question: str) -> Iterator[_Place]:
    """Where what may be a short form stands. "PD-L1" is one, or none, but not "PD" and "L1"."""
    for compound in _COMPOUND.finditer(question):
        bare = _AFFIXES.fullmatch(question, *compound.span())
        if bare and _SHORT.match(bare[1]):
            yield bare.span(1)


def _is_short(form: str) -> bool:
    return list(_forms(form)) == [(0, len(form))]


def _short_spellings(form: str) -> set[str]:
    key = _short_key(form)
    return {spelled.replace("-", hyphen) for spelled in (key, f"{key}s") for hyphen in _HYPHENS}


def _meanings(definitions: Iterable[tuple[str, str, int]]) -> dict[str, _Meaning]:
    """The prevailing meaning of each short form, by its key."""
    pairs: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for short, long, row in definitions:
        pairs[short, long].append(row)
    rows: defaultdict[str, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (short, long), defined in pairs.items():  # which are few, and their documents may be many
        rows[_short_key(short)][_long_key(long)].update(defined)
        written[_short_key(short)][short] += len(defined)
        written[_long_key(long)][long] += len(defined)
    known = {}
    for short, by_long in rows.items():
        first, *others = sorted(by_long, key=lambda long: (-len(by_long[long]), long))
        if not others or len(by_long[first]) >= _PREVAILS * len(by_long[others[0]]):
            known[short] = _Meaning(_commonest(written[short]), _commonest(written[first]), len(by_long[first]))
    return known


def _commonest(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda spelling: (-spellings[spelling], spelling))


def _short_key(form: str) -> str:
    return form.translate(_TO_ASCII).removesuffix("s")


def _long_key(form: str) -> str:
    return form.translate(_PLAIN).casefold().removesuffix("s")
