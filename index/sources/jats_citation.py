"""One cited work: the fields that the mark-up of its citation names. What it does not mark is left to the text.

Elements and attributes follow JATS 1.4 (ANSI/NISO Z39.96) and NLM 2 and 3; kinds of works become the types of CSL
1.0.2. Names after a title are those of editors, as printed ("In: Kim A (ed.), Atlas").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from index.document import Author, Reference
from index.sources.identifiers import find_doi, find_pmcid, find_pmid
from index.sources.jats_inline import words
from index.sources.jats_names import GROUPED_NAMES, NAMES, author, plain
from index.sources.jats_notices import reference_notices
from index.sources.jats_tree import XLINK_HREF, Element
from index.sources.named_marks import only_year

_TITLES = ("article-title", "chapter-title", "data-title", "part-title")
_TYPE_WORDS = {
    "article": "eprint preprint",
    "article-journal": "article commun communication journal journal-article letter magazine-article periodical review",
    "article-magazine": "magazine",
    "article-newspaper": "news newspaper newspaper-article",
    "bill": "bill",
    "book": "book edited-book ebook monograph",
    "broadcast": "broadcast podcast radio television tv",
    "chapter": "book-chapter book-part book-section bookchapter chapter edited-book-chapter inbook incollection",
    "dataset": "data database dataset data-set",
    "interview": "interview",
    "legal_case": "case court legal-case",
    "legislation": "act law legal legislation statute",
    "manuscript": "manuscript unpublished working-paper",
    "motion_picture": "film movie video",
    "paper-conference": "conf-paper conf-proc conference conference-paper confproc inproceedings poster proceedings",
    "patent": "patent",
    "personal_communication": "personal-communication",
    "post": "post",
    "post-weblog": "blog weblog",
    "report": "gov government govt report tech-report technical-report techreport white-paper",
    "software": "code computer-program program software",
    "speech": "presentation speech",
    "standard": "standard",
    "thesis": "dissertation masters-thesis mastersthesis phd-thesis phdthesis thesis",
    "webpage": "electronic-citation internet web web-page webpage website web-site www",
}
_TYPES = {word: type_ for type_, words_ in _TYPE_WORDS.items() for word in words_.split()}
# Works that `<source>` is the title of when nothing else is; of others it is what they appeared in.
_APPEAR_IN_OTHERS = frozenset(("article", "article-journal", "article-magazine", "article-newspaper", "chapter", None))
_CREATORS = ("author", "inventor", "compiler", "curator", "developer", "director")
_AUTHORS = frozenset(("author", "authors", "allauthors", "first-author", None))
_EDITORS = frozenset(("editor", "editors", "ed", "eds", "guest-editor", "guest-editors", "series-editor"))
_ET_AL = re.compile(r"[\s,;]*\b(?:et\.?\s*al\b\.?|and others|others)[\s.,;]*$", re.IGNORECASE)
_EDITED = re.compile(r"[\s.,(\[]*(?:eds?\b|editors?\b|edited\b)", re.IGNORECASE)
_AND = re.compile(r"[\s.,;]*(?:(?:and|&)\s+)?")
_AROUND = " \t\n,;:"
_URL = re.compile(r"(?:https?|ftp)://\S+")


class _Names(NamedTuple):
    authors: tuple[Author, ...]
    editors: tuple[Author, ...]


def read_citation(reference_id: str, label: str | None, text: str, citation: Element) -> Reference:
    """The reference of a citation; `text` is what it prints."""
    title = next((found for tag in _TITLES if (found := _first(citation, tag))), None)
    source = _first(citation, "source") or _first(citation, "conf-name")
    type_ = _type(citation, title, source)
    if title is None and type_ not in _APPEAR_IN_OTHERS:
        title, source = source, None
    ids = _identifiers(citation, text)
    names = _names(citation)
    return Reference(
        id=reference_id,
        text=text,
        label=label,
        authors=names.authors,
        title=_without_stop(title) if title else None,
        container_title=source,
        year=_year(citation, text),
        volume=_first(citation, "volume"),
        issue=" ".join(filter(None, (_first(citation, "issue"), _first(citation, "supplement")))) or None,
        pages=pages(citation),
        type=type_,
        editors=names.editors,
        edition=_first(citation, "edition"),
        publisher=_first(citation, "publisher-name")
        or (_first(citation, "institution") if type_ == "thesis" else None),
        publisher_place=_first(citation, "publisher-loc"),
        doi=ids.get("doi"),
        pmid=ids.get("pmid"),
        pmcid=ids.get("pmcid"),
        url=ids.get("url"),
        notices=reference_notices(citation, text, title),
    )


def pages(element: Element) -> str | None:
    """`123–130`, a printed range, or the article's number, from the children of a citation or of the front matter."""
    first, last = _child(element, "fpage"), _child(element, "lpage")
    if first:
        return f"{first}–{last}" if last and last != first else first
    return _child(element, "page-range") or _child(element, "elocation-id")


def _child(element: Element, tag: str) -> str | None:
    return plain(element.find(tag)).strip(_AROUND) or None


def _first(element: Element, tag: str) -> str | None:
    """What the first such element prints, without the punctuation that some publishers put inside it."""
    return next((text for item in element.iter(tag) if (text := words(item).strip(_AROUND))), None)


def _without_stop(title: str) -> str:
    """A title without the full stop that ends it in print; an abbreviation ("sp.") keeps its own."""
    last = title.rpartition(" ")[2]
    return title[:-1] if title.endswith(".") and not title.endswith("..") and len(last) > 4 else title


def _year(citation: Element, text: str) -> str | None:
    """The year that is marked, else, where nothing is, the only one that the text prints."""
    year = (_first(citation, "year") or "").strip(" ().[]")
    if year:
        return year
    dated = _first(citation, "string-date") or _first(citation, "date")
    return only_year(dated or ("" if _first(citation, "source") else text))


def _type(citation: Element, title: str | None, source: str | None) -> str | None:
    """By the source's own word, else by elements that only one kind of work has."""
    word = citation.get("publication-type") or citation.get("citation-type") or ""
    type_ = _TYPES.get(re.sub(r"[\s_]+", "-", word.strip().lower()))
    if type_ == "book" and title and source and citation.find(".//data-title") is None:
        return "chapter"
    if type_:
        return type_
    for tag, meant in (
        ("patent", "patent"),
        ("std", "standard"),
        ("data-title", "dataset"),
        ("chapter-title", "chapter"),
        ("conf-name", "paper-conference"),
    ):
        if citation.find(f".//{tag}") is not None:
            return meant
    in_journal = citation.find(".//article-title") is not None and source and _first(citation, "volume")
    return "article-journal" if in_journal and citation.find(".//publisher-name") is None else None


def _names(citation: Element) -> _Names:
    """Authors and editors: of marked groups, else of names by where they stand; "et al." is nobody."""
    groups = list(citation.iter("person-group"))
    kinds = [_kind(group) for group in groups]
    editors = [name for group, kind in zip(groups, kinds, strict=True) if kind in _EDITORS for name in _people(group)]
    creators = _AUTHORS if _AUTHORS & set(kinds) else {next((kind for kind in _CREATORS if kind in kinds), "")}
    authors = [name for group, kind in zip(groups, kinds, strict=True) if kind in creators for name in _people(group)]
    loose = list(_people(citation))
    if loose and not authors:
        split = _first_editor(citation)
        authors, later = loose[:split], loose[split:]
        editors += later
    return _Names(tuple(authors), tuple(editors))


def _kind(group: Element) -> str | None:
    return (group.get("person-group-type") or "").strip().lower() or None


def _first_editor(citation: Element) -> int:
    """How many of the names without a group are authors: those before names printed as editors, or before a title."""
    parts = [child for child in citation if child.tag in NAMES | GROUPED_NAMES | {"etal", *_TITLES}]
    edited = (at for at, part in enumerate(parts) if part.tag not in _TITLES and _EDITED.match(part.tail or ""))
    start = next(edited, None)
    if start is not None:
        while start and _AND.fullmatch(parts[start - 1].tail or "") and parts[start - 1].tag not in _TITLES:
            start -= 1
        return sum(_is_name(part) for part in parts[:start])
    titles = [at for at, part in enumerate(parts) if part.tag in _TITLES and any(map(_is_name, parts[:at]))]
    return sum(_is_name(part) for part in parts[: titles[0] if titles else len(parts)])


def _is_name(part: Element) -> bool:
    return part.tag in NAMES | GROUPED_NAMES and _named(part) is not None


def _people(group: Element) -> Iterator[Author]:
    for child in group:
        found = _named(child) if child.tag in NAMES | GROUPED_NAMES else None
        if found:
            yield found


def _named(element: Element) -> Author | None:
    found = author(element)
    if found is None or found.literal is None:
        return found
    literal = _ET_AL.sub("", found.literal).strip(_AROUND)
    return Author(literal=literal) if literal else None


def _identifiers(citation: Element, text: str) -> dict[str, str]:
    """Marked identifiers, then links, then what the text prints as the only one of its kind."""
    found: dict[str, str] = {}
    for item in (*citation.iter("pub-id", "object-id", "article-id"), *citation.iter("ext-link", "uri", "self-uri")):
        kind = (item.get("pub-id-type") or item.get("ext-link-type") or "").lower()
        value = plain(item)
        address = item.get(XLINK_HREF) or value
        if (
            doi := find_doi(value)
            or find_doi(address)
            or (find_doi(re.sub(r"\s", "", value)) if kind == "doi" else None)
        ):
            found.setdefault("doi", doi)
        elif pmcid := find_pmcid(address) or find_pmcid(f"PMC{value}" if kind in ("pmc", "pmcid") else value):
            found.setdefault("pmcid", pmcid)
        elif pmid := find_pmid(address) or find_pmid(value) or (find_pmid(f"PMID{value}") if kind == "pmid" else None):
            found.setdefault("pmid", pmid)
        elif address.startswith(("http://", "https://", "ftp://")):
            found.setdefault("url", address)
    for name, find in (("doi", find_doi), ("pmid", find_pmid), ("pmcid", find_pmcid)):
        printed = {id_ for part in _id_parts(name, text) if (id_ := find(part))}
        if len(printed) == 1 and name not in found:
            found[name] = printed.pop()
    if not found and len(addresses := {match.rstrip(".,;)]>") for match in _URL.findall(text)}) == 1:
        found["url"] = addresses.pop()
    return found


def _id_parts(name: str, text: str) -> list[str]:
    """Pieces of a text that each hold one identifier at most."""
    return text.split() if name == "doi" else re.split(r"(?=\bPM(?:C|ID)\b|\bPMC\d|ncbi\.nlm)", text)
