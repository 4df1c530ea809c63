"""Whether to answer at all."""

from __future__ import annotations


def abstention(confidence: float, threshold: float | None, passages: int, *, named: bool) -> str | None:
    """Why the service abstains, or None when it answers.

    Args:
        confidence: that the best statement answers the question.
        threshold: as calibrated and kept in the index; None of an index without a calibration.
        passages: how many the index holds.
        named: whether any of the papers that were found names what the question names; see `qa.subjects`.
    """
    if passages == 0:
        return "The index holds no passages: add papers with `evqa add`."
    if threshold is None:
        return (
            "Nothing was calibrated for the encoder of this index, so that no answer can be trusted; the nearest "
            "passages are listed. Fit a calibration with `scripts/calibrate`, and name its file in EVQA_CALIBRATION."
        )
    if confidence >= threshold:
        return None
    if not named:
        return (
            "None of the papers that were found names what the question names, such as its organ, disease or molecule; "
            "the nearest passages are listed."
        )
    return "The indexed papers hold no sentence that answers this question; the nearest passages are listed."
