"""A publisher's page of a document, and what a browser highlights on it.

The page differs from the canonical text as real ones do: marks are links, most often superscripts without brackets,
scripts are elements, labels and column names stand apart, menus and references repeat titles, a summariser's words are
missing.
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from collections.abc import Iterator

from playwright.sync_api import Page

from index.document import Block, BlockKind, Document, Span

# Everything fits one picture, on which only what is highlighted is seen.
_STYLE = """
body, a { color: white; text-decoration: none }
body { font: 6px/9px sans-serif; width: 1600px; margin: 0 }
h1, h2, p, ul, nav, figcaption, td { margin: 0; padding: 0; font-size: 6px }
sup, sub { line-height: 0; font-size: 4px }
::target-text { background: rgb(255, 0, 0); color: rgb(255, 0, 0) }
"""
_SCRIPT = re.compile("([⁰¹²³⁴-⁹⁺⁻⁼⁽⁾ⁿ]+)|([₀-₉₊₋₌₍₎]+)")
_LABEL = re.compile(r"\(?\w{1,2}[.)] |[•–] |(?:Figure|Table|Fig\.) \w?\d+\.? ", re.IGNORECASE)
_TAGS = {BlockKind.TITLE: "h1", BlockKind.HEADING: "h2", BlockKind.LIST: "li", BlockKind.CAPTION: "figcaption"}
_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.ABSTRACT, BlockKind.BACK, BlockKind.BOX})
_MISSING = frozenset({BlockKind.SUMMARY, BlockKind.NOTE})

# The text is looked for when the page has been loaded and is painted next.
_PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

# Of each word that is red in the picture: which text node of <main> it stands in, its place there, its length.
_RED_WORDS = """async picture => {
    const bytes = Uint8Array.from(atob(picture), letter => letter.charCodeAt(0))
    const image = await createImageBitmap(new Blob([bytes]))
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d")
    context.drawImage(image, 0, 0)
    const {data} = context.getImageData(0, 0, image.width, image.height)
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT)
    const words = [], range = document.createRange()
    for (let node = 0; walker.nextNode(); node++) {
        const text = walker.currentNode.data
        for (const word of text.matchAll(/\\S+/g)) {
            range.setStart(walker.currentNode, word.index)
            range.setEnd(walker.currentNode, word.index + word[0].length)
            const {x, y, width, height} = range.getClientRects()[0]
            const at = 4 * (Math.floor(y + scrollY + height / 2) * image.width + Math.floor(x + width / 2))
            if (data[at] == 255 && data[at + 1] == 0 && data[at + 2] == 0)
                words.push([node, [...text.slice(0, word.index)].length, [...word[0]].length])
        }
    }
    return words
}"""


class Rendering:
    """HTML of a document; `starts` holds the offset in the canonical text of each text node of its <main>."""

    def __init__(self, document: Document, *, bracketed: bool = False) -> None:
        self._document = document
        self._bracketed = bracketed
        self.starts: list[int] = []
        title = html.escape(document.metadata.title)
        menu = "".join(f"<li><a href='#'>{html.escape(section.path[-1])}</a></li>" for section in document.sections)
        main = "".join(map(self._block, document.blocks))
        references = "".join(f"<li>{html.escape(entry.text)}</li>" for entry in document.references)
        self.html = (
            f"<!doctype html><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>"
            f"<nav><p>Home › {title}</p><ul>{menu}</ul></nav><main>{main}</main>"
            f"<h2>References</h2><ol>{references}</ol><p>Related articles: {title}</p>"
        )

    def _block(self, block: Block) -> str:
        if block.kind in _MISSING:
            return ""
        if block.kind is BlockKind.TABLE:
            return f"<table><tr>{''.join(self._cells(block))}</tr></table>"
        start, label = block.start, ""
        found = None if block.kind in _PROSE else _LABEL.match(self._document.text, block.start, block.end)
        if found and found.end() < block.end:
            start = found.end()
            label = "" if block.kind is BlockKind.LIST else f"<div>{self._text(found[0], block.start)}</div>"
        tag = _TAGS.get(block.kind, "p")
        return f"{label}<{tag}>{self._line(start, block.end)}</{tag}>"

    def _cells(self, block: Block) -> Iterator[str]:
        start = block.start
        for cell in self._document.text[block.start : block.end].split(" | "):
            name, named, _ = cell.rpartition(": ")
            before = len(name) + len(named)
            if name:
                yield f"<th>{self._text(name, start)}</th>"
            yield f"<td>{self._line(start + before, start + len(cell))}</td>"
            start += len(cell) + 3

    def _line(self, start: int, end: int) -> str:
        pieces = []
        for mark in self._document.reference_marks:
            if start <= mark.start and mark.end <= end:
                pieces.append(self._mark(start, mark))
                start = mark.end
        return "".join((*pieces, self._words(self._document.text[start:end], start)))

    def _mark(self, start: int, mark: Span) -> str:
        before, printed = self._document.text[start : mark.start], self._document.text[mark.start : mark.end]
        if self._bracketed:
            return f"{self._words(before, start)}<a href='#r'>{self._text(printed, mark.start)}</a>"
        number = unicodedata.normalize("NFKC", printed.strip("[]()"))
        return f"{self._words(before.rstrip(), start)}<sup><a href='#r'>{self._text(number, -1)}</a></sup>"

    def _words(self, words: str, start: int) -> str:
        pieces, at = [], 0
        for script in _SCRIPT.finditer(words):
            pieces.append(self._text(words[at : script.start()], start + at))
            tag = "sup" if script[1] else "sub"
            plain = unicodedata.normalize("NFKC", script[0])
            pieces.append(f"<{tag}>{self._text(plain, start + script.start())}</{tag}>")
            at = script.end()
        return "".join((*pieces, self._text(words[at:], start + at)))

    def _text(self, words: str, start: int) -> str:
        if words:
            self.starts.append(start)
        return html.escape(words)


def highlighted(page: Page, address: str, rendering: Rendering) -> list[Span]:
    """The words of the document that the browser highlights when it opens an address, in the order of the page."""
    page.goto("about:blank")  # an address that differs in its fragment alone is not loaded anew
    page.goto(address)
    page.evaluate(_PAINTED)
    picture = base64.b64encode(page.screenshot(full_page=True)).decode()
    words = page.evaluate(_RED_WORDS, picture)
    starts = [(rendering.starts[node] + at, length) for node, at, length in words if rendering.starts[node] >= 0]
    return [Span(start, start + length) for start, length in starts]
