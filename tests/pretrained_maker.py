"""Real models of sentence-transformers, with random weights and few tokens: made and loaded in milliseconds."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import (
    Dense,
    Normalize,
    Pooling,
    Router,
    StaticEmbedding,
    Transformer,
    WordEmbeddings,
)
from sentence_transformers.sentence_transformer.modules.tokenizer import WhitespaceTokenizer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification, BertModel, PreTrainedTokenizerFast
from transformers.utils import logging as transformers_logging

TEXTS = (
    "Vesicles of resistant cells carry a pump that expels the drug.",
    "PD-L1 on exosomes binds T cells and stops them.",
    "query: passage: Instruct: Represent this question, what how which.",
)
WINDOW = 64
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def words() -> list[str]:
    """The words of the texts, in lower case and in the order of the alphabet."""
    return sorted({word for text in TEXTS for word in re.findall(r"\w+|[^\w\s]", text.lower())})


def vocabulary() -> dict[str, int]:
    """Tokens as BERT's: whole words, and letters for what is none of them."""
    letters = string.ascii_letters + string.digits
    tokens = [*_SPECIAL, *words(), *letters, *(f"##{letter}" for letter in letters)]
    return {token: number for number, token in enumerate(dict.fromkeys(tokens))}


def fast_tokenizer(*, lowercase: bool = True) -> Tokenizer:
    """WordPiece as BERT has it."""
    made = Tokenizer(models.WordPiece(vocabulary(), unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return made


def bert(folder: Path, *, head: type[Any] = BertModel, lowercase: bool = True, seed: int = 0, **config: Any) -> Path:
    """A transformer of one layer, as transformers saves it; `head` is its class."""
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.manual_seed(seed)
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), _SPECIAL, strict=True))
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=fast_tokenizer(lowercase=lowercase), model_max_length=WINDOW, **names
    )
    shape = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=WINDOW,
        initializer_range=0.5,
        **config,
    )
    dtype = getattr(torch, str(config.get("dtype", "float32")))
    head(shape).to(dtype).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def transformer(folder: Path, *, window: int | None = None, **options: Any) -> Any:
    """The module that reads texts, over `bert`."""
    return Transformer(str(bert(folder, **options)), max_seq_length=window)


def pooling(mode: str = "mean", **options: Any) -> Any:
    """The module that makes one vector of those of the tokens."""
    return Pooling(16, pooling_mode=mode, **options)


def saved(folder: Path, *modules: Any, **options: Any) -> str:
    """A SentenceTransformer of these modules, as a folder."""
    SentenceTransformer(modules=list(modules), device="cpu", **options).save(str(folder), create_model_card=False)
    return str(folder)


def encoder(folder: Path, mode: str = "mean", *, prompts: dict[str, str] | None = None, **options: Any) -> str:
    """An encoder as most are: transformer, pooling, unit vectors."""
    reads = transformer(folder / "parts", **options)
    return saved(folder / "encoder", reads, pooling(mode), Normalize(), prompts=prompts)


def static(folder: Path) -> str:
    """An encoder that adds up a vector for each token, and knows no attention mask."""
    torch.manual_seed(0)
    return saved(folder / "static", StaticEmbedding(fast_tokenizer(), embedding_dim=12))


def of_words(folder: Path) -> str:
    """An encoder of whole words, whose tokenizer is written in Python."""
    known = words()
    weights = np.random.default_rng(0).normal(size=(len(known), 8)).astype(np.float32)
    return saved(folder / "words", WordEmbeddings(WhitespaceTokenizer(known), weights), Pooling(8))


def projected(folder: Path) -> str:
    """An encoder with a dense layer after the pooling."""
    torch.manual_seed(0)
    reads = transformer(folder / "parts")
    return saved(folder / "encoder", reads, pooling(), Dense(16, 8))


def asymmetric(folder: Path, *, query_window: int = 24) -> str:
    """Two encoders in one, for queries and for documents: with other weights, poolings and windows."""
    asks = transformer(folder / "asks", seed=1, window=query_window)
    answers = transformer(folder / "answers", seed=2)
    router = Router.for_query_document([asks, pooling("cls")], [answers, pooling()])
    return saved(folder / "encoder", router, Normalize())


def cross_encoder(folder: Path, *, labels: int = 1) -> str:
    """A cross-encoder as transformers saves it."""
    return str(bert(folder / "cross", head=BertForSequenceClassification, num_labels=labels))


def masked(folder: Path) -> str:
    """What sparse encoders are made of."""
    return str(bert(folder / "masked", head=BertForMaskedLM))


def renamed_weights(model: str) -> str:
    """The model, with other names for its weights than it looks for."""
    path = Path(model) / "model.safetensors"
    weights = {f"wrapper.{name}": weight for name, weight in load_file(path).items()}
    save_file(weights, path, metadata={"format": "pt"})
    return model


def altered(model: str, file: str, **changes: Any) -> str:
    """The model, with other values in one of its JSON files; what the file holds may be a list of one."""
    path = Path(model) / file
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return model
