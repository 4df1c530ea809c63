"""Text fields of reference managers to plain text: their few tags and entities, and where their paragraphs end.

Tags are those of CSL-JSON's rich text (`<i>`, `<sub>`, `<span class="nocase">`), of Crossref's abstracts (`<jats:p>`)
and of what journals put into titles. Anything else between angle brackets is text: "p <0.05 and q >0.1".
"""

from __future__ import annotations

import re
from html import unescape

from index.canonical import normalise, subscript, superscript

_BLOCKS = "p|title|sec|br|div|li|ul|ol|list|list-item|h[1-6]|break|label"
_INLINE = (
    "i|b|u|em|strong|italic|bold|underline|sub|sup|inf|sc|scp|small|span|tt|font|a|ext-link|xref|named-content|"
    "styled-content|inline-formula|monospace|roman|sans-serif|abstract"
)
_TAG = re.compile(rf"<(/?)(?:jats:|mml:)?({_BLOCKS}|{_INLINE})((?:\s[^<>]*)?)/?>", re.IGNORECASE)
_SCRIPT = re.compile(r"<(?:jats:)?(?P<tag>sub|sup|inf)\s*>(?P<text>[^<>]{0,80})</(?:jats:)?(?P=tag)\s*>", re.IGNORECASE)
_BLOCK = re.compile(_BLOCKS, re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,31}\d{0,2});", re.IGNORECASE)
_WRAPPED = 120  # characters; a text whose lines are all shorter was broken to fit a column


def plain(text: str) -> str:
    """Text without tags and entities; scripts as Unicode, blocks on lines of their own.

    >>> plain("CD8<sup>+</sup> T cells in <i>E. coli</i> &amp; p <0.05")
    'CD8⁺ T cells in E. coli & p <0.05'
    """
    text = _ENTITY.sub(lambda match: unescape(match[0]), text)
    text = _ENTITY.sub(lambda match: unescape(match[0]), text) if "&lt;" in text else text
    text = _SCRIPT.sub(lambda m: (superscript if m["tag"].lower() == "sup" else subscript)(m["text"]), text)
    return _TAG.sub(lambda match: "\n" if _BLOCK.fullmatch(match[2]) else "", text)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of an abstract: separated by blank lines, or by line ends in a text that is not wrapped."""
    lines = plain(text).replace("\r", "\n").split("\n")
    is_wrapped = all(len(line) <= _WRAPPED for line in lines)
    joined = re.split(r"\n\s*\n", "\n".join(lines)) if is_wrapped else lines
    return [line for line in map(normalise, joined) if line]


def line(text: str) -> str:
    """A field of one line, such as a title."""
    return normalise(plain(text))
