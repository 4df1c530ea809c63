from __future__ import annotations

from index.database import Record
from index.document import Document, Metadata
from index.merge import Outcome, merge
from tests.fakes import document


def paper(
    id_: str, text: str, *, doi: str | None = None, pmid: str | None = None, part_of: str | None = None
) -> Document:
    pmcid = id_ if id_.startswith("PMC") else None
    metadata = Metadata("A paper", f"{id_}.xml", "test", doi=doi, pmid=pmid, pmcid=pmcid, part_of=part_of)
    return document(id_, "A paper", text, metadata=metadata)


def stored(held: Document) -> dict[str, Record]:
    return {held.id: Record(held.id, held.version, len(held.text), held.metadata)}


def test_a_new_paper_is_added() -> None:
    library, changes = merge({}, [paper("PMC1", "Text.")])
    assert [change.outcome for change in changes] == [Outcome.ADDED]
    assert set(library.documents) == {"PMC1"}


def test_the_same_paper_again_changes_nothing() -> None:
    held = paper("PMC1", "Text.")
    library, changes = merge(stored(held), [held])
    assert changes[0].outcome is Outcome.UNCHANGED
    assert isinstance(library.documents["PMC1"], Record)


def test_the_same_id_with_another_text_replaces_even_if_shorter_and_says_so() -> None:
    library, changes = merge(stored(paper("PMC1", "A long text.")), [paper("PMC1", "Text.")])
    assert changes[0].outcome is Outcome.REPLACED and changes[0].name == "PMC1"
    assert isinstance(library.documents["PMC1"], Document)


def test_a_longer_text_under_another_id_takes_the_place_of_the_shorter_and_the_best_id() -> None:
    library, changes = merge(
        stored(paper("PMC1", "Short.", doi="10.1/a")), [paper("10.1_a", "Much longer.", doi="10.1/a")]
    )
    assert changes[0].outcome is Outcome.REPLACED
    held = library.documents["PMC1"]
    assert isinstance(held, Document) and "Much longer." in held.text and held.metadata.pmcid == "PMC1"
    assert set(library.documents) == {"PMC1"}


def test_a_shorter_text_under_another_id_is_merged_into_the_longer() -> None:
    library, changes = merge(
        stored(paper("PMC1", "Much longer.", doi="10.1/a")), [paper("10.1_a", "Short.", doi="10.1/a")]
    )
    assert (changes[0].outcome, changes[0].name) == (Outcome.MERGED, "PMC1")
    assert set(library.documents) == {"PMC1"}


def test_two_sources_of_one_run_can_be_one_paper() -> None:
    library, _ = merge(
        {}, [paper("10.1_a", "Text.", doi="10.1/a", pmid="5"), paper("PMID5", "Text, longer.", pmid="5")]
    )
    assert list(library.documents) == ["PMID5"]
    held = library.documents["PMID5"]
    assert isinstance(held, Document) and held.metadata.doi == "10.1/a"


def test_papers_without_identifiers_stay_apart() -> None:
    library, _ = merge({}, [paper("a", "Text."), paper("b", "Text.")])
    assert set(library.documents) == {"a", "b"}


def test_a_review_inside_a_paper_is_never_merged_into_it() -> None:
    library, _ = merge(
        {}, [paper("PMC1", "Text.", doi="10.1/a"), paper("PMC1_r1", "Review.", doi="10.1/a", part_of="PMC1")]
    )
    assert set(library.documents) == {"PMC1", "PMC1_r1"}
