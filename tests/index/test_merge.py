"""One document for each paper, whatever it came as, whenever it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.database import Record
from index.document import Author, BlockKind, Document, Metadata, Notice, NoticeKind, RelatedArticle
from index.merge import Held, Merged, merge
from index.report import Outcome
from index.sources.formats import richness
from index.sources.source import document_id
from tests.fakes import document


def paper(name: str, text: str = "Words.", format_: str = "test", *, has_body: bool = True, **known: Any) -> Document:
    """A document that came as the file `name`."""
    metadata = Metadata("A paper", name, format_, **known)
    ids = {kind: known.get(kind) for kind in ("pmcid", "pmid", "doi")} if not known.get("part_of") else {}
    made = document(document_id(name, **ids), "A paper", text, metadata=metadata)
    if has_body:
        return made
    return replace(made, blocks=tuple(replace(block, kind=BlockKind.ABSTRACT) for block in made.blocks))


class Shelf:
    """A library that remembers, as an index does."""

    def __init__(self, *documents: Document) -> None:
        self.held: dict[str, Document] = {}
        self.merged = Merged({}, [])
        self.add(*documents)

    @property
    def stored(self) -> dict[str, Record]:
        return {id_: Record(id_, held.version, len(held.text), held.metadata) for id_, held in self.held.items()}

    def add(self, *documents: Document) -> list[Outcome]:
        self.merged = merge(self.stored, documents, self.held.__getitem__, richness)
        self.held = {id_: self._document(held) for id_, held in self.merged.documents.items()}
        return [change.outcome for change in self.merged.changes]

    def _document(self, held: Held) -> Document:
        return self.held[held.id] if isinstance(held, Record) else held


def test_a_new_paper_is_added() -> None:
    shelf = Shelf()
    assert shelf.add(paper("a.xml", pmcid="PMC1")) == [Outcome.ADDED] and set(shelf.held) == {"PMC1"}


def test_the_same_paper_again_changes_nothing() -> None:
    shelf = Shelf(paper("a.xml", pmcid="PMC1"))
    assert shelf.add(paper("a.xml", pmcid="PMC1")) == [Outcome.UNCHANGED]
    assert isinstance(shelf.merged.documents["PMC1"], Record)


def test_the_same_id_in_the_same_format_with_another_text_replaces_even_if_shorter_and_says_so() -> None:
    shelf = Shelf(paper("a.xml", "A long text.", pmcid="PMC1"))
    assert shelf.add(paper("b.xml", "Text.", pmcid="PMC1")) == [Outcome.REPLACED]
    assert "Text." in shelf.held["PMC1"].text


def test_the_same_id_in_a_poorer_format_is_merged_into_the_richer() -> None:
    shelf = Shelf(paper("a.xml", "Short.", "jats", pmcid="PMC1"))
    assert shelf.add(paper("a.pdf", "A much longer text.", "pdf", pmcid="PMC1")) == [Outcome.MERGED]
    assert shelf.held["PMC1"].metadata.format == "jats"


def test_a_richer_source_under_another_id_takes_the_place_of_the_poorer_and_the_best_id() -> None:
    shelf = Shelf(paper("a.pdf", "Much longer.", "pdf", pmcid="PMC1", doi="10.1000/a"))
    assert shelf.add(paper("a.xml", "Short.", "jats", doi="10.1000/a")) == [Outcome.REPLACED]
    assert set(shelf.held) == {"PMC1"} and shelf.held["PMC1"].metadata.format == "jats"
    assert shelf.held["PMC1"].metadata.pmcid == "PMC1"


def test_of_the_same_format_the_longer_stays() -> None:
    shelf = Shelf(paper("a.xml", "Short.", pmcid="PMC1", doi="10.1000/a"))
    assert shelf.add(paper("b.xml", "Much longer.", doi="10.1000/a")) == [Outcome.REPLACED]
    assert shelf.add(paper("c.xml", "Tiny.", doi="10.1000/a")) == [Outcome.MERGED]
    assert "Much longer." in shelf.held["PMC1"].text


def test_a_text_with_a_body_is_richer_than_front_matter_in_a_richer_format() -> None:
    shelf = Shelf(
        paper("a.xml", "Abstract.", "jats", has_body=False, doi="10.1000/a"),
        paper("a.pdf", "All.", "pdf", doi="10.1000/a"),
    )
    assert shelf.held["10.1000_a"].metadata.format == "pdf"


def test_what_only_the_poorer_source_knew_is_taken_over_and_survives_the_richer_one_coming_again() -> None:
    retracted = Notice(NoticeKind.RETRACTION, pmid="9")
    richer = paper("a.pdf", "All.", "pdf", doi="10.1000/a", notices=(Notice(NoticeKind.RETRACTION, doi="10.1000/r"),))
    poorer = paper(
        "a.nbib",
        "All.",
        has_body=False,
        doi="10.1000/a",
        pmid="5",
        authors=(Author("Able"),),
        notices=(retracted,),
        license="CC",
    )
    shelf = Shelf(richer, poorer)
    metadata = shelf.held["PMID5"].metadata
    assert (metadata.authors, metadata.license, metadata.format) == ((Author("Able"),), "CC", "pdf")
    assert metadata.notices == (Notice(NoticeKind.RETRACTION, doi="10.1000/r", pmid="9"),)
    assert shelf.add(richer) == [Outcome.UNCHANGED] and shelf.held["PMID5"].metadata == metadata
    shorter = paper("a.pdf", "A.", "pdf", doi="10.1000/a")
    assert shelf.add(shorter) == [Outcome.REPLACED] and set(shelf.held) == {"PMID5"}


def test_a_paper_that_links_two_others_makes_them_one() -> None:
    shelf = Shelf(paper("a.xml", "First text.", doi="10.1000/a"), paper("b.xml", "Second.", pmid="5"))
    assert set(shelf.held) == {"10.1000_a", "PMID5"}
    shelf.add(paper("c.xml", "C.", doi="10.1000/a", pmid="5"))
    assert set(shelf.held) == {"PMID5"} and "First text." in shelf.held["PMID5"].text


def test_files_that_share_a_name_and_nothing_else_are_not_taken_for_one_paper() -> None:
    one = paper("notes.md")
    other = replace(paper("notes.txt"), metadata=replace(one.metadata, title="Another", source="notes.txt"))
    shelf = Shelf(one)
    assert shelf.add(other) == [Outcome.FAILED] and shelf.held == {"notes": one}
    assert "notes.md" in shelf.merged.changes[0].detail and "rename" in shelf.merged.changes[0].detail
    assert shelf.add(replace(other, metadata=replace(other.metadata, title="A PAPER"))) == [Outcome.REPLACED]


def test_papers_without_identifiers_stay_apart() -> None:
    assert set(Shelf(paper("a.xml", "Text."), paper("b.xml", "Text.")).held) == {"a", "b"}


def test_a_review_inside_a_paper_is_never_merged_into_it_and_follows_it_to_its_new_id() -> None:
    review = paper("a_r1.xml", "Review.", doi="10.1000/a", part_of="10.1000_a")
    shelf = Shelf(paper("a.xml", "Text.", "jats", doi="10.1000/a"), review)
    assert set(shelf.held) == {"10.1000_a", "a_r1"}
    shelf.add(paper("a.pdf", "Text.", "pdf", doi="10.1000/a", pmcid="PMC1"))
    assert set(shelf.held) == {"PMC1", "a_r1"} and shelf.held["a_r1"].metadata.part_of == "PMC1"


def test_documents_that_a_corpus_names_itself_stay_apart() -> None:
    held = [replace(paper("corpus.jsonl", text, "beir", pmid="5"), id=text) for text in ("MED-1", "MED-2")]
    assert set(Shelf(*held).held) == {"MED-1", "MED-2"}


def test_identifiers_that_contradict_each_other_are_refused_and_named() -> None:
    shelf = Shelf(
        paper("a.xml", "A.", doi="10.1000/a", pmcid="PMC1"), paper("b.xml", "B.", doi="10.1000/b", pmcid="PMC2")
    )
    assert shelf.add(paper("x.xml", "A long text of both.", doi="10.1000/a", pmcid="PMC2")) == [Outcome.FAILED]
    (change,) = shelf.merged.changes
    assert change.name == "x.xml" and "names two papers, a.xml and b.xml" in change.detail
    assert set(shelf.held) == {"PMC1", "PMC2"}


def test_of_three_that_come_together_the_one_that_names_two_papers_is_refused() -> None:
    three = (
        paper("a.xml", "A.", doi="10.1000/a", pmcid="PMC1"),
        paper("b.xml", "B.", doi="10.1000/b", pmcid="PMC2"),
        paper("x.xml", "A long text of both.", doi="10.1000/a", pmcid="PMC2"),
    )
    for order in permutations(three):
        shelf = Shelf(*order)
        assert {held.metadata.source for held in shelf.held.values()} == {"a.xml", "b.xml"}


def test_a_file_whose_identifiers_were_corrected_contradicts_only_itself() -> None:
    shelf = Shelf(paper("a.xml", "A.", doi="10.1000/wrong", pmcid="PMC1"))
    assert shelf.add(paper("a.xml", "A.", doi="10.1000/right", pmcid="PMC1")) == [Outcome.REPLACED]
    assert shelf.held["PMC1"].metadata.doi == "10.1000/right"


def test_versions_of_one_paper_do_not_contradict_each_other() -> None:
    shelf = Shelf(paper("a.xml", "Old.", doi="10.12688/f1.14013.1", pmid="5"))
    assert shelf.add(paper("b.xml", "New.", doi="10.12688/f1.14013.2", pmid="5")) == [Outcome.REPLACED]


PREPRINT = paper("pre.xml", "A long text of a preprint.", "jats", doi="10.1101/2020.01.01.1", container_title="bioRxiv")
JOURNAL = paper("paper.pdf", "Text.", "pdf", doi="10.1000/a", pmid="5")


@pytest.mark.parametrize(
    ("preprint_says", "journal_says"),
    [
        ([], [RelatedArticle("preprint", "doi", "10.1101/2020.01.01.1")]),
        ([], [RelatedArticle("UpdateOf", "doi", "https://doi.org/10.1101/2020.01.01.1")]),
        ([RelatedArticle("is-preprint-of", "doi", "10.1000/A")], []),
        ([RelatedArticle("published-article", "uri", "https://doi.org/10.1000/a")], []),
        ([RelatedArticle("UpdateIn", "pmid", "5")], []),
    ],
)
def test_a_preprint_gives_way_to_the_paper_that_it_became_and_is_known_when_it_comes_again(
    preprint_says: Sequence[RelatedArticle], journal_says: Sequence[RelatedArticle]
) -> None:
    preprint = replace(PREPRINT, metadata=replace(PREPRINT.metadata, related=tuple(preprint_says)))
    journal = replace(JOURNAL, metadata=replace(JOURNAL.metadata, related=tuple(journal_says)))
    for order in ((preprint, journal), (journal, preprint)):
        shelf = Shelf(*order)
        assert {id_: held.metadata.doi for id_, held in shelf.held.items()} == {"PMID5": "10.1000/a"}
        assert shelf.add(PREPRINT) == [Outcome.MERGED] and isinstance(shelf.merged.documents["PMID5"], Record)
    one, other = Shelf(preprint), Shelf(journal)
    one.add(journal)
    other.add(preprint)
    assert one.held == other.held and set(one.held) == {"PMID5"}


def test_an_abstract_in_a_journal_does_not_replace_the_full_text_of_the_preprint() -> None:
    related = (RelatedArticle("preprint", "doi", "10.1101/2020.01.01.1"),)
    assert len(Shelf(paper("a.nbib", has_body=False, pmid="5", related=related), PREPRINT).held) == 2


def test_an_edition_that_updates_another_is_no_preprint() -> None:
    newer = paper("new.xml", pmid="6", related=(RelatedArticle("UpdateOf", "pmid", "5"),))
    assert set(Shelf(paper("old.xml", pmid="5", container_title="Cochrane Database"), newer).held) == {"PMID5", "PMID6"}


def test_like_titles_alone_make_no_paper_one() -> None:
    assert len(Shelf(paper("a.xml", doi="10.1000/a"), paper("b.xml", doi="10.1000/b")).held) == 2


def ids(held: Mapping[str, Document]) -> dict[str, Document]:
    return dict(sorted(held.items()))


IDENTIFIERS = {"a": ("10.1000/a", "1", "PMC1"), "b": ("10.1000/b", "2", "PMC2")}


@st.composite
def versions(draw: st.DrawFn) -> Document:
    """A source of one of two papers, with some of its identifiers, all true."""
    name = draw(st.sampled_from("ab"))
    doi, pmid, pmcid = IDENTIFIERS[name]
    known: dict[str, Any] = {"doi": doi, "pmid": pmid, "pmcid": pmcid}
    kept = draw(st.sets(st.sampled_from(sorted(known)), min_size=1))
    format_ = draw(st.sampled_from(["jats", "pdf", "pubmed", "text"]))
    license_ = draw(st.sampled_from([None, f"license of {name}"]))
    text = draw(st.sampled_from(["Text.", "A longer text."]))
    return paper(
        f"{name}-{'-'.join(sorted(kept))}.{format_}",
        text,
        format_,
        license=license_,
        **{kind: known[kind] for kind in kept},
    )


@settings(max_examples=50)
@given(
    st.lists(versions(), max_size=5, unique_by=lambda each: each.metadata.source).flatmap(
        lambda made: st.tuples(st.just(made), st.permutations(made))
    )
)
def test_the_order_in_which_papers_come_does_not_change_the_library(
    orders: tuple[list[Document], list[Document]],
) -> None:
    """All at once in any order; one by one, too, where no paper comes twice in one format, which replaces."""
    made, shuffled = orders
    together = ids(Shelf(*made).held)
    assert ids(Shelf(*shuffled).held) == together
    if len({(each.metadata.source[0], each.metadata.format) for each in made}) == len(made):
        one_by_one = Shelf()
        for each in shuffled:
            one_by_one.add(each)
        assert ids(one_by_one.held) == together
