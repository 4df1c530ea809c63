"""What an index holds, for whoever keeps it: the figures, the papers as a table, and last what asks for attention."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from qa.screen import PLAIN, Ink, Screen, cut, printable
from qa.terminal import notice_lines
from qa.views import CalibrationView, DocumentView, IndexView

_LABEL = 12  # columns


def overview_lines(view: IndexView, screen: Screen = PLAIN) -> Iterator[str]:
    """Figures, table of documents, notices, failed sources. In a pipe no line is cut."""
    yield from _figures(view, screen)
    if view.documents:
        yield from ("", *_table(view, screen))
    if view.noticed:
        yield from ("", screen.inked(f"Retracted, corrected or doubted: {len(view.noticed)}", Ink.BOLD))
        for document in view.noticed:
            yield _fitted(f"  {document.id}  {' '.join(document.title.split())}", screen)
            yield from notice_lines(document.notices, "    ", screen)
    if view.failed:
        yield from ("", screen.inked(f"Failed sources: {len(view.failed)}", Ink.BOLD))
        for name, reason in view.failed.items():
            yield from screen.wrapped(name, "  ", ink=Ink.ALERT)
            yield from screen.wrapped(reason, "    ")
        yield "  Mend what can be mended; `evqa add --retry` tries all of them again."


def _figures(view: IndexView, screen: Screen) -> Iterator[str]:
    counts = view.counts
    figures = {
        "index": view.folder,
        "papers": f"{counts.documents:,}",
        "passages": f"{counts.passages:,} of at most {view.passage_tokens} tokens",
        "sentences": f"{counts.sentences:,}",
        "references": f"{counts.references:,}",
        "on disk": size(view.size_bytes),
        "encoder": view.encoder,
        "answers": _answers(view.calibration),
        "made": f"{_when(view.made_at)} by {view.made_by}",
        "generation": view.generation,
        "leftovers": _older(view.older),
    }
    for label, figure in figures.items():
        if figure:
            yield from screen.wrapped(figure, f"{label:<{_LABEL}}", " " * _LABEL, lead=Ink.DIM)


def _answers(calibration: CalibrationView | None) -> str:
    if calibration is None:
        return "none: the encoder has no calibration, so every question is abstained from (docs/calibration.md)"
    return f"from confidence {calibration.threshold:.2f} on, calibrated on {calibration.fitted_on}"


def _older(older: dict[str, int]) -> str:
    if not older:
        return ""
    states = "1 older state" if len(older) == 1 else f"{len(older)} older states"
    return f"{states} of the index, {size(sum(older.values()))}, until the next write"


def _when(made_at: str) -> str:
    try:
        return f"{datetime.fromisoformat(made_at):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return made_at


def _table(view: IndexView, screen: Screen) -> Iterator[str]:
    rows = [_row(document) for document in view.documents]
    longest = max(len(id_) for id_, *_ in rows)
    if screen.columns:
        longest = min(longest, screen.columns // 2)
    numbers = max(len("passages"), *(len(passages) for *_, passages, _ in rows))

    def line(id_: str, year: str, passages: str, title: str) -> str:
        return _fitted(f"{cut(id_, longest):<{longest}}  {year:<4}  {passages:>{numbers}}  {title}", screen)

    yield screen.inked(line("id", "year", "passages", "title"), Ink.DIM)
    for document, row in zip(view.documents, rows, strict=True):
        yield screen.inked(line(*row), Ink.ALERT if document.notices else None)
    if view.counts.documents > len(view.documents):
        yield f"and {view.counts.documents - len(view.documents):,} more"


def _fitted(line: str, screen: Screen) -> str:
    return cut(printable(line), screen.columns) if screen.columns else printable(line)


def _row(document: DocumentView) -> tuple[str, str, str, str]:
    title = " ".join(document.title.split())
    return document.id, (document.issued or "")[:4], f"{document.counts.passages:,}", title


def size(number: int) -> str:
    """A number of bytes, in decimal units.

    >>> size(999), size(1_000_000), size(12_345_678_901)
    ('999 bytes', '1.0 MB', '12.3 GB')
    """
    if number < 1000:
        return f"{number} bytes"
    amount = float(number)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.95:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1000:.1f} TB"
