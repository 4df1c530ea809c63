"""Works as BibTeX, in UTF-8.

Only what TeX itself reserves is escaped: Greek, accents and superscripts stay characters, as biber, LuaLaTeX and every
reference manager read them. A word of a title with a capital is braced, so that no style lower-cases a gene.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field

from qa.works import ET_AL, Item, Work

_TYPES = {
    "article-journal": "article",
    "article-magazine": "article",
    "article-newspaper": "article",
    "review": "article",
    "review-book": "article",
    "book": "book",
    "chapter": "incollection",
    "entry": "incollection",
    "entry-dictionary": "incollection",
    "entry-encyclopedia": "incollection",
    "paper-conference": "inproceedings",
    "report": "techreport",
    "standard": "techreport",
    "thesis": "phdthesis",
}
_CONTAINERS = {"article": "journal", "incollection": "booktitle", "inproceedings": "booktitle"}
_PUBLISHERS = {"techreport": "institution", "phdthesis": "school"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RESERVED = str.maketrans(
    {character: f"\\{character}" for character in "&%$#_"}
    # Braces count even when they are escaped: a lone one would swallow the rest of the file.
    | {"{": "\\textbraceleft{}", "}": "\\textbraceright{}", "\\": "\\textbackslash{}"}
    | {"~": "\\textasciitilde{}", "^": "\\textasciicircum{}"}
)
# Addresses and DOIs are verbatim to biblatex and reference managers: nothing is escaped, what would break is encoded.
_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"})
_SMALL_WORDS = frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"))


def bibtex(works: Sequence[Work]) -> str:
    """The works as entries with keys of their own: family name, year, first word of the title."""
    taken: set[str] = set()
    library = Library([_entry(work.item, taken) for work in works])
    return write_string(library, unparse_stack=[])


def _entry(item: Item, taken: set[str]) -> Entry:
    # A preprint on a server: an article in it, as the servers' own exports have it.
    is_on_server = item["type"] == "article" and "container-title" in item
    type_ = "article" if is_on_server else _TYPES.get(item["type"], "misc")
    fields = [Field(name, value) for name, value in _fields(item, type_)]
    return Entry(type_, _unused(_key(item), taken), fields)


def _fields(item: Item, type_: str) -> Iterator[tuple[str, str]]:
    for name, variable in (("author", "author"), ("editor", "editor")):
        if variable in item:
            yield name, f"{{{' and '.join(map(_name, item[variable]))}}}"
    if "title" in item:
        yield "title", f"{{{_protected(item['title'])}}}"
    plain = {
        _CONTAINERS.get(type_, "howpublished"): "container-title",
        _PUBLISHERS.get(type_, "publisher"): "publisher",
        "address": "publisher-place",
        "edition": "edition",
        "volume": "volume",
        "number": "issue",
        "pmid": "PMID",
        "pmcid": "PMCID",
        "language": "language",
        "type": "genre",
        "note": "note",
    }
    yield from _issued(item)
    for name, variable in plain.items():
        if variable in item:
            yield name, f"{{{item[variable].translate(_RESERVED)}}}"
    if "keyword" in item:
        # A comma is what parts them for biblatex, where none has one of its own.
        keywords = item["keyword"] if "," in item["keyword"] else item["keyword"].replace(";", ",")
        yield "keywords", f"{{{keywords.translate(_RESERVED)}}}"
    if type_ == "phdthesis" and "genre" not in item:
        yield "type", "{Thesis}"  # of which degree, the source does not say
    if "page" in item:
        pages = re.sub(r"(?<=\w)-(?=\w)", "--", item["page"])
        yield "pages", f"{{{pages.translate(_RESERVED)}}}"
    for name, variable in (("doi", "DOI"), ("url", "URL")):
        if variable in item:
            yield name, f"{{{item[variable].translate(_IN_ADDRESS)}}}"


def _issued(item: Item) -> Iterator[tuple[str, str]]:
    issued = item.get("issued", {})
    if "literal" in issued:
        yield "year", f"{{{issued['literal'].translate(_RESERVED)}}}"
    for name, number in zip(("year", "month", "day"), issued.get("date-parts", [()])[0], strict=False):
        yield name, _MONTHS[number - 1] if name == "month" else f"{{{number}}}"


def _name(name: Mapping[str, str]) -> str:
    """A person as "family, suffix, given"; what BibTeX would take apart, or is a group, in braces."""
    if name.get("literal") == ET_AL:
        return "others"
    if "given" not in name and "suffix" not in name:
        return f"{{{(name.get('literal') or name['family']).translate(_RESERVED)}}}"
    family, given, suffix = (_part(name.get(part, "")) for part in ("family", "given", "suffix"))
    return ", ".join([family, suffix, given] if suffix else [family, given])


def _part(text: str) -> str:
    """Part of a name; in braces where a comma or "and" in it would be read as the next part or person."""
    escaped = text.translate(_RESERVED)
    return f"{{{escaped}}}" if re.search(r",|\band\b", text, re.IGNORECASE) else escaped


def _protected(title: str) -> str:
    """The title, escaped, with braces around each word that has a capital after its first word's first letter.

    >>> _protected("Loss of PD-L1 & β-catenin in Drosophila")
    'Loss of {PD-L1} \\\\& β-catenin in {Drosophila}'
    """
    words = title.split(" ")
    return " ".join(
        f"{{{escaped}}}" if any(map(str.isupper, word if at else word[1:])) else escaped
        for at, word in enumerate(words)
        for escaped in [word.translate(_RESERVED)]
    )


def _key(item: Item) -> str:
    name = item.get("author", item.get("editor", [{}]))[0]
    # Of a name that nobody took apart, the last word: a family name more often than not, and never a "The".
    family = _ascii(name.get("family") or name.get("literal", "").split(" ")[-1])
    year = str(item.get("issued", {}).get("date-parts", [[""]])[0][0])
    words = filter(None, map(_ascii, item.get("title", "").split()))
    word = next((word for word in words if word not in _SMALL_WORDS), "")
    return family + year + word if family or word else re.sub(r"[^A-Za-z0-9]+", "-", item["id"]).strip("-")


def _ascii(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).lower()
    return re.sub(r"[^a-z0-9]", "", decomposed)


def _unused(key: str, taken: set[str]) -> str:
    free, number = key or "work", 2
    while free in taken:
        free, number = f"{key}-{number}", number + 1
    taken.add(free)
    return free
