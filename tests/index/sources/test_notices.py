"""The words of sources for retractions, corrections and concerns, and what they say of which paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Notice, NoticeKind, NoticeRole
from index.sources import markdown, notices
from index.sources.source import Source

RETRACTION, PARTIAL, WITHDRAWAL = NoticeKind.RETRACTION, NoticeKind.PARTIAL_RETRACTION, NoticeKind.WITHDRAWAL
CONCERN, CORRECTION = NoticeKind.CONCERN, NoticeKind.CORRECTION
SUBJECT, NOTICE = NoticeRole.SUBJECT, NoticeRole.NOTICE


@pytest.mark.parametrize(
    ("relation", "kind", "role"),
    [
        ("retracted-article", RETRACTION, NOTICE),
        ("retraction-forward", RETRACTION, SUBJECT),
        ("retraction", RETRACTION, SUBJECT),
        ("partial-retraction", PARTIAL, SUBJECT),
        ("partial-retraction-forward", PARTIAL, SUBJECT),
        ("corrected-article", CORRECTION, NOTICE),
        ("correction-forward", CORRECTION, SUBJECT),
        ("erratum", CORRECTION, SUBJECT),
        ("object-of-concern", CONCERN, NOTICE),
        ("concern-forward", CONCERN, SUBJECT),
        ("expression-of-concern", CONCERN, SUBJECT),
        ("withdrawn-article", WITHDRAWAL, NOTICE),
        ("RetractionIn", RETRACTION, SUBJECT),
        ("RetractionOf", RETRACTION, NOTICE),
        ("ErratumIn", CORRECTION, SUBJECT),
        ("ErratumFor", CORRECTION, NOTICE),
        ("ExpressionOfConcernIn", CONCERN, SUBJECT),
        ("ExpressionOfConcernFor", CONCERN, NOTICE),
        ("PartialRetractionOf", PARTIAL, NOTICE),
        ("CorrectedandRepublishedIn", CORRECTION, SUBJECT),
        ("RetractedandRepublishedFrom", RETRACTION, NOTICE),
        ("partial_retraction", PARTIAL, SUBJECT),
    ],
)
def test_a_relation_says_what_happened_and_to_which_end(relation: str, kind: NoticeKind, role: NoticeRole) -> None:
    assert notices.kind_and_role(relation) == (kind, role)


@pytest.mark.parametrize(
    "relation",
    [
        "addendum",
        "addended-article",
        "commentary",
        "commentary-article",
        "companion",
        "letter",
        "CommentIn",
        "CommentOn",
        "UpdateIn",
        "ReprintOf",
        "RepublishedFrom",
        "peer-reviewed-article",
        "update",
        "in",
        "",
    ],
)
def test_what_says_nothing_against_a_paper_is_no_notice(relation: str) -> None:
    assert notices.kind_and_role(relation) is None


def test_a_link_named_for_the_notice_means_the_other_end_inside_a_notice() -> None:
    assert notices.kind_and_role("expression-of-concern", CONCERN) == (CONCERN, NOTICE)
    assert notices.kind_and_role("retraction-forward", RETRACTION) == (RETRACTION, NOTICE)
    assert notices.kind_and_role("retraction-forward", CORRECTION) == (RETRACTION, SUBJECT)  # a retracted correction


@pytest.mark.parametrize(
    ("type_", "kind", "role"),
    [
        ("retraction", RETRACTION, NOTICE),
        ("Retraction of Publication", RETRACTION, NOTICE),
        ("Retraction Notice", RETRACTION, NOTICE),
        ("Retracted Publication", RETRACTION, SUBJECT),
        ("retracted-article", RETRACTION, SUBJECT),
        ("Published Erratum", CORRECTION, NOTICE),
        ("Expression of Concern", CONCERN, NOTICE),
    ],
)
def test_types_of_articles(type_: str, kind: NoticeKind, role: NoticeRole) -> None:
    assert notices.of_type(type_) == Notice(kind, role)


@pytest.mark.parametrize(
    "type_", ["research-article", "review-article", "corrected-article", "addendum", "Journal Article"]
)
def test_types_that_say_nothing(type_: str) -> None:
    assert notices.of_type(type_) is None


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("RETRACTED ARTICLE: Pumps in mice", Notice(RETRACTION)),
        ("Retracted: Pumps in mice", Notice(RETRACTION)),
        ("[Retracted] Pumps in mice", Notice(RETRACTION)),
        ("Pumps in mice [RETRACTED]", Notice(RETRACTION)),
        ("[ARTIGO RETRATADO]: Pumps", Notice(RETRACTION)),
        ("Pumps (Retracted article. See vol. 3, pg. 4, 2010)", Notice(RETRACTION, text="See vol. 3, pg. 4, 2010")),
        ("PARTIALLY RETRACTED: Pumps", Notice(PARTIAL)),
        ("WITHDRAWN: Pumps in mice", Notice(WITHDRAWAL)),
        ("TEMPORARY REMOVAL: Pumps in mice", Notice(WITHDRAWAL)),
        ("Retraction Note to: Pumps in mice", Notice(RETRACTION, NOTICE, text="Pumps in mice")),
        ("Retraction notice to “Pumps”", Notice(RETRACTION, NOTICE, text="“Pumps”")),
        ("RETRACTION: Pumps in mice", Notice(RETRACTION, NOTICE, text="Pumps in mice")),
        ("[Corrigendum] Pumps in mice", Notice(CORRECTION, NOTICE, text="Pumps in mice")),
        ("Author Correction: Pumps in mice", Notice(CORRECTION, NOTICE, text="Pumps in mice")),
        ("Erratum", Notice(CORRECTION, NOTICE)),
        ("Editorial Expression of Concern: Pumps", Notice(CONCERN, NOTICE, text="Pumps")),
    ],
)
def test_marks_of_publishers_in_titles(title: str, expected: Notice) -> None:
    assert notices.of_title(title) == expected


@pytest.mark.parametrize(
    "title",
    [
        "Retraction of the tongue in sleep",
        "Retraction: a study of reasons",
        "Correction: a history",
        "Retracted papers and who cites them: a study",
        "Withdrawn from opioids: what patients say",
        "Correction of scoliosis",
        "Removal of dyes: a review",
        "Expression of concern by parents",
    ],
)
def test_titles_that_only_sound_like_it(title: str) -> None:
    assert notices.of_title(title) is None


def test_a_bare_word_before_a_title_counts_where_the_type_leaves_room() -> None:
    expected = Notice(RETRACTION, NOTICE, text="Pumps in mice")
    assert notices.of_title("Retraction: Pumps in mice", could_be_notice=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Able A. Pumps [Retracted]. J Cells. 2009.", [Notice(RETRACTION)]),
        ("Able A. RETRACTED ARTICLE: Pumps. J Cells. 2009.", [Notice(RETRACTION)]),
        ("Able A. Retracted: Pumps. J Cells. 2009.", [Notice(RETRACTION)]),
        ("Able A. WITHDRAWN: Pumps. J Cells. 2009.", [Notice(WITHDRAWAL)]),
        ("Pumps (Retraction published 2010, J, 3[2], 4)", [Notice(RETRACTION, text="2010, J, 3[2], 4")]),
        (
            "A. J. 2009. Erratum in: J 2010;1:2. Retraction in: J 2011;3:4.",
            [Notice(CORRECTION, text="J 2010;1:2"), Notice(RETRACTION, text="J 2011;3:4")],
        ),
        ("Fang F. Retracted science and its index. 2011.", []),
        ("Able A. Citation of papers on retraction in: medicine", []),
        ("Pumps (withdrawn after three weeks).", []),
    ],
)
def test_what_a_bibliography_prints(text: str, expected: list[Notice]) -> None:
    assert list(notices.in_text(text)) == expected


def test_identifiers_printed_in_an_entry_are_not_those_of_the_notice() -> None:
    (found,) = notices.in_text("A. J. 2009. Retraction in: J 2010. doi: 10.1000/paper. PMID: 7")
    assert (found.doi, found.pmid) == (None, None)


def test_a_numbered_list_in_a_text_is_a_bibliography_too() -> None:
    text = (
        "# Pumps\n\nThey expel [1].\n\n## References\n\n1. Able A. RETRACTED: Pumps. J. 2009.\n2. Baker B. Valves. J.\n"
    )
    (document,) = markdown.read(Source("a.md", text.encode()))
    assert [reference.notices for reference in document.references] == [(Notice(RETRACTION),), ()]


def test_tags_count_when_they_say_that_the_paper_is_retracted() -> None:
    assert list(notices.of_keywords(["Retracted", "Retraction of publication", "mice"])) == [Notice(RETRACTION)]


KINDS = st.sampled_from(list(NoticeKind))
SAID = st.builds(
    Notice, KINDS, st.sampled_from(list(NoticeRole)), st.none() | st.just("10.1000/a"), st.none() | st.just("7")
)


@given(st.lists(SAID, max_size=6))
def test_joining_loses_no_kind_and_no_identifier_and_repeats_nothing(said: list[Notice]) -> None:
    found = notices.joined(said)
    assert {(n.kind, n.role) for n in found} == {(n.kind, n.role) for n in said}
    assert len(set(found)) == len(found)
    assert notices.joined(found) == found
    assert all(any(notices.same_paper(n, kept) for kept in found) for n in said if n.doi or n.pmid)
