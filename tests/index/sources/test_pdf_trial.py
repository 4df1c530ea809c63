from __future__ import annotations

import zlib

import pytest

from index.errors import SourceError
from index.sources.pdf_pages import open_pdf
from index.sources.pdf_trial import check_unfolding
from index.sources.source import Source
from tests.pdf_maker import packed

MEMORY = 256 << 20
HEAD = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[4 0 R]/Count 1>>", b"<<>>")


def page(resources: bytes, content: bytes, *others: bytes, packing: bytes = b"") -> Source:
    """A PDF of one page; its content is object 5, `others` are from 6 on."""
    sheet = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<<%s>>/Contents 5 0 R>>" % resources
    return Source("paper.pdf", packed([*HEAD, sheet, stream(content, packing), *others]))


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def test_forms_that_draw_each_other_without_end_are_refused_and_take_nothing_along() -> None:
    form = stream(b"/I Do /I Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</I 6 0 R>>>>")
    with pytest.raises(SourceError, match=r"^paper\.pdf is a PDF whose pages unfold to more than 256 MB or"):
        check_unfolding(page(b"/XObject<</I 6 0 R>>", b"/I Do", form), MEMORY)


def test_a_page_that_unpacks_to_far_more_than_its_size_is_refused() -> None:
    bomb = zlib.compress(b"BT /F1 9 Tf (a) Tj ET " * 4_000_000)
    with pytest.raises(SourceError, match=r"^paper\.pdf is a PDF whose pages unfold to more than 256 MB or"):
        check_unfolding(page(b"", bomb, packing=b"/Filter/FlateDecode"), MEMORY)


def test_a_page_that_is_packed_as_papers_are_is_read() -> None:
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Courier>>"
    content = zlib.compress(b"BT /F1 9 Tf 72 700 Td (Cells) Tj ET")
    source = page(b"/Font<</F1 6 0 R>>", content, font, packing=b"/Filter/FlateDecode")
    check_unfolding(source, MEMORY)
    assert "".join(glyph.text for glyph in open_pdf(source).pages[0].glyphs) == "Cells"


def test_a_broken_page_in_a_packed_file_is_said_to_be_one() -> None:
    tree = b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 5>>"
    data = packed([HEAD[0], tree, HEAD[2], stream(zlib.compress(b"x"), b"/Filter/FlateDecode")])
    with pytest.raises(SourceError, match=r"^paper\.pdf is a damaged PDF \(Failed to load page\.\): fetch it again"):
        check_unfolding(Source("paper.pdf", data), MEMORY)
