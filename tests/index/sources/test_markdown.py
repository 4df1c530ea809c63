"""Markdown in, canonical text out: structure, marks, bibliography, and every word."""

import re
import unicodedata
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document
from index.errors import SourceError
from index.sources import markdown
from index.sources.source import Source

SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "other" / "markdown"


def read(text: str, name: str = "paper.md") -> Document:
    (document,) = markdown.read(Source(name, text.encode()))
    return document


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind.value, document.text[block.start : block.end]) for block in document.blocks]


def marks(document: Document) -> list[tuple[str, tuple[str, ...]]]:
    return [(document.text[mark.start : mark.end], mark.reference_ids) for mark in document.reference_marks]


def test_title_sections_and_paragraphs() -> None:
    document = read(
        "# A title\n\nLead.\n\n## Methods\n\nWe *did* **it**.\n\n### Cells\n\nHeLa.\n\n## Results\n\nGood.\n"
    )
    assert document.metadata.title == "A title"
    assert document.id == "paper"
    assert blocks(document) == [
        ("title", "A title"),
        ("paragraph", "Lead."),
        ("heading", "Methods"),
        ("paragraph", "We did it."),
        ("heading", "Cells"),
        ("paragraph", "HeLa."),
        ("heading", "Results"),
        ("paragraph", "Good."),
    ]
    assert document.section_at(document.text.index("HeLa")) == ("Methods", "Cells")
    assert document.section_at(document.text.index("Good")) == ("Results",)
    assert document.section_at(document.text.index("Lead")) == ()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Background\n\nA.\n\n# Methods\n\nB.\n", "PMC77777"),
        ("# 1 Introduction\n\nA.\n\n# 2 Methods\n\nB.\n", "PMC77777"),
        ("# Abstract\n\nA.\n", "PMC77777"),
        ("# Vesicles in health\n\nA.\n\n# Methods\n\nB.\n", "Vesicles in health"),
        ("Preface.\n\n# Only\n\nA.\n", "Only"),
        ("No heading at all.\n", "PMC77777"),
        ("## Methods\n\nA.\n", "PMC77777"),
        ("Setext title\n===\n\nA.\n", "Setext title"),
    ],
)
def test_title_is_the_first_heading_of_level_1_unless_it_names_a_part(text: str, title: str) -> None:
    document = read(text, "folder/PMC77777.md")
    assert document.metadata.title == title
    assert document.id == "PMC77777"
    assert document.metadata.pmcid == "PMC77777"


def test_a_title_from_the_file_name_is_no_text() -> None:
    assert "draft" not in read("Some words.\n", "draft.md").text


def test_front_matter_gives_metadata_and_no_text() -> None:
    document = read(
        '---\ntitle: "Vesicles: a review"\nauthor:\n  - name: Ana Ruiz\n  - Bo Li\ndate: 2024-05-03\n'
        "doi: https://doi.org/10.1234/AB.7\nlicense: CC BY 4.0\njournal: J Test\nkeywords: [exosome, cancer]\n"
        "mood: fine\n---\n"
        "# Introduction\n\nWords.\n"
    )
    facts = document.metadata
    assert facts.title == "Vesicles: a review"
    assert [author.name for author in facts.authors] == ["Ana Ruiz", "Bo Li"]
    assert (facts.issued, facts.doi, facts.license) == ("2024-05-03", "10.1234/ab.7", "CC BY 4.0")
    assert (facts.container_title, facts.keywords) == ("J Test", ("exosome", "cancer"))
    assert document.id == "10.1234_ab.7"
    assert document.text == "Vesicles: a review\n\nIntroduction\n\nWords."


def test_an_abstract_in_the_front_matter_is_text() -> None:
    document = read("---\ntitle: T\nabstract: |\n  We *did* it.\n\n  Twice.\n---\nWords.\n")
    assert blocks(document) == [
        ("title", "T"),
        ("abstract", "We did it."),
        ("abstract", "Twice."),
        ("paragraph", "Words."),
    ]


def test_two_rules_around_prose_are_no_front_matter() -> None:
    assert "Some prose here." in read("---\n\nSome prose here.\n\n---\n\nMore.\n").text
    assert (
        "Note: all of this is prose"
        in read("---\nNote: all of this is prose\nand goes on here.\n\n---\n\nMore.\n").text
    )


def test_lists_have_a_block_for_each_item() -> None:
    document = read("- one\n- two\n  - nested\n\n    again\n\n1. first\n2. second\n")
    assert blocks(document) == [("list", word) for word in ("one", "two", "nested", "again", "first", "second")]


def test_a_number_that_does_not_count_is_text() -> None:
    assert read("2019. That was a year.\n").text == "2019. That was a year."


def test_tables_repeat_their_header_in_each_row() -> None:
    document = read("| Cell | *n* |\n|---|---|\n| HeLa | 3 |\n| CD8<sup>+</sup> \\| x | |\n")
    assert blocks(document) == [("table", "Cell: HeLa | n: 3"), ("table", "Cell: CD8⁺ | x")]


def test_cells_beyond_the_header_and_lines_below_a_table_are_kept() -> None:
    document = read("| a | b |\n|---|---|\n| 1 | 2 | 3 **4** |\n\\* no row, a note\n")
    assert blocks(document) == [("table", "a: 1 | b: 2 | 3 4"), ("paragraph", "* no row, a note")]


def test_a_header_without_cells_below_is_a_row_itself() -> None:
    assert blocks(read("| a | b |\n|---|---|\n")) == [("table", "a | b")]
    assert blocks(read("| a | b |\n|---|---|\n| 1 | |\n")) == [("table", "a | b"), ("table", "a: 1")]


def test_quotes_code_formulas_and_rules() -> None:
    document = read(
        "> Said.\n\n***\n\n```r\nx <- 1\ny\n```\n\n$$E = m_1 * c_2 * \\{x\\}$$\n\n"
        "We set $a_1 * b_1$ and paid $5 or $6.\n"
    )
    assert blocks(document) == [
        ("box", "Said."),
        ("paragraph", "x <- 1 y"),
        ("formula", "$$E = m_1 * c_2 * \\{x\\}$$"),
        ("paragraph", "We set $a_1 * b_1$ and paid $5 or $6."),
    ]


def test_markup_goes_and_its_text_stays() -> None:
    document = read(
        "A [link](http://x.org/y 'T'), `code`, &alpha; 1 &lt; 2, <span id='x'>span</span><!-- no -->, <https://z.org>.\n"
    )
    assert document.text == "A link, code, α 1 < 2, span, https://z.org."


def test_what_only_looks_like_html_is_text() -> None:
    assert read("with p <0.05 and <b and c> or <k> there\n").text == "with p <0.05 and <b and c> or <k> there"
    assert read("<p 0.05 at the line's start\nand on\n").text == "<p 0.05 at the line's start and on"


def test_raised_and_lowered_characters() -> None:
    assert read("CO<sub>2</sub>, 10<sup>−9</sup>, 2<sup>nd</sup>, T<SUB>max</SUB>\n").text == "CO₂, 10⁻⁹, 2nd, Tmax"


def test_images_and_captions() -> None:
    document = read(
        "Before ![A cell](a.png) after.\n\n![Figure 1](b.png)\n\n**Figure 1.** Uptake of vesicles.\n\n"
        "Fig. 2: More.\n\nTable S1 | Rows.\n\nFigure 1 shows uptake.\n\n![](c.png)\n"
    )
    assert blocks(document) == [
        ("paragraph", "Before after."),
        ("caption", "A cell"),
        ("caption", "Figure 1. Uptake of vesicles."),
        ("caption", "Fig. 2: More."),
        ("caption", "Table S1 | Rows."),
        ("paragraph", "Figure 1 shows uptake."),
    ]


def test_html_figures_tables_and_lists() -> None:
    document = read(
        '<figure id="f"><img src="x" alt="Seen"/><figcaption><b>Cap</b> 10<sup>9</sup> &lt; x</figcaption></figure>\n\n'
        "<table><caption>Rows</caption><thead><tr><th> A </th><th>B</th></tr></thead>\n"
        "<tr><td>1<br>2</td><td><p>x</p><p>y</p></td></tr></table>\n\n"
        "<div>\n<h2>Part</h2><ul><li>one<li>two</ul>\nrest <!-- open\nand on</div>\n\n<script>var x = 1;</script>\n"
    )
    assert blocks(document) == [
        ("caption", "Seen"),
        ("caption", "Cap 10⁹ < x"),
        ("caption", "Rows"),
        ("table", "A: 1 2 | B: x y"),
        ("heading", "Part"),
        ("list", "one"),
        ("list", "two"),
        ("paragraph", "rest open and on"),
    ]


def test_cells_that_span_have_no_header() -> None:
    document = read("<table><tr><th colspan='2'>A</th><th>B</th></tr><tr><td>1</td><td>2</td><td>3</td></tr></table>\n")
    assert blocks(document) == [("table", "A | B"), ("table", "1 | 2 | 3")]


def test_a_rule_right_below_a_paragraph_makes_no_heading_of_it() -> None:
    assert blocks(read("A whole sentence.\n---\nNext.\n")) == [
        ("paragraph", "A whole sentence."),
        ("paragraph", "Next."),
    ]
    assert blocks(read("Short title\n---\nNext.\n"))[0] == ("heading", "Short title")


def test_abstract_and_back_matter_have_their_kinds() -> None:
    document = read(
        "# T\n\n## Abstract\n\n### Background\n\nA.\n\n## Methods\n\nM.\n\n## Authors’ contributions\n\nC.\n\n"
        "## Conflict of interest\n\nNone.\n\n## Data availability statement\n\nD.\n\n"
        "## Ethical issues of vesicles\n\nE.\n"
    )
    kinds = {text: kind for kind, text in blocks(document) if len(text) < 6}
    assert kinds == {
        "T": "title",
        "A.": "abstract",
        "M.": "paragraph",
        "C.": "back",
        "None.": "back",
        "D.": "back",
        "E.": "paragraph",
    }


REFERENCES = """
## References

1. Kim A. Vesicles carry cargo. *Nature* 12:3–9 (2019a). https://doi.org/10.1038/ABC.1. PMID: 123
2. Ruiz B. Uptake, 1995–2003. J Test 2004. [Link](https://doi.org/10.1/no)

   Reprinted.
3. Li C. A 2001 view of 2002.
4. Wu D. PMC1234567.
5. Bo E. https://example.org/x.
6. Xu F, doi:10.1000/a and doi:10.1000/b (2020).
"""


def test_a_section_of_references_becomes_the_bibliography() -> None:
    document = read(f"# T\n\nText.\n{REFERENCES}\n## Appendix\n\nMore.\n")
    assert document.text == "T\n\nText.\n\nAppendix\n\nMore."
    first, second, again, third, fourth, fifth, sixth = document.references
    assert (first.id, first.label) == ("1", "1")
    assert first.text == "Kim A. Vesicles carry cargo. Nature 12:3–9 (2019a). https://doi.org/10.1038/ABC.1. PMID: 123"
    assert (first.year, first.doi, first.pmid, first.url) == ("2019a", "10.1038/abc.1", "123", None)
    assert (second.year, second.doi) == ("2004", None)
    assert again.text == "Reprinted."
    assert third.year is None
    assert fourth.pmcid == "PMC1234567"
    assert fifth.url == "https://example.org/x"
    assert (sixth.year, sixth.doi) == ("2020", None)


@pytest.mark.parametrize(
    "entries",
    [
        "[1] Kim A.\n[2] Li B.\n",
        "[1] Kim A.\n\n[2] Li B.\n",
        "**1.** Kim A.\n\n**2.** Li B.\n",
        "- [1] Kim A.\n- [2] Li B.\n",
        "[^1]: Kim A.\n[^2]: Li B.\n",
        "1) Kim A.\n2) Li B.\n",
        "1. Kim A.\n1. Li B.\n",
        "[1]: Kim A.\n\n[2]: Li B.\n",
        "<ol><li>[1] Kim A.</li><li>[2] Li B.</li></ol>\n",
        '<a id="r1"></a>1. Kim A.\n\n<a id="r2"></a>2. Li B.\n',
    ],
)
def test_entries_are_known_by_their_numbers(entries: str) -> None:
    document = read(f"Shown [1,2].\n\n# Bibliography\n\n{entries}")
    assert [(entry.label, entry.text) for entry in document.references] == [("1", "Kim A."), ("2", "Li B.")]
    assert marks(document) == [("[1,2]", ("1", "2"))]


def test_entries_without_numbers_have_ids_but_resolve_no_marks() -> None:
    document = read("Shown [1].\n\n## Literature cited\n\n- Kim A. 2019.\n- Li B. 2020.\n")
    assert [(entry.id, entry.label) for entry in document.references] == [("r1", None), ("r2", None)]
    assert marks(document) == []


def test_prose_among_numbered_references_stays_text() -> None:
    document = read("A.\n\n## References\n\nOnly the main ones.\n\n1. Kim A.\n")
    assert blocks(document)[1:] == [("heading", "References"), ("paragraph", "Only the main ones.")]
    assert len(document.references) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Known [3].", [("[3]", ("3",))]),
        ("Known \\[3–6\\].", [("[3–6]", ("3", "4", "5", "6"))]),
        ("Known [1, 4-6; 2].", [("[1, 4-6; 2]", ("1", "4", "5", "6", "2"))]),
        ("Known [[**3**](#r3)].", [("[3]", ("3",))]),
        ("Known<sup>3,4</sup>.", [("³,⁴", ("3", "4"))]),
        ("Known.<sup>[3–5](#x)</sup> Next", [("³⁻⁵", ("3", "4", "5"))]),
        ("Known[^3].", [("³", ("3",))]),
        ("Known [2][3].", [("[2]", ("2",)), ("[3]", ("3",))]),
        ("Not there [7].", []),
        ("In part [5–7].", []),
        ("Backwards [6–3].", []),
        ("An interval (95% CI [1, 4]), a median of 56 [1–3] or benzo[1,2]furan.", []),
        ("An area of 5 cm<sup>2</sup> or 10<sup>3</sup>.", []),
        ("Labelled with <sup>3</sup>H and R<sup>2</sup>.", []),
        ("Year [2019] and page [S1].", []),
    ],
)
def test_marks_resolve_where_the_bibliography_has_every_number(
    text: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert marks(read(f"{text}\n{REFERENCES}")) == expected


def test_names_and_years_resolve_where_no_number_is_a_mark() -> None:
    entries = "- Kim A, Bo B. On mice. J 7 (2019).\n- Kim A. On rats. J 8 (2020a).\n- Kim A. More rats. J 9 (2020b).\n"
    text = "Known (Kim and Bo, 2019), as Kim (2020b) said; but (Kim, 2020), (Bo, 2019), May 2019."
    found = read(f"{text}\n\n## References\n\n{entries}")
    assert marks(found) == [("(Kim and Bo, 2019)", ("r1",)), ("(2020b)", ("r3",))]


def test_footnotes_are_blocks_of_their_own() -> None:
    document = read("Text[^a] and more[^1].\n\n[^a]: See there.\n[^1]: And here.\n")
    assert blocks(document) == [
        ("paragraph", "Text[a] and more¹."),
        ("footnote", "a See there."),
        ("footnote", "1 And here."),
    ]


def test_lines_that_look_like_link_definitions_are_kept() -> None:
    assert read("[Note]: important\n\n[a]: http://x.org\n\nSee [it][a].\n").text == "[Note]: important\n\nSee it."


@pytest.mark.parametrize("data", [b"", b"\n \n", b"<!-- nothing -->", b"---\ndoi: 10.1/x\n---\n"])
def test_no_text_is_an_error(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"paper\.md has no text"):
        markdown.read(Source("paper.md", data))


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"anything", "a.md", True),
        (b"anything", "a.MARKDOWN", True),
        (b"# A\n\ntext\n\n## B\n", "a.txt", True),
        (b"# one comment\nx = 1\n", "a.txt", False),
        (b"<div>\n\n# A\n", "a.md", True),
        (b"<?xml version='1.0'?>\n<article>\n# A\n# B\n</article>", "a.md", False),
        (b"<!DOCTYPE article>\n<article/>", "a.md", False),
    ],
)
def test_sniff(data: bytes, name: str, expected: bool) -> None:
    assert markdown.sniff(data, name) is expected


WORD = st.text("abcdefghijklmnopqrstuvwxyzäßøñ", min_size=1, max_size=8)
LINE = st.lists(WORD, min_size=1, max_size=8).map(" ".join)
PART = st.one_of(
    st.builds("{} {}\n\n".format, st.sampled_from(["##", "###", "####", "######"]), LINE.map("H".__add__)),
    LINE.map("{}\n\n".format),
    LINE.map("*{}*\n\n".format),
    LINE.map("> {}\n\n".format),
    LINE.map("    {}\n\n".format),
    LINE.map("```\n{}\n```\n\n".format),
    LINE.map("<div>{}</div>\n\n".format),
    st.lists(LINE, min_size=1, max_size=4).map(lambda lines: "".join(f"- {line}\n" for line in lines) + "\n"),
    st.lists(LINE, min_size=1, max_size=4).map(lambda lines: "".join(f"1. {line}\n" for line in lines) + "\n"),
    st.lists(st.tuples(WORD, WORD, WORD), min_size=1, max_size=4).map(
        lambda rows: "| h | k |\n|---|---|\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows) + "\n"
    ),
)


@given(st.lists(PART, min_size=1, max_size=12))
def test_every_word_arrives_in_order(parts: list[str]) -> None:
    text = "".join(parts)
    words = iter(re.findall(r"\w+", read(text).text))
    written = [word for word in re.findall(r"\w+", re.sub(r"</?div>", " ", text)) if word not in ("1", "h", "k")]
    assert all(word in words for word in written)


MARKUP = st.text("ab1 \n\t#*_`~-+>|[]()<>!&;:\\^$.\"'/={}supé́é\u200b\x00²", max_size=120)


@given(MARKUP)
def test_any_text_gives_a_consistent_document(text: str) -> None:
    try:
        document = read(text)
    except SourceError:
        return
    assert document.text == "\n\n".join(line for _, line in blocks(document))
    assert all(block.start >= before.end for before, block in zip(document.blocks, document.blocks[1:], strict=False))
    assert all("\n" not in line and line == " ".join(line.split()) for _, line in blocks(document))
    assert all(document.text[mark.start : mark.end] for mark in document.reference_marks)


@given(st.text("abéü1 \n\t#*_->|!.$+=~()", max_size=150))
def test_no_letter_is_lost_where_no_markup_can_hold_it(text: str) -> None:
    document = read(f"z\n\n{text}")
    assert all(document.text.count(letter) >= text.count(letter) for letter in "abéü")


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared papers are not here")
@pytest.mark.parametrize("path", sorted(SHARED.glob("*.md")), ids=lambda path: path.name)
def test_every_word_of_real_papers_arrives(path: Path) -> None:
    text = path.read_text()
    document = read(text, path.name)
    arrived = set(words_of(document.text + " ".join(reference.text for reference in document.references)))
    visible = re.sub(r"</?(?:sup|sub|em|strong|a|span)\b[^>]*>|\]\([^)\s]*\)|#+ References", "", text)
    visible = re.sub(r"<!--.*?-->|</?[a-zA-Z][^>]*>", " ", visible, flags=re.DOTALL)
    assert [word for word in words_of(re.sub(r"[\\*`]", "", unescape(visible))) if word not in arrived] == []
