"""Names of people and groups, and citations as text: what front matter and bibliography have in common."""

from __future__ import annotations

from collections.abc import Iterator

from index.canonical import normalise, subscript, superscript
from index.document import Author
from index.sources.jats_tree import Element

NAMES = frozenset(("anonymous", "collab", "name", "on-behalf-of", "string-name"))
GROUPED_NAMES = frozenset(("collab-alternatives", "name-alternatives"))
_MEMBERS = frozenset(("contrib-group", "aff", "address", "contrib-id", "xref", "fn", "author-comment"))
_SET_IN_WORDS = frozenset(
    (
        "bold",
        "ext-link",
        "fixed-case",
        "italic",
        "monospace",
        "named-content",
        "sc",
        "styled-content",
        "sub",
        "sup",
        "uri",
    )
)
_PAGES = frozenset(("elocation-id", "fpage", "page-range"))
_NUMBERED = {"pmid": "PMID:", "pmcid": "PMC", "pmc": "PMC"}


def author(element: Element) -> Author | None:
    """A person or a group from `name`, `string-name`, `collab`, `anonymous`, `on-behalf-of`; None without a name."""
    if element.tag in GROUPED_NAMES:
        return next((found for child in element if child.tag in NAMES and (found := author(child))), None)
    if element.tag == "anonymous":
        return Author(literal=plain(element) or "Anonymous")
    family = plain(element.find("surname"))
    if family:
        given, suffix = plain(element.find("given-names")), plain(element.find("suffix"))
        return Author(family=family, given=given or None, suffix=suffix or None)
    literal = plain(element)
    return Author(literal=literal) if literal else None


def plain(element: Element | None) -> str:
    """Text of a small element on one line, parts that touch set apart; members of a group are left out."""
    return normalise("".join(_pieces(element))) if element is not None else ""


def _pieces(element: Element) -> Iterator[str]:
    yield _styled(element.text or "", element.tag)
    for child in element:
        if child.tag not in _MEMBERS:
            before = child.getprevious()
            touching = before is not None and not before.tail and not {child.tag, before.tag} <= _SET_IN_WORDS
            yield " " if touching or child.tag == "break" else ""
            if child.tag == "person-group":
                yield _names_text(child)
            else:
                yield _unnamed_number(child)
                yield from _pieces(child)
        yield child.tail or ""


def _unnamed_number(element: Element) -> str:
    """What to put before an identifier that stands in a citation as a bare number."""
    before = element.getprevious()
    parent = element.getparent()
    text = before.tail if before is not None else parent.text if parent is not None else ""
    is_bare = (element.text or "").strip().isdecimal() and not (text or "").rstrip().endswith(":")
    name = _NUMBERED.get(element.get("pub-id-type", "")) if is_bare else None
    return f" {name}" if name else ""


def _styled(text: str, tag: str) -> str:
    return superscript(text) if tag == "sup" else subscript(text) if tag == "sub" else text


def citation_text(element: Element) -> str:
    """A citation, or a name in a text, as printed; punctuation is put in where its elements stand without any."""
    if element.tag in NAMES:
        return plain(element)
    parts = list(element)
    own = [element.text, *(part.tail for part in parts)]
    if any(text and text.strip() for text in own) or len(parts) < 2:
        return plain(element)
    text = ""
    for part in parts:
        text = _joined(text, part)
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _joined(text: str, part: Element) -> str:
    words = _names_text(part) if part.tag == "person-group" else plain(part)
    if not words or not text:
        return text + words
    previous = part.getprevious()
    before = previous.tag if previous is not None else ""
    if part.tag == "issue" and before == "volume":
        return f"{text}({words})"
    if part.tag in _PAGES and before in ("volume", "issue", "supplement"):
        return f"{text}:{words}"
    if part.tag == "lpage":
        return text if plain(previous) == words else f"{text}–{words}"
    if part.tag == "volume" and before == "year":
        return f"{text};{words}"
    if part.tag in NAMES | {"etal"} and before in NAMES:
        return f"{text}, {words}"
    if part.tag == "pub-id":
        words = ("doi:" if part.get("pub-id-type") == "doi" else _unnamed_number(part).strip()) + words
    return f"{text} {words}" if text.endswith((".", "?", "!", ":", ",")) else f"{text}. {words}"


def _names_text(group: Element) -> str:
    if any(text and text.strip() for text in (group.text, *(part.tail for part in group))):
        return plain(group)
    return ", ".join(filter(None, (_name(part) for part in group)))


def _name(part: Element) -> str:
    return (plain(part) or "et al") if part.tag == "etal" else plain(part)
