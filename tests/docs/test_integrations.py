"""What docs/integrations.md shows works: its blocks are run as a reader would run them, against a server of the record.

`python` and `sh` blocks are run, `json` blocks are parsed; a block that cannot run here is written in another language
(`text`, `console`, `yaml`). `EVQA_INDEX` names the record's index, so that `evqa` commands and local indexes work too.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT, Server, environment

PAGE = ROOT / "docs" / "integrations.md"
ADDRESS = "http://127.0.0.1:8000"
RUN_BY = {"python": [sys.executable, "-W", "error", "-c"], "sh": ["bash", "-euo", "pipefail", "-c"]}

_HEADING_OR_BLOCK = re.compile(
    r"^#+ (?P<heading>[^\n]+)$|^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block, and which of its section's it is."""

    section: str
    number: int
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.section} {self.number}"


def blocks(page: str) -> list[Block]:
    found: list[Block] = []
    section = ""
    for match in _HEADING_OR_BLOCK.finditer(page):
        if heading := match["heading"]:
            section = heading
        else:
            number = 1 + sum(block.section == section for block in found)
            found.append(Block(section, number, match["language"], match["code"]))
    return found


BLOCKS = blocks(PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language in RUN_BY], ids=str)
def test_a_snippet_runs_and_shows_something(block: Block, server: Server, record_folder: Path, tmp_path: Path) -> None:
    if block.language == "sh" and not (shutil.which("bash") and shutil.which("curl")):
        pytest.skip("needs bash and curl")
    beside_python = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        [*RUN_BY[block.language], block.code.replace(ADDRESS, server.address)],
        cwd=tmp_path,
        env=environment() | {"EVQA_INDEX": str(record_folder), "PATH": beside_python, "no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.strip(), "a snippet that shows nothing shows nobody that it works"


def test_a_json_snippet_is_json() -> None:
    for block in BLOCKS:
        if block.language == "json":
            json.loads(block.code)


def test_every_block_says_its_language() -> None:
    assert not [str(block) for block in BLOCKS if not block.language]
