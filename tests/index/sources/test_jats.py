"""JATS files as a whole: what is one, which documents come out, and what bad input gets."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import BlockKind, Document
from index.errors import SourceError
from index.sources.jats import FORMAT, has_body, read, sniff
from index.sources.source import Source

SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
CORPUS = [*sorted(SHARED.glob("jats/**/*.xml")), *sorted(SHARED.glob("other/html/*.jats.xml"))]
BILLION_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def article(body: str = "<p>Text.</p>", front: str = "", rest: str = "", ids: str = "", attributes: str = "") -> str:
    return (
        f"<article {attributes}><front><article-meta>{ids}<title-group><article-title>Vesicles</article-title>"
        f"</title-group>{front}</article-meta></front><body>{body}</body>{rest}</article>"
    )


def documents(xml: str | bytes, name: str = "papers/one.xml") -> tuple[Document, ...]:
    return read(Source(name, xml if isinstance(xml, bytes) else xml.encode()))


def lines(document: Document) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks]


def test_an_article_is_one_document_with_its_title_first() -> None:
    (document,) = documents(article("<sec><title>Aims</title><p>We ask.</p></sec>"))
    assert document.text == "Vesicles\n\nAims\n\nWe ask."
    assert [block.kind for block in document.blocks] == [BlockKind.TITLE, BlockKind.HEADING, BlockKind.PARAGRAPH]
    assert document.section_at(len(document.text) - 1) == ("Aims",)
    assert document.metadata.format == FORMAT
    assert (document.metadata.source, document.id) == ("papers/one.xml", "papers_one")


def test_reading_twice_gives_the_same_version() -> None:
    assert documents(article())[0].version == documents(article())[0].version


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (
            '<article-id pub-id-type="pmcid">PMC12000</article-id><article-id pub-id-type="pmid">7</article-id>',
            "PMC12000",
        ),
        ('<article-id pub-id-type="pmc">12345</article-id>', "PMC12345"),
        ('<article-id pub-id-type="pmid">7</article-id><article-id pub-id-type="doi">10.1234/A</article-id>', "PMID7"),
        ('<article-id pub-id-type="doi">10.1234/A(b)</article-id>', "10.1234_a_b_"),
        ('<article-id pub-id-type="publisher-id">x9</article-id>', "papers_one"),
    ],
)
def test_the_id_is_pmcid_then_pmid_then_doi_then_name(ids: str, expected: str) -> None:
    assert documents(article(ids=ids))[0].id == expected


@pytest.mark.parametrize("root", ["pmc-articleset", "articles", "OAI-PMH"])
def test_a_set_gives_each_of_its_articles(root: str) -> None:
    first, second = documents(f"<{root}>{article('<p>One.</p>')}{article('<p>Two.</p>')}</{root}>")
    assert (lines(first)[-1], lines(second)[-1]) == ("One.", "Two.")
    assert first.id != second.id


def test_sub_articles_are_documents_of_their_own_and_never_mixed_in() -> None:
    reply = '<sub-article id="r1.1" article-type="reply"><front-stub/><body><p>Thanks.</p></body></sub-article>'
    review = (
        '<sub-article id="sa1" article-type="referee-report"><front-stub>'
        '<article-id pub-id-type="doi">10.1234/a.sa1</article-id>'
        "<title-group><article-title>Report</article-title></title-group></front-stub>"
        f"<body><p>Good.</p></body>{reply}</sub-article>"
    )
    journal = '<pub-date pub-type="epub"><year>2020</year></pub-date>'
    parent, first, second, third = documents(
        article(front=journal, ids='<article-id pub-id-type="pmcid">PMC5000</article-id>', rest=review + reply)
    )
    assert lines(parent) == ["Vesicles", "Text."]
    assert (first.id, first.metadata.part_of, first.metadata.article_type) == (
        "10.1234_a.sa1",
        "PMC5000",
        "referee-report",
    )
    assert (second.id, second.metadata.part_of) == ("10.1234_a.sa1_r1.1", "10.1234_a.sa1")
    assert (third.id, third.metadata.part_of) == ("PMC5000_r1.1", "PMC5000")
    assert lines(first) == ["Report", "Good."]
    assert lines(second) == ["Thanks."]
    assert second.metadata.title == "Reply: Report"
    assert second.metadata.issued == "2020"


def test_a_response_without_an_id_is_numbered() -> None:
    response = "<response><body><p>No.</p></body></response>"
    found = documents(article(rest=response * 2))
    assert [document.id for document in found] == ["papers_one", "papers_one_1", "papers_one_2"]


def test_a_sub_article_that_repeats_the_doi_does_not_take_the_articles_id() -> None:
    doi = '<article-id pub-id-type="doi">10.1234/a</article-id>'
    translation = f'<sub-article id="en"><front-stub>{doi}</front-stub><body><p>Texts.</p></body></sub-article>'
    assert [item.id for item in documents(article(ids=doi, rest=translation))] == ["10.1234_a", "10.1234_a_en"]


def test_a_sub_article_cites_the_references_of_its_article() -> None:
    references = "<back><ref-list><ref id='R1'><mixed-citation>Ann. 2001.</mixed-citation></ref></ref-list></back>"
    part = "<sub-article id='s'><body><p>So <xref ref-type='bibr' rid='R1'>1</xref>.</p></body></sub-article>"
    parent, reply = documents(article(rest=references + part))
    assert [reference.id for reference in reply.references] == ["R1"]
    assert reply.reference_marks[0].reference_ids == ("R1",)
    assert [reference.id for reference in parent.references] == ["R1"]


def test_an_article_without_body_is_its_abstract() -> None:
    xml = article(front="<abstract><p>Short.</p></abstract>").replace("<body><p>Text.</p></body>", "")
    (document,) = documents(xml)
    assert lines(document) == ["Vesicles", "Short."]
    assert not has_body(xml.encode())


@pytest.mark.parametrize("body", ["", " \n ", "<sec><p> </p></sec>", "<!-- The publisher does not allow it -->"])
def test_a_body_that_prints_nothing_is_no_full_text(body: str) -> None:
    assert not has_body(article(body).encode())
    assert has_body(article("<p>x</p>").encode())


def test_a_review_inside_does_not_make_a_full_text() -> None:
    part = "<sub-article id='s'><body><p>Good.</p></body></sub-article>"
    assert not has_body(article("", rest=part).encode())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"no markup at all", "not well-formed"),
        (b"<article><front>", "cut short"),
        (b"<book><body><p>x</p></body></book>", "no <article>"),
        (b"<pmc-articleset><Reply error='not found'/></pmc-articleset>", "no <article>"),
        (b"<article><front/><body/></article>", "without any text"),
        (b"<?xml version='1.0' encoding='UTF-8'?><article><body><p>\xe9t\xe9</p></body></article>", "UTF-8"),
        (b"<?xml version='1.0' encoding='klingon'?><article><body><p>\xe9</p></body></article>", "UTF-8"),
        (b"<article><body>" + b"<sec>" * 200 + b"x" + b"</sec>" * 200 + b"</body></article>", "deep"),
        (b"<article><body>" + b"<sec>" * 10_000 + b"x" + b"</sec>" * 10_000 + b"</body></article>", "depth"),
        (f"<!DOCTYPE article [<!ENTITY l0 'lol'>{BILLION_LAUGHS}]>{article('<p>&l9;</p>')}".encode(), "entity"),
        (f"<!DOCTYPE article [<!ENTITY f SYSTEM 'file:///etc/hostname'>]>{article('<p>&f;</p>')}".encode(), "entity"),
        (f"<!DOCTYPE article [<!ENTITY l0 'lol'>{BILLION_LAUGHS}]><article id='&l9;'/>".encode(), "entity"),
        (article("<p>&unheardof;</p>").encode(), "&unheardof;"),
    ],
)
def test_bad_input_is_refused_with_name_and_remedy(data: bytes, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        documents(data)
    assert words in str(caught.value)
    assert "papers/one.xml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_can_be_as_deep_as_the_limit_is_read() -> None:
    depth = 100
    assert documents(article("<sec>" * depth + "<p>Deep.</p>" + "</sec>" * depth))[0].text.endswith("Deep.")
    assert documents(article(f"<p>{'<italic>' * depth}Deep.{'</italic>' * depth}</p>"))[0].text.endswith("Deep.")


@pytest.mark.parametrize("doctype", ["", "<!DOCTYPE article>", '<!DOCTYPE article PUBLIC "-//NLM//DTD" "x.dtd">'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_character_entities_need_no_dtd(doctype: str, encoding: str) -> None:
    xml = doctype + article("<p>5&nbsp;&mu;g &lt; &alpha;</p>")
    assert lines(documents(xml.encode(encoding))[0])[-1] == "5 μg < α"


def test_an_entity_that_the_file_declares_as_a_character_is_that_character() -> None:
    xml = '<!DOCTYPE article [<!ENTITY agr "&#x3b1;">]>' + article("<p>&agr;-actin</p>")
    assert lines(documents(xml)[0])[-1] == "α-actin"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("UTF-8", "utf-16"),
        ("ISO-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("ISO-8859-1", "utf-8"),
        ("UTF-16", "utf-8"),
    ],
)
def test_encodings_are_read_as_the_bytes_are(declared: str, encoding: str) -> None:
    xml = f'<?xml version="1.0" encoding="{declared}"?>{article("<p>étude ±5</p>")}'
    assert lines(documents(xml.encode(encoding))[0])[-1] == "étude ±5"


def test_a_namespace_on_the_root_changes_nothing() -> None:
    xml = article("<p>Text.</p>").replace("<article ", '<j:article xmlns:j="https://jats.nlm.nih.gov" ', 1)
    xml = xml.replace("</article>", "</j:article>")
    default = article("<p>Text.</p>", attributes='xmlns="http://jats.nlm.nih.gov"')
    assert documents(xml)[0].text == documents(default)[0].text == documents(article())[0].text


@pytest.mark.parametrize(
    ("data", "is_jats"),
    [
        (article().encode(), True),
        (article().encode("utf-16"), True),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!-- a > b --><!DOCTYPE article [<!ENTITY a 'b'>]>\n<article/>", True),
        (b"<pmc-articleset><article/></pmc-articleset>", True),
        (b"<x:article xmlns:x='y'/>", True),
        (b"<PubmedArticleSet><PubmedArticle/></PubmedArticleSet>", False),
        (b"<?xml version='1.0'?><!DOCTYPE PubmedArticleSet PUBLIC '-//NLM' 'x.dtd'><PubmedArticleSet/>", False),
        (b"<!DOCTYPE html><html><body><article>x</article></body></html>", False),
        (b"<!doctype html>\n<article>x</article>", False),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", False),
        (b"<rss/>", False),
    ],
)
def test_only_xml_that_could_be_jats_is_taken(data: bytes, is_jats: bool) -> None:
    assert sniff(data, "one.xml") is is_jats


@pytest.mark.parametrize("data", [b"", b"# Title", b"p < 0.05", b"%PDF-1.7", b"<", b"\x00\x01"])
def test_what_is_no_xml_is_taken_for_jats_only_by_its_name(data: bytes) -> None:
    assert not sniff(data, "one.md")
    assert sniff(data, "one.nxml")


@given(st.binary(max_size=200))
def test_any_bytes_give_documents_or_a_source_error(data: bytes) -> None:
    sniff(data, "x")
    try:
        read(Source("x", data))
    except SourceError as error:
        assert str(error).startswith("x ")


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_every_shared_file_loads(path: Path) -> None:
    data = path.read_bytes()
    assert sniff(data, path.name)
    if path.name.startswith("truncated"):
        with pytest.raises(SourceError, match="cut short"):
            read(Source(path.name, data))
        return
    found = read(Source(path.name, data))
    assert has_body(data)
    assert len({document.id for document in found}) == len(found)
    for document in found:
        known = {reference.id for reference in document.references}
        assert len(known) == len(document.references)
        assert all(set(mark.reference_ids) <= known for mark in document.reference_marks)
        ends = [(block.start, block.end) for block in document.blocks]
        assert all(end + 2 == start for (_, end), (start, _) in pairwise(ends))
        assert all(left.end <= right.start for left, right in pairwise(document.reference_marks))


@pytest.mark.skipif(not CORPUS, reason="the shared articles are not there")
def test_the_same_article_in_utf_16_has_the_same_text() -> None:
    one, other = SHARED / "jats" / "PMC8176117.xml", SHARED / "jats" / "odd" / "utf16_PMC8176117.xml"
    assert read(Source("a", one.read_bytes()))[0].version == read(Source("b", other.read_bytes()))[0].version
