from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sources.identifiers import find_doi, find_pmcid, find_pmid

DOIS = st.from_regex(r"10\.[0-9]{4,9}(\.[0-9]{1,3})?/[a-z0-9]([a-z0-9._;/-]{0,20}[a-z0-9])?", fullmatch=True)


@given(
    DOIS,
    st.sampled_from(
        ["{}", "doi:{}", "DOI: {}.", "https://doi.org/{}", "http://dx.doi.org/{}", "({})", "“{}”,", "[{}];"]
    ),
)
def test_a_doi_is_found_in_whatever_stands_around_it(doi: str, around: str) -> None:
    assert find_doi(around.format(doi)) == doi
    assert find_doi(around.format(doi.upper())) == doi


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1016/S0140-6736(05)67762-2", "10.1016/s0140-6736(05)67762-2"),
        ("(see 10.1016/S0140-6736(05)67762-2)", "10.1016/s0140-6736(05)67762-2"),
        (
            "https://doi.org/10.1002/(SICI)1097-0258(19980815/30)17:15/16%3C1661::AID-SIM968%3E3.0.CO;2-2",
            "10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2",
        ),
        ("<https://doi.org/10.1000/x>", "10.1000/x"),
        ("first 10.1000/a, then 10.1000/b", "10.1000/a"),
        ("10.1000.10/x", "10.1000.10/x"),
        ("10.10/short", None),
        ("10.1000", None),
        ("version 110.1000/x", None),
        ("on 10.12.2020/21", None),
        ("", None),
    ],
)
def test_a_doi_is_bare_and_lower_case_and_nothing_else_is_one(text: str, doi: str | None) -> None:
    assert find_doi(text) == doi


@pytest.mark.parametrize(
    ("text", "pmcid"),
    [
        ("PMC13013411", "PMC13013411"),
        ("pmc13013411.2", "PMC13013411"),
        ("PMCID: PMC7917175", "PMC7917175"),
        ("PMC 7917175", "PMC7917175"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7917175/", "PMC7917175"),
        ("xPMC7917175", None),
        ("PMC79171751234", None),
        ("PMC", None),
        ("7917175", None),
    ],
)
def test_a_pmcid_has_its_prefix_in_one_spelling_and_no_version(text: str, pmcid: str | None) -> None:
    assert find_pmcid(text) == pmcid


@pytest.mark.parametrize(
    ("text", "pmid"),
    [
        ("PMID: 29768149", "29768149"),
        ("pmid29768149", "29768149"),
        ("https://pubmed.ncbi.nlm.nih.gov/29768149/", "29768149"),
        ("http://www.ncbi.nlm.nih.gov/pubmed/29768149?dopt=Abstract", "29768149"),
        ("PMID 1234567890", None),
        ("29768149", None),
        ("PMCID: PMC29768149", None),
    ],
)
def test_a_pmid_is_named_as_one(text: str, pmid: str | None) -> None:
    assert find_pmid(text) == pmid


@given(st.text())
def test_any_text_can_be_looked_through(text: str) -> None:
    doi, pmcid, pmid = find_doi(text), find_pmcid(text), find_pmid(text)
    assert doi is None or doi.startswith("10.")
    assert pmcid is None or pmcid.startswith("PMC")
    assert pmid is None or pmid.isdecimal()
