"""Reference marks: which printed characters belong to one, and which entries of the bibliography it stands for.

One rule for what a mark covers. Cross-references with nothing between them but white space, commas and semicolons, or a
dash, are one mark; a dash between two numbers stands for all entries from the one to the other. Names that lead to a
linked year in brackets ("(Lawley et al., 2004)") belong to the mark. Brackets belong to it when they enclose nothing
else. So "[3–6]" is one mark for four references, and "Lawley et al. (2004)" has the mark "(2004)".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from index.canonical import Run

_SEPARATOR = re.compile(r"[\s,;]*")
_DASH = re.compile(r"\s*[-‐‑–—−⁻]\s*")
_NUMBERS = re.compile(r"(\d{1,4})(?:\s*[-‐‑–—−]\s*(\d{1,4}))?")
_BRACKETED_NUMBERS = re.compile(r"\[\s*\d{1,4}(?:\s*[-‐‑–—−,;]\s*\d{1,4})*\s*\]")
_LABEL_NUMBER = re.compile(r"\W*(\d{1,4})\W*")
_LONGEST_RANGE = 200
_BRACKETS = {"(": ")", "[": "]", "⁽": "⁾"}
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
    `numbers`: printed number to id of a `<ref>`. `is_linked`: whether the text links its marks; where it does not,
    numbers in square brackets are marks. `labels`: id of a figure, table, formula or section to its printed label,
    for cross-references that leave it to be filled in.
    """

    ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    numbers: Mapping[int, str] = field(default_factory=dict)
    is_linked: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)

    def over(self, parent: Bibliography) -> Bibliography:
        """This one, and behind it that of the article it is part of."""
        ids, numbers = {**parent.ids, **self.ids}, {**parent.numbers, **self.numbers}
        return replace(self, ids=ids, order=self.order + parent.order, numbers=numbers)

    def cited(self, rid: str | None, ref_type: str | None, printed: str) -> tuple[str, ...]:
        """References that a cross-reference stands for: by its ids, else, for a bibliographic one, by its numbers."""
        named = [ref for ref in (rid or "").split() if ref in self.ids]
        if not named and ref_type not in ("bibr", "ref"):
            return ()
        listed = [self.numbers[number] for number in _numbers(printed) if number in self.numbers]
        if len(listed) > len(named) and set(named) <= set(listed):
            named = listed
        return tuple(dict.fromkeys(reference for ref in named for reference in self.ids[ref]))

    def between(self, first: Run, last: Run) -> tuple[str, ...]:
        """References strictly between two printed numbers joined by a dash."""
        low, high = _numbers(first.text)[-1:], _numbers(last.text)[:1]
        if not low or not high or not 1 < high[0] - low[0] <= _LONGEST_RANGE:
            return ()
        inner = [self.numbers[number] for number in range(low[0] + 1, high[0]) if number in self.numbers]
        if len(inner) < high[0] - low[0] - 1 and high[0] <= len(self.order):
            inner = self._listed_between(first, last, high[0] - low[0])
        return tuple(reference for ref in inner for reference in self.ids[ref])

    def _listed_between(self, first: Run, last: Run, distance: int) -> list[str]:
        places = {reference: at for at, ref in enumerate(self.order) for reference in self.ids[ref]}
        low, high = places[first.reference_ids[-1]], places[last.reference_ids[0]]
        return list(self.order[low + 1 : high]) if high - low == distance else []


def bibliography(entries: Sequence[tuple[str, str | None, Iterable[str]]]) -> Bibliography:
    """From (id of the `<ref>`, its label, ids of its citations and references), as listed.

    Without any label the entries count from 1, as they are printed.
    """
    ids: dict[str, tuple[str, ...]] = {}
    numbers: dict[int, str] = {}
    labelled = any(label for _, label, _ in entries)
    for place, (ref, label, references) in enumerate(entries, 1):
        ids[ref] = tuple(references)
        for reference in ids[ref]:
            ids.setdefault(reference, (reference,))
        match = _LABEL_NUMBER.fullmatch(label or "") if labelled else None
        number = int(match[1]) if match else None if labelled else place
        if number is not None:
            numbers.setdefault(number, ref)
    return Bibliography(ids, tuple(ref for ref, _, _ in entries), numbers)


def _numbers(printed: str) -> list[int]:
    """Numbers that a mark prints, ranges written out; a mark with letters prints none."""
    text = unicodedata.normalize("NFKC", printed)
    if any(character.isalpha() for character in text):
        return []
    found: list[int] = []
    for match in _NUMBERS.finditer(text):
        low, high = int(match[1]), int(match[2] or match[1])
        found += range(low, high + 1) if 0 <= high - low <= _LONGEST_RANGE else (low, high)
    return found


def group_marks(runs: Sequence[Run], entries: Bibliography) -> list[Run]:
    """The runs of one block with their marks put together and widened, by the rule of this module."""
    if not entries.is_linked:
        runs = [piece for run in runs for piece in _unlinked(run, entries)]
    if not any(run.reference_ids for run in runs):
        return list(runs)
    texts, marks = _alternating(runs)
    _take_names(texts, marks)
    texts, marks = _joined(texts, marks, entries)
    _take_brackets(texts, marks)
    parts = [Run(texts[0])]
    for mark, text in zip(marks, texts[1:], strict=True):
        parts += [mark, Run(text)]
    return [part for part in parts if part.text]


def _unlinked(run: Run, entries: Bibliography) -> Iterator[Run]:
    """A run of a text without links, with its bracketed numbers as marks: "[3, 5–7]"."""
    start = 0
    for match in _BRACKETED_NUMBERS.finditer(run.text):
        numbers = _numbers(match[0])
        if not run.reference_ids and all(number in entries.numbers for number in numbers):
            yield Run(run.text[start : match.start()])
            yield Run(match[0], entries.cited(None, "bibr", match[0]))
            start = match.end()
    yield Run(run.text[start:], run.reference_ids)


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


def _joined(texts: list[str], marks: list[Run], entries: Bibliography) -> tuple[list[str], list[Run]]:
    """Marks with only separators between them as one."""
    words, groups = [texts[0], texts[1]], [marks[0]]
    for at, mark in enumerate(marks[1:], 1):
        dash = _DASH.fullmatch(texts[at])
        if not dash and not _SEPARATOR.fullmatch(texts[at]):
            words.append(texts[at + 1])
            groups.append(mark)
            continue
        ids = [*groups[-1].reference_ids, *(entries.between(marks[at - 1], mark) if dash else ()), *mark.reference_ids]
        groups[-1] = Run(groups[-1].text + texts[at] + mark.text, tuple(dict.fromkeys(ids)))
        words[-1] = texts[at + 1]
    return words, groups


def _take_brackets(texts: list[str], marks: list[Run]) -> None:
    for at, mark in enumerate(marks):
        before, after = texts[at].rstrip(), texts[at + 1].lstrip()
        if before and after and mark.text and _BRACKETS.get(before[-1]) == after[0]:
            marks[at] = Run(f"{before[-1]}{mark.text.strip()}{after[0]}", mark.reference_ids)
            texts[at], texts[at + 1] = before[:-1], after[1:]
