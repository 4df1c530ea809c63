"""What of a sentence can be compared without understanding it: numbers, names, negations, directions.

Each is found by its form and looked for in the text that is to support the sentence. docs/generation.md measures it,
and lists what it cannot see. Pure text: knows nothing of answers or models.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from index.terms import tokenise
from qa.orders import addresses

_PRINTED = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | {"’": "'", "μ": "µ"})
_WORD = re.compile(r"[^\W_]+(?:[-'/][^\W_]+)*")
_CLAUSE_END = re.compile(r"[.,;:!?()]\s|\b(?:but|however|whereas|although|though|while)\b", re.IGNORECASE)
_NEAR = 4  # words on either side of a direction that it is about
_CORE, _REACH = 3, 6  # words after a negation that it is about, surely and perhaps

_DRUG = re.compile(
    r"\w{2,}(?:mab|nib|platin|taxel|mycin|rubicin|parib|ciclib|statin|cillin|formin|azole|olol|sartan|vir|zomib|tide"
    r"|trexed|trexate|gliptin|gliflozin|coxib|profen|oxacin|dronate|xaban|limus|lidomide|citabine|relin)s?",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?=\w*[^\W\d_])(?:\w*[\dα-ω]\w*|\w+[^\W\d_a-zα-ω]\w*|[^\W\d_a-z])")  # CD8, miR, TGF, β, T
_DIGITS = re.compile(r"\d+\w?")
_PLURAL = re.compile(r"(?<=[^\Wa-z_])s$")

_COUNTED = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_COUNTS = {word: str(number) for number, word in enumerate(_COUNTED, 2)}
_UNIT = r"(?:[\s-]?(?P<unit>%|per cent\b|°C\b|[^\W\d_]+\b))?"
_NUMBER = re.compile(
    r"(?P<sign>[<>≤≥]\s?)?(?<![\w.,/])(?P<value>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)"
    rf"(?P<power>(?:\s?[×x]\s?10)?(?:\^-?\d+|[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))?{_UNIT}"
)
_COUNT = re.compile(rf"\b(?P<value>{'|'.join(_COUNTED)}){_UNIT}", re.IGNORECASE)
_SAME_UNITS = {"percent": "%", "per cent": "%", "mcg": "µg", "hr": "hour", "hrs": "hour", "h": "hour", "min": "minute"}
_UNIT_NAMES = (
    "% °C fold times mg µg ng pg g kg nm µm mm cm m nM µM mM M ml mL µl µL l L Da kDa bp kb nt Hz rpm"
    " second minute hour day week month year cycle dose"
)
_UNITS = frozenset(_UNIT_NAMES.split())

_NEGATION = re.compile(
    r"\b(?:not(?!\s+only\b)|no|nor|neither|never|none|without|cannot|unable|absent|absence|lack\w*|fail(?:s|ed|ing|ure)?"
    r"|rarely|hardly|rather than|instead of|\w+n't)\b",
    re.IGNORECASE,
)


def _beginning(words: str) -> re.Pattern[str]:
    """Words that begin so; with `=`, that are so."""
    return re.compile("|".join(re.escape(word).replace("=", "") + "\\w*" * ("=" not in word) for word in words.split()))


_OPPOSITES = tuple(
    (_beginning(one), _beginning(other))
    for one, other in (
        (
            "increas elevat enhanc promot activat upregulat up-regulat induc stimulat higher= greater= more= improv"
            " accelerat augment amplif rais rise= rises= rising= rose= gain boost strengthen facilitat potentiat"
            " encourag exacerbat aggravat",
            "decreas reduc lower diminish suppress inhibit downregulat down-regulat impair block attenuat abolish"
            " abrogat prevent less= fewer= declin deplet weaken loss= losses= lost= fall= falls= fell= hamper hinder"
            " antagoni repress worsen imped delay slow deactivat inactivat ameliorat alleviat mitigat protect scarce",
        ),
        ("sensitiv sensitiz sensitis", "resistan"),
        ("hypersensitiv susceptib vulnerab", "immune= protected="),
        ("positiv", "negativ"),
        ("proinflam pro-inflam", "antiinflam anti-inflam"),
        ("proangio pro-angio", "antiangio anti-angio"),
        ("protumo pro-tumo", "antitumo anti-tumo"),
        ("before= prior=", "after= following="),
        ("upstream", "downstream"),
        ("intracell", "extracell"),
        ("benign", "malignan"),
        ("early= earlier= earliest=", "late= later= latest="),
        ("high=", "low="),
        ("long= longer= long-term=", "short= shorter= short-term="),
        ("large= larger= largest= bigger=", "small= smaller= smallest="),
        ("favourabl favorabl good= better= best=", "unfavo poor worse worst adverse"),
        ("donor", "recipient"),
        ("male= males= men= man=", "female= females= women= woman="),
        ("acute=", "chronic="),
        ("safe= safely=", "unsafe= toxic="),
        ("effective= effectively=", "ineffective="),
        ("common= commonly= frequent", "rare= rarely= uncommon infrequent"),
        ("stable=", "unstable="),
        ("beneficial", "harmful= detrimental="),
    )
)


class Number(NamedTuple):
    """A number as it is compared: without separators, its unit only if it is one."""

    value: str
    sign: str
    unit: str


class Negation(NamedTuple):
    """What a negation is about: the terms of each of the words right after it, and those of its whole clause."""

    core: tuple[frozenset[str], ...]
    reach: frozenset[str]

    def is_about(self, terms: Set[str]) -> bool:
        """Whether half of its core, or the word right after it, is among some terms."""
        found = [bool(word & terms) for word in self.core]
        return not found or found[0] or 2 * sum(found) >= len(found)


class Direction(NamedTuple):
    """A word of one of two opposite directions, the terms of the two words after it, and those of its neighbours."""

    word: str
    pair: int
    side: int
    after: frozenset[str]
    near: frozenset[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text says of each kind."""

    numbers: frozenset[Number]
    names: tuple[tuple[str, str], ...]  # as compared and as printed, in order
    negations: tuple[Negation, ...]
    directions: tuple[Direction, ...]
    addresses: bool  # a reader, with an order or a question
    terms: frozenset[str]
    spelled: frozenset[str]  # every word and neighbours joined, as names are compared


def facts(text: str) -> Facts:
    """The facts of a text, its marks of reference included."""
    printed = text.translate(_PRINTED)
    return Facts(
        frozenset(_numbers(printed)),
        tuple((_key(name), name) for name in _names(printed)),
        tuple(_negations(printed)),
        tuple(_directions(printed)),
        addresses(text),
        frozenset(tokenise(printed)),
        frozenset(_spelled(printed)),
    )


def together(parts: Sequence[Facts]) -> Facts:
    """The facts of sentences that stand one after another."""
    return Facts(
        frozenset().union(*(part.numbers for part in parts)),
        tuple(name for part in parts for name in part.names),
        tuple(scope for part in parts for scope in part.negations),
        tuple(one for part in parts for one in part.directions),
        any(part.addresses for part in parts),
        frozenset().union(*(part.terms for part in parts)),
        frozenset().union(*(part.spelled for part in parts)),
    )


def disagreement(said: Facts, evidence: Facts, equals: Sequence[tuple[str, str]] = ()) -> str | None:
    """What `said` claims that the evidence does not, as a clause; None if nothing of these kinds.

    Args:
        said: of the statement.
        evidence: of the sentences that are to support it.
        equals: forms that mean the same, each with its other form.
    """
    known = evidence.spelled | {
        _key(form) for pair in equals for form, other in (pair, pair[::-1]) if set(tokenise(other)) <= evidence.terms
    }
    if missing := [number for number in said.numbers if not _stands(number, evidence.numbers)]:
        return f"the number {_shown(missing[0])} is not in the cited sentences"
    if strange := [name for key, name in said.names if key not in known]:
        return f"{strange[0]} is not named in the cited sentences"
    if turned := _turned_around(said.names, evidence.names):
        return f"the cited sentences name {turned[1]} before {turned[0]}"
    if evidence.addresses and not said.addresses:
        return "the cited sentences tell somebody something, and do not say it themselves"
    if not _agree_in_negation(said, evidence):
        return "the cited sentences differ in what they negate"
    return next((reason for one in said.directions if (reason := _turned(one, evidence.directions))), None)


def _numbers(text: str) -> Iterator[Number]:
    bare = text
    for start, end in _named_spans(text):
        bare = bare[:start] + "_" * (end - start) + bare[end:]
    for found in (*_NUMBER.finditer(bare), *_COUNT.finditer(bare)):
        parts = found.groupdict()
        value = parts["value"].replace(",", "").lower()
        if "." in value:
            value = value.rstrip("0").rstrip(".")
        power = unicodedata.normalize("NFKC", parts.get("power") or "").replace("^", "").replace("×", "x")
        unit = parts["unit"] or ""
        unit = _SAME_UNITS.get(unit, unit)
        unit = unit if unit in _UNITS else unit.removesuffix("s")
        sign = (parts.get("sign") or "").strip()
        yield Number(_COUNTS.get(value, value) + (f"^{power}" if power else ""), sign, unit if unit in _UNITS else "")


def _stands(number: Number, among: frozenset[Number]) -> bool:
    return any(
        number.value == other.value
        and number.unit in ("", other.unit)
        and (number.sign == other.sign or not number.sign)
        for other in among
    ) or any(number == other._replace(unit=number.unit) for other in among if not other.unit)


def _shown(number: Number) -> str:
    return f"{number.sign}{number.value}{' ' if number.unit.isalpha() else ''}{number.unit}"


def _names(text: str) -> Iterator[str]:
    for start, end in _named_spans(text):
        yield text[start:end]


def _named_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where symbols, codes, drugs and proper names stand; of a compound the part that is one."""
    begins = True
    for word in _WORD.finditer(text):
        parts = [(part.start() + word.start(), part[0]) for part in re.finditer(r"[^-'/]+", word[0])]
        named: list[tuple[int, int]] = []
        for number, (start, part) in enumerate(parts):
            digits = number > 0 and _DIGITS.fullmatch(part) and parts[number - 1][1][-1].isalpha()
            is_name = bool(_NAMED.fullmatch(part) or _DRUG.fullmatch(part)) and not part[0].isdigit()
            is_name = is_name or (part[0].isupper() and part[1:].islower() and not (begins and number == 0))
            if digits or (named and named[-1][1] == start - 1 and (is_name or _DIGITS.fullmatch(part))):
                first = named.pop()[0] if named and named[-1][1] == start - 1 else parts[number - 1][0]
                named.append((first, start + len(part)))
            elif is_name and not (begins and number == 0 and part in {"A", "I"}):
                named.append((start, start + len(part)))
        yield from named
        begins = bool(re.match(r"[.!?]\s", text[word.end() : word.end() + 2]))


def _turned_around(said: Sequence[tuple[str, str]], evidence: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """Two names that the evidence has only in the other order: who acts on whom may have changed.

    The passive does the same and means the same; it is the price.
    """
    first = {key: place for place, (key, _) in reversed(list(enumerate(evidence)))}
    last = {key: place for place, (key, _) in enumerate(evidence)}
    known = [(key, name) for key, name in dict(said).items() if key in first]
    return next(((one, two) for (a, one), (b, two) in combinations(known, 2) if last[b] < first[a]), None)


def _key(name: str) -> str:
    """A name without what spelling varies: case, dashes, plural, Greek letters.

    >>> _key("TGF-βs"), _key("EVs"), _key("miR-21-5p")
    ('tgfbeta', 'ev', 'mir215p')
    """
    bare = re.sub(r"[-'/\s]", "", _PLURAL.sub("", name))
    return next(iter(tokenise(bare)), bare.casefold())  # NO, of which the words that are left out make nothing


def _spelled(text: str) -> Iterator[str]:
    """Every part of every word, and up to four neighbours joined, as a name may be written."""
    parts = [(part[0], part.start(), part.end()) for part in re.finditer(r"[^\W_]+", text)]
    for place, (_, start, last) in enumerate(parts):
        end = last
        for _, begins, ends in parts[place : place + 4]:
            if begins > end + 1:
                break
            end = ends
            yield _key(text[start:end])


_ContentWord = tuple[int, int, str, frozenset[str]]


def _terms(words: Sequence[_ContentWord]) -> frozenset[str]:
    return frozenset().union(*(terms for *_, terms in words))


def _content(text: str) -> list[_ContentWord]:
    """The words of meaning: start, end, as printed in lower case, terms."""
    found = ((word.start(), word.end(), word[0].lower(), frozenset(tokenise(word[0]))) for word in _WORD.finditer(text))
    return [one for one in found if one[3]]


def _negations(text: str) -> Iterator[Negation]:
    words = _content(text)
    for cue in _NEGATION.finditer(text):
        stop = _CLAUSE_END.search(text, cue.end())
        end = stop.start() if stop else len(text)
        about = [terms for start, _, word, terms in words if cue.end() <= start < end and not word.endswith("ly")]
        yield Negation(tuple(about[:_CORE]), frozenset().union(*about[:_REACH]))


def _agree_in_negation(said: Facts, evidence: Facts) -> bool:
    """Whether each negation of either text has one in the other that is about the same.

    One of the evidence that is about nothing the statement says may be missing there.
    """
    if any(not any(one.is_about(other.reach) for other in evidence.negations) for one in said.negations):
        return False
    heard = (one for one in evidence.negations if one.is_about(said.terms))
    return all(any(one.is_about(other.reach) for other in said.negations) for one in heard)


def _directions(text: str) -> Iterator[Direction]:
    words = _content(text)
    for place, (_, _, word, _) in enumerate(words):
        for pair, side in _sides(word):
            after = _terms(words[place + 1 : place + 3])
            near = _terms(words[max(0, place - _NEAR) : place]) | _terms(words[place + 1 : place + 1 + _NEAR])
            yield Direction(word, pair, side, after, near)


@lru_cache(maxsize=2**14)
def _sides(word: str) -> tuple[tuple[int, int], ...]:
    return tuple(
        (pair, side)
        for pair, sides in enumerate(_OPPOSITES)
        for side, pattern in enumerate(sides)
        if pattern.fullmatch(word)
    )


def _turned(said: Direction, evidence: Sequence[Direction]) -> str | None:
    """How the evidence differs in a direction: it has the opposite, or none, near the same words."""
    pair = [one for one in evidence if one.pair == said.pair and (said.near & one.near or not said.near)]
    same = [one for one in pair if one.side == said.side]
    opposite = [one for one in pair if one.side != said.side]
    closer = any(said.after & one.after for one in opposite) and not any(said.after & one.after for one in same)
    if opposite and (closer or not same):
        return f"the cited sentences say the opposite of “{said.word}”"
    return None if same else f"the cited sentences do not say “{said.word}”"
