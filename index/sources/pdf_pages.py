"""What PDFium sees on the pages of a PDF: characters with their places and fonts, and rules and pictures between them.

The one place that knows pypdfium2. Coordinates are in points; each page is turned so that most of its text runs from
left to right, with y growing downwards. Characters that run in another direction (stamps in the margin, labels of
axes) and those outside of the visible page are left out.
"""

from __future__ import annotations

import ctypes
import math
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from index.errors import SourceError
from index.sources.source import Source

MAX_PAGES = 2000
MAX_CHARACTERS = 10_000_000
MAX_SECONDS = 60.0

_OCR = "run OCR over it (for example `ocrmypdf in.pdf out.pdf`), or add the paper by its PMCID or DOI"
_DAMAGED = "fetch it again, mend it (for example `qpdf in.pdf out.pdf`), or add the paper by its PMCID or DOI"
_PASSWORD = "take the password away first (for example `qpdf --decrypt --password=… in.pdf out.pdf`)"

_BOLD = re.compile(r"bold|black|heavy|semibold|demi(?!n)|-bd\b|\.b(?:i)?\b|(?<![a-z])medium", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique|-it\b|slanted|\.i\b", re.IGNORECASE)
_FORCE_BOLD, _ITALIC_FLAG = 1 << 18, 1 << 6
_HYPHENS = {0x02: "\u00ad", 0xFFFE: "\u00ad"}  # what PDFium makes of a hyphen at the end of a line
# Adobe's font of signs, which says of itself that they are ASCII: "P , 0.05" is P < 0.05.
_PI_FONT = re.compile(r"MathematicalPi(?:LTStd)?-?(?:One|1)?$")
_PI_SIGNS = str.maketrans(",.56321#$", "<>=±×−+≤≥")
_RULE = 3.0  # points: a drawing lower than this is a line
_MOST_OBJECTS = 20_000


@dataclass(frozen=True, slots=True)
class Font:
    """A font at a size: `size` in points as it appears on the page."""

    name: str
    size: float
    bold: bool
    italic: bool


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character from `x0` to `x1` on the baseline `y`.

    White space has no place of its own: " " is a space of the file, "" a break that PDFium takes from the places.
    """

    text: str
    x0: float
    x1: float
    y: float
    font: Font


_BLANK = Glyph(" ", 0.0, 0.0, 0.0, Font("", 0.0, bold=False, italic=False))
_BREAK = Glyph("", 0.0, 0.0, 0.0, Font("", 0.0, bold=False, italic=False))


@dataclass(frozen=True, slots=True)
class Box:
    """A rule or a picture on the page."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page; `number` counts from 1, `glyphs` are in the order of the file."""

    number: int
    glyphs: tuple[Glyph, ...]
    drawings: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Pdf:
    """The pages of a file, and its information dictionary (`Title`, `Author`, …) without empty entries."""

    pages: tuple[PdfPage, ...]
    information: Mapping[str, str]


def open_pdf(source: Source) -> Pdf:
    """The pages of a PDF that `pdf_trial` let through.

    Raises:
        SourceError: it is locked, damaged, has no page, or is beyond the limits on pages, characters or time.
    """
    try:
        document = pypdfium2.PdfDocument(source.data)
    except pypdfium2.PdfiumError as exc:
        raise _refusal(source.name, exc) from exc
    try:
        return _read(document, source.name)
    except pypdfium2.PdfiumError as exc:
        raise SourceError(f"{source.name} is a damaged PDF ({exc}): {_DAMAGED}") from exc
    finally:
        document.close()


def broken_page(data: bytes) -> str | None:
    """What is wrong with the first page that cannot be loaded; None too for a file that cannot be opened at all."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return None
    try:
        for at in range(min(len(document), MAX_PAGES)):
            document[at].get_textpage()
    except pypdfium2.PdfiumError as exc:
        return str(exc)
    return None


def no_text(name: str, pictures: Sequence[int], pages: int) -> SourceError:
    """The error for a PDF of which these pages, or all that says something, are pictures."""
    if 0 < len(pictures) < pages:
        listed = f"{pictures[0]} to {pictures[-1]}" if len(pictures) > 1 else str(pictures[0])
        return SourceError(f"{name} has no text layer on {len(pictures)} of its {pages} pages ({listed}): {_OCR}")
    return SourceError(f"{name} is a PDF without a text layer (a scan?): {_OCR}")


def unreadable_text(name: str) -> SourceError:
    """The error for a PDF whose fonts do not say which letters they draw."""
    return SourceError(f"{name} is a PDF whose text layer is garbled (its fonts name no letters): {_OCR}")


def _refusal(name: str, exc: pypdfium2.PdfiumError) -> SourceError:
    if exc.err_code == pdfium.FPDF_ERR_PASSWORD:
        return SourceError(f"{name} is a PDF locked with a password: {_PASSWORD}")
    if exc.err_code == pdfium.FPDF_ERR_SECURITY:
        return SourceError(f"{name} is a PDF encrypted in a way that is not supported: {_PASSWORD}")
    return SourceError(f"{name} is a damaged PDF, beyond repair: {_DAMAGED}")


def _read(document: pypdfium2.PdfDocument, name: str) -> Pdf:
    count = len(document)
    if not count:
        raise SourceError(f"{name} is a PDF without pages: {_DAMAGED}")
    if count > MAX_PAGES:
        raise SourceError(f"{name} says that it has {count:,} pages, more than the limit of {MAX_PAGES:,}: split it")
    end = time.monotonic() + MAX_SECONDS
    pages: list[PdfPage] = []
    characters = 0
    for at in range(count):
        pages.append(_page(document, at))
        characters += len(pages[-1].glyphs)
        if characters > MAX_CHARACTERS or time.monotonic() > end:
            raise SourceError(
                f"{name} has more than {MAX_CHARACTERS:,} characters or takes longer than {MAX_SECONDS:g} s: split it"
            )
    return Pdf(tuple(pages), {key: value for key, value in document.get_metadata_dict().items() if value.strip()})


def _page(document: pypdfium2.PdfDocument, at: int) -> PdfPage:
    page = document[at]
    text_page = page.get_textpage()
    try:
        placed = list(_glyphs(text_page, Box(*page.get_cropbox())))
        angles = Counter(angle for glyph, angle in placed if glyph.text.strip())
        upright = max(angles, key=lambda angle: (angles[angle], -angle)) if angles else 0
        glyphs = tuple(glyph for glyph, angle in placed if angle == upright)
        return PdfPage(at + 1, glyphs, tuple(_drawings(page, upright)))
    finally:
        text_page.close()
        page.close()


def _glyphs(text_page: pypdfium2.PdfTextPage, visible: Box) -> Iterator[tuple[Glyph, int]]:
    """The characters, each turned upright, and the angle that each was turned by: 0, 90, 180 or 270 degrees."""
    raw = text_page.raw
    x, y, loose = ctypes.c_double(), ctypes.c_double(), pdfium.FS_RECTF()
    places = ctypes.byref(x), ctypes.byref(y)
    fonts: dict[int, tuple[Font, int | None]] = {}
    angle: int | None = 0
    for at in range(pdfium.FPDFText_CountChars(raw)):
        code = pdfium.FPDFText_GetUnicode(raw, at)
        text = _HYPHENS.get(code) or chr(code)
        if text.isspace() or not code:
            yield (_BREAK if pdfium.FPDFText_IsGenerated(raw, at) else _BLANK), angle or 0
            continue
        handle = pdfium.FPDFText_GetTextObject(raw, at)
        key = ctypes.addressof(handle.contents) if handle else -1
        if key not in fonts:
            fonts[key] = _font(raw, at), _angle(raw, at)
        font, angle = fonts[key]
        pdfium.FPDFText_GetCharOrigin(raw, at, *places)
        pdfium.FPDFText_GetLooseCharBox(raw, at, loose)
        seen = visible.x0 <= x.value <= visible.x1 and visible.y0 <= y.value <= visible.y1
        if not seen or angle is None or font.size <= 0:
            continue
        if _PI_FONT.match(font.name):
            text = text.translate(_PI_SIGNS)
        if angle == 0:  # nearly always, and worth its own line: there are some 5,000 to a page
            yield Glyph(text, loose.left, loose.right, -y.value, font), 0
        else:
            box = _turned(Box(loose.left, loose.bottom, loose.right, loose.top), angle)
            yield Glyph(text, box.x0, box.x1, _turned(Box(x.value, y.value, x.value, y.value), angle).y0, font), angle


def _font(raw: pdfium.FPDF_TEXTPAGE, at: int) -> Font:
    flags, matrix = ctypes.c_int(), pdfium.FS_MATRIX()
    name = ctypes.create_string_buffer(256)
    pdfium.FPDFText_GetFontInfo(raw, at, name, 256, flags)
    pdfium.FPDFText_GetMatrix(raw, at, matrix)
    printed = name.value.decode("utf-8", "replace").partition("+")[2] or name.value.decode("utf-8", "replace")
    size = pdfium.FPDFText_GetFontSize(raw, at) * math.hypot(matrix.c, matrix.d)
    weight = pdfium.FPDFText_GetFontWeight(raw, at)
    bold = bool(flags.value & _FORCE_BOLD or weight >= 600 or _BOLD.search(printed))
    return Font(printed, round(size, 1), bold, bool(flags.value & _ITALIC_FLAG or _ITALIC.search(printed)))


def _angle(raw: pdfium.FPDF_TEXTPAGE, at: int) -> int | None:
    """The direction of the text in degrees, anticlockwise; None where it is none of the page's four."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(raw, at, matrix)
    degrees = math.degrees(math.atan2(matrix.b, matrix.a))
    nearest = round(degrees / 90) * 90
    return nearest % 360 if abs(degrees - nearest) < 10 else None


def _turned(box: Box, angle: int) -> Box:
    """The box when its text is turned to run from left to right, y growing downwards."""
    x, y = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    across = sorted((box.x0 * x + box.y0 * y, box.x1 * x + box.y1 * y))
    down = sorted((box.x0 * y - box.y0 * x, box.x1 * y - box.y1 * x))
    return Box(across[0], down[0], across[1], down[1])


def _drawings(page: pypdfium2.PdfPage, angle: int) -> Iterator[Box]:
    """Pictures, and rules that part what is above from what is below."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for at in range(min(pdfium.FPDFPage_CountObjects(page.raw), _MOST_OBJECTS)):
        drawn = pdfium.FPDFPage_GetObject(page.raw, at)
        kind = pdfium.FPDFPageObj_GetType(drawn)
        if kind not in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE):
            continue
        if pdfium.FPDFPageObj_GetBounds(drawn, left, bottom, right, top):
            box = _turned(Box(left.value, bottom.value, right.value, top.value), angle)
            if kind == pdfium.FPDF_PAGEOBJ_IMAGE or box.y1 - box.y0 <= _RULE:
                yield box
