"""Whether to answer at all."""

from __future__ import annotations


def abstention(confidence: float, threshold: float, passages: int) -> str | None:
    """Why the service abstains, or None when it answers.

    Args:
        confidence: that the best statement answers the question.
        threshold: as calibrated and kept in the index.
        passages: how many the index holds.
    """
    if passages == 0:
        return "The index holds no passages: add papers with `evqa add`."
    if confidence >= threshold:
        return None
    return "The indexed papers hold no sentence that answers this question; the nearest passages are listed."
