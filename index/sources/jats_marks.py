"""Reference marks: which printed characters belong to one, and which entries of the bibliography it stands for.

One rule for what a mark covers. Cross-references with nothing between them but white space, commas and semicolons, or a
dash, are one mark; a dash between two numbers stands for all entries from the one to the other, and numbers that were
left without a link among linked ones belong to it. Names that lead to a linked year in brackets ("(Lawley et al.,
2004)") belong to the mark. Brackets belong to it when they enclose nothing else. So "[3–6]" is one mark for four
references, and "Lawley et al. (2004)" has the mark "(2004)". `jats_styles` says what is a mark without any link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from index.canonical import Run
from index.sources.named_marks import NamedWorks, years_of
from index.sources.printed_marks import BRACKETED, LONGEST_RANGE, RAISED, may_be_bracketed, may_be_raised, numbers

_SEPARATOR = re.compile(r"[\s,;]*")
_DASH = re.compile(r"(?:[\])⁾]?\s*[-‐‑–—−⁻]\s*[\[(⁽]?|[\])⁾]?\s+(?:to|through|thru)\s+[\[(⁽]?)")
_BARE_DASH = re.compile(r"\s*[-‐‑–—−⁻]\s*")
_ONLY_NUMBERS = r"[\s,;\d⁰¹²³⁴-⁹‐‑–—−⁻-]*"
_NUMBERS_BETWEEN = re.compile(rf"\s*[,;‐‑–—−⁻-]{_ONLY_NUMBERS}[,;‐‑–—−⁻-]\s*")
_NUMBERS_BEFORE = re.compile(rf"[\[(⁽]\s*({_ONLY_NUMBERS}[,;‐‑–—−⁻-]\s*)$")
_NUMBERS_AFTER = re.compile(rf"(\s*[,;‐‑–—−⁻-]{_ONLY_NUMBERS}?)\s*[\])⁾]")
_DIGIT = re.compile(r"\d|[⁰¹²³⁴-⁹]")
_YEARS_AFTER = re.compile(r"(?:\s*,\s*(?:(?:1[6-9]|20)\d\d[a-z]?|[a-z])(?![\w.–-]))+")
_LABEL_NUMBER = re.compile(r"\W*(\d{1,4})\W*")
_PART = re.compile(r"\W*(\d{1,4})\s*[(.]?\s*([a-z](?:\s*[,;–-]\s*[a-z])*)\W*")
_BRACKETS = {"(": ")", "[": "]", "⁽": "⁾"}
_BRACKET = re.compile(r"[()\[\]⁽⁾]")
REFERENCE_TYPES = frozenset(("bib", "bibr", "bibref", "citation", "cite", "ref", "reference"))
_YEAR = re.compile(r"\s*\d{4}[a-z]?\s*")
_NAME = (
    r"(?:(?:van|von|der|den|de|di|da|la|le|el|al|du|del|dos|ten|ter)\s+)*[A-ZÀ-ÖØ-ÞĀ-ſ][\w'’.-]*(?:\s+[A-Z][\w'’.-]*)?"
)
_LED_BY_NAMES = re.compile(
    r"(?:[(\[]\s*(?:[a-z][a-z.]*[,:]?\s+){0,4}?|^\s*[,;]\s*|;\s*)"
    rf"({_NAME}(?:(?:,\s+|,?\s+and\s+|,?\s+&\s+){_NAME})*(?:,?\s+et\s+al\.?)?,?\s*)$"
)
_LONGEST_LEAD = 200


@dataclass(frozen=True, slots=True)
class Bibliography:
    """How the article's own ids and numbers lead to references.

    `ids`: id of a `<ref>`, or of a citation inside it, to reference ids. `order`: ids of the `<ref>`s as listed.
    `numbers`: printed number to id of a `<ref>`. `is_bracketed`, `is_raised`: whether numbers in square brackets, or
    raised ones, are marks without a link; `works` are the entries that names and a year stand for without one.
    `labels`: id of a figure, table, formula or section to its printed label, for cross-references that leave it to be
    filled in.
    """

    ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    numbers: Mapping[int, str] = field(default_factory=dict)
    is_bracketed: bool = False
    is_raised: bool = False
    works: NamedWorks = field(default_factory=NamedWorks)
    labels: Mapping[str, str] = field(default_factory=dict)

    def over(self, parent: Bibliography) -> Bibliography:
        """This one, and behind it that of the article it is part of."""
        ids, numbers_ = {**parent.ids, **self.ids}, {**parent.numbers, **self.numbers}
        return replace(self, ids=ids, order=self.order + parent.order, numbers=numbers_)

    def for_cells(self) -> Bibliography:
        """The same where raised numbers are notes to a table."""
        return replace(self, is_raised=False)

    def cited(self, rid: str | None, ref_type: str | None, printed: str) -> tuple[str, ...]:
        """References that a cross-reference stands for: by its ids, else, for a bibliographic one, by its numbers."""
        named = [id_ for id_ in re.split(r"[\s,;#]+", rid or "") if id_ in self.ids]
        if not named and ref_type not in REFERENCE_TYPES:
            return ()
        found = tuple(dict.fromkeys(reference for id_ in named for reference in self.ids[id_]))
        return self._parts(found, printed) or self.printed(printed, found) or self.same_authors(found, printed) or found

    def printed(self, mark: str, known: Sequence[str] = ()) -> tuple[str, ...]:
        """References of all numbers that a mark prints, if they include the `known` ones and each has an entry."""
        listed = numbers(mark)
        if not listed or not all(number in self.numbers for number in listed):
            return ()
        found = tuple(dict.fromkeys(each for number in listed for each in self.ids[self.numbers[number]]))
        return found if set(known) <= set(found) else ()

    def same_authors(self, references: Sequence[str], mark: str) -> tuple[str, ...]:
        """The entries of all years that a mark prints, where only one of them is linked: "Kim et al., 2004a,b"."""
        years = years_of(mark) if len(references) == 1 else []
        others = [self.works.another_year(references[0], year) for year in years] if len(years) > 1 else []
        found = tuple(dict.fromkeys(other for other in others if other))
        return found if set(references) <= set(found) and None not in others else ()

    def between(self, first: Run, last: Run) -> tuple[str, ...]:
        """References strictly between two printed numbers joined by a dash, by the order of the entries."""
        low, high = numbers(first.text)[-1:], numbers(last.text)[:1]
        if not low or not high or not 1 < high[0] - low[0] <= LONGEST_RANGE or high[0] > len(self.order):
            return ()
        places = {reference: at for at, ref in enumerate(self.order) for reference in self.ids[ref]}
        start, end = places.get(first.reference_ids[-1], 0), places.get(last.reference_ids[0], 0)
        inner = self.order[start + 1 : end] if end - start == high[0] - low[0] else ()
        return tuple(reference for ref in inner for reference in self.ids[ref])

    def _parts(self, references: Sequence[str], printed: str) -> tuple[str, ...]:
        """Of the works of one entry those that a mark names by their letters ("1b")."""
        match = _PART.fullmatch(printed) if len(references) > 1 else None
        letters = re.findall(r"[a-z]", match[2]) if match else []
        if not match or len(letters) != len(match[2].replace(" ", "").replace(";", ",").split(",")):
            return ()
        chosen = [ord(letter) - ord("a") for letter in letters]
        return tuple(references[at] for at in chosen) if max(chosen) < len(references) else ()


def bibliography(entries: Sequence[tuple[str, str | None, Iterable[str]]]) -> Bibliography:
    """From (id of the `<ref>`, its label, ids of its citations and references), as listed.

    Without any label the entries count from 1, as they are printed.
    """
    ids: dict[str, tuple[str, ...]] = {}
    found: dict[int, str] = {}
    labelled = any(label for _, label, _ in entries)
    for place, (ref, label, references) in enumerate(entries, 1):
        ids[ref] = tuple(references)
        for reference in ids[ref]:
            ids.setdefault(reference, (reference,))
        match = _LABEL_NUMBER.fullmatch(label or "") if labelled else None
        number = int(match[1]) if match else None if labelled else place
        if number is not None:
            found.setdefault(number, ref)
    return Bibliography(ids, tuple(ref for ref, _, _ in entries), found)


def bracketed(text: str, before: str, entries: Bibliography) -> Iterator[Run]:
    """A text with its numbers in square brackets as marks, where the article prints them so: "[3, 5–7]"."""
    start = 0
    for match in BRACKETED.finditer(text) if entries.is_bracketed else ():
        references = entries.printed(match[0])
        if references and may_be_bracketed(before + text[: match.start()], match[0], text[match.end() :]):
            yield Run(text[start : match.start()])
            yield Run(match[0], references)
            start = match.end()
    yield Run(text[start:])


def raised(text: str, before: str, after: str, entries: Bibliography) -> tuple[str, ...]:
    """The references of a raised number that nothing links; none where it is no mark."""
    if not entries.is_raised or not RAISED.fullmatch(text) or not may_be_raised(before, text, after):
        return ()
    return entries.printed(text)


def group_marks(runs: Sequence[Run], entries: Bibliography) -> list[Run]:
    """The runs of one block with their marks put together and widened, by the rule of this module."""
    texts, marks = _alternating(runs)
    if entries.works.by_year:
        texts, marks = _alternating([*_named(texts, marks, entries)])
    if not marks:
        return list(runs)
    _take_names(texts, marks)
    _take_numbers(texts, marks, entries)
    texts, marks = _joined(texts, marks, entries)
    _take_brackets(texts, marks)
    parts = [Run(texts[0])]
    for mark, text in zip(marks, texts[1:], strict=True):
        parts += [mark, Run(text)]
    return [part for part in parts if part.text]


def _named(texts: list[str], marks: list[Run], entries: Bibliography) -> Iterator[Run]:
    """The line with names and years as marks that nothing links."""
    for at, text in enumerate(texts):
        start = 0
        for mention in entries.works.mentions(text):
            yield Run(text[start : mention.start])
            yield Run(text[mention.start : mention.end], (mention.reference_id,))
            start = mention.end
        yield Run(text[start:])
        yield from marks[at : at + 1]


def _alternating(runs: Sequence[Run]) -> tuple[list[str], list[Run]]:
    """Plain texts and the marks between them: one text more than marks, empty where marks touch."""
    texts: list[list[str]] = [[]]
    marks: list[Run] = []
    for run in runs:
        if run.reference_ids:
            marks.append(run)
            texts.append([])
        else:
            texts[-1].append(run.text)
    return ["".join(parts) for parts in texts], marks


def _take_names(texts: list[str], marks: list[Run]) -> None:
    for at, mark in enumerate(marks):
        # Further back than a lead is long, the pattern's `^` is not the beginning of the text.
        before = texts[at] if len(texts[at]) <= _LONGEST_LEAD else f" {texts[at][-_LONGEST_LEAD:]}"
        match = _LED_BY_NAMES.search(before) if _YEAR.fullmatch(mark.text) else None
        if match:
            texts[at] = texts[at][: -len(match[1])]
            marks[at] = Run(match[1] + mark.text, mark.reference_ids)


def _take_numbers(texts: list[str], marks: list[Run], entries: Bibliography) -> None:
    """Takes numbers without a link into the linked marks beside them: "[3, 5]" where only the 3 is linked."""
    for at, mark in enumerate(marks):
        after = _NUMBERS_AFTER.match(texts[at + 1]) if at + 1 == len(marks) or texts[at + 1].strip() else None
        if after and _BRACKETS.get(_last_bracket([*texts[: at + 1], mark.text])) != after[0][-1]:
            after = None  # such as the number of a point: "[12], 2) …"
        between = _NUMBERS_BETWEEN.fullmatch(texts[at + 1]) if at + 1 < len(marks) else None
        before = _NUMBERS_BEFORE.search(texts[at])
        if not numbers(mark.text) or _YEAR.fullmatch(mark.text):
            _take_years(texts, marks, at, entries)
            continue
        if before and _DIGIT.search(before[1]) and entries.printed(before[1] + mark.text, mark.reference_ids):
            texts[at], mark = texts[at][: -len(before[1])], Run(before[1] + mark.text, mark.reference_ids)
        taken = between[0] if between else after[1] if after else ""
        own = taken.rstrip(" ,;‐‑–—−⁻-")
        if _DIGIT.search(own) and entries.printed(mark.text + own, mark.reference_ids):
            texts[at + 1], mark = texts[at + 1][len(own) :], Run(mark.text + own, mark.reference_ids)
        marks[at] = Run(mark.text, entries.printed(mark.text, mark.reference_ids) or mark.reference_ids)


def _last_bracket(texts: Sequence[str]) -> str:
    """The bracket, opening or closing, that comes last in the texts."""
    return next((found[-1] for text in reversed(texts) if (found := _BRACKET.findall(text))), "")


def _take_years(texts: list[str], marks: list[Run], at: int, entries: Bibliography) -> None:
    """Takes years of the same authors that were left without a link: "Kim et al., 2004a,b"."""
    mark = marks[at]
    more = _YEARS_AFTER.match(texts[at + 1]) if years_of(mark.text) else None
    found = entries.same_authors(mark.reference_ids, mark.text + more[0]) if more else ()
    if more and found:
        texts[at + 1], marks[at] = texts[at + 1][more.end() :], Run(mark.text + more[0], found)


def _joined(texts: list[str], marks: list[Run], entries: Bibliography) -> tuple[list[str], list[Run]]:
    """Marks with only separators between them as one."""
    words, groups = [texts[0], texts[1]], [marks[0]]
    pieces = [marks[0].text]
    for at, mark in enumerate(marks[1:], 1):
        dash = _DASH.fullmatch(texts[at])
        inner = entries.between(marks[at - 1], mark) if dash else ()
        is_range = dash and (_BARE_DASH.fullmatch(texts[at]) or inner or _follow(marks[at - 1], mark, entries))
        if not is_range and not _SEPARATOR.fullmatch(texts[at]):
            words.append(texts[at + 1])
            groups.append(mark)
            pieces = [mark.text]
            continue
        pieces += ["-" if dash else texts[at], mark.text]
        ids = tuple(dict.fromkeys((*groups[-1].reference_ids, *inner, *mark.reference_ids)))
        ids = entries.printed(" ".join(pieces), ids) or ids
        groups[-1] = Run(groups[-1].text + texts[at] + mark.text, ids)
        words[-1] = texts[at + 1]
    return words, groups


def _follow(first: Run, last: Run, entries: Bibliography) -> bool:
    """Whether two numbers are a range by what they print: with a word or brackets between, nothing else is one."""
    low, high = numbers(first.text)[-1:], numbers(last.text)[:1]
    return bool(low and high and low < high and entries.printed(f"{low[0]}-{high[0]}"))


def _take_brackets(texts: list[str], marks: list[Run]) -> None:
    for at, mark in enumerate(marks):
        before, after = texts[at].rstrip(), texts[at + 1].lstrip()
        if before and after and mark.text and _BRACKETS.get(before[-1]) == after[0]:
            marks[at] = Run(f"{before[-1]}{mark.text.strip()}{after[0]}", mark.reference_ids)
            texts[at], texts[at + 1] = before[:-1], after[1:]
