"""`evqa eval --gold` as a process of its own, on the shipped record's index with the real encoder."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import ROOT, evqa

GOLD = ROOT / "tests" / "data" / "gold" / "questions.jsonl"


def test_the_records_questions_are_asked_and_the_others_counted(record_folder: Path) -> None:
    run = evqa("eval", "--gold", GOLD, "--index", record_folder, "--json")
    assert run.returncode == 0 and not run.stderr
    printed = json.loads(run.stdout)
    total = len(GOLD.read_text(encoding="utf-8").splitlines())
    assert printed["asked"] + sum(printed["left_out"].values()) == total and printed["left_out"]["paper_absent"] > 0
    assert printed["all"]["accuracy"]["n"] >= 8 and printed["all"]["abstention_recall"]["n"] >= 11
    assert printed["kinds"]["gibberish"].keys() == {"abstention_recall"}
    text = evqa("eval", "--gold", GOLD, "--index", record_folder)
    assert text.returncode == 0 and "abstention recall" in text.stdout and "left out" in text.stdout
