"""Who may write through a browser: pages of this service alone.

A page of a stranger's can make a visitor's browser send requests here: a form needs no leave for that, and DNS
rebinding makes the stranger's name mean this machine. So a write names a host that is ours and, where a browser says
whose page asked, that is one of ours, too (OWASP, "Cross-Site Request Forgery Prevention"; W3C, "Fetch Metadata").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def reason_to_refuse(headers: Mapping[str, str], allowed_hosts: Sequence[str]) -> str | None:
    """Why a request may not write; None if it may. No `allowed_hosts` allow every one.

    >>> reason_to_refuse({"host": "localhost:8000", "origin": "http://localhost:8000"}, ["127.0.0.1"])
    >>> reason_to_refuse({"host": "localhost:8000", "origin": "https://stranger.example"}, [])
    'a page of https://stranger.example may not write here: use the page of this service, or a program'
    """
    host = headers.get("host", "")
    if allowed_hosts and _name(host) not in (*LOOPBACK, *allowed_hosts):
        return f"this service is not written to by the name {host!r}: EVQA_ALLOWED_HOSTS can allow it"
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    ours = site in ("same-origin", "none") if site else origin is None or origin.partition("://")[2] == host
    whose = origin or "another site"
    return None if ours else f"a page of {whose} may not write here: use the page of this service, or a program"


def _name(host: str) -> str:
    """Without its port.

    >>> _name("[::1]:8000"), _name("[::1]"), _name("localhost:8000")
    ('[::1]', '[::1]', 'localhost')
    """
    name, _, port = host.rpartition(":")
    return name if port.isdecimal() else host
