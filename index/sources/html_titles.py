"""What the titles, labels and lines of an article page say of themselves: a part of the paper, or of the page."""

from __future__ import annotations

import re
from enum import StrEnum

from index.sources.outline import is_figure_label, name

_ABSTRACTS = re.compile(
    r"(?:(?:structured|graphical|visual|author|lay|plain[- ]language) )?abstract"
    r"|(?:(?:author|lay|editor['’]?s?|executive|plain[- ]language) )?summary|(?:elife )?digest|highlights|in brief"
    r"|significance(?: statement)?|key ?points|synopsis"
)
_BACK = re.compile(
    r"decision letter|author(?:s['’])? response|peer review(?:er)? (?:reports?|comments?)|append(?:ix|ices)\b.*"
)
_PARTS = re.compile(
    r"introduction|background|(?:materials?(?: and |/| & ))?methods?(?: and materials?)?|results?.*|discussion"
    r"|case (?:report|presentation).*|main(?: text)?"
)
_PAGE = re.compile(
    r"(?:similar|related|recommended|other|more) (?:content|articles?|links?|papers?|reading|publications?)\b.*"
    r"|associated content|(?:you (?:may|might) also|people also|also) .*|more (?:from|on|by) .*"
    r"|(?:this article is )?cited by.*|(?:comments?|responses?|discussion) \(\d+\)|comments"
    r"|(?:leave|post|add) an? (?:comment|reply).*|share(?: this)?(?: article| page| post)?|about this article"
    r"|(?:how to )?cite(?: this)?(?: article| as)?|(?:rights|reprints)(?: (?:and|&) permissions)?|download.*"
    r"|(?:article )?metrics|altmetrics?.*|citations|view options|(?:table of )?contents|on this page|jump to"
    r"|in this article|(?:article )?outline|quick links|navigation(?: menu)?|main menu|search|explore content|actions"
    r"|permalink"
    r"|(?:sign up|subscribe|follow us|newsletter|register|cookies?)\b.*|your privacy|add to collections"
    r"|(?:figures|tables|images|media)(?: (?:and|&) \w+)?(?: \(\d+\))?|recent posts|tags|advertisement|latest .*"
    r"|categor(?:ies|y)(?: (?:and|&) tags)?|trending.*|most (?:read|cited|popular).*|affiliation details"
    r"|reference tools"
    r"|linkout\b.*|mesh terms|publication types?|substances|key ?words?|article information|information & authors"
    r"|copyright|authors"
    r"|(?:authors? )?affiliations?"
)
_LABEL = re.compile(r"\W*(?:fig(?:ure)?|tab(?:le)?|scheme|box|chart|plate)\.?\s*S?\d{1,3}[A-Za-z]?\W*", re.IGNORECASE)
_CONTROL = re.compile(
    r"\W*(?:view this table|view (?:popup|inline|large|full text|article)|open in (?:a )?new tab"
    r"|full[- ]size (?:image|table)|download(?: figure| powerpoint| pdf| as powerpoint)?|ppt|powerpoint slide"
    r"|png larger image|tiff original image|(?:go|back) to(?: top)?|expand|collapse|show (?:more|less|all)|read more"
    r"|share|print|e-?mail|click here to enlarge.{0,20}|enlarge(?: image)?|advertisement|copy(?: link)?"
    r"|doi:? ?\S+|https?://(?:dx\.)?doi\.org/\S+)\W*",
    re.IGNORECASE,
)
_LINK_WORDS = re.compile(
    r"\W*(?:(?:download|open|view|see|show|enlarge|expand|export|click|go|back|return|print|copy|full|save|read|skip"
    r"|hide)\b.{0,60}|(?:ppt|powerpoint|png|original image|larger image|tiff?|pdf|top|close|doi)\b.{0,40})",
    re.IGNORECASE,
)
_ABOUT_PAGE = re.compile(
    r"key ?words?\s*:(?!.*\.\s+[A-Z])|(?:citation|how to cite(?: this article)?|cite (?:this article )?as)\s*:"
    r"|(?:(?:date )?received|accepted|revised|(?:first )?published(?: online)?|available online)\s*:?\s*(?:on )?"
    r"(?:\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.? \d)|(?:academic |handling )?editor\s*:"
    r"|(?:copyright\s*:\s*)?(?:©|\(c\)) ?\d{4}|copyright\s*:",
    re.IGNORECASE,
)
_STATEMENT = re.compile(
    r"(?:funding|competing interests?|conflicts? of interest|data availability(?: statement)?|abbreviations?)\s*:",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.?!…。！？][)\]”\"’'»\d\s,–⁰¹²³⁴-⁹-]*$|[.?!]\s+[A-Z]|[。！？]")
_FEW = 6  # words


class Part(StrEnum):
    """What a section of an article page is."""

    ABSTRACT = "abstract"
    BODY = "body"  # a part that papers have: Introduction, Methods …
    BACK = "back"
    PAGE = "page"  # no part of the paper
    OTHER = "other"


def part(title: str) -> Part:
    """What a section with this title is.

    >>> part("1. Introduction"), part("Similar articles"), part("Vesicles in blood")
    (<Part.BODY: 'body'>, <Part.PAGE: 'page'>, <Part.OTHER: 'other'>)
    """
    called = name(title)
    for pattern, what in ((_ABSTRACTS, Part.ABSTRACT), (_PARTS, Part.BODY), (_BACK, Part.BACK), (_PAGE, Part.PAGE)):
        if pattern.fullmatch(called):
            return what
    return Part.OTHER


def is_label(text: str) -> bool:
    """Whether a line is the number of a figure or table, and nothing else: "Figure 2."."""
    return _LABEL.fullmatch(text) is not None


def is_control(text: str, *, is_link: bool) -> bool:
    """Whether a line is a button of the page; `is_link` where a link is all of it.

    >>> is_control("Open in a new tab", is_link=True), is_control("https://osf.io/x", is_link=True)
    (True, False)
    """
    if _CONTROL.fullmatch(text):
        return True
    if not is_link or text.startswith(("http", "www.")) or is_figure_label(text):
        return False
    return _LINK_WORDS.fullmatch(text) is not None or (not is_prose(text) and len(text.split()) <= _FEW)


def is_about_page(text: str) -> bool:
    """Whether a line says how the paper was published: key words, dates, how to cite it, who holds the rights.

    >>> is_about_page("Received: 3 May 2020"), is_about_page("Received wisdom says so.")
    (True, False)
    """
    return _ABOUT_PAGE.match(text) is not None


def is_statement(text: str) -> bool:
    """Whether a line is a statement that publishers print below an abstract: "Funding: None."."""
    return _STATEMENT.match(text) is not None


def is_prose(text: str) -> bool:
    """Whether a line reads as sentences do, not as a label, a name or a button.

    >>> is_prose("Vesicles carry proteins between cells."), is_prose("Download the PDF of this article")
    (True, False)
    """
    return bool(_SENTENCE_END.search(text)) and (len(text.split()) > 3 or len(text) > 25)
