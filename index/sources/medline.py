"""PubMed's tagged format (MEDLINE, `.nbib`): a document for each record.

Follows NLM's list of MEDLINE display fields (https://pubmed.ncbi.nlm.nih.gov/help/#pubmed-format). Files of it are
often called `.ris` or `.txt`, so that it is known by its content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.document import Author, Document, Entity, Metadata, Notice
from index.sources import notices
from index.sources.dates import earliest, iso_date
from index.sources.decoding import beginning, decode_legacy
from index.sources.entries import Abstract, Entry, Paragraph, cited_title, documents
from index.sources.identifiers import find_doi, find_pmcid
from index.sources.languages import language_tag
from index.sources.markup import line
from index.sources.source import Source
from index.sources.tagged import TaggedRecord, tagged_records

FORMAT = "medline"
TITLE = "MEDLINE (.nbib)"
ENDINGS = (".nbib",)

_BEGINNING = re.compile(r"\s*(?:\d+\.\s*)?PMID- ?\d+\s*\n")
_TAG = re.compile(r"(?=[A-Z]+ *-)(?=.{4}-)([A-Z]{2,4}) *-(?: (.*)|\s*$)")
_RELATIONS = {
    "CRF": "corrected and republished from",
    "CRI": "corrected and republished in",
    "ECF": "expression of concern for",
    "ECI": "expression of concern in",
    "EFR": "erratum for",
    "EIN": "erratum in",
    "PRIN": "partial retraction in",
    "PROF": "partial retraction of",
    "RIN": "retraction in",
    "ROF": "retraction of",
    "RRF": "retracted and republished from",
    "RRI": "retracted and republished in",
}


def sniff(data: bytes, name: str) -> bool:
    """Whether this begins with a record of PubMed's, whatever it is called."""
    return _BEGINNING.match(beginning(data, 4096).lstrip("\ufeff")) is not None


def read(source: Source) -> tuple[Document, ...]:
    """The records in their order; one without abstract has its title alone.

    Raises:
        PartlyReadable: some records have neither title nor abstract; it holds the others.
        SourceError: no record, or bytes in an encoding that cannot be told.
    """
    records = tagged_records(decode_legacy(source).lstrip("\ufeff"), _TAG, starts="PMID", ends=None)
    return documents(source, (_entry(record, source.name) for record in records))


def _entry(record: TaggedRecord, source: str) -> Entry:
    pmid = record.first("PMID") or ""
    titles = [line(record.first(tag) or "") for tag in ("TI", "TT")]
    if not titles[0]:
        titles[0] = line(record.first("BTI") or "")
    return Entry(
        place=f"{record.place}{f', PMID {pmid}' if pmid else ''}",
        metadata=_metadata(record, titles[0], source),
        titles=tuple(filter(None, titles)),
        abstracts=tuple(_abstracts(record)),
    )


def _metadata(record: TaggedRecord, title: str, source: str) -> Metadata:
    ids = record.all("LID", "AID", "SO")
    pmid = record.first("PMID") or ""
    types = record.all("PT")
    return Metadata(
        title=cited_title(title),
        source=source,
        format=FORMAT,
        authors=tuple(_authors(record)),
        container_title=record.first("JT", "TA", *(["BTI"] if record.first("TI") else [])),
        publisher=record.first("PB"),
        issued=earliest([date for value in record.all("DP", "DEP") if (date := _date(value))]),
        volume=record.first("VI"),
        issue=record.first("IP"),
        pages=_pages(record),
        doi=next((doi for value in ids if "[doi]" in value and (doi := find_doi(value))), None),
        pmid=pmid if pmid.isdecimal() else None,
        pmcid=find_pmcid(record.first("PMC") or ""),
        other_ids=tuple(("issn", value.split()[0]) for value in record.all("IS")[:1]),
        article_type="; ".join(types) or None,
        language=language_tag(record.first("LA")),
        keywords=tuple(dict.fromkeys(line(value) for value in record.all("OT"))),
        notices=notices.of_record(types, cited_title(title), _notices(record)),
        entities=tuple(_headings(record)),
    )


def _abstracts(record: TaggedRecord) -> Iterator[Abstract]:
    for tag, name in (("AB", "Abstract"), ("OAB", "Abstract (other)")):
        texts = tuple(Paragraph(text) for value in record.all(tag) if (text := line(value)))
        language = language_tag(record.first("OABL")) if tag == "OAB" else None
        if texts:
            yield Abstract(texts, f"Abstract (translated, {language})" if language and language != "en" else name)


def _authors(record: TaggedRecord) -> Iterator[Author]:
    for value in record.all("FAU") or record.all("AU"):
        name = " ".join(value.split())
        family, comma, given = name.partition(", ")
        yield Author(family=family, given=given or None) if comma else Author(literal=name)
    yield from (Author(literal=" ".join(value.split())) for value in record.all("CN"))


def _date(value: str) -> str | None:
    """`2020 Feb 3` (DP) or `20200203` (DEP)."""
    return iso_date(re.sub(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3", value.strip()))


def _pages(record: TaggedRecord) -> str | None:
    printed = record.first("PG") or ""
    return printed.replace("-", "–", 1) if re.fullmatch(r"\w+-\w+", printed) else printed or None


def _headings(record: TaggedRecord) -> Iterator[Entity]:
    names = (value.partition("/")[0].strip("* ") for value in record.all("MH"))
    yield from (Entity("mesh", name) for name in dict.fromkeys(names) if name)


def _notices(record: TaggedRecord) -> Iterator[Notice]:
    for tag, relation in _RELATIONS.items():
        for value in record.all(tag):
            if found := notices.of_relation(relation, text=" ".join(value.split())):
                yield found
