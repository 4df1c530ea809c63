"""Whether a paper says this, where, and on which studies it rests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.build import build
from index.errors import QueryError, UnknownId
from index.search import Searcher
from index.sources.source import Source
from index.store import Store
from qa.answer import plain
from qa.verification import MOST_CLAIMS, MOST_MATCHES, MOST_QUOTE_CHARACTERS, Claim, Verdict, Verification
from qa.verify import verify
from tests.fakes import HashingEncoder, markdown, workshop

PUMP = "Vesicles from resistant cells carry a pump that expels cisplatin [1]."
BLOCKING = "Blocking the release of vesicles restored the response to cisplatin in mice [1, 2]."


def check(searcher: Searcher, claim: Claim) -> Verification:
    (verification,) = verify([claim], searcher)
    return verification


@pytest.mark.parametrize(
    ("quote", "document_id", "verdict", "ids"),
    [
        (PUMP, None, Verdict.EXACT, ["resistance"]),
        (f"\n {PUMP} ", "resistance", Verdict.EXACT, ["resistance"]),
        (PUMP.replace(" [1]", "").replace(" a ", "\n a "), None, Verdict.EQUIVALENT, ["resistance"]),
        (PUMP, "diet", Verdict.MISATTRIBUTED, ["resistance"]),
        (PUMP.replace(" [1]", ""), "diet", Verdict.MISATTRIBUTED, ["resistance"]),
        (f"{PUMP} {BLOCKING}", None, Verdict.STITCHED, ["resistance", "resistance"]),
        (f"{PUMP} {BLOCKING}", "resistance", Verdict.STITCHED, ["resistance", "resistance"]),
        (f"{PUMP} {BLOCKING}", "diet", Verdict.NOT_FOUND, []),
        (PUMP.replace("carry", "never carry"), None, Verdict.NOT_FOUND, []),
        ("Results", None, Verdict.EXACT, ["immunity", "resistance"]),
    ],
)
def test_each_verdict_comes_with_where_the_quote_stands(
    searcher: Searcher, quote: str, document_id: str | None, verdict: Verdict, ids: list[str]
) -> None:
    verification = check(searcher, Claim(quote, document_id))
    assert (verification.quote, verification.verdict) == (quote, verdict)
    assert [match.document.id for match in verification.matches] == ids
    assert (verification.nearest is None) == bool(ids)
    for match in verification.matches:
        text = searcher.generation.database.document(match.document.id).text
        assert text[match.start : match.end] == match.quote


def test_a_match_tells_section_passage_and_the_studies_behind_its_sentence(searcher: Searcher) -> None:
    (match,) = check(searcher, Claim("restored the response")).matches
    assert (match.section, match.kind, match.document.title) == (("Discussion",), "paragraph", "Vesicles and cisplatin")
    assert [reference.id for reference in match.references] == ["1", "2"]
    assert match.references[0].doi == "10.1000/pump"
    assert match.passage_id is not None
    passage = searcher.generation.database.passage(match.passage_id).passage
    assert passage.start <= match.start < match.end <= passage.end


def test_a_summarisers_words_are_not_shown_as_the_papers(tmp_path: Path) -> None:
    page = Path(__file__).resolve().parents[2] / "index" / "data" / "PMC13013411.md"
    build(Store(tmp_path), [Source(page.name, page.read_bytes())], workshop())
    with contextlib.closing(Store(tmp_path).open()) as generation:
        searcher = Searcher(generation, HashingEncoder())
        finding, own = verify(
            [Claim("EVs play a key role in immune evasion"), Claim("have emerged as pivotal")], searcher
        )
    assert [match.kind for match in (*finding.matches, *own.matches)] == ["summary", "abstract"]


def test_a_heading_is_in_no_passage(searcher: Searcher) -> None:
    match = plain(check(searcher, Claim("Discussion")).matches[0])
    assert match["kind"] == "heading" and "passage_id" not in match


def test_what_is_not_found_shows_the_nearest_sentence_and_the_words_that_differ(searcher: Searcher) -> None:
    nearest = check(searcher, Claim("Blocking the release never restored the response to cisplatin in mice.")).nearest
    assert nearest is not None
    assert (nearest.text, nearest.section) == (BLOCKING, ("Discussion",))
    assert (nearest.missing, nearest.added) == (("never",), ("of", "vesicles"))
    text = searcher.generation.database.document(nearest.document_id).text
    assert text[nearest.start : nearest.end] == nearest.text


def test_the_nearest_sentence_is_one_of_the_document_that_is_named(searcher: Searcher) -> None:
    nearest = check(searcher, Claim("Blocking of vesicles restored everything in mice", "immunity")).nearest
    assert nearest is not None and nearest.document_id == "immunity"


@pytest.mark.parametrize(
    ("start", "end", "version", "problem"),
    [
        (81, 97, None, None),
        (81, None, None, None),
        (None, 97, None, None),
        (80, 97, None, "stands at 81:97, not at 80:97"),
        (0, 1_000_000, None, "stands at 81:97, not at 0:1000000"),
        (81, 97, "sha256:0", "not as sha256:0"),
    ],
)
def test_offsets_and_version_that_are_not_so_are_said_to_be_so(
    searcher: Searcher, start: int | None, end: int | None, version: str | None, problem: str | None
) -> None:
    verification = check(searcher, Claim("expels cisplatin", "resistance", start, end, version))
    assert verification.verdict is Verdict.EXACT
    assert (verification.problem is None) == (problem is None)
    assert (problem or "") in (verification.problem or "")


def test_the_right_version_is_no_problem(searcher: Searcher) -> None:
    version = searcher.generation.database.document("diet").version
    assert check(searcher, Claim("Butter melts", "diet", version=version)).problem is None


def test_of_many_places_the_named_one_is_the_match(searcher: Searcher) -> None:
    text = searcher.generation.database.document("resistance").text
    start = text.rindex("cisplatin")
    (match,) = check(searcher, Claim("cisplatin", "resistance", start, start + 9)).matches
    assert match.start == start


def test_a_quote_that_ends_inside_a_word_says_so(searcher: Searcher) -> None:
    verification = check(searcher, Claim("restored the respon"))
    assert verification.verdict is Verdict.EXACT
    assert "inside a word" in str(verification.problem)


@pytest.mark.parametrize(
    ("claims", "field"),
    [
        ([Claim("")], "quotes.0.quote"),
        ([Claim("x"), Claim(" \n\u00a0")], "quotes.1.quote"),
        ([Claim("x" * (MOST_QUOTE_CHARACTERS + 1))], "quotes.0.quote"),
        ([Claim("half \ud83d")], "quotes.0.quote"),
        ([Claim("x", start=-1)], "quotes.0.start"),
        ([Claim("x", start=5, end=5)], "quotes.0.end"),
        ([Claim("x")] * (MOST_CLAIMS + 1), "quotes"),
    ],
)
def test_what_cannot_be_checked_is_refused_by_name(searcher: Searcher, claims: list[Claim], field: str) -> None:
    with pytest.raises(QueryError) as refused:
        verify(claims, searcher)
    assert refused.value.field == field


def test_a_document_that_is_not_there_cannot_be_checked(searcher: Searcher) -> None:
    with pytest.raises(UnknownId, match="PMC1"):
        verify([Claim("x", "PMC1")], searcher)


def test_claims_keep_their_order_and_none_gives_none(searcher: Searcher) -> None:
    quotes = ["Butter melts", "zebrafish", "T cells", "Butter melts"]
    assert [one.quote for one in verify([Claim(quote) for quote in quotes], searcher)] == quotes
    assert verify([], searcher) == ()


@pytest.mark.parametrize("quote", ["…", "—", "e", "x" * MOST_QUOTE_CHARACTERS, "word " * 2000, "\x00", "𝔘𝔫𝔦 😀"])
def test_any_characters_get_a_verdict(searcher: Searcher, quote: str) -> None:
    assert check(searcher, Claim(quote)).verdict in Verdict


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.sampled_from(["resistance", "immunity", "diet"]), st.data())
def test_any_span_of_a_document_is_exact_at_that_span(
    searcher: Searcher, document_id: str, data: st.DataObject
) -> None:
    text = searcher.generation.database.document(document_id).text
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = text[start:end]
    if quote.strip():
        verification = check(searcher, Claim(quote, document_id, start, end))
        assert verification.verdict is Verdict.EXACT
        assert "not at" not in (verification.problem or "")
        assert [match.quote for match in verification.matches] == [quote.strip()]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("large")
    papers = (
        markdown(f"paper{n:03}.md", f"Paper {n}", f"The cohort of study {n} had {n + 10} patients in it. All ate well.")
        for n in range(220)
    )
    build(Store(folder), papers, workshop())
    generation = Store(folder).open()
    yield Searcher(generation, HashingEncoder())
    generation.close()


def test_in_a_large_index_a_quote_is_found_wherever_it_stands(large: Searcher) -> None:
    quote = "of study 217 had 227 patients\nin it"
    verification = check(large, Claim(quote))
    assert (verification.verdict, [match.document.id for match in verification.matches]) == ("equivalent", ["paper217"])
    assert check(large, Claim(quote, "paper003")).verdict is Verdict.MISATTRIBUTED
    assert check(large, Claim(quote.replace("227", "228"))).verdict is Verdict.NOT_FOUND
    assert check(large, Claim("study 21")).verdict is Verdict.EXACT
    (heading,) = check(large, Claim("aper 217")).matches
    assert heading.kind == "title"


def test_no_more_matches_are_listed_than_are_of_use(large: Searcher) -> None:
    found = check(large, Claim("patients")).matches
    assert len(found) == MOST_MATCHES
    assert [match.document.id for match in found] == sorted(match.document.id for match in found)
