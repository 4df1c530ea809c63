"""HTML inside Markdown to elements: figures, tables, lists, and whatever else stands in it.

No browser: only tags of HTML are markup, everything else is text ("p <0.05"), so that nothing is lost. Scripts,
styles and comments are no text. Names of tags follow the HTML Living Standard.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from string import ascii_lowercase, ascii_uppercase

from index.document import BlockKind
from index.sources.elements import Element, Piece, Pieces, Style, table

_INLINE_NAMES = (
    "a|abbr|acronym|b|bdi|bdo|big|br|cite|code|data|del|dfn|em|font|i|img|ins|kbd|mark|nobr|q|rp|rt|ruby|s|samp|"
    "small|span|strike|strong|sub|sup|time|tt|u|var|wbr"
)
_BLOCK_NAMES = (
    "address|article|aside|audio|blockquote|body|button|canvas|caption|center|col|colgroup|dd|details|dialog|dir|div|"
    "dl|dt|embed|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hgroup|hr|html|iframe|"
    "input|label|legend|li|link|main|map|menu|meta|nav|noframes|noscript|object|ol|optgroup|option|output|p|param|"
    "picture|pre|progress|section|select|source|summary|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|"
    "track|ul|video"
)
_INLINE = frozenset(_INLINE_NAMES.split("|"))
_ATTRIBUTE = r"""\s+[A-Za-z_:@][\w:.@-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))"""
_FLAG = r"\s+(?:open|hidden|disabled|checked|reversed|nowrap|noshade|controls|allowfullscreen)"
_TAG = re.compile(rf"<(/?)({_INLINE_NAMES}|{_BLOCK_NAMES})((?:{_ATTRIBUTE}|{_FLAG})*)\s*/?>", re.IGNORECASE)
_UNSEEN = re.compile(r"<!--.*?-->|<!DOCTYPE[^>]*>|<\?[^>]*\?>|<!\[CDATA\[|\]\]>", re.IGNORECASE | re.DOTALL)
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_HIDING = re.compile(r"<!--|<(script|style)\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"""\salt\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_SPANNING = re.compile(r"""\s(?:row|col)span\s*=\s*["']?(?!1\b)\d""", re.IGNORECASE)

STYLES = {"sup": Style.SUPERSCRIPT, "sub": Style.SUBSCRIPT}
_TABLE = frozenset(("table", "thead", "tbody", "tfoot", "tr", "td", "th"))
_LISTS = frozenset(("ul", "ol", "dl"))
_HEADINGS = tuple(f"h{level}" for level in range(1, 7))
_KINDS = {
    "figcaption": BlockKind.CAPTION,
    "caption": BlockKind.CAPTION,
    "li": BlockKind.LIST,
    "dd": BlockKind.LIST,
    "dt": BlockKind.LIST,
    "blockquote": BlockKind.BOX,
    **dict.fromkeys(_HEADINGS, BlockKind.HEADING),
}


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its name in lower case, whether it closes, and its attributes as written."""

    name: str
    closes: bool
    attributes: str

    @property
    def alt(self) -> str:
        """What an image shows, in words; empty without."""
        return _value(_ALT, self.attributes)

    @property
    def href(self) -> str:
        """Where a link leads; empty without."""
        return _value(_HREF, self.attributes)


def tag(markup: str) -> Tag | None:
    """The HTML tag that `markup` is, or None where it only looks like one.

    >>> tag("<sup>"), tag("<0.05 and CD8>")
    (Tag(name='sup', closes=False, attributes=''), None)
    """
    match = _TAG.fullmatch(markup)
    return Tag(match[2].lower(), bool(match[1]), match[3]) if match else None


def is_unseen(markup: str) -> bool:
    """Whether a reader of the page sees nothing of `markup`: a comment, a declaration."""
    return _UNSEEN.fullmatch(markup) is not None


def parse(html: str) -> list[Element]:
    """The elements of a piece of HTML, which need not be well-formed or complete."""
    tokens = _tokens(html)
    elements: list[Element] = []
    at = 0
    while at < len(tokens):
        end = _end_of_table(tokens, at)
        if end > at:
            elements += _table(tokens[at:end])
        else:
            end = next((here for here in range(at, len(tokens)) if _end_of_table(tokens, here) > here), len(tokens))
            elements += _flow(tokens[at:end])
        at = end
    return elements


Token = str | Tag


def _tokens(html: str) -> list[Token]:
    html = _visible(html)
    tokens: list[Token] = []
    at = 0
    for match in _TAG.finditer(html):
        tokens += [unescape(html[at : match.start()]), Tag(match[2].lower(), bool(match[1]), match[3])]
        at = match.end()
    return [token for token in [*tokens, unescape(html[at:])] if token]


def _visible(html: str) -> str:
    """The HTML without comments, scripts and styles; one that nothing closes hides no more than its opening."""
    lower = html.translate(_LOWER)  # not lower(), which makes two characters of "İ"
    kept: list[str] = []
    at = 0
    closed: dict[str, bool] = {}  # so that each end is looked for in vain only once
    for match in _HIDING.finditer(html):
        if match.start() < at:
            continue
        end = f"</{match[1].lower()}" if match[1] else "-->"
        closing = lower.find(end, match.end()) if closed.get(end, True) else -1
        closed[end] = closing >= 0
        kept += [html[at : match.start()], " "]
        at = html.find(">", closing) + 1 if closing >= 0 else match.end()
        at = at or len(html)
    return _UNSEEN.sub(" ", "".join([*kept, html[at:]]))


def _value(attribute: re.Pattern[str], attributes: str) -> str:
    match = attribute.search(attributes)
    return unescape(next((group for group in match.groups() if group is not None), "")) if match else ""


def _end_of_table(tokens: Sequence[Token], at: int) -> int:
    """The index after the table that begins at `at`; `at` itself where none does."""
    first = tokens[at]
    if isinstance(first, str) or first.closes or first.name not in _TABLE:
        return at
    depth = 0
    for here in range(at, len(tokens)):
        token = tokens[here]
        if isinstance(token, Tag) and token.name == "table":
            depth += -1 if token.closes else 1
            if depth <= 0:
                return here + 1
    return len(tokens)  # cut off by a blank line of the Markdown around it


def _table(tokens: Sequence[Token]) -> list[Element]:
    rows: list[list[Pieces]] = [[]]
    with_data: list[int] = []  # the rows that have a cell which is no header
    around: list[Token] = []  # a caption, and what stands in no cell
    is_spanning = False
    for group in _cells(tokens):
        opening = group[0]
        if isinstance(opening, Tag) and opening.name in ("td", "th"):
            rows[-1].append(_inline(group))
            with_data += [len(rows) - 1] if opening.name == "td" else []
            is_spanning |= _SPANNING.search(opening.attributes) is not None
        else:
            around += group
            rows += [[]] if rows[-1] else []
    # Where cells span columns, which header belongs to which cell is not to be told.
    has_header = 0 not in with_data and not is_spanning
    return [*_flow(around), *(table(rows[0], rows[1:]) if has_header else table((), rows))]


def _cells(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens in groups, each beginning where a row, a cell or a caption does."""
    groups: list[list[Token]] = [[]]
    for token in tokens:
        if isinstance(token, Tag) and token.name in ("tr", "td", "th", "caption") and not token.closes:
            groups.append([])
        groups[-1].append(token)
    return [group for group in groups if group]


def _flow(tokens: Sequence[Token]) -> list[Element]:
    elements: list[Element] = []
    held: list[Token] = []
    names: list[str] = []  # of the open tags that give a block its kind, and of lists
    for token in [*tokens, Tag("p", True, "")]:
        if isinstance(token, str) or token.name in _INLINE:
            held.append(token)
            continue
        elements += _block(held, next((name for name in reversed(names) if name in _KINDS), ""))
        held = []
        if not token.closes and (token.name in _KINDS or token.name in _LISTS):
            names.append(token.name)
        while token.closes and token.name in names and names.pop() != token.name:
            pass  # an item that nothing closed ends with its list
    return elements


def _block(tokens: Sequence[Token], name: str) -> list[Element]:
    tags = [token for token in tokens if isinstance(token, Tag)]
    pieces = _inline(tokens)
    level = int(name[1]) if name in _HEADINGS else 0
    links = tuple(tag.href for tag in tags if tag.href)
    block = Element(_KINDS.get(name, BlockKind.PARAGRAPH), pieces, level, links=links)
    captions = [Element(BlockKind.CAPTION, (Piece(tag.alt),)) for tag in tags if tag.alt]
    return [block, *captions] if block.words else captions


def _inline(tokens: Sequence[Token]) -> Pieces:
    pieces: list[Piece] = []
    styles: list[Style] = []
    for token in tokens:
        if isinstance(token, str):
            pieces.append(Piece(token, styles[-1] if styles else Style.PLAIN))
        elif token.name in STYLES and not token.closes:
            styles.append(STYLES[token.name])
        elif token.name in STYLES and styles:
            styles.pop()
        elif token.name not in _INLINE or token.name == "br":
            pieces.append(Piece(" "))  # a paragraph or a list inside a cell
    return tuple(pieces)
