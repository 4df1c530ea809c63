"""The bibliography: every `<ref>` with its text as printed and the fields that its mark-up names.

A `<ref>` gives one reference with its id. One that holds several citations ("1a, 1b") gives one for each: the first
has the id of the `<ref>`, the others their own id or the id and a number; a mark for the `<ref>` stands for all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.document import Reference
from index.sources.jats_citation import read_citation
from index.sources.jats_inline import words
from index.sources.jats_marks import Bibliography, bibliography
from index.sources.jats_names import citation_text, plain
from index.sources.jats_styles import with_style
from index.sources.jats_tree import Element

_PRINTED = frozenset(("mixed-citation", "citation", "nlm-citation"))
_CITATIONS = _PRINTED | {"element-citation"}


@dataclass(frozen=True, slots=True)
class _Citation:
    """One cited work in its one or two spellings; the same element where there is one."""

    printed: Element
    fields: Element


def read_references(article: Element) -> tuple[tuple[Reference, ...], Bibliography]:
    """All references of an article in the order listed, and how its marks lead to them."""
    references: list[Reference] = []
    entries = []
    taken: Counter[str] = Counter()
    for place, ref in enumerate(article.iter("ref"), 1):
        ref_id = _unused(ref.get("id") or f"ref-{place}", taken)
        label = plain(ref.find("label")) or next((plain(item) for item in ref.iter("label") if plain(item)), None)
        found = list(_read_ref(ref, ref_id, label, taken))
        if found:
            entries.append((ref_id, label, [reference.id for reference in found]))
            references += found
    found_ = with_style(replace(bibliography(entries), labels=_labels(article)), article, references)
    return tuple(references), found_


def _labels(article: Element) -> dict[str, str]:
    """Printed labels of what a cross-reference can lead to, without the punctuation around them."""
    found = {}
    for element in article.iter("app", "boxed-text", "disp-formula", "fig", "sec", "table-wrap"):
        label = plain(element.find("label")).strip(" ().:")
        if label and element.get("id"):
            found[element.get("id", "")] = label
    return found


def _read_ref(ref: Element, ref_id: str, label: str | None, taken: Counter[str]) -> Iterator[Reference]:
    citations = _citations(ref)
    if not citations:
        # A note among the references ("These authors contributed equally") is an entry too.
        text = words(_without_label(ref))
        if text:
            yield Reference(id=ref_id, text=text, label=label)
    for number, citation in enumerate(citations, 1):
        own = citation.printed.get("id") or citation.fields.get("id")
        reference_id = ref_id if number == 1 else _unused(own or f"{ref_id}_{number}", taken)
        text = _text(citation.printed, label) or _text(citation.fields, label)
        if text:
            yield read_citation(reference_id, label, text, citation.fields)


def _citations(ref: Element) -> list[_Citation]:
    """Citations in order; a structured and a printed spelling of the same work are one."""
    found = [item for item in ref.iter(*_CITATIONS) if not _inside_citation(item, ref)]
    groups: dict[Element, list[Element]] = {}
    for item in found:
        holder = item.getparent()
        is_work = holder is not None and holder.tag in ("alternatives", "citation-alternatives")
        groups.setdefault(holder if is_work and holder is not None else item, []).append(item)
    if len(groups) == len(found):
        printed = [item for item in found if item.tag in _PRINTED]
        structured = [item for item in found if item.tag not in _PRINTED]
        if len(printed) == len(structured):
            return [_Citation(*pair) for pair in zip(printed, structured, strict=True)]
    return [_spellings(group) for group in groups.values()]


def _spellings(group: Sequence[Element]) -> _Citation:
    """One work: the spelling to be printed, and the one with the most elements."""
    printed = next((item for item in group if item.tag in _PRINTED and _prints(item)), group[0])
    return _Citation(printed, max(group, key=lambda item: len(list(item.iter()))))


def _prints(element: Element) -> bool:
    return any(str(text).strip() for text in element.itertext())


def _inside_citation(element: Element, ref: Element) -> bool:
    parent = element.getparent()
    while parent is not None and parent is not ref:
        if parent.tag in _CITATIONS:
            return True
        parent = parent.getparent()
    return False


def _unused(wanted: str, taken: Counter[str]) -> str:
    """`wanted`, or with a number if it is taken; notes that it is taken now."""
    free = wanted
    while taken[free]:
        taken[wanted] += 1
        free = f"{wanted}_{taken[wanted]}"
    taken[free] = 1
    return free


def _without_label(ref: Element) -> Element:
    for label in ref.findall("label"):
        ref.remove(label)
    return ref


def _text(citation: Element, label: str | None) -> str:
    """The citation as printed, without the number that some publishers repeat before it."""
    text = citation_text(citation)
    number = re.sub(r"\W", "", label or "")
    if citation.tag in _PRINTED and number.isdigit():
        text = re.sub(rf"^\W*{number}\s*[.)\]]+\s+", "", text)
    return re.sub(r"^[.,;:]\s+", "", text)
