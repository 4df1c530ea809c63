"""Getting bytes over HTTP from servers that fail: bounded in time and size, with another try where that can help.

Every failure leaves as a `FetchError` whose message is a clause that names the host ("host answers 503"); who asked
adds what was wanted and the remedy. Follows RFC 9110 (`Retry-After`, redirects). Knows nothing of papers.
"""

from __future__ import annotations

import errno
import random
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Self

import httpx

from index.errors import FetchError, NetworkError
from index.sources.networks import PublicTransport, is_private, proxies, refuse_private

_AGENT = "ev-review-qa"
_MAX_REDIRECTS = 5
_SHARE = 2 / 3  # of the time left, what one server may use while another is still to be asked
_PASSING_STATUS = {408, 429, 500, 502, 503, 504}
_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How to ask servers, and when to stop.

    `contact` (a mailbox or the address of a page) tells their operators whom to write to. `timeout_s` is the
    longest silence of a server, `total_timeout_s` the longest that one paper may take with all tries and waits.
    `max_bytes` bounds an answer, unpacked. A failure that may pass is tried again `retries` times, at first after
    about `backoff_s`, then twice as long each time.

    Raises:
        ValueError: `contact` cannot stand in a header, or a number is out of range.
    """

    contact: str = "https://pypi.org/project/ev-review-qa/"
    timeout_s: float = 10.0
    total_timeout_s: float = 60.0
    max_bytes: int = 64 * 2**20
    retries: int = 2
    backoff_s: float = 0.5
    requests_per_s: float = 3.0

    def __post_init__(self) -> None:
        if not (self.contact.isascii() and self.contact.isprintable() and self.contact.strip()):
            raise ValueError(f"contact must be printable ASCII to stand in a header, not {self.contact!r}")
        if (
            min(self.timeout_s, self.total_timeout_s, self.max_bytes, self.requests_per_s) <= 0
            or min(self.retries, self.backoff_s) < 0
        ):
            raise ValueError("timeouts, max_bytes and requests_per_s must be above 0, retries and backoff_s not below")

    @property
    def user_agent(self) -> str:
        """`ev-review-qa/<version> (<contact>)`."""
        try:
            return f"{_AGENT}/{version(_AGENT)} ({self.contact})"
        except PackageNotFoundError:  # a checkout that is not installed
            return f"{_AGENT} ({self.contact})"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment, in seconds of the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        """The moment `seconds` from now."""
        return cls(time.monotonic() + seconds)

    @property
    def remaining_s(self) -> float:
        """Seconds left; below 0 once it has passed."""
        return self.at - time.monotonic()

    def share(self) -> Deadline:
        """An earlier moment, for a server after which another one must still get its turn."""
        return Deadline.after(_SHARE * self.remaining_s)


class Pace:
    """Keeps requests so far apart that there are at most `per_s` of them a second; for one thread at a time."""

    def __init__(self, per_s: float) -> None:
        self._interval_s = 1 / per_s
        self._next = 0.0

    def wait(self) -> None:
        """Returns when the next request may go out."""
        now = time.monotonic()
        if self._next > now:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + self._interval_s


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: `data` is unpacked, and empty unless `ok`."""

    host: str
    status: int
    data: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is a success."""
        return 200 <= self.status < 300


class _Passing(NetworkError):
    """A failure that the next try may not meet; `wait_s` is how long the server asked to wait."""

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message if wait_s is None else f"{message} and asks to wait {wait_s:.0f} s")
        self.wait_s = wait_s


class HttpClient:
    """One pool of connections; a context manager that closes them.

    Redirects are followed to other hosts too, but not from encryption to none, nor from elsewhere to an address in a
    private network. With `public_only` nothing is fetched from a private network, whatever a name means there.

    Raises:
        NetworkError: the environment's proxy or certificate settings cannot be used.
    """

    def __init__(self, settings: HttpSettings, pace: Pace | None = None, *, public_only: bool = False) -> None:
        self._settings, self._pace = settings, pace
        try:
            certificates = trusted_certificates()
            self._client = httpx.Client(
                headers={"User-Agent": settings.user_agent},
                follow_redirects=True,
                max_redirects=_MAX_REDIRECTS,
                verify=certificates,
                event_hooks={"response": [_check_redirect], "request": [refuse_private] if public_only else []},
                transport=PublicTransport(verify=certificates) if public_only else None,
                mounts=proxies(certificates) if public_only else None,
            )
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            raise NetworkError(f"the environment's proxy or certificate settings cannot be used ({error})") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, url: str, deadline: Deadline, params: Mapping[str, str] | None = None) -> Answer:
        """The server's answer, whatever its status unless that may pass (408, 429, 5xx).

        Raises:
            NetworkError: unreachable, silent, failing or broken off, also after `retries`, or the deadline came.
            FetchError: no http(s) address, too large, or redirected without end or elsewhere than http(s).
        """
        target = _target(url)
        for backoff_s in self._backoffs():
            try:
                return self._get_once(target, deadline, params)
            except _Passing as failure:
                wait_s = backoff_s if failure.wait_s is None else failure.wait_s
                if wait_s >= deadline.remaining_s:
                    raise
            time.sleep(wait_s)
        return self._get_once(target, deadline, params)

    def _backoffs(self) -> Iterator[float]:
        for attempt in range(self._settings.retries):
            yield self._settings.backoff_s * 2**attempt * random.uniform(0.5, 1.5)

    def _get_once(self, target: httpx.URL, deadline: Deadline, params: Mapping[str, str] | None) -> Answer:
        if self._pace:
            self._pace.wait()
        silence_s = min(self._settings.timeout_s, deadline.remaining_s)
        if silence_s <= 0:
            raise NetworkError(f"{target.host} was not asked for want of time")
        # A host has several addresses, tried in turn: half the patience for each.
        timeout = httpx.Timeout(silence_s, connect=silence_s / 2)
        try:
            with self._client.stream("GET", target, params=params, timeout=timeout) as response:
                _refuse_passing(target.host, response)
                data = self._read(target.host, response, deadline) if response.is_success else b""
                return Answer(target.host, response.status_code, data)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OverflowError) as error:
            raise _failure(target.host, error) from error

    def _read(self, host: str, response: httpx.Response, deadline: Deadline) -> bytes:
        limit = self._settings.max_bytes
        too_large = FetchError(f"{host} sends more than {limit} bytes, the limit for a fetched paper")
        if int(response.headers.get("Content-Length", 0)) > limit:
            raise too_large
        data = bytearray()
        for chunk in response.iter_bytes():
            data += chunk
            if len(data) > limit:
                raise too_large
            if deadline.remaining_s <= 0:
                raise NetworkError(f"{host} sends too slowly")
        return bytes(data)


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a `Retry-After` header: a number, or a date (RFC 9110 §10.2.3); None when it is neither.

    >>> retry_after_s("120", datetime.now(UTC)), retry_after_s("soon", datetime.now(UTC))
    (120.0, None)
    >>> retry_after_s("Wed, 11 Mar 2026 10:00:30 GMT", datetime(2026, 3, 11, 10, tzinfo=UTC))
    30.0
    """
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds())


@cache  # reading them takes 55 ms, which each of a hundred papers would wait for
def trusted_certificates() -> ssl.SSLContext:
    """Those of the environment, by which servers prove who they are."""
    return httpx.create_ssl_context()


def _target(url: str) -> httpx.URL:
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise FetchError(f"{url!r} is no usable address") from error
    if target.scheme not in {"http", "https"} or not target.host:
        raise FetchError(f"{url!r} is no http(s) address")
    return target


def unsafe_redirect(origin: str, target: str) -> str | None:
    """Why a redirect is not followed, as the end of a clause; None if it may be. Names are not looked up.

    >>> unsafe_redirect("https://a.org/", "http://a.org/"), unsafe_redirect("https://a.org/", "https://b.org/")
    ('to an address without encryption', None)
    >>> unsafe_redirect("https://a.org/", "https://169.254.169.254/latest")
    'into a private network (169.254.169.254)'
    """
    here, there = httpx.URL(origin), httpx.URL(target)
    if (here.scheme, there.scheme) == ("https", "http"):
        return "to an address without encryption"
    if there.host != here.host and is_private(there.host):
        return f"into a private network ({there.host})"
    return None


def _check_redirect(response: httpx.Response) -> None:
    if not response.has_redirect_location:
        return
    try:
        target = response.url.join(response.headers["Location"])
    except (httpx.InvalidURL, UnicodeError):  # which the client says better
        return
    if reason := unsafe_redirect(str(response.url), str(target)):
        raise FetchError(f"{response.url.host} redirects {reason}")


def _refuse_passing(host: str, response: httpx.Response) -> None:
    if response.status_code in _PASSING_STATUS:
        wait_s = retry_after_s(response.headers.get("Retry-After"), datetime.now(UTC))
        raise _Passing(f"{host} answers {response.status_code}", wait_s)
    if response.is_server_error:
        raise NetworkError(f"{host} answers {response.status_code}")


def _failure(host: str, error: Exception) -> FetchError:
    """The error as a clause about `host`: most specific kinds first."""
    match error:
        case httpx.ConnectError() if "CERTIFICATE_VERIFY" in str(error):
            return NetworkError(f"the certificate of {host} is not trusted here (SSL_CERT_FILE names others)")
        case httpx.ConnectError() if not _is_offline(error):
            return _Passing(f"{host} cannot be reached")
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return NetworkError(f"{host} cannot be reached")
        case httpx.TimeoutException():
            return NetworkError(f"{host} stopped answering")
        case httpx.ProxyError():
            return NetworkError(f"the proxy does not let {host} through")
        case httpx.TooManyRedirects():
            return FetchError(f"{host} redirects more than {_MAX_REDIRECTS} times")
        case httpx.UnsupportedProtocol():
            return FetchError(f"{host} redirects to an address that is not http(s)")
        case httpx.TransportError() | httpx.DecodingError():
            return _Passing(f"{host} broke off its answer")
    return FetchError(f"{host} is no usable host")


def _is_offline(error: BaseException) -> bool:
    """Whether names or routes are missing, which the next try would miss too: the resolver has tried again itself."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror) or (isinstance(cause, OSError) and cause.errno in _NO_ROUTE):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
