"""What a string given by a user names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sources.resolve import Identifier, IdentifierKind, resolve


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("PMC13013411", "PMCID", "PMC13013411"),
        (" pmc13013411 ", "PMCID", "PMC13013411"),
        ("PMC13013411.2", "PMCID", "PMC13013411"),
        ("PMCID: PMC13013411", "PMCID", "PMC13013411"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC13013411/?report=reader#S1", "PMCID", "PMC13013411"),
        ("http://www.ncbi.nlm.nih.gov/pmc/articles/PMC13013411/pdf/main.pdf", "PMCID", "PMC13013411"),
        ("https://europepmc.org/article/PMC/PMC13013411", "PMCID", "PMC13013411"),
        ("https://www.ebi.ac.uk/europepmc/webservices/rest/PMC13013411/fullTextXML", "PMCID", "PMC13013411"),
        ("pmc.ncbi.nlm.nih.gov/articles/PMC13013411", "PMCID", "PMC13013411"),
        ("29768149", "PMID", "29768149"),
        ("PMID:29768149", "PMID", "29768149"),
        ("pmid 29768149", "PMID", "29768149"),
        ("https://pubmed.ncbi.nlm.nih.gov/29768149/", "PMID", "29768149"),
        ("https://europepmc.org/article/MED/29768149", "PMID", "29768149"),
        ("10.3389/fimmu.2026.1750226", "DOI", "10.3389/fimmu.2026.1750226"),
        ("doi:10.1016/S0140-6736(05)67762-2", "DOI", "10.1016/s0140-6736(05)67762-2"),
        ("https://doi.org/10.1000/pmc123", "DOI", "10.1000/pmc123"),
        ("https://dx.doi.org/10.1002/(SICI)1%3C1::AID-1%3E3.0.CO;2-A", "DOI", "10.1002/(sici)1<1::aid-1>3.0.co;2-a"),
        ("doi.org/10.1000/ABC", "DOI", "10.1000/abc"),
        ("https://tomesphere.com/paper/PMC13013411/full.md", "URL", "https://tomesphere.com/paper/PMC13013411/full.md"),
        ("HTTP://example.org/a.xml#top", "URL", "HTTP://example.org/a.xml"),
        ("https://pubmed.ncbi.nlm.nih.gov/about/", "URL", "https://pubmed.ncbi.nlm.nih.gov/about/"),
        ("https://doi.org.example.com/10.1000/a", "URL", "https://doi.org.example.com/10.1000/a"),
    ],
)
def test_a_string_names_a_paper(text: str, kind: str, value: str) -> None:
    assert resolve(text) == Identifier(IdentifierKind(kind), value)


@pytest.mark.parametrize(
    "text",
    [
        *("", "papers/a.xml", "PMC13013411.xml", "my PMC13013411", "./29768149", "0", "1234567890", "2976x"),
        *("10.1000", "10.1000/", "doi", "file:///etc/passwd", "ftp://example.org/a.xml", "a\nb", "٢٩٧"),
    ],
)
def test_anything_else_is_no_name_of_a_paper(text: str) -> None:
    assert resolve(text) is None


@given(
    st.sampled_from(
        ["", "http://", "https://doi.org/", "HTTPS://europepmc.org/", "doi:10.1234/", "10.1234/", "PMC", "PMID"]
    ),
    st.one_of(st.text(), st.text("1024./a:()[]<>#?%- ")),
)
def test_a_name_in_its_one_spelling_names_the_same_paper(start: str, rest: str) -> None:
    name = resolve(start + rest)
    assert name is None or resolve(name.value) == name
