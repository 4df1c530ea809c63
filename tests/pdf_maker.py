"""PDFs written by hand for tests: lines of Courier at given places, in columns, and files broken on purpose.

Courier is as wide for every letter, so that lines can be wrapped without knowing a font. ISO 32000-1 says the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 612, 792
ADVANCE = 0.6  # ems, for every letter of Courier
FONTS = {"F1": "Courier", "F2": "Courier-Bold", "F3": "Courier-Oblique"}


@dataclass
class Sheet:
    """One page: text and rules are put on it one after another, y counting from its lower edge, in points."""

    content: list[str] = field(default_factory=list)
    rotate: int = 0

    def line(self, text: str, x: float, y: float, *, size: float = 9, font: str = "F1", angle: int = 0) -> None:
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        turn = {0: "1 0 0 1", 90: "0 1 -1 0", 270: "0 -1 1 0"}[angle]
        self.content.append(f"BT /{font} {size} Tf {turn} {x:.2f} {y:.2f} Tm ({escaped}) Tj ET")

    def rule(self, x0: float, x1: float, y: float) -> None:
        self.content.append(f"{x0:.2f} {y:.2f} m {x1:.2f} {y:.2f} l S")

    def text(
        self,
        text: str,
        x: float,
        y: float,
        *,
        width: float = 500,
        size: float = 9,
        font: str = "F1",
        leading: float = 1.2,
        indent: float = 0,
        hanging: float = 0,
    ) -> float:
        """Wrapped text; a hyphenation point is written as `\\u00ad`. Returns the height of the next line."""
        for at, part in enumerate(wrapped(text, int((width - max(indent, hanging)) / (ADVANCE * size)))):
            self.line(part, x + (indent if at == 0 else hanging), y, size=size, font=font)
            y -= leading * size
        return y


def wrapped(text: str, most: int) -> list[str]:
    """The text in lines of at most `most` letters, broken at spaces and at hyphenation points."""
    lines, line = [], ""
    for word in text.split():
        pieces = word.split("\u00ad")
        while pieces:
            whole = "".join(pieces)
            lead = f"{line} " if line else ""
            if len(lead + whole) <= most:
                line, pieces = lead + whole, []
                continue
            fit = next((n for n in range(len(pieces) - 1, 0, -1) if len(lead + "".join(pieces[:n])) < most), 0)
            if fit:
                line, pieces = f"{lead}{''.join(pieces[:fit])}-", pieces[fit:]
            lines.append(line)
            line = ""
    return [*lines, line] if line else lines


def pdf(sheets: Sequence[Sheet], information: dict[str, str] | None = None, *, count: int | None = None) -> bytes:
    """The file; `count` is what its page tree says that it holds, if not the truth."""
    fonts = "".join(f"/{name} {4 + at} 0 R" for at, name in enumerate(FONTS))
    first = 4 + len(FONTS)
    kids = " ".join(f"{first + 2 * at} 0 R" for at in range(len(sheets)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(sheets) if count is None else count}>>".encode(),
        "".join(["<<", *(f"/{key} ({value})" for key, value in (information or {}).items()), ">>"]).encode(),
        *(f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>".encode() for name in FONTS.values()),
    ]
    for at, sheet in enumerate(sheets):
        content = "\n".join(sheet.content).encode("cp1252")
        objects += [
            (
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Rotate {sheet.rotate}"
                f"/Resources<</Font<<{fonts}>>>>/Contents {first + 2 * at + 1} 0 R>>"
            ).encode(),
            b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        ]
    return packed(objects)


def packed(objects: Iterable[bytes], *, xref: bool = True) -> bytes:
    """Numbered objects as a file: the first is the catalogue, the third the information dictionary."""
    data, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data) if xref else 7
    data += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(places) + 1, table) if xref else b""
    return data + b"trailer\n<</Size %d/Root 1 0 R/Info 3 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start)
