"""The command that measures: takes its arguments and the settings, and prints. It never writes to the user's index."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from index.errors import SourceError
from qa.commands.printing import DONE, as_json
from qa.settings import Settings

if TYPE_CHECKING:
    from index.collection import Collection
    from index.evaluate import Difference, Estimate, PerQuery
    from index.generation import Generation
    from index.runs import Retrieved
    from index.search import Searcher


def evaluate(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    """Measures retrieval on a collection in BEIR's layout; with `--gold`, the answers of the index."""
    if options.gold:
        from qa.commands.grading import grade

        return grade(options, settings, folder)
    from index.collection import read_collection
    from index.evaluate import compare, estimates, measure
    from index.measured import opened
    from index.runs import read_run, run_lines
    from index.search import Searcher
    from qa.app import load_query_encoder, load_reranker, open_workshop
    from qa.settings import evaluation_folder
    from qa.terminal import ProgressLine

    collection = read_collection(Path(options.folder), options.split)
    other = read_run(Path(options.compare), collection) if options.compare else None
    cache = Path(options.cache).expanduser() if options.cache else evaluation_folder()
    progress = ProgressLine()
    with opened(cache, collection, encoder_key(settings), open_workshop(settings, progress)) as generation:
        searcher = Searcher(generation, load_query_encoder(generation), reranker=load_reranker(settings))
        retrieved = _retrieved(options, collection, searcher, progress)
        facts = _facts(options, settings, collection, generation)
    per_query = measure(collection.qrels, retrieved.run)
    differences = None if other is None else compare(per_query, measure(collection.qrels, other))
    found = estimates(per_query)
    if options.run_out:
        _write(options.run_out, run_lines(retrieved.run, collection))
    if options.per_query:
        _write(options.per_query, _query_lines(per_query, collection, retrieved))
    times = _times(retrieved)
    if options.json:
        print(as_json(_shape(found, facts | times, options.compare, differences)))
    else:
        print("\n".join(_text(found, facts | times, options.compare, differences)))
    return DONE


def encoder_key(settings: Settings) -> str:
    """What tells the encoder of the settings from others, its weights included."""
    from index.model import weights_digest

    weights = weights_digest(settings.encoder, settings.encoder_revision, offline=settings.offline)
    prompts = {"query": settings.encoder_query_prompt, "passage": settings.encoder_passage_prompt}
    asked = (f"{kind} prompt {text!r}" for kind, text in prompts.items() if text is not None)
    return "\n".join((settings.encoder, settings.encoder_revision or "", weights, *asked))


def _retrieved(options: argparse.Namespace, collection: Collection, searcher: Searcher, progress: Any) -> Retrieved:
    from index.query import Mode
    from index.runs import retrieve

    def tell(done: int) -> None:
        progress("searching for", done, len(collection.queries), "queries")

    return retrieve(searcher, collection.queries, Mode(options.mode), tell)


def _facts(
    options: argparse.Namespace, settings: Settings, collection: Collection, generation: Generation
) -> dict[str, Any]:
    manifest = generation.manifest
    names = {"reranker": settings.reranker, "reranker_candidates": settings.reranker_candidates}
    return {
        "queries": len(collection.queries),
        "queries_without_relevant": sum(not any(grades.values()) for grades in collection.qrels.values()),
        "split": collection.split,
        "mode": options.mode,
        "encoder": manifest.encoder.name,
        "passage_tokens": manifest.passage_tokens,
        "documents": manifest.counts.documents,
        "passages": manifest.counts.passages,
        **(names if settings.reranker else {}),
    }


def _times(retrieved: Retrieved) -> dict[str, float]:
    times = list(retrieved.query_ms.values())
    p50, p95 = np.percentile(times, [50, 95])
    return {"query_ms_p50": float(p50), "query_ms_p95": float(p95)}


def _write(path: str, lines: Iterator[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SourceError(f"{path} cannot be written ({error.strerror}): name another file") from error


def _query_lines(per_query: PerQuery, collection: Collection, retrieved: Retrieved) -> Iterator[str]:
    for id_, values in per_query.items():
        relevant = sum(grade > 0 for grade in collection.qrels[id_].values())
        line = {"query": id_, **values, "relevant": relevant, "query_ms": retrieved.query_ms[id_]}
        yield msgspec.json.encode(line).decode()


def _shape(
    found: Mapping[str, Estimate],
    facts: dict[str, Any],
    compared_with: str | None,
    differences: Mapping[str, Difference] | None,
) -> dict[str, Any]:
    shape: dict[str, Any] = {name: estimate.mean for name, estimate in found.items()} | facts
    shape["intervals"] = {name: estimate.interval for name, estimate in found.items() if estimate.interval}
    if differences is not None:
        shape["comparison"] = {"run": compared_with, "measures": differences}
    return shape


def _text(
    found: Mapping[str, Estimate],
    facts: dict[str, Any],
    compared_with: str | None,
    differences: Mapping[str, Difference] | None,
) -> Iterator[str]:
    yield "{split}: {queries} queries, {mode}, {documents} documents in {passages} passages, {encoder}".format(**facts)
    if "reranker" in facts:
        yield "the first {reranker_candidates} passages re-ranked by {reranker}".format(**facts)
    if facts["queries_without_relevant"]:
        yield f"{facts['queries_without_relevant']} queries have no relevant document and count as 0"
    for name, estimate in found.items():
        yield f"{name:<11}{estimate.mean:.4f}{_between(estimate.interval)}"
    yield "a search takes {query_ms_p50:.1f} ms (median; 95 % of them at most {query_ms_p95:.1f})".format(**facts)
    if differences is not None:
        yield f"compared with {compared_with}, better where positive:"
        for name, one in differences.items():
            p = "" if one.p is None else f"  p = {one.p:.4f}"
            yield f"{name:<11}{one.difference:+.4f}{_between(one.interval, '+')}{p}  (it has {one.other:.4f})"


def _between(interval: tuple[float, float] | None, sign: str = "") -> str:
    return "" if interval is None else f"  [{interval[0]:{sign}.4f}, {interval[1]:{sign}.4f}]"
