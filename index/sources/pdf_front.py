"""What a PDF says of its paper: title, identifiers, licence, dates, authors.

Only what is printed or named without doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from index.canonical import normalise
from index.document import Author
from index.sources.byline import iso_date
from index.sources.identifiers import find_doi
from index.sources.pdf_blocks import Block

_LEAST_LETTERS = 10
_LEAST_WORDS = 3
_SIZES = 0.4
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_LICENSE = re.compile(r"https?://creativecommons\.org/licen[sc]es/[\w.-]+/\d\.\d(?:/(?:[a-z]{2}/)?)?", re.IGNORECASE)
_OWN_PMCID = re.compile(r"\bPMCID:\s*(PMC\d{3,10})\b")
_OWN_PMID = re.compile(r"\bPMID:\s*(\d{1,9})\b")
_PUBLISHED = re.compile(
    r"\bpublished(?: online)?(?: on)?:?\s+"
    r"((?:\d{1,2}(?:st|nd|rd|th)? )?[A-Z][a-z]{2,8}\.?,? \d{4}|[A-Z][a-z]{2,8} \d{1,2},? \d{4}|\d{4}-\d\d-\d\d)",
    re.IGNORECASE,
)
_XMP_DOI = re.compile(rb"<(?:prism|pdfx|crossmark):doi>\s*(?:doi:)?\s*(10\.[^<\s]+)\s*<", re.IGNORECASE)
_UNTITLED = re.compile(r"untitled|microsoft word|\.(?:docx?|pdf|indd|tex|dvi|qxd|fm)\b|^\W*$|^\S+$", re.IGNORECASE)
_ABOVE_JOURNAL = re.compile(r"available (?:online )?at (?:www\.)?science\s?direct", re.IGNORECASE)
_BELOW_JOURNAL = re.compile(r"^(?:journal )?home\s?page:", re.IGNORECASE)
_KEYWORDS = re.compile(r"^key\s?words?(?:\s+and phrases)?\s*[:.—–-]?\s*", re.IGNORECASE)
_NAMES_APART = re.compile(r"\s*[;,]\s*|\s+and\s+")


def title_blocks(blocks: Sequence[Block], body_size: float, running: Iterable[str] = ()) -> list[Block]:
    """The blocks of the first page that are the title: those of the largest font with more than a word or two.

    The name of the journal may be larger. It is known by where it stands, or by standing elsewhere with a volume.
    """
    page = [block for block in blocks if block.page == blocks[0].page]
    texts = ["", *(block.text for block in page), ""]
    lines = [*running, *(line.text for block in page for line in block.lines)]
    first = [
        block
        for at, block in enumerate(page)
        if _is_title(block, body_size) and not _is_journal(block.text, texts[at], texts[at + 2], lines)
    ]
    if not first:
        return []
    size = max(block.size for block in first)
    top = next(at for at, block in enumerate(blocks) if block in first and block.size == size)
    found = [blocks[top]]
    for block in blocks[top + 1 :]:
        if abs(block.size - size) > _SIZES or block.font.name != found[0].font.name or block.page != found[0].page:
            break
        found.append(block)
    return found


def _is_journal(text: str, before: str, after: str, lines: Iterable[str]) -> bool:
    with_volume = re.compile(rf"{re.escape(text)}[\s,:;(]*(?:vol(?:ume|\.)?\s*)?\d", re.IGNORECASE)
    return bool(_ABOVE_JOURNAL.search(before) or _BELOW_JOURNAL.search(after)) or any(map(with_volume.match, lines))


def _is_title(block: Block, body_size: float) -> bool:
    letters = sum(character.isalpha() for character in block.text)
    return block.size > body_size + 1 and letters >= _LEAST_LETTERS and len(block.text.split()) >= _LEAST_WORDS


def sane_title(information: Mapping[str, str]) -> str | None:
    """The title in the information dictionary, unless it is a file's name or the like."""
    title = normalise(information.get("Title", ""))
    return None if _UNTITLED.search(title) else title or None


def doi(data: bytes, running: Iterable[str], first_page: str) -> str | None:
    """The paper's DOI: that of the file's metadata, of the running heads, or the only one on the first page."""
    for found in (
        {find_doi(match.decode("utf-8", "replace")) for match in _XMP_DOI.findall(data)},
        _dois(" ".join(running)),
        _dois(first_page),
    ):
        different = {each for each in found if each}
        if different:
            return different.pop() if len(different) == 1 else None
    return None


def _dois(text: str) -> set[str | None]:
    return {find_doi(match) for match in _DOI.findall(text)}


def license_address(text: str) -> str | None:
    """The address of the Creative Commons licence that is printed, if there is one and no other."""
    found = {match.rstrip("/.").lower().replace("http://", "https://") + "/" for match in _LICENSE.findall(text)}
    return found.pop() if len(found) == 1 else None


def own_ids(first_page: str) -> tuple[str | None, str | None]:
    """PMCID and PMID where the first page prints them as such, and only one of each."""
    pmcids, pmids = set(_OWN_PMCID.findall(first_page)), set(_OWN_PMID.findall(first_page))
    return (pmcids.pop() if len(pmcids) == 1 else None), (pmids.pop() if len(pmids) == 1 else None)


def published(first_page: str) -> str | None:
    """The date of publication that the first page prints, if it prints one."""
    dates = {iso_date(match) for match in _PUBLISHED.findall(first_page)} - {None}
    return dates.pop() if len(dates) == 1 else None


def keywords(printed: str) -> tuple[str, ...]:
    """The keywords of a block that lists them; none where they are not parted by signs."""
    words = _KEYWORDS.sub("", printed).rstrip(". ")
    found = [word for word in re.split(r"\s*[,;•·|]\s*", words) if word]
    return tuple(found) if len(found) > 1 else ()


def authors(information: Mapping[str, str], blocks: Iterable[str]) -> tuple[Author, ...]:
    """The authors that the information dictionary names, where a block prints these names and no other."""
    names = [name for name in _NAMES_APART.split(normalise(information.get("Author", ""))) if name]
    found = (_authors(names, block) for block in blocks)
    return next((authors for authors in found if authors), ())


def _authors(names: Sequence[str], byline: str) -> tuple[Author, ...]:
    rest = re.sub(r"\d", "", normalise(byline))
    for name in names:
        if name not in rest or len(name.split()) < 2:
            return ()
        rest = rest.replace(name, " ", 1)
    others = {word for word in re.findall(r"[^\W\d_]{2,}", rest) if word[0].isupper() and not word.isupper()}
    return () if others - {"PhD"} else tuple(Author(literal=name) for name in names)
