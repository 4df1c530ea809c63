"""A real cross-encoder, small and untrained: what it gives, and what is refused in its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from index.errors import EncoderError
from index.reranker import CrossEncoderReranker
from tests import pretrained_maker as maker
from tests.pretrained_maker import TEXTS

QUESTION = "Which cells carry a pump?"


def test_scores_are_the_models_logits_in_the_order_of_the_texts(tmp_path: Path) -> None:
    name = maker.cross_encoder(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(name)
    inputs = tokenizer([QUESTION] * 3, list(TEXTS), return_tensors="pt", padding=True, truncation=True)
    with torch.no_grad():
        expected = AutoModelForSequenceClassification.from_pretrained(name)(**inputs).logits[:, 0].numpy()
    scores = CrossEncoderReranker(name).scores(QUESTION, TEXTS)
    assert scores.shape == (3,) and scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    assert np.ptp(scores) > 1e-3


def test_no_texts_have_no_scores(tmp_path: Path) -> None:
    assert CrossEncoderReranker(maker.cross_encoder(tmp_path)).scores(QUESTION, []).shape == (0,)


def test_a_text_longer_than_the_window_is_cut(tmp_path: Path) -> None:
    reranker = CrossEncoderReranker(maker.cross_encoder(tmp_path))
    np.testing.assert_array_equal(*reranker.scores(QUESTION, ["cells " * 100, "cells " * 200]).reshape(2, 1))


def test_weights_that_are_no_numbers_are_refused_with_the_text(tmp_path: Path) -> None:
    name = maker.cross_encoder(tmp_path)
    model = AutoModelForSequenceClassification.from_pretrained(name)
    with torch.no_grad():
        model.classifier.bias.fill_(float("nan"))
    model.save_pretrained(name)
    with pytest.raises(EncoderError, match="no finite score for 'Vesicles of resistant"):
        CrossEncoderReranker(name).scores(QUESTION, TEXTS)


def test_what_cannot_rank_is_refused_by_what_it_is(tmp_path: Path) -> None:
    refused = {
        maker.cross_encoder(tmp_path / "labels", labels=3): "3 labels where one score is needed",
        maker.encoder(tmp_path / "encoder"): "no cross-encoder but a SentenceTransformer",
        str(maker.bert(tmp_path / "plain")): "no cross-encoder but a plain transformer",
        str(tmp_path / "nowhere"): "no re-ranker",
    }
    for name, reason in refused.items():
        with pytest.raises(EncoderError, match=reason):
            CrossEncoderReranker(name, offline=True)


def test_weights_that_the_model_does_not_find_are_missed(tmp_path: Path) -> None:
    name = maker.renamed_weights(maker.cross_encoder(tmp_path))
    with pytest.raises(EncoderError, match=f"{name} lacks weights"):
        CrossEncoderReranker(name)


def test_a_folder_without_weights_is_refused_by_name(tmp_path: Path) -> None:
    name = maker.cross_encoder(tmp_path)
    (Path(name) / "model.safetensors").unlink()
    with pytest.raises(EncoderError, match=f"{name} holds no model"):
        CrossEncoderReranker(name)
