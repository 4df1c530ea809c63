"""How an article prints its marks, so that those which it does not link are found too, and nothing else is.

Where an article links marks, others of the same looks are marks as well: numbers in square brackets, raised numbers,
names with a year. Where it links none, its numbers must prove that they are marks: labelled entries for brackets, else
the number 1 and at least half of the entries. Names with a year prove themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.document import Reference
from index.sources.jats_marks import Bibliography
from index.sources.jats_tree import Element
from index.sources.named_marks import NamedWorks, named_works
from index.sources.printed_marks import BRACKETED, RAISED, may_be_bracketed, may_be_raised, numbers

_WITHOUT_MARKS = frozenset(("aff", "article-meta", "contrib-group", "journal-meta", "ref-list", "table", "xref"))
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d[a-z]?")


@dataclass(frozen=True, slots=True)
class _Looks:
    """Which looks the marks of an article have."""

    bracketed: bool = False
    raised: bool = False
    named: bool = False


def with_style(entries: Bibliography, article: Element, references: Sequence[Reference]) -> Bibliography:
    """The bibliography, knowing what is a mark without a link."""
    linked = [xref for xref in article.iter("xref") if _is_mark(xref, entries)]
    looks = _linked(linked) if linked else _unlinked(entries, article, references)
    return replace(
        entries,
        is_bracketed=looks.bracketed,
        is_raised=looks.raised,
        works=named_works(references) if looks.named else NamedWorks(),
    )


def _is_mark(xref: Element, entries: Bibliography) -> bool:
    return bool(entries.cited(xref.get("rid"), xref.get("ref-type"), _text(xref)))


def _text(element: Element) -> str:
    return "".join(map(str, element.itertext()))


def _linked(xrefs: Sequence[Element]) -> _Looks:
    printed = [(_text(xref).strip(), xref) for xref in xrefs]
    numbered = [(text, xref) for text, xref in printed if numbers(text) and not _YEAR.fullmatch(text)]
    return _Looks(
        bracketed=any(text.startswith("[") or _before(xref).endswith("[") for text, xref in numbered),
        raised=any(_is_raised(xref) for _, xref in numbered),
        named=any(_YEAR.search(text) or re.search(r"[^\W\d_]{2}", text) for text, _ in printed),
    )


def _is_raised(xref: Element) -> bool:
    return xref.find(".//sup") is not None or next(xref.iterancestors("sup"), None) is not None


def _before(element: Element) -> str:
    """The text before an element, up to the next element or the beginning of its line."""
    previous, parent = element.getprevious(), element.getparent()
    text = previous.tail if previous is not None else parent.text if parent is not None else ""
    if not text and previous is None and parent is not None and parent.tag in ("sup", "bold", "italic"):
        return _before(parent)
    return (text or "").rstrip()


def _unlinked(entries: Bibliography, article: Element, references: Sequence[Reference]) -> _Looks:
    raised = set(_numbers_of(_raised(article)))
    bracketed = set(_numbers_of(_bracketed(article)))
    labelled = any(reference.label for reference in references)
    is_raised = _proven(raised, entries)
    is_bracketed = _proven(bracketed, entries) or (labelled and bool(bracketed) and not is_raised)
    return _Looks(is_bracketed, is_raised, named=not is_bracketed and not is_raised)


def _numbers_of(marks: Iterable[str]) -> Iterator[int]:
    for mark in marks:
        yield from numbers(mark)


def _proven(found: set[int], entries: Bibliography) -> bool:
    known = found & set(entries.numbers)
    return 1 in known and 2 * len(known) >= len(entries.numbers)


def _lines(article: Element) -> Iterator[Element]:
    """Paragraphs of the text."""
    for line in article.iter("p"):
        if not any(above.tag in _WITHOUT_MARKS for above in line.iterancestors()):
            yield line


def _bracketed(article: Element) -> Iterator[str]:
    for text in map(_text, _lines(article)):
        for match in BRACKETED.finditer(text):
            if may_be_bracketed(text[max(0, match.start() - 40) : match.start()], match[0], text[match.end() :][:40]):
                yield match[0]


def _raised(article: Element) -> Iterator[str]:
    for line in _lines(article):
        for sup in line.iter("sup"):
            text = _text(sup)
            if RAISED.fullmatch(text) and may_be_raised(_before(sup), text, (sup.tail or "")[:1]):
                yield text
