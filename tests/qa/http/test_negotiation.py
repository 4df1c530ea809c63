from __future__ import annotations

import pytest

from qa.http.negotiation import preferred

JSON, MARKDOWN, LINKED = "application/json", "text/markdown", "application/ld+json"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("text/markdown", MARKDOWN),
        ("Text/Markdown; charset=utf-8", MARKDOWN),
        ('application/ld+json;profile="http://www.w3.org/ns/anno.jsonld"', LINKED),
        ('application/ld+json; profile="a, b;q=0"; q=0.5, application/json;q=0.4', LINKED),
        ("text/*", MARKDOWN),
        ("application/*", JSON),
        ("application/*;q=0.5, text/markdown;q=0.4", JSON),
        ("application/json;q=0, */*", MARKDOWN),
        ("text/markdown;q=0.1, */*;q=0.9", JSON),
        ("text/markdown, application/json", JSON),
        ("text/html, image/gif, *; q=.2, */*; q=.2", JSON),
        ("image/png", None),
        ("*/*;q=0", None),
        ("nonsense", None),
    ],
)
def test_the_type_that_is_wanted_most_is_chosen(accept: str | None, chosen: str | None) -> None:
    assert preferred(accept, (JSON, MARKDOWN, LINKED)) == chosen
