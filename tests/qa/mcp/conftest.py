"""An index of papers that do not fit into a reply, and a server of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import build
from index.sources.source import Source
from index.store import Store
from qa.live import LiveIndex
from qa.service import Service
from tests.conftest import PAPERS
from tests.fakes import HashingEncoder, markdown, workshop

LONG = markdown("long.md", "A long paper", *(f"Paragraph {n} of vesicles. {'More is said. ' * 12}" for n in range(300)))
ENDLESS = markdown("endless.md", "Bases", "ACGT" * 15_000)
ASTRAL = markdown("astral.md", "Mathematical letters", " ".join("𝛼𝛽𝛾" for _ in range(10_000)))
CONSORTIUM = Source(
    "consortium.json",
    json.dumps(
        [
            {
                "id": f"many{n}",
                "DOI": f"10.1000/many{n}",
                "type": "article-journal",
                "title": f"A consortium counts platelets, part {n}",
                "author": [{"family": f"Familyname{m}", "given": "Given Name"} for m in range(1_000)],
                "abstract": f"Platelets number {n} were counted by everybody together.",
            }
            for n in range(3)
        ]
    ).encode(),
)


@pytest.fixture(scope="session")
def large_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    build(Store(folder), (*PAPERS, LONG, ENDLESS, ASTRAL, CONSORTIUM), workshop())
    return folder


@pytest.fixture
def service(large_folder: Path) -> Iterator[Service]:
    live = LiveIndex(Store(large_folder), lambda generation: HashingEncoder())
    yield Service(live)
    live.close()
