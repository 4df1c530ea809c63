"""One small paper as different sites show it (`pages/`): every site's page gives the same document.

All pages have the same sentences, figure, table and three references; every sentence of the page around the paper
says FURNITURE.
"""

import re
from pathlib import Path

import pytest

from index.document import Document
from index.sources.html import read
from index.sources.source import Source

PAGES = sorted(Path(__file__).with_name("pages").glob("*.html"))
TEXT = [
    ("abstract", "Small vesicles carry cargo between cells, and we show how."),
    ("paragraph", "Cells talk by vesicles that hold CO₂ and Ca²⁺ ions."),
    ("paragraph", "Older work found the same in mice, which matters."),
    ("paragraph", "We fed 10⁹ vesicles to each mouse for two weeks."),
    ("list", "Mice were weighed each day."),
    ("list", "Blood was drawn at the end."),
    ("paragraph", "Uptake rose twofold in the liver and stayed there."),
    ("caption", "Uptake of vesicles in the liver after one day."),
    ("caption", "Doses that were given to each group."),
    ("back", "We thank the animal house for its careful work."),
]
ROWS = ["Group: A | Dose: 5 mg", "Group: B | Dose: 7 mg"]
REFERENCES = [
    ("Kim A, Lee B. Small vesicles in blood. J Cell. 2001;1:2–9.", "10.1000/one", "111"),
    ("Moe C. Large vesicles in urine. J Cell. 2002;3:4–8.", "10.1000/two", "222"),
    ("Poe D. Old vesicles in mice. J Mouse. 2003;5:6–7.", "10.1000/three", "333"),
]


@pytest.fixture(params=PAGES, ids=lambda path: path.stem, scope="module")
def page(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture(scope="module")
def document(page: Path) -> Document:
    (found,) = read(Source(page.name, page.read_bytes()))
    return found


def without_marks(document: Document) -> list[tuple[str, str]]:
    """Kind and text of each block, without marks and the labels of figures and tables."""
    found = []
    for block in document.blocks:
        text = document.text[block.start : block.end]
        for mark in reversed(document.reference_marks):
            if block.start <= mark.start < block.end:
                text = text[: mark.start - block.start].rstrip() + text[mark.end - block.start :]
        found.append((block.kind.value, re.sub(r"^(?:fig(?:ure)?|table)\.? 1[.:]?\s*", "", text, flags=re.IGNORECASE)))
    return found


def test_all_of_the_paper_is_there_in_order_and_nothing_else(document: Document) -> None:
    blocks = [(kind, text) for kind, text in without_marks(document) if kind not in ("heading", "table")]
    assert [pair for pair in blocks if pair[1] != "Uptake."] == [("title", "Vesicles in mice"), *TEXT]
    assert "FURNITURE" not in document.text


def test_table_rows_name_their_columns(document: Document, page: Path) -> None:
    rows = [text for kind, text in without_marks(document) if kind == "table"]
    assert rows == ([] if page.stem == "nature" else ROWS)  # Nature keeps tables on pages of their own


def test_sections_nest_as_the_paper_has_them(document: Document) -> None:
    paths = [tuple(re.sub(r"^[\d.]+ ", "", title).lower() for title in section.path) for section in document.sections]
    assert [path for path in paths if path != ("acknowledgements",) and path != ("acknowledgments",)] == [
        ("abstract",),
        ("introduction",),
        ("methods",),
        ("methods", "feeding"),
        ("results",),
    ]


def test_marks_lead_to_references_ranges_included(document: Document, page: Path) -> None:
    places = {reference.id: place for place, reference in enumerate(document.references, 1)}
    found = [[places[each] for each in mark.reference_ids] for mark in document.reference_marks]
    has_range = page.stem not in ("frontiers", "plain")
    assert found == [[1, 2], [1, 2, 3] if has_range else [1, 3], [3]]


def test_references_are_whole_and_have_their_identifiers(document: Document, page: Path) -> None:
    found = [(each.text, each.doi, each.pmid) for each in document.references]
    assert [doi for _, doi, _ in found] == [doi for _, doi, _ in REFERENCES]
    assert [text[: len(text_)] for (text, _, _), (text_, _, _) in zip(found, REFERENCES, strict=True)] == [
        text for text, _, _ in REFERENCES
    ]
    assert "Scholar" not in " ".join(text for text, _, _ in found)
    if page.stem != "sciencedirect":  # has no link to PubMed
        assert [pmid for _, _, pmid in found] == [pmid for _, _, pmid in REFERENCES]


def test_the_title_is_the_papers_not_the_sites(document: Document) -> None:
    assert document.metadata.title == "Vesicles in mice"
