"""The commands that make and keep the index: each takes its arguments, the settings and the index folder."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import QueryError, SourceError
from qa.commands.printing import DONE, FAILED, USAGE, screen, show
from qa.settings import Settings

if TYPE_CHECKING:
    from index.report import Report
    from index.store import Store


def build(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    """Makes the index anew: of a folder, of the papers that it holds, or of the review where it holds no others."""
    import index.build
    from index.store import Store
    from qa.app import find_sources, open_workshop, review
    from qa.terminal import ProgressLine

    store = Store(folder)
    if options.folder is None and (count := _others(store)):
        print(f"Making the index anew of what it holds; papers beside the review: {count}", file=sys.stderr)
        return _reported(options, index.build.renew(store, open_workshop(settings, ProgressLine())))
    if options.folder is not None:
        if not Path(options.folder).is_dir():
            raise SourceError(f"--from {options.folder} is no folder")
        sources = find_sources([options.folder], settings)
    else:
        source, reason = review(settings)
        if reason is not None:
            print(f"Indexing the review's shipped record, not its full text: {reason}", file=sys.stderr)
        sources = iter([source])
    return _reported(options, index.build.build(store, sources, open_workshop(settings, ProgressLine())))


def _others(store: Store) -> int:
    """How many papers an index holds besides the review; where that cannot be read, it is not replaced unasked."""
    from qa.app import REVIEW

    if not store.exists():
        return 0
    with contextlib.closing(store.open_documents()) as database:
        return len(set(database.document_ids()) - {REVIEW})


def add(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    """Adds papers."""
    if options.query is not None:
        if options.sources or options.retry:
            raise QueryError("query", "--query stands alone: add other sources by a command of their own")
        return _add_found(options, settings, folder)
    import index.build
    from index.store import Store
    from qa.app import find_sources, open_workshop
    from qa.terminal import ProgressLine

    store = Store(folder)
    names = [*options.sources, *(store.failed() if options.retry else ())]
    if not names:
        print("evqa: nothing to add: name a source" + (", none has failed" if options.retry else ""), file=sys.stderr)
        return USAGE
    workshop = open_workshop(settings, ProgressLine())
    return _reported(options, index.build.add(store, find_sources(names, settings), workshop))


def _add_found(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    import index.build
    from index.reading import in_batches
    from index.report import Report
    from index.store import Store
    from qa.app import open_workshop, search_sources
    from qa.terminal import ProgressLine, harvest_lines

    store, progress = Store(folder), ProgressLine()
    workshop = open_workshop(settings, progress)
    reports: list[Report] = []
    status = DONE
    broke_off: BaseException | None = None
    try:
        for batch in in_batches(search_sources(options.query, options.limit, settings, store, progress)):
            reports.append(index.build.add(store, batch, workshop))
    except (SourceError, KeyboardInterrupt) as error:
        broke_off = error
    if reports:
        live = [report.generation for report in reports if report.generation]
        whole = Report(tuple(change for report in reports for change in report.changes), live[-1] if live else None)
        status = _reported(options, whole)
        print("\n".join(harvest_lines(whole)), file=sys.stderr)
    if isinstance(broke_off, SourceError):
        raise broke_off
    if broke_off is not None:
        print("evqa: stopped: the same command again goes on from here", file=sys.stderr)
    return FAILED if broke_off else status


def sync(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    """Makes the index equal to a folder."""
    import index.build
    from index.store import Store
    from qa.app import open_workshop
    from qa.terminal import ProgressLine

    return _reported(
        options, index.build.sync(Store(folder), Path(options.folder), open_workshop(settings, ProgressLine()))
    )


def remove(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    """Removes documents by id."""
    import index.build
    from index.store import Store

    return _reported(options, index.build.remove(Store(folder), options.ids))


def _reported(options: argparse.Namespace, report: Report) -> int:
    from index.report import Outcome
    from qa.screen import printable
    from qa.terminal import report_lines

    failed = report.of(Outcome.FAILED)
    show(options, report, report_lines(report))
    for change in failed:
        print("evqa:", *printable(change.detail).splitlines(), file=sys.stderr)  # a name may have a line break in it
    return FAILED if failed else DONE


def info(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    """Says what the index holds, and which sources failed."""
    from index.store import Store
    from qa.catalogue import index_view
    from qa.overview import overview_lines

    store = Store(folder)
    with store.open() as generation:
        view = index_view(store, generation)
    show(options, view, overview_lines(view, screen()))
    return DONE


def check(options: argparse.Namespace, settings: Settings, folder: Path) -> int:
    """Verifies every file, passage and sentence of the index."""
    import index.check
    from index.store import Store

    problems = index.check.check(Store(folder))
    for problem in problems:
        print(f"evqa: {problem}", file=sys.stderr)
    if not problems:
        print(f"{folder} is sound: every file, passage and sentence is what and where it should be")
    return FAILED if problems else DONE
