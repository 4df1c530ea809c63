"""Addresses that open a paper where a quote stands: WICG text fragments, and pages of PDF files (RFC 8118)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

from index.document import Block, BlockKind, Span
from qa.fragments import Directive, PublishedText, find_directive

# Not on the page, or also in its menus; a title stands at the top of it anyway.
_UNFOUND = frozenset({BlockKind.SUMMARY, BlockKind.NOTE, BlockKind.HEADING, BlockKind.TITLE})


def link(
    address: str | None,
    published: Callable[[], PublishedText],
    span: Span,
    blocks: Sequence[Block],
    marks: Sequence[Span],
    page: int | None = None,
) -> str | None:
    """The page of a paper, opened at a quote; None when no page is known.

    It is opened at its top where the quote's words do not stand on it (a summariser's), or cannot be told from others
    of the paper.

    Args:
        address: of the page.
        published: gives the document's text; not asked where it is not needed.
        span: the quote's.
        blocks: those that the quote stands in, in order.
        marks: the reference marks of these blocks, in order.
        page: of a PDF file, on which the quote stands, counted from 1.
    """
    if address is None:
        return None
    if urlsplit(address).path.lower().endswith(".pdf"):
        return address if page is None else f"{address}{'&' if '#' in address else '#'}page={page}"
    directive = None
    if blocks and not any(block.kind in _UNFOUND for block in blocks):
        directive = find_directive(published(), span, blocks, marks)
    if directive is None:
        return address
    opening = "&" if ":~:" in address else ":~:" if "#" in address else "#:~:"
    return f"{address}{opening}text={encoded(published().text, directive)}"


def encoded(text: str, directive: Directive) -> str:
    """The directive's words as they stand in an address.

    >>> encoded("RNA, drug-resistant & so on.", Directive(Span(0, 4), Span(20, 28)))
    'RNA%2C,%26%20so%20on.'
    """

    def words(term: Span) -> str:
        # subtle: "-" is left as it is by every encoder of addresses, but has a meaning of its own in a directive
        return percent_encode(text[term.start : term.end], safe="").replace("-", "%2D")

    parts = [words(term) for term in (directive.start, directive.end) if term]
    if directive.prefix:
        parts.insert(0, f"{words(directive.prefix)}-")
    if directive.suffix:
        parts.append(f"-{words(directive.suffix)}")
    return ",".join(parts)
