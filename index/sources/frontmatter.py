"""The YAML block at the head of a Markdown file, as far as papers use it: `key: value`, lists, quoted values, and
texts of several lines.

No YAML parser: nested mappings give the first value of each item (`- name: Ana Ruiz`). What is not understood is left
out of the fields.
"""

from __future__ import annotations

import re

from index.sources.byline import Fields, field_name

_BLOCK = re.compile(r"\ufeff?---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_KEY = re.compile(r"([A-Za-z_][\w -]{0,60}?)\s*:(?:\s+(.*))?$")
_ITEM = re.compile(r"-\s+(?:(?:name|literal|term)\s*:\s*)?(.*)$")
_OTHER_KEY = re.compile(r"[a-z-]+:\s")  # a part of an author's name, for one: half a name is none
_BLOCK_VALUE = re.compile(r"[|>][+-]?\s*")
_CONTINUED = re.compile(r"\s|[-#\]}]|$")


def split(text: str) -> tuple[Fields, str]:
    """The fields of the front matter, and the text after it; without front matter, none and the whole text.

    >>> split("---\\ntitle: A\\nauthor: [B, C]\\n---\\nBody")
    ({'title': ['A'], 'authors': ['B', 'C']}, 'Body')
    """
    match = _BLOCK.match(text)
    lines = match[1].split("\n") if match else []
    # Between two rules at the head of a text may stand prose: a block has a key first, and nothing that is no YAML.
    if not match or not _KEY.match(lines[0]) or not all(_KEY.match(line) or _CONTINUED.match(line) for line in lines):
        return {}, text
    return _fields(lines), text[match.end() :]


def _fields(lines: list[str]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    values: list[str] = []
    is_block = False  # a text of several lines, after "|" or ">"
    for line in lines:
        key, item = _KEY.match(line), _ITEM.match(line.strip())
        if key:
            name = field_name(key[1])
            is_block = bool(_BLOCK_VALUE.fullmatch(key[2] or ""))
            values = [""] if is_block else _values(key[2] or "")
            if name and name not in fields:
                fields[name] = values
        elif is_block:
            values[0] += line.strip() + "\n"
        elif item and not _OTHER_KEY.match(item[1]):
            values += _values(item[1])
    return {name: found for name, found in fields.items() if any(found)}


def _values(printed: str) -> list[str]:
    printed = printed.strip()
    if printed.startswith("[") and printed.endswith("]"):
        return [value for part in printed[1:-1].split(",") for value in _values(part)]
    bare = printed.strip("\"'") if printed[:1] in ("'", '"') else re.sub(r"\s+#.*$", "", printed)
    return [] if bare in ("", "null", "~") else [bare]
