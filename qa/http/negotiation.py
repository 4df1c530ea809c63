"""Which of the media types that are offered a client wants, by its `Accept` header (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_RANGES = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_QUALITY = re.compile(r";\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)", re.IGNORECASE)


def preferred(accept: str | None, offered: Sequence[str]) -> str | None:
    """The offered media type of the highest quality, the earlier of equals; None when none is acceptable.

    Offered types have no parameters, and those of a range ("profile") do not count. No header accepts anything.

    >>> preferred("text/markdown;q=0.9, */*;q=0.1", ["application/json", "text/markdown"])
    'text/markdown'
    >>> preferred("image/png", ["application/json"])
    """
    if not accept or not accept.strip():
        return offered[0]
    ranges = list(_ranges(accept))
    best = max(offered, key=lambda type_: _quality(type_, ranges))
    return best if _quality(best, ranges) > 0 else None


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in _RANGES.findall(accept):
        type_ = part.partition(";")[0].strip().lower()
        quality = _QUALITY.search(part)
        yield type_, float(quality[1]) if quality else 1.0


def _quality(type_: str, ranges: Sequence[tuple[str, float]]) -> float:
    """That of the most specific range that matches."""
    for wanted in (type_, f"{type_.partition('/')[0]}/*", "*/*"):
        found = [quality for range_, quality in ranges if range_ == wanted]
        if found:
            return max(found)
    return 0.0
