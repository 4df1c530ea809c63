"""A local server that speaks as Europe PMC and NCBI do, and fails as they do; real HTTP on 127.0.0.1.

    with paper_server() as server:
        server.publish(Paper(pmcid="PMC1000001", pmid="77", doi="10.1000/a", europe_pmc=jats("Words.")))
        server.serve("/eutils/efetch.fcgi", Reply(status=503), Reply(body=b"<x/>"))   # in turn; the last one stays
        fetch("PMID:77", RemoteSettings(**server.addresses))
        server.requests                        # what was asked: path, query, headers, time

Published papers are found by search, converter, `fullTextXML` and `efetch`. `serve` puts scripted replies in front of
any path, for other addresses and for faults. `unreachable()` gives the address of a port that refuses connections.
"""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from urllib.parse import parse_qs, urlsplit

EUROPE_PMC = "/europepmc/webservices/rest"
EUTILS = "/entrez/eutils"
IDCONV = "/tools/idconv/api/v1/articles/"


def jats(text: str, *, title: str = "A small paper", body: bool = True) -> bytes:
    """A JATS article of one paragraph; without `body`, what NCBI sends where reuse is not allowed."""
    front = (
        f"<front><article-meta><title-group><article-title>{title}</article-title></title-group></article-meta></front>"
    )
    rest = f"<body><sec><title>Results</title><p>{text}</p></sec></body>" if body else ""
    return f'<?xml version="1.0"?><article article-type="review-article">{front}{rest}</article>'.encode()


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper in both archives: `europe_pmc` and `ncbi` say what each serves as full text (None: nothing)."""

    pmcid: str | None = None
    pmid: str | None = None
    doi: str | None = None
    title: str = "A small paper"
    europe_pmc: bytes | None = None
    ncbi: bytes | None = None
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """A scripted reply. Faults: `cut_at` declares the whole length, sends so many bytes and hangs up; `drip_s` sends
    status line and headers byte by byte with that pause; `stall` says nothing until the server closes; `hang_up`
    says nothing at all; `chunked` leaves Content-Length out; `endless` repeats the body without end."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/xml"
    cut_at: int | None = None
    drip_s: float | None = None
    stall: bool = False
    hang_up: bool = False
    chunked: bool = False
    endless: bool = False


ARTICLE_PAGE = Reply(
    b"""<!DOCTYPE html><html lang="en"><head><title>A small paper | A publisher</title>
<meta name="citation_title" content="A small paper"><meta name="citation_doi" content="10.1000/page"></head>
<body><nav><a href="/">Home</a></nav><article><h1>A small paper</h1><h2>Abstract</h2><p>Vesicles carry cargo.</p>
<h2>Results</h2><p>Small vesicles carry a pump from cell to cell <a href="#r1">[1]</a>.</p>
<h2>References</h2><ol><li id="r1">Kim A. Pumps. J Cell. 2001. doi:10.1000/pump</li></ol></article>
<footer><p>All rights are reserved by the publisher.</p></footer></body></html>""",
    content_type="text/html; charset=utf-8",
)
WEB_PAGE = Reply(b"<!DOCTYPE html><html><body>Please sign in</body></html>", content_type="text/html")


def too_many(retry_after: str) -> Reply:
    """429 with that `Retry-After`."""
    return Reply(status=429, headers={"Retry-After": retry_after})


def redirect(to: str) -> Reply:
    """302 to that address."""
    return Reply(status=302, headers={"Location": to})


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked, and when (seconds, monotonic)."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: float


class PaperServer:
    """See the module. Thread-safe."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[Request] = []
        self.closing = Event()
        self._papers: list[Paper] = []
        self._scripts: dict[str, list[Reply]] = {}
        self._lock = Lock()

    @property
    def addresses(self) -> dict[str, str]:
        """The base addresses, by the names that `RemoteSettings` gives them."""
        return {
            "europe_pmc": f"{self.url}{EUROPE_PMC}",
            "ncbi_eutils": f"{self.url}{EUTILS}",
            "ncbi_idconv": f"{self.url}{IDCONV}",
        }

    def publish(self, paper: Paper) -> None:
        """Adds a paper to both archives."""
        self._papers.append(paper)

    def serve(self, path: str, *replies: Reply) -> str:
        """Scripts the replies to a path (without query), each once and the last one for good; its address."""
        self._scripts[path] = list(replies)
        return f"{self.url}{path}"

    def asked(self, path: str) -> list[Request]:
        """The requests for a path so far."""
        return [request for request in self.requests if request.path == path]

    def reply(self, request: Request) -> Reply:
        """What to say to a request, which is remembered."""
        with self._lock:
            self.requests.append(request)
            script = self._scripts.get(request.path)
            if script:
                return script.pop(0) if len(script) > 1 else script[0]
        return self._protocol(request)

    def _protocol(self, request: Request) -> Reply:
        if request.path == f"{EUROPE_PMC}/search":
            return self._page(self._search(request.query["query"]), request.query)
        if match := re.fullmatch(rf"{EUROPE_PMC}/(PMC\d+)/fullTextXML", request.path):
            data = next((paper.europe_pmc for paper in self._papers if paper.pmcid == match[1]), None)
            return Reply(data) if data else Reply(status=404)
        if request.path == f"{EUTILS}/efetch.fcgi":
            return self._efetch(request.query["id"])
        if request.path == IDCONV:
            return self._convert(request.query["ids"], request.query["idtype"])
        return Reply(status=404)

    def _search(self, query: str) -> list[dict[str, str]]:
        term = re.fullmatch(r'PMCID:(?P<pmcid>\w+)|EXT_ID:(?P<pmid>\d+) AND SRC:MED|DOI:"(?P<doi>.+)"', query)
        wanted = {name: value for name, value in (term.groupdict() if term else {}).items() if value}
        found = [paper for paper in self._papers for name, value in wanted.items() if _is(paper, name, value)]
        if not term:
            words = set(re.sub(r"AND OPEN_ACCESS:Y|[()]", "", query).lower().split())
            found = [paper for paper in self._papers if words <= set(paper.title.lower().split())]
            found = [paper for paper in found if paper.is_open or "OPEN_ACCESS:Y" not in query]
        return [
            {"source": "MED", "title": paper.title, "isOpenAccess": "NY"[paper.is_open], **_identifiers(paper)}
            for paper in found
        ]

    def reply_to_search(self, query: str, mark: str = "100") -> Reply:
        """The first page of a search, with another mark for the next one, to be served by script."""
        first = json.loads(self._page(self._search(query), {"pageSize": "100"}).body)
        return _json(first | {"nextCursorMark": mark})

    def _page(self, found: list[dict[str, str]], query: Mapping[str, str]) -> Reply:
        """A page of results, and the mark of the next, which is the same again at the end."""
        mark, size = query.get("cursorMark", "*"), int(query.get("pageSize", "25"))
        start = 0 if mark == "*" else int(mark)
        following = mark if start + size >= len(found) else str(start + size)
        results = {"result": found[start : start + size]}
        return _json({"hitCount": len(found), "nextCursorMark": following, "resultList": results})

    def _efetch(self, number: str) -> Reply:
        data = next((paper.ncbi for paper in self._papers if paper.pmcid == f"PMC{number}"), None)
        said = f'<Reply Id="{number}" error="The following PMCID is not available: {number}"/>'.encode()
        article = data.partition(b"?>")[2] if data else said
        return Reply(b'<?xml version="1.0"?><pmc-articleset>' + article + b"</pmc-articleset>")

    def _convert(self, wanted: str, kind: str) -> Reply:
        record: dict[str, object] = {"requested-id": wanted, "status": "error", "errmsg": "Identifier not found in PMC"}
        for paper in self._papers:
            if paper.pmcid and _is(paper, kind, wanted):
                record = {"requested-id": wanted, **_identifiers(paper)}
                if paper.pmid:
                    record["pmid"] = int(paper.pmid)  # a number, as the converter sends it
        return _json({"status": "ok", "records": [record]})


def _is(paper: Paper, kind: str, value: str) -> bool:
    return _identifiers(paper).get(kind, "").lower() == value.lower()


def _identifiers(paper: Paper) -> dict[str, str]:
    named = {"pmcid": paper.pmcid, "pmid": paper.pmid, "doi": paper.doi}
    return {name: value for name, value in named.items() if value}


def _json(value: object) -> Reply:
    return Reply(json.dumps(value).encode(), content_type="application/json")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10  # a client that keeps its connection open does not keep the server open
    papers: PaperServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        reply = self.papers.reply(Request(parts.path, query, dict(self.headers), time.monotonic()))
        try:
            self._send(reply)
        except OSError:  # the client left, as it may
            self.close_connection = True

    def _send(self, reply: Reply) -> None:
        if reply.stall:
            self.papers.closing.wait()
        if reply.stall or reply.hang_up:
            self.close_connection = True
            return
        self._send_head(reply)
        if reply.chunked or reply.endless:
            self._send_chunks(reply)
        else:
            self.wfile.write(reply.body[: reply.cut_at])
        self.close_connection = self.close_connection or reply.cut_at is not None

    def _send_head(self, reply: Reply) -> None:
        length = (
            {"Transfer-Encoding": "chunked"}
            if reply.chunked or reply.endless
            else {"Content-Length": str(len(reply.body))}
        )
        lines = {"Content-Type": reply.content_type, **length, **reply.headers}
        head = (
            f"HTTP/1.1 {reply.status} -\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
        )
        if reply.drip_s is None:
            self.wfile.write(head.encode())
            return
        for byte in head.encode():
            self.wfile.write(bytes([byte]))
            if self.papers.closing.wait(reply.drip_s):
                return

    def _send_chunks(self, reply: Reply) -> None:
        chunk = f"{len(reply.body):x}\r\n".encode() + reply.body + b"\r\n"
        self.wfile.write(chunk)
        while reply.endless and not self.papers.closing.is_set():
            self.wfile.write(chunk)
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the requests are kept instead."""


@contextmanager
def paper_server() -> Iterator[PaperServer]:
    """A running server on a port of its own; closed, with all its connections, at the end."""

    class Handler(_Handler):
        pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = False  # so that server_close() waits for every connection to be closed
    Handler.papers = PaperServer(f"http://127.0.0.1:{listener.server_port}")
    thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, name="paper server")
    thread.start()
    try:
        yield Handler.papers
    finally:
        Handler.papers.closing.set()
        listener.shutdown()
        thread.join()
        listener.server_close()


@contextmanager
def unreachable() -> Iterator[str]:
    """The address of a port that refuses connections, and is nobody else's meanwhile."""
    with socket.socket() as bound:  # bound, never listening
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
