"""How well runs rank, and whether one ranks better than another: pure functions from judgements and runs to numbers.

Measures are those of NIST's trec_eval, by its own code (pytrec-eval-terrier); the gain of nDCG is the grade, its
discount log2(rank + 1) (Järvelin & Kekäläinen 2002). Intervals are percentile bootstrap over queries (Sakai 2006), two
runs are compared by Fisher's paired randomisation test (Smucker, Allan & Carterette 2007), both by SciPy. The same
input gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytrec_eval
from scipy import stats

from index.collection import Qrels
from index.runs import Run, ranking

MEASURES = ("ndcg@10", "recall@10", "recall@100", "mrr@10", "map")
CONFIDENCE = 0.95

_RESAMPLES = 9_999
_BATCH = 500  # resamples at once, so that thousands of queries fit into memory
_SEED = 20_210

Interval = tuple[float, float]
PerQuery = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over queries, and the interval that holds it with a confidence of 95 %; None for less than two queries."""

    mean: float
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How much a run differs from `other` in a measure, and the probability of such a difference by chance alone.

    `difference` is positive where the run is better. `p` is two-sided; None for less than two queries.
    """

    other: float
    difference: float
    interval: Interval | None
    p: float | None


def measure(qrels: Qrels, run: Run) -> PerQuery:
    """`MEASURES` of every judged query; 0 where nothing relevant was found, or nothing is relevant.

    Raises:
        ValueError: the run's queries are not the judged ones.
    """
    if run.keys() != qrels.keys():
        raise ValueError(f"{len(run)} queries in the run, {len(qrels)} judged, and they are not the same")
    rankings = {query: ranking(scores) for query, scores in run.items()}
    whole = _trec_eval(qrels, rankings, {"ndcg_cut.10", "recall.10,100", "map"})
    # trec_eval's reciprocal rank knows no cut-off: what ranks lower is kept from it.
    first = _trec_eval(qrels, {query: ranked[:10] for query, ranked in rankings.items()}, {"recip_rank"})
    return {
        query: {
            "ndcg@10": whole[query]["ndcg_cut_10"],
            "recall@10": whole[query]["recall_10"],
            "recall@100": whole[query]["recall_100"],
            "mrr@10": first[query]["recip_rank"],
            "map": whole[query]["map"],
        }
        for query in qrels
    }


def _trec_eval(qrels: Qrels, rankings: Mapping[str, Sequence[str]], measures: set[str]) -> PerQuery:
    # Ranks in place of scores: trec_eval keeps these in single precision, where close ones become ties.
    scores = {query: {id_: -float(rank) for rank, id_ in enumerate(ids)} for query, ids in rankings.items()}
    values: PerQuery = pytrec_eval.RelevanceEvaluator(qrels, measures).evaluate(scores)
    return values


def estimates(per_query: PerQuery) -> dict[str, Estimate]:
    """The mean of each measure over all queries, with its interval."""
    columns = {name: _column(per_query, name) for name in MEASURES}
    return {name: Estimate(float(values.mean()), _interval(values)) for name, values in columns.items()}


def compare(ours: PerQuery, other: PerQuery) -> dict[str, Difference]:
    """How much one run differs from another in each measure, query by query.

    Raises:
        ValueError: the two have other queries.
    """
    if ours.keys() != other.keys():
        raise ValueError("runs can be compared only for the same queries")
    return {name: _difference(_column(ours, name), _column(other, name, ours)) for name in MEASURES}


def _difference(ours: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> Difference:
    p = None
    if len(ours) > 1:
        test: Any = stats.permutation_test(
            (ours, other),
            lambda x, y, axis: np.mean(x - y, axis=axis),
            permutation_type="samples",
            vectorized=True,
            n_resamples=_RESAMPLES,
            batch=_BATCH,
            rng=np.random.default_rng(_SEED),
        )
        p = float(test.pvalue)
    return Difference(float(other.mean()), float((ours - other).mean()), _interval(ours - other), p)


def _column(per_query: PerQuery, name: str, order: PerQuery | None = None) -> npt.NDArray[np.float64]:
    return np.array([per_query[query][name] for query in order or per_query])


def _interval(values: npt.NDArray[np.float64]) -> Interval | None:
    if len(values) < 2:
        return None
    found: Any = stats.bootstrap(
        (values,),
        np.mean,
        confidence_level=CONFIDENCE,
        n_resamples=_RESAMPLES,
        batch=_BATCH,
        method="percentile",
        rng=np.random.default_rng(_SEED),
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)
