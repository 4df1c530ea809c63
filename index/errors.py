"""What can go wrong between a source and a search, by what the caller does next.

    CorpusError
    ├── SourceError             report this source, go on with the others
    │   └── FetchError          a paper that had to come over the network
    │       ├── NoSuchPaper     the identifier names nothing
    │       ├── SeveralPapers   the identifier names more than one: ask for one of them
    │       ├── NoFullText      the paper exists, its full text is not free to fetch
    │       └── NetworkError    try again later
    ├── EncoderError            the model is missing, altered, or gave an impossible vector
    ├── StoreError
    │   ├── IndexMissing        build one
    │   ├── IndexDamaged        restore or rebuild
    │   ├── IndexMismatch       made by another encoder or format: rebuild, or use that encoder
    │   ├── IndexLocked         another process is writing: wait
    │   └── IndexUnwritable     read-only folder, full disk
    ├── QueryError              the request cannot be carried out as asked
    └── UnknownId               no document or passage of that id

Every message names the value and the remedy, in one line.
"""

from __future__ import annotations

ANEW = (
    "restore it, or name the papers: `evqa build --from FOLDER`; for the review alone, empty the index's folder first"
)
"""The remedy where the papers of an index cannot be read from it, so that `evqa build` by itself cannot help."""


class CorpusError(Exception):
    """Base of all errors that `index` raises on purpose."""


class SourceError(CorpusError):
    """A source that cannot become a document."""


class FetchError(SourceError):
    """A paper that could not be fetched."""


class NoSuchPaper(FetchError):
    """The identifier names no paper."""


class SeveralPapers(FetchError):
    """The identifier names more than one paper."""


class NoFullText(FetchError):
    """The paper exists, but its full text is not free to fetch."""


class NetworkError(FetchError):
    """The server could not be reached, or kept failing: worth another try later."""


class EncoderError(CorpusError):
    """The encoder is missing, altered, or produced an impossible vector."""


class StoreError(CorpusError):
    """The index on disk cannot be used as asked."""


class IndexMissing(StoreError):
    """The folder holds no index."""


class IndexDamaged(StoreError):
    """A file of the index is missing, truncated or altered."""


class IndexMismatch(StoreError):
    """The index was made by another encoder or another format of index."""


class IndexLocked(StoreError):
    """Another process is writing to the index."""


class IndexUnwritable(StoreError):
    """The index folder cannot be written to."""


class QueryError(CorpusError):
    """A request that cannot be carried out as asked; `field` names the part at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class UnknownId(CorpusError):
    """No document or passage of that id is in the index."""
