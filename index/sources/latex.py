"""LaTeX in the fields of BibTeX to plain text: accents, symbols, scripts, simple formulas.

pylatexenc reads the LaTeX. What it would drop without a word is dealt with here: a "%" that nobody escaped (in BibTeX
no comment begins with it), macros it does not know, scripts, a dollar sign that is money.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import accumulate

from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from index.canonical import subscript, superscript

_SYMBOLS = {
    "textasciicircum": "^",
    "textasciitilde": "~",
    "textbackslash": "\\",
    "textbar": "|",
    "textdegree": "°",
    "textgreater": ">",
    "textless": "<",
    "textmu": "µ",
    "textquotesingle": "'",
    "textunderscore": "_",
    "micro": "µ",
    "lbrace": "{",
    "rbrace": "}",
    "par": "\n\n",
    "newline": "\n",
    "LaTeX": "LaTeX",
    "TeX": "TeX",
}
_TRANSPARENT = ("ce", "hbox", "mbox", "protect", "relax")  # what these enclose is printed as it stands
_NAMED_SCRIPT = re.compile(r"\\text(super|sub)script\s*\{([^{}\\]*)\}")
_URL = re.compile(r"\\url\s*\{([^{}]*)\}")
_ACCENTS_OF_NOTHING = {r"\~{}": r"\textasciitilde{}", r"\^{}": r"\textasciicircum{}", r"^\circ": "°", r"^{\circ}": "°"}
_DEEPEST = 50  # braces inside braces
_MARKED = re.compile(r"[\\{}$~]|--|``|''")
_SPACE = re.compile(r"(\s+)")
_NESTING = re.compile(r"\\.|[{}$]", re.DOTALL)
_OPEN_MACRO = re.compile(r"\\(?:[A-Za-z]+|.)\s*\Z", re.DOTALL)  # its argument may follow: "\v S"
_BARE = re.compile(r"(?<!\\)((?:\\\\)*)([%&#])")
_TILDE = re.compile(r"(?:(?<=^)|(?<=[\s(\[=]))~(?=[\w\s.])")
_DOLLARS = re.compile(r"(?<!\\)\$(?P<math>[^$]*?)(?<!\\)\$")
_LONE_DOLLAR = re.compile(r"(?<!\\)\$")
_LOOKS_LIKE_MATH = re.compile(r"[\\^_{}<>=±×+°]|^\s*[A-Za-z0-9]\s*$")
_SCRIPT = re.compile(r"([_^])(?:\{([^{}\\]*)\}|([\w+−-]))")


def plain(source: str) -> str:
    r"""The text that a field prints.

    >>> plain(r"{\"O}zg{\"u}r: 50% of CD8$^{+}$ cells, p {\textless} 0.05, \textit{in vivo}, $\alpha$-actin, \$5")
    'Özgür: 50% of CD8⁺ cells, p < 0.05, in vivo, α-actin, $5'
    """
    if not _MARKED.search(source):
        return source
    for written, meant in _ACCENTS_OF_NOTHING.items():
        source = source.replace(written, meant)
    source = _NAMED_SCRIPT.sub(lambda m: (superscript if m[1] == "super" else subscript)(m[2]), _URL.sub(r"\1", source))
    text = _TILDE.sub(r"\\textasciitilde{}", _BARE.sub(r"\1\\\2", source))
    return "".join(map(_printed, _pieces(_with_formulas(text))))


def _pieces(text: str) -> Iterator[str]:
    """The text cut at white space, outside of braces and formulas: pylatexenc takes its time for each character."""
    held, depth, in_formula = "", 0, False
    for part in _SPACE.split(text):
        if held or not part.isspace():
            held += part
        else:
            yield part
            continue
        for mark in _NESTING.findall(part):
            depth += {"{": 1, "}": -1}.get(mark, 0)
            in_formula ^= mark == "$"
        if depth <= 0 and not in_formula and not _OPEN_MACRO.search(held):
            yield held
            held, depth = "", 0
    yield held


def _printed(piece: str) -> str:
    # Nobody nests so deep; pylatexenc, which recurses, would not come back.
    is_latex = _MARKED.search(piece) and _depth(piece) <= _DEEPEST
    return str(_reader().latex_to_text(piece)) if is_latex else piece


def _depth(piece: str) -> int:
    steps = ({"{": 1, "}": -1}.get(mark, 0) for mark in _NESTING.findall(piece))
    return max(accumulate(steps), default=0)


def _with_formulas(text: str) -> str:
    """Scripts of formulas as Unicode, and dollar signs escaped where they are no formula's."""
    parts: list[str] = []
    position = 0
    for match in _DOLLARS.finditer(text):
        parts.append(_LONE_DOLLAR.sub(r"\\$", text[position : match.start()]))
        inside = match["math"]
        is_math = _LOOKS_LIKE_MATH.search(inside)
        parts.append(f"${_SCRIPT.sub(_script, inside)}$" if is_math else rf"\${inside}\$")
        position = match.end()
    return "".join([*parts, _LONE_DOLLAR.sub(r"\\$", text[position:])])


def _script(match: re.Match[str]) -> str:
    content = match[2] if match[2] is not None else match[3]
    return (superscript if match[1] == "^" else subscript)(content)


@cache
def _reader() -> LatexNodes2Text:
    context = get_default_latex_context_db()
    own = [MacroTextSpec(name, simplify_repl=text) for name, text in _SYMBOLS.items()]
    own += [MacroTextSpec(name, discard=False) for name in _TRANSPARENT]
    context.add_context_category("own", macros=own, prepend=True)
    context.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=lambda node: str(node.latex_verbatim())))
    return LatexNodes2Text(latex_context=context, math_mode="text", strict_latex_spaces=False)
