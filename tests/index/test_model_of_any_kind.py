"""Encoders of every make: their prompts, poolings, windows and tokenizers, and what is refused."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer, SparseEncoder
from sentence_transformers.sentence_transformer.modules import Normalize

from index.encoder import FloatArray, OnnxEncoder
from index.errors import EncoderError
from index.model import Model
from tests import pretrained_maker as maker
from tests.pretrained_maker import TEXTS

LONG = " ".join(TEXTS) * 5


def unit(vectors: object) -> FloatArray:
    rows = np.asarray(vectors, dtype=np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.mark.parametrize("mode", ["mean", "cls", "max", "lasttoken", "weightedmean"])
def test_vectors_are_those_of_the_library_whatever_the_pooling(tmp_path: Path, mode: str) -> None:
    model = maker.encoder(tmp_path, mode)
    expected = unit(SentenceTransformer(model, device="cpu").encode([*TEXTS, LONG]))
    ours = Model(model)
    np.testing.assert_allclose(ours.encode_passages([*TEXTS, LONG]), expected, atol=1e-5)
    assert (ours.spec.pooling, ours.spec.window, ours.spec.dim) == (mode, maker.WINDOW, 16)


@pytest.mark.parametrize(
    ("make", "dim"), [(maker.projected, 8), (maker.static, 12), (maker.of_words, 8)], ids=["dense", "static", "words"]
)
def test_so_are_those_of_other_modules(tmp_path: Path, make: object, dim: int) -> None:
    assert callable(make)
    model = make(tmp_path)
    expected = unit(SentenceTransformer(model, device="cpu").encode(list(TEXTS)))
    ours = Model(model)
    np.testing.assert_allclose(ours.encode_queries(TEXTS), expected, atol=1e-5)
    assert ours.spec.dim == dim and ours.count_tokens(TEXTS[0]) > 4


def test_a_model_of_no_limit_gets_one_that_numbers_can_hold(tmp_path: Path) -> None:
    assert Model(maker.static(tmp_path)).spec.window == 8192


def test_vectors_cut_by_the_model_are_cut(tmp_path: Path) -> None:
    model = maker.altered(maker.encoder(tmp_path), "config_sentence_transformers.json", truncate_dim=4)
    ours = Model(model)
    assert ours.encode_queries(TEXTS).shape == (3, ours.spec.dim) == (3, 4)


def test_weights_of_sixteen_bits_are_computed_with_as_thirty_two(tmp_path: Path) -> None:
    model = maker.encoder(tmp_path, dtype="bfloat16")
    whole = SentenceTransformer(model, device="cpu")
    assert whole.dtype == torch.bfloat16
    expected = unit(whole.to(torch.float32).encode(list(TEXTS)))
    np.testing.assert_allclose(Model(model).encode_queries(TEXTS), expected, atol=1e-6)


def test_upper_case_counts_where_the_model_knows_it(tmp_path: Path) -> None:
    cased, uncased = Model(maker.encoder(tmp_path / "a", lowercase=False)), Model(maker.encoder(tmp_path / "b"))
    for ours, differs in ((cased, True), (uncased, False)):
        upper, lower = ours.encode_queries(["PD-L1", "pd-l1"])
        assert bool(np.abs(upper - lower).max() > 1e-4) is differs


@pytest.mark.parametrize("lowercase", [True, False])
def test_one_text_in_two_unicode_forms_has_one_vector(tmp_path: Path, lowercase: bool) -> None:
    composed, apart = Model(maker.encoder(tmp_path, lowercase=lowercase)).encode_queries(["cafés", "cafe\u0301s"])
    np.testing.assert_allclose(composed, apart, atol=1e-6)


def test_prompts_go_before_queries_and_passages_as_the_library_puts_them(tmp_path: Path) -> None:
    model = maker.encoder(tmp_path, prompts={"query": "Represent this question: ", "document": "passage: "})
    library, ours = SentenceTransformer(model, device="cpu"), Model(model)
    np.testing.assert_allclose(ours.encode_queries(TEXTS), unit(library.encode_query(list(TEXTS))), atol=1e-5)
    np.testing.assert_allclose(ours.encode_passages(TEXTS), unit(library.encode_document(list(TEXTS))), atol=1e-5)
    assert (ours.spec.query_prompt, ours.spec.passage_prompt) == ("Represent this question: ", "passage: ")


@pytest.mark.parametrize("name", ["passage", "corpus"])
def test_older_names_of_a_passages_prompt_are_known(tmp_path: Path, name: str) -> None:
    assert Model(maker.encoder(tmp_path, prompts={name: "text: "})).spec.passage_prompt == "text: "


def test_a_default_prompt_goes_before_everything(tmp_path: Path) -> None:
    model = maker.encoder(tmp_path, prompts={"any": "Represent this: "})
    maker.altered(model, "config_sentence_transformers.json", default_prompt_name="any")
    spec = Model(model).spec
    assert spec.query_prompt == spec.passage_prompt == "Represent this: "


def test_prompts_of_other_names_are_asked_for_and_not_guessed(tmp_path: Path) -> None:
    model = maker.encoder(tmp_path, prompts={"web_search": "Instruct: which passage\nQuery: ", "sts": "Same? "})
    with pytest.raises(EncoderError, match=r"'sts', 'web_search' .*EVQA_ENCODER_QUERY_PROMPT"):
        Model(model)
    chosen = Model(model, query_prompt="web_search", passage_prompt="").spec
    assert (chosen.query_prompt, chosen.passage_prompt) == ("Instruct: which passage\nQuery: ", "")


def test_prompts_can_be_given_to_a_model_that_does_not_name_its_own(tmp_path: Path) -> None:
    model = maker.encoder(tmp_path)
    ours = Model(model, query_prompt="query: ", passage_prompt="passage: ")
    expected = SentenceTransformer(model, device="cpu").encode([f"query: {text}" for text in TEXTS])
    np.testing.assert_allclose(ours.encode_queries(TEXTS), unit(expected), atol=1e-5)


def test_a_prompt_that_is_left_out_of_the_pooling_is_left_out(tmp_path: Path) -> None:
    reads = maker.transformer(tmp_path / "parts")
    pools = maker.pooling(include_prompt=False)
    model = maker.saved(tmp_path / "encoder", reads, pools, Normalize(), prompts={"query": "Instruct: "})
    expected = SentenceTransformer(model, device="cpu").encode_query(list(TEXTS))
    np.testing.assert_allclose(Model(model).encode_queries(TEXTS), unit(expected), atol=1e-5)


def test_a_prompt_that_fills_the_window_is_refused(tmp_path: Path) -> None:
    model = maker.encoder(tmp_path, window=24, prompts={"document": "query passage " * 5})
    with pytest.raises(EncoderError, match=r"24 tokens at once.*leaves 14"):
        Model(model)


def test_a_pair_of_encoders_reads_queries_with_one_and_passages_with_the_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = maker.asymmetric(tmp_path, query_window=24)
    library, ours = SentenceTransformer(model, device="cpu"), Model(model)
    texts = [*TEXTS, LONG]
    np.testing.assert_allclose(ours.encode_queries(texts), unit(library.encode_query(texts)), atol=1e-5)
    np.testing.assert_allclose(ours.encode_passages(texts), unit(library.encode_document(texts)), atol=1e-5)
    assert ours.spec.window == maker.WINDOW
    assert ours.export(tmp_path / "export"), caplog.text
    exported = OnnxEncoder(tmp_path / "export", ours.spec)
    np.testing.assert_allclose(exported.encode_queries(texts), ours.encode_queries(texts), atol=1e-5)


@pytest.mark.parametrize("make", [maker.static, maker.of_words], ids=["static", "words"])
def test_what_cannot_be_exported_is_said_once_and_leaves_nothing(
    tmp_path: Path, make: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert callable(make)
    ours = Model(make(tmp_path))
    assert not ours.export(tmp_path / "export")
    assert list((tmp_path / "export").iterdir()) == []
    said = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(said) == 1 and "queries will run on torch" in said[0].getMessage()


def test_the_same_weights_elsewhere_are_the_same_encoder(tmp_path: Path) -> None:
    here, there = Model(maker.encoder(tmp_path / "a")).spec, Model(maker.encoder(tmp_path / "b")).spec
    assert here == there and here.name != there.name
    assert here != Model(maker.encoder(tmp_path / "c", seed=1)).spec
    assert here != Model(maker.encoder(tmp_path / "d"), query_prompt="query: ").spec


def test_a_folder_is_found_again_from_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absolute = maker.encoder(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert Model("encoder").spec.name == absolute


def test_a_model_without_tokenizer_json_is_read_by_its_vocabulary(tmp_path: Path) -> None:
    model = maker.encoder(tmp_path / "a")
    expected = Model(model).encode_queries(TEXTS)
    (Path(model) / "tokenizer.json").unlink()
    (Path(model) / "vocab.txt").write_text("\n".join(maker.vocabulary()))
    maker.altered(model, "tokenizer_config.json", tokenizer_class="BertTokenizer", do_lower_case=True)
    np.testing.assert_allclose(Model(model).encode_queries(TEXTS), expected, atol=1e-6)


def test_other_kinds_of_models_are_refused_by_what_they_are(tmp_path: Path) -> None:
    cross = maker.cross_encoder(tmp_path)
    CrossEncoder(cross, device="cpu").save_pretrained(str(tmp_path / "new"))
    SparseEncoder(maker.masked(tmp_path), device="cpu").save_pretrained(str(tmp_path / "sparse"))
    refused = {
        cross: "EVQA_RERANKER takes it",
        str(tmp_path / "new"): "EVQA_RERANKER takes it",
        str(tmp_path / "sparse"): "choose a dense encoder",
        str(maker.bert(tmp_path / "plain")): "no modules.json",
    }
    for name, reason in refused.items():
        with pytest.raises(EncoderError, match=reason):
            Model(name)


def test_weights_that_the_model_does_not_find_are_missed(tmp_path: Path) -> None:
    model = maker.renamed_weights(maker.encoder(tmp_path))
    with pytest.raises(EncoderError, match=f"{model} lacks weights"):
        Model(model)


def test_code_that_comes_with_a_model_is_not_run(tmp_path: Path) -> None:
    model = maker.encoder(tmp_path)
    (Path(model) / "strange.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    maker.altered(
        model, "config.json", model_type="strange", auto_map={"AutoConfig": "strange.A", "AutoModel": "strange.B"}
    )
    with pytest.raises(EncoderError, match=r"code of its own, which is not run"):
        Model(model)
    modules = Path(model) / "modules.json"
    modules.write_text(modules.read_text().replace("sentence_transformers", "strange", 1))
    with pytest.raises(EncoderError, match=r"code of its own, which is not run"):
        Model(model)
    assert not (tmp_path / "ran").exists()
