"""Bytes of a text format to characters: UTF-8, or UTF-16 and UTF-32 where a byte-order mark says so.

Nothing else is guessed (but see `decode_legacy`): a wrong guess would put wrong letters into quotes that are promised
to be verbatim, so bytes that are not valid are an error which says where, and how to mend the file. The marks are those
of the Unicode Standard, section 23.8.
"""

from __future__ import annotations

import codecs
import re

from index.errors import SourceError
from index.sources.source import Source

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(source: Source) -> str:
    """The whole text of a source, lines ending in `\\n`.

    Raises:
        SourceError: the bytes are not valid in the encoding that they announce (UTF-8 without a mark).
    """
    encoding = _encoding(source.data)
    try:
        text = source.data.decode(encoding)
    except UnicodeDecodeError as exc:
        line = source.data.count(b"\n", 0, exc.start) + 1
        raise SourceError(
            f"{source.name} is not valid {encoding.removesuffix('-sig').upper()} (line {line}, byte {exc.start}): "
            "save it as UTF-8, for example with `iconv -f WINDOWS-1252 -t UTF-8`"
        ) from exc
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode_legacy(source: Source) -> str:
    """Like `decode`; an old file of names and titles is read too, where its code page makes no difference.

    Bytes that are no UTF-8 are taken as Latin letters when each of them is the same letter in the code pages of Western
    and Central Europe and of Turkey ("ü", "é", "ß", "±"), and none stand together as the letters of other scripts do.

    Raises:
        SourceError: the bytes are not valid in the encoding that they announce, and which one is meant cannot be told.
    """
    try:
        return decode(source)
    except SourceError:
        if _encoding(source.data) != "utf-8" or not _LATIN.fullmatch(source.data) or _RUN.search(source.data):
            raise
        text = source.data.decode(_CODE_PAGES[0])
        return text.replace("\r\n", "\n").replace("\r", "\n")


_CODE_PAGES = ("cp1252", "cp1250", "cp1254", "iso8859-15")
_AGREED = bytes(byte for byte in range(0xA0, 0x100) if len({bytes([byte]).decode(page) for page in _CODE_PAGES}) == 1)
_LATIN = re.compile(b"[\\x01-\\x7f" + re.escape(_AGREED) + b"]*")
_RUN = re.compile(b"[\\x80-\\xff]{3}")


def beginning(data: bytes, size: int = 65536) -> str:
    """The first `size` bytes as text, to recognise a format by; what cannot be decoded is left out."""
    return data[:size].decode(_encoding(data), errors="ignore").replace("\r\n", "\n").replace("\r", "\n")


def _encoding(data: bytes) -> str:
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
