"""The page as it is served: its headers, its size, and that it is built from the sources beside it."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from typing import Any

import httpx
import pytest

from qa.http.page import VIEWS
from tests.conftest import ROOT, Server

MOST_BYTES = 100_000


def page_files(server: Server) -> dict[str, httpx.Response]:
    index = server.client.get("/")
    return {"/": index} | {path: server.client.get(path) for path in re.findall(r'"(/assets/[^"]+)"', index.text)}


def test_every_state_of_the_page_has_an_address(server: Server) -> None:
    index = server.client.get("/").text
    for path in VIEWS:
        response = server.client.get(path.format(document_id="PMC13013411"), params={"q": "x"})
        assert response.status_code == 200 and response.text == index
    assert server.client.get("/nowhere").status_code == 404


def test_the_page_runs_nothing_but_its_own_files(server: Server) -> None:
    for response in page_files(server).values():
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy and "frame-ancestors 'none'" in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["cross-origin-opener-policy"] == "same-origin"
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page_files(server)["/"].text)


def test_files_are_asked_for_once_and_the_document_each_time(server: Server) -> None:
    files = page_files(server)
    index = files.pop("/")
    assert index.headers["cache-control"] == "no-cache"
    assert files and all("immutable" in file.headers["cache-control"] for file in files.values())
    again = server.client.get("/", headers={"If-None-Match": index.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_first_view_is_small(server: Server) -> None:
    files = page_files(server)
    assert all(file.headers["content-encoding"] == "gzip" for file in files.values())
    assert sum(len(gzip.compress(file.content)) for file in files.values()) < MOST_BYTES
    plain = server.client.get("/", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.text == files["/"].text


def test_the_page_is_built_from_the_sources_beside_it() -> None:
    checked = subprocess.run(
        [sys.executable, "scripts/build_page", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def contradictions(known: Any, now: Any, where: str = "") -> list[str]:
    """Where the service no longer says what the page's types say; what it says besides is no contradiction."""
    if isinstance(known, dict) and isinstance(now, dict):
        told = known.keys() - {"description", "summary", "title", "info", "responses"}
        return [one for key in sorted(told) for one in contradictions(known[key], now.get(key), f"{where}.{key}")]
    if isinstance(known, list) and isinstance(now, list):
        return [] if all(one in now for one in known) else [where]
    return [] if known == now else [where]


def test_the_types_of_the_page_are_true_of_the_service(server: Server) -> None:
    known = json.loads((ROOT / "qa/page/openapi.json").read_text(encoding="utf-8"))
    now = server.client.get("/openapi.json").json()
    assert contradictions(known, now) == [], "run scripts/build_page"


@pytest.mark.parametrize("change", ["gone", "other"])
def test_a_type_that_is_no_longer_true_is_noticed(change: str) -> None:
    known = {"a": {"type": "string", "required": ["x"]}}
    now: dict[str, Any] = {"gone": {}, "other": {"a": {"type": "integer", "required": ["x", "y"]}}}[change]
    assert contradictions(known, now) == ([".a"] if change == "gone" else [".a.type"])
