"""XML bytes to a tree that is safe to walk: no network, no DTD, nothing expanded but characters, bounded depth.

Names of elements are local names: namespaces (JATS, MathML, OASIS tables) are taken off, comments and processing
instructions are gone. The limits are libxml2's own, without `huge_tree`, and the two below.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import Any, TypeAlias, cast

from lxml import etree

from index.errors import SourceError

Element: TypeAlias = etree._Element

XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

MAX_BYTES = 100_000_000
MAX_DEPTH = 120  # real articles reach about 30, with MathML; the reader recurses a few frames for each level

_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_REFERENCE = re.compile(r"&([A-Za-z][A-Za-z0-9]{0,31});")
_XML_ENTITIES = frozenset(("lt", "gt", "amp", "quot", "apos"))
_ENCODING_ERRORS = (31, 32, 81)  # xmlParserErrors: unknown, unsupported, and invalid encoding
_UNDECLARED_ENTITY = 26
_LIMIT_EXCEEDED = 114  # depth, length of a text, growth by entities


def parse(data: bytes, name: str) -> Element:
    """The root of the document; `name` stands in error messages.

    Character entities of HTML and ISO (`&nbsp;`, `&alpha;`) give their character with and without a DTD, and so do
    entities that the file itself declares as up to eight characters. A document that uses any other is refused.

    Raises:
        SourceError: empty, too large, not well-formed, not in the encoding it declares, nested too deeply, or using an
            entity that stands for no character.
    """
    if not data.strip():
        raise SourceError(f"{name} is empty: fetch it again, or remove it")
    if len(data) > MAX_BYTES:
        raise SourceError(f"{name} has {len(data)} bytes, the limit is {MAX_BYTES}: split it into its articles")
    root = _tree(data if b"\x00" in data[:4] else data.lstrip(b" \t\r\n"), name)
    _refuse_depth(root, name)
    for element in root.iter():
        if "}" in element.tag:
            element.tag = element.tag.rpartition("}")[2]
    return root


def _tree(data: bytes, name: str) -> Element:
    root, entities = _attempt(data, name)
    if root is None or entities:
        root, entities = _attempt(_with_characters(data, entities), name)
    if root is None or entities:
        raise SourceError(
            f"{name} uses an entity that stands for no character, &{next(iter(entities), '?')}; — put its text there"
        )
    return root


def _attempt(data: bytes, name: str) -> tuple[Element | None, dict[str, str]]:
    """The tree, or None where an entity is not declared; and the entities left, with what they are declared as."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding=_encoding(data),
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as exc:
        code = cast("Any", exc).code
        if code == _UNDECLARED_ENTITY:
            return None, dict.fromkeys(re.findall(r"Entity '([^']*)'", exc.msg or ""), "")
        if code == _LIMIT_EXCEEDED:
            raise SourceError(f"{name} is built like no article ({exc.msg}): check the file") from exc
        if code in _ENCODING_ERRORS:
            raise SourceError(f"{name} is not in the encoding it declares ({exc.msg}): save it as UTF-8") from exc
        raise SourceError(f"{name} is not well-formed XML ({exc.msg}): if it was cut short, fetch it again") from exc
    used = {str(cast("Any", entity).name) for entity in root.iter(etree.Entity)}
    return root, {entity: _declared(root).get(entity, "") for entity in sorted(used)}


def _declared(root: Element) -> dict[str, str]:
    """Entities that the document's own DTD declares as a few characters; longer ones could grow without bound."""
    dtd = cast("Any", root.getroottree().docinfo.internalDTD)
    entities = dtd.entities() if dtd is not None else []
    return {
        entity.name: entity.content
        for entity in entities
        if entity.content and len(entity.content) <= 8 and not set(entity.content) & set("&<%")
    }


def _with_characters(data: bytes, declared: dict[str, str]) -> bytes:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1"  # latin-1: bytes as they are

    def characters(match: re.Match[str]) -> str:
        name = match[1]
        text = None if name in _XML_ENTITIES else html5.get(f"{name};") or declared.get(name)
        return "".join(f"&#{ord(character)};" for character in text) if text else match[0]

    return _REFERENCE.sub(characters, data.decode(encoding, "replace")).encode(encoding, "replace")


def _encoding(data: bytes) -> str | None:
    """The encoding to read in against the declaration: UTF-8 where the bytes are UTF-8 and it says something else."""
    match = _DECLARED.match(data)
    if match is None or match[1].lower() in (b"utf-8", b"us-ascii") or b"\x1b" in data:
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _refuse_depth(root: Element, name: str) -> None:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise SourceError(f"{name} nests elements more than {MAX_DEPTH} deep: no article does; check the file")
