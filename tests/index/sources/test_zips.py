"""Papers in a zip, and everything that a zip from a stranger may try."""

from __future__ import annotations

import io
import random
import stat
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from index.build import add
from index.sources import local, zips
from index.sources.source import Found, Skipped, Source, Unreadable
from index.store import Store
from tests.fakes import workshop

PAPER = b"# Vesicles\n\nVesicles carry a pump.\n"


def packed(members: Mapping[str, bytes] | list[tuple[str | ZipInfo, bytes]], method: int = ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w", method) as archive:
        for name, data in members.items() if isinstance(members, Mapping) else members:
            archive.writestr(name, data, method)
    return file.getvalue()


def read(data: bytes, max_bytes: int = 10_000_000, only: str | None = None) -> list[Found]:
    return list(zips.sources(io.BytesIO(data), "p.zip", "/x/p.zip", max_bytes=max_bytes, only=only))


def refused(found: list[Found]) -> dict[str, str]:
    reasons = {each.name: each.reason for each in found if isinstance(each, Unreadable)}
    assert all(len(reason.splitlines()) == 1 for reason in reasons.values())
    return reasons


def papers(found: list[Found]) -> list[str]:
    return [each.name for each in found if isinstance(each, Source)]


def test_a_zip_is_read_as_a_folder_is() -> None:
    found = read(
        packed(
            {"b/c.md": PAPER, "a.md": PAPER, "__MACOSX/._a.md": b"x", ".git/x.md": b"x", "README.md": b"x", "d": b""}
        )
    )
    assert papers(found) == ["p.zip/a.md", "p.zip/b/c.md"]
    assert [each.asked_for for each in found if isinstance(each, Source)] == ["/x/p.zip/a.md", "/x/p.zip/b/c.md"]
    assert [each.name for each in found if isinstance(each, Skipped)] == ["p.zip/README.md", "p.zip/d"]


def test_a_corpus_in_a_zip_gives_its_corpus_alone() -> None:
    found = read(packed({"s/corpus.jsonl": b"{}", "s/queries.jsonl": b"{}", "s/qrels/t.tsv": b"", "a.md": PAPER}))
    assert papers(found) == ["p.zip/a.md", "p.zip/s/corpus.jsonl"]


@pytest.mark.parametrize("name", ["/etc/a.md", "../a.md", "x/../../a.md", "..\\a.md", "C:\\a.md", "C:a.md"])
def test_a_path_that_leaves_the_archive_is_refused_and_the_rest_added(name: str) -> None:
    found = read(packed([(name, PAPER), ("ok.md", PAPER)]))
    assert papers(found) == ["p.zip/ok.md"]
    assert "leaves the archive" in "".join(refused(found).values())


def link() -> ZipInfo:
    info = ZipInfo("link.md")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("member", "data", "words"),
    [
        (link(), b"/etc/passwd", "is a link"),
        ("inner.zip", packed({"a.md": PAPER}), "inside a ZIP archive: unpack it"),
        ("zeros.md", bytes(3_000_000), "200 times its size"),
        ("big.md", random.Random(5).randbytes(10_000_001), "more than the limit of 10,000,000 bytes"),
    ],
)
def test_a_member_that_is_refused_is_named_and_does_not_stop_the_rest(
    member: str | ZipInfo, data: bytes, words: str
) -> None:
    found = read(packed([(member, data), ("ok.md", PAPER)]))
    name = member if isinstance(member, str) else member.filename
    assert papers(found) == ["p.zip/ok.md"]
    assert words in refused(found)[f"/x/p.zip/{name}"]


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(packed([("secret.md", PAPER), ("ok.md", PAPER)]))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    found = read(bytes(data))
    assert papers(found) == ["p.zip/ok.md"] and "is encrypted" in refused(found)["/x/p.zip/secret.md"]


def test_a_method_whose_unpacking_cannot_be_bounded_is_refused() -> None:
    assert "method 12" in refused(read(packed({"a.md": PAPER}, ZIP_BZIP2)))["/x/p.zip/a.md"]


def test_sizes_are_counted_not_believed() -> None:
    """The header says ten bytes: of the rest nothing is read, and the checksum tells."""
    data = bytearray(packed({"a.md": bytes(5_000_000), "ok.md": PAPER}))
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = struct.pack("<I", 10)
    found = read(bytes(data))
    assert papers(found) == ["p.zip/ok.md"] and "/x/p.zip/a.md" in refused(found)


def test_what_all_members_unpack_to_is_limited() -> None:
    noise = bytes(range(256)) * 4
    found = read(packed([(f"{number:03}.md", noise) for number in range(150)]), max_bytes=len(noise))
    assert len(papers(found)) == zips.MOST_SOURCES
    assert "split the archive" in list(refused(found).values())[-1]


def test_members_that_share_bytes_are_refused() -> None:
    data = bytearray(packed({"a.md": PAPER, "b.md": PAPER}))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)  # where the first member lies
    assert "overlap" in refused(read(bytes(data)))["/x/p.zip"]


def test_a_damaged_member_is_named_and_the_others_are_read() -> None:
    data = bytearray(packed([("bad.md", PAPER * 20), ("ok.md", PAPER)]))
    data[40] ^= 0xFF
    found = read(bytes(data))
    assert papers(found) == ["p.zip/ok.md"] and "is damaged" in refused(found)["/x/p.zip/bad.md"]


@pytest.mark.parametrize("cut", [4, 30, -1, -30])
def test_a_zip_that_was_cut_off_is_refused_with_what_to_do(cut: int) -> None:
    assert "fetch or pack it again" in refused(read(packed({"a.md": PAPER})[:cut]))["/x/p.zip"]


def test_every_byte_may_be_wrong_without_a_crash() -> None:
    whole = packed({"a.md": PAPER, "b.md": PAPER})
    for place in range(len(whole)):
        refused(read(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]))


def test_names_are_read_as_their_writer_meant_them() -> None:
    unflagged = bytearray(packed({"Z": PAPER}))
    for signature, length in ((b"PK\x03\x04", 30), (b"PK\x01\x02", 46)):  # the name follows a header of this length
        unflagged[unflagged.index(signature) + length] = 0x84  # ä in cp437, and no UTF-8
    assert papers(read(bytes(unflagged), only="ä")) == ["p.zip/ä"]
    assert papers(read(packed({"ä ω.md": PAPER}))) == ["p.zip/ä ω.md"]
    flagged = packed({"ä.md": PAPER}).replace(b"\x00\x08\x08\x00", b"\x00\x00\x08\x00")
    assert papers(read(flagged)) == ["p.zip/ä.md"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_members_with_one_name_the_last_counts() -> None:
    (found,) = read(packed([("a.md", b"old"), ("a.md", PAPER)]))
    assert isinstance(found, Source) and found.data == PAPER


@pytest.mark.parametrize(
    ("landmark", "what"),
    [
        ("[Content_Types].xml", "Office"),
        ("META-INF/container.xml", "EPUB"),
        ("META-INF/MANIFEST.MF", "Java"),
        ("META-INF/manifest.xml", "OpenDocument"),
    ],
)
def test_what_is_a_zip_and_no_folder_of_papers_is_told_by_its_name(landmark: str, what: str) -> None:
    assert what in refused(read(packed({landmark: b"<x/>", "content.xml": b"<x/>"})))["/x/p.zip"]


def test_a_zip_without_papers_says_so() -> None:
    for members in ({}, {"a.png": b"x"}, {".hidden.md": b"x"}):
        assert "holds no papers" in refused(read(packed(members)))["/x/p.zip"]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "p.zip").write_bytes(packed({"a.md": PAPER, "bad.xml": b"<article>", "b.odd": PAPER}))
    yield tmp_path


def test_a_zip_in_a_folder_and_a_member_of_it_can_be_named(folder: Path) -> None:
    found = list(local.sources([folder]))
    assert papers(found) == ["sub/p.zip/a.md", "sub/p.zip/bad.xml"]
    (again,) = local.sources([folder / "sub" / "p.zip" / "b.odd"])
    assert again == Source("p.zip/b.odd", PAPER, str(folder / "sub/p.zip/b.odd"))
    (none,) = local.sources([folder / "sub" / "p.zip" / "none.md"])
    assert isinstance(none, Unreadable) and "none.md" in none.reason


def test_what_failed_in_a_zip_is_remembered_by_a_path_that_brings_it_again(folder: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "index")
    report = add(store, local.sources([folder / "sub" / "p.zip"]), workshop())
    assert [change.name for change in report.changes][:1] == ["p.zip_a"]
    (name,) = store.failed()
    assert name == str(folder / "sub/p.zip/bad.xml") and local.exists(Path(name))


def test_other_archives_are_told_by_name(folder: Path, tmp_path: Path) -> None:
    (folder / "p.tar").write_bytes(b"a.md".ljust(257, b"\0") + b"ustar\x0000" + bytes(300))
    (folder / "p.7z").write_bytes(b"7z\xbc\xaf\x27\x1c\x00\x04")
    report = add(Store(tmp_path / "index"), local.sources([folder / "p.tar", folder / "p.7z"]), workshop())
    assert all("unpack it and add the folder" in change.detail for change in report.changes)
