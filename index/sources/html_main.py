"""Where on a web page the paper is: the page's furniture goes, then the smallest element that holds the prose is it.

Furniture is known by its tag, its ARIA role and the words in its class: menus, share buttons, cookie notes, metrics,
comments, related articles. Whatever holds much of the page's prose is never furniture, whatever it is called.
"""

from __future__ import annotations

import re

from index.canonical import normalise
from index.sources.html_titles import is_prose
from index.sources.html_tree import Element, drop, words

_NEVER_THE_PAPER = frozenset(("footer", "nav"))
_TAGS = frozenset(("footer", "form", "nav"))
_ROLES_WORDS = (
    "alert alertdialog banner complementary contentinfo dialog menu menubar navigation search status tablist toolbar "
    "tooltip"
)
_ROLES = frozenset(_ROLES_WORDS.split())
_WORDS_WORDS = (
    "ad ads advert advertisement altmetric altmetrics banner breadcrumb breadcrumbs citedby comments consent cookie "
    "cookies disqus download downloads editsection expand facebook footer gdpr linkedin login masthead menu metrics "
    "modal nav navbar navigation newsletter noprint onetrust pager pagination paywall popover promo promotion "
    "recommendations recommended related rightslink share sharing sidebar signin signup skip social sprinkles "
    "subscribe toolbar tooltip trending twitter widget widgets"
)
_WORDS = frozenset(_WORDS_WORDS.split())
_PHRASES_WORDS = (
    "article-actions article-links article-tools callout-links cited-by comment-list comment-respond hide-print "
    "d-print-none hidden-print jump-to jump-links view-options most-read most-cited no-print print-hidden "
    "similar-articles sign-in sign-up table-of-contents figure-links reflinks-links-list screen-reader sr-only "
    "visually-hidden element-invisible visuallyhidden screen-reader-text"
)
_PHRASES = frozenset(_PHRASES_WORDS.split())
_IDS_WORDS = (
    "breadcrumb breadcrumbs comment-list comments cookie-banner disqus_thread footer menu nav navbar navigation "
    "newsletter onetrust-consent-sdk related related-articles respond secondary share sidebar site-footer toc "
    "site-header site-navigation"
)
_IDS = frozenset(_IDS_WORDS.split())
_LANDMARKS = frozenset(("article", "main"))
_MOST_OF_A_PAGE = 0.5  # of its prose
_PAPER = 0.9  # of the prose left
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TEXT_BLOCKS = ("p", "li", "dd", "td", "blockquote", "div", "section", "article", "main", "body", "figcaption")


def main_element(root: Element) -> Element:
    """The element that holds the paper; the furniture of the page is taken out of the tree."""
    body = next(root.iter("body"), root)
    weights = _prose(body)
    total = sum(weights.values())
    for element in list(body.iter()):
        if element is not body and is_furniture(element) and _may_go(element, weights, total):
            drop(element)
    return _landmark(_smallest(body, _prose(body)))


def _may_go(element: Element, weights: dict[Element, int], total: int) -> bool:
    """Whether an element that looks like furniture is none of the page's main parts."""
    if element.tag in _NEVER_THE_PAPER:
        return True
    if next(element.iter("h1", "main"), None) is not None:
        return False
    return sum(weights.get(each, 0) for each in element.iter()) <= _MOST_OF_A_PAGE * total


def is_furniture(element: Element) -> bool:
    """Whether the page, not the paper, has it: by tag, role, class or id."""
    if element.tag in _TAGS or element.get("role") in _ROLES:
        return True
    if element.tag in ("html", "body", "main", "math", "table", "a") or re.fullmatch(r"h[1-6]", element.tag):
        return False
    if element.tag == "header" and next(element.iterancestors("article", "main"), None) is None:
        return next(element.iter("h1", "h2", "h3"), None) is None
    return (element.get("id") or "").lower() in _IDS or any(map(_says_furniture, (element.get("class") or "").split()))


def link_share(element: Element) -> float:
    """The part of an element's letters that stands in links, marks of a few characters apart."""
    letters = len(words(element))
    linked = sum(len(text) for link in element.iter("a") if len(text := words(link)) > 20 or not _is_inner(link))
    return linked / letters if letters else 0.0


def _is_inner(link: Element) -> bool:
    return "#" in (link.get("href") or "#")


def _says_furniture(name: str) -> bool:
    parts = [part for part in re.split(r"[-_]+", _CAMEL.sub("-", name).lower()) if part]
    whole = "-".join(parts)
    if any(phrase in f"-{whole}-" for phrase in (f"-{each}-" for each in _PHRASES)):
        return True
    # "has-sidebar", "with-comments", "no-ads" say what the page has, not what this element is
    return not set(parts) & {"has", "with", "no", "not"} and bool(set(parts) & _WORDS)


def _prose(body: Element) -> dict[Element, int]:
    """Letters of running text that each element holds itself, its inline children included."""
    found: dict[Element, int] = {}
    for element in body.iter(*_TEXT_BLOCKS):
        if any(child.tag in _TEXT_BLOCKS for child in element):
            own = " ".join([element.text or "", *(child.tail or "" for child in element)])
            text = normalise(own)
        else:
            text = words(element)
            if text and link_share(element) > 0.5:
                continue
        if is_prose(text):
            found[element] = len(text)
    return found


def _smallest(body: Element, weights: dict[Element, int]) -> Element:
    """The innermost element with nearly all of the prose."""
    total = sum(weights.values())
    held: dict[Element, int] = {}
    for element, weight in weights.items():
        held[element] = held.get(element, 0) + weight
        for above in element.iterancestors():
            held[above] = held.get(above, 0) + weight
            if above is body:
                break
    here = body
    while total:
        inner = next((child for child in here if held.get(child, 0) >= _PAPER * total), None)
        if inner is None or (inner.tag not in ("div", "section", "article", "main", "table", "tbody", "tr", "td")):
            return here
        here = inner
    return here


def _landmark(element: Element) -> Element:
    """The nearest landmark around an element, whose title and abstract may stand beside the rest; else itself."""
    for above in (element, *element.iterancestors()):
        if above.tag in _LANDMARKS or above.get("role") == "main" or "Article" in (above.get("itemtype") or ""):
            return above
    return element
