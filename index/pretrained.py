"""The files of a pretrained model: where they are, what kind of model they make, and which weights they hold.

Names, folders and the Hugging Face hub. Knows nothing of what a model is for; needs torch only where one is loaded.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from index.encoder import FloatArray
from index.errors import EncoderError

_SETTINGS, _MODULES, _CONFIG = "config_sentence_transformers.json", "modules.json", "config.json"
_OTHER_FORMATS = ["onnx/*", "openvino/*", "coreml/*", "*.onnx", "*.gguf", "*.h5", "*.msgpack", "*.ot", "*.tflite"]

# A folder that is no model may make the libraries stumble over anything; these are no errors of the machine.
_STUMBLES = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, ImportError)

Loaded = TypeVar("Loaded")


class Kind(StrEnum):
    """What a folder holds, as sentence-transformers names it in a model's settings; a plain transformer has none."""

    ENCODER = "SentenceTransformer"
    CROSS_ENCODER = "CrossEncoder"
    SPARSE_ENCODER = "SparseEncoder"
    MULTI_VECTOR_ENCODER = "MultiVectorEncoder"
    TRANSFORMER = "plain transformer"


def model_folder(name: str, revision: str | None, *, what: str, organization: str, offline: bool) -> Path:
    """The folder of a model.

    Args:
        name: a folder, or a model of the hub; without a `/`, one of `organization`.
        revision: of a hub model.
        what: the model is for, in messages.
        organization: whose models need no `/` in their name.
        offline: take hub models only from the cache on this machine.

    Raises:
        EncoderError: there is no such model, or the name is that of a file.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    if path.exists():
        raise EncoderError(f"the {what} {name} is a file: name the folder that holds the model")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    hub = name if "/" in name else f"{organization}/{name}"
    try:
        return Path(snapshot_download(hub, revision=revision, local_files_only=offline, ignore_patterns=_OTHER_FORMATS))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        hub_said = "it is not in the hub's cache, and the settings say offline" if offline else type(error).__name__
        raise EncoderError(
            f"no {what} {name!r}: neither a folder here nor a model that the hub gave ({hub_said}): "
            "check how it is spelt, or name a folder"
        ) from error


def kind(folder: Path) -> Kind:
    """What kind of model a folder holds.

    Raises:
        EncoderError: its settings cannot be read, or name a kind that is unknown here.
    """
    named = _read(folder / _SETTINGS).get("model_type", Kind.ENCODER)
    if (folder / _MODULES).exists():
        try:
            return Kind(named)
        except ValueError as error:
            raise EncoderError(f"{folder / _SETTINGS} names the unknown kind of model {named!r}") from error
    architectures = _read(folder / _CONFIG).get("architectures") or [""]
    return Kind.CROSS_ENCODER if str(architectures[0]).endswith("ForSequenceClassification") else Kind.TRANSFORMER


def weights_digest(folder: Path) -> str:
    """The sha256 of a model's weights, which tells it from others of its name; torch is not needed for it.

    Raises:
        EncoderError: there are none.
    """
    files = sorted(folder.rglob("*.safetensors"))
    safe = {file.parent for file in files}
    files += sorted(file for file in folder.rglob("pytorch_model*.bin") if file.parent not in safe)
    if not files:
        raise EncoderError(f"{folder} holds no model: it has neither *.safetensors nor pytorch_model*.bin")
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def load(make: Callable[[], Loaded], read: Callable[[Loaded], FloatArray], folder: Path, what: str) -> Loaded:
    """What `make` makes of a folder's files, in silence.

    Args:
        make: makes the model of its files.
        read: what a model gives for some text, which must be the same each time it is made.
        folder: of the model.
        what: the model is made as, in messages.

    Raises:
        EncoderError: it cannot be made, would have to run code that comes with it, or lacks weights.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from safetensors import SafetensorError
    from transformers.utils import logging as transformers_logging

    # What it says of weights and prompts is for who trains models; the build shows its own progress.
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    try:
        with torch.random.fork_rng(devices=[]):
            # Weights that the files lack, or name otherwise, are drawn at random, without an error.
            torch.manual_seed(0)
            expected = read(make())
            torch.manual_seed(1)
            model = make()
            steady = np.allclose(read(model), expected, atol=1e-4, equal_nan=True)
    except (*_STUMBLES, SafetensorError) as error:
        if "trust_remote_code" in str(error):
            raise EncoderError(
                f"{folder} comes with code of its own, which is not run: choose a model made of what "
                "sentence-transformers and transformers have themselves"
            ) from error
        said = " ".join(str(error).split())[:300]
        raise EncoderError(f"{folder} cannot be loaded as {what} ({type(error).__name__}: {said})") from error
    if not steady:
        raise EncoderError(f"{folder} lacks weights that {what} needs, or names them otherwise: get the model anew")
    return model


def _read(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EncoderError(f"{path} cannot be read ({error}): get the model anew") from error
