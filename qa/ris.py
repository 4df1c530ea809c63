"""Works as RIS (Research Information Systems, the tags of the 2011 specification), in UTF-8.

The PubMed id stands in AN and the PMCID in C2, where EndNote has them. Addresses are one to a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import rispy
from rispy.config import LIST_TYPE_TAGS, TAG_KEY_MAPPING

from qa.works import Item, Work

_TYPES = {
    "article": "UNPB",
    "article-journal": "JOUR",
    "article-magazine": "MGZN",
    "article-newspaper": "NEWS",
    "book": "BOOK",
    "chapter": "CHAP",
    "dataset": "DATA",
    "entry-dictionary": "DICT",
    "entry-encyclopedia": "ENCYC",
    "legislation": "STAT",
    "manuscript": "UNPB",
    "paper-conference": "CPAPER",
    "patent": "PAT",
    "report": "RPRT",
    "review": "JOUR",
    "review-book": "JOUR",
    "software": "COMP",
    "standard": "STAND",
    "thesis": "THES",
    "webpage": "ELEC",
}
_FIELDS = {
    "title": "title",
    "secondary_title": "container-title",
    "publisher": "publisher",
    "place_published": "publisher-place",
    "edition": "edition",
    "volume": "volume",
    "number": "issue",
    "doi": "DOI",
    "accession_number": "PMID",
    "custom2": "PMCID",
    "language": "language",
    "type_of_work": "genre",
}


class _Writer(rispy.RisWriter):  # type: ignore[misc]  # the library ships no types
    def set_header(self, count: int) -> str:
        return ""


def ris(works: Sequence[Work]) -> str:
    """The works as RIS records."""
    text: str = rispy.dumps(
        [_record(work.item) for work in works],
        implementation=_Writer,
        mapping=TAG_KEY_MAPPING | {"ED": "editors"},
        list_tags=[*LIST_TYPE_TAGS, "ED"],
    )
    return text


def _record(item: Item) -> dict[str, Any]:
    record: dict[str, Any] = {
        "type_of_reference": _TYPES.get(item["type"], "GEN"),
        "authors": list(map(_name, item.get("author", ()))),
        "editors": list(map(_name, item.get("editor", ()))),
    }
    record |= {key: item[variable] for key, variable in _FIELDS.items() if variable in item}
    if "PMID" in item:
        record["name_of_database"] = "PubMed"  # whose number AN is
    record |= _issued(item.get("issued", {}))
    first, hyphen, last = item.get("page", "").partition("-")
    is_range = bool(hyphen) and not set("-,; ") & set(last)
    record |= {"start_page": first, "end_page": last} if is_range else {"start_page": item.get("page")}
    record |= {
        "urls": [item["URL"]] if "URL" in item else [],
        "keywords": item["keyword"].split("; ") if "keyword" in item else [],
        "notes": [item["note"]] if "note" in item else [],
    }
    return {key: value for key, value in record.items() if value}


def _name(name: Mapping[str, str]) -> str:
    """`family, given, suffix`; a group as it is.

    >>> _name({"family": "van der Berg", "given": "A. B.", "suffix": "Jr."})
    'van der Berg, A. B., Jr.'
    """
    if "literal" in name:
        return name["literal"]
    parts = (name["family"], name.get("given", ""), name.get("suffix", ""))
    return ", ".join(parts).rstrip(", ")


def _issued(issued: Mapping[str, Any]) -> dict[str, str]:
    """PY is a year; DA is year, month, day and other words, each followed by a slash but the last."""
    if "literal" in issued:
        return {"date": f"///{issued['literal']}"}
    parts = issued.get("date-parts", [()])[0]
    if not parts:
        return {}
    year, month, day = (*(f"{part:02}" for part in parts), "", "")[:3]
    return {"year": f"{parts[0]:04}"} | ({"date": f"{int(year):04}/{month}/{day}/"} if month else {})
