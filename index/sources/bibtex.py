"""BibTeX and BibLaTeX, as Zotero, Mendeley, JabRef, Google Scholar and publishers write them.

bibtexparser finds the entries and goes on after a broken one, which it names; the values are put together here
(`#`, `@string`), since it leaves that to its middleware and drops entries with a repeated field or key.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from functools import partial

from bibtexparser.entrypoint import parse_string
from bibtexparser.exceptions import ParserStateException
from bibtexparser.middlewares.names import (
    InvalidNameError,
    parse_single_name_into_parts,
    split_multiple_persons_names,
)
from bibtexparser.model import Entry as Block
from bibtexparser.model import ParsingFailedBlock, String

from index.document import Author, Document, Metadata
from index.errors import SourceError
from index.sources import csl_types, latex, notices
from index.sources.dates import iso_date, of_parts
from index.sources.decoding import beginning, decode_legacy
from index.sources.entries import Abstract, Entry, Fault, Paragraph, cited_title, documents
from index.sources.identifiers import find_doi, find_pmcid, find_pmid
from index.sources.languages import language_tag
from index.sources.markup import line, paragraphs
from index.sources.source import Source

FORMAT = "bibtex"
TITLE = "BibTeX"
ENDINGS = (".bib", ".bibtex")

_FIRST_ENTRY = re.compile(r"^[ \t]*@\s*([A-Za-z]+)\s*[{(]\s*[^\s{}(),\"=]*\s*[,=\"]", re.MULTILINE)
_PIECE = re.compile(r'\s*(?:(?P<name>[A-Za-z][\w.:+/-]*)|(?P<number>\d+)|(?P<open>[{"]))')
_EXTRA_FIELD = re.compile(r"\s*([A-Za-z][\w-]*)\s*=\s*(?=[\w{\"])")
_NAMED_ID = re.compile(r"(?im)\b(pmid|pmcid)\s*:\s*(\w+)")

Fields = Mapping[str, str]


def sniff(data: bytes, name: str) -> bool:
    """Whether an entry of BibTeX stands before any other text but comments, or in a file called `.bib`."""
    text = beginning(data).lstrip("\ufeff")
    match = _FIRST_ENTRY.search(text)
    if match is None:
        return False
    before = [row for row in text[: match.start()].split("\n") if row.strip()]
    return name.lower().endswith(ENDINGS) or all(row.lstrip().startswith("%") for row in before)


def read(source: Source) -> tuple[Document, ...]:
    """The entries in their order; one without abstract has its title alone.

    Raises:
        PartlyReadable: some entries are broken, or have neither title nor abstract; it holds the others.
        SourceError: no entry, or bytes in an encoding that cannot be told.
    """
    text = decode_legacy(source).lstrip("\ufeff")
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it would log, the error says
    try:
        library = parse_string(text, parse_stack=[])
    except ParserStateException as error:
        raise SourceError(f"{source.name} cannot be parsed as BibTeX ({error}): check it, or split it") from error
    strings = {name.lower(): string.value for name, string in library.strings_dict.items()}
    return documents(source, (_read(block, strings, source.name) for block in library.blocks if _is_record(block)))


def _is_record(block: object) -> bool:
    return isinstance(block, Block) or (
        isinstance(block, ParsingFailedBlock) and not isinstance(block.ignore_error_block, String)
    )


def _read(block: object, strings: Fields, source: str) -> Entry | Fault:
    if isinstance(block, ParsingFailedBlock):
        # What only repeats a key or a field is whole all the same.
        held = block.ignore_error_block
        if not isinstance(held, Block):
            began = " ".join((block.raw or "").split())[:40]
            return Fault(_place(block), f"{began!r} … has an unbalanced brace or quotation mark, or lacks a comma")
        block = held
    assert isinstance(block, Block)
    fields: dict[str, str] = {}
    for field in block.fields:
        name = field.key.split()[-1].lower()  # a comment may stand before it
        for found, value in _values(name, str(field.value), strings):
            fields.setdefault(found, value)
    return _entry(block, fields, source)


def _place(block: Block | ParsingFailedBlock) -> str:
    return f"line {(block.start_line or 0) + 1}"


def _values(name: str, raw: str, strings: Fields) -> Iterator[tuple[str, str]]:
    """The value of a field, its pieces joined; and of a field that follows without the comma between."""
    parts: list[str] = []
    rest = raw
    while match := _PIECE.match(rest):
        if match["open"]:
            end = _closing(rest, match.start("open"))
            parts.append(rest[match.end() : end])
            rest = rest[end + 1 :]
        else:
            word = match["name"] or match["number"]
            parts.append(_unwrapped(strings.get(word.lower(), word)))
            rest = rest[match.end() :]
        joint = re.match(r"\s*#", rest)
        if joint is None:
            break
        rest = rest[joint.end() :]
    yield name, "".join(parts) if parts else raw
    if parts and (following := _EXTRA_FIELD.match(rest)):
        yield from _values(following[1].lower(), rest[following.end() :], strings)


def _closing(text: str, start: int) -> int:
    """Where the value that opens at `start` ends: at its brace, or at a quotation mark outside of braces."""
    depth = 0
    at = start + 1
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
        elif depth == 0 and character == ("}" if text[start] == "{" else '"'):
            return at
        elif character in "{}":
            depth += 1 if character == "{" else -1
        at += 1
    return len(text)


def _unwrapped(value: str) -> str:
    wrapped = len(value) > 1 and (value[0], value[-1]) in (("{", "}"), ('"', '"'))
    return value[1:-1] if wrapped else value


def _entry(block: Block, fields: Fields, source: str) -> Entry:
    one = partial(_one, fields)
    title = one("title", "booktitle") or ""
    if subtitle := one("subtitle"):
        title += f": {subtitle}"
    texts = tuple(map(Paragraph, paragraphs(latex.plain(fields.get("abstract", "")))))
    return Entry(
        place=f"line {(block.start_line or 0) + 1} ({block.key})"
        if block.key
        else f"line {(block.start_line or 0) + 1}",
        metadata=_metadata(block.entry_type, fields, title, source),
        titles=(title,) if title else (),
        abstracts=(Abstract(texts),) if texts else (),
        key=block.key or None,
    )


def _one(fields: Fields, *names: str) -> str | None:
    """The first of these fields that prints something."""
    return next((text for name in names if (text := line(latex.plain(fields.get(name, ""))))), None)


def _metadata(entry_type: str, fields: Fields, title: str, source: str) -> Metadata:
    one = partial(_one, fields)
    container = one("journal", "journaltitle", *(["booktitle"] if fields.get("title") else []))
    keywords = one("keywords", "keyword") or ""
    tags = tuple(filter(None, re.split(r"\s*[;,]\s*", keywords)))
    notes = [text for name in ("note", "annote", "annotation") if (text := one(name))]
    written_type = one("type") or ""
    return Metadata(
        title=cited_title(title),
        source=source,
        format=FORMAT,
        authors=tuple(_authors(fields.get("author", ""))),
        container_title=container,
        publisher=one("publisher", "institution", "school", "organization"),
        issued=_issued(fields),
        volume=one("volume"),
        issue=one("number", "issue"),
        pages=re.sub(r"\s*[-–—]+\s*", "–", one("pages", "eid", "article-number") or "") or None,
        doi=next((doi for name in ("doi", "url", "note") if (doi := find_doi(fields.get(name, "")))), None),
        pmid=_pmid(fields),
        pmcid=_pmcid(fields),
        other_ids=tuple((name, text) for name in ("issn", "isbn") if (text := one(name))),
        url=next(
            (url for url in (one("url"), one("howpublished")) if url and url.startswith(("http://", "https://"))), None
        ),
        article_type=csl_types.of_bibtex(entry_type),
        language=language_tag(one("language", "langid")),
        keywords=tuple(dict.fromkeys(tags)),
        notices=notices.of_record(
            [written_type] if written_type else [],
            cited_title(title),
            [*notices.of_keywords(tags), *(found for note in notes for found in notices.in_text(note))],
        ),
    )


def _authors(printed: str) -> Iterator[Author]:
    for name in split_multiple_persons_names(printed) if printed.strip() else ():
        name = name.strip()
        if name.lower() in ("others", "et al", "et al."):
            continue
        if name.startswith("{") and _closing(name, 0) == len(name) - 1:  # braces keep a group's name together
            yield Author(literal=line(latex.plain(name)))
            continue
        try:
            parts = parse_single_name_into_parts(name, strict=False)
        except InvalidNameError:
            yield Author(literal=line(latex.plain(name)))
            continue
        family = _printed([*parts.von, *parts.last])
        given, suffix = _printed(parts.first), _printed(parts.jr)
        if family and (given or suffix or "," in name):
            yield Author(family=family, given=given or None, suffix=suffix or None)
        elif family or given:
            yield Author(literal=family or given)


def _printed(words: list[str]) -> str:
    return line(latex.plain(" ".join(words)))


def _issued(fields: Fields) -> str | None:
    if dated := iso_date(_one(fields, "date") or ""):
        return dated
    year, month = _one(fields, "year") or "", (_one(fields, "month") or "").strip(". ")
    month, _, day = month.partition(" ")
    number = re.search(r"[12]\d{3}", year)
    return of_parts(number[0], month, _one(fields, "day") or day.strip(" ,")) if number else None


def _pmid(fields: Fields) -> str | None:
    places = [f"PMID: {fields['pmid']}"] if fields.get("pmid") else []
    if fields.get("eprinttype", "").lower() == "pubmed":
        places.append(f"PMID: {fields.get('eprint', '')}")
    places += [fields.get(name, "") for name in ("note", "url")]
    return next((pmid for place in places if (pmid := find_pmid(place))), None)


def _pmcid(fields: Fields) -> str | None:
    given = fields.get("pmcid", "") or fields.get("pmc", "")
    named = [match[2] for match in _NAMED_ID.finditer(fields.get("note", "")) if match[1].lower() == "pmcid"]
    places = [f"PMC{value}" if value.isdecimal() else value for value in (given, *named)] + [fields.get("url", "")]
    return next((pmcid for place in places if (pmcid := find_pmcid(place))), None)
