"""Reference marks: what they cover and which references they stand for; the bibliography they lead to."""

from __future__ import annotations

import pytest

from index.document import Author, Document, Reference
from index.sentences import sentences
from index.sources.jats import read
from index.sources.source import Source

NUMBERED = "".join(
    f"<ref id='B{n}'><label>{n}.</label><mixed-citation>Work {n}.</mixed-citation></ref>" for n in range(1, 13)
)
UNNUMBERED = NUMBERED.replace("<label>", "<!--").replace("</label>", "-->")


def document(paragraph: str, references: str = NUMBERED) -> Document:
    xml = f"<article><body><p>{paragraph}</p></body><back><ref-list>{references}</ref-list></back></article>"
    return read(Source("one.xml", xml.encode()))[0]


def x(number: int | str, text: str | None = None) -> str:
    return f"<xref ref-type='bibr' rid='B{number}'>{number if text is None else text}</xref>"


def marks(paragraph: str, references: str = NUMBERED) -> list[tuple[str, str]]:
    found = document(paragraph, references)
    return [(found.text[mark.start : mark.end], " ".join(mark.reference_ids)) for mark in found.reference_marks]


def reference(xml: str) -> Reference:
    return document("x", xml).references[0]


@pytest.mark.parametrize("references", [NUMBERED, UNNUMBERED])
@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        (f"It is [{x(1)}].", [("[1]", "B1")]),
        (f"It is [{x(1)},{x(2)}].", [("[1,2]", "B1 B2")]),
        (f"It is [{x(1)}, {x(3)}–{x(6)}].", [("[1, 3–6]", "B1 B3 B4 B5 B6")]),
        (f"It is {x(3, '[3]')}–{x(6, '[6]')}.", [("[3]–[6]", "B3 B4 B5 B6")]),
        (f"It is [{x(3)}-{x(4, '')}{x(5, '')}{x(6)}].", [("[3-6]", "B3 B4 B5 B6")]),
        (f"It is<sup>{x(1)},{x(2)}</sup>.", [("¹,²", "B1 B2")]),
        (f"It is<sup>{x(3)}–{x(5)}</sup>.", [("³⁻⁵", "B3 B4 B5")]),
        (f"It is{x(3, '<sup>3</sup>')}.", [("³", "B3")]),
        (f"It is<sup>[{x(1)}]</sup>.", [("[¹]", "B1")]),
        (f"It is ({x(1)}) ({x(2)}).", [("(1)", "B1"), ("(2)", "B2")]),
        (f"It is [{x(1)}, p. 7].", [("1", "B1")]),
        (f"It is [{x(1)}] and [{x(2)}].", [("[1]", "B1"), ("[2]", "B2")]),
        (f"Either 1) old [{x(1)}], 2) new or 3) both {x(4, '[4]')}, 5) none.", [("[1]", "B1"), ("[4]", "B4")]),
        (
            f"It is [{x(1)}], on the intervals [2, 3], by [2, 3] mm and <bold>[2, 3]</bold>.",
            [("[1]", "B1"), ("[2, 3]", "B2 B3")],
        ),
        (f"It is (see {x(1)}, 3).", [("1, 3", "B1 B3")]),
        (f"It is ({x(1, 'Ann et al., 2004')}; {x(2, 'Bo, 2010')}).", [("(Ann et al., 2004; Bo, 2010)", "B1 B2")]),
        (
            f"It is (Ann et al., {x(1, '2004')}; Bo and Li, {x(2, '2010')}).",
            [("(Ann et al., 2004; Bo and Li, 2010)", "B1 B2")],
        ),
        (f"It is (e.g., van der Ann, {x(1, '2004a')}).", [("van der Ann, 2004a", "B1")]),
        (f"So Ann et al. ({x(1, '2004')}) found.", [("(2004)", "B1")]),
        (f"So {x(1, 'Ann (2004)')} found.", [("Ann (2004)", "B1")]),
        ("It is [<xref ref-type='bibr' rid='B1 B2 B3'>1–3</xref>].", [("[1–3]", "B1 B2 B3")]),
        ("It is [<xref ref-type='bibr' rid='B1'>1–3</xref>].", [("[1–3]", "B1 B2 B3")]),
        ("It is [<xref ref-type='bibr'>2</xref>].", [("[2]", "B2")]),
        ("It is [<xref ref-type='bibr' rid='gone'>2</xref>].", [("[2]", "B2")]),
        ("It is [<xref rid='B2'>2</xref>].", [("[2]", "B2")]),
        ("It is in <xref ref-type='fig' rid='F1'>Figure 1</xref>.", []),
        (f"It is {x(3, '[3]')} to {x(6, '[6]')}.", [("[3] to [6]", "B3 B4 B5 B6")]),
        (f"It is [{x(3)} through {x(5)}].", [("[3 through 5]", "B3 B4 B5")]),
        (f"It is [{x(3)}]–[{x(6)}].", [("[3]–[6]", "B3 B4 B5 B6")]),
        (f"It is [{x(3)}–{x(6, '')}].", [("[3–]", "B3 B6")]),
        (f"It is [{x(3)}{x(4, '–')}{x(6)}].", [("[3–6]", "B3 B4 B5 B6")]),
        (f"It is [{x(3, '3–')}{x(6)}].", [("[3–6]", "B3 B4 B5 B6")]),
        (f"It is [{x(3)}–6].", [("[3–6]", "B3 B4 B5 B6")]),
        (f"It is [1, {x(3)}, 5, {x(7)}].", [("[1, 3, 5, 7]", "B1 B3 B5 B7")]),
        (f"It is [{x(3)}, 99].", [("3", "B3")]),
        (f"It rose from 3 {x(1, '[1]')} to 6 {x(2, '[2]')}.", [("[1]", "B1"), ("[2]", "B2")]),
        (f"So {x(1, 'Ann, 2004')} to {x(2, 'Bo, 2005')}.", [("Ann, 2004", "B1"), ("Bo, 2005", "B2")]),
        ("It is [<xref ref-type='bibr' rid='#B3,B4'>3,4</xref>].", [("[3,4]", "B3 B4")]),
        ("It is [<xref ref-type='bibr' rid='B3 B6'>3–6</xref>].", [("[3–6]", "B3 B4 B5 B6")]),
        ("It is [<xref ref-type='ref' rid='B3'>3</xref>].", [("[3]", "B3")]),
        ("With <sup>14</sup>C at 10<sup>9</sup> per cm<sup>2</sup>.", []),
        (f"A\n  {x(1, '<sup>1</sup>')}\n  end {x(2, 'a &amp; b')}", [("¹", "B1"), ("a & b", "B2")]),
    ],
)
def test_a_mark_covers_what_belongs_to_it(references: str, paragraph: str, expected: list[tuple[str, str]]) -> None:
    assert marks(paragraph, references) == expected


def test_a_mark_without_an_entry_is_plain_text() -> None:
    found = document("It is [<xref ref-type='bibr' rid='B99'>99</xref>].")
    assert found.text == "It is [99]."
    assert found.reference_marks == ()


def test_numbers_in_brackets_are_marks_where_the_text_links_none() -> None:
    assert marks("So [1, 3–5] it is, n [99] or (2).") == [("[1, 3–5]", "B1 B3 B4 B5")]


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        (f"Linked [{x(1)}], not [2].", "[1] [2]"),
        (f"Linked [{x(1)}], median 5 [3, 7], CI [1, 4], 5 % [2–3], r = [4].", "[1]"),
        (f"Linked [{x(1)}] benzo[b][1,4]oxazepine.", "[1]"),
        (f"Linked [{x(1)}], see Eq. <xref ref-type='disp-formula' rid='E2'>[2]</xref>.", "[1]"),
        (f"Linked<sup>{x(1)}</sup>, not linked.<sup>2,3</sup> Mice<sup>4</sup>", "¹ ²,³ ⁴"),
        (f"Linked<sup>{x(1)}</sup> and 10<sup>9</sup> <sup>3</sup>H, 5 cm<sup>2</sup>, Ca<sup>2+</sup>, [2].", "¹"),
        (f"Linked<sup>{x(1)}</sup> and a note<xref ref-type='fn' rid='f'><sup>2</sup></xref>.", "¹"),
        (f"Linked {x(1, '(1)')}, not (2).", "(1)"),
    ],
)
def test_what_looks_like_the_linked_marks_is_one_without_a_link(paragraph: str, expected: str) -> None:
    assert " ".join(printed for printed, _ in marks(paragraph)) == expected


def test_raised_numbers_that_nothing_links_prove_themselves_by_covering_the_bibliography() -> None:
    raised = "".join(f" Work{letter}<sup>{n}</sup>" for n, letter in enumerate("abcdefg", 1))
    assert marks(f"So{raised}.", UNNUMBERED) == [(mark, f"B{n}") for n, mark in enumerate("¹²³⁴⁵⁶⁷", 1)]
    assert marks("Plots of metres<sup>2</sup> in days<sup>3</sup>.") == []


def test_raised_numbers_in_a_table_are_its_notes() -> None:
    table = "<table-wrap><table><tbody><tr><td>Mice<sup>2</sup></td></tr></tbody></table></table-wrap>"
    found = document(f"Linked<sup>{x(1)}</sup>.</p>{table}<p>Mice<sup>2</sup>.")
    assert [mark.reference_ids for mark in found.reference_marks] == [("B1",), ("B2",)]


def test_marks_in_tables_and_captions_stand_for_their_entries() -> None:
    cells = f"<tr><td>Kim [{x(3)}]</td><td>12</td></tr>"
    wrap = f"<table-wrap><caption><p>From [{x(4)}–{x(6)}].</p></caption><table>{cells}</table></table-wrap>"
    found = document(f"Text.</p>{wrap}<p>End.")
    assert [mark.reference_ids for mark in found.reference_marks] == [("B4", "B5", "B6"), ("B3",)]


NAMED = "".join(
    f"<ref id='{id_}'><element-citation><person-group person-group-type='author'>"
    + "".join(f"<name><surname>{name}</surname></name>" for name in names.split())
    + f"</person-group><year>{year}</year></element-citation></ref>"
    for id_, names, year in (("K", "Kim Bo Cy", "2019"), ("B", "Bo Cy", "2020"), ("D", "Dee", "2004a"))
)


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        ("So (Kim et al., 2019; Bo &amp; Cy, 2020).", [("(Kim et al., 2019; Bo & Cy, 2020)", "K B")]),
        ("So Kim <italic>et al.</italic> (2019) said.", [("(2019)", "K")]),
        ("So (Kim, 2019), (Bo et al., 2019) and Cy (2020).", []),
        (
            "So (<xref ref-type='bibr' rid='K'>Kim et al., 2019</xref>), (Dee, 2004a).",
            [("(Kim et al., 2019)", "K"), ("(Dee, 2004a)", "D")],
        ),
    ],
)
def test_names_and_a_year_are_a_mark_where_they_fit_one_entry(paragraph: str, expected: list[tuple[str, str]]) -> None:
    assert marks(paragraph, NAMED) == expected


@pytest.mark.parametrize(
    "paragraph",
    [
        "So (<xref ref-type='bibr' rid='a'>Dee, 2004a,b</xref>).",
        "So (<xref ref-type='bibr' rid='a'>Dee, 2004a</xref>, b).",
        "So (Dee, <xref ref-type='bibr' rid='a'>2004a</xref>,<xref ref-type='bibr' rid='b'>b</xref>).",
        "So (<xref ref-type='bibr' rid='a b'>Dee, 2004a,b</xref>).",
    ],
)
def test_several_years_of_one_author_are_several_entries(paragraph: str) -> None:
    entries = "".join(
        f"<ref id='{letter}'><element-citation><name><surname>Dee</surname></name><year>2004{letter}</year>"
        "</element-citation></ref>"
        for letter in "ab"
    )
    ((printed, ids),) = marks(paragraph, entries)
    assert printed.replace(" ", "") == "(Dee,2004a,b)" and ids == "a b"


@pytest.mark.parametrize(
    "printed",
    [
        f"In mice.{x(1)},{x(2)}",
        f"In mice.<sup>{x(1)},{x(2)}</sup>",
        f"In mice. [{x(3)}]",
        f"In mice. ({x(3)})",
        f"In mice.({x(3)}).",
        f"In mice. ({x(3, 'Ann et al., 2019')}; {x(4, 'Bo, 2020')})",
        f"In mice.[{x(1)}], [{x(2)}]",
        f"In mice. {x(1, '[1]')}–{x(3, '[3]')}",
        f"In “mice.”<sup>{x(1)}</sup>",
        f"In 5 mg.<sup>{x(1)}–{x(3)}</sup>",
    ],
)
def test_a_mark_after_the_full_stop_belongs_to_the_sentence_before(printed: str) -> None:
    found = document(f"{printed} Then p53 is.")
    first, second = sentences(found.text, found.blocks, found.reference_marks)
    assert found.text[second.start : second.end] == "Then p53 is."
    assert found.reference_marks and all(mark.end <= first.end for mark in found.reference_marks)


def test_names_are_text_in_an_article_whose_marks_are_numbers() -> None:
    assert marks("So [<xref ref-type='bibr' rid='K'>1</xref>] and Bo and Cy (2020).", NAMED) == [("[1]", "K")]


def test_a_mark_with_a_letter_stands_for_its_part_of_an_entry() -> None:
    parts = "".join(f"<mixed-citation>Work {letter}.</mixed-citation>" for letter in "abc")
    entry = f"<ref id='B1'><label>1</label>{parts}</ref>"
    assert marks(f"So [{x(1, '1b')}] and [{x(1)}].", entry) == [("[1b]", "B1_2"), ("[1]", "B1 B1_2 B1_3")]
    assert marks(f"So [{x(1, '1a,c')}].", entry) == [("[1a,c]", "B1 B1_3")]


def test_a_range_of_years_is_not_written_out() -> None:
    assert marks(f"It is {x(1, '1990')}–{x(12, '2001')}.") == [("1990–2001", "B1 B12")]


def test_a_reference_that_prints_nothing_shows_the_label_it_leads_to() -> None:
    formula = "</p><disp-formula id='E1'><label>(4)</label>x</disp-formula><p>"
    assert "see Eq. (4)." in document(f"{formula}see Eq. (<xref ref-type='disp-formula' rid='E1'/>).").text


def test_names_are_set_apart_in_a_printed_citation() -> None:
    names = "<name><surname>Ann</surname><given-names>B</given-names></name>"
    found = reference(
        f"<ref id='r'><label>1</label><mixed-citation>{names}, {names}. <article-title>On <italic>E. coli</italic>"
        "</article-title>. <source>J</source><year>2001a</year>;<volume>7</volume>:<fpage>1</fpage>–<lpage>9</lpage>."
        "<pub-id pub-id-type='pmid'>12345</pub-id></mixed-citation></ref>"
    )
    assert found == Reference(
        id="r",
        label="1",
        text="Ann B, Ann B. On E. coli. J 2001a;7:1–9. PMID:12345",
        authors=(Author(family="Ann", given="B"),) * 2,
        title="On E. coli",
        container_title="J",
        year="2001a",
        volume="7",
        pages="1–9",
        type="article-journal",
        pmid="12345",
    )


def test_a_citation_without_punctuation_gets_some() -> None:
    names = "<name><surname>Ann</surname><given-names>B</given-names></name>"
    found = reference(
        "<ref id='r'><element-citation publication-type='journal'>"
        f"<person-group person-group-type='author'>{names}{names}<etal/></person-group>"
        "<article-title>What is it?</article-title><source>Cell</source><year>2001</year>"
        "<volume>7</volume><issue>2</issue><fpage>1</fpage><lpage>9</lpage>"
        "<pub-id pub-id-type='doi'>10.1234/X</pub-id></element-citation></ref>"
    )
    assert found.text == "Ann B, Ann B, et al. What is it? Cell. 2001;7(2):1–9. doi:10.1234/X."
    assert (found.doi, found.pages, len(found.authors)) == ("10.1234/x", "1–9", 2)


def test_editors_are_no_authors_and_a_book_has_its_own_title() -> None:
    editor = "<person-group person-group-type='editor'><name><surname>Ed</surname></name></person-group>"
    author = "<person-group person-group-type='author'><collab>The Group</collab></person-group>"
    work = f"{author}{editor}<source>Atlas</source>"
    found = reference(f"<ref id='r'><element-citation publication-type='book'>{work}</element-citation></ref>")
    assert found.authors == (Author(literal="The Group"),)
    assert (found.title, found.container_title) == ("Atlas", None)


@pytest.mark.parametrize("wrap", ["{}", "<citation-alternatives>{}</citation-alternatives>"])
def test_two_spellings_of_a_citation_are_one_reference(wrap: str) -> None:
    both = (
        "<mixed-citation>1. Ann B. Title. 2001</mixed-citation>"
        "<element-citation><article-title>Title</article-title><year>2001</year></element-citation>"
    )
    found = document("x", f"<ref id='r'><label>1</label>{wrap.format(both)}</ref>").references
    assert [(item.id, item.text, item.title) for item in found] == [("r", "Ann B. Title. 2001", "Title")]


def test_several_citations_in_one_entry_are_references_of_their_own() -> None:
    citations = "".join(
        f"<mixed-citation{own}>Work {n}, <pub-id pub-id-type='doi'>10.1234/{n}</pub-id></mixed-citation>"
        for n, own in ((1, ""), (2, " id='own'"), (3, ""))
    )
    found = document(f"So [{x(1)}], {x('own', '1b')}.", f"<ref id='B1'><label>1</label>{citations}</ref>").references
    assert [(item.id, item.doi) for item in found] == [("B1", "10.1234/1"), ("own", "10.1234/2"), ("B1_3", "10.1234/3")]


def test_a_mark_for_an_entry_with_several_citations_stands_for_all() -> None:
    entry = "<ref id='B1'><mixed-citation>One.</mixed-citation><mixed-citation id='b'>Two.</mixed-citation></ref>"
    assert marks(f"So [{x(1)}] and <xref ref-type='bibr' rid='b'>1b</xref>.", entry) == [("[1]", "B1 b"), ("1b", "b")]


def test_identifiers_are_found_where_the_citation_links_or_prints_them() -> None:
    linked = "<ext-link xmlns:l='http://www.w3.org/1999/xlink' l:href='https://doi.org/10.1234/A.b'>here</ext-link>"
    assert reference(f"<ref id='r'><mixed-citation>Ann, {linked}</mixed-citation></ref>").doi == "10.1234/a.b"
    assert reference("<ref id='r'><mixed-citation>Ann. doi: 10.1234/C.</mixed-citation></ref>").doi == "10.1234/c"
    for number in ("12345", "PMC12345"):
        numbered = f"<pub-id pub-id-type='pmcid'>{number}</pub-id>"
        assert reference(f"<ref id='r'><mixed-citation>Ann. {numbered}</mixed-citation></ref>").pmcid == "PMC12345"
    page = "<uri>https://a.example/page</uri>"
    assert reference(f"<ref id='r'><mixed-citation>Site {page}</mixed-citation></ref>").url == "https://a.example/page"


def test_entries_without_id_note_or_text_are_taken_as_they_are() -> None:
    entries = (
        "<ref><mixed-citation>One.</mixed-citation></ref><ref id='n'><note><p>A note.</p></note></ref><ref id='e'/>"
    )
    assert [(item.id, item.text) for item in document("x", entries).references] == [("ref-1", "One."), ("n", "A note.")]


def test_entries_that_share_an_id_stay_apart() -> None:
    entries = (
        "<ref id='r'><mixed-citation>One.</mixed-citation></ref><ref id='r'><mixed-citation>Two.</mixed-citation></ref>"
    )
    assert [item.id for item in document("x", entries).references] == ["r", "r_2"]


def test_a_mark_is_found_where_it_stands_though_the_same_characters_stand_before_it() -> None:
    found = document(f"With CO2 {x(2)} as before")
    (mark,) = found.reference_marks
    assert (mark.start, mark.end) == (found.text.rindex("2"), found.text.rindex("2") + 1)
