"""Which files of a folder, or of a zip, are papers: by their names alone.

Left out, and listed as such: files whose ending is none of a format's, and README or LICENSE files, which are about
the folder. Hidden files and folders are not looked at, nor `__MACOSX`, where macOS keeps what it knows of the files
of a zip. A folder in BEIR's layout gives only its corpus.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from index.sources.formats import FORMATS

ZIP_ENDING = ".zip"

_ENDINGS = frozenset(ending for format_ in FORMATS for ending in format_.ENDINGS) | {ZIP_ENDING}
_ABOUT = ("readme", "license", "licence", "changelog", "copying")
_CORPUS = ("corpus.jsonl", "corpus.jsonl.gz")


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is passed over in silence; the folder above is none of these.

    >>> is_hidden(".git"), is_hidden("__MACOSX"), is_hidden("a.md")
    (True, True, False)
    """
    return (name.startswith(".") and name != "..") or name == "__MACOSX"


def reason_to_skip(name: str) -> str | None:
    """Why a file of this name is no paper; None if it may be one.

    >>> reason_to_skip("README.md")
    'about the folder; name the file itself to add it'
    """
    stem, *endings = name.lower().removesuffix(".gz").split(".")
    if not endings or f".{endings[-1]}" not in _ENDINGS:
        return "its ending is none of a supported format; name the file itself to try it"
    return "about the folder; name the file itself to add it" if stem in _ABOUT else None


def corpus_of(names: Iterable[str]) -> str | None:
    """The corpus among the names in one folder, if the folder is in BEIR's layout.

    >>> corpus_of(["corpus.jsonl", "qrels", "queries.jsonl"]), corpus_of(["corpus.jsonl", "a.md"])
    ('corpus.jsonl', None)
    """
    names = set(names)
    is_beir = "queries.jsonl" in names or "qrels" in names
    return next((name for name in _CORPUS if name in names), None) if is_beir else None


def choose(paths: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """The paths of files in one tree that are not hidden, each with the reason to skip it, or None.

    >>> list(choose(["set/qrels/test.tsv", "set/corpus.jsonl", "set/.x", "a.md"]))
    [('set/qrels/test.tsv', 'no corpus'), ('set/corpus.jsonl', None), ('a.md', None)]
    """
    seen = [PurePosixPath(path) for path in paths]
    inside: dict[PurePosixPath, set[str]] = defaultdict(set)
    for path in seen:
        for part in (path, *path.parents[:-1]):
            inside[part.parent].add(part.name)
    corpora = {folder: name for folder, names in inside.items() if (name := corpus_of(names))}
    for path in seen:
        if any(is_hidden(part) for part in path.parts):
            continue
        sets = [folder for folder in path.parents if folder in corpora]
        outside = [folder for folder in sets if path != folder / corpora[folder]]
        yield str(path), "no corpus" if outside else reason_to_skip(path.name)
