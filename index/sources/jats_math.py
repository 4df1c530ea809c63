r"""Formulas as one line of text: TeX without its preamble, MathML written out.

A simple MathML formula reads better than its TeX (`α`, not `$\upalpha$`), so it is preferred; where it has fractions,
roots or tables and TeX stands beside it, TeX says more. Follows MathML 3, chapter 3 (presentation markup).
"""

from __future__ import annotations

import re

from index.canonical import normalise, subscript, superscript
from index.sources.jats_tree import Element

_DOCUMENT = re.compile(r"\\begin\{document\}(.*?)\\end\{document\}", re.DOTALL)
_DELIMITERS = (("$$", "$$"), ("$", "$"), (r"\[", r"\]"), (r"\(", r"\)"))
_TOKENS = frozenset(("mi", "mn", "mo", "mtext", "ms", "ci", "cn"))
_LINEAR = _TOKENS | {"math", "mrow", "mstyle", "mpadded", "mspace", "semantics", "msub", "msup", "msubsup"}
_UNSEEN = frozenset(("annotation", "annotation-xml", "maction", "mphantom", "maligngroup", "malignmark"))
_INVISIBLE_OPERATORS = re.compile("[\u2061-\u2064]")
_SCRIPTS = {"msub": "_", "munder": "_", "msup": "^", "mover": "^", "msubsup": "_^", "munderover": "_^"}


def formula(tex: Element | None, mathml: Element | None) -> str:
    """One of the two spellings of a formula, whichever reads better; empty where there is neither."""
    if mathml is not None and (tex is None or all(part.tag in _LINEAR for part in mathml.iter())):
        return mathml_text(mathml)
    return tex_text("".join(map(str, tex.itertext()))) if tex is not None else ""


def tex_text(source: str) -> str:
    r"""TeX without the LaTeX document and the delimiters around it.

    >>> tex_text(r"\documentclass{minimal}\begin{document}$$E = mc^2$$\end{document}")
    'E = mc^2'
    """
    match = _DOCUMENT.search(source)
    text = (match[1] if match else source).strip()
    for opening, closing in _DELIMITERS:
        if len(text) > len(opening) and text.startswith(opening) and text.endswith(closing):
            return normalise(text[len(opening) : -len(closing)])
    return normalise(text)


def mathml_text(element: Element) -> str:
    """MathML as one line: `HCO₃⁻`, `(a+b)/2`, `√(x)`; annotations, which repeat it, are left out."""
    tag = element.tag
    if tag in _UNSEEN:
        return ""
    if tag in _TOKENS:
        return _INVISIBLE_OPERATORS.sub("", " ".join("".join(map(str, element.itertext())).split()))
    if tag == "mspace":
        return " "
    parts = [mathml_text(child) for child in element]
    if tag in _SCRIPTS:
        return _scripted(parts, _SCRIPTS[tag])
    if tag == "mfrac" and len(parts) == 2:
        return f"{_grouped(parts[0])}/{_grouped(parts[1])}"
    if tag in ("msqrt", "mroot"):
        return f"√({' '.join(parts)})"
    if tag == "mfenced":
        return element.get("open", "(") + element.get("separators", ",")[:1].join(parts) + element.get("close", ")")
    if tag in ("mtable", "mtr", "mlabeledtr"):
        return ("; " if tag == "mtable" else " ").join(filter(None, parts))
    return " ".join((element.text or "").split()) + "".join(parts)


def _scripted(parts: list[str], places: str) -> str:
    scripts = (_script(place, script) for place, script in zip(places, parts[1:], strict=False))
    return "".join([*parts[:1], *scripts, *parts[len(places) + 1 :]])


def _script(place: str, text: str) -> str:
    """A script as Unicode where all of it exists, letters below the line as they are; `^` and `_` say the rest."""
    script = subscript(text) if place == "_" else superscript(text)
    if not set(script) & set(text) or (place == "_" and text.isalnum()):
        return script
    return f"{place}{_grouped(text)}"


def _grouped(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() else f"({text})"
