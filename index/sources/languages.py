"""Names and three-letter codes of languages as BCP 47 tags, which want the shortest code (RFC 5646, section 2.2.1)."""

from __future__ import annotations

import re

# ISO 639-1, ISO 639-2 (bibliographic and terminological), English name: the languages of MEDLINE's journals.
_TABLE = """
af afr Afrikaans|ar ara Arabic|az aze Azerbaijani|bg bul Bulgarian|bs bos Bosnian|ca cat Catalan|cs cze ces Czech
da dan Danish|de ger deu German|el gre ell Greek|en eng English|es spa Spanish|et est Estonian|eu baq eus Basque
fa per fas Persian|fi fin Finnish|fr fre fra French|ga gle Irish|gl glg Galician|he heb Hebrew|hi hin Hindi
hr hrv scr Croatian|hu hun Hungarian|hy arm hye Armenian|id ind Indonesian|is ice isl Icelandic|it ita Italian
ja jpn Japanese|ka geo kat Georgian|ko kor Korean|la lat Latin|lt lit Lithuanian|lv lav Latvian|mk mac mkd Macedonian
ms may msa Malay|nl dut nld Dutch|no nor Norwegian|nb nob Bokmal|nn nno Nynorsk|pl pol Polish|pt por Portuguese
ro rum ron Romanian|ru rus Russian|sk slo slk Slovak|sl slv Slovenian|sq alb sqi Albanian|sr srp scc Serbian
sv swe Swedish|th tha Thai|tr tur Turkish|uk ukr Ukrainian|vi vie Vietnamese|zh chi zho Chinese
"""
_TAGS = {name.lower(): entry.split()[0] for entry in re.split(r"[|\n]", _TABLE.strip()) for name in entry.split()}
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def language_tag(printed: str | None) -> str | None:
    """The BCP 47 tag of a language; None for what names none that is known.

    >>> [language_tag(name) for name in ("eng", "English", "pt_BR", "en-US", "Klingon script", "")]
    ['en', 'en', 'pt-BR', 'en-US', None, None]
    """
    words = (printed or "").strip().replace("_", "-")
    if known := _TAGS.get(words.lower()):
        return known
    language, *rest = words.split("-")
    return "-".join([_TAGS.get(language.lower(), language.lower()), *rest]) if _TAG.fullmatch(words) else None
