"""Notices of JATS articles: who was retracted, corrected, doubted, and which article says so."""

from __future__ import annotations

import pytest
from lxml import etree

from index.document import Document, Notice, NoticeKind, NoticeRole
from index.sources.jats import read
from index.sources.jats_notices import reference_notices
from index.sources.source import Source

RETRACTION, CONCERN, CORRECTION = NoticeKind.RETRACTION, NoticeKind.CONCERN, NoticeKind.CORRECTION
NOTICE = NoticeRole.NOTICE


def document(
    meta: str = "", *, title: str = "Pumps in mice", type_: str = "research-article", rest: str = ""
) -> Document:
    xml = (
        f'<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="{type_}"><front><article-meta>'
        '<article-id pub-id-type="doi">10.1000/own</article-id>'
        f"<title-group><article-title>{title}</article-title></title-group>{meta}</article-meta></front>"
        f"<body><p>Words.</p></body>{rest}</article>"
    )
    return read(Source("a.xml", xml.encode()))[0]


def related(relation: str, target: str, kind: str = "doi", text: str = "") -> str:
    return (
        f'<related-article related-article-type="{relation}" ext-link-type="{kind}" xlink:href="{target}">{text}'
        "</related-article>"
    )


@pytest.mark.parametrize(
    ("meta", "type_", "expected"),
    [
        (related("retraction-forward", "10.1000/R"), "research-article", Notice(RETRACTION, doi="10.1000/r")),
        (related("retracted-article", "10.1000/p"), "retraction", Notice(RETRACTION, NOTICE, doi="10.1000/p")),
        (related("correction-forward", "12345", "pmc"), "research-article", Notice(CORRECTION, pmcid="PMC12345")),
        (related("corrected-article", "7", "pubmed"), "correction", Notice(CORRECTION, NOTICE, pmid="7")),
        (
            related("object-of-concern", "https://doi.org/10.1000/p", "uri"),
            "expression-of-concern",
            Notice(CONCERN, NOTICE, doi="10.1000/p"),
        ),
        (related("expression-of-concern", "10.1000/c"), "research-article", Notice(CONCERN, doi="10.1000/c")),
        (
            related("expression-of-concern", "10.1000/p"),
            "expression-of-concern",
            Notice(CONCERN, NOTICE, doi="10.1000/p"),
        ),
        (
            related("partial-retraction", "10.1000/p"),
            "partial-retraction",
            Notice(NoticeKind.PARTIAL_RETRACTION, NOTICE, doi="10.1000/p"),
        ),
    ],
)
def test_related_articles_in_both_directions(meta: str, type_: str, expected: Notice) -> None:
    assert document(meta, type_=type_).metadata.notices == (expected,)


def test_a_retraction_and_a_correction_stay_apart() -> None:
    found = document(related("correction-forward", "10.1000/c") + related("retraction-forward", "10.1000/r"))
    assert set(found.metadata.notices) == {Notice(CORRECTION, doi="10.1000/c"), Notice(RETRACTION, doi="10.1000/r")}


def test_comments_reviews_and_addenda_are_no_notices() -> None:
    links = [
        related(kind, "10.1000/x") for kind in ("commentary-article", "peer-reviewed-article", "addendum", "letter")
    ]
    assert document("".join(links)).metadata.notices == ()


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (document(type_="retracted-article"), Notice(RETRACTION)),
        (document(type_="retraction", title="Retraction"), Notice(RETRACTION, NOTICE)),
        (document(type_="retraction", title="Retracted: Pumps in mice"), Notice(RETRACTION, NOTICE)),
        (document(title="RETRACTED ARTICLE: Pumps in mice"), Notice(RETRACTION)),
        (
            document(type_="other", title="Retraction: Pumps in mice"),
            Notice(RETRACTION, NOTICE, text="Pumps in mice"),
        ),
        (
            document(
                "<article-categories><subj-group><subject>Retraction Note</subject></subj-group></article-categories>",
                type_="other",
            ),
            Notice(RETRACTION, NOTICE),
        ),
        (document("<history><date date-type='retracted'><year>2020</year></date></history>"), Notice(RETRACTION)),
        (
            document(
                rest="<back><fn-group><fn fn-type='correction'><p>Figure 2 was mended.</p></fn></fn-group></back>"
            ),
            Notice(CORRECTION, text="Figure 2 was mended."),
        ),
        (
            document(
                "<custom-meta-group><custom-meta><meta-name>retraction</meta-name><meta-value>10.1000/r</meta-value>"
                "</custom-meta></custom-meta-group>"
            ),
            Notice(RETRACTION, doi="10.1000/r", text="10.1000/r"),
        ),
    ],
)
def test_other_places_where_a_source_says_so(found: Document, expected: Notice) -> None:
    assert found.metadata.notices == (expected,)


def test_a_paper_about_retractions_has_none() -> None:
    assert document(title="Retraction: why papers are retracted").metadata.notices == ()
    assert document("<history><date date-type='corrected'><year>2020</year></date></history>").metadata.notices == ()


def test_a_title_adds_nothing_to_a_link() -> None:
    found = document(related("retraction-forward", "10.1000/r"), title="RETRACTED: Pumps in mice")
    assert found.metadata.notices == (Notice(RETRACTION, doi="10.1000/r"),)


def test_a_notice_of_two_papers_names_both() -> None:
    links = related("retracted-article", "10.1000/p") + related("retracted-article", "10.1000/q")
    assert [n.doi for n in document(links, type_="retraction").metadata.notices] == ["10.1000/p", "10.1000/q"]


def test_a_link_inside_the_bibliography_is_not_the_articles() -> None:
    rest = (
        "<back><ref-list><ref id='r1'><mixed-citation>Able A. Pumps. "
        f"{related('retraction-forward', '10.1000/r')}</mixed-citation></ref></ref-list></back>"
    )
    assert document(rest=rest).metadata.notices == ()


@pytest.mark.parametrize(
    ("citation", "title", "expected"),
    [
        ("<c>Able A. Pumps [Retracted]. J. 2009.</c>", None, Notice(RETRACTION)),
        ("<c>Able A. Pumps. J. 2009.</c>", "RETRACTED: Pumps", Notice(RETRACTION)),
        ("<c specific-use='retracted'>Able A. Pumps. J. 2009.</c>", None, Notice(RETRACTION)),
        (
            "<c>Able A. Pumps. <related-article related-article-type='retraction-forward' ext-link-type='pmid' "
            "h='7'/></c>",
            None,
            Notice(RETRACTION, pmid="7"),
        ),
    ],
)
def test_references_that_the_source_marks(citation: str, title: str | None, expected: Notice) -> None:
    element = etree.fromstring(citation.replace(" h=", " xmlns:l='http://www.w3.org/1999/xlink' l:href="))
    text = "".join(map(str, element.itertext()))
    assert reference_notices(element, text, title) == (expected,)


def test_a_retracted_study_is_marked_in_the_bibliography_and_only_there() -> None:
    rest = (
        "<back><ref-list><ref id='r1'><mixed-citation>Able A. <article-title>RETRACTED: Pumps</article-title>. J. 2009."
        "</mixed-citation></ref><ref id='r2'><mixed-citation>Baker B. Valves. J. 2010.</mixed-citation></ref>"
        "</ref-list></back>"
    )
    found = document(rest=rest)
    assert [reference.notices for reference in found.references] == [(Notice(RETRACTION),), ()]
    assert found.metadata.notices == ()


def test_ordinary_references_have_none() -> None:
    element = etree.fromstring("<c publication-type='journal'>Able A. Retraction in practice. J. 2009.</c>")
    assert reference_notices(element, "Able A. Retraction in practice. J. 2009.", "Retraction in practice") == ()
