"""Files of tagged lines, as RIS and MEDLINE have them: records of (tag, value) with the line that each begins on.

Both are read by one reader of our own because the libraries for them drop records in silence: one whose end is not
marked, one at the end of a cut file, a second abstract.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class TaggedRecord:
    """One record: its place in the file, and the values of each tag in order, continuation lines after `\\n`."""

    number: int
    line: int
    values: dict[str, list[str]] = field(default_factory=dict)

    def all(self, *tags: str) -> list[str]:
        """The values of these tags, in the order of the tags."""
        return [value for tag in tags for value in self.values.get(tag, ()) if value.strip()]

    def first(self, *tags: str) -> str | None:
        """The first value of the first of these tags that has one, on one line."""
        return next((" ".join(value.split()) for value in self.all(*tags)), None)

    @property
    def place(self) -> str:
        """Where it stands, for a message."""
        return f"record {self.number} (line {self.line})"


def tagged_records(text: str, tag: re.Pattern[str], *, starts: str, ends: str | None) -> Iterator[TaggedRecord]:
    """The records of a file. A line that `tag` matches (tag, value) begins a field, any other continues one.

    A record begins at the tag `starts`, or where a field stands outside of any record; it ends at `ends`, at the next
    `starts`, or with the file.
    """
    record: TaggedRecord | None = None
    current: list[str] | None = None
    number = 0
    for at, line in enumerate(text.split("\n"), 1):
        match = tag.match(line)
        if match is None:
            if current is not None:
                current[-1] += f"\n{line.rstrip()}"
            continue
        name, value = match[1], (match[2] or "").strip()
        if record is not None and name in (starts, ends):
            yield record
            record, current = None, None
        if name == ends:
            continue
        if record is None:
            number += 1
            record = TaggedRecord(number, at)
        current = record.values.setdefault(name, [])
        current.append(value)
    if record is not None:
        yield record
