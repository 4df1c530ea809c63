"""The identifiers of papers, each in one spelling: DOI, PubMed id, PubMed Central id.

Sources write them as bare values, as addresses, with prefixes, in either case; the index knows one form of each.
Follows the DOI Handbook (prefix `10.` and a registrant code; compared without regard to case) and NCBI's forms.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

_DOI = re.compile(r"\b(10\.\d{4,9}(?:\.\d+)*/\S+)", re.IGNORECASE)
_PMCID = re.compile(r"\bPMC[\s:]*(\d{3,10})(?:\.\d+)?\b", re.IGNORECASE)
_PMID = re.compile(
    r"(?:\bPMID[\s:]*|pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/)(\d{1,9})\b", re.IGNORECASE
)
# Markup, a query, a fragment (a DOI may end in "#", but not go on after it), the page of a publisher, the next DOI.
_AFTER_DOI = re.compile(
    r"(?:[\"']>|</|\?\w+=|#\w|/(?:full|fulltext|abstract|e?pdf|html|meta)\b|[,;](?=10\.\d{4,9}/)).*",
    re.IGNORECASE | re.DOTALL,
)
_PUNCTUATION = ".,;:'’\"“”"
_CLOSING = {")": "(", "]": "[", "}": "{", ">": "<"}


def find_doi(text: str) -> str | None:
    """The first DOI in `text`, bare and lower-case; what an address or a sentence has after it is left out.

    >>> find_doi("see https://doi.org/10.1016/S0140-6736(05)67762-2)."), find_doi("10/abc")
    ('10.1016/s0140-6736(05)67762-2', None)
    >>> find_doi("https://journal.org/articles/10.1000/a.b/full?src=x#Sec1"), find_doi("10.1000/a,10.1000/b")
    ('10.1000/a.b', '10.1000/a')
    """
    match = _DOI.search(unquote(text))
    if match is None:
        return None
    doi = _AFTER_DOI.sub("", match[1]).rstrip(_PUNCTUATION)
    while doi and doi[-1] in _CLOSING and doi.count(doi[-1]) > doi.count(_CLOSING[doi[-1]]):
        doi = doi[:-1].rstrip(_PUNCTUATION)
    return None if doi.endswith("/") else doi.lower()


def find_pmcid(text: str) -> str | None:
    """The first PubMed Central id in `text`; a version number after it is left out.

    >>> find_pmcid("https://pmc.ncbi.nlm.nih.gov/articles/pmc13013411.1/")
    'PMC13013411'
    """
    match = _PMCID.search(text)
    return f"PMC{match[1]}" if match else None


def find_pmid(text: str) -> str | None:
    """The first PubMed id that `text` names as one, by prefix or address; bare digits are not enough.

    >>> find_pmid("PMID: 29768149"), find_pmid("https://pubmed.ncbi.nlm.nih.gov/7/"), find_pmid("29768149")
    ('29768149', '7', None)
    """
    match = _PMID.search(text)
    return match[1] if match else None
