"""Runs: what a retriever gives for each query of a collection, measured, and as a file of TREC's run format.

    query-id Q0 document-id rank score tag

As trec_eval does, what is read is ranked by its scores, whatever its column of ranks says, ties by document id,
descending: so a run that was written gives the same measures again, here and in trec_eval.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from index.collection import Collection, fault
from index.errors import QueryError, SourceError
from index.query import Mode
from index.search import Searcher
from index.sources.beir import corpus_id
from index.sources.decoding import decode
from index.sources.source import Source

RANKED_DOCUMENTS = 100

_TIMED_HITS = 10
_TAG = "ev-review-qa"
# TREC's guidelines ask for such a line where nothing was found, so that a query without hits is not a query left out.
_NOTHING_FOUND = "NO-DOCUMENT"

Run = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Score by query id and document id, and how many milliseconds a search for each query took."""

    run: Run
    query_ms: dict[str, float]


def retrieve(searcher: Searcher, queries: Mapping[str, str], mode: Mode, progress: Callable[[int], None]) -> Retrieved:
    """The hundred best documents for each query, and how long a search for ten hits takes in this process.

    Raises:
        QueryError: a query cannot be searched for; names it.
    """
    run: Run = {}
    query_ms: dict[str, float] = {}
    for done, (id_, query) in enumerate(queries.items(), 1):
        try:
            # subtle: the search that is timed comes first, since the other one would warm its caches
            started = time.perf_counter()
            searcher.search(query, _TIMED_HITS, mode)
            query_ms[id_] = (time.perf_counter() - started) * 1000
            run[id_] = dict(searcher.rank_documents(query, RANKED_DOCUMENTS, mode))
        except QueryError as error:
            raise QueryError("query", f"query {id_!r}: {error}") from error
        progress(done)
    return Retrieved(run, query_ms)


def ranking(scores: Mapping[str, float]) -> list[str]:
    """Document ids, best first.

    >>> ranking({"a": 1.0, "b": 2.0, "c": 2.0})
    ['c', 'b', 'a']
    """
    return sorted(scores, key=lambda id_: (scores[id_], id_), reverse=True)


def run_lines(run: Run, collection: Collection) -> Iterator[str]:
    """The lines of a run file; documents are called as the corpus calls them.

    Raises:
        SourceError: a query's id has white space in it, which would make two columns of it.
    """
    for query, scores in run.items():
        if len(query.split()) != 1:
            raise SourceError(f"the query id {query!r} has white space in it, which a TREC run cannot hold: rename it")
        for rank, id_ in enumerate(ranking(scores), 1):
            name = collection.names[id_]
            # The id under which it is indexed has no white space, and means the same when it is read again.
            yield f"{query} Q0 {name if len(name.split()) == 1 else id_} {rank} {scores[id_]!r} {_TAG}"
        if not scores:
            yield f"{query} Q0 {_NOTHING_FOUND} 1 0 {_TAG}"


def read_run(path: Path, collection: Collection) -> Run:
    """A run for the judged queries of a collection.

    Raises:
        SourceError: the file is missing, a line is no line of a run or names a document twice or one that the corpus
            does not have, or the queries are not those that are judged.
    """
    try:
        text = decode(Source(str(path), path.read_bytes()))
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}): name a TREC run") from error
    run: Run = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        query, name, score = _entry(path, number, line.split())
        if query not in collection.qrels:
            what = f"the query {query!r} is not judged in {collection.split!r}: compare a run of the same split"
            raise fault(path, number, what)
        scores = run.setdefault(query, {})
        if name == _NOTHING_FOUND:
            continue
        id_ = corpus_id(name)
        if id_ not in collection.names:
            raise fault(path, number, f"the corpus has no document {name!r}: compare a run of the same corpus")
        if id_ in scores:
            raise fault(path, number, f"{name!r} is there twice for query {query!r}: remove one of them")
        scores[id_] = score
    if missing := [query for query in collection.qrels if query not in run]:
        raise SourceError(
            f"{path} has nothing for {len(missing)} of {len(collection.qrels)} judged queries, the first is "
            f"{missing[0]!r}: compare a run of the whole split (a query without hits has a line with {_NOTHING_FOUND})"
        )
    return run


def _entry(path: Path, number: int, fields: list[str]) -> tuple[str, str, float]:
    if len(fields) != 6:
        raise fault(path, number, f"{len(fields)} columns in place of six: query-id Q0 document-id rank score tag")
    try:
        score = float(fields[4])
    except ValueError as error:
        raise fault(path, number, f"the score {fields[4]!r} is no number: mend or remove this line") from error
    if not math.isfinite(score):
        raise fault(path, number, f"the score {fields[4]!r} is not finite: mend or remove this line")
    return fields[0], fields[2], score
