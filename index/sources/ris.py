"""RIS, as Zotero, EndNote, Mendeley, Web of Science, Embase and others write it: a document for each record.

Follows Reference Manager's specification (2001, 2011) and, where writers differ from it, what they write: a tag with
one blank before its hyphen, a missing `ER`, lists with a value on each line, identifiers in notes and addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.document import Author, Document, Metadata, Notice
from index.sources import csl_types, notices
from index.sources.dates import earliest, iso_date
from index.sources.decoding import beginning, decode_legacy
from index.sources.entries import Abstract, Entry, Paragraph, cited_title, documents
from index.sources.identifiers import find_doi, find_pmcid, find_pmid
from index.sources.languages import language_tag
from index.sources.markup import line, paragraphs
from index.sources.source import Source
from index.sources.tagged import TaggedRecord, tagged_records

FORMAT = "ris"
TITLE = "RIS"
ENDINGS = (".ris",)

# Some writers put lines of their own ("Provider: …") before the first record.
_BEGINNING = re.compile(r"(?:[ \t]*(?:[A-Z][\w-]*:[^\n]*)?\n){0,9}[ \t]*TY {0,2}- ?[A-Z]{2,6}\b")
_STRICT = re.compile(r"[ \t]*([A-Z][A-Z0-9])  -(?: (.*)|\s*$)")
_LOOSE = re.compile(r"[ \t]*([A-Z][A-Z0-9]) {0,2}-(?: (.*)|\s*$)")
_NAMED_ID = re.compile(r"(?im)^\s*(pmid|pmcid|doi)\s*:\s*(\S+)")
_PUBMED = re.compile(r"\b(?:nlm|medline|pubmed)\b", re.IGNORECASE)
_WHOLE_WORKS = frozenset(("book", "thesis", "report", "dataset", "webpage", "patent"))


def sniff(data: bytes, name: str) -> bool:
    """Whether this begins as RIS does, whatever it is called."""
    return _BEGINNING.match(beginning(data, 8192).lstrip("\ufeff\n")) is not None


def read(source: Source) -> tuple[Document, ...]:
    """The records in their order; one without abstract has its title alone.

    Raises:
        PartlyReadable: some records have neither title nor abstract; it holds the others.
        SourceError: no record, or bytes in an encoding that cannot be told.
    """
    text = decode_legacy(source).lstrip("\ufeff")
    tag = _STRICT if re.search(r"(?m)^\s*TY  -", text) else _LOOSE
    records = tagged_records(text, tag, starts="TY", ends="ER")
    return documents(source, (_entry(record, source.name) for record in records))


def _entry(record: TaggedRecord, source: str) -> Entry:
    title = line(record.first("TI", "T1", "CT") or (record.first("BT") if _is_whole(record) else None) or "")
    abstract = record.all("AB") or record.all("N2")
    texts = tuple(Paragraph(text) for value in abstract for text in paragraphs(value))
    return Entry(
        place=record.place,
        metadata=_metadata(record, title, source),
        titles=(title,) if title else (),
        abstracts=(Abstract(texts),) if texts else (),
    )


def _is_whole(record: TaggedRecord) -> bool:
    return csl_types.of_ris(record.first("TY") or "") in _WHOLE_WORKS


def _metadata(record: TaggedRecord, title: str, source: str) -> Metadata:
    types = [part.strip() for value in record.all("M3") for part in re.split("[;\n]", value)]
    keywords = tuple(dict.fromkeys(_keywords(record)))
    container = ("JF", "JA", "J2") if _is_whole(record) else ("T2", "JF", "JO", "BT", "JA", "J2", "J1")
    return Metadata(
        title=cited_title(title),
        source=source,
        format=FORMAT,
        authors=tuple(_author(value) for value in record.all("AU", "A1", "AF") if value.strip(" ,")),
        container_title=line(record.first(*container) or "") or None,
        publisher=record.first("PB"),
        issued=_issued(record),
        volume=record.first("VL"),
        issue=record.first("IS", "CP"),
        pages=_pages(record),
        doi=_doi(record),
        pmid=_pmid(record),
        pmcid=_pmcid(record),
        other_ids=tuple(("issn", value) for value in re.findall(r"\b\d{4}-\d{3}[\dXx]\b", " ".join(record.all("SN")))),
        url=next((url for value in record.all("UR") for url in value.split() if _is_address(url)), None),
        article_type=csl_types.of_ris(record.first("TY") or ""),
        language=language_tag(record.first("LA")),
        keywords=keywords,
        notices=notices.of_record(types, cited_title(title), [*notices.of_keywords(keywords), *_notes(record)]),
    )


def _keywords(record: TaggedRecord) -> Iterator[str]:
    for value in record.all("KW"):
        yield from filter(None, map(line, value.split("\n")))


def _author(value: str) -> Author:
    """`Last, First, Suffix`, as the specification has it; a name without a comma is a group's, or unparsed."""
    parts = [part.strip() for part in " ".join(value.split()).split(",")]
    if len(parts) == 1 or not any(parts[1:]):
        return Author(literal=parts[0])
    family, given = parts[0], parts[1] or None
    return Author(family=family, given=given, suffix=(parts[2] or None) if len(parts) == 3 else None)


def _issued(record: TaggedRecord) -> str | None:
    dates = [found for value in record.all("PY", "Y1", "DA") if (found := iso_date(value))]
    year = next(iter(dates), "")[:4]
    # EndNote puts the day without the year ("Jun 3") beside the year.
    dates += [found for value in record.all("DA") if year and (found := iso_date(f"{year} {value}"))]
    return earliest([found for found in dates if found.startswith(year)])


def _pages(record: TaggedRecord) -> str | None:
    first, last = record.first("SP"), record.first("EP")
    if first and last and last != first:
        return f"{first}–{last}"
    if first and re.fullmatch(r"\w+\s*-+\s*\w+", first):
        return re.sub(r"\s*-+\s*", "–", first)
    return first or record.first("C7", "M1") or None


def _doi(record: TaggedRecord) -> str | None:
    places = [*record.all("DO", "DI"), *_named(record, "doi"), *record.all("UR", "L2", "L3", "LK", "M3")]
    return next((doi for value in places if (doi := find_doi(value))), None)


def _pmid(record: TaggedRecord) -> str | None:
    named = next((value for value in _named(record, "pmid") if value.isdecimal()), None)
    if named:
        return named
    accession = record.first("AN") or ""
    if re.fullmatch(r"[1-9]\d{0,8}", accession) and _PUBMED.search(" ".join(record.all("DB", "DP"))):
        return accession
    return next((pmid for value in record.all("AN", "UR", "L2", "LK") if (pmid := find_pmid(value))), None)


def _pmcid(record: TaggedRecord) -> str | None:
    places = [f"PMC{value}" if value.isdecimal() else value for value in _named(record, "pmcid")]
    places += [value for value in record.all("C2") if re.fullmatch(r"PMC\d+", value)] + record.all(
        "UR", "L1", "L2", "LK"
    )
    return next((pmcid for value in places if (pmcid := find_pmcid(value))), None)


def _named(record: TaggedRecord, kind: str) -> list[str]:
    """Identifiers on lines of their own in the notes, where Zotero's field "Extra" goes."""
    notes = "\n".join(record.all("N1", "M1", "M2", "U1"))
    return [match[2] for match in _NAMED_ID.finditer(notes) if match[1].lower() == kind]


def _is_address(value: str) -> bool:
    return value.startswith(("http://", "https://"))


def _notes(record: TaggedRecord) -> Iterator[Notice]:
    for note in record.all("N1"):
        yield from (found for row in note.split("\n") for found in notices.in_text(row))
