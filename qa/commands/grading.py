"""`evqa eval --gold`: asks an index the questions of a file, and prints how its answers agree with the evidence."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from index.errors import QueryError, SourceError
from index.query import Mode
from index.sources.decoding import decode
from index.sources.source import Source
from qa.commands.printing import DONE, opened, show
from qa.gold import Measures, Share, askable, by_kind, measures, outcomes, read_questions
from qa.settings import Settings

_MEASURING_RETRIEVAL = ("split", "run_out", "per_query", "compare", "cache")


def grade(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    """Asks the index in `folder` the questions, and prints the measures.

    Raises:
        QueryError: an option that is for retrieval was given, or the index holds the papers of no question.
        SourceError: the file cannot be read, or a line of it is no question.
    """
    for name in _MEASURING_RETRIEVAL:
        if getattr(options, name) is not None:
            raise QueryError(name, f"--{name.replace('_', '-')} is for a collection: leave it out with --gold")
    questions = read_questions(_lines(Path(options.gold)), options.gold)
    with opened(folder, settings) as service:
        with service.lease() as searcher:
            records = searcher.generation.database.records().values()
        asked, left_out = askable(questions, {record.id: record.version for record in records})
        if not asked:
            raise QueryError("gold", f"the index holds the papers of no question of {options.gold}: add them first")
        found = list(outcomes(asked, lambda question: service.answer(question, mode=Mode(options.mode))))
    facts = {"asked": len(asked), "left_out": left_out, "mode": options.mode, "documents": len(records)}
    shape = facts | {"all": measures(found), "kinds": by_kind(found)}
    show(options, shape, _text(shape))
    return DONE


def _lines(path: Path) -> list[str]:
    try:
        # Not splitlines(): JSON strings may hold U+2028 and its like as they are.
        return decode(Source(path.name, path.read_bytes())).split("\n")
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}): name a file of questions") from error


def _text(shape: Mapping[str, Any]) -> Iterator[str]:
    absent, other = shape["left_out"]["paper_absent"], shape["left_out"]["other_version"]
    yield f"{shape['asked']} questions asked of {shape['documents']} documents, {shape['mode']}"
    yield f"{absent + other} left out: papers of {absent} are not in the index, of {other} are in another version"
    yield from _table("all", shape["all"])
    for kind, held in shape["kinds"].items():
        yield from _table(kind, held)


def _table(title: str, held: Measures) -> Iterator[str]:
    yield ""
    yield title
    for name, share in held.items():
        yield f"  {name.replace('_', ' '):<22}{_share(share)}"


def _share(share: Share) -> str:
    if share.mean is None or share.interval is None:
        return "none to measure"
    return f"{share.mean:.3f}  [{share.interval[0]:.3f}, {share.interval[1]:.3f}]  n = {share.n}"
