"""Text to unit vectors without torch: the exported encoder in ONNX Runtime, with the `tokenizers` library.

Knows nothing of how the export was made (that is `index.model`) nor of where vectors go. A process that only serves or
asks imports this module and never torch.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort
from tokenizers import Tokenizer

from index.errors import EncoderError, IndexDamaged

FloatArray = npt.NDArray[np.float32]

DEFAULT_ENCODER = "all-MiniLM-L6-v2"

GRAPH, VOCABULARY = "model.onnx", "tokenizer.json"
INPUT_IDS, ATTENTION_MASK, VECTOR = "input_ids", "attention_mask", "vector"

_FAULTS = (
    ort.Fail,
    ort.InvalidArgument,  # an empty file
    ort.InvalidGraph,
    ort.InvalidProtobuf,
    ort.NoSuchFile,
    ort.NotImplemented,
    ort.RuntimeException,
)

# The model's vocabulary knows "-" but neither U+2010 nor U+2011, which publishers print for the same hyphen.
_HYPHENS = str.maketrans("\u2010\u2011", "--")


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """What must be equal for two vectors to be comparable, and where the model was found; in the index's manifest.

    `window` is the most tokens that the model reads, special tokens included. The prompts go before a query and before
    a passage. `weights` is the sha256 of the weight files: the same ones in another folder, or in another revision of
    the hub's, are the same encoder.
    """

    name: str = field(compare=False)
    revision: str | None = field(compare=False)
    weights: str
    dim: int
    window: int
    pooling: str
    lowercase: bool
    query_prompt: str
    passage_prompt: str

    def prepare(self, text: str) -> str:
        """Text as the tokenizer gets it."""
        folded = unicodedata.normalize("NFC", text).translate(_HYPHENS)
        return folded.lower() if self.lowercase else folded


class QueryEncoder(Protocol):
    """What the search needs of an encoder."""

    def encode_queries(self, queries: Sequence[str]) -> FloatArray:
        """(n, dim) float32, rows of unit L2 norm, in the order of `queries`."""


def unit(vectors: FloatArray, of: Sequence[str]) -> FloatArray:
    """Rows scaled to unit L2 norm.

    Raises:
        EncoderError: a row is zero or not finite; `of` holds the text of each row, for the message.
    """
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    bad = np.flatnonzero(~np.isfinite(norms[:, 0]) | (norms[:, 0] == 0))
    if bad.size:
        kind = "a zero" if norms[bad[0], 0] == 0 else "an infinite or undefined"
        raise EncoderError(f"the encoder gave {kind} vector for {of[bad[0]][:80]!r}; use another encoder")
    return np.asarray(vectors / norms, dtype=np.float32)


class OnnxEncoder:
    """The exported encoder.

    Args:
        folder: holds the graph and the tokenizer, as `index.model.Model.export` writes them.
        spec: of the encoder that was exported.
        threads: of one call; several calls may run at once.

    Raises:
        IndexDamaged: the graph cannot be loaded.
    """

    def __init__(self, folder: Path, spec: EncoderSpec, *, threads: int = 2) -> None:
        self._spec = spec
        self._tokenizer = Tokenizer.from_str((folder / VOCABULARY).read_text(encoding="utf-8"))
        held = self._tokenizer.truncation  # of a model that reads fewer tokens of a query
        self._tokenizer.enable_truncation(min(spec.window, held["max_length"] if held else spec.window))
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # The threads of a call wait for each other by spinning; by default for much longer than its steps last, which
        # takes the cores from other requests.
        options.add_session_config_entry("session.intra_op.spin_duration_us", "200")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
            )
        except _FAULTS as error:
            raise IndexDamaged(f"{folder / GRAPH} cannot be loaded ({error}); run `evqa build`") from error

    def encode_queries(self, queries: Sequence[str]) -> FloatArray:
        """(n, dim) float32, rows of unit L2 norm, in the order of `queries`."""
        return self.encode([self._spec.query_prompt + query for query in queries])

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """As `encode_queries`, for texts that carry their prompt."""
        if not texts:
            return np.empty((0, self._spec.dim), dtype=np.float32)
        encodings = self._tokenizer.encode_batch([self._spec.prepare(text) for text in texts])
        inputs = {
            INPUT_IDS: np.array([encoding.ids for encoding in encodings], dtype=np.int64),
            ATTENTION_MASK: np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64),
        }
        try:
            vectors = self._session.run([VECTOR], inputs)[0]
        except _FAULTS as error:
            raise EncoderError(
                f"the exported encoder failed on {texts[0][:80]!r} ({error}): run `evqa build`"
            ) from error
        return unit(vectors, texts)


def without_limits(tokenizer_json: str) -> Tokenizer:
    """A tokenizer without the truncation and padding that its file may ask for."""
    tokenizer = Tokenizer.from_str(tokenizer_json)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
