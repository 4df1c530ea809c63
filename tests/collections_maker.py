"""A small collection in BEIR's layout, of which a test can spoil any file."""

from __future__ import annotations

import json
from pathlib import Path

CORPUS = {
    "p/1": ("Vesicles and cisplatin", "Vesicles from resistant cells carry a pump that expels cisplatin."),
    "p2": ("Vesicles and T cells", "Tumour vesicles show a ligand that switches T cells off."),
    "p3": ("Bread and butter", "Rye bread keeps longer than wheat bread. Butter melts in the sun."),
    "p4": ("Tea", "Green tea is brewed with water that does not boil."),
}
QUERIES = {"q1": "pump that expels cisplatin", "q2": "how long does rye bread keep", "q3": "not judged"}
JUDGED = ("q1\tp/1\t2", "q1\tp2\t0", "q2\tp3\t1")


def collection(folder: Path, splits: tuple[str, ...] = ("test",)) -> Path:
    """Writes the collection, with the same judgements in each split."""
    corpus = [{"_id": id_, "title": title, "text": text} for id_, (title, text) in CORPUS.items()]
    (folder / "qrels").mkdir(parents=True)
    write(folder / "corpus.jsonl", *map(json.dumps, corpus))
    write(folder / "queries.jsonl", *(json.dumps({"_id": id_, "text": text}) for id_, text in QUERIES.items()))
    for split in splits:
        write(folder / "qrels" / f"{split}.tsv", "query-id\tcorpus-id\tscore", *JUDGED)
    return folder


def write(path: Path, *lines: str) -> None:
    """Writes a file of these lines."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
