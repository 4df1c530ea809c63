"""Bytes to characters, or an error that says where they are none."""

import pytest

from index.errors import SourceError
from index.sources.decoding import beginning, decode
from index.sources.source import Source


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_announced_by_a_mark_or_utf_8(encoding: str) -> None:
    data = "α\r\nβ\rγ".encode(encoding)
    assert decode(Source("a.txt", data)) == "α\nβ\nγ"
    assert beginning(data) == "α\nβ\nγ"


@pytest.mark.parametrize("data", ["ok\nnaïve".encode("latin-1"), b"ok\n\xff"])
def test_other_bytes_are_an_error_with_their_place(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"^a.txt is not valid UTF-8 \(line 2, byte \d\): save it as UTF-8"):
        decode(Source("a.txt", data))


def test_a_cut_character_does_not_hide_the_beginning() -> None:
    assert beginning("aé".encode(), 2) == "a"
