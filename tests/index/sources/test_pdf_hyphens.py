"""What becomes of a hyphen at the end of a line."""

from __future__ import annotations

import pytest

from index.sources.elements import Piece
from index.sources.pdf_hyphens import Vocabulary, joined

WORDS = Vocabulary.of(
    [
        "The T-cell response to treatment, a 5-year trial of dose and response in anti-inflammatory drugs,",
        "with peer-reviewed papers, small cells, bodies and antibodies, a well known cell and a word.",
    ]
)


@pytest.mark.parametrize(
    ("above", "below", "text"),
    [
        ("after the treat-", "ment of mice", "after the treatment of mice"),
        ("after the sepa-", "ration of mice", "after the separation of mice"),
        ("binds to PD-", "L1 on cells", "binds to PD-L1 on cells"),
        ("showed a T-", "cell response", "showed a T-cell response"),
        ("after a 5-", "year trial", "after a 5-year trial"),
        ("a clear dose-", "response curve", "a clear dose-response curve"),
        ("they are anti-", "bodies", "they are antibodies"),
        ("were peer-", "reviewed by", "were peer-reviewed by"),
        ("with the pre-", "and post-test", "with the pre- and post-test"),
        ("of soft\u00ad", "ened tissue", "of softened tissue"),
        ("at https://doi.org/10.1000/", "abc-1 and", "at https://doi.org/10.1000/abc-1 and"),
        ("for β-catenin/", "Wnt signals", "for β-catenin/Wnt signals"),
        ("aged 40–", "60 years", "aged 40–60 years"),
        ("two words", "on two lines", "two words on two lines"),
    ],
)
def test_lines_are_joined_as_the_author_wrote(above: str, below: str, text: str) -> None:
    pieces = joined([(Piece(above, page=1),), (Piece(below, page=2),)], WORDS)
    assert "".join(piece.text for piece in pieces) == text
    assert pieces[-1] == Piece(below, page=2)
