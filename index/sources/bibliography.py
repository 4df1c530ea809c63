"""The list of references of a marked-up text, and the marks in its sentences that point there.

Only what is printed without doubt is taken: an entry's number, one DOI, one year. A mark ("[3–6]", a superscript
"3,4", "[^3]") is one where the bibliography has every number that it names; anything else stays text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from index.canonical import Run, normalise, subscript, superscript
from index.document import BlockKind, Reference
from index.sources import notices
from index.sources.elements import Element, Piece, Pieces, Style, cut, parted
from index.sources.identifiers import find_doi, find_pmcid, find_pmid
from index.sources.jats_marks import Bibliography, group_marks
from index.sources.named_marks import NamedWorks, only_year
from index.sources.printed_marks import may_be_bracketed, may_be_raised

_TITLE = re.compile(
    r"(?:\d+\.?\s+|[ivx]+\.\s+)?(?:(?:list of |cited |selected |key |primary )?references?(?: list)?(?: and notes)?"
    r"|references? cited|bibliography|(?:cited )?literature(?: cited)?|works cited)[.:]?(?:\s*\(\d+\))?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?:\[(\d{1,4})\][.:]?|\(?(\d{1,3})[.)](?=\s)|(\d{4})\.(?=\s))\s*")
_BRACKETED = re.compile(r"\[\d{1,4}\]")
_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;)\]]")

_NUMBERS = r"\d{1,4}(?:\s*[,;–—‐‑-]\s*\d{1,4})*"
_UNICODE = r"[⁰¹²³⁴-⁹]{1,4}"
_MARK = re.compile(rf"\[{_NUMBERS}\]|\[\^[^\]\s]+\]|{_UNICODE}(?:\s?[,⁻–-]\s?{_UNICODE})*(?![⁺⁻])")
_RAISED_MARK = re.compile(rf"\s*\[?{_NUMBERS}(?:\s+{_NUMBERS})*\]?,?\s*")  # BMJ parts them with spaces alone
_WORD_SIZE = 40
_MOST_AT_ONCE = 100
_ENTRIES = (BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.FOOTNOTE, BlockKind.BACK)


def is_bibliography(title: str) -> bool:
    """Whether a section of this title lists references.

    >>> is_bibliography("7. References"), is_bibliography("Literature search")
    (True, False)
    """
    return _TITLE.fullmatch(title.strip()) is not None


def is_labelled(line: str) -> bool:
    """Whether a line begins with the number of an entry: "[3] Kim", "3. Kim"."""
    match = _LABEL.match(line)
    return match is not None and match[3] is None  # "2019." may go on with a line


def take(elements: Sequence[Element]) -> tuple[list[Element], tuple[Reference, ...]]:
    """The elements without their lists of references, and the references in order.

    The title of such a section stays only where something else stands in it.
    """
    rest: list[Element] = []
    entries: list[Element] = []
    at = 0
    while at < len(elements):
        if elements[at].kind is BlockKind.HEADING and is_bibliography(elements[at].words):
            end = _end(elements, at)
            found, others = _entries(elements[at + 1 : end])
            entries += found
            rest += [elements[at], *others] if others or not found else []
            at = end
        else:
            rest.append(elements[at])
            at += 1
    return rest, _references(entries)


def numbered(references: Sequence[Reference]) -> dict[str, str]:
    """The ids of references by their printed labels; of two with one label, the first."""
    return {reference.label: reference.id for reference in reversed(references) if reference.label}


def runs(pieces: Pieces, ids: Mapping[str, str], works: NamedWorks | None = None) -> list[Run]:
    """A line's text for the canonical text, marks resolved with `ids` (label to reference id), or `works`."""
    result: list[Run] = []
    before = ""
    merged = list(_merged(pieces))
    for at, piece in enumerate(merged):
        if piece.style is Style.PLAIN:
            found = _named(piece.text, works) if works else _plain(piece.text, before, ids)
            result += (replace(run, page=piece.page) for run in found)
        elif piece.style is Style.SUBSCRIPT:
            result.append(Run(subscript(piece.text), page=piece.page))
        else:
            after = merged[at + 1].text[:1] if at + 1 < len(merged) else ""
            is_mark = _RAISED_MARK.fullmatch(piece.text) and may_be_raised(before, piece.text, after)
            result.append(Run(superscript(piece.text), _ids(piece.text, ids) if is_mark else (), piece.page))
        before = (before + piece.text)[-_WORD_SIZE:]
    return result


def _end(elements: Sequence[Element], at: int) -> int:
    level = elements[at].level
    after = range(at + 1, len(elements))
    return next(
        (i for i in after if elements[i].kind is BlockKind.HEADING and elements[i].level <= level), len(elements)
    )


def _entries(elements: Sequence[Element]) -> tuple[list[Element], list[Element]]:
    """The entries among the elements of a section, one element each, and the other elements.

    Where entries have labels, a paragraph without one is no entry of its own, but prose around the list.
    """
    found: list[Element] = []
    others: list[Element] = []
    for element in elements:
        parts = _labelled(element) if element.kind in _ENTRIES else []
        found += parts
        others += [] if parts else [element]
    if any(entry.label for entry in found):
        prose = [entry for entry in found if not entry.label and entry.kind is BlockKind.PARAGRAPH]
        return [entry for entry in found if entry not in prose], [*others, *prose]
    return found, others


def _labelled(element: Element) -> list[Element]:
    entries = []
    for part in parted(element.pieces, _BRACKETED):
        match = _LABEL.match("".join(piece.text for piece in part).lstrip())
        label = next(filter(None, match.groups())) if match else element.label
        pieces = cut(part, match.end() if match else 0)
        entries.append(Element(element.kind, pieces, label=label, links=element.links))
    return entries


def _references(entries: Sequence[Element]) -> tuple[Reference, ...]:
    references: list[Reference] = []
    seen: set[str] = set()
    for entry in entries:
        if not entry.words:
            continue
        name = entry.label or f"r{len(references) + 1}"
        id_ = name if name not in seen else f"{name}-{len(references) + 1}"
        seen.add(id_)
        references.append(_reference(id_, entry))
    return tuple(references)


def _reference(id_: str, entry: Element) -> Reference:
    text = normalise("".join(run.text for run in runs(entry.pieces, {})))
    links = [link for link in entry.links if link.startswith(("http://", "https://"))]
    words = [*text.split(), *links]
    doi = _only(find_doi(word) for word in words)
    urls = _only(match[0] for word in words for match in _URL.finditer(word))
    return Reference(
        id=id_,
        text=text,
        label=entry.label,
        year=only_year(text),
        doi=doi,
        pmid=_only(find_pmid(part) for part in (text, *links)),
        pmcid=_only(find_pmcid(part) for part in (text, *links)),
        url=None if doi else urls,
        notices=notices.joined(notices.in_text(text)),
    )


def _only(found: Iterator[str | None] | Sequence[str]) -> str | None:
    """The one thing that was found; None where nothing was, or more than one."""
    different = {each for each in found if each}
    return different.pop() if len(different) == 1 else None


def _merged(pieces: Pieces) -> Iterator[Piece]:
    """Neighbours of one style and page as one piece, so that a mark with a link or a bold number in it is whole."""
    held: Piece | None = None
    for piece in pieces:
        if held and (held.style, held.page) == (piece.style, piece.page):
            held = replace(held, text=held.text + piece.text)
        else:
            yield from [held] if held else []
            held = piece
    yield from [held] if held else []


def _named(text: str, works: NamedWorks) -> list[Run]:
    return group_marks([Run(text)], Bibliography(works=works))


def _plain(text: str, before: str, ids: Mapping[str, str]) -> Iterator[Run]:
    at = 0
    for match in _MARK.finditer(text):
        mark = match[0]
        around = (before + text[: match.start()], text[match.end() :])
        plain = unicodedata.normalize("NFKC", mark)
        if not (
            mark.startswith("[^")
            or (
                may_be_bracketed(around[0], mark, around[1])
                if mark[0] == "["
                else may_be_raised(around[0], plain, around[1])
            )
        ):
            continue
        yield Run(text[at : match.start()])
        if mark.startswith("[^"):
            label = mark[2:-1]
            yield Run(superscript(label) if label.isdigit() else f"[{label}]", _ids(label, ids))
        else:
            yield Run(mark, _ids(plain, ids))
        at = match.end()
    yield Run(text[at:])


def _ids(mark: str, ids: Mapping[str, str]) -> tuple[str, ...]:
    """The references that a mark's numbers stand for; none where one of them is missing.

    "3–6" is four references.
    """
    found: list[str] = []
    for part in re.split(r"\s*[,;]\s*|(?<=\d)\s+(?=\d)", mark.strip(" \t\n[],")):
        ends = [end.strip() for end in re.split(r"[–—‐‑−-]", part)] if re.search(r"\d", part) else [part]
        if len(ends) == 2 and all(end.isdigit() for end in ends):
            first, last = int(ends[0]), int(ends[1])
            if not first < last < first + _MOST_AT_ONCE:
                return ()
            found += map(str, range(first, last + 1))
        else:
            found.append(part.strip())
    return tuple(ids[label] for label in found) if all(label in ids for label in found) else ()
