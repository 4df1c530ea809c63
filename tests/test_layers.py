"""The arrows of docs/architecture.md, read from the imports: who may know whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EDGE = ("http", "mcp", "commands", "app.py", "cli.py", "langchain.py")
MODULES = sorted(path.relative_to(ROOT) for package in ("index", "qa") for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def within(names: set[str], *packages: str) -> set[str]:
    return {name for name in names for package in packages if name == package or name.startswith(f"{package}.")}


@pytest.mark.parametrize("path", [path for path in MODULES if path.parts[0] == "index"], ids=str)
def test_the_index_knows_nothing_of_answers(path: Path) -> None:
    assert not within(imported(path), "qa")


def test_documents_know_only_errors() -> None:
    assert within(imported(Path("index/document.py")), "index") <= within(
        imported(Path("index/document.py")), "index.errors"
    )
    assert not within(imported(Path("index/errors.py")), "index", "qa")


@pytest.mark.parametrize("path", [path for path in MODULES if path.parts[:2] == ("index", "sources")], ids=str)
def test_sources_know_no_models_and_no_store(path: Path) -> None:
    ours = within(imported(path), "index") - within(
        imported(path), "index.sources", "index.document", "index.canonical", "index.errors"
    )
    assert ours <= {"index"}


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.parts[0] == "qa" and path.parts[1] not in EDGE],
    ids=str,
)
def test_the_middle_of_the_service_knows_no_protocol_and_no_composition_root(path: Path) -> None:
    assert not within(imported(path), "qa.http", "qa.app", "qa.cli", "fastapi", "starlette", "uvicorn")


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("faiss", {"index/dense.py"}),
        ("onnxruntime", {"index/encoder.py"}),
        ("torch", {"index/model.py", "index/pretrained.py", "index/reranker.py"}),
        ("sentence_transformers", {"index/model.py", "index/reranker.py"}),
        ("huggingface_hub", {"index/pretrained.py"}),
        ("sqlite3", {"index/database.py", "index/store.py", "index/tables.py"}),
        ("pylatexenc", {"index/sources/latex.py"}),
        (
            "fastapi",
            {f"qa/http/{name}.py" for name in ("api", "asgi", "dify", "openai", "problems", "serving", "writing")},
        ),
        ("fastapi_offline", {"qa/http/asgi.py"}),
        ("sse_starlette", {"qa/http/serving.py"}),
        ("langchain_core", {"qa/langchain.py"}),
        ("langchain_text_splitters", {"index/chunk.py"}),
        ("Stemmer", {"index/terms.py"}),
        (
            "httpx",
            {"index/sources/http_client.py", "index/sources/networks.py", "qa/client/clients.py", "qa/endpoint.py"},
        ),
        ("httpx_sse", {"qa/client/clients.py", "qa/endpoint.py"}),
        ("pypdfium2", {"index/sources/pdf_pages.py"}),
        ("filelock", {"index/store.py"}),
        ("mcp", {"qa/http/mcp_exchange.py", "qa/mcp/resources.py", "qa/mcp/server.py"}),
        ("uvicorn", {"qa/app.py"}),
        ("bibtexparser", {"index/sources/bibtex.py", "qa/bibtex.py"}),
        ("rispy", {"qa/ris.py"}),
        ("citeproc", {"qa/styles.py"}),
        ("pytrec_eval", {"index/evaluate.py"}),
        ("scipy", {"index/evaluate.py"}),
        ("shtab", {"qa/commands/completing.py"}),
    ],
)
def test_a_library_has_one_home(library: str, homes: set[str]) -> None:
    assert {str(path) for path in MODULES if within(imported(path), library)} == homes


@pytest.mark.parametrize("module", ["qa.cli", "qa.app", "qa.http.asgi", "index.search", "index.store"])
def test_what_serves_and_asks_imports_no_torch(module: str) -> None:
    code = (
        f"import sys, {module}; sys.exit(bool({{'torch', 'sentence_transformers', 'transformers'}} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("library", ["citeproc", "lxml", "mcp", "mcp_types", "pypdfium2", "websockets"])
def test_what_few_requests_need_is_imported_for_the_first_of_them(library: str) -> None:
    code = f"import sys, uvicorn, qa.app, qa.http.asgi; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_question_in_the_terminal_waits_for_nothing_that_only_a_server_needs() -> None:
    needless = {"citeproc", "fastapi", "httpx", "importlib.metadata", "lxml", "mcp", "pydantic", "uvicorn"}
    modules = "qa.cli, qa.app, qa.service, qa.terminal"
    code = f"import sys, {modules}; sys.exit(' '.join({needless} & set(sys.modules)) or None)"
    asked = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True)
    assert not asked.stderr


HEAVY = ("faiss", "fastapi", "numpy", "onnxruntime", "pydantic", "sqlite3", "Stemmer", "tokenizers", "torch")


@pytest.mark.parametrize(
    "module", ["index.query", "qa.answer", "qa.views", "qa.verification", "qa.works", "qa.followup", "qa.client"]
)
def test_the_shapes_of_the_service_are_had_without_its_machinery(module: str) -> None:
    code = f"import sys, {module}; sys.exit(' '.join(set({HEAVY}) & set(sys.modules)) or None)"
    imported = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True)
    assert not imported.stderr
