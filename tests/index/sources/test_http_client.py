"""The rules of asking; what happens between client and server is in test_remote.py."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from index.sources.http_client import HttpSettings, retry_after_s, unsafe_redirect


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *(("0", 0), ("120", 120), ("Wed, 11 Mar 2026 10:01:00 GMT", 60), ("Wed, 11 Mar 2026 09:00:00 GMT", 0)),
        *(("Wednesday, 11-Mar-26 10:01:00 GMT", 60), ("Wed Mar 11 10:01:00 2026", 60)),
        *(
            (None, None),
            ("", None),
            ("soon", None),
            ("-5", None),
            ("1.5", None),
            ("Wed, 99 Mar 2026 10:00:00 GMT", None),
        ),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, datetime(2026, 3, 11, 10, tzinfo=UTC)) == seconds


def test_settings_that_cannot_be_right_are_refused() -> None:
    assert "http" in HttpSettings().user_agent
    for wrong in ("", "   ", "a\r\nX: y", "Jürgen"):
        with pytest.raises(ValueError, match="contact"):
            HttpSettings(contact=wrong)
    for field in ("timeout_s", "total_timeout_s", "max_bytes"):
        with pytest.raises(ValueError, match="above 0"):
            HttpSettings(**{field: 0})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("origin", "target", "is_safe"),
    [
        ("https://a.org/x", "https://b.org/y", True),
        ("http://a.org/x", "https://b.org/y", True),
        ("http://a.org/x", "http://b.org/y", True),
        ("https://a.org/x", "http://a.org/x", False),
        ("http://127.0.0.1:1/x", "http://127.0.0.1:2/y", True),
        *(("https://a.org/x", f"https://{host}/", False) for host in ("10.1.2.3", "127.1", "0x7f000001", "2130706433")),
        *(("https://a.org/x", f"https://{host}/", False) for host in ("[::1]", "[fd00::1]", "[::ffff:10.0.0.1]")),
        *(("https://a.org/x", f"https://{host}/", False) for host in ("localhost", "printer.local", "169.254.169.254")),
        ("https://a.org/x", "https://8.8.8.8/", True),
        ("https://a.org/x", "https://10.example.org/", True),
    ],
)
def test_a_redirect_gives_up_no_encryption_and_reaches_no_private_network(
    origin: str, target: str, is_safe: bool
) -> None:
    assert (unsafe_redirect(origin, target) is None) is is_safe
