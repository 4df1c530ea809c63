"""Article pages of the web: what is text of the paper, what its marks and metadata are, and what is no paper."""

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.canonical import normalise
from index.document import Author, BlockKind, Document
from index.errors import SourceError
from index.sources import html
from index.sources.source import Source


def read(body: str, head: str = "", name: str = "page.html") -> Document:
    page = f"<!DOCTYPE html><html lang=en><head><title>T</title>{head}</head><body>{body}</body></html>"
    (document,) = html.read(Source(name, page.encode()))
    return document


def lines(document: Document) -> list[tuple[str, str]]:
    return [(block.kind.value, document.text[block.start : block.end]) for block in document.blocks]


def marks(document: Document) -> list[tuple[str, tuple[str, ...]]]:
    return [(document.text[mark.start : mark.end], mark.reference_ids) for mark in document.reference_marks]


PLAIN = """
<nav><ul><li><a href="/">Home</a></li><li><a href="/issues">All our issues are here.</a></li></ul></nav>
<div class="cookie-banner"><p>We use cookies to make the site better. Do you accept them all?</p></div>
<article>
 <h1>T</h1>
 <div class="author-list">Ana Ruiz<sup>1</sup>, Bo Li<sup>2</sup></div>
 <p class="dates">Received 1 May 2020. Accepted 3 June 2020.</p>
 <h2>Abstract</h2><p>Vesicles carry cargo between cells.</p>
 <h2>1. Introduction</h2>
 <p>Cells send CO<sub>2</sub> and Ca<sup>2+</sup> out <a href="#R1">[1]</a>,<a href="#R3">[3]</a>.</p>
 <h3>1.1. Uptake</h3>
 <p>Uptake is fast [<a href="#R1">1</a>–<a href="#R3">3</a>].</p>
 <ul><li>First point is short.</li><li>Second point is long.</li></ul>
 <figure id="f1"><img src="a.png" alt="figure 1"><figcaption><b>Figure 1.</b> Uptake in mice.</figcaption></figure>
 <div class="share-buttons"><a href="https://x.test">Share this with your friends today.</a></div>
 <table><caption>Table 1. Doses.</caption><thead><tr><th>Drug</th><th>Dose</th></tr></thead>
 <tbody><tr><td>A</td><td>5 mg</td></tr></tbody></table>
 <h2>Acknowledgements</h2><p>We thank our patients for their time.</p>
 <h2>References</h2>
 <ol>
  <li id="R1">Kim A. Small vesicles. J Cell. 2001;1:2. doi:10.1000/one
   [<a href="https://scholar.google.com/scholar?q=x">Google Scholar</a>]</li>
  <li id="R2">Lee B. Large vesicles. J Cell. 2002;3:4. <a href="https://pubmed.ncbi.nlm.nih.gov/222/">PubMed</a></li>
  <li id="R3">Moe C. Old vesicles. J Cell. 2003;5:6. <a href="https://doi.org/10.1000/three">CrossRef</a></li>
 </ol>
</article>
<section class="related-articles"><h2>Related articles</h2><p>Another paper has been published here today.</p></section>
<div id="comments"><h2>Comments</h2><p>A reader says that this paper is good.</p></div>
<footer><p>© 2020 A publisher. All rights are reserved by us.</p></footer>
"""


def test_the_paper_is_text_and_the_page_around_it_is_not() -> None:
    assert lines(read(PLAIN)) == [
        ("title", "T"),
        ("heading", "Abstract"),
        ("abstract", "Vesicles carry cargo between cells."),
        ("heading", "1. Introduction"),
        ("paragraph", "Cells send CO₂ and Ca²⁺ out [1],[3]."),
        ("heading", "1.1. Uptake"),
        ("paragraph", "Uptake is fast [1–3]."),
        ("list", "First point is short."),
        ("list", "Second point is long."),
        ("caption", "Figure 1. Uptake in mice."),
        ("caption", "Table 1. Doses."),
        ("table", "Drug: A | Dose: 5 mg"),
        ("heading", "Acknowledgements"),
        ("back", "We thank our patients for their time."),
    ]


def test_headings_are_sections_and_nest_by_level() -> None:
    document = read(PLAIN)
    assert [section.path for section in document.sections] == [
        ("Abstract",),
        ("1. Introduction",),
        ("1. Introduction", "1.1. Uptake"),
        ("Acknowledgements",),
    ]


def test_links_to_the_bibliography_are_marks_and_a_range_is_all_between() -> None:
    assert marks(read(PLAIN)) == [("[1],[3]", ("1", "3")), ("[1–3]", ("1", "2", "3"))]


def test_references_have_the_identifiers_of_their_links_but_not_the_words() -> None:
    first, second, third = read(PLAIN).references
    assert (first.label, first.text, first.doi) == (
        "1",
        "Kim A. Small vesicles. J Cell. 2001;1:2. doi:10.1000/one",
        "10.1000/one",
    )
    assert (second.text, second.pmid, second.url) == ("Lee B. Large vesicles. J Cell. 2002;3:4.", "222", None)
    assert (third.text, third.doi, third.year) == ("Moe C. Old vesicles. J Cell. 2003;5:6.", "10.1000/three", "2003")


HIGHWIRE = """
<meta name="citation_title" content="Vesicles &amp; &lt;i&gt;E. coli&lt;/i&gt;">
<meta name="citation_author" content="Ruiz, Ana M."><meta name="citation_author" content="Bo Li">
<meta name="citation_journal_title" content="J Test"><meta name="citation_publication_date" content="2020/06/03">
<meta name="citation_online_date" content="2020/05"><meta name="citation_volume" content="7">
<meta name="citation_firstpage" content="11"><meta name="citation_lastpage" content="19">
<meta name="citation_doi" content="10.1000/A.b"><meta name="citation_pmid" content="77">
<meta name="DC.Title" content="Not this one"><meta name="dc.subject" content="exosome">
<link rel="canonical" href="https://journal.test/a/7"><link rel="license" href="https://creativecommons.org/licenses/by/4.0/">
"""


def test_metadata_come_from_the_tags_that_scholars_search_by() -> None:
    document = read("<p>One sentence stands here.</p>", HIGHWIRE)
    found = document.metadata
    assert document.id == "PMID77"
    assert (found.title, found.doi, found.pmid, found.pmcid) == ("Vesicles & E. coli", "10.1000/a.b", "77", None)
    assert found.authors == (Author(family="Ruiz", given="Ana M."), Author(literal="Bo Li"))
    assert (found.container_title, found.volume, found.pages, found.issued) == ("J Test", "7", "11–19", "2020-05")
    assert (found.url, found.language) == ("https://journal.test/a/7", "en")
    assert found.license == "https://creativecommons.org/licenses/by/4.0/"
    assert found.keywords == ("exosome",)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<h1>Just a moment...</h1><p>Checking your browser before you go on.</p>", "is a check of the browser"),
        ("<h1>404</h1><p>The page you want could not be found on this server.</p>", "is a notice that nothing is at"),
        (
            "<div id=root></div><noscript>You need to enable JavaScript to run this.</noscript>",
            "is a shell that scripts",
        ),
        ("<h1>Welcome</h1><p>Please sign in to read this article.</p><form><input></form>", "is a log-in"),
        (
            "<meta name=citation_title content='Vesicles'><meta name=citation_doi content=10.1/x><h1>Vesicles</h1>"
            "<p>Access to this article requires a subscription. Buy it for 30 euros.</p>",
            "is a log-in",
        ),
        (
            "<h1>12 results for “exosome”</h1><ul><li><p>A paper on vesicles is this.</p></li></ul>",
            "is a list of search",
        ),
        ("<div><a href=/a>One</a> <a href=/b>Two</a></div>", "is a web page without the text of a paper"),
        ("", "is a web page without the text of a paper"),
    ],
)
def test_a_page_without_a_paper_is_refused_with_the_reason_and_a_remedy(body: str, reason: str) -> None:
    with pytest.raises(SourceError, match=f"^https://a.test/x {reason}") as caught:
        read(body, name="https://a.test/x")
    assert "add the paper" in str(caught.value) or "add its papers" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_abstract_alone_is_an_abstract_whatever_surrounds_it() -> None:
    page = "<header><a href=/login>Sign in</a></header><main><div class=abstract><p>We show it works.</p></div></main>"
    assert (BlockKind.ABSTRACT.value, "We show it works.") in lines(read(page))


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ('<meta charset="windows-1252">', "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">', "cp1252"),
        ('<meta charset="shift_jis">', "shift_jis"),
        ('<meta charset="iso-8859-1">', "utf-8"),
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
    ],
)
def test_the_encoding_is_what_the_page_declares_unless_its_bytes_say_otherwise(declared: str, encoding: str) -> None:
    words = "ビール was 5, and no more." if encoding == "shift_jis" else "Dosis: 5 µg – “genug” für alle."
    page = f"<!DOCTYPE html><html><head>{declared}</head><body><p>{words}</p></body></html>"
    (document,) = html.read(Source("a.html", page.encode(encoding)))
    assert document.text.endswith(words)


def test_an_xhtml_declaration_names_the_encoding() -> None:
    start = '<?xml version="1.0" encoding="windows-1252"?><html xmlns="http://www.w3.org/1999/xhtml">'
    (document,) = html.read(Source("a.xhtml", f"{start}<p>Es ist für alle da.</p></html>".encode("cp1252")))
    assert document.text.endswith("Es ist für alle da.")


def test_bytes_that_are_not_in_their_encoding_are_refused_with_where() -> None:
    with pytest.raises(SourceError, match=r"a\.html is not valid UTF-8 \(line 1, byte 18\): save it as UTF-8"):
        html.read(Source("a.html", b"<!DOCTYPE html><p>\xff\xfe words.</p>"))


def test_a_saved_page_with_pictures_inside_is_read_without_them() -> None:
    picture = "data:image/png;base64," + "A" * 3_000_000
    text = read(f'<p>Before the picture.<img src="{picture}" alt="x"> After the picture.</p>').text
    assert text == "T\n\nBefore the picture. After the picture."


def test_a_page_nested_without_end_is_refused() -> None:
    with pytest.raises(SourceError, match="nests elements more than 200 deep"):
        read("<div>" * 5000 + "Words stand here.")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("<math><msup><mi>x</mi><mn>2</mn></msup></math>", "x²"),
        (
            '<span class="katex"><span class="katex-mathml"><math><semantics><mi>x</mi><annotation encoding="TeX">x'
            '</annotation></semantics></math></span><span class="katex-html" aria-hidden="true">x</span></span>',
            "x",
        ),
        (
            '<span class="MathJax_Preview">[x]</span><span class="MathJax" aria-hidden="true">x</span>'
            '<script type="math/tex">x_1</script>',
            "x_1",
        ),
        ('<span class="mathjax-tex">\\(x_1\\)</span>', "x_1"),
        (
            '<span><math><mi>x</mi></math><img class="mwe-math-fallback-image-inline" alt="$x$"></span>',
            "x",
        ),
        ('<img alt="$x_1$" src="a.png">', "x_1"),
    ],
)
def test_a_formula_is_there_once_in_whichever_way_the_page_draws_it(formula: str, expected: str) -> None:
    assert read(f"<p>We set {formula} to one.</p>").text == f"T\n\nWe set {expected} to one."


def test_a_caption_that_is_repeated_for_the_enlarged_figure_is_there_once() -> None:
    caption = "<figure><figcaption>Figure 1. Uptake.</figcaption></figure>"
    assert read(f"<p>It rose in mice.</p>{caption}<div class='popup'>{caption}</div>").text.count("Uptake") == 1


def test_schema_org_and_opengraph_fill_what_the_better_tags_leave_out() -> None:
    head = """<meta property="og:title" content="Not this"><script type="application/ld+json">
    {"@context": "https://schema.org", "@type": "WebPage", "mainEntity": {"@type": "ScholarlyArticle",
     "headline": "A title", "datePublished": "2021-02-03T00:00:00Z", "sameAs": "https://doi.org/10.1000/LD",
     "author": [{"@type": "Person", "name": "Ana Ruiz"}], "license": "https://creativecommons.org/licenses/by/4.0/",
     "isPartOf": {"@type": "PublicationVolume", "isPartOf": {"@type": "Periodical", "name": "J Test"}}}}</script>"""
    found = read("<p>One sentence stands here.</p>", head).metadata
    assert (found.title, found.issued, found.doi) == ("A title", "2021-02-03", "10.1000/ld")
    assert (found.authors, found.container_title) == ((Author(literal="Ana Ruiz"),), "J Test")


def test_identifiers_of_other_papers_on_the_page_are_not_its_own() -> None:
    found = read(
        '<p>See PMC123456 and <a href="https://doi.org/10.1000/x">10.1000/x</a>, PMID: 5, for more.</p>'
    ).metadata
    assert (found.doi, found.pmid, found.pmcid) == (None, None, None)


@settings(max_examples=40)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1, max_size=4))
def test_every_paragraph_arrives_whatever_its_letters(paragraphs: list[str]) -> None:
    body = "".join(f"<p>Vesicles {escape(text)} are in blood.</p>" for text in paragraphs)
    found = [text for _, text in lines(read(f"<article>{body}</article>"))]
    assert found == ["T", *(normalise(f"Vesicles {text} are in blood.") for text in paragraphs)]


@settings(max_examples=40)
@given(st.text("<>/=\"'&;#! abhpdivtr\n", max_size=200))
def test_broken_markup_is_read_or_refused_never_worse(markup: str) -> None:
    try:
        document = read(markup)
    except SourceError as error:
        assert "\n" not in str(error)
    else:
        assert document.text


@pytest.mark.parametrize(
    ("mark", "entry"),
    [
        ('<a href="#B1">1</a>', '<li id="B1">{}</li>'),
        ('<a href="/articles/x#B1">1</a>', '<li><a name="B1"></a>{}</li>'),
        ('<a href="javascript:;" data-open="ref1" class="xref-bibr">1</a>', '<li><div data-id="ref1">{}</div></li>'),
        ('<a rid="R1" href="/other">1</a>', '<li id="R1">{}</li>'),
        ('<a href="#cit1" class="bibLink">1</a>', '<li data-bib-id="cit1">{}</li>'),
        ('<a href="#none" id="back1">1</a>', '<li><a href="#back1">^</a> {}</li>'),
    ],
)
def test_a_mark_finds_its_entry_by_any_of_the_ways_in_which_pages_join_them(mark: str, entry: str) -> None:
    works = ("Kim A. Small vesicles. J Cell. 2001.", "Lee B. Large vesicles. J Cell. 2002.")
    items = entry.format(works[0]) + f"<li>{works[1]}</li>"
    document = read(f"<p>Cells talk by vesicles [{mark}] in mice.</p><h2>References</h2><ul>{items}</ul>")
    assert [reference.text for reference in document.references] == list(works)
    assert marks(document) == [("[1]", ("r1",))]


def test_what_stands_below_the_list_of_references_is_no_reference() -> None:
    page = "<h2>References</h2><ol><li>Kim A. Small vesicles. J Cell. 2001.</li></ol><p>Samples are not available.</p>"
    document = read(f"<p>Cells talk by vesicles in mice.</p>{page}")
    assert [reference.text for reference in document.references] == ["Kim A. Small vesicles. J Cell. 2001."]
    assert document.text.endswith("Samples are not available.")
