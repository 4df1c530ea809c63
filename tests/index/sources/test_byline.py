"""What front matter and printed lines say of a paper."""

import pytest

from index.document import Author
from index.sources import frontmatter
from index.sources.byline import authors, iso_date, license_of, metadata, person, pmcid_of_name


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("2026", "2026"),
        ("2026-03", "2026-03"),
        ("2026/3/1", "2026-03-01"),
        ("2026-03-11T10:00:00Z", "2026-03-11"),
        ("1st Sept. 2019", "2019-09-01"),
        ("March 11, 2026", "2026-03-11"),
        ("March 2026", "2026-03"),
        ("2026-02-30", None),
        ("Spring 2026", None),
        ("0000", None),
        ("12345", None),
        ("", None),
    ],
)
def test_dates_are_read_with_the_precision_they_have(printed: str, expected: str | None) -> None:
    assert iso_date(printed) == expected


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("Ana Ruiz, Bo Li", ["Ana Ruiz", "Bo Li"]),
        ("Ana Ruiz and Bo Li", ["Ana Ruiz", "Bo Li"]),
        ("Ruiz, Ana; Li, Bo; and Wu, C.", ["Ruiz, Ana", "Li, Bo", "Wu, C."]),
        ("Ana Ruiz¹,²*, Bo Li, Jr., et al.", ["Ana Ruiz", "Bo Li Jr."]),
        ("The Vesicle Consortium", ["The Vesicle Consortium"]),
        ("", []),
    ],
)
def test_authors_are_parted_and_left_as_printed(printed: str, names: list[str]) -> None:
    assert [author.name for author in authors(printed)] == names


@pytest.mark.parametrize(
    ("printed", "given", "family"),
    [
        ("J. P. Smith", "J. P.", "Smith"),
        ("Jean-Pierre O'Neil", "Jean-Pierre", "O'Neil"),
        ("Øyvind Åberg", "Øyvind", "Åberg"),
    ],
)
def test_a_name_that_can_be_parted_in_one_way_is(printed: str, given: str, family: str) -> None:
    assert person(printed) == Author(family, given)


@pytest.mark.parametrize(
    "printed", ["Ana Ruiz Soto", "Juan van der Berg", "TCGA Network", "Vesicle Consortium", "李 明", "Li"]
)
def test_a_name_of_unknown_parts_stays_as_printed(printed: str) -> None:
    assert person(printed) == Author(literal=printed)


def test_a_licence_is_its_address_where_there_is_one() -> None:
    address = "https://creativecommons.org/licenses/by/4.0/"
    assert license_of(f"CC BY ({address}).") == address
    assert license_of("CC BY 4.0") == "CC BY 4.0"
    assert license_of(" ") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("papers/pmc123456.nxml.gz", "PMC123456"),
        ("https://example.org/articles/PMC123456/full", "PMC123456"),
        ("notes on PMC123456.md", None),
        ("PMC123456-notes.md", None),
        ("12.md", None),
    ],
)
def test_a_name_gives_a_pmcid_only_where_it_is_one(name: str, expected: str | None) -> None:
    assert pmcid_of_name(name) == expected


def test_front_matter_with_blocks_lists_and_comments() -> None:
    fields, rest = frontmatter.split(
        "---\ntitle: >-\n  A title\n  of two lines\nabstract: |\n  Said: so.\n\n  - And this.\nauthors:\n"
        "  - name: 'Ana Ruiz'\n    affiliation: X\n  - family: Li\n    given: Bo\n"
        "pmid: 12 # as printed\nempty:\ntags: []\n...\nBody"
    )
    assert {name: " ".join(" ".join(values).split()) for name, values in fields.items()} == {
        "title": "A title of two lines",
        "abstract": "Said: so. - And this.",
        "authors": "Ana Ruiz",
        "pmid": "12",
    }
    assert rest == "Body"


@pytest.mark.parametrize(
    "text", ["---\n", "---\n---\nx", "--- a\nb: c\n---\n", "x\n---\na: b\n---\n", "---\na: b\nno end"]
)
def test_without_front_matter_the_text_is_whole(text: str) -> None:
    assert frontmatter.split(text) == ({}, text)


def test_values_that_are_no_identifiers_are_left_out() -> None:
    fields = {
        "doi": ["soon"],
        "pmid": ["x7"],
        "pmcid": ["7"],
        "url": ["ftp://x"],
        "issued": ["soon"],
        "keywords": ["a; b, c"],
    }
    facts = metadata(fields, title="T", source="x.md", format="markdown")
    assert (facts.doi, facts.pmid, facts.pmcid, facts.url, facts.issued) == (None, None, None, None, None)
    assert facts.keywords == ("a", "b", "c")
