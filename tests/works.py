"""Papers and bibliography entries to cite, as sources give them; and any that Hypothesis can think of."""

from __future__ import annotations

import unicodedata
from typing import Any

from hypothesis import strategies as st

from index.document import Author, Metadata, Reference
from qa.works import Work, document_work, reference_work

AUTHORS = (
    Author(family="van der Berg", given="Anna-Maria B."),
    Author(family="Smith", given="JQ", suffix="Jr."),
    Author(literal="The Vesicle Consortium and Friends"),
    Author(family="Sukarno"),
)

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=40).map(
    lambda text: unicodedata.normalize("NFC", " ".join(text.split()))
)
SOME_WORDS = WORDS.filter(lambda text: any(map(str.isalnum, text)))


def paper(**changes: Any) -> Work:
    """An article of a journal with every field."""
    fields: dict[str, Any] = {
        "title": "Loss of PD-L1 & β-catenin in CD8⁺ T cells: 50% of {all} Drosophila_x",
        "source": "paper.xml",
        "format": "jats",
        "authors": AUTHORS,
        "container_title": "Journal of Cells & Vesicles",
        "publisher": "Cells Ltd",
        "issued": "2019-03-04",
        "volume": "12",
        "issue": "3",
        "pages": "101–112",
        "doi": "10.1000/a_b%20(c)",
        "pmid": "123456",
        "pmcid": "PMC98765",
        "url": "https://cells.example/a_b?x=1&y=2",
        "license": "CC BY 4.0",
        "language": "en",
        "keywords": ("vesicles", "T cells, CD8"),
    }
    return document_work("PMC98765", Metadata(**{**fields, **changes}))


def entry(**changes: Any) -> Work:
    """An article of a journal in a bibliography."""
    fields: dict[str, Any] = {
        "text": "Able A, Baker B. A pump in vesicles. J Cells. 2019;12:101-12.",
        "authors": (Author(family="Able", given="A"), Author(family="Baker", given="B")),
        "title": "A pump in vesicles",
        "container_title": "J Cells",
        "year": "2019",
        "volume": "12",
        "pages": "101–12",
    }
    return reference_work("PMC98765", Reference(id="B1", **{**fields, **changes}))
