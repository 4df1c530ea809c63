"""Documents to documents that can be indexed: passages and sentences, each with its vector.

Nothing is embedded twice: texts that the generation before holds for the same document keep their vectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from index.chunk import chunk, embedded_text
from index.document import Document, Passage
from index.encoder import EncoderSpec, FloatArray
from index.errors import UnknownId
from index.generation import Generation, IndexedDocument
from index.merge import Held
from index.reading import Progress
from index.tables import sentences_of

_BATCH_DOCUMENTS = 8


class PassageEncoder(Protocol):
    """What embedding needs of an encoder."""

    @property
    def spec(self) -> EncoderSpec:
        """What makes its vectors comparable."""

    def count_tokens(self, text: str) -> int:
        """Number of tokens, special ones left out."""

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """(n, dim) float32, rows of unit L2 norm."""

    def export(self, folder: Path) -> bool:
        """Writes itself for queries into `folder`, and says whether it did."""


def embed(
    library: Mapping[str, Held],
    encoder: PassageEncoder,
    passage_tokens: int,
    previous: Generation | None,
    progress: Progress,
) -> Iterator[IndexedDocument]:
    """All documents in the order of their ids, so that the same library gives the same index."""
    ids = sorted(library)
    for start in range(0, len(ids), _BATCH_DOCUMENTS):
        batch = ids[start : start + _BATCH_DOCUMENTS]
        fresh = [document for id_ in batch if isinstance(document := library[id_], Document)]
        made = {indexed.document.id: indexed for indexed in _embedded(fresh, encoder, passage_tokens, previous)}
        for id_ in batch:
            if id_ in made:
                yield made[id_]
            elif previous is not None:
                yield previous.indexed(id_)
        progress("embedding", start + len(batch), len(ids))


def _embedded(
    documents: Sequence[Document], encoder: PassageEncoder, passage_tokens: int, previous: Generation | None
) -> Iterator[IndexedDocument]:
    """Chunks and embeds; texts that the generation before holds for the same document are not embedded again."""
    window = encoder.spec.window - encoder.count_tokens(encoder.spec.passage_prompt)
    passages = {
        document.id: chunk(document, encoder.count_tokens, size=passage_tokens, window=window) for document in documents
    }
    texts = {document.id: _texts(document, passages[document.id], window) for document in documents}
    vectors = _known(documents, encoder.spec, window, previous)
    missing = sorted({text for pair in texts.values() for text in (*pair.passages, *pair.sentences)} - vectors.keys())
    vectors |= zip(missing, encoder.encode_passages(missing), strict=True)

    def stacked(wanted: Sequence[str]) -> FloatArray:
        return np.array([vectors[text] for text in wanted], dtype=np.float32).reshape(-1, encoder.spec.dim)

    for document in documents:
        pair = texts[document.id]
        yield IndexedDocument(
            document, passages[document.id], stacked(pair.passages), stacked(pair.sentences).astype(np.float16)
        )


@dataclass(frozen=True, slots=True)
class _Texts:
    """What is embedded of one document."""

    passages: tuple[str, ...]
    sentences: tuple[str, ...]


def _texts(document: Document, passages: Sequence[Passage], window: int) -> _Texts:
    spans = (span for passage in passages for span in sentences_of(document, passage))
    return _Texts(
        tuple(embedded_text(document.metadata.title, passage, window) for passage in passages),
        tuple(document.text[span.start : span.end] for span in spans),
    )


def _known(
    documents: Sequence[Document], spec: EncoderSpec, window: int, previous: Generation | None
) -> dict[str, FloatArray]:
    if previous is None or previous.manifest.encoder != spec:
        return {}
    known: dict[str, FloatArray] = {}
    for document in documents:
        try:
            indexed = previous.indexed(document.id)
        except UnknownId:
            continue
        texts = _texts(indexed.document, indexed.passages, window)
        known |= zip(texts.sentences, indexed.sentence_vectors.astype(np.float32), strict=True)
        known |= zip(texts.passages, indexed.passage_vectors, strict=True)
    return known
