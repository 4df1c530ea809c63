"""What many tests stand on: a small library with a fake encoder, the record's index with the real one, a server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import uvicorn
from filelock import FileLock

from index.build import build
from index.search import Searcher
from index.store import Store
from tests.fakes import HashingEncoder, markdown, workshop

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from starlette.types import ASGIApp

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_OPTIONS = (
    "--disable-background-networking --disable-component-update --disable-gpu --disable-quic --disable-sync"
    " --no-first-run --no-sandbox"  # the sandbox does not start for root, as which CI runs
)

PAPERS = (
    markdown(
        "resistance.md",
        "Vesicles and cisplatin",
        "## Results",
        "Vesicles from resistant cells carry a pump that expels cisplatin [1]. Receiving cells survive the drug.",
        "## Discussion",
        "Blocking the release of vesicles restored the response to cisplatin in mice [1, 2].",
        "## References",
        "1. Able A. A pump in vesicles. J Cells. 2019. doi:10.1000/pump",
        "2. Baker B. Release of vesicles. J Cells. 2020.",
    ),
    markdown(
        "immunity.md",
        "Vesicles and T cells",
        "## Results",
        "Tumour vesicles show a ligand that switches T cells off. Antibodies against the ligand woke them up.",
    ),
    markdown("diet.md", "Bread and butter", "Rye bread keeps longer than wheat bread. Butter melts in the sun."),
)


@pytest.fixture(scope="session")
def library_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of `PAPERS` with the fake encoder; copy it before writing to it."""
    folder = tmp_path_factory.mktemp("library")
    build(Store(folder), PAPERS, workshop())
    return folder


@pytest.fixture
def store(library_folder: Path, tmp_path: Path) -> Store:
    """A store of `PAPERS` that a test may change."""
    shutil.copytree(library_folder, tmp_path / "index")
    return Store(tmp_path / "index")


@pytest.fixture
def searcher(library_folder: Path) -> Iterator[Searcher]:
    """Searches `PAPERS` with the fake encoder."""
    generation = Store(library_folder).open()
    yield Searcher(generation, HashingEncoder())
    generation.close()


def evqa(
    *arguments: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs the command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "qa.cli", *map(str, arguments)],
        cwd=cwd or ROOT,
        env=environment() | (env or {}),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def environment() -> dict[str, str]:
    """The environment without settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EVQA_", "COLUMNS"))}
    return kept | {"PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1", "EVQA_OFFLINE": "1"}


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that all processes of a run share; `make` fills it for the first that needs it, and the others wait."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        folder = tmp_path_factory.mktemp(name)
        make(folder)
        return folder
    folder = tmp_path_factory.getbasetemp().parent / name
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            made = tmp_path_factory.mktemp(name)
            make(made)
            made.rename(folder)
    return folder


@pytest.fixture(scope="session")
def record_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the shipped record with the real encoder, as `evqa build` makes it; copy it before writing to it."""

    def make(folder: Path) -> None:
        built = evqa("build", "--index", folder / "index")
        assert built.returncode == 0, built.stderr

    return made_once(tmp_path_factory, "record", make) / "index"


@pytest.fixture
def record_index(record_folder: Path, tmp_path: Path) -> Path:
    """A copy of the record's index that a test may change."""
    return Path(shutil.copytree(record_folder, tmp_path / "record"))


@dataclass(frozen=True, slots=True)
class Server:
    """A running `evqa serve`, and a client for it."""

    address: str
    client: httpx.Client
    process: subprocess.Popen[str]


def serving(folder: Path, arguments: Sequence[str] = (), env: dict[str, str] | None = None) -> Iterator[Server]:
    """Starts `evqa serve` on a free port and stops it again."""
    process = subprocess.Popen(
        [sys.executable, "-m", "qa.cli", "serve", "--port", "0", "--index", str(folder), *arguments],
        cwd=ROOT,
        env=environment() | (env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        said = process.stdout.readline()
        address = re.search(r"http://[\d.]+:\d+", said)
        assert address is not None, said + process.stdout.read()
        with httpx.Client(base_url=address[0], timeout=30, trust_env=False) as client:
            yield Server(address[0], client, process)
        process.terminate()
        process.wait(timeout=20)


def running(app: ASGIApp) -> Iterator[httpx.Client]:
    """Serves an app in this process, and stops it again; gives a client for it."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    eventually(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, trust_env=False) as client:
        yield client
    server.should_exit = True
    thread.join(timeout=10)


def eventually(holds: Callable[[], bool]) -> None:
    """Waits until it holds."""
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture(scope="session")
def server(record_folder: Path) -> Iterator[Server]:
    """A server of the record's index, for tests that only read."""
    yield from serving(record_folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium, the one that EVQA_TEST_BROWSER names or the first on the PATH; skips where there is none."""
    path = os.environ.get("EVQA_TEST_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"needs a browser: one of {', '.join(BROWSERS)}, or its path in EVQA_TEST_BROWSER")
    from playwright.sync_api import sync_playwright  # half a second that other tests do not spend

    # subtle: of a module, not of the session: while Playwright runs, its event loop is the main thread's
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=BROWSER_OPTIONS.split())
        yield launched
        launched.close()
