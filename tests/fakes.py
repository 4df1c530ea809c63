"""Stand-ins for what is slow: real in every way that a test can see, except for understanding language."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.build import Workshop
from index.canonical import TextBuilder
from index.document import BlockKind, Document, Metadata
from index.encoder import EncoderSpec, FloatArray, unit
from index.relevance import Calibration
from index.sources.source import Source

_WORD = re.compile(r"\w+")


class HashingEncoder:
    """Sums a fixed random vector for each word: equal words, equal directions. Counts what it was asked to embed."""

    def __init__(self, name: str = "hashing", dim: int = 32) -> None:
        self.spec = EncoderSpec(name, None, f"weights of {name}", dim, 64, "sum", True, "", "")
        self.embedded: list[str] = []

    def count_tokens(self, text: str) -> int:
        return len(_WORD.findall(text))

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        self.embedded += texts
        return self.encode_queries(texts)

    def encode_queries(self, queries: Sequence[str]) -> FloatArray:
        vectors = [self._vector(_WORD.findall(text.lower()) or [text]) for text in queries]
        return unit(np.array(vectors, dtype=np.float32).reshape(-1, self.spec.dim), queries)

    def _vector(self, words: Iterable[str]) -> FloatArray:
        seeds = (int.from_bytes(hashlib.sha256(word.encode()).digest()[:8]) for word in words)
        drawn = [np.random.default_rng(seed).normal(size=self.spec.dim) for seed in seeds]
        total: FloatArray = np.stack(drawn).sum(axis=0).astype(np.float32)
        return total

    def export(self, folder: Path) -> bool:
        return False


CALIBRATION = Calibration(
    intercept=-5.0, closeness=15.0, passages=0.0, threshold=0.5, encoder="weights of hashing", fitted_on="made up"
)


def workshop(encoder: HashingEncoder | None = None, *, passage_tokens: int = 40) -> Workshop:
    """A workshop with the fake encoder that tells nobody how far it is."""
    made = encoder or HashingEncoder()
    return Workshop(lambda: made, calibrated, passage_tokens, 10_000_000, lambda step, done, total: None)


def calibrated(spec: EncoderSpec) -> Calibration:
    """The fake calibration, for any encoder."""
    return replace(CALIBRATION, encoder=spec.weights)


def markdown(name: str, title: str, *paragraphs: str) -> Source:
    """A Markdown source of a title and paragraphs; paragraphs may be headings."""
    return Source(name, "\n\n".join((f"# {title}", *paragraphs)).encode())


def document(id_: str, title: str, *paragraphs: str, metadata: Metadata | None = None) -> Document:
    """A document without sections."""
    builder = TextBuilder()
    builder.add(BlockKind.TITLE, title)
    for paragraph in paragraphs:
        builder.add(BlockKind.PARAGRAPH, paragraph)
    built = builder.finish()
    held = metadata or Metadata(title=title, source=id_, format="test")
    return Document(id_, held, built.text, built.blocks, built.sections, reference_marks=built.reference_marks)


PAPERS_OF_MANY_PASSAGES = tuple(
    markdown(f"paper{number}.md", f"Paper {number}", *(f"Vesicles carry word {n} of {number}." for n in range(210)))
    for number in range(3)
)


class CountingReranker:
    """Scores a text by its number of words; remembers what it was asked."""

    candidates = 50

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []

    def scores(self, query: str, texts: Sequence[str]) -> FloatArray:
        self.asked.append((query, list(texts)))
        return np.array([len(_WORD.findall(text)) for text in texts], dtype=np.float32)
