"""A PDF is tried in a process of its own before it is read, since PDFium has no limits: one that unfolds without end
(forms that draw each other, a stream that unpacks to gigabytes), or crashes it, would take this process along.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys

from index.errors import SourceError
from index.sources.source import Source

MOST_MEMORY = 1 << 30  # bytes of addresses
MOST_SECONDS = 30

# Where nothing is packed and nothing draws something else, a file is as large as it looks. A "#" may spell any name.
_UNFOLDS = re.compile(rb"/(?:F|Filter|XObject|Pattern|Type3)\b|#")
_BROKEN_PAGE = 3
_PROGRAM = (
    "import sys; sys.path[:] = {path!r}; from index.sources.pdf_trial import in_own_process; in_own_process({memory})"
)


def check_unfolding(source: Source, most_memory: int = MOST_MEMORY) -> None:
    """Loads all pages elsewhere; `most_memory` in bytes of addresses.

    Raises:
        SourceError: that takes more than `most_memory` or `MOST_SECONDS`, crashes, or a page is broken.
    """
    if not _UNFOLDS.search(source.data):
        return
    command = [sys.executable, "-c", _PROGRAM.format(path=sys.path, memory=most_memory)]
    try:
        # The time counts twice: a limit on computing is not known everywhere, and a process may wait.
        tried = subprocess.run(command, input=source.data, capture_output=True, timeout=2 * MOST_SECONDS)
        status = tried.returncode
    except subprocess.TimeoutExpired:
        status = -1
    if status == _BROKEN_PAGE:
        said = tried.stderr.decode("utf-8", "replace").strip()
        raise SourceError(
            f"{source.name} is a damaged PDF ({said}): fetch it again, mend it (for example `qpdf in.pdf out.pdf`), "
            "or add the paper by its PMCID or DOI"
        )
    if status:
        raise SourceError(
            f"{source.name} is a PDF whose pages unfold to more than {most_memory >> 20:,} MB or {MOST_SECONDS} s, or "
            "crash their reader: print it to a new PDF, or add the paper by its PMCID or DOI"
        )


def in_own_process(most_memory: int) -> None:
    """The process that tries a PDF, which comes on standard input; ends with its status."""
    with contextlib.suppress(ImportError):  # it is a module of POSIX alone
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most_memory, most_memory))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from index.sources.pdf_pages import broken_page

    broken = broken_page(sys.stdin.buffer.read())
    if broken is not None:
        print(broken, file=sys.stderr)
    sys.exit(_BROKEN_PAGE if broken else 0)
