"""What a marked-up text says of its paper: authors, journal, identifiers, date, licence. As printed, never guessed.

Fields come from front matter and from the lines under a title; they have one name each, whatever the source calls them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath

from index.canonical import normalise
from index.document import Author, Entity, Metadata
from index.sources.identifiers import find_doi, find_pmcid, find_pmid

Fields = Mapping[str, Sequence[str]]

_NAMES = {
    "authors": "author|authors|creator|creators|by",
    "container_title": "journal|container-title|journal-title|publication|published in|venue",
    "doi": "doi",
    "pmid": "pmid|pubmed id|pubmed",
    "pmcid": "pmcid|pmc id|pmc",
    "issued": "date|published|publication date|published on|issued|year|pubdate",
    "license": "license|licence|rights|copyright license",
    "keywords": "keywords|keyword|key words|tags",
    "volume": "volume|vol",
    "issue": "issue|number",
    "pages": "pages|page",
    "publisher": "publisher",
    "language": "language|lang",
    "title": "title",
    "url": "url|link|landing page",
    "source": "source|original|retrieved from",
    "abstract": "abstract",
    "article_type": "article type|article-type|type|paper type",
}
_FIELDS = {alias: field for field, aliases in _NAMES.items() for alias in aliases.split("|")}

_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}  # noqa: SIM905
_NUMERIC = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:T[\d:.Z+-]+)?")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)? )?([A-Za-z]{3,9})\.?,? (\d{4})")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?, ?(\d{4})")
_LICENSE_URL = re.compile(r"https?://creativecommons\.org/[^\s)>\]]*[^\s)>\].,;]")
_AND = re.compile(r"\s*(?:,\s*(?:and|&)|;\s*(?:and|&)?|\sand\s|\s&\s)\s*")
_SUFFIX = re.compile(r"(?:jr|sr|i{2,3}|iv)\.?", re.IGNORECASE)
_ET_AL = re.compile(r",?\s*\bet al\.?\s*$|,?\s*…\s*$", re.IGNORECASE)
_WORD = r"[^\W\d_a-z](?:[^\W\d_]|(?<=\w)['’-](?=\w))*"
_PERSON = re.compile(rf"(?![A-Z]{{4}})({_WORD}\.?(?: [A-Z]\.?)*) ({_WORD})")
_GROUP = re.compile(
    r"\b(?:association|alliance|board|cent(?:er|re)|collaborat\w+|committee|consortium|foundation|group|initiative"
    r"|institute|investigators|network|organi[sz]ation|program(?:me)?|project|society|team|university)\b",
    re.IGNORECASE,
)
_MARKERS = re.compile(r"[\d*†‡§¶⁰¹²³⁴-⁹]+(?:,[\d*†‡§¶⁰¹²³⁴-⁹]+)*$")


def field_name(printed: str) -> str | None:
    """The name of the field that a source calls `printed`; None where it is none of a paper's.

    >>> field_name("Published"), field_name("Mood")
    ('issued', None)
    """
    return _FIELDS.get(printed.strip().lower().replace("_", "-"))


def iso_date(text: str) -> str | None:
    """A date as ISO 8601, of the precision that is printed; None where the text is no date.

    >>> iso_date("11 March 2026"), iso_date("March 2026"), iso_date("2026-3-11"), iso_date("2026-13-01")
    ('2026-03-11', '2026-03', '2026-03-11', None)
    """
    text = normalise(text)
    if match := _NUMERIC.fullmatch(text):
        year, month, day = match[1], match[2], match[3]
    elif match := _DAY_FIRST.fullmatch(text):
        year, month, day = match[3], _month(match[2]), match[1]
    elif match := _MONTH_FIRST.fullmatch(text):
        year, month, day = match[3], _month(match[1]), match[2]
    else:
        return None
    try:
        return date(int(year), int(month or 1), int(day or 1)).isoformat()[: 10 if day else 7 if month else 4]
    except ValueError:
        return None


def authors(text: str) -> tuple[Author, ...]:
    """The names of a printed list, unparsed; marks of affiliation after a name are no part of it.

    >>> [author.name for author in authors("Ana Ruiz1,2, Bo Li Jr., and C. Wu et al.")]
    ['Ana Ruiz', 'Bo Li Jr.', 'C. Wu']
    """
    names: list[str] = []
    text = _ET_AL.sub("", normalise(text))
    for part in _AND.split(text) if ";" in text else re.split(r"\s*,\s*", _AND.sub(", ", text)):
        name = _MARKERS.sub("", part).strip()
        if names and _SUFFIX.fullmatch(name):
            names[-1] += f" {name}"
        elif name:
            names.append(name)
    return tuple(Author(literal=name) for name in names)


def person(name: str) -> Author:
    """A name that is printed with the given name first. Only what can be parted in one way is: given name, initials or
    none, family name. A longer name may have a family name of several words, and a group is no person.

    >>> person("Ana B. Ruiz"), person("Ana Ruiz Soto").literal, person("EV Consortium").literal
    (Author(family='Ruiz', given='Ana B.', suffix=None, literal=None), 'Ana Ruiz Soto', 'EV Consortium')
    """
    match = _PERSON.fullmatch(name)
    if match is None or _GROUP.search(name) or not (match[1][0].isupper() and match[2][0].isupper()):
        return Author(literal=name)
    return Author(family=match[2], given=match[1])


def license_of(text: str) -> str | None:
    """A licence's address where the text has one, else its words."""
    address = _LICENSE_URL.search(text)
    return address[0] if address else normalise(text) or None


def pmcid_of_name(source_name: str) -> str | None:
    """The PMCID that an address or a file's name is: `papers/PMC123456.md`, but not `notes on PMC123456.md`."""
    if "://" in source_name:
        return find_pmcid(source_name)
    stem = PurePosixPath(source_name).name.split(".")[0]
    return stem.upper() if re.fullmatch(r"(?i)PMC\d{3,10}", stem) else None


def metadata(fields: Fields, *, title: str, source: str, format: str, entities: tuple[Entity, ...] = ()) -> Metadata:
    """A paper's metadata from the fields that its source has."""
    one = {name: normalise(values[0]) or None for name, values in fields.items() if values}
    doi, pmid, pmcid, url = (one.get(name) for name in ("doi", "pmid", "pmcid", "url"))
    listed = fields.get("authors", ())
    keywords = [word for value in fields.get("keywords", ()) for word in re.split(r"\s*[,;]\s*", normalise(value))]
    return Metadata(
        title=title,
        source=source,
        format=format,
        authors=authors(listed[0]) if len(listed) == 1 else tuple(Author(literal=normalise(name)) for name in listed),
        container_title=one.get("container_title"),
        publisher=one.get("publisher"),
        issued=iso_date(one.get("issued") or ""),
        volume=one.get("volume"),
        issue=one.get("issue"),
        pages=one.get("pages"),
        doi=find_doi(doi or ""),
        pmid=pmid if pmid and re.fullmatch(r"\d{1,9}", pmid) else find_pmid(pmid or ""),
        pmcid=find_pmcid(pmcid or "") or find_pmcid(f"PMC{pmcid}" if pmcid else ""),
        url=url if url and url.startswith(("http://", "https://")) else None,
        license=license_of(one.get("license") or ""),
        article_type=one.get("article_type"),
        language=one.get("language"),
        keywords=tuple(filter(None, keywords)),
        entities=entities,
    )


def _month(name: str) -> str:
    return str(_MONTHS.get(name[:3].lower(), 0))
