"""A notice in the library holds for the paper it names, for as long as both are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import add, build, remove
from index.document import Metadata, Notice, NoticeKind, NoticeRole
from index.notices import notices_of, own
from index.report import Outcome
from index.sources.source import Source
from index.store import Store
from tests.fakes import HashingEncoder, workshop

RETRACTION, CORRECTION, CONCERN = NoticeKind.RETRACTION, NoticeKind.CORRECTION, NoticeKind.CONCERN
NOTICE = NoticeRole.NOTICE


def paper(doi: str | None = "10.1000/p", pmid: str | None = "7", *notices: Notice, title: str = "Pumps") -> Metadata:
    return Metadata(title=title, source="s", format="test", doi=doi, pmid=pmid, notices=notices)


def saying(*notices: Notice, doi: str = "10.1000/n") -> Metadata:
    return paper(doi, None, *notices, title="Notice")


def test_a_notice_holds_for_the_paper_it_names_by_any_identifier() -> None:
    for notice in (Notice(RETRACTION, NOTICE, doi="10.1000/p"), Notice(RETRACTION, NOTICE, pmid="7")):
        found = notices_of({"p": paper(), "n": saying(notice), "q": paper("10.1000/q", "8")})
        expected = Notice(RETRACTION, doi="10.1000/n", text="Notice", document_id="n")
        assert found == {"p": (expected,), "n": (notice,), "q": ()}


def test_kinds_stay_apart_and_a_notice_named_twice_is_said_once() -> None:
    both = Notice(RETRACTION, NOTICE, doi="10.1000/p", pmid="7")
    found = notices_of({"p": paper(), "n": saying(both), "c": saying(Notice(CORRECTION, NOTICE, pmid="7"))})
    assert sorted((notice.kind.value, notice.document_id) for notice in found["p"]) == [
        ("correction", "c"),
        ("retraction", "n"),
    ]


def test_what_the_papers_own_source_names_is_not_repeated() -> None:
    own_notice = Notice(RETRACTION, doi="10.1000/n")
    library = {"p": paper("10.1000/p", "7", own_notice), "n": saying(Notice(RETRACTION, NOTICE, doi="10.1000/p"))}
    assert notices_of(library)["p"] == (own_notice,)


def test_a_notice_that_names_itself_or_nobody_changes_nothing() -> None:
    library = {
        "n": saying(Notice(RETRACTION, NOTICE, doi="10.1000/n")),
        "p": paper(),
        "m": saying(Notice(CONCERN, NOTICE)),
    }
    assert notices_of(library)["n"] == library["n"].notices
    assert notices_of(library)["p"] == ()


def test_a_paper_that_is_retracted_retracts_nothing() -> None:
    assert notices_of({"p": paper(), "q": paper("10.1000/q", "8", Notice(RETRACTION, doi="10.1000/p"))})["p"] == ()


def test_working_it_out_again_gives_the_same() -> None:
    library = {"p": paper(), "n": saying(Notice(RETRACTION, NOTICE, doi="10.1000/p"))}
    again = {
        id_: paper("10.1000/p", "7", *notices_of(library)["p"]) if id_ == "p" else held for id_, held in library.items()
    }
    assert notices_of(again) == notices_of(library)
    assert own(again["p"]) == library["p"]


def article(name: str, doi: str, title: str, extra: str = "", type_: str = "research-article") -> Source:
    xml = (
        f'<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="{type_}"><front><article-meta>'
        f'<article-id pub-id-type="doi">{doi}</article-id><title-group><article-title>{title}</article-title>'
        f"</title-group>{extra}</article-meta></front><body><p>Pumps expel the drug from cells.</p></body></article>"
    )
    return Source(f"{name}.xml", xml.encode())


PAPER = article("paper", "10.1000/p", "Pumps in mice")
SAYS_SO = article(
    "notice",
    "10.1000/n",
    "Retraction: Pumps in mice",
    '<related-article related-article-type="retracted-article" ext-link-type="doi" xlink:href="10.1000/p"/>',
    "retraction",
)


def notices(store: Store, id_: str) -> tuple[Notice, ...]:
    with store.open() as generation:
        return generation.database.document(id_).metadata.notices


EXPECTED = (Notice(RETRACTION, doi="10.1000/n", text="Retraction: Pumps in mice", document_id="10.1000_n"),)


@pytest.mark.parametrize("order", [(PAPER, SAYS_SO), (SAYS_SO, PAPER)])
def test_adding_and_removing_the_notice_changes_the_paper_in_the_index(
    tmp_path: Path, order: tuple[Source, Source]
) -> None:
    store = Store(tmp_path / "index")
    build(store, order[:1], workshop())
    encoder = HashingEncoder()
    add(store, order[1:], workshop(encoder))
    assert notices(store, "10.1000_p") == EXPECTED
    assert len([text for text in encoder.embedded if "expel" in text]) <= 2  # of the document that is new, alone
    remove(store, ["10.1000_n"])
    assert notices(store, "10.1000_p") == ()


def test_the_same_paper_again_is_unchanged_for_all_its_notice(tmp_path: Path) -> None:
    store = Store(tmp_path / "index")
    build(store, [PAPER, SAYS_SO], workshop())
    report = add(store, [PAPER], workshop())
    assert [change.outcome for change in report.changes] == [Outcome.UNCHANGED] and report.generation is None
    assert notices(store, "10.1000_p") == EXPECTED
