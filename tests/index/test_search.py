from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.build import build
from index.document import BlockKind
from index.errors import QueryError, UnknownId
from index.query import MOST_HITS, MOST_QUERY_CHARACTERS, Filters, Mode
from index.search import WEIGHTS, Searcher, Weights
from index.store import Store
from tests.fakes import PAPERS_OF_MANY_PASSAGES, CountingReranker, HashingEncoder, markdown, workshop

QUESTION = "Which vesicles carry a pump that expels cisplatin?"


@pytest.mark.parametrize("mode", Mode)
def test_the_passage_that_answers_comes_first(searcher: Searcher, mode: Mode) -> None:
    hits = searcher.search(QUESTION, 3, mode)
    assert hits[0].passage.document_id == "resistance" and "expels cisplatin" in hits[0].passage.text
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert sorted((hit.score for hit in hits), reverse=True) == [hit.score for hit in hits]


def test_more_hits_than_there_are_passages_are_all_of_them(searcher: Searcher) -> None:
    hits = searcher.search(QUESTION, MOST_HITS, Mode.DENSE)
    assert len(hits) == searcher.generation.manifest.counts.passages
    assert len({hit.passage.id for hit in hits}) == len(hits)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(query=st.text(min_size=1, max_size=200).filter(str.strip), k=st.integers(1, 5), mode=st.sampled_from(Mode))
def test_fewer_hits_are_the_first_of_more_whatever_is_asked(searcher: Searcher, query: str, k: int, mode: Mode) -> None:
    few, many = searcher.search(query, k, mode), searcher.search(query, k + 3, mode)
    assert few == many[: len(few)]
    assert all(hit.relevance is not None and 0 <= hit.relevance <= 1 for hit in many)


@pytest.mark.parametrize("mode", Mode)
def test_filters_apply_before_ranking(searcher: Searcher, mode: Mode) -> None:
    hits = searcher.search("vesicles bread", 1, mode, Filters(document_ids=("diet",)))
    assert [hit.passage.document_id for hit in hits] == ["diet"]


@pytest.mark.parametrize("document", ["diet", "resistance"])
def test_a_score_does_not_depend_on_what_else_is_searched(searcher: Searcher, document: str) -> None:
    every = {hit.passage.id: hit.score for hit in searcher.search(QUESTION, MOST_HITS)}
    few = searcher.search(QUESTION, MOST_HITS, filters=Filters(document_ids=(document,)))
    assert {hit.passage.id: hit.score for hit in few} == {hit.passage.id: every[hit.passage.id] for hit in few}


def test_hybrid_weighs_what_the_document_and_the_passage_and_its_best_sentence_have(searcher: Searcher) -> None:
    generation = searcher.generation
    passages, documents = generation.lexical.match(QUESTION), generation.lexical_documents.match(QUESTION)
    hits = searcher.search(QUESTION, MOST_HITS)
    most: defaultdict[str, float] = defaultdict(float)
    for hit in hits:
        most[hit.passage.document_id] = max(most[hit.passage.document_id], hit.scores.lexical or 0.0)
    for hit in hits:
        lacks = (most[hit.passage.document_id] - (hit.scores.lexical or 0.0)) / passages.idf**0.5
        words = documents.scores[hit.document_row] / documents.idf**0.5 - lacks
        best = max((sentence.cosine for sentence in hit.sentences), default=hit.cosine)
        parts = WEIGHTS.lexical * words + WEIGHTS.passage * hit.cosine + WEIGHTS.sentence * best
        assert hit.score == pytest.approx(parts, abs=1e-5)


def test_words_that_are_spread_over_a_document_count_for_each_of_its_passages(tmp_path: Path) -> None:
    spread = markdown("spread.md", "One", "Exosomes are small.", "# Methods", "Cisplatin was given.")
    lone = markdown("lone.md", "Two", "Exosomes are round.", "# Methods", "Bread was given.")
    store = Store(tmp_path)
    build(store, [spread, lone], workshop())
    with store.open() as generation:
        hits = Searcher(generation, HashingEncoder(), weights=Weights(1, 0, 0)).search("exosomes cisplatin", 4)
    assert [(hit.passage.document_id, hit.passage.text) for hit in hits[:3]] == [
        ("spread", "Cisplatin was given."),
        ("spread", "Exosomes are small."),
        ("lone", "Exosomes are round."),
    ]


def test_relevance_counts_the_passages_that_pass_the_filters(searcher: Searcher) -> None:
    (few,) = {hit.searched for hit in searcher.search("vesicles", 9, filters=Filters(document_ids=("resistance",)))}
    (every,) = {hit.searched for hit in searcher.search("vesicles", 9)}
    database = searcher.generation.database
    assert few == len(database.passages_of(database.document_row("resistance"))) < every == database.counts().passages


def test_a_section_is_found_by_a_part_of_its_title(searcher: Searcher) -> None:
    hits = searcher.search("vesicles", 9, Mode.DENSE, Filters(section="discuss"))
    assert {hit.passage.section for hit in hits} == {("Discussion",)}


def test_kinds_and_years_restrict(searcher: Searcher) -> None:
    assert not searcher.search("vesicles", 9, Mode.DENSE, Filters(kinds=(BlockKind.TABLE,)))
    assert not searcher.search("vesicles", 9, Mode.DENSE, Filters(year_from=2000))
    assert searcher.search("vesicles", 9, Mode.DENSE, Filters(kinds=(BlockKind.PARAGRAPH,)))


def test_an_unknown_document_in_a_filter_is_named(searcher: Searcher) -> None:
    with pytest.raises(UnknownId, match="PMC1"):
        searcher.search("vesicles", 1, Mode.DENSE, Filters(document_ids=("PMC1",)))


@pytest.mark.parametrize(
    ("query", "k", "field"),
    [
        ("", 1, "query"),
        (" \n", 1, "query"),
        ("x" * (MOST_QUERY_CHARACTERS + 1), 1, "query"),
        ("EV\ud800", 1, "query"),
        ("x", 0, "k"),
        ("x", 101, "k"),
    ],
)
def test_what_cannot_be_searched_is_refused_by_field(searcher: Searcher, query: str, k: int, field: str) -> None:
    with pytest.raises(QueryError) as refused:
        searcher.search(query, k)
    assert refused.value.field == field


SAME = "Vesicles from resistant cells carry a pump that expels cisplatin."
REPEATED = (
    markdown("paper.md", "Resistance", SAME, "# Results", "Receiving cells survive cisplatin."),
    markdown("preprint.md", "Resistance as a preprint", SAME),
    markdown("summary.md", "Notes on resistance", SAME),
    markdown("diet.md", "Bread", "Bread rises slowly."),
)


@pytest.mark.parametrize("mode", Mode)
def test_hits_are_different_pieces_of_evidence_as_far_as_there_are_any(tmp_path: Path, mode: Mode) -> None:
    store = Store(tmp_path)
    build(store, REPEATED, workshop())
    with store.open() as generation:
        searcher = Searcher(generation, HashingEncoder())
        one, two, five = (searcher.search("Which vesicles carry cisplatin?", k, mode) for k in (1, 2, 5))
        only = searcher.search("cisplatin", 5, mode, Filters(document_ids=("preprint", "summary")))
    assert len({hit.passage.text for hit in two}) == 2
    assert one == two[:1] == five[:1] and two == five[:2]
    assert [hit.rank for hit in five] == list(range(1, len(five) + 1))
    assert sorted((hit.score for hit in five), reverse=True) == [hit.score for hit in five]
    same = [hit for hit in five if hit.passage.text == SAME]
    assert len(same) == 3 and same[0].rank == 1 and [hit.rank for hit in same[1:]] == [len(five) - 1, len(five)]
    assert same[0].also_in == tuple(hit.passage.id for hit in same[1:])
    assert [len(hit.also_in) for hit in only] == [1, 0]


def test_sentences_of_a_hit_are_whole_and_in_order(searcher: Searcher) -> None:
    hit = searcher.search(QUESTION, 1)[0]
    texts = [hit.passage.text[s.start - hit.passage.start : s.end - hit.passage.start] for s in hit.sentences]
    assert texts == [
        "Vesicles from resistant cells carry a pump that expels cisplatin [1].",
        "Receiving cells survive the drug.",
    ]


def test_nothing_in_common_has_no_lexical_hits(searcher: Searcher) -> None:
    assert searcher.search("zzz qqq", 5, Mode.LEXICAL) == ()


def reranked(searcher: Searcher) -> tuple[Searcher, CountingReranker]:
    """The same, with a re-ranker."""
    reranker = CountingReranker()
    return Searcher(searcher.generation, HashingEncoder(), reranker=reranker), reranker


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    store = Store(tmp_path_factory.mktemp("many"))
    build(store, PAPERS_OF_MANY_PASSAGES, workshop(passage_tokens=6))
    with store.open() as generation:
        yield Searcher(generation, HashingEncoder())


def test_a_reranker_orders_what_hybrid_found_and_says_its_scores(searcher: Searcher) -> None:
    plain = {hit.passage.id: hit for hit in searcher.search(QUESTION, 20)}
    again, reranker = reranked(searcher)
    hits = again.search(QUESTION, 20)
    scores = [hit.score for hit in hits]
    assert len(set(scores)) > 2 and scores == sorted(scores, reverse=True) == [hit.scores.reranker for hit in hits]
    assert {hit.passage.id for hit in hits} == plain.keys()
    for hit in hits:
        before = plain[hit.passage.id]
        assert (hit.relevance, hit.scores.dense, hit.scores.lexical) == (
            before.relevance,
            before.scores.dense,
            before.scores.lexical,
        )
        assert before.scores.reranker is None
    ((asked, texts),) = reranker.asked
    assert asked == QUESTION and "Bread and butter\nRye bread keeps" in " ".join(texts)


@pytest.mark.parametrize("mode", [Mode.DENSE, Mode.LEXICAL])
def test_a_reranker_leaves_the_other_modes_as_they_are(searcher: Searcher, mode: Mode) -> None:
    again, reranker = reranked(searcher)
    assert again.search(QUESTION, 9, mode) == searcher.search(QUESTION, 9, mode)
    assert reranker.asked == []


def test_the_first_fifty_are_reranked_and_the_others_follow_as_they_were(many: Searcher) -> None:
    plain = [hit.passage.id for hit in many.search("word 7 of vesicles", MOST_HITS)]
    again, reranker = reranked(many)
    hits = again.search("word 7 of vesicles", MOST_HITS)
    ids = [hit.passage.id for hit in hits]
    assert len(reranker.asked[0][1]) == 50 and set(ids[:50]) == set(plain[:50]) and ids[50:] == plain[50:]
    assert ids[:50] != plain[:50]
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True) and scores[49] > scores[50]
    assert all((hit.scores.reranker is None) is (hit.rank > 50) for hit in hits)
    assert again.search("word 7 of vesicles", 7) == hits[:7]


def test_documents_are_ranked_by_the_reranker_too(many: Searcher, searcher: Searcher) -> None:
    for one in (many, searcher):
        again, _ = reranked(one)
        found = dict.fromkeys(hit.passage.document_id for hit in again.search(QUESTION, MOST_HITS))
        ranked = again.rank_documents(QUESTION, len(found))
        assert [id_ for id_, _ in ranked] == list(found)
        assert [score for _, score in ranked] == sorted((score for _, score in ranked), reverse=True)


def test_where_nothing_is_found_there_is_nothing_to_rerank(searcher: Searcher) -> None:
    again, _ = reranked(searcher)
    assert again.search("vesicles", 9, filters=Filters(year_from=2000)) == ()
