"""The text of a JATS article: which blocks come out, in which order, of which kind, and that no word is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document
from index.sources.jats import read
from index.sources.source import Source

TEX = r"\documentclass{minimal}\usepackage{amsmath}\begin{document}$$\frac{a}{b}$$\end{document}"
MATHML = "<mml:math><mml:mfrac><mml:mi>a</mml:mi><mml:mi>b</mml:mi></mml:mfrac></mml:math>"
NAMESPACES = 'xmlns:mml="http://www.w3.org/1998/Math/MathML" xmlns:xlink="http://www.w3.org/1999/xlink"'


def document(body: str = "", front: str = "", rest: str = "") -> Document:
    xml = (
        f"<article {NAMESPACES}><front><article-meta>{front}</article-meta></front><body>{body}</body>{rest}</article>"
    )
    return read(Source("one.xml", xml.encode()))[0]


def blocks(body: str = "", front: str = "", rest: str = "") -> list[tuple[str, str]]:
    found = document(body, front, rest)
    return [(block.kind.value, found.text[block.start : block.end]) for block in found.blocks]


def only(body: str) -> str:
    ((_, line),) = blocks(body)
    return line


@pytest.mark.parametrize(
    ("xml", "line"),
    [
        ("10<sup>9</sup> CD8<sup>+</sup> in CO<sub>2</sub>", "10⁹ CD8⁺ in CO₂"),
        ("the 2<sup>nd</sup> <italic>P. aeru</italic>ginosa", "the 2nd P. aeruginosa"),
        ("un<named-content>known</named-content> un<foo>known</foo>", "unknown unknown"),
        ("one<break/>two", "one two"),
        ("<foo>one</foo><foo>two</foo>", "one two"),
        ("a\u00a0b\u2009c PD\u2011L1 zero\u200bwidth", "a b c PD‑L1 zerowidth"),
        (
            "see <ext-link xlink:href='http://a.example'>this</ext-link> (<email>a@b.example</email>)",
            "see this (a@b.example)",
        ),
        ("text<!-- hidden -->ual <?pi x?>end", "textual end"),
        ("(\n   <xref ref-type='fig' rid='f'>Figure 1</xref>\n   )", "(Figure 1)"),
        ("shown<index-term><term>hidden</term></index-term> here", "shown here"),
        ("<inline-graphic><alt-text>picture</alt-text></inline-graphic>only", "only"),
    ],
)
def test_inline_markup_is_flattened(xml: str, line: str) -> None:
    assert only(f"<p>{xml}</p>") == line


@pytest.mark.parametrize(
    ("xml", "line"),
    [
        (f"<inline-formula><tex-math>{TEX}</tex-math></inline-formula>", r"\frac{a}{b}"),
        (f"<inline-formula>{MATHML}</inline-formula>", "a/b"),
        (
            f"<inline-formula><alternatives><tex-math>{TEX}</tex-math>{MATHML}</alternatives></inline-formula>",
            r"\frac{a}{b}",
        ),
        (f"<inline-formula><tex-math>{TEX}</tex-math>{MATHML}</inline-formula>", r"\frac{a}{b}"),
        (
            r"<alternatives><tex-math>$\upalpha$</tex-math><mml:math><mml:mi>α</mml:mi></mml:math></alternatives>",
            "α",
        ),
        (
            "<mml:math><mml:msubsup><mml:mi>HCO</mml:mi><mml:mn>3</mml:mn><mml:mo>-</mml:mo></mml:msubsup></mml:math>",
            "HCO₃⁻",
        ),
        ("<mml:math><mml:msup><mml:mi>e</mml:mi><mml:mi>kt</mml:mi></mml:msup></mml:math>", "e^kt"),
        (
            "<mml:math><mml:semantics><mml:mi>x</mml:mi><mml:annotation>TeX</mml:annotation></mml:semantics></mml:math>",
            "x",
        ),
        ("<alternatives><inline-graphic/><textual-form>E = mc<sup>2</sup></textual-form></alternatives>", "E = mc²"),
        ("<inline-formula>Δ<italic>x</italic></inline-formula>", "Δx"),
    ],
)
def test_a_formula_is_read_once(xml: str, line: str) -> None:
    assert only(f"<p>If {xml} holds</p>") == f"If {line} holds"


def test_a_formula_in_a_paragraph_stays_in_its_sentence() -> None:
    formula = f"<disp-formula><label>(1)</label>{MATHML}</disp-formula>"
    assert blocks(f"<p>Thus{formula}, where a is given.</p>") == [("paragraph", "Thus (1) a/b, where a is given.")]


@pytest.mark.parametrize("wrap", ["{}", "<p>{}</p>", "<disp-formula-group>{}</disp-formula-group>"])
def test_a_formula_that_stands_alone_is_a_formula(wrap: str) -> None:
    assert blocks(wrap.format(f"<disp-formula>{MATHML}</disp-formula>")) == [("formula", "a/b")]


def test_sections_nest_with_and_without_titles() -> None:
    found = document(
        "<sec><label>1.</label><title>A</title><sec><p>x</p><sec><title>B</title><p>y</p></sec></sec></sec>"
    )
    assert [section.path for section in found.sections] == [("1. A",), ("1. A", "B")]
    assert found.section_at(found.text.index("x")) == ("1. A",)
    assert found.section_at(found.text.index("y")) == ("1. A", "B")


def test_a_figure_in_a_paragraph_comes_after_the_whole_paragraph() -> None:
    caption = "<caption><title>Uptake.</title><p>(A) x.</p><p>(B) y.</p></caption>"
    figure = f"<fig><label>Figure 1</label>{caption}<graphic/></fig>"
    assert blocks(f"<p>We saw {figure}that it rose.</p>") == [
        ("paragraph", "We saw that it rose."),
        ("caption", "Figure 1. Uptake."),
        ("caption", "(A) x."),
        ("caption", "(B) y."),
    ]


@pytest.mark.parametrize(
    ("xml", "lines"),
    [
        ("<fig><label>Fig. 1.</label><caption><p>Uptake.</p></caption></fig>", ["Fig. 1. Uptake."]),
        ("<fig><label>Fig. 1</label><graphic/></fig>", ["Fig. 1"]),
        ("<fig><graphic/><label>Fig. 1</label><caption>Bare text</caption></fig>", ["Fig. 1. Bare text"]),
        (
            "<fig><caption><p>Text.</p></caption><attrib>Photo: A.</attrib><alt-text>no</alt-text></fig>",
            ["Text.", "Photo: A."],
        ),
        (
            "<fig-group><label>Figs</label><fig><label>F1</label><caption><p>One.</p></caption></fig></fig-group>",
            ["Figs", "F1. One."],
        ),
        (
            "<supplementary-material><label>S1</label><media><caption><p>Data.</p></caption></media></supplementary-material>",
            ["S1", "Data."],
        ),
        (
            "<table-wrap><label>Table 1</label><caption><title>As a picture</title></caption><graphic/></table-wrap>",
            ["Table 1. As a picture"],
        ),
    ],
)
def test_captions_are_kept_with_their_labels(xml: str, lines: list[str]) -> None:
    assert blocks(xml) == [("caption", line) for line in lines]


def test_words_that_the_archive_put_there_are_a_note() -> None:
    media = "<media><caption><p>Click here for additional data file.</p></caption></media>"
    assert blocks(f"<supplementary-material>{media}</supplementary-material>")[0][0] == "note"


def test_floats_outside_the_body_are_read_after_it() -> None:
    group = "<floats-group><fig><label>Fig. 1</label><caption><p>Late.</p></caption></fig></floats-group>"
    found = blocks("<p>First.</p>", rest=f"{group}<back><ack><p>Thanks.</p></ack></back>")
    assert [line for _, line in found] == ["First.", "Fig. 1. Late.", "Thanks."]


def test_list_items_are_blocks_nested_ones_too() -> None:
    inner = "<list><list-item><p>inner</p></list-item></list>"
    items = (
        f"<list-item><label>a)</label><p>One.</p><p>More.</p></list-item><list-item><p>Two {inner} end</p></list-item>"
    )
    assert blocks(f"<p>Steps: <list><title>Steps</title>{items}</list> and so on.</p>") == [
        ("paragraph", "Steps:"),
        ("list", "Steps"),
        ("list", "a) One. More."),
        ("list", "Two"),
        ("list", "inner"),
        ("list", "end"),
        ("paragraph", "and so on."),
    ]


def test_a_definition_is_one_line() -> None:
    item = "<def-item><term>EV</term><def><p>vesicle</p></def></def-item>"
    assert blocks(f"<def-list>{item}<def-item><term>X</term></def-item></def-list>") == [
        ("list", "EV: vesicle"),
        ("list", "X:"),
    ]


def test_boxes_quotations_verse_speech_and_code_keep_their_text() -> None:
    body = (
        "<boxed-text><label>Box 1</label><caption><title>Aims</title><p>Why.</p></caption><p>Boxed.</p></boxed-text>"
        "<disp-quote><p>Quoted.</p><attrib>Ann</attrib></disp-quote>"
        "<verse-group><verse-line>Line one</verse-line><verse-line>line two</verse-line></verse-group>"
        "<speech><speaker>Bob</speaker><p>Hello.</p></speech>"
        "<preformat>x  =\n 1</preformat><p>Run <code>f(x)</code> now</p>"
        "<statement><label>Theorem 1</label><p>All is well.</p></statement>"
    )
    assert blocks(body) == [
        ("heading", "Box 1 Aims"),
        ("box", "Why."),
        ("box", "Boxed."),
        ("paragraph", "Quoted."),
        ("paragraph", "Ann"),
        ("paragraph", "Line one"),
        ("paragraph", "line two"),
        ("paragraph", "Bob: Hello."),
        ("paragraph", "x = 1"),
        ("paragraph", "Run f(x) now"),
        ("paragraph", "Theorem 1. All is well."),
    ]


def test_unknown_elements_keep_their_text_apart() -> None:
    assert blocks("<new><para>One.</para><para>Two <odd>words</odd>.</para></new>loose") == [
        ("paragraph", "One."),
        ("paragraph", "Two words."),
        ("paragraph", "loose"),
    ]


def test_a_footnote_in_a_sentence_comes_after_it() -> None:
    assert blocks("<p>Told<fn><label>1</label><p>In vain.</p></fn> twice.</p>") == [
        ("paragraph", "Told twice."),
        ("footnote", "1 In vain."),
    ]


@pytest.mark.parametrize(
    "section",
    [
        "<sec><title>Author contributions</title><p>x</p></sec>",
        "<sec><title>5. Data Availability Statement</title><p>x</p></sec>",
        "<sec><title>Conflict of Interest</title><p>x</p></sec>",
        "<sec sec-type='COI-statement'><title>Interessen</title><p>x</p></sec>",
        "<sec><title>Competing interests:</title><sec><title>Deeper</title><p>x</p></sec></sec>",
        "<ack><title>Thanks</title><p>x</p></ack>",
    ],
)
def test_back_matter_in_the_body_is_marked_where_it_stands(section: str) -> None:
    kinds = [kind for kind, _ in blocks(f"<p>a</p>{section}<p>b</p>") if kind != "heading"]
    assert kinds == ["paragraph", "back", "paragraph"]


@pytest.mark.parametrize("title", ["Funding bodies and trial outcomes", "Results", "Data", "Interests of patients"])
def test_other_sections_are_no_back_matter(title: str) -> None:
    assert blocks(f"<sec><title>{title}</title><p>x</p></sec>")[-1] == ("paragraph", "x")


def test_back_matter_keeps_its_titles_and_the_bibliography_is_no_text() -> None:
    back = (
        "<back><ack><p>Thanks.</p></ack><notes notes-type='COI-statement'><title>Interests</title><p>None.</p></notes>"
        "<glossary><def-list><def-item><term>EV</term><def><p>vesicle</p></def></def-item></def-list></glossary>"
        "<app-group><app><title>Appendix A</title><p>More.</p></app></app-group>"
        "<fn-group><fn fn-type='conflict'><p>No conflict.</p></fn><fn><p>Note.</p></fn></fn-group>"
        "<ref-list><title>References</title><p>Of note.</p><ref id='r'><mixed-citation>Ann</mixed-citation></ref>"
        "</ref-list></back>"
    )
    found = document("<p>x</p>", rest=back)
    assert [(block.kind.value, found.text[block.start : block.end]) for block in found.blocks][1:] == [
        ("back", "Thanks."),
        ("heading", "Interests"),
        ("back", "None."),
        ("back", "EV: vesicle"),
        ("heading", "Appendix A"),
        ("back", "More."),
        ("back", "No conflict."),
        ("footnote", "Note."),
        ("back", "Of note."),
    ]
    assert found.section_at(found.text.index("Thanks")) == ("Acknowledgements",)
    assert found.section_at(found.text.index("EV:")) == ("Glossary",)


def test_statements_of_the_front_matter_are_read_last() -> None:
    front = (
        "<author-notes><fn fn-type='conflict'><p>None to declare.</p></fn><fn fn-type='equal'><p>Equally.</p></fn>"
        "<corresp>Mail us</corresp></author-notes><funding-group><funding-statement>A grant.</funding-statement>"
        "</funding-group><custom-meta-group><custom-meta><meta-name>Data Availability</meta-name>"
        "<meta-value>On request.</meta-value></custom-meta></custom-meta-group><kwd-group><kwd>hidden</kwd></kwd-group>"
    )
    assert blocks("<p>x</p>", front) == [
        ("paragraph", "x"),
        ("back", "A grant."),
        ("back", "On request."),
        ("back", "None to declare."),
    ]


@pytest.mark.parametrize(
    ("xml", "paths"),
    [
        ("<abstract><p>x</p></abstract>", [("Abstract",)]),
        ("<abstract><title>ABSTRACT</title><p>x</p></abstract>", [("Abstract",)]),
        ("<abstract><sec><title>Aim</title><p>x</p></sec></abstract>", [("Abstract", "Aim")]),
        ("<abstract abstract-type='graphical'><p>x</p></abstract>", [("Graphical abstract",)]),
        (
            "<abstract abstract-type='executive-summary'><title>Digest</title><p>x</p></abstract>",
            [("Executive summary", "Digest")],
        ),
        ("<abstract abstract-type='teaser'><p>x</p></abstract>", [("Teaser",)]),
        ("<trans-abstract xml:lang='pt'><p>x</p></trans-abstract>", [("Abstract (translated, pt)",)]),
        (
            "<abstract><p>x</p></abstract><abstract abstract-type='precis'><p>y</p></abstract>",
            [("Abstract",), ("Précis",)],
        ),
    ],
)
def test_abstracts_are_named_by_their_type(xml: str, paths: list[tuple[str, ...]]) -> None:
    found = document(front=xml)
    assert [found.section_at(block.start) for block in found.blocks if block.kind == "abstract"] == paths


def test_lists_in_an_abstract_are_abstract() -> None:
    points = "<p><list><list-item><p>One.</p></list-item></list></p>"
    assert blocks(front=f"<abstract abstract-type='author-highlights'>{points}</abstract>") == [("abstract", "One.")]


WORDS = st.integers(0, 10**6).map(lambda number: f"w{number}w")
CONTAINERS = ("sec", "boxed-text", "list", "disp-quote", "fig", "new", "def-list", "fn", "speech", "table-wrap-foot")
LINES = ("p", "list-item", "title", "para", "caption", "preformat", "verse-line", "label", "def", "attrib")
INSIDE = (
    "italic",
    "sup",
    "xref",
    "new",
    "p",
    "list-item",
    "fig",
    "fn",
    "named-content",
    "list",
    "break",
    "disp-formula",
)


def trees(depth: int) -> st.SearchStrategy[str]:
    text = st.one_of(WORDS, WORDS.map(lambda word: f" {word} "))
    if depth == 0:
        return text
    inside = st.lists(st.one_of(text, st.tuples(st.sampled_from(INSIDE), trees(depth - 1)).map(_element)), max_size=3)
    line = st.tuples(st.sampled_from(LINES), inside.map(" ".join)).map(_element)
    container = st.tuples(st.sampled_from(CONTAINERS), st.lists(trees(depth - 1), max_size=3).map("".join)).map(
        _element
    )
    return st.one_of(line, container, text)


def _element(parts: tuple[str, str]) -> str:
    return f"<{parts[0]}>{parts[1]}</{parts[0]}>"


@given(st.lists(trees(4), min_size=1, max_size=4).map("".join))
def test_no_word_is_lost_or_doubled_whatever_the_markup(body: str) -> None:
    """Superscripts change letters' form, so words are told by their digits."""
    found = document(f"{body}<p>end</p>").text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
    assert sorted(re.findall(r"\d+", found)) == sorted(re.findall(r"\d+", re.sub("<[^>]*>", " ", body)))
