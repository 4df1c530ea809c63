"""PubMed XML in, a document for each record out."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.document import Author, BlockKind, Document, Entity, Notice, NoticeKind, NoticeRole
from index.errors import SourceError
from index.sources import pubmed
from index.sources.source import PartlyReadable, Source

OTHER = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "other"


def record(
    article: str = "", citation: str = "", data: str = "", *, title: str = "Pumps in mice.", pmid: str = "7"
) -> str:
    return (
        f"<PubmedArticle><MedlineCitation><PMID Version='1'>{pmid}</PMID><Article>"
        f"<ArticleTitle>{title}</ArticleTitle>{article}</Article>{citation}</MedlineCitation>"
        f"<PubmedData>{data}</PubmedData></PubmedArticle>"
    )


def read(*records: str) -> tuple[Document, ...]:
    xml = f"<?xml version='1.0'?><PubmedArticleSet>{''.join(records)}</PubmedArticleSet>"
    return pubmed.read(Source("set.xml", xml.encode()))


def one(article: str = "", citation: str = "", data: str = "", *, title: str = "Pumps in mice.") -> Document:
    return read(record(article, citation, data, title=title))[0]


def test_a_structured_abstract_is_sections_of_the_abstract() -> None:
    found = one(
        "<Abstract><AbstractText Label='AIMS' NlmCategory='OBJECTIVE'>We asked.</AbstractText>"
        "<AbstractText Label='RESULTS'>CD8<sup>+</sup> cells took up CO<sub>2</sub>.</AbstractText></Abstract>"
    )
    assert found.text == "Pumps in mice.\n\nAIMS\n\nWe asked.\n\nRESULTS\n\nCD8⁺ cells took up CO₂."
    assert [section.path for section in found.sections] == [
        ("Abstract",),
        ("Abstract", "AIMS"),
        ("Abstract", "RESULTS"),
    ]
    assert found.blocks[2].kind is BlockKind.ABSTRACT
    assert (found.id, found.metadata.title, found.metadata.format) == ("PMID7", "Pumps in mice", "pubmed")


def test_indentation_of_a_pretty_printer_does_not_part_a_letter_from_its_script() -> None:
    found = one("<Abstract><AbstractText>A fast β\n      <sub>2</sub>-agonist.</AbstractText></Abstract>")
    assert found.text.endswith("A fast β₂-agonist.")


def test_a_record_without_abstract_is_its_title() -> None:
    assert one().text == "Pumps in mice."


def test_other_languages_keep_both_titles_and_name_their_abstract() -> None:
    found = one(
        "<VernacularTitle>Des pompes.</VernacularTitle><Language>fre</Language>",
        "<OtherAbstract Type='Publisher' Language='fre'><AbstractText>Nous avons vu.</AbstractText></OtherAbstract>"
        "<OtherAbstract Type='plain-language-summary'><AbstractText>Plain.</AbstractText></OtherAbstract>",
        title="[Pumps].",
    )
    assert found.text.startswith("[Pumps].\n\nDes pompes.")
    assert (found.metadata.title, found.metadata.language) == ("Pumps", "fr")
    assert [section.path for section in found.sections] == [
        ("Abstract of the publisher (translated, fr)",),
        ("Plain language summary",),
    ]


def test_authors_are_people_groups_and_those_with_one_name() -> None:
    found = one(
        "<AuthorList><Author><LastName>King</LastName><ForeName>Ann B</ForeName><Suffix>Jr</Suffix></Author>"
        "<Author><LastName>Madonna</LastName></Author>"
        "<Author><CollectiveName>The Pump Group</CollectiveName></Author></AuthorList>"
    )
    assert found.metadata.authors == (
        Author(family="King", given="Ann B", suffix="Jr"),
        Author(family="Madonna"),
        Author(literal="The Pump Group"),
    )


def issue(date: str) -> str:
    return f"<Journal><JournalIssue><PubDate>{date}</PubDate></JournalIssue></Journal>"


@pytest.mark.parametrize(
    ("dates", "issued"),
    [
        (issue("<Year>2020</Year><Month>Feb</Month>"), "2020-02"),
        (
            issue("<Year>2020</Year>") + "<ArticleDate><Year>2019</Year><Month>12</Month><Day>31</Day></ArticleDate>",
            "2019-12-31",
        ),
        (issue("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>"), "1998-12"),
        (issue("<Year>2001</Year><Season>Spring</Season>"), "2001"),
        ("", None),
    ],
)
def test_dates(dates: str, issued: str | None) -> None:
    assert one(dates).metadata.issued == issued


def test_place_in_the_journal_ids_and_headings() -> None:
    found = one(
        "<Journal><ISSN>1</ISSN><JournalIssue><Volume>3</Volume><Issue>4</Issue></JournalIssue><Title>J Pumps</Title>"
        "</Journal><Pagination><MedlinePgn>173-5</MedlinePgn></Pagination>"
        "<ELocationID EIdType='doi' ValidYN='N'>10.1000/wrong</ELocationID>"
        "<PublicationTypeList><PublicationType>Journal Article</PublicationType><PublicationType>Review"
        "</PublicationType></PublicationTypeList>",
        "<MeshHeadingList><MeshHeading><DescriptorName UI='D1'>Mice</DescriptorName></MeshHeading></MeshHeadingList>"
        "<KeywordList><Keyword>pump</Keyword></KeywordList>",
        "<ArticleIdList><ArticleId IdType='doi'>10.1000/A</ArticleId><ArticleId IdType='pmc'>PMC123</ArticleId>"
        "</ArticleIdList><ReferenceList><Reference><Citation>J 1999</Citation><ArticleIdList>"
        "<ArticleId IdType='pmc'>PMC999</ArticleId><ArticleId IdType='pubmed'>5</ArticleId></ArticleIdList>"
        "</Reference></ReferenceList>",
    )
    metadata = found.metadata
    assert (found.id, metadata.pmid, metadata.pmcid, metadata.doi) == ("PMC123", "7", "PMC123", "10.1000/a")
    assert (metadata.container_title, metadata.volume, metadata.issue, metadata.pages) == ("J Pumps", "3", "4", "173–5")
    assert (metadata.article_type, metadata.keywords) == ("Journal Article; Review", ("pump",))
    assert metadata.entities == (Entity("mesh", "Mice", "MESH:D1"),)
    assert [(entry.id, entry.text, entry.pmid, entry.pmcid) for entry in found.references] == [
        ("1", "J 1999", "5", "PMC999")
    ]


def correction(kind: str, source: str, pmid: str = "") -> str:
    return (
        f"<CommentsCorrectionsList><CommentsCorrections RefType='{kind}'><RefSource>{source}</RefSource>"
        f"<PMID>{pmid}</PMID></CommentsCorrections></CommentsCorrectionsList>"
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("RetractionIn", (NoticeKind.RETRACTION, NoticeRole.SUBJECT)),
        ("RetractionOf", (NoticeKind.RETRACTION, NoticeRole.NOTICE)),
        ("ErratumIn", (NoticeKind.CORRECTION, NoticeRole.SUBJECT)),
        ("ExpressionOfConcernFor", (NoticeKind.CONCERN, NoticeRole.NOTICE)),
    ],
)
def test_comments_and_corrections(kind: str, expected: tuple[NoticeKind, NoticeRole]) -> None:
    (notice,) = one(citation=correction(kind, "J Pumps. 2010;1:2", "99")).metadata.notices
    assert (notice.kind, notice.role, notice.pmid, notice.text) == (*expected, "99", "J Pumps. 2010;1:2 PMID: 99")


def test_comments_are_no_notices() -> None:
    assert one(citation=correction("CommentIn", "J Pumps. 2010;1:2", "99")).metadata.notices == ()


def test_publication_types_and_titles_say_so_too() -> None:
    types = "<PublicationTypeList><PublicationType>{}</PublicationType></PublicationTypeList>"
    assert one(types.format("Retracted Publication")).metadata.notices == (Notice(NoticeKind.RETRACTION),)
    found = one(types.format("Retraction of Publication"), title="Retracted: Pumps in mice.")
    assert found.metadata.notices == (Notice(NoticeKind.RETRACTION, NoticeRole.NOTICE),)
    assert one(title="RETRACTED: Pumps in mice.").metadata.notices == (Notice(NoticeKind.RETRACTION),)


def test_books() -> None:
    xml = (
        "<PubmedBookArticle><BookDocument><PMID>9</PMID><ArticleIdList>"
        "<ArticleId IdType='bookaccession'>NBK1</ArticleId></ArticleIdList><Book><Publisher>"
        "<PublisherName>NLM</PublisherName></Publisher><BookTitle>On pumps</BookTitle>"
        "<PubDate><Year>2011</Year></PubDate></Book><ArticleTitle>Chapter one</ArticleTitle>"
        "<AuthorList Type='editors'><Author><LastName>Ed</LastName></Author></AuthorList>"
        "<AuthorList Type='authors'><Author><LastName>Au</LastName></Author></AuthorList>"
        "<Abstract><AbstractText>Words.</AbstractText></Abstract></BookDocument></PubmedBookArticle>"
    )
    (found,) = pubmed.read(Source("a.xml", xml.encode()))
    assert (found.id, found.metadata.title, found.metadata.container_title) == ("PMID9", "Chapter one", "On pumps")
    assert (found.metadata.issued, found.metadata.publisher) == ("2011", "NLM")
    assert found.metadata.authors == (Author(family="Au"),)


def test_a_faulty_record_is_named_and_costs_the_others_nothing() -> None:
    with pytest.raises(
        PartlyReadable, match=r"set.xml: 2 of 4 records cannot be read \(record 2 \(PMID 8\): it has"
    ) as caught:
        read(record(), record(title="", pmid="8"), "<PubmedArticle/>", record(pmid="9"))
    assert [document.id for document in caught.value.documents] == ["PMID7", "PMID9"]


def test_a_set_without_records_says_what_to_do() -> None:
    with pytest.raises(SourceError, match=r"set.xml lists no PubMed record: fetch it again"):
        read()


def test_a_deleted_list_is_no_record() -> None:
    assert [document.id for document in read(record(), "<DeleteCitation><PMID>1</PMID></DeleteCitation>")] == ["PMID7"]


@pytest.mark.skipif(not OTHER.exists(), reason="no shared data here")
@pytest.mark.parametrize(
    ("name", "records"), [("pubmed_ev_2021.xml", 60), ("pubmed_efetch_pubmedpy.xml", 6), ("pubmed_old_1977.xml", 2)]
)
def test_real_files_come_whole(name: str, records: int) -> None:
    found = pubmed.read(Source(name, (OTHER / name).read_bytes()))
    assert len(found) == records
    assert all(document.metadata.pmid and document.metadata.issued for document in found)
