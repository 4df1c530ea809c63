"""Which hosts lie in a private network: this machine, its neighbours, the inside of a cloud; and how not to reach them.

Follows IANA's special-purpose registries, as `ipaddress` has them, and connects to no other address than the one that
was looked at.
"""

from __future__ import annotations

import socket
import ssl
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.request import getproxies

import httpx

from index.errors import FetchError, NetworkError

_IPV6_IN_USE = IPv6Network("2000::/3")
_MULTICAST = IPv4Network("224.0.0.0/4")
_NAT64 = IPv6Network("64:ff9b::/96")


def is_private(host: str) -> bool:
    """Whether a host is in a private network by its name, or its address in any spelling; nobody is asked.

    >>> is_private("localhost"), is_private("127.1"), is_private("[::1]".strip("[]")), is_private("example.org")
    (True, True, True, False)
    """
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        if ":" not in host:
            host = socket.inet_ntoa(socket.inet_aton(host))  # also "127.1", as a resolver takes it
        return not _is_public(ip_address(host))
    except (OSError, ValueError):
        return False


def public_addresses(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a host, as the resolver orders them.

    Raises:
        FetchError: one of them is in a private network.
        NetworkError: it has none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NetworkError(f"{host} cannot be reached") from error
    addresses = tuple(dict.fromkeys(str(address[0]) for *_, address in found))
    if not all(_is_public(ip_address(address)) for address in addresses):
        raise refusal(host)
    return addresses


def refusal(host: str) -> FetchError:
    """The error for a host in a private network, as a clause; it does not say which address the host has there."""
    return FetchError(f"{host} is in a private network, from which nothing is fetched unless EVQA_FETCH_PRIVATE is set")


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_global and address not in _MULTICAST
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return _is_public(inner) if inner else address.is_global and address in _IPV6_IN_USE


class PublicTransport(httpx.HTTPTransport):
    """Connects to public addresses alone, whatever a name means a moment after it was looked up (DNS rebinding).

    Raises:
        FetchError: the host is in a private network.
        NetworkError: it has no address.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """As httpx has it; of several addresses, the first that can be reached."""
        url = request.url
        host = url.raw_host.decode()
        failure: httpx.TransportError | None = None
        for address in public_addresses(host, url.port or (443 if url.scheme == "https" else 80)):
            pinned = httpx.Request(
                request.method,
                url.copy_with(host=address),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions | {"sni_hostname": host},
            )
            try:
                return super().handle_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        assert failure is not None
        raise failure


def proxies(certificates: ssl.SSLContext) -> dict[str, httpx.BaseTransport]:
    """The environment's proxies, which look names up themselves; no host goes around them, not even by NO_PROXY."""
    return {
        f"{scheme}://": httpx.HTTPTransport(verify=certificates, proxy=url)
        for scheme, url in getproxies().items()
        if scheme in ("http", "https", "all")
    }


def refuse_private(request: httpx.Request) -> None:
    """A hook of httpx's, which also sees what goes through a proxy.

    Raises:
        FetchError: the host is in a private network by its name or address.
    """
    if is_private(request.url.host):
        raise refusal(request.url.host)
