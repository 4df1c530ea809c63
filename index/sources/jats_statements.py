"""Which parts of an article are statements about it (funding, conflicts of interest, data), by their type or title."""

from __future__ import annotations

import re

from index.sources.jats_inline import words
from index.sources.jats_tree import Element

_TYPES = ("sec-type", "notes-type", "fn-type", "content-type")
_STATED = re.compile(
    r"ack\b|acknowledg|funding|financial|coi\b|coi-|conflict|competing|con\b|contribution|data-availab|ethics|"
    r"supplementary|supporting|additional-information|disclosure|abbreviations|version-changes|provenance|"
    r"publisher-note|trial-registration"
)
_PERSON = r"(?:(?:the )?author(?:s|ship)?(?:['’]s?|s['’])?|contributors?['’]?)"
_TITLED = re.compile(
    rf"""(?:\d+\.?\s*)?(?:
      acknowledge?ments? (?:\ and\ .*)?
    | (?:sources?\ of\ )?(?:funding|financial\ (?:support|disclosures?)|grant\ support)
        (?:\ (?:information|statement|sources?|and\ .*))?
    | {_PERSON}\ contributions?(?:\ statement)? | contributors? | contributions?
    | {_PERSON}\ (?:information|details) | credit\ authorship\ contribution\ statement
    | (?:declarations?\ of\ |disclosures?\ of\ )?(?:potential\ )?
        (?:(?:conflicts?|competing)\ (?:of\ )?(?:financial\ )?interests?|competing\ financial\ interests)
        (?:\ (?:statement|disclosures?))?
    | declarations?(?:\ of\ (?:competing\ |conflicting\ )?interests?)? | disclosures?(?:\ statement)?
    | (?:data|code)(?:,?\ (?:and\ )?(?:software|code|materials?|data|resources?))*
        \ (?:availability|accessibility|sharing|access|deposition)(?:\ statement)?
    | (?:statement\ of\ )?availability\ of\ (?:supporting\ )?(?:data|code)(?:\ and\ \w+)?
    | ethics?(?:al)?(?:\ (?:statement|approval|declarations?|standards))? (?:\ and\ consent\ .*)?
    | (?:informed\ )?consent(?:\ (?:for\ publication|to\ participate|statement))?
    | institutional\ review\ board\ statement | compliance\ with\ ethical\ standards
    | (?:list\ of\ )?(?:non-?standard\ )?abbreviations?(?:\ used)? | glossary
    | (?:electronic\ |online\ )?(?:supplement(?:ary|al)|supporting|additional)
        \ (?:materials?|information|data|files?|online\ material)(?:\ and\ declarations)?
    | pre-?publication\ history | publisher['’]s\ note | provenance\ and\ peer\ review | peer\ review
    | prior\ (?:presentation|publication)
    )\s*[.:]?""",
    re.IGNORECASE | re.VERBOSE,
)


def is_statement(element: Element, *, by_title: bool = False) -> bool:
    """Whether the element's type, or with `by_title` its title, names a statement rather than the paper's argument."""
    if any(_STATED.match(element.get(name, "").lower()) for name in _TYPES):
        return True
    title = element.find("title")
    return by_title and title is not None and _TITLED.fullmatch(words(title)) is not None
