"""PubMed's tagged records in, a document for each out."""

from __future__ import annotations

import pytest

from index.document import Author, Document, Entity, Notice, NoticeKind, NoticeRole
from index.sources import formats, medline
from index.sources.source import PartlyReadable, Source


def read(*records: str) -> tuple[Document, ...]:
    return formats.read(Source("set.ris", ("\n" + "\n\n".join(records)).encode()))


RECORD = """PMID- 7
OWN - NLM
IS  - 1234-5678 (Electronic)
VI  - 3
IP  - 4
DP  - 2020 Feb
TI  - Pumps in
      mice.
PG  - 173-5
LID - 10.1000/A [doi]
AB  - A line that is broken
      in the middle.
FAU - King, Ann B
AU  - King AB
FAU - Madonna
CN  - The Pump Group
LA  - fre
PT  - Journal Article
PT  - Review
TT  - Des pompes.
DEP - 20191231
JT  - Journal of pumps
MH  - *Mice/genetics
OT  - pump
PMC - PMC123
SO  - J Pumps. 2020 Feb;3(4):173-5. doi: 10.1000/A."""


def test_a_record_with_all_that_a_paper_has() -> None:
    (found,) = read(RECORD)
    metadata = found.metadata
    assert found.text == "Pumps in mice.\n\nDes pompes.\n\nA line that is broken in the middle."
    assert (found.id, metadata.pmid, metadata.doi, metadata.format) == ("PMC123", "7", "10.1000/a", "medline")
    assert metadata.authors == (
        Author(family="King", given="Ann B"),
        Author(literal="Madonna"),
        Author(literal="The Pump Group"),
    )
    assert (metadata.container_title, metadata.issued, metadata.pages) == ("Journal of pumps", "2019-12-31", "173–5")
    assert (metadata.article_type, metadata.language, metadata.keywords) == ("Journal Article; Review", "fr", ("pump",))
    assert metadata.entities == (Entity("mesh", "Mice"),)


def test_records_follow_each_other_and_one_without_abstract_is_its_title() -> None:
    found = read("PMID- 1\nTI  - A.", "PMID- 2\nTI  - B.")
    assert [(document.id, document.text) for document in found] == [("PMID1", "A."), ("PMID2", "B.")]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("RIN - J. 2010;1:2. PMID: 9", Notice(NoticeKind.RETRACTION, pmid="9", text="J. 2010;1:2. PMID: 9")),
        ("ROF - J. 2010. PMID: 9", Notice(NoticeKind.RETRACTION, NoticeRole.NOTICE, pmid="9", text="J. 2010. PMID: 9")),
        ("EIN - J. 2010;1:2", Notice(NoticeKind.CORRECTION, text="J. 2010;1:2")),
        ("EFR - J. 2010;1:2", Notice(NoticeKind.CORRECTION, NoticeRole.NOTICE, text="J. 2010;1:2")),
        ("ECI - J. 2010;1:2", Notice(NoticeKind.CONCERN, text="J. 2010;1:2")),
        ("PT  - Retracted Publication", Notice(NoticeKind.RETRACTION)),
    ],
)
def test_notices(lines: str, expected: Notice) -> None:
    (found,) = read(f"PMID- 7\nTI  - Pumps.\n{lines}\nCIN - J. 2011. PMID: 5")
    assert found.metadata.notices == (expected,)


def test_a_record_with_nothing_to_read_is_named() -> None:
    with pytest.raises(PartlyReadable, match=r"record 2 \(line 5\), PMID 2: it has neither"):
        read("PMID- 1\nTI  - A.", "PMID- 2\nAU  - B")


def test_a_sentence_with_the_word_is_no_record() -> None:
    assert not medline.sniff(b"We looked at PMID- 7 in detail.\n", "a.txt")
