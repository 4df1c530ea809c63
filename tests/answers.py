"""Answers as the service gives them, for what is made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from index.query import Scores
from qa.answer import (
    Answer,
    Citation,
    CitedDocument,
    CitedReference,
    Hit,
    IndexInfo,
    Passage,
    Statement,
    Status,
    TextPositionSelector,
    TextQuoteSelector,
)

TEXT = "🧬 Vesicles carry a pump that expels cisplatin [1]. Receiving cells survive."
QUOTE = "Vesicles carry a pump that expels cisplatin [1]."
STUDY = CitedReference("B1", "Able A. A pump. J Cells. 2019.", "[1]", url="https://doi.org/10.1000/pump")
LETTER = CitedReference("B2", "Baker B, a letter.")
DOCUMENT = CitedDocument(
    "PMC1", "Vesicles", ("A. Able",), container_title="J Cells", issued="2026", url="https://doi.org/10.1000/x"
)


def cited(marker: int = 1, quote: str = QUOTE, **changes: Any) -> Citation:
    """A citation of `QUOTE` in `TEXT`, on a primary study."""
    start = TEXT.find(quote) if quote in TEXT else 0
    citation = Citation(
        marker=marker,
        document=DOCUMENT,
        passage_id=f"PMC1:0-{len(TEXT)}",
        section=("Results", "Uptake"),
        kind="paragraph",
        quote=quote,
        start=start,
        end=start + len(quote),
        version=f"sha256:{hashlib.sha256(TEXT.encode()).hexdigest()}",
        selector=(
            TextQuoteSelector(quote, TEXT[:start], TEXT[start + len(quote) :]),
            TextPositionSelector(start, start + len(quote)),
        ),
        link="https://doi.org/10.1000/x#:~:text=Vesicles%20carry",
        references=(STUDY,),
    )
    return replace(citation, **changes)


def answered(*citations: Citation, question: str = "What do vesicles carry?", **changes: Any) -> Answer:
    """An answer with a statement for each citation; an abstention with a hit for each if there is a `reason`."""
    abstains = "reason" in changes
    answer = Answer(
        question=question,
        status=Status.ABSTAINED if abstains else Status.ANSWERED,
        answer="",
        confidence=0.875,
        statements=() if abstains else tuple(Statement(one.quote, (one.marker,), True) for one in citations),
        citations=() if abstains else citations,
        hits=hits(citations),
        generator="extractive",
        index=IndexInfo("20260101T000000-00000000", "hashing", 4, 1),
        took_ms=1.0,
    )
    return replace(answer, **changes)


def hits(citations: Sequence[Citation]) -> tuple[Hit, ...]:
    """A hit for each citation."""
    return tuple(
        Hit(
            one.marker,
            1.0,
            Scores(),
            Passage(one.passage_id, one.document.id, one.quote, one.start, one.end, one.section, one.kind),
            one,
            relevance=0.5,
        )
        for one in citations
    )
