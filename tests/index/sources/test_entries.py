"""Records of libraries as documents: ids, duplicates, faults."""

from __future__ import annotations

import pytest

from index.document import Metadata
from index.errors import SourceError
from index.sources.entries import Abstract, Entry, Fault, Paragraph, cited_title, documents
from index.sources.source import PartlyReadable, Source

LIBRARY = Source("my papers/lib.ris", b"")


def entry(title: str, *texts: str, key: str | None = None, doi: str | None = None, place: str = "record") -> Entry:
    metadata = Metadata(title=title, source=LIBRARY.name, format="test", doi=doi)
    abstracts = (Abstract(tuple(map(Paragraph, texts))),) if texts else ()
    return Entry(place, metadata, (title,) if title else (), abstracts, key=key)


def test_a_record_without_identifier_is_named_by_its_key_or_by_what_it_says() -> None:
    keyed, other, again = documents(LIBRARY, [entry("A", key="able:2020"), entry("B"), entry("C")])
    assert keyed.id == "my_papers_lib_able_2020"
    assert other.id.startswith("my_papers_lib_") and other.id != again.id
    assert documents(LIBRARY, [entry("X"), entry("B")])[1].id == other.id


def test_the_same_paper_twice_is_kept_where_it_says_more() -> None:
    (kept,) = documents(
        LIBRARY, [entry("A", doi="10.1/a"), entry("a.", "Words.", doi="10.1/a"), entry("A", doi="10.1/a")]
    )
    assert kept.text == "a.\n\nWords."


def test_two_titles_under_one_identifier_are_both_there() -> None:
    assert len(documents(LIBRARY, [entry("A", doi="10.1/a"), entry("B", doi="10.1/a")])) == 2


def test_an_abstract_without_title_is_named_by_its_id() -> None:
    (found,) = documents(LIBRARY, [entry("", "Words.", doi="10.1/a")])
    assert (found.metadata.title, found.text) == ("10.1_a", "Words.")


def test_faults_are_named_up_to_a_number_that_can_be_read() -> None:
    faults = [Fault(f"record {n}", "it is torn") for n in range(1, 9)]
    with pytest.raises(
        PartlyReadable, match=r"8 of 9 records cannot be read \(record 1: it is torn; .*; 3 more\)"
    ) as caught:
        documents(LIBRARY, [*faults, entry("A")])
    assert "\n" not in str(caught.value)
    assert len(caught.value.documents) == 1


def test_nothing_to_read_is_an_error() -> None:
    with pytest.raises(SourceError, match=r"my papers/lib.ris holds no record"):
        documents(LIBRARY, [])


def test_titles_to_cite_by() -> None:
    assert cited_title("Pumps in E. coli.") == "Pumps in E. coli"
    assert cited_title("[Pumps] in mice.") == "[Pumps] in mice"
    assert cited_title("Pumps of the U.S.") == "Pumps of the U.S."
