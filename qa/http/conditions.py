"""Dify's metadata conditions as filters of the search, where they mean the same; any other is refused by name.

The operators are those of Dify's External Knowledge API, with the two that its earlier versions had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from index.document import BlockKind
from index.errors import QueryError
from index.query import Filters

# fmt: off
Operator = Literal[
    "contains", "not contains", "start with", "end with", "is", "is not", "in", "not in", "empty", "not empty",
    "null", "not null", "=", "≠", ">", "<", "≥", "≤", "before", "after",
]
# fmt: on

_EQUALS = ("is", "=", "in")
_DIFFERS = ("is not", "≠", "not in")
_FIELD = "metadata_condition"
_SHOWN_CHARACTERS = 80

T = TypeVar("T")


_Text = Annotated[str, Field(max_length=1000)]  # the limit is also what makes pydantic look at the characters
_Texts = Annotated[tuple[_Text, ...], Field(max_length=1000)]


class Condition(BaseModel):
    """A field of the metadata and what it is compared with. Earlier versions of Dify sent a list of one name."""

    model_config = ConfigDict(frozen=True)

    name: _Text | _Texts
    comparison_operator: Operator
    value: _Text | int | float | _Texts | None = None


class MetadataCondition(BaseModel):
    """Conditions of which all, or one, must hold."""

    model_config = ConfigDict(frozen=True)

    logical_operator: Literal["and", "or"] | None = "and"
    conditions: tuple[Condition, ...] | None = Field(default=None, max_length=20)


def filters(asked: MetadataCondition | None) -> Filters:
    """The passages for which the conditions hold, as the search takes them.

    Raises:
        QueryError: a condition cannot be applied; it names the condition and says which can.
    """
    conditions = (asked.conditions if asked else None) or ()
    if not conditions:
        return Filters()
    joined = _either if asked and asked.logical_operator == "or" else _both
    return reduce(joined, map(_filters, conditions))


def _filters(condition: Condition) -> Filters:
    names = (condition.name,) if isinstance(condition.name, str) else condition.name
    if len(names) != 1 or names[0] not in _FILTERS:
        raise QueryError(_FIELD, f"{', '.join(names)!r} cannot be filtered by: one of {', '.join(_FILTERS)} can")
    return _FILTERS[names[0]](condition)


def _document_ids(condition: Condition) -> Filters:
    if condition.comparison_operator not in _EQUALS:
        raise _not_applied(condition, _EQUALS)
    return Filters(document_ids=_texts(condition))


def _section(condition: Condition) -> Filters:
    if condition.comparison_operator != "contains" or not isinstance(condition.value, str) or not condition.value:
        raise _not_applied(condition, ("contains",))
    return Filters(section=condition.value)


def _kinds(condition: Condition) -> Filters:
    operator = condition.comparison_operator
    if operator not in (*_EQUALS, *_DIFFERS):
        raise _not_applied(condition, (*_EQUALS, *_DIFFERS))
    named = _texts(condition)
    if unknown := sorted(set(named) - set(BlockKind)):
        raise QueryError(_FIELD, f"{unknown[0]!r} is no kind: there are {', '.join(BlockKind)}")
    return Filters(kinds=tuple(kind for kind in BlockKind if (kind in named) is (operator in _EQUALS)))


def _year(condition: Condition) -> Filters:
    year = _number(condition)
    match condition.comparison_operator:
        case "is" | "=":
            return Filters(year_from=year, year_to=year)
        case "≥":
            return Filters(year_from=year)
        case "≤":
            return Filters(year_to=year)
        case ">" | "after":
            return Filters(year_from=year + 1)
        case "<" | "before":
            return Filters(year_to=year - 1)
        case _:
            raise _not_applied(condition, ("is", "=", "≥", "≤", ">", "<", "after", "before"))


_FILTERS: Mapping[str, Callable[[Condition], Filters]] = {
    "document_id": _document_ids,
    "section": _section,
    "kind": _kinds,
    "year": _year,
}


def _texts(condition: Condition) -> tuple[str, ...]:
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    texts = tuple(value for value in values if isinstance(value, str) and value)
    if not texts or len(texts) < len(values):
        raise QueryError(
            _FIELD, f"{_shown(condition)} cannot be applied: the value has to be a text, or a list of texts"
        )
    return texts


def _number(condition: Condition) -> int:
    try:
        year = float(condition.value)  # type: ignore[arg-type]  # what is no number is refused below
    except (TypeError, ValueError):
        year = 0.0
    if not (1000 <= year <= 9999 and year.is_integer()):
        raise QueryError(_FIELD, f"{_shown(condition)} cannot be applied: the value has to be a year, as 2024 is")
    return int(year)


def _not_applied(condition: Condition, operators: tuple[str, ...]) -> QueryError:
    taken = ", ".join(operators)
    return QueryError(_FIELD, f"{_shown(condition)} cannot be applied: it takes {taken}, and a value")


def _shown(condition: Condition) -> str:
    name = condition.name if isinstance(condition.name, str) else condition.name[0]
    value = repr(condition.value)
    return f"{name} {condition.comparison_operator} {value[:_SHOWN_CHARACTERS]}"


def _both(one: Filters, other: Filters) -> Filters:
    if one.section is not None and other.section is not None:
        raise QueryError(_FIELD, "two conditions on section cannot both be applied: give one")
    starts = [year for year in (one.year_from, other.year_from) if year is not None]
    ends = [year for year in (one.year_to, other.year_to) if year is not None]
    return Filters(
        document_ids=_common(one.document_ids, other.document_ids),
        section=other.section if one.section is None else one.section,
        kinds=_common(one.kinds, other.kinds),
        year_from=max(starts, default=None),
        year_to=min(ends, default=None),
    )


def _common(one: tuple[T, ...] | None, other: tuple[T, ...] | None) -> tuple[T, ...] | None:
    if one is None or other is None:
        return other if one is None else one
    return tuple(value for value in one if value in other)


def _either(one: Filters, other: Filters) -> Filters:
    if one.document_ids is not None and other.document_ids is not None:
        return Filters(document_ids=one.document_ids + other.document_ids)
    if one.kinds is not None and other.kinds is not None:
        return Filters(kinds=one.kinds + other.kinds)
    raise QueryError(_FIELD, "'or' can be applied between conditions on document_id, or on kind, and no others")
