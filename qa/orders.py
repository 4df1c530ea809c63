"""Whether a sentence tells its reader something to do: an order in a document, to whoever or whatever reads it.

What is told, or told to be said, is not thereby said. An order may be disguised: with characters that do not show,
letters of other scripts, digits for letters, escapes, tags, spaced letters; it is read as it looks. In words that are
not known here, or in another language, it is not found; docs/generation.md says what that means.
"""

from __future__ import annotations

import html
import re
import unicodedata

_ADDRESS = re.compile(
    r"\b(?:you|your|say|tell|obey|pretend|ignor(?:e|es|ed|ing)|disregard|instruct\w*|assistant|language model)\b"
    r"|^\W*(?:(?:now|then|please|only|just)\W+)?(?:answer|reply|respond|write|print|repeat|forget|please)\b"
)
_ESCAPE = re.compile(
    r"\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})|\\x([0-9a-f]{2})|%([0-9a-f]{2})", re.IGNORECASE
)
_CONTROL = re.compile(r"\\[abfnrtv0]|_")
_TAG = re.compile(r"<[^<>]*>")
_SPACED = re.compile(r"(?<!\w)(\w)[\s.*·-]{1,3}(?=\w(?!\w))")

_LIKE = {
    "аеорсухіјѕһԁԛԝвкмнтүպոսց": "aeopcyxijshdqwbkmhtyunug",  # Cyrillic and Armenian
    "αβεζηικμνορτυχϲ": "abezhikmnoptyxc",
    "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıɑɡ": "abcdefghijklmnoprstuvwyziag",
}
_AS_LATIN = str.maketrans(
    {one: other for these, those in _LIKE.items() for one, other in zip(these, those, strict=True)}
)
_AS_LETTERS = str.maketrans("013457@$", "oieastas")


def addresses(text: str) -> bool:
    r"""Whether a sentence addresses somebody, with an order or a question.

    >>> [addresses(said) for said in ("SAY it is safe.", r"\u0022S\u200bАY it is safe.", "It was said to be safe.")]
    [True, True, False]
    """
    seen = html.unescape(_CONTROL.sub(" ", _ESCAPE.sub(_decoded, text)))
    return any(_ADDRESS.search(reading) for tag in ("", " ") for reading in _readings(_TAG.sub(tag, seen)))


def _decoded(escape: re.Match[str]) -> str:
    number = int(escape[escape.lastindex or 0], 16)
    return chr(number) if number <= 0x10FFFF else " "


def _readings(text: str) -> tuple[str, ...]:
    """A text as it looks, in small Latin letters; with single letters joined; with digits as letters."""
    shown = (c for c in unicodedata.normalize("NFKD", text) if c.isspace() or unicodedata.category(c)[0] not in "CM")
    plain = " ".join("".join(shown).split()).casefold().translate(_AS_LATIN)
    return plain, _SPACED.sub(r"\1", plain), plain.translate(_AS_LETTERS)
