"""What lies in a private network is not fetched for a stranger, however it is named."""

from __future__ import annotations

import datetime
import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from index.errors import FetchError, NetworkError
from index.sources import networks
from index.sources.networks import PublicTransport, is_private, public_addresses
from index.sources.remote import RemoteSettings, fetch
from tests.paper_server import Paper, PaperServer, Reply, jats, paper_server, redirect

PAPER = Reply(jats("Vesicles carry cargo between cells."))
PRIVATE = [
    *("127.0.0.1", "127.1", "0x7f000001", "2130706433", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254"),
    *("100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fd00::1", "fe80::1", "fec0::1", "ff02::1"),
    *("::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "::127.0.0.1"),
    *("localhost", "LOCALHOST.", "a.localhost", "printer.local", "metadata.google.internal"),
]
PUBLIC = ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "example.org", "10.example.org"]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[PaperServer]:
    with paper_server() as running:
        yield running


def settings(server: PaperServer) -> RemoteSettings:
    addresses: dict[str, Any] = {**server.addresses}
    return RemoteSettings(**addresses, public_only=True, retries=0, total_timeout_s=10)


def resolved(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name has these addresses."""

    def look_up(host: str, port: int, *rest: Any, **named: Any) -> list[Any]:
        kinds = (socket.AF_INET, socket.AF_INET6)
        return [(kinds[":" in each], socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("host", PRIVATE)
def test_a_host_in_a_private_network_is_known_by_its_name_or_any_spelling_of_its_address(host: str) -> None:
    assert is_private(host)


@pytest.mark.parametrize("host", PUBLIC)
def test_a_host_that_may_be_public_is_not_private_by_its_name(host: str) -> None:
    assert not is_private(host)


@pytest.mark.parametrize("address", [host for host in PRIVATE if ":" in host or host.count(".") == 3])
def test_a_name_that_means_a_private_address_is_refused_without_telling_which(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolved(monkeypatch, "8.8.8.8", address)
    with pytest.raises(FetchError, match=r"paper\.example is in a private network") as refused:
        public_addresses("paper.example", 80)
    assert address not in str(refused.value)


def test_a_name_without_address_cannot_be_reached() -> None:
    with pytest.raises(NetworkError, match=r"^nowhere\.invalid cannot be reached$"):
        public_addresses("nowhere.invalid", 80)


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/p.xml", "http://localhost:{port}/p.xml"])
def test_a_stranger_gets_nothing_from_this_machine(server: PaperServer, address: str) -> None:
    server.serve("/p.xml", PAPER)
    with pytest.raises(FetchError, match="is in a private network"):
        fetch(address.format(port=server.url.rpartition(":")[2]), settings(server))
    assert server.requests == []


def test_a_redirect_does_not_lead_a_stranger_in(server: PaperServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "public_addresses", lambda host, port: ("127.0.0.1",))
    port = server.url.rpartition(":")[2]
    server.serve("/p.xml", redirect(f"http://paper.example:{port}/q.xml"))
    server.serve("/q.xml", redirect(f"http://0.0.0.0:{port}/secret.xml"))
    server.serve("/secret.xml", PAPER)
    with pytest.raises(FetchError, match="private network"):
        fetch(f"http://paper.example:{port}/p.xml", settings(server))
    assert [request.path for request in server.requests] == ["/p.xml", "/q.xml"]


def test_what_was_looked_up_is_what_is_asked(server: PaperServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are looked up once, by us: nobody else may be told another address a moment later."""
    looked_up: list[tuple[str, int]] = []

    def addresses(host: str, port: int) -> tuple[str, ...]:
        looked_up.append((host, port))
        return ("127.0.0.2", "127.0.0.1")[: 1 + (host == "paper.example")]

    monkeypatch.setattr(networks, "public_addresses", addresses)
    port = int(server.url.rpartition(":")[2])
    server.serve("/p.xml", redirect("/q.xml"))
    server.serve("/q.xml", PAPER)
    source = fetch(f"http://paper.example:{port}/p.xml", settings(server))
    assert source.name == f"http://paper.example:{port}/p.xml" and source.data == PAPER.body
    assert looked_up == [("paper.example", port)] * 2
    assert {request.headers["Host"] for request in server.requests} == {f"paper.example:{port}"}


def test_the_operators_archives_may_lie_in_a_private_network(server: PaperServer) -> None:
    server.publish(Paper(pmcid="PMC1000001", europe_pmc=PAPER.body))
    assert fetch("PMC1000001", settings(server)).data == PAPER.body


@pytest.mark.parametrize("spared", ["", "paper.example"])
def test_a_stranger_reaches_nothing_around_the_proxy(
    server: PaperServer, monkeypatch: pytest.MonkeyPatch, spared: str
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", spared)
    server.serve("http://paper.example/p.xml", PAPER)
    server.serve("/p.xml", PAPER)
    assert fetch("http://paper.example/p.xml", settings(server)).data == PAPER.body
    with pytest.raises(FetchError, match="private network"):
        fetch("http://10.0.0.1/p.xml", settings(server))
    assert len(server.requests) == 1


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, ssl.SSLContext]]:
    """A server whose certificate is for paper.example: its port, and whom a client has to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "paper.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("paper.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "both.pem"
    pem, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    file.write_bytes(
        certificate.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_password)
    )
    yield from serving_encrypted(file)


def serving_encrypted(file: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    class Quiet(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(file)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as listener:
        listener.socket = own.wrap_socket(listener.socket, server_side=True)
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield listener.server_port, ssl.create_default_context(cafile=file)
        listener.shutdown()
        thread.join()


@pytest.mark.parametrize(("host", "trusted"), [("paper.example", True), ("other.example", False)])
def test_a_certificate_has_to_be_of_the_name_that_was_asked_for(
    encrypted: tuple[int, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch, host: str, trusted: bool
) -> None:
    port, certificates = encrypted
    monkeypatch.setattr(networks, "public_addresses", lambda host, port: ("127.0.0.1",))
    with httpx.Client(transport=PublicTransport(verify=certificates)) as client:
        if trusted:
            assert client.get(f"https://{host}:{port}/").status_code == 204
        else:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                client.get(f"https://{host}:{port}/")
