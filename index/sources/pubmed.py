"""PubMed's own XML: a document for each record, of its title, abstracts and description.

Follows NLM's PubMed DTD (https://dtd.nlm.nih.gov/ncbi/pubmed/out/) and "MEDLINE PubMed XML Element Descriptions":
sets, single records and book records, as efetch and the yearly baseline give them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.canonical import normalise, subscript, superscript
from index.document import Author, Document, Entity, Metadata, Notice, Reference
from index.errors import SourceError
from index.sources import notices
from index.sources.dates import earliest, iso_date, of_parts
from index.sources.decoding import beginning
from index.sources.entries import Abstract, Entry, Fault, Paragraph, cited_title, documents
from index.sources.identifiers import find_doi, find_pmcid
from index.sources.jats_math import formula
from index.sources.jats_tree import Element, parse
from index.sources.languages import language_tag
from index.sources.source import Source

FORMAT = "pubmed"
TITLE = "PubMed XML"
ENDINGS = (".xml",)

_RECORDS = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation")
_PROLOGUE = r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*(?:<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>\s*)?(?:<!--.*?-->\s*)*"
_ROOT = re.compile(
    rf"{_PROLOGUE}<(?:PubmedArticleSet|PubmedArticle|PubmedBookArticleSet|PubmedBookArticle|MedlineCitationSet)\b",
    re.DOTALL,
)
_STYLES = {"sup": superscript, "sub": subscript}
_NAMED_ABSTRACTS = {"plain-language-summary": "Plain language summary", "Publisher": "Abstract of the publisher"}


def sniff(data: bytes, name: str) -> bool:
    """Whether this is XML of PubMed records."""
    return _ROOT.match(beginning(data).lstrip("\ufeff")) is not None


def read(source: Source) -> tuple[Document, ...]:
    """The records in their order; one without abstract has its title alone.

    Raises:
        PartlyReadable: some records have neither title nor abstract; it holds the others.
        SourceError: no XML, or no record in it.
    """
    root = parse(source.data, source.name)
    records = [root] if root.tag in _RECORDS else [item for item in root if item.tag in _RECORDS]
    if not records:
        raise SourceError(f"{source.name} lists no PubMed record: fetch it again with the ids of the papers")
    return documents(source, (_entry(record, number, source.name) for number, record in enumerate(records, 1)))


def _entry(record: Element, number: int, source: str) -> Entry | Fault:
    citation = (
        record
        if record.tag == "MedlineCitation"
        else next(record.iterchildren("MedlineCitation", "BookDocument"), None)
    )
    if citation is None:
        return Fault(f"record {number}", "it has no MedlineCitation")
    is_book = citation.tag == "BookDocument"
    article = citation if is_book else citation.find("Article")
    if article is None:
        return Fault(f"record {number}", "it has no Article")
    titles = [_words(article.find("ArticleTitle")), _words(article.find("VernacularTitle"))]
    if is_book and not titles[0]:
        titles[0] = _words(article.find("Book/BookTitle"))
    pmid = _words(citation.find("PMID"))
    return Entry(
        place=f"record {number}{f' (PMID {pmid})' if pmid else ''}",
        metadata=_metadata(record, citation, article, titles[0], source),
        titles=tuple(filter(None, titles)),
        abstracts=tuple(_abstracts(citation, article)),
        references=tuple(_references(record)),
    )


def _metadata(record: Element, citation: Element, article: Element, title: str, source: str) -> Metadata:
    ids = _ids(record, citation, article)
    book = article.find("Book")
    types = [text for item in article.iterfind(".//PublicationType") if (text := _words(item))]
    return Metadata(
        title=cited_title(title),
        source=source,
        format=FORMAT,
        authors=tuple(_authors(article if article.find("AuthorList") is not None or book is None else book)),
        container_title=_first(article, "Journal/Title", "Journal/ISOAbbreviation")
        or _first(citation, "MedlineJournalInfo/MedlineTA")
        or (_first(article, "Book/BookTitle") if _words(article.find("ArticleTitle")) else None),
        publisher=_first(article, "Book/Publisher/PublisherName"),
        issued=_issued(article),
        volume=_first(article, "Journal/JournalIssue/Volume", "Book/Volume"),
        issue=_first(article, "Journal/JournalIssue/Issue"),
        pages=_pages(article),
        doi=ids.get("doi"),
        pmid=ids.get("pmid"),
        pmcid=ids.get("pmcid"),
        other_ids=tuple(_other_ids(record, article)),
        article_type="; ".join(types) or None,
        language=language_tag(_first(article, "Language")),
        keywords=tuple(
            dict.fromkeys(text for item in citation.iterfind("KeywordList/Keyword") if (text := _words(item)))
        ),
        notices=notices.of_record(types, cited_title(title), _notices(citation)),
        entities=tuple(_entities(citation)),
    )


def _first(element: Element, *paths: str) -> str | None:
    return next((text for path in paths if (text := _words(element.find(path)))), None)


def _words(element: Element | None) -> str:
    return normalise(_styled(element)) if element is not None else ""


def _styled(element: Element, style: str = "") -> str:
    """The text of an element; scripts as Unicode, formulas as one line."""
    if element.tag == "math":
        return formula(None, element)
    style = element.tag if element.tag in _STYLES else style
    text = _in_style(element.text, style)
    for child in element:
        if child.tag in _STYLES and "\n" in text[len(text.rstrip()) :]:
            text = text.rstrip()  # indentation of a pretty-printer: a script stands right after its letter
        text += _styled(child, style) + _in_style(child.tail, style)
    return text


def _in_style(text: str | None, style: str) -> str:
    return _STYLES[style](text or "") if style else text or ""


def _abstracts(citation: Element, article: Element) -> Iterator[Abstract]:
    for element in [*article.iterchildren("Abstract"), *citation.iterchildren("OtherAbstract")]:
        paragraphs = tuple(
            Paragraph(text, _label(item)) for item in element.iterchildren("AbstractText") if (text := _words(item))
        )
        if paragraphs:
            yield Abstract(paragraphs, _abstract_name(element))


def _label(item: Element) -> str | None:
    label = normalise(item.get("Label", ""))
    return label if label and label.upper() != "UNLABELLED" else None


def _abstract_name(element: Element) -> str:
    if element.tag == "Abstract":
        return "Abstract"
    name = _NAMED_ABSTRACTS.get(element.get("Type", ""), "Abstract")
    language = language_tag(element.get("Language", "eng"))
    return name if language == "en" else f"{name} (translated, {language or element.get('Language')})"


def _authors(holder: Element) -> Iterator[Author]:
    lists = [item for item in holder.iterchildren("AuthorList") if item.get("Type", "authors") == "authors"]
    for item in (author for authors in lists for author in authors.iterchildren("Author")):
        family, group = _first(item, "LastName"), _first(item, "CollectiveName")
        given = _first(item, "ForeName", "FirstName", "Initials")
        if family:
            yield Author(family=family, given=given, suffix=_first(item, "Suffix"))
        elif group or given:
            yield Author(literal=group or given)


def _issued(article: Element) -> str | None:
    dates = [*article.iterfind("Journal/JournalIssue/PubDate"), *article.iterchildren("ArticleDate")]
    dates += [*article.iterfind("Book/PubDate")]
    return earliest([text for item in dates if (text := _date(item))])


def _date(item: Element) -> str | None:
    if written := _first(item, "MedlineDate"):
        return iso_date(written)
    return of_parts(_first(item, "Year") or "", _first(item, "Month") or "", _first(item, "Day") or "")


def _pages(article: Element) -> str | None:
    printed = _first(article, "Pagination/MedlinePgn", "Pagination/StartPage")
    if printed:
        return printed.replace("-", "–", 1) if re.fullmatch(r"\w+-\w+", printed) else printed
    number = next((item for item in article.iterchildren("ELocationID") if item.get("EIdType") == "pii"), None)
    return _words(number) or None if number is not None and re.fullmatch(r"e?\d+", _words(number)) else None


def _ids(record: Element, citation: Element, article: Element) -> dict[str, str]:
    """The record's own ids; those in its list of references are other papers'."""
    found = {"pmid": _words(citation.find("PMID"))}
    named = [(item.get("IdType", ""), _words(item)) for item in _article_ids(record, citation)]
    named += [(item.get("EIdType", ""), _words(item)) for item in article.iterchildren("ELocationID") if _valid(item)]
    for kind, value in named:
        if kind == "doi" and (doi := find_doi(value)):
            found.setdefault("doi", doi)
        elif kind in ("pmc", "pmcid") and (pmcid := find_pmcid(value)):
            found.setdefault("pmcid", pmcid)
    return {kind: value for kind, value in found.items() if value and (kind != "pmid" or value.isdecimal())}


def _article_ids(record: Element, citation: Element) -> list[Element]:
    paths = ("PubmedData/ArticleIdList/ArticleId", "PubmedBookData/ArticleIdList/ArticleId")
    found = [item for path in paths for item in record.iterfind(path)]
    return [*found, *citation.iterfind("ArticleIdList/ArticleId")]


def _valid(item: Element) -> bool:
    return item.get("ValidYN", "Y") == "Y"


def _other_ids(record: Element, article: Element) -> Iterator[tuple[str, str]]:
    for item in record.iterfind("PubmedData/ArticleIdList/ArticleId"):
        kind, value = item.get("IdType", ""), _words(item)
        if kind not in ("", "doi", "pmc", "pmcid", "pubmed") and value:
            yield kind, value
    if accession := _first(article, "Journal/ISSN"):
        yield "issn", accession


def _entities(citation: Element) -> Iterator[Entity]:
    """Subject headings and substances, with their ids in MeSH."""
    for kind, path in (
        ("mesh", "MeshHeadingList/MeshHeading/DescriptorName"),
        ("chemical", "ChemicalList/Chemical/NameOfSubstance"),
        ("mesh", "SupplMeshList/SupplMeshName"),
    ):
        for item in citation.iterfind(path):
            if name := _words(item):
                ui = item.get("UI")
                yield Entity(kind, name, f"MESH:{ui}" if ui else None)


def _notices(citation: Element) -> Iterator[Notice]:
    for item in citation.iterfind("CommentsCorrectionsList/CommentsCorrections"):
        text = " ".join(filter(None, (_words(item.find("RefSource")), _words(item.find("Note")))))
        pmid = _words(item.find("PMID"))
        text = f"{text} PMID: {pmid}".strip() if pmid.isdecimal() and pmid not in text else text
        if found := notices.of_relation(item.get("RefType", ""), text=text or None):
            yield found


def _references(record: Element) -> Iterator[Reference]:
    listed = [item for path in ("PubmedData", "PubmedBookData", "BookDocument") for item in record.iterfind(path)]
    for number, item in enumerate((ref for data in listed for ref in data.iter("Reference")), 1):
        ids = {ident.get("IdType", ""): _words(ident) for ident in item.iterfind("ArticleIdList/ArticleId")}
        text = _words(item.find("Citation"))
        pmid = ids.get("pubmed", "")
        doi, pmcid = find_doi(ids.get("doi", "")) or find_doi(text), find_pmcid(ids.get("pmc", ids.get("pmcid", "")))
        shown = text or " ".join(filter(None, (pmid and f"PMID: {pmid}", pmcid, doi)))
        if shown:
            yield Reference(
                id=str(number),
                text=shown,
                label=str(number),
                doi=doi,
                pmid=pmid if pmid.isdecimal() else None,
                pmcid=pmcid,
                notices=notices.joined(notices.in_text(text)),
            )
