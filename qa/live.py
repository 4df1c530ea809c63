"""The index that is being served, and its replacement while requests are in flight.

A request leases the searcher; when a new generation is live, the next request gets the new one, and the old one is
closed when the last lease on it ends.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from index.encoder import EncoderSpec, QueryEncoder
from index.generation import Generation
from index.search import Reranker, Searcher
from index.store import Store


class _Leased:
    """A searcher, and how many requests are using it."""

    def __init__(self, searcher: Searcher, spec: EncoderSpec, encoder: QueryEncoder) -> None:
        self.searcher = searcher
        self.spec = spec
        self.encoder = encoder
        self.leases = 0
        self.retired = False


class LiveIndex:
    """Opens the live generation of a store, and the next one when there is one.

    Args:
        store: the index folder.
        load_encoder: loads the encoder for the queries of a generation.
        reranker: re-ranks what is found, whatever generation is live.

    Raises:
        StoreError: the index cannot be opened.
        EncoderError: its encoder cannot be loaded.
    """

    def __init__(
        self, store: Store, load_encoder: Callable[[Generation], QueryEncoder], reranker: Reranker | None = None
    ) -> None:
        self._store = store
        self._load_encoder = load_encoder
        self._reranker = reranker
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()
        self._served = self._open(None)

    def _open(self, served: _Leased | None) -> _Leased:
        with contextlib.ExitStack() as undo:
            generation = undo.enter_context(self._store.open())
            spec = generation.manifest.encoder
            encoder = served.encoder if served and served.spec == spec else self._load_encoder(generation)
            encoder.encode_queries(["warm up"])
            undo.pop_all()
            return _Leased(Searcher(generation, encoder, reranker=self._reranker), spec, encoder)

    @contextlib.contextmanager
    def lease(self) -> Iterator[Searcher]:
        """The searcher of the live generation, which stays open until the lease ends."""
        with self._lock:
            leased = self._served
            leased.leases += 1
        try:
            yield leased.searcher
        finally:
            with self._lock:
                leased.leases -= 1
            self._close_if_idle(leased)

    def refresh(self) -> bool:
        """Opens the generation that is live now, if it is another one; says whether it was.

        Raises:
            StoreError: it cannot be opened; the one that was served stays.
        """
        with self._refreshing:
            if self._store.live() == self._served.searcher.generation.name:
                return False
            fresh = self._open(self._served)
            with self._lock:
                old, self._served = self._served, fresh
                old.retired = True
            self._close_if_idle(old)
            return True

    def failed(self) -> dict[str, str]:
        """Sources that could not be added, with the reason of each; see `Store.failed`."""
        return self._store.failed()

    def close(self) -> None:
        """Closes the index when the last request on it has ended."""
        with self._lock:
            self._served.retired = True
        self._close_if_idle(self._served)

    def _close_if_idle(self, leased: _Leased) -> None:
        with self._lock:
            idle = leased.retired and leased.leases == 0
        if idle:
            leased.searcher.generation.close()
