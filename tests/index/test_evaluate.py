"""Measures against values worked out by hand, intervals and tests against what they must say."""

from __future__ import annotations

import math

import pytest

from index.evaluate import compare, estimates, measure

QRELS = {"1": {"a": 2, "b": 1, "c": 0, "d": 1}, "2": {"a": 1}}


def test_measures_are_those_worked_out_by_hand() -> None:
    ranked = {"1": {"x": 9.0, "a": 8.0, "c": 7.0, "b": 6.0}, "2": {"b": 1.0}}
    first, second = (measure(QRELS, ranked)[query] for query in ("1", "2"))
    gained = 2 / math.log2(3) + 1 / math.log2(5)
    ideal = 2 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert first["ndcg@10"] == pytest.approx(gained / ideal)
    assert first["recall@10"] == first["recall@100"] == pytest.approx(2 / 3)
    assert first["mrr@10"] == pytest.approx(1 / 2)
    assert first["map"] == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert set(second.values()) == {0.0}


def test_what_ranks_below_ten_counts_for_recall_at_a_hundred_and_map_alone() -> None:
    ranked = {"2": {"a": 0.0} | {f"x{rank}": float(rank) for rank in range(1, 11)}}
    values = measure({"2": {"a": 1}}, ranked)["2"]
    assert (values["ndcg@10"], values["recall@10"], values["mrr@10"]) == (0, 0, 0)
    assert values["recall@100"] == 1 and values["map"] == pytest.approx(1 / 11)


def test_scores_that_single_precision_cannot_tell_apart_still_rank() -> None:
    ranked = {"2": {"a": 1.0 + 1e-12, "b": 1.0}}
    assert measure({"2": {"a": 1}}, ranked)["2"]["mrr@10"] == 1


def test_ties_rank_by_id_descending_as_in_trec_eval() -> None:
    assert measure({"2": {"a": 1}}, {"2": {"a": 1.0, "b": 1.0}})["2"]["mrr@10"] == 1 / 2


def test_nothing_found_counts_as_nothing() -> None:
    assert set(measure(QRELS, {"1": {}, "2": {"a": 1.0}})["1"].values()) == {0.0}


def test_a_run_of_other_queries_is_refused() -> None:
    with pytest.raises(ValueError, match="1 queries in the run, 2 judged"):
        measure(QRELS, {"1": {"a": 1.0}})
    with pytest.raises(ValueError, match="same queries"):
        compare(per_query([1.0]), per_query([1.0, 0.0]))


def per_query(values: list[float]) -> dict[str, dict[str, float]]:
    names = ("ndcg@10", "recall@10", "recall@100", "mrr@10", "map")
    return {str(place): dict.fromkeys(names, value) for place, value in enumerate(values)}


def test_an_interval_holds_the_mean_and_has_the_width_of_the_theory() -> None:
    found = estimates(per_query([0.0, 1.0] * 200))["map"]
    assert found.mean == 0.5 and found.interval is not None
    low, high = found.interval
    assert low < 0.5 < high and high - low == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.1)


def test_one_query_has_no_interval_and_no_test() -> None:
    assert estimates(per_query([0.5]))["map"].interval is None
    assert compare(per_query([0.5]), per_query([0.1]))["map"].p is None


def test_the_randomisation_test_is_exact_where_all_exchanges_can_be_tried() -> None:
    found = compare(per_query([0.9, 0.8, 0.7, 0.6]), per_query([0.1, 0.1, 0.2, 0.1]))["map"]
    assert found.p == pytest.approx(2 / 2**4)
    assert found.difference == pytest.approx(0.625) and found.other == pytest.approx(0.125)
    assert found.interval is not None and found.interval[0] > 0


def test_equal_runs_do_not_differ() -> None:
    same = per_query([0.1, 0.5, 0.9])
    found = compare(same, same)["map"]
    assert (found.difference, found.interval, found.p) == (0, (0, 0), 1)


def test_queries_are_paired_by_id_not_by_place() -> None:
    ours = per_query([0.1, 0.5, 0.9])
    assert compare(ours, dict(reversed(ours.items())))["map"].interval == (0, 0)


def test_the_same_input_gives_the_same_numbers() -> None:
    values = per_query([place / 40 for place in range(40)])
    assert estimates(values) == estimates(values)
