"""Papers as PDF with a text layer: text in reading order, with sections, captions, references, and pages.

What a page shows and a text layer does not say (which words are a heading, where a paragraph ends) is read from
places and fonts; docs/pdf.md measures how well. Running heads, page numbers and line numbers are left out; what cannot
be told is kept as a note, which is in no passage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import PurePosixPath

from index.canonical import CanonicalText
from index.document import BlockKind, Document, Metadata, ReferenceMark
from index.sources import bibliography, pdf_front
from index.sources.byline import pmcid_of_name
from index.sources.elements import Element, Piece
from index.sources.outline import compose, with_roles
from index.sources.pdf_blocks import Block, blocks, leadings
from index.sources.pdf_hyphens import Vocabulary
from index.sources.pdf_kinds import Body, body, is_prose, opens_paper
from index.sources.pdf_layout import Layout
from index.sources.pdf_lines import lines
from index.sources.pdf_margins import without_margins
from index.sources.pdf_pages import Pdf, no_text, open_pdf, unreadable_text
from index.sources.pdf_sections import is_keywords, is_labelled
from index.sources.pdf_text import elements, items, with_labels
from index.sources.pdf_trial import check_unfolding
from index.sources.source import Source, document_id

FORMAT = "pdf"
TITLE = "PDF"
ENDINGS = (".pdf",)

_LEAST_LETTERS = 50  # on all pages together
_OWN_NUMBERS = (BlockKind.TITLE, BlockKind.NOTE, BlockKind.FOOTNOTE, BlockKind.TABLE)
_LEAST_ON_PAGE = 10
_PICTURE = 150_000.0  # square points: a third of a sheet
_MOST_GARBAGE = 0.1  # of the characters


def sniff(data: bytes, name: str) -> bool:
    """Whether this is a PDF, by its header, which may stand anywhere in the first kilobyte (PDF 32000-1, H.3)."""
    return b"%PDF-" in data[:1024]


def read(source: Source) -> tuple[Document, ...]:
    """The paper.

    Raises:
        SourceError: the file is locked, damaged, too large, or has no text that can be read.
    """
    check_unfolding(source)
    pdf = open_pdf(source)
    _check(pdf, source.name)
    kept, running = without_margins([lines(page.glyphs, page.number) for page in pdf.pages])
    columns = Layout([(kept[at], page.drawings) for at, page in enumerate(pdf.pages)]).columns()
    leading = leadings(chain(*columns))
    found = [block for page in columns for column in page for block in blocks(column, leading)]
    if not found:
        raise no_text(source.name, [], len(pdf.pages))
    own = body(found)
    title = pdf_front.title_blocks(found, own.font.size, running)
    words = Vocabulary.of(line.text for block in found for line in block.lines)
    parts = elements(items(found, own, title, _start(found, title, own)), words)
    rest, references = bibliography.take(with_labels(parts))
    canonical = compose([*with_roles(rest), *_missing(pdf)], references)
    printed = next((part.words for part in parts if part.kind is BlockKind.TITLE), None)
    metadata = _metadata(source, pdf, running, found, printed)
    return (
        Document(
            id=document_id(source.name, pmcid=metadata.pmcid, pmid=metadata.pmid, doi=metadata.doi),
            metadata=metadata,
            text=canonical.text,
            blocks=canonical.blocks,
            sections=canonical.sections,
            reference_marks=tuple(_marks(canonical)),
            references=references,
            pages=canonical.pages,
        ),
    )


def _marks(canonical: CanonicalText) -> Iterator[ReferenceMark]:
    """The marks, but for raised numbers in addresses, footnotes and tables, which have numbers of their own."""
    others = [block for block in canonical.blocks if block.kind in _OWN_NUMBERS]
    for mark in canonical.reference_marks:
        is_other = any(block.start <= mark.start < block.end for block in others)
        if not is_other or canonical.text[mark.start] in "[(":
            yield mark


def _check(pdf: Pdf, name: str) -> None:
    text = "".join(glyph.text for page in pdf.pages for glyph in page.glyphs)
    letters = sum(character.isalpha() for character in text)
    garbage = sum(character == "\ufffd" or character < " " or "\ue000" <= character <= "\uf8ff" for character in text)
    if garbage > _MOST_GARBAGE * max(1, letters + garbage):
        raise unreadable_text(name)
    pictures = _pictures(pdf)
    if letters < _LEAST_LETTERS or 2 * len(pictures) > len(pdf.pages):
        raise no_text(name, pictures, len(pdf.pages))


def _pictures(pdf: Pdf) -> list[int]:
    """Numbers of the pages that are a picture without text, as scanned ones are."""
    return [
        page.number
        for page in pdf.pages
        if sum(glyph.text.isalpha() for glyph in page.glyphs) < _LEAST_ON_PAGE
        and any((box.x1 - box.x0) * (box.y1 - box.y0) > _PICTURE for box in page.drawings)
    ]


def _missing(pdf: Pdf) -> list[Element]:
    """A note that says which pages could not be read, if any."""
    pages = ", ".join(map(str, _pictures(pdf)))
    text = f"Of this file's {len(pdf.pages)} pages, these are pictures without text and are not read here: {pages}."
    return [Element(BlockKind.NOTE, (Piece(text),))] if pages else []


def _start(found: Sequence[Block], title: Sequence[Block], own: Body) -> int:
    """Where the paper begins after what surrounds its title: at its first section, or its first prose."""
    after = found.index(title[-1]) + 1 if title else 0
    near = [at for at in range(after, len(found)) if found[at].page <= found[0].page + 1]
    opening = (at for at in near if opens_paper(found[at]) or is_labelled(found[at]))
    prose = (at for at in range(after, len(found)) if own.holds(found[at]) and is_prose(found[at]))
    return next(opening, next(prose, after))


def _metadata(source: Source, pdf: Pdf, running: Sequence[str], found: Sequence[Block], title: str | None) -> Metadata:
    stem = PurePosixPath(source.name).name.split(".")[0]
    first = "\n".join(block.text for block in found if block.page == 1)
    pmcid, pmid = pdf_front.own_ids(first)
    keywords = next((block.text for block in found if block.page <= 2 and is_keywords(block)), "")
    return Metadata(
        title=title or pdf_front.sane_title(pdf.information) or stem or source.name,
        source=source.name,
        format=FORMAT,
        authors=pdf_front.authors(pdf.information, [block.text for block in found if block.page == 1]),
        issued=pdf_front.published(first),
        doi=pdf_front.doi(source.data, running, first),
        pmid=pmid,
        pmcid=pmcid_of_name(source.name) or pmcid,
        keywords=pdf_front.keywords(keywords),
        license=pdf_front.license_address("\n".join(block.text for block in found)),
    )
