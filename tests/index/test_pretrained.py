"""Where models are found, what kind they are of, and what tells them from each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from sentence_transformers import CrossEncoder, SparseEncoder

from index.errors import EncoderError
from index.pretrained import Kind, kind, model_folder, weights_digest
from tests import pretrained_maker as maker


def found(name: str, *, offline: bool = True) -> Path:
    return model_folder(name, None, what="encoder", organization="sentence-transformers", offline=offline)


def test_a_folder_is_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "models" / "mine").mkdir(parents=True)
    assert found(str(tmp_path / "models" / "mine")) == found("~/models/mine") == tmp_path / "models" / "mine"


def test_a_file_is_refused_as_one(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").touch()
    with pytest.raises(EncoderError, match=r"model\.safetensors is a file: name the folder"):
        found(str(tmp_path / "model.safetensors"))


@pytest.mark.parametrize("name", ["no-such-model", "nobody/no-such-model", "no model!", "/nowhere/model", "../model"])
def test_offline_a_model_that_is_not_here_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(EncoderError, match=r"no encoder .*the settings say offline"):
        found(name)


def test_kinds_are_told_by_what_the_folder_says(tmp_path: Path) -> None:
    assert kind(Path(maker.encoder(tmp_path / "a"))) is Kind.ENCODER
    assert kind(Path(maker.bert(tmp_path / "b"))) is Kind.TRANSFORMER
    old = maker.cross_encoder(tmp_path / "c")
    CrossEncoder(old, device="cpu").save_pretrained(str(tmp_path / "new"))
    assert kind(Path(old)) is kind(tmp_path / "new") is Kind.CROSS_ENCODER
    SparseEncoder(maker.masked(tmp_path / "d"), device="cpu").save_pretrained(str(tmp_path / "sparse"))
    assert kind(tmp_path / "sparse") is Kind.SPARSE_ENCODER


def test_a_kind_of_a_later_day_is_refused_by_its_name(tmp_path: Path) -> None:
    model = maker.altered(maker.encoder(tmp_path), "config_sentence_transformers.json", model_type="Oracle")
    with pytest.raises(EncoderError, match="unknown kind of model 'Oracle'"):
        kind(Path(model))


def test_settings_that_are_no_json_are_refused_by_file(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(EncoderError, match=str(tmp_path / "config.json")):
        kind(tmp_path)


def test_the_digest_covers_every_file_of_weights_once(tmp_path: Path) -> None:
    dense = tmp_path / "2_Dense"
    dense.mkdir()
    (tmp_path / "model.safetensors").write_bytes(b"one")
    alone = weights_digest(tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"the same in the old format")
    assert weights_digest(tmp_path) == alone
    (dense / "pytorch_model.bin").write_bytes(b"two")
    both = weights_digest(tmp_path)
    (dense / "pytorch_model.bin").write_bytes(b"three")
    assert len({alone, both, weights_digest(tmp_path)}) == 3
