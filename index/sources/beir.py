"""A corpus in BEIR's layout (Thakur et al. 2021): a line of JSON for each document, `{_id, title, text, metadata}`.

A document's id is its `_id`, so that qrels name the documents of the index; see `corpus_id`. A corpus is there to be
measured with, so it is read as a whole or not at all: with documents missing, the measures would be wrong in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from index.canonical import TextBuilder, normalise
from index.document import BlockKind, Document, Metadata
from index.errors import SourceError
from index.sources.decoding import beginning, decode
from index.sources.identifiers import find_doi, find_pmcid
from index.sources.source import Source

FORMAT = "beir"
TITLE = "corpus.jsonl in BEIR's layout"
ENDINGS = (".jsonl",)

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_PUBMED = re.compile(r"\d{1,9}")
_MOST_REPORTED = 3

Line = Mapping[str, Any]


def corpus_id(record_id: str) -> str:
    """The id of the document that a corpus calls `record_id`: the same, unsafe characters as `_`.

    >>> corpus_id("MED-10"), corpus_id("doc/7")
    ('MED-10', 'doc_7')
    """
    return _UNSAFE.sub("_", record_id)


def sniff(data: bytes, name: str) -> bool:
    """Whether the first line is a document of a corpus."""
    first = beginning(data, 1 << 20).lstrip("\ufeff \n\t").split("\n", 1)[0]
    if not first.startswith("{"):
        return False
    try:
        line = json.loads(first)
    except (ValueError, RecursionError):
        return name.lower().endswith(("corpus.jsonl", "corpus.jsonl.gz"))
    return isinstance(line, dict) and "_id" in line and ("text" in line or "title" in line)


def read(source: Source) -> tuple[Document, ...]:
    """The corpus's documents, in its order. One without text has its title alone.

    Raises:
        SourceError: a line is no document, has neither title nor text, or the id of another; names the lines.
    """
    documents: list[Document] = []
    faults: list[str] = []
    lines: dict[str, int] = {}
    for number, line in _lines(decode(source)):
        try:
            document = _document(line, source.name)
            if document.id in lines:
                raise ValueError(f"the id {document.id!r} is that of line {lines[document.id]} already")
        except (ValueError, RecursionError) as exc:
            faults.append(f"line {number}: {exc}")
            continue
        lines[document.id] = number
        documents.append(document)
    if faults:
        more = f"; {len(faults) - _MOST_REPORTED} more" if len(faults) > _MOST_REPORTED else ""
        reported = "; ".join(faults[:_MOST_REPORTED])
        raise SourceError(f"{source.name} is no whole corpus: {reported}{more}. Mend or remove these lines")
    if not documents:
        raise SourceError(f"{source.name} is an empty corpus")
    return tuple(documents)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    # Not splitlines(): JSON strings may hold U+2028 and its like as they are.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line


def _document(line: str, source_name: str) -> Document:
    record = _record(line)
    title, text = _text(record, "title"), _text(record, "text")
    builder = TextBuilder()
    builder.add(BlockKind.TITLE, title)
    for paragraph in text.split("\n"):
        builder.add(BlockKind.ABSTRACT, paragraph)
    canonical = builder.finish()
    if not canonical.text:
        raise ValueError("neither title nor text")
    id_ = corpus_id(record_id(record))
    return Document(
        id=id_,
        metadata=_metadata(record, normalise(title) or id_, source_name),
        text=canonical.text,
        blocks=canonical.blocks,
    )


def _record(line: str) -> Line:
    try:
        record = json.loads(line)
    except ValueError as exc:
        raise ValueError("not JSON") from exc
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    return cast(Line, record)


def record_id(record: Line) -> str:
    """The `_id` of a line of a corpus or of queries; a number's digits.

    Raises:
        ValueError: it has none.
    """
    id_ = record.get("_id")
    if isinstance(id_, bool) or not isinstance(id_, str | int) or not str(id_).strip():
        raise ValueError("no _id")
    return str(id_).strip()


def _text(record: Line, key: str) -> str:
    value = record.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key} is no text")
    return value or ""


def _metadata(record: Line, title: str, source_name: str) -> Metadata:
    """What BEIR's corpora say of a paper beside its text: an address, a PubMed id, a DOI, a year."""
    given = record.get("metadata")
    facts = {key.lower(): str(value) for key, value in given.items() if value} if isinstance(given, dict) else {}
    url, pmid, year = facts.get("url", ""), facts.get("pubmed_id", facts.get("pmid", "")), facts.get("year", "")
    return Metadata(
        title=title,
        source=source_name,
        format=FORMAT,
        issued=year if re.fullmatch(r"[12]\d{3}", year) else None,
        doi=find_doi(facts.get("doi", "")),
        pmid=pmid if _PUBMED.fullmatch(pmid) else None,
        pmcid=find_pmcid(facts.get("pmcid", "")),
        url=url if url.startswith(("http://", "https://")) else None,
    )
