"""Metadata of JATS articles: everything the front matter gives, in the forms that `Metadata` promises."""

from __future__ import annotations

import pytest

from index.document import Author, Metadata, RelatedArticle
from index.sources.jats import read
from index.sources.source import Source

XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:ali="http://www.niso.org/schemas/ali/1.0/"'
NAME = "<name><surname>Zhao</surname><given-names>Ming</given-names></name>"


def metadata(front: str = "", journal: str = "", attributes: str = "") -> Metadata:
    xml = (
        f"<article {XLINK} {attributes}><front><journal-meta>{journal}</journal-meta>"
        f"<article-meta>{front}</article-meta></front><body><p>x</p></body></article>"
    )
    return read(Source("one.xml", xml.encode()))[0].metadata


def test_ids_have_one_spelling_and_the_others_are_kept() -> None:
    found = metadata(
        '<article-id pub-id-type="pmcid">13013411</article-id><article-id pub-id-type="pmid">42</article-id>'
        '<article-id pub-id-type="doi">https://doi.org/10.1234/AbC</article-id>'
        '<article-id pub-id-type="doi" specific-use="version">10.1234/abc.2</article-id>'
        '<article-id pub-id-type="publisher-id">p1</article-id>'
    )
    assert (found.pmcid, found.pmid, found.doi) == ("PMC13013411", "42", "10.1234/abc")
    assert found.other_ids == (("doi", "10.1234/abc.2"), ("publisher-id", "p1"))


def test_journal_and_place_in_it() -> None:
    found = metadata(
        "<volume>7</volume><issue>2</issue><fpage>1</fpage><lpage>9</lpage>",
        "<journal-title-group><journal-title>Vesicles</journal-title></journal-title-group>"
        "<publisher><publisher-name>Press</publisher-name></publisher>",
    )
    assert (found.container_title, found.publisher) == ("Vesicles", "Press")
    assert (found.volume, found.issue, found.pages) == ("7", "2", "1–9")
    assert metadata("<elocation-id>e5</elocation-id>").pages == "e5"


def date(kind: str, year: str, month: str = "", day: str = "") -> str:
    parts = f"<day>{day}</day><month>{month}</month>" if day else f"<month>{month}</month>" if month else ""
    return f"<pub-date pub-type='{kind}'>{parts}<year>{year}</year></pub-date>"


@pytest.mark.parametrize(
    ("dates", "issued"),
    [
        (date("epub", "2015", "7", "6"), "2015-07-06"),
        (date("collection", "2018") + date("epub", "2018", "9", "11"), "2018-09-11"),
        (date("collection", "2021", "3") + date("epub", "2020", "12", "03"), "2020-12-03"),
        (date("ppub", "2011", "April") + date("epub", "2011", "5", "2"), "2011-04"),
        (date("pmc-release", "2012", "1", "1") + date("ppub", "2013"), "2013"),
        (date("pmc-release", "2012", "1", "1"), "2012-01-01"),
        (date("epub", "2015", "13", "6"), "2015"),
        (date("epub", "2015", "2", "31"), "2015-02"),
        (date("epub", "s. d."), None),
        ("<pub-date iso-8601-date='2017-05-23T00:00'><year>2017</year></pub-date>", "2017-05-23"),
        ("<pub-date date-type='pub' publication-format='electronic'><year>2020</year></pub-date>", "2020"),
        ("<pub-date><string-date>March 2009</string-date></pub-date>", "2009"),
        ("", None),
    ],
)
def test_issued_is_the_earliest_publication_most_precisely(dates: str, issued: str | None) -> None:
    assert metadata(dates).issued == issued


def test_authors_are_people_and_groups_but_not_editors() -> None:
    contributors = (
        f"<contrib contrib-type='author'>{NAME}<xref rid='a'/></contrib>"
        "<contrib contrib-type='author'><name><surname>King</surname><given-names>M.</given-names><suffix>Jr</suffix>"
        "</name></contrib><contrib contrib-type='author'><collab>The EV Group<contrib-group><contrib>"
        f"{NAME}</contrib></contrib-group></collab></contrib>"
        "<contrib contrib-type='author'><string-name>Madonna</string-name></contrib>"
        "<contrib contrib-type='author'><name-alternatives><name><surname>Li</surname></name>"
        "<name><surname>李</surname></name></name-alternatives></contrib>"
        "<contrib contrib-type='editor'><name><surname>Ed</surname></name></contrib>"
        "<on-behalf-of>the ABC study</on-behalf-of>"
    )
    assert metadata(f"<contrib-group>{contributors}</contrib-group>").authors == (
        Author(family="Zhao", given="Ming"),
        Author(family="King", given="M.", suffix="Jr"),
        Author(literal="The EV Group"),
        Author(literal="Madonna"),
        Author(family="Li"),
        Author(literal="the ABC study"),
    )
    assert metadata(f"<contrib-group><contrib>{NAME}</contrib></contrib-group>").authors[0].name == "Ming Zhao"


def test_a_title_keeps_its_scripts_and_subtitle_but_not_its_notes() -> None:
    title = "<article-title>CO<sub>2</sub> in <italic>vivo</italic><xref ref-type='fn' rid='f'>*</xref></article-title>"
    assert metadata(f"<title-group>{title}<subtitle>A trial</subtitle></title-group>").title == "CO₂ in vivo: A trial"
    assert (
        metadata("<title-group><article-title>Why?</article-title><subtitle>So.</subtitle></title-group>").title
        == "Why? So."
    )


def test_without_a_title_the_id_stands_for_it() -> None:
    assert metadata().title == "one"


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        ("<license xlink:href='http://a.example/l'><license-p>Free.</license-p></license>", "http://a.example/l"),
        (
            "<license><ali:license_ref>https://creativecommons.org/licenses/by/4.0/</ali:license_ref></license>",
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        (
            "<license><license-p>See <ext-link xlink:href='http://p.example'>us</ext-link>, "
            "<ext-link xlink:href='http://creativecommons.org/licenses/by/2.0'>CC</ext-link></license-p></license>",
            "http://creativecommons.org/licenses/by/2.0",
        ),
        (
            "<license><p>Open (https://creativecommons.org/publicdomain/zero/1.0/).</p></license>",
            "https://creativecommons.org/publicdomain/zero/1.0/",
        ),
        ("<license><license-p>Free to read.</license-p></license>", "Free to read."),
        ("<copyright-statement>© 2020</copyright-statement>", None),
    ],
)
def test_a_licence_is_its_address_else_its_words(permissions: str, expected: str | None) -> None:
    assert metadata(f"<permissions>{permissions}</permissions>").license == expected


def test_type_language_keywords_and_address() -> None:
    found = metadata(
        "<kwd-group><kwd>exosomes</kwd><kwd><italic>E. coli</italic></kwd><kwd>exosomes</kwd></kwd-group>"
        "<kwd-group kwd-group-type='abbreviations'><kwd>EV</kwd></kwd-group>"
        "<self-uri xlink:href='http://a.example/1.pdf'/><self-uri xlink:href='http://a.example/1'/>",
        attributes="article-type='review-article' xml:lang='EN'",
    )
    assert (found.article_type, found.language, found.url) == ("review-article", "en", "http://a.example/1")
    assert found.keywords == ("exosomes", "E. coli")


def test_a_preprint_in_the_history_of_a_paper_is_related() -> None:
    address = "https://doi.org/10.1101/2023.11.13.566869"
    found = metadata(
        f"<pub-history><event><self-uri content-type='preprint' xlink:href='{address}'/></event><event>"
        "<self-uri content-type='reviewed-preprint' xlink:href='https://doi.org/10.1234/a.1'/></event></pub-history>"
    )
    assert found.related == (RelatedArticle("preprint", "doi", "10.1101/2023.11.13.566869"),)


def test_related_articles_and_reviewed_works() -> None:
    found = metadata(
        "<related-article related-article-type='retracted-article' ext-link-type='doi' xlink:href='10.1234/a'/>"
        "<product><name><surname>Mukherjee</surname></name><source>The Emperor</source><year>2010</year></product>"
    )
    assert found.related == (
        RelatedArticle("retracted-article", "doi", "10.1234/a"),
        RelatedArticle("product", None, None, "Mukherjee. The Emperor. 2010."),
    )
