"""A collection to measure retrieval with, in BEIR's layout (Thakur et al. 2021): corpus, queries, judgements.

    corpus.jsonl     a document for each line (`index.sources.beir` reads them)
    queries.jsonl    {"_id": "7", "text": "…"}
    qrels/SPLIT.tsv  query-id, corpus-id, grade; the first line may name the columns

A collection is read as a whole or not at all: with a judgement left out, the measures would be wrong in silence. Every
fault is named by file and line. Knows nothing of indexes and measures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import QueryError, SourceError
from index.sources.beir import Line, corpus_id, record_id
from index.sources.decoding import decode
from index.sources.source import Source

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels"

_LAYOUT = f"a collection in BEIR's layout has {CORPUS}, {QUERIES} and {QRELS}/*.tsv"
_GRADE = re.compile(r"[+-]?\d{1,9}")
_SURROGATE = re.compile("[\ud800-\udfff]")

Qrels = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Collection:
    """A corpus, and one split of its queries with their judgements.

    Attributes:
        corpus: the bytes of the corpus.
        names: what the corpus calls each document, by the id that the document has in an index.
        split: name of the file of judgements.
        queries: the judged queries by id, in the order of the judgements.
        qrels: grade (0 is irrelevant) by query id and document id.
    """

    corpus: Source
    names: dict[str, str]
    split: str
    queries: dict[str, str]
    qrels: Qrels


def read_collection(folder: Path, split: str | None = None) -> Collection:
    """The collection in a folder; without a split the only one there is, else `test`.

    Raises:
        SourceError: a file is missing, a line is not what it should be, or names what there is not.
        QueryError: no split of that name, or none was named and it is not clear which one is meant.
    """
    corpus = _source(folder / CORPUS)
    names = _names(corpus)
    queries = _texts(_source(folder / QUERIES))
    path = _qrels_path(folder, split)
    qrels = _qrels(_source(path), queries, names)
    return Collection(corpus, names, path.stem, {id_: queries[id_] for id_ in qrels}, qrels)


def read_queries(folder: Path) -> dict[str, str]:
    """All queries of a collection by id, judged or not.

    Raises:
        SourceError: the file is missing, or a line of it is no query or has the id of another.
    """
    return _texts(_source(folder / QUERIES))


def fault(path: object, line: int, what: str) -> SourceError:
    """The error of one line of a file; `what` says the remedy, too."""
    return SourceError(f"{path}:{line}: {what}")


def _source(path: Path) -> Source:
    try:
        return Source(str(path), path.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceError(f"{path} is missing: {_LAYOUT}") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}): make it a file that can be") from error


def _qrels_path(folder: Path, split: str | None) -> Path:
    held = {path.stem: path for path in sorted((folder / QRELS).glob("*.tsv"))}
    if not held:
        raise SourceError(f"{folder / QRELS} holds no *.tsv: {_LAYOUT}")
    if split is None:
        split = next(iter(held)) if len(held) == 1 else "test"
        if split not in held:
            raise QueryError("split", f"{folder} has the splits {', '.join(held)}: name one of them with --split")
    if split not in held:
        raise QueryError("split", f"{folder} has no split {split!r}: there is {', '.join(held)}")
    return held[split]


def _lines(source: Source) -> Iterator[tuple[int, str]]:
    # Not splitlines(): JSON strings may hold U+2028 and its like as they are.
    return ((number, line) for number, line in enumerate(decode(source).split("\n"), 1) if line.strip())


def _records(source: Source) -> Iterator[tuple[int, str, Line]]:
    """Line number, id and content of each line of JSON; ids are all different."""
    for number, line in _lines(source):
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise ValueError
        except (ValueError, RecursionError) as error:
            raise fault(source.name, number, "not a JSON object: mend or remove this line") from error
        try:
            id_ = record_id(record)
        except ValueError as error:
            raise fault(source.name, number, f"{error}: give the line one, or remove it") from error
        if _SURROGATE.search(id_):
            raise fault(source.name, number, "half a surrogate pair in the _id: mend it")
        yield number, id_, record


def _names(source: Source) -> dict[str, str]:
    names: dict[str, str] = {}
    lines: dict[str, int] = {}
    for number, name, _ in _records(source):
        id_ = corpus_id(name)
        if id_ in names:
            where = f"is that of line {lines[id_]} ({names[id_]!r})"
            raise fault(source.name, number, f"the id {name!r} {where} already: rename or remove one of them")
        names[id_], lines[id_] = name, number
    if not names:
        raise SourceError(f"{source.name} is empty: it needs a line for each document")
    return names


def _texts(source: Source) -> dict[str, str]:
    texts: dict[str, str] = {}
    lines: dict[str, int] = {}
    for number, id_, record in _records(source):
        text = record.get("text")
        if not isinstance(text, str) or not text.strip() or _SURROGATE.search(text):
            raise fault(source.name, number, f"the query {id_!r} has no text: give it one, or remove the line")
        if id_ in texts:
            where = f"is that of line {lines[id_]} already"
            raise fault(source.name, number, f"the id {id_!r} {where}: rename or remove one of them")
        texts[id_], lines[id_] = text, number
    if not texts:
        raise SourceError(f"{source.name} is empty: it needs a line for each query")
    return texts


def _qrels(source: Source, queries: dict[str, str], names: dict[str, str]) -> Qrels:
    qrels: Qrels = {}
    lines: dict[tuple[str, str], int] = {}
    for number, (query, name, grade) in _judgements(source):
        document = corpus_id(name)
        if query not in queries:
            raise fault(source.name, number, f"{QUERIES} has no query {query!r}: add it there, or remove this line")
        if document not in names:
            raise fault(source.name, number, f"{CORPUS} has no document {name!r}: add it there, or remove this line")
        if (query, document) in lines:
            where = f"judged in line {lines[query, document]} already"
            raise fault(source.name, number, f"{name!r} is {where} for query {query!r}: remove one of them")
        if not _GRADE.fullmatch(grade):
            raise fault(source.name, number, f"the grade {grade!r} is no whole number: write 0, 1, 2 …")
        if int(grade) < 0:
            raise fault(source.name, number, f"the grade {grade} is below 0: write 0 for what is irrelevant")
        qrels.setdefault(query, {})[document] = int(grade)
        lines[query, document] = number
    if not any(grade for grades in qrels.values() for grade in grades.values()):
        raise SourceError(f"{source.name} has no grade above 0: nothing can be measured without a relevant document")
    return qrels


def _judgements(source: Source) -> Iterator[tuple[int, tuple[str, str, str]]]:
    for place, (number, line) in enumerate(_lines(source)):
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) != 3 or not all(fields):
            raise fault(source.name, number, "not three columns set apart by tabs: query-id, corpus-id, score")
        if place == 0 and fields[:2] == ["query-id", "corpus-id"]:
            continue
        yield number, (fields[0], fields[1], fields[2])
