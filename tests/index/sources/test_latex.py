r"""What LaTeX prints: nothing lost, nothing that only the source has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sources.latex import plain


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        (r"{\"O}zg{\"u}r {\v S}eva Sa{\"\i}d {\AA} {\ss} {\o}", "Özgür Ševa Saïd Å ß ø"),
        ("50% of cells & 3 # more", "50% of cells & 3 # more"),
        (r"50\% \& 3 \# more\_or \$5", "50% & 3 # more_or $5"),
        (r"CO$_2$, 10$^{-3}$, IC$_{50}$, H\textsubscript{2}O, \textsuperscript{+}", "CO₂, 10⁻³, IC₅₀, H₂O, ⁺"),
        (r"p {\textless} 0.05, {\textgreater}2, {\textasciitilde}50, (~60)", "p < 0.05, >2, ~50, (~60)"),
        (r"$\beta$-actin $\pm$ 5 $\mu$m 37$^\circ$C", "β-actin ± 5 μm 37°C"),
        ("costs $5 and $6", "costs $5 and $6"),
        (r"\textit{in vivo}, \emph{in vitro}, \mbox{x}, {{Double}}", "in vivo, in vitro, x, Double"),
        (r"a macro \nobody{knows}", r"a macro \nobodyknows"),
        (r"\url{http://a.b/c_d}", "http://a.b/c_d"),
        ("a--b --- c", "a–b — c"),
        ("plain text", "plain text"),
    ],
)
def test_what_is_printed(source: str, printed: str) -> None:
    assert plain(source) == printed


def test_braces_without_end_stay_as_they_are() -> None:
    deep = "{" * 3000 + "x" + "}" * 3000
    assert plain(f"A {deep} b") == f"A {deep} b"


@given(st.text(st.characters(categories=["L", "N", "Zs"], include_characters=".,:;()%&#<>=+/*!?[]")))
def test_text_without_latex_stays_as_it_is(text: str) -> None:
    assert plain(text) == text
    assert plain(f"{text}$x$") == f"{text}x"
