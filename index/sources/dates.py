"""Dates as databases and reference managers write them, as ISO 8601 of the precision given.

"2020 Feb 3", "1998 Dec-1999 Jan", "2024/06/24/", "2024///", "Spring 2001": of a span of time its beginning, of a season
the year. What cannot be a date loses its day, or its month; without a year there is none.
"""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}  # noqa: SIM905
_WRITTEN = re.compile(
    r"(?P<year>[12]\d{3})(?:[\s/.-]+(?:(?P<name>[A-Za-z]{3,9})\b\.?|(?P<number>\d{1,2})\b)"
    r"(?:[\s/-]+(?P<day>\d{1,2})\b)?)?"
)
_YEAR_LAST = re.compile(
    r"(?:(?P<day>\d{1,2})\s+)?(?P<name>[A-Za-z]{3,9})\.?\s+(?P<later>\d{1,2},?\s+)?(?P<year>[12]\d{3})\b"
)


def iso_date(printed: str) -> str | None:
    """The date that a text begins with or holds; see the module's docstring.

    >>> [iso_date(text) for text in ("2020 Feb 3", "1998 Dec-1999 Jan", "2024/06/24/", "2024///", "2001 Spring")]
    ['2020-02-03', '1998-12', '2024-06-24', '2024', '2001']
    >>> [iso_date(text) for text in ("11 March 2026", "March 11, 2026", "Winter 2003", "2019-13-01", "n.d.")]
    ['2026-03-11', '2026-03-11', '2003', '2019', None]
    """
    match = _WRITTEN.match(printed.strip()) or _YEAR_LAST.search(printed) or _WRITTEN.search(printed)
    if match is None:
        return None
    parts = match.groupdict()
    day = parts["day"] or (parts.get("later") or "").strip(" ,")
    return of_parts(parts["year"], parts["name"] or parts.get("number") or "", day)


def of_parts(year: str, month: str = "", day: str = "") -> str | None:
    """A date from its parts; the month is a name or a number.

    >>> of_parts("2020", "Feb", "30"), of_parts("2020", "2"), of_parts("in press")
    ('2020-02', '2020-02', None)
    """
    if not re.fullmatch(r"[12]\d{3}", year.strip()):
        return None
    number = _month(month.strip())
    if not 1 <= number <= 12:
        return year.strip()
    try:
        return date(int(year), number, int(day)).isoformat()
    except ValueError:
        return f"{year.strip()}-{number:02}"


def earliest(dates: list[str]) -> str | None:
    """The earliest date; of dates that agree as far as they go, the most precise.

    >>> earliest(["2018", "2018-09-11", "2019-01"])
    '2018-09-11'
    """
    # "~" sorts after every digit: a date that is less precise counts as the end of what it may mean.
    return min(dates, key=lambda text: text.ljust(10, "~"), default=None)


def _month(printed: str) -> int:
    return int(printed) if re.fullmatch(r"\d{1,2}", printed) else _MONTHS.get(printed[:3].lower(), 0)
