"""Papers in Markdown: CommonMark with tables, footnotes, HTML, and front matter.

The title is the front matter's, else the first heading of level 1 unless it names a part of a paper ("Background");
else the file's name, which is then no part of the text. Of the front matter, title and abstract are text. A section
"References" becomes the bibliography. Everything else is text, in the order of the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from index.document import BlockKind, Document, Metadata, Reference
from index.errors import SourceError
from index.sources import bibliography, frontmatter
from index.sources.byline import metadata, pmcid_of_name
from index.sources.commonmark import parse
from index.sources.decoding import beginning, decode
from index.sources.elements import Element, Piece
from index.sources.outline import compose, name, with_roles
from index.sources.source import Source, document_id

FORMAT = "markdown"
TITLE = "Markdown"
ENDINGS = (".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd")

_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+\S", re.MULTILINE)
_XML = re.compile(r"\ufeff?\s*<(?:\?xml\b|!DOCTYPE\b|(?:[\w-]+:)?(?:pmc-)?article(?:set)?[\s>])", re.IGNORECASE)
_PARTS = re.compile(
    r"abstract|summary|introduction|background|objectives?|aims?|(?:materials? and )?methods?|methodology|results?"
    r"|(?:results? and )?discussion|conclusions?|case (?:report|presentation)|keywords|acknowledge?ments?|appendix"
    r"|references?|bibliography|literature(?: cited)?|supplementary .*"
)


def sniff(data: bytes, name: str) -> bool:
    """Whether this is Markdown: by its name, or by two headings near its beginning; never XML."""
    text = beginning(data)
    return not _XML.match(text) and (name.lower().endswith(ENDINGS) or len(_HEADING.findall(text)) > 1)


def read(source: Source) -> tuple[Document, ...]:
    """The paper.

    Raises:
        SourceError: the text cannot be decoded, or there is none.
    """
    fields, text = frontmatter.split(decode(source))
    title, elements = split_title(parse(text), " ".join(fields.get("title", ())))
    abstract = with_roles(parse("\n".join(fields.get("abstract", ()))), above=BlockKind.ABSTRACT)
    body, references = bibliography.take(elements)
    return (
        document(
            metadata(
                {"pmcid": (pmcid_of_name(source.name) or "",), **fields},
                title=title.words if title else PurePosixPath(source.name).name.split(".")[0],
                source=source.name,
                format=FORMAT,
            ),
            [*([title] if title else []), *abstract, *with_roles(body)],
            references,
        ),
    )


def split_title(elements: Sequence[Element], given: str = "") -> tuple[Element | None, list[Element]]:
    """The paper's title as a block, if it has one, and the other elements; `given` is a title known from elsewhere."""
    first = next((each for each in elements if each.kind is BlockKind.HEADING and each.level == 1), None)
    if first and (first.words.lower() == given.lower() if given else not _PARTS.fullmatch(name(first.words))):
        return replace(first, kind=BlockKind.TITLE, level=0), [each for each in elements if each is not first]
    return (Element(BlockKind.TITLE, (Piece(given),)) if given else None), list(elements)


def document(metadata: Metadata, elements: Sequence[Element], references: tuple[Reference, ...]) -> Document:
    """The document of these elements, titles and bibliography apart.

    Raises:
        SourceError: there is no text.
    """
    canonical = compose(elements, references)
    if not canonical.text:
        raise SourceError(f"{metadata.source} has no text: is it the right file?")
    return Document(
        id=document_id(metadata.source, pmcid=metadata.pmcid, pmid=metadata.pmid, doi=metadata.doi),
        metadata=metadata,
        text=canonical.text,
        blocks=canonical.blocks,
        sections=canonical.sections,
        reference_marks=canonical.reference_marks,
        references=references,
    )
