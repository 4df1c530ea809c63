"""An article as canonical text: title, abstracts, body, back matter, then what stands outside the body."""

from __future__ import annotations

import re

from index.canonical import CanonicalText, Run, TextBuilder, normalise
from index.document import BlockKind
from index.sources.jats_body import BodyReader
from index.sources.jats_front import Front
from index.sources.jats_inline import NOTHING, read_inline, runs, words
from index.sources.jats_marks import Bibliography
from index.sources.jats_statements import is_statement
from index.sources.jats_tree import XML_LANG, Element

_OWN_ABSTRACT = frozenset(("", "abstract", "main", "normal", "section", "structured", "summary"))
_NAMED_ABSTRACTS = {
    "author-highlights": "Highlights",
    "editor": "Editor's summary",
    "editors-summary": "Editors' summary",
    "graphical": "Graphical abstract",
    "key-points": "Key points",
    "plain-language-summary": "Plain language summary",
    "precis": "Précis",
    "toc": "Teaser",  # the lines printed in a table of contents
    "web-summary": "Summary",
}
# Notes to the authors' names that say nothing of the work.
_ABOUT_PEOPLE_WORDS = "corresp current-aff deceased edited-by equal on-leave participating-researchers present-address"
_ABOUT_PEOPLE = frozenset(_ABOUT_PEOPLE_WORDS.split())


def read_title(front: Front) -> str:
    """The article's title with its subtitle, on one line; marks of footnotes are no part of it."""
    meta = front.meta
    group = meta.find("title-group") if meta is not None else None
    holder = group if group is not None else meta
    if holder is None:
        return ""
    titles = [normalise("".join(run.text for run in _title_runs(item))) for item in holder.iterchildren(*_TITLES)]
    title, *subtitles = [text for text in titles if text] or [""]
    for subtitle in subtitles:
        title += f" {subtitle}" if title[-1:] in ":?!.—" else f": {subtitle}"
    return title


def read_text(front: Front, title: str, bibliography: Bibliography) -> CanonicalText:
    """The whole text of an article; empty where it has none."""
    builder = TextBuilder()
    reader = BodyReader(builder, bibliography)
    builder.add(BlockKind.TITLE, title)
    meta = front.meta
    for abstract in meta.iterchildren("abstract", "trans-abstract") if meta is not None else ():
        _read_abstract(abstract, reader, builder)
    for part, kind in (
        ("body", BlockKind.PARAGRAPH),
        ("floats-group", BlockKind.CAPTION),
        ("floats-wrap", BlockKind.CAPTION),
        ("back", BlockKind.BACK),
    ):
        for element in front.article.iterchildren(part):
            reader.read_inside(element, kind)
    _read_front_statements(front, reader, builder)
    return builder.finish()


_TITLES = ("article-title", "subtitle")


def _title_runs(title: Element) -> list[Run]:
    line: list[Run] = [Run(title.text or "")]
    for child in title:
        if child.tag not in ("fn", "xref"):
            read_inline(child, line, NOTHING)
        line.append(Run(child.tail or ""))
    return line


def _read_abstract(abstract: Element, reader: BodyReader, builder: TextBuilder) -> None:
    """An abstract under the name of its type; its own title, where it says more, is a section inside."""
    name = _abstract_name(abstract)
    title = abstract.find("title")
    printed = words(title)
    builder.open_section(name, printed=False)
    if title is not None and _same(printed, name):
        builder.add(BlockKind.HEADING, runs(title))
        reader.read_inside(abstract, BlockKind.ABSTRACT, (title,))
    elif printed:
        reader.section(abstract, BlockKind.ABSTRACT)
    else:
        reader.read_inside(abstract, BlockKind.ABSTRACT)
    builder.close_section()


def _abstract_name(abstract: Element) -> str:
    kind = abstract.get("abstract-type", "").strip().lower()
    name = "Abstract" if kind in _OWN_ABSTRACT else _NAMED_ABSTRACTS.get(kind, kind.replace("-", " ").capitalize())
    if abstract.tag == "trans-abstract":
        language = abstract.get(XML_LANG, "").lower()
        return f"{name} (translated{f', {language}' if language else ''})"
    return name


def _same(title: str, name: str) -> bool:
    return re.sub(r"\W", "", title).casefold() == re.sub(r"\W", "", name).casefold()


def _read_front_statements(front: Front, reader: BodyReader, builder: TextBuilder) -> None:
    """Statements that publishers keep in the front matter: notes, funding, data availability, conflicts."""
    for notes in front.article.iterfind("front/notes"):
        reader.read(notes, BlockKind.BACK)
    meta = front.meta
    if meta is None:
        return
    for statement in meta.iter("funding-statement", "open-access"):
        name = "Funding" if statement.tag == "funding-statement" else "Open access"
        reader.section(statement, BlockKind.BACK, name)
    for item in meta.iter("custom-meta"):
        name, value = words(item.find("meta-name")), item.find("meta-value")
        if value is not None and re.fullmatch(r"data[ -]availability(?: statement)?", name, re.IGNORECASE):
            reader.section(value, BlockKind.BACK, name)
    for note in meta.iterfind("author-notes/fn"):
        if note.get("fn-type", "") not in _ABOUT_PEOPLE:
            reader.read(note, BlockKind.BACK if is_statement(note) else BlockKind.FOOTNOTE)
