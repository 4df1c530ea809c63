"""The composition root: the only place where real encoders, stores, sources and protocols meet.

Imports of what is slow to import (torch, FastAPI, httpx) stand inside the functions that need it: `evqa ask` needs
none of them.
"""

from __future__ import annotations

import dataclasses
import importlib.resources
import io
import ipaddress
import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.encoder import EncoderSpec, OnnxEncoder, QueryEncoder
from index.errors import EncoderError, FetchError, IndexMismatch, SourceError
from index.generation import Generation
from index.sources.source import Found, Source, Unreadable
from index.store import Store
from qa.errors import AddressInUse, SettingsError
from qa.live import LiveIndex
from qa.settings import Settings

if TYPE_CHECKING:
    from index.build import Workshop
    from index.embedding import PassageEncoder
    from index.reading import Progress
    from index.relevance import Calibration
    from index.search import Reranker
    from index.sources.remote import RemoteSettings
    from qa.generate import Writer
    from qa.writing import Upload

REVIEW = "PMC13013411"
_REVIEW_DEADLINE_S = 10.0

log = logging.getLogger(__name__)


def open_live(store: Store, reranker: Reranker | None = None) -> LiveIndex:
    """The index that `store` holds, with its encoder warm.

    Raises:
        StoreError, EncoderError: it cannot be opened.
    """
    return LiveIndex(store, load_query_encoder, reranker)


def load_query_encoder(generation: Generation) -> QueryEncoder:
    """The exported encoder that lies in the generation; without one, the model itself, on torch.

    Raises:
        EncoderError: there is no such model here.
        IndexMismatch: the model here has other weights.
    """
    spec, folder = generation.manifest.encoder, generation.encoder_folder
    if folder is not None:
        return OnnxEncoder(folder, spec)
    from index.model import Model

    log.warning("the index holds no exported encoder: queries run on torch, which is slower")
    try:
        model = Model(
            spec.name,
            spec.revision,
            query_prompt=spec.query_prompt,
            passage_prompt=spec.passage_prompt,
            offline=True,  # it was here when the index was made
        )
    except EncoderError as error:
        raise EncoderError(
            f"{error}; the index was made with it and holds no export: put it back, or run `evqa build`"
        ) from error
    if model.spec != spec:
        raise IndexMismatch(f"the index was made with another {spec.name} than the one here: run `evqa build`")
    return model


def load_reranker(settings: Settings) -> Reranker | None:
    """The cross-encoder of the settings, on torch; None where they name none.

    Raises:
        EncoderError: there is no such model, or it is no cross-encoder that can be used here.
    """
    if not settings.reranker:
        return None
    from index.reranker import CrossEncoderReranker

    return CrossEncoderReranker(
        settings.reranker,
        settings.reranker_revision,
        candidates=settings.reranker_candidates,
        offline=settings.offline,
    )


def load_writer(settings: Settings) -> Writer | None:
    """The language model of the settings, and the check of what it writes; None where they name no endpoint.

    Raises:
        SettingsError: the endpoint has no model's name, or cannot be one.
    """
    if not settings.llm_base_url:
        return None
    if not settings.llm_model:
        raise SettingsError("EVQA_LLM_BASE_URL is set, and EVQA_LLM_MODEL is not: name the model to ask there")
    from qa.endpoint import Endpoint, EndpointSettings
    from qa.generate import Writer
    from qa.support import shipped_support

    endpoint = EndpointSettings(
        settings.llm_base_url,
        settings.llm_model,
        settings.llm_api_key,
        total_timeout_s=settings.llm_timeout_s,
        silence_s=settings.llm_silence_s,
        max_tokens=settings.llm_max_tokens,
        retries=settings.llm_retries,
    )
    return Writer(Endpoint(endpoint), shipped_support())


def open_workshop(settings: Settings, progress: Progress) -> Workshop:
    """What a build works with; torch and the model are loaded when there is something to embed."""
    from index.build import Workshop

    @cache
    def load_encoder() -> PassageEncoder:
        from index.model import Model

        progress("loading the encoder", 0, None)
        return Model(
            settings.encoder,
            settings.encoder_revision,
            query_prompt=settings.encoder_query_prompt,
            passage_prompt=settings.encoder_passage_prompt,
            offline=settings.offline,
        )

    def calibration(spec: EncoderSpec) -> Calibration | None:
        return calibration_for(spec, settings)

    return Workshop(load_encoder, calibration, settings.passage_tokens, settings.max_source_bytes, progress)


def calibration_for(spec: EncoderSpec, settings: Settings) -> Calibration | None:
    """The calibration that the settings name, else the shipped one, else, for another encoder than the default, none.

    Raises:
        EncoderError: the one that the settings name cannot be read, or was fitted for another encoder.
    """
    from index.relevance import read_calibration, shipped_calibration

    if settings.calibration is None:
        shipped = shipped_calibration()
        return shipped if shipped.encoder == spec.weights else None
    named = read_calibration(Path(settings.calibration).expanduser())
    if named.encoder != spec.weights:
        raise EncoderError(
            f"{settings.calibration} was fitted for another encoder ({named.encoder[:8]}) than {spec.name} "
            f"({spec.weights[:8]}): fit one with `scripts/calibrate`, or leave EVQA_CALIBRATION out"
        )
    return named


def find_sources(names: Sequence[str], settings: Settings) -> Iterator[Found]:
    """What `names` (paths, identifiers, addresses) stand for; a path that exists is a path, whatever it looks like."""
    from index.sources.local import exists, sources
    from index.sources.resolve import identifiers_in, resolve

    for name in names:
        if exists(Path(name)):
            yield from sources([Path(name)], max_bytes=settings.max_source_bytes)
        elif len(several := identifiers_in(name)) > 1:
            these = ", ".join(map(str, several))
            yield Unreadable(name, f"{name} names more than one paper ({these}): give each of them by itself")
        elif resolve(name) is None:
            reason = (
                f"{name} is neither a file or folder here, nor a PMCID, PMID, DOI or address: check how it is spelt"
            )
            yield Unreadable(name, reason)
        else:
            yield from _fetched(name, settings)


def requested_sources(names: Sequence[str], settings: Settings, progress: Progress) -> Iterator[Found]:
    """What identifiers and addresses from strangers stand for: never a file here."""
    for number, name in enumerate(names, 1):
        progress("fetching", number, len(names))
        yield from _fetched(name, settings, public_only=not settings.fetch_private)


def uploaded_sources(uploads: Sequence[Upload], settings: Settings) -> Iterator[Found]:
    """What uploaded files hold, under the names that their senders gave them."""
    from index.sources import zips

    for upload in uploads:
        data = Path(upload.path).read_bytes()
        if zips.is_zip(data):
            yield from zips.sources(io.BytesIO(data), upload.name, upload.name, max_bytes=settings.max_source_bytes)
        else:
            yield Source(upload.name, data, upload.name)


def search_sources(query: str, limit: int, settings: Settings, store: Store, progress: Progress) -> Iterator[Found]:
    """What a search of Europe PMC finds; what the index holds, or may not be copied, as skipped.

    Raises:
        SourceError: the settings say offline, nothing was found, or the search broke off.
        QueryError: the query is none.
    """
    from index.document import Metadata
    from index.identity import identifiers
    from index.sources.archives import Record
    from index.sources.identifiers import find_pmcid
    from index.sources.literature import Search, harvest

    search = Search(query, limit)
    if settings.offline:
        raise SourceError("a search has to ask Europe PMC, and the settings say offline")
    held = set()
    if store.exists():
        with store.open() as generation:
            records = generation.database.records().values()
            held = {key for record in records for key in identifiers(record.metadata)}
            held |= {("pmcid", find_pmcid(record.metadata.source) or "") for record in records}

    def is_held(record: Record) -> bool:
        doi = record.doi and record.doi.lower()
        asked = Metadata("", "", "", pmcid=record.pmcid, pmid=record.pmid, doi=doi)
        return not held.isdisjoint(identifiers(asked))

    def tell(done: int, total: int) -> None:
        progress("fetching", done, total)

    return harvest(search, remote_settings(settings), is_held, tell)


def _fetched(name: str, settings: Settings, *, public_only: bool = False) -> Iterator[Found]:
    from index.sources.remote import fetch

    if settings.offline:
        yield Unreadable(name, f"{name} would have to be fetched, and the settings say offline")
        return
    try:
        source = fetch(name, dataclasses.replace(remote_settings(settings), public_only=public_only))
    except FetchError as error:
        yield Unreadable(name, str(error))
        return
    yield from _unpacked(dataclasses.replace(source, asked_for=name), settings)


def _unpacked(source: Source, settings: Settings) -> Iterator[Found]:
    """A fetched source; of a zip, what it holds, or the one member that the address names after `#`."""
    from index.sources import zips

    if not zips.is_zip(source.data):
        yield source
        return
    address, _, member = source.asked_for.partition("#")
    yield from zips.sources(
        io.BytesIO(source.data),
        PurePosixPath(urlsplit(address).path).name or "archive.zip",
        address,
        separator="#",
        max_bytes=settings.max_source_bytes,
        only=member or None,
    )


def review(settings: Settings) -> tuple[Source, str | None]:
    """The review's full text where the network gives it, else the record that is shipped, and why."""
    record = Source(f"{REVIEW}.md", importlib.resources.files("index").joinpath("data", f"{REVIEW}.md").read_bytes())
    if settings.offline:
        return record, "offline"
    from index.sources.record import complete_page
    from index.sources.remote import fetch_first

    page = settings.record_page or complete_page(record.data.decode())
    try:
        return fetch_first([REVIEW, *filter(None, [page])], remote_settings(settings), _REVIEW_DEADLINE_S), None
    except FetchError as error:
        return record, str(error)


def remote_settings(settings: Settings) -> RemoteSettings:
    """The part of the settings that fetching needs."""
    from index.sources.remote import RemoteSettings

    public = RemoteSettings()
    return RemoteSettings(
        contact=settings.contact or public.contact,
        total_timeout_s=settings.fetch_timeout_s,
        requests_per_s=settings.requests_per_s,
        max_bytes=settings.max_source_bytes,
        europe_pmc=settings.europe_pmc or public.europe_pmc,
        ncbi_eutils=settings.ncbi_eutils or public.ncbi_eutils,
        ncbi_idconv=settings.ncbi_idconv or public.ncbi_idconv,
    )


def serve(settings: Settings, store: Store, announce: Callable[[str], None]) -> None:
    """Serves until it is told to stop; `announce` gets the address when the first request can be answered.

    Raises:
        StoreError, EncoderError: the index cannot be opened.
        AddressInUse: something else listens there.
    """
    from concurrent.futures import ThreadPoolExecutor

    store.open().close()  # refuses a damaged index in one line, before anything listens
    reranker, writer = load_reranker(settings), load_writer(settings)
    listening = _listen(settings.host, settings.port)
    host, port = listening.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    if settings.writable and not ipaddress.ip_address(host).is_loopback:
        log.warning("whoever reaches %s can add and remove papers: put access control in front of it", address)
    live = ThreadPoolExecutor(1).submit(open_live, store, reranker)  # while FastAPI is imported
    import uvicorn

    from qa.http.asgi import create_app
    from qa.writing import IndexWriter

    app = create_app(
        live.result,
        writer=writer,
        index_writer=IndexWriter(store.folder, settings) if settings.writable else None,
        threads=settings.threads,
        max_body_bytes=settings.max_body_bytes,
        announce=lambda: announce(address),
        chat_sources=settings.chat_sources,
        allowed_hosts=allowed_hosts(settings.allowed_hosts, host),
    )
    config = uvicorn.Config(app, log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=10)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()


def allowed_hosts(named: str, listening: str) -> tuple[str, ...]:
    """By which hosts MCP clients, and whoever writes, may reach a service that listens on an address; none allows all.

    >>> allowed_hosts("", "127.0.0.1"), allowed_hosts("papers.example.org", "0.0.0.0"), allowed_hosts("", "0.0.0.0")
    (('127.0.0.1',), ('papers.example.org',), ())
    """
    hosts = tuple(filter(None, (host.strip() for host in named.split(","))))
    return hosts or ((listening,) if ipaddress.ip_address(listening).is_loopback else ())


def serve_mcp(settings: Settings, store: Store) -> None:
    """Serves the MCP client at standard input and output until it closes them.

    Raises:
        StoreError, EncoderError: the index cannot be opened.
    """
    import anyio

    from qa.lifespan import running
    from qa.mcp.server import serve_stdio

    reranker, writer = load_reranker(settings), load_writer(settings)

    async def serve() -> None:
        async with running(lambda: open_live(store, reranker), settings.threads, writer) as service:
            await serve_stdio(service)

    anyio.run(serve)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # subtle: asyncio turns off Nagle only where the protocol is named; with it each answer takes 40 ms more
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise AddressInUse(f"{host} is no address to listen on ({error}): choose another --host") from error
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise AddressInUse(f"{host}:{port} cannot be listened on ({error.strerror}): choose another --port") from error
    return listening
