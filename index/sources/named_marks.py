"""Marks by author and year ("(Kim et al., 2019a,b; Bo & Cy 2020)") that nothing links: which entry each can only mean.

A mention stands for an entry when its names and its year fit that entry and no other: a name alone one author, two
names two, "et al." two or more. A letter after the year is the entry's own. Anything that fits none or several stays
text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from index.document import Author, Reference
from index.sources.identifiers import find_doi

_YEAR = r"(?:1[6-9]|20)\d\d[a-z]?"
_YEARS = re.compile(
    rf"(?<=[\s(\[])(?<![\w–-]){_YEAR}(?:\s*(?:,|;|and|&)\s*(?:{_YEAR}|[a-z](?![\w.]))(?!\w))*(?![\w–-]\d|\w)"
)
_PRINTED_YEAR = re.compile(r"(?<![\w.–-])(?:1[89]|20)\d{2}[a-z]?(?![\w–-])")
_PRINTED_YEAR_IN_BRACKETS = re.compile(r"\(((?:1[89]|20)\d{2}[a-z]?)(?:,[^()]*)?\)")
_EACH_YEAR = re.compile(rf"{_YEAR}|[a-z]\b(?<!and)")
_GAP = re.compile(
    r"(?:['’]s)?(?P<et>,?\s+(?:et\.?\s+al\.?|and\s+(?:colleagues|co-?workers|others))(?:['’]s)?)?[\s,]*[(\[]?$"
)
_TOKEN = re.compile(r"[,;()\[\]]|[^\s,;()\[\]]+")
_NAME = re.compile(r"(?:[dDlLO]['’])?[A-ZÀ-ÖØ-ÞĀ-Ž][^\W\d_]*(?:[-‐‑'’.][^\W\d_]+)*")
_PARTICLE_WORDS = "af al da das de del den der di dos du el la le ten ter van von zu zur"
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_INSIDE_NAMES = _PARTICLES | frozenset(("&", ",", "and", "et", "for", "of", "on", "the", "und", "y"))
_MOST_TOKENS = 20
_LONGEST_LEAD = 200
_AND = re.compile(r"\s*,\s*(?:(?:and|&)\s+)?|\s+(?:and|&|et|und|y)\s+")
_JOINED = re.compile(r"(?:\b(?:and|et|und|y)|&|[A-Z][\w'’-]*,)\s*$")
_AFTER_MENTION = re.compile(rf"{_YEAR}[)\]]?,?\s+(?:and|&)\s*$")
_MONTH_WORDS = "January February March April May June July August September October November December"
_MONTHS = frozenset(_MONTH_WORDS.casefold().split())
_OPENER_WORDS = (
    "Additionally Also Consequently Conversely Finally First Furthermore Hence Here However Importantly Indeed "
    "Interestingly Later Likewise Moreover Nevertheless Notably Previously Recently Second See Similarly Specifically "
    "Then Therefore Third Thus"
)
_OPENERS = frozenset(_OPENER_WORDS.split())
_LONGEST_START = 400  # characters of an entry's text in which its authors stand


class Mention(NamedTuple):
    """A mark in a text: `[start, end)` of its characters, and the entry it stands for."""

    start: int
    end: int
    reference_id: str


@dataclass(frozen=True, slots=True)
class _Work:
    """Who wrote an entry and when. `names` is None where the source does not tell them apart: `start` has them."""

    id: str
    year: str
    names: tuple[str, ...] | None
    start: str
    is_cut: bool  # the list of names ends in "et al."

    def fits(self, names: Sequence[str], is_cut: bool) -> bool:
        if self.names is None:
            at = 0
            for name in names:
                found = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)").search(self.start, at)
                if found is None or (at == 0 and found.start() > 0):
                    return False
                at = found.end()
            return True
        if tuple(names) != self.names[: len(names)]:
            return False
        if is_cut:
            return len(self.names) > len(names) or self.is_cut
        return len(self.names) == len(names) and not self.is_cut


class _Lead(NamedTuple):
    """What stands before a year: names that begin at `start`, then "et al." or not, then an opening bracket or not."""

    start: int
    names: str
    is_cut: bool
    is_apart: bool


@dataclass(frozen=True, slots=True)
class NamedWorks:
    """The entries of a bibliography by the four digits of their year, and every name that one begins with."""

    by_year: Mapping[str, tuple[_Work, ...]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()

    def mentions(self, text: str) -> Iterator[Mention]:
        """The marks in a text, in order; years that share their names are marks of their own."""
        for years in _YEARS.finditer(text) if self.by_year else ():
            lead = _lead(text, years.start())
            if lead:
                yield from self._resolved(lead, years, text[max(0, lead.start - 40) : lead.start])

    def another_year(self, reference_id: str, year: str) -> str | None:
        """The only entry of the same authors as this one, and of this year."""
        same = [work for works in self.by_year.values() for work in works if work.id == reference_id and work.names]
        return self._only(same[0].names or (), year, is_cut=same[0].is_cut) if same else None

    def _resolved(self, lead: _Lead, years: re.Match[str], before: str) -> Iterator[Mention]:
        start, names = lead.start, _AND.split(lead.names)
        if len(names) > 1 and names[0] in _OPENERS:  # "However, Kim (2019)"
            start, names = start + lead.names.index(names[1], len(names[0])), names[1:]
        elif _JOINED.search(before) and not _AFTER_MENTION.search(before):
            return
        for skipped in (0, *(found.start() for found in re.finditer(r"(?<=\s)\S", names[0]))):
            dropped, first = names[0][:skipped], names[0][skipped:]
            if self._are_names(dropped):
                return
            found = list(self._years(lead, years, start + skipped, [first, *names[1:]]))
            if found:  # "In Kim and Bo (2019)": after the words before the first name
                yield from found
                return

    def _are_names(self, words: str) -> bool:
        return any(word in self.names for word in map(_folded, words.split()))

    def _years(self, lead: _Lead, years: re.Match[str], start: int, names: Sequence[str]) -> Iterator[Mention]:
        folded = [_folded(name) for name in names]
        if folded[0] in _MONTHS and len(folded) == 1 and not lead.is_cut:
            return
        for year, found in zip(years_of(years[0]), _EACH_YEAR.finditer(years[0]), strict=True):
            id_ = self._only(folded, year, is_cut=lead.is_cut)
            at = years.start() + found.start()
            if id_:
                yield Mention(at if found.start() or lead.is_apart else start, at + len(found[0]), id_)

    def _only(self, names: Sequence[str], year: str, *, is_cut: bool) -> str | None:
        same_year = [work for work in self.by_year.get(year[:4], ()) if len(year) == 4 or work.year == year]
        fitting = [work.id for work in same_year if work.fits(names, is_cut)]
        return fitting[0] if len(fitting) == 1 else None


def years_of(printed: str) -> list[str]:
    """The years that a mark prints, letters written out.

    >>> years_of("Kim et al., 2004a,b, 2006"), years_of("12")
    (['2004a', '2004b', '2006'], [])
    """
    years = _YEARS.search(f" {printed}")
    found: list[str] = []
    for each in _EACH_YEAR.finditer(years[0]) if years else ():
        found.append(each[0] if each[0][0].isdigit() else found[-1][:4] + each[0])
    return found


def only_year(text: str) -> str | None:
    """The year that an entry prints, where it prints one: in brackets, else anywhere but in addresses and ranges.

    >>> only_year("Kim A (2019). Mice of 2018. J 7:1–9"), only_year("Kim A, 2018, 2019")
    ('2019', None)
    """
    bare = " ".join(word for word in text.split() if "://" not in word and not find_doi(word))
    for pattern in (_PRINTED_YEAR_IN_BRACKETS, _PRINTED_YEAR):
        years = set(pattern.findall(bare))
        if years:
            return years.pop() if len(years) == 1 else None
    return None


def named_works(references: Sequence[Reference]) -> NamedWorks:
    """The entries that have a year, and authors or a text that begins with them."""
    by_year: dict[str, list[_Work]] = {}
    names: set[str] = set()
    for reference in references:
        year = re.search(_YEAR, reference.year or "")
        if year:
            work = _work(reference, year[0])
            by_year.setdefault(work.year[:4], []).append(work)
            names.update(name for name in work.names or re.findall(r"^\w+", work.start))
    return NamedWorks({year: tuple(works) for year, works in by_year.items()}, frozenset(names))


def _lead(text: str, end: int) -> _Lead | None:
    """The names before a year that begins at `end`, read backwards."""
    begin = max(0, end - _LONGEST_LEAD)
    before = text[begin:end]
    gap = _GAP.search(before)
    tokens = list(_TOKEN.finditer(before, 0, gap.start())) if gap else []
    first = None
    for token in reversed(tokens[-_MOST_TOKENS:]):
        is_name = _NAME.fullmatch(token[0]) is not None
        if not is_name and token[0] not in _INSIDE_NAMES:
            break
        first = token if is_name or token[0] in _PARTICLES else first
    if gap is None or first is None:
        return None
    names = before[first.start() : gap.start()]
    return _Lead(begin + first.start(), names, bool(gap["et"]), before[-1] in "([")


def _work(reference: Reference, year: str) -> _Work:
    families = tuple(_folded(_family(author)) for author in reference.authors)
    start = _folded(reference.text[:_LONGEST_START])
    is_cut = re.search(r"\bet\.? al\b", start) is not None
    return _Work(reference.id, year, families or None, start, is_cut)


def _family(author: Author) -> str:
    return author.family or author.literal or ""


def _folded(name: str) -> str:
    """A name without accents, case and the kinds of hyphens and apostrophes."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    return " ".join(plain.replace("’", "'").replace("‐", "-").replace("‑", "-").split())
