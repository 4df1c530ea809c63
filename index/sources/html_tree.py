"""The bytes of a web page to a tree without what no reader sees: scripts, controls, spare spellings of formulas.

The encoding is the byte-order mark's, UTF-8 where the bytes are UTF-8, else the one that the page declares (WHATWG
Encoding Standard for its names: "iso-8859-1" means windows-1252); nothing is guessed from the letters. Saved pages
carry their pictures as base64: these are dropped before parsing.
"""

from __future__ import annotations

import codecs
import re
from typing import TypeAlias
from urllib.parse import unquote

from lxml import etree

from index.canonical import normalise
from index.errors import SourceError
from index.sources.decoding import decode
from index.sources.source import Source

Element: TypeAlias = etree._Element

MAX_DEPTH = 200  # real pages reach about 60; the walk recurses a few frames for each level

_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)|<meta[^>]{1,400}?charset\s*=\s*["']?\s*([\w.:-]+)""",
    re.IGNORECASE,
)
_PROLOGUE_SIZE = 4096
_LATIN = frozenset(("ascii", "iso8859-1", "iso8859-9", "latin-1"))
_WINDOWS = {"iso8859-9": "cp1254"}
_PICTURE = re.compile(r"data:[\w/+.;=-]{1,100};base64,[A-Za-z0-9+/=%]*")
_UNSEEN_WORDS = (
    "audio button canvas dialog embed frame frameset iframe input label link meta noembed noframes noscript object "
    "option optgroup progress rp rt script select source style svg template textarea track video wbr"
)
_UNSEEN = frozenset(_UNSEEN_WORDS.split())
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_TEX_SCRIPT = re.compile(r"math/(?:tex|asciimath)", re.IGNORECASE)
_TEX_SPAN = frozenset(("mathjax-tex", "math-tex", "tex2jax_process", "math", "tex"))
_TEX = re.compile(r"\s*(?:\\\(.*\\\)|\\\[.*\\\]|\$\$?[^$]+\$\$?)\s*", re.DOTALL)


def parse(source: Source) -> Element:
    """The root of the page: names without prefixes, in lower case; formulas once, as `math` or `tex-math`.

    Raises:
        SourceError: not in the encoding it declares, no element in it, or nested more deeply than any article is.
    """
    text = _PICTURE.sub("data:,", _characters(source))
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as exc:
        raise SourceError(f"{source.name} has nothing in it: fetch it again, or remove it") from exc
    _refuse_depth(root, source.name)
    for element in root.iter(etree.Element):
        local = element.tag.rpartition(":")[2].lower()
        if local != element.tag:
            element.tag = local if _NAME.fullmatch(local) else "span"
    return root


def strip_unseen(root: Element) -> None:
    """Takes out what is no text: scripts, controls, what screen readers skip; each formula keeps one spelling."""
    _choose_formulas(root)
    for element in list(root.iter(etree.Element)):
        if element is not root and (element.tag in _UNSEEN or _is_skipped(element)):
            drop(element)


def drop(element: Element) -> None:
    """Takes an element out of its tree; what follows it stays."""
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail or ""
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def words(element: Element) -> str:
    """All text in an element, on one line."""
    return normalise(etree.tostring(element, method="text", encoding="unicode", with_tail=False))


def fragment(link: Element) -> str:
    """What a link's address has after "#"; empty without."""
    return unquote((link.get("href") or "").partition("#")[2])


def is_longer(element: Element, letters: int) -> bool:
    """Whether an element has more text than so many letters; as fast for a whole page as for a line."""
    for text in element.itertext():
        letters -= len(text)
        if letters < 0:
            return True
    return False


def names(element: Element) -> frozenset[str]:
    """The names of an element's classes, in lower case."""
    return frozenset((element.get("class") or "").lower().split())


def _characters(source: Source) -> str:
    encoding = _encoding(source.data)
    if encoding is None:
        return decode(source)
    try:
        return source.data.decode(encoding)
    except UnicodeDecodeError as exc:
        raise SourceError(
            f"{source.name} is not valid {encoding}, which it declares (byte {exc.start}): save it as UTF-8"
        ) from exc


def _encoding(data: bytes) -> str | None:
    """The declared encoding; None where a byte-order mark or the bytes themselves say what it is."""
    match = _DECLARED.search(data[:_PROLOGUE_SIZE])
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or match is None:
        return None
    try:
        name = codecs.lookup((match[1] or match[2]).decode("ascii")).name
        if b"\x1b" not in data:
            data.decode("utf-8")
            return None
    except LookupError:
        return None
    except UnicodeDecodeError:
        pass
    return None if name == "utf-8" else _WINDOWS.get(name, "cp1252" if name in _LATIN else name)


def _refuse_depth(root: Element, name: str) -> None:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise SourceError(f"{name} nests elements more than {MAX_DEPTH} deep: no article does; check the file")


def _is_skipped(element: Element) -> bool:
    """Whether screen readers skip it: the drawn copy of a formula, an icon. Text of the paper is not marked so."""
    return element.get("aria-hidden") == "true" and next(element.iter("p", "table", "section"), None) is None


def _choose_formulas(root: Element) -> None:
    for script in list(root.iter("script")):
        kind = script.get("type") or ""
        if _TEX_SCRIPT.match(kind) or kind.lower().startswith("math/mml"):
            _take_over(script, is_tex=not kind.lower().startswith("math/mml"))
    for element in list(root.iter("span", "div")):
        is_spare = names(element) & {"mathjax_preview", "katex-html", "mathjax_svg", "mjx-chtml"}
        if is_spare and next(element.iter("math"), None) is None:
            drop(element)
        elif names(element) & _TEX_SPAN and not len(element) and _TEX.fullmatch(element.text or ""):
            element.tag = "tex-math"
    for image in list(root.iter("img")):
        alt = image.get("alt") or ""
        if _TEX.fullmatch(alt) and not _beside_formula(image):
            image.tag, image.text = "tex-math", alt


def _take_over(script: Element, *, is_tex: bool) -> None:
    """A formula's source in a script, in place of what was drawn from it."""
    before = script.getprevious()
    while before is not None and not (before.tail or "").strip() and any("mathjax" in name for name in names(before)):
        drop(before)
        before = script.getprevious()
    source = script.text or ""
    if is_tex:
        script.tag, script.text = "tex-math", source
        return
    script.tag, script.text = "span", None
    try:
        script.append(etree.fromstring(re.sub(r"\sxmlns(:\w+)?=\"[^\"]*\"|(?<=<)\w+:|(?<=</)\w+:", "", source)))
    except etree.XMLSyntaxError:
        script.text = None


def _beside_formula(image: Element) -> bool:
    parent = image.getparent()
    return parent is not None and next(parent.iter("math", "tex-math"), None) is not None
