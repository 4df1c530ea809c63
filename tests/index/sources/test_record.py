"""Summary pages: whose words are whose, and nothing lost, whatever the page's layout."""

import re
from pathlib import Path

import pytest

from index.document import Author, Document, Entity
from index.sources import record
from index.sources.source import Source

SHIPPED = Path(__file__).resolve().parents[3] / "index" / "data" / "PMC13013411.md"


def read(text: str, name: str = "page.md") -> Document:
    (document,) = record.read(Source(name, text.encode()))
    return document


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind.value, document.text[block.start : block.end]) for block in document.blocks]


def of_kind(document: Document, kind: str) -> list[str]:
    return [text for block_kind, text in blocks(document) if block_kind == kind]


def section(document: Document, words: str) -> tuple[str, ...]:
    return document.section_at(document.text.index(words))


HEAD = (
    "# Small bubbles of cells\n\n**Authors:** Ana Ruiz, Bo Li\n\n"
    "PMC · DOI: 10.1234/Test.5 · Journal of Tests · 2025-02-03\n\n"
)
SUMMARY = (
    "## TL;DR\n\nBubbles matter.\n\n## Contribution\n\nIt sums up.\n\n"
    "## Key findings\n\n- Finding one.\n- Finding two.\n\n"
)
ABSTRACT = "## Abstract\n\nCells send bubbles. We review them.\n\n"
FOOT = "---\nSource: https://example.org/paper/PMC7654321\n"


def test_the_shipped_record() -> None:
    data = SHIPPED.read_bytes()
    assert record.sniff(data, "000.txt")
    (document,) = record.read(Source("000.txt", data))
    facts = document.metadata
    assert document.id == facts.pmcid == "PMC13013411"
    assert facts.title.startswith("Research progress on the roles of extracellular vesicles")
    assert [author.name for author in facts.authors][:2] == ["Minghong Zhao", "Meijin Liu"] and len(facts.authors) == 7
    assert facts.authors[0] == Author("Zhao", "Minghong")
    assert (facts.doi, facts.container_title, facts.issued) == (
        "10.3389/fimmu.2026.1750226",
        "Frontiers in Immunology",
        "2026-03-11",
    )
    assert facts.license is None and facts.url is None
    assert facts.entities == (
        Entity("disease", "cancer", "MESH:D009369"),
        Entity("species", "Homo sapiens", "taxon:9606"),
    )
    assert len(of_kind(document, "summary")) == 5
    assert len(of_kind(document, "abstract")) == 1
    assert len(of_kind(document, "note")) == 8
    assert of_kind(document, "paragraph") == of_kind(document, "list") == of_kind(document, "caption") == []
    assert document.references == ()
    assert record.complete_page(data.decode()) == "https://tomesphere.com/paper/PMC13013411/full.md"
    assert set(words_of(data.decode())) <= set(words_of(document.text))


def test_summary_abstract_and_notes_keep_their_origin() -> None:
    document = read(HEAD + SUMMARY + ABSTRACT + FOOT)
    assert of_kind(document, "summary") == ["Bubbles matter.", "It sums up.", "Finding one.", "Finding two."]
    assert of_kind(document, "abstract") == ["Cells send bubbles. We review them."]
    assert of_kind(document, "note") == [
        "Authors: Ana Ruiz, Bo Li",
        "PMC · DOI: 10.1234/Test.5 · Journal of Tests · 2025-02-03",
        "Source: https://example.org/paper/PMC7654321",
    ]
    assert document.id == "PMC7654321"
    assert section(document, "Source:") == ()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("**Authors:** A. Uno\n\nJ Test · 2024 · DOI: 10.1234/x", ("10.1234/x", "J Test", "2024", None, None)),
        ("**Authors:** A. Uno\n**Journal:** J Test\n**Published:** 3 May 2024\n**DOI:** [10.1234/x](https://doi.org/10.1234/x)",
         ("10.1234/x", "J Test", "2024-05-03", None, None)),
        ("- **Authors:** A. Uno\n- **PMID:** 123\n- **License:** CC BY 4.0\n- **Date:** May 2024",
         (None, None, "2024-05", "123", "CC BY 4.0")),
        ("**Authors:** A. Uno<sup>1</sup>\n\nPMC123456 | PMID: 77 | May 3, 2024 | CC BY-NC 4.0",
         (None, None, "2024-05-03", "77", "CC BY-NC 4.0")),
        ("**Authors:** A. Uno\n\nOne · Two · 2024", (None, None, "2024", None, None)),
    ],
)  # fmt: skip
def test_metadata_in_any_order_and_with_parts_missing(lines: str, expected: tuple[str | None, ...]) -> None:
    facts = read(f"# T\n\n{lines}\n\n{SUMMARY}").metadata
    assert (facts.doi, facts.container_title, facts.issued, facts.pmid, facts.license) == expected
    assert [author.name for author in facts.authors] == ["A. Uno"]


def test_prose_under_the_title_is_not_taken_for_metadata() -> None:
    text = "We found that vesicles · as shown in 10.1234/x · matter: a lot."
    assert of_kind(read(f"# T\n\n**Authors:** A\n\nLoose words here.\n\n{SUMMARY}"), "paragraph") == [
        "Loose words here."
    ]
    assert "matter" in read(f"# T\n\n**Authors:** A\n\n{text}\n\n{SUMMARY}").text


def test_entities_in_several_shapes() -> None:
    document = read(
        HEAD + SUMMARY + "## Full-text entities\n\n- **Genes:** CD63 (tetraspanin, human) [NCBIGene:967], TP53; KRAS\n"
        "- **Cell lines:** HeLa (CVCL: 0030)\n\n### Chemicals\n\n- cisplatin (MESH:D002945)\n\nSome remark.\n"
    )
    assert document.metadata.entities == (
        Entity("gene", "CD63", "NCBIGene:967"),
        Entity("gene", "TP53"),
        Entity("gene", "KRAS"),
        Entity("cell line", "HeLa", "CVCL:0030"),
        Entity("chemical", "cisplatin", "MESH:D002945"),
        Entity("chemical", "Some remark."),
    )
    assert "cisplatin (MESH:D002945)" in of_kind(document, "note")


REFERENCES = [
    "## References\n\n1. Kim A. One. 2019. doi:10.1/a\n2. Wu B. Two. 2020.\n3. Xu C. Three. 2021.\n\n",
    "## References (3)\n\n- [1] Kim A. One. 2019.\n- [2] Wu B. Two. 2020.\n- [3] Xu C. Three. 2021.\n\n",
    "### References\n\n**1.** Kim A. One. 2019.\n\n**2.** Wu B. Two. 2020.\n\n**3.** Xu C. Three. 2021.\n\n",
    "## Bibliography\n[1] Kim A. One. 2019.\n[2] Wu B. Two. 2020.\n[3] Xu C. Three. 2021.\n\n",
]
FIGURES = [
    "## Figures\n\n### Figure 1\n\nA bubble leaves.\n\n### Figure 2\n\nA bubble comes.\n\n",
    "## Figures\n\n![Figure 1](https://x.org/1.jpg)\n\n**Figure 1.** A bubble leaves.\n\n"
    "**Figure 2.** A bubble comes.\n\n",
    "## Figures (2)\n\n- **Figure 1:** A bubble leaves.\n- **Figure 2:** A bubble comes.\n\n",
    "## Figures\n\n### Figure 1: A bubble leaves.\n\n### Figure 2: A bubble comes.\n\n",
    "## Figures\n\n![A bubble leaves.](https://x.org/1.jpg)\n\n![A bubble comes.](https://x.org/2.jpg)\n\n",
]
BODY = [
    "## Full text\n\n### 1 Introduction\n\nBubbles are old [1, 2].\n\n#### 1.1 History\n\n"
    "Seen first in sheep [1–3].\n\n"
    "### 2 Key findings\n\nPaper's own finding.\n\n### Acknowledgements\n\nThanks.\n\n",
    "## 1. Introduction\n\nBubbles are old [1, 2].\n\n### 1.1 History\n\nSeen first in sheep [1–3].\n\n"
    "## 2. Views\n\nPaper's own finding.\n\n## Acknowledgements\n\nThanks.\n\n",
    "## Full Text\n\n# Small bubbles of cells\n\n## 1 Introduction\n\nBubbles are old [1, 2].\n\n### 1.1 History\n\n"
    "Seen first in sheep [1–3].\n\n## 2 Views\n\nPaper's own finding.\n\n## Acknowledgements\n\nThanks.\n\n",
]


@pytest.mark.parametrize("references", REFERENCES)
@pytest.mark.parametrize("figures", FIGURES)
@pytest.mark.parametrize("body", BODY)
@pytest.mark.parametrize("summary", [SUMMARY, ""])
def test_the_full_page_in_several_layouts(summary: str, body: str, figures: str, references: str) -> None:
    page = HEAD + summary + ABSTRACT + body + figures + references + FOOT
    assert record.sniff(page.encode(), "full.md")
    document = read(page)
    prose = of_kind(document, "paragraph")
    assert prose == ["Bubbles are old [1, 2].", "Seen first in sheep [1–3].", "Paper's own finding."]
    assert of_kind(document, "back") == ["Thanks."]
    captions = " ".join(of_kind(document, "caption"))
    assert "A bubble leaves." in captions and "A bubble comes." in captions
    assert len(of_kind(document, "summary")) == (4 if summary else 0)
    assert [reference.label for reference in document.references] == ["1", "2", "3"]
    assert document.references[0].text.startswith("Kim A. One. 2019.")
    marks = [(document.text[mark.start : mark.end], mark.reference_ids) for mark in document.reference_marks]
    assert marks == [("[1, 2]", ("1", "2")), ("[1–3]", ("1", "2", "3"))]
    path = section(document, "Seen first")
    assert len(path) == 2 and path[0].endswith("Introduction") and path[1].endswith("History")
    assert section(document, "Source:") == ()
    assert document.id == "PMC7654321"
    arrived = document.text + " " + " ".join(reference.text for reference in document.references)
    visible = re.sub(
        r"\]\([^)]*\)|## (?:References|Bibliography)(?: \(3\))?|\*\*\d\.\*\*|\[\d\]|^\d\.", " ", page, flags=re.M
    )
    assert set(words_of(visible)) <= set(words_of(arrived))


def test_a_part_of_unknown_name_before_the_paper_is_the_summarisers() -> None:
    document = read(
        HEAD + "## Why it matters\n\nThey say so.\n\n" + SUMMARY + ABSTRACT + "## Bubbles in sheep\n\nOwn words.\n"
    )
    assert "They say so." in of_kind(document, "summary")
    assert of_kind(document, "paragraph") == ["Own words."]


def test_a_page_without_the_paper_has_no_words_of_the_paper() -> None:
    document = read(HEAD + SUMMARY + "## Overview\n\nTold again.\n")
    assert {kind for kind, _ in blocks(document)} == {"title", "note", "heading", "summary"}


def test_remarks_that_the_rest_is_elsewhere_are_notes() -> None:
    document = read(
        HEAD
        + SUMMARY
        + ABSTRACT
        + "## Full text\n\nFull body text omitted from this view. See https://example.org/full.md\n\n"
        "## Figures\n\n[3 figures in the complete paper](https://example.org/full.md)\n\n"
        "## References\n\n99 references, full list in the complete paper: https://example.org/full.md\n"
    )
    assert len(of_kind(document, "note")) == 5
    assert of_kind(document, "caption") == of_kind(document, "paragraph") == []
    assert document.references == ()


def test_the_papers_own_words_are_no_remark() -> None:
    text = "Two patients were omitted from this analysis."
    assert of_kind(read(f"{HEAD}{SUMMARY}## Abstract\n\n{text}\n"), "abstract") == [text]
    assert of_kind(read(f"{HEAD}{SUMMARY}## Full text\n\n{text}\n"), "paragraph") == [text]


def test_parts_in_another_order_and_level() -> None:
    document = read(
        "# T\n\n# Abstract\n\nOwn.\n\n# TL;DR\n\nTheirs.\n\n# References\n\n1. Kim A.\n\n"
        "# Full text\n\n## Methods\n\nDone [1].\n"
    )
    assert of_kind(document, "abstract") == ["Own."]
    assert of_kind(document, "summary") == ["Theirs."]
    assert document.section_at(document.text.index("Done")) == ("Methods",)
    assert document.reference_marks[0].reference_ids == ("1",)


def test_tables_in_a_summary_stay_the_summarisers() -> None:
    document = read(HEAD + "## Key findings\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> Said.\n\n" + ABSTRACT)
    assert of_kind(document, "summary") == ["a: 1 | b: 2", "Said."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + ABSTRACT, True),
        (f"# T\n\n{SUMMARY}", True),
        ("# T\n\n## Abstract\n\nA.\n\n## Methods\n\nB.\n", False),
        ("Words.\n\n" + HEAD, False),
        ("# T\n\n**Authors:** A\n\n## Methods\n\nB.\n", False),
        ("", False),
    ],
)
def test_a_page_is_known_by_its_shape(text: str, expected: bool) -> None:
    assert record.sniff(text.encode(), "x.txt") is expected


def test_identifiers_come_from_the_page_before_its_name() -> None:
    page = HEAD + SUMMARY
    assert read(page, "https://example.org/paper/PMC5555555/full.md").metadata.pmcid == "PMC5555555"
    assert read(page, "PMC5555555.md").metadata.pmcid == "PMC5555555"
    assert read(page + FOOT, "PMC5555555.md").metadata.pmcid == "PMC7654321"
    assert read(page, "notes.md").id == "10.1234_test.5"
