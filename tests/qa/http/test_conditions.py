from __future__ import annotations

from typing import Any, get_args

import pytest

from index.document import BlockKind
from index.errors import QueryError
from index.query import Filters
from qa.http.conditions import MetadataCondition, Operator, filters

APPLIED = {
    "document_id": {"is", "=", "in"},
    "section": {"contains"},
    "kind": {"is", "=", "in", "is not", "≠", "not in"},
    "year": {"is", "=", "≥", "≤", ">", "<", "before", "after"},
}
VALUES = {"document_id": "PMC1", "section": "Results", "kind": "table", "year": "2024"}
OTHERS = tuple(kind for kind in BlockKind if kind not in ("table", "caption"))


def condition(name: Any, operator: str, value: Any = None) -> dict[str, Any]:
    return {"name": name, "comparison_operator": operator, "value": value}


def of(*conditions: dict[str, Any], logical_operator: str | None = "and") -> Filters:
    asked = {"logical_operator": logical_operator, "conditions": conditions}
    return filters(MetadataCondition.model_validate(asked))


def test_no_condition_lets_everything_pass() -> None:
    assert filters(None) == of() == filters(MetadataCondition(conditions=None)) == Filters()


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        (condition("document_id", "is", "PMC1"), Filters(document_ids=("PMC1",))),
        (condition(["document_id"], "=", "PMC1"), Filters(document_ids=("PMC1",))),
        (condition("document_id", "in", ["PMC1", "PMC2"]), Filters(document_ids=("PMC1", "PMC2"))),
        (condition("section", "contains", "result"), Filters(section="result")),
        (condition("kind", "is", "table"), Filters(kinds=(BlockKind.TABLE,))),
        (condition("kind", "in", ["caption", "table"]), Filters(kinds=(BlockKind.TABLE, BlockKind.CAPTION))),
        (condition("kind", "not in", ["caption", "table"]), Filters(kinds=OTHERS)),
        (condition("year", "=", 2024), Filters(year_from=2024, year_to=2024)),
        (condition("year", "is", "2024"), Filters(year_from=2024, year_to=2024)),
        (condition("year", "≥", 2024.0), Filters(year_from=2024)),
        (condition("year", "≤", 2024), Filters(year_to=2024)),
        (condition("year", ">", 2024), Filters(year_from=2025)),
        (condition("year", "after", "2024"), Filters(year_from=2025)),
        (condition("year", "<", 2024), Filters(year_to=2023)),
        (condition("year", "before", "2024"), Filters(year_to=2023)),
    ],
    ids=str,
)
@pytest.mark.parametrize("logical_operator", ["and", "or", None])
def test_a_condition_is_the_filter_that_means_the_same(
    asked: dict[str, Any], meant: Filters, logical_operator: str | None
) -> None:
    assert of(asked, logical_operator=logical_operator) == meant


def test_all_conditions_hold_together() -> None:
    joined = of(
        condition("year", "≥", 2020),
        condition("document_id", "in", ["a", "b", "c"]),
        condition("year", "<", 2024),
        condition("document_id", "in", ["c", "b"]),
        condition("year", ">", 2020),
        condition("section", "contains", "Results"),
        condition("kind", "is not", "table"),
        condition("kind", "in", ["table", "caption"]),
    )
    assert joined == Filters(("b", "c"), "Results", (BlockKind.CAPTION,), 2021, 2023)
    assert of(condition("document_id", "is", "a"), condition("document_id", "is", "b")).document_ids == ()


def test_one_of_several_holds() -> None:
    ids = [condition("document_id", "is", id_) for id_ in "abc"]
    assert of(*ids, logical_operator="or").document_ids == ("a", "b", "c")
    kinds = [condition("kind", "is", "table"), condition("kind", "is", "caption")]
    assert of(*kinds, logical_operator="or").kinds == (BlockKind.TABLE, BlockKind.CAPTION)


@pytest.mark.parametrize("operator", get_args(Operator))
@pytest.mark.parametrize("name", APPLIED)
def test_every_other_operator_is_refused_by_name(name: str, operator: str) -> None:
    asked = condition(name, operator, [VALUES[name]] if operator in ("in", "not in") else VALUES[name])
    if operator in APPLIED[name]:
        assert of(asked) != Filters()
    else:
        with pytest.raises(QueryError, match=name) as refused:
            of(asked)
        assert operator in str(refused.value) or name == "year"


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ([condition("colour", "is", "red")], "'colour'.* document_id, section, kind, year"),
        ([condition(["document_id", "doi"], "is", "x")], "'document_id, doi'"),
        ([condition([], "is", "x")], "''"),
        ([condition("document_id", "is", None)], "document_id is None"),
        ([condition("document_id", "is", "")], "document_id is ''"),
        ([condition("document_id", "in", [])], "document_id in"),
        ([condition("document_id", "in", ["a", ""])], "document_id in"),
        ([condition("document_id", "is", 7)], "document_id is 7"),
        ([condition("section", "contains", None)], "section contains None"),
        ([condition(["section"], "is", "A")], "section is 'A'"),
        ([condition("kind", "is", "poem")], "'poem' is no kind"),
        ([condition("kind", "is not", None)], "kind is not None"),
        ([condition("year", "≥", "last")], "year ≥ 'last'"),
        ([condition("year", "≥", None)], "year ≥ None"),
        ([condition("year", "≥", 20245)], "year ≥ 20245"),
        ([condition("year", "before", "2024-05-01")], "year before '2024-05-01'"),
        ([condition("year", "=", 2024.5)], r"year = 2024\.5"),
        ([condition("year", "=", float("nan"))], "year = nan"),
        ([condition("section", "contains", "A"), condition("section", "contains", "B")], "two conditions on section"),
    ],
    ids=str,
)
def test_what_cannot_be_applied_is_refused_and_never_passed_over(asked: list[dict[str, Any]], named: str) -> None:
    with pytest.raises(QueryError, match=named) as refused:
        of(*asked)
    assert refused.value.field == "metadata_condition"


@pytest.mark.parametrize("other", [condition("year", "=", 2024), condition("section", "contains", "A")], ids=str)
def test_one_or_the_other_of_different_fields_is_refused(other: dict[str, Any]) -> None:
    with pytest.raises(QueryError, match="'or'"):
        of(condition("document_id", "is", "a"), other, logical_operator="or")
    with pytest.raises(QueryError, match="'or'"):
        of(condition("kind", "is", "table"), other, logical_operator="or")
    with pytest.raises(QueryError, match="'or'"):
        of(other, other, logical_operator="or")
