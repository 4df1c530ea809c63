"""A cross-encoder that reads a question and a passage together, and says how well they fit (Nogueira & Cho 2019,
"Passage re-ranking with BERT").

An option: none is shipped. It runs on torch, which is imported when one is loaded and not before.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index import pretrained
from index.encoder import FloatArray
from index.errors import EncoderError
from index.pretrained import Kind

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_BATCH = 16


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder by name or folder.

    Args:
        name: a folder, or a model of the Hugging Face hub.
        revision: of a hub model.
        candidates: how many passages of a search it is to score.
        offline: fetch nothing over the network.

    Raises:
        EncoderError: there is no such model, or it is no cross-encoder that gives one score.
    """

    def __init__(self, name: str, revision: str | None = None, *, candidates: int = 20, offline: bool = False) -> None:
        folder = pretrained.model_folder(
            name, revision, what="re-ranker", organization="cross-encoder", offline=offline
        )
        if (kind := pretrained.kind(folder)) is not Kind.CROSS_ENCODER:
            raise EncoderError(
                f"the re-ranker {name} is no cross-encoder but a {kind}, which does not read question and passage "
                "together: choose a cross-encoder"
            )
        pretrained.weights_digest(folder)  # refuses a folder without any
        self.name = name
        self.candidates = candidates
        self._model = _load(folder)
        self._lock = threading.Lock()
        if (labels := self._model.num_labels) != 1:
            raise EncoderError(
                f"the re-ranker {name} gives {labels} labels where one score is needed: choose one that was trained to "
                "rank"
            )

    def scores(self, query: str, texts: Sequence[str]) -> FloatArray:
        """(n,) float32 in the order of `texts`: the model's logit for each with the query, higher where it fits better.

        Raises:
            EncoderError: a score is not finite.
        """
        if not texts:
            return np.empty(0, dtype=np.float32)
        import torch

        with self._lock:  # a fast tokenizer refuses to be used by two threads at once
            # The logit: after a sigmoid the best ones are all 1.0.
            found = self._model.predict(
                [(query, text) for text in texts],
                batch_size=_BATCH,
                activation_fn=torch.nn.Identity(),
                show_progress_bar=False,
            )
        scores = np.asarray(found, dtype=np.float32).reshape(-1)
        if not np.isfinite(scores).all():
            bad = texts[int(np.argmin(np.isfinite(scores)))]
            raise EncoderError(f"the re-ranker {self.name} gave no finite score for {bad[:80]!r}: use another one")
        return scores


def _load(folder: Path) -> CrossEncoder:
    def make() -> CrossEncoder:
        from sentence_transformers import CrossEncoder

        model: CrossEncoder = CrossEncoder(str(folder), device="cpu", local_files_only=True)
        model.float().eval()
        return model

    return pretrained.load(make, lambda model: model.predict([("cells", "cells")]), folder, "a cross-encoder")
