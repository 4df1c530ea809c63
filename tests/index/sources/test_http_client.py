"""The rules of asking; what happens between client and server is in test_remote.py."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from index.sources.http_client import HttpSettings, retry_after_s


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
