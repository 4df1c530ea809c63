"""Which format a source is in, and what is said of those that are in none."""

import gzip
import re
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

from index.errors import SourceError
from index.sources import formats
from index.sources.source import Source

JATS = (
    b"<?xml version='1.0'?><article><front><article-meta><title-group><article-title>T</article-title></title-group>"
    b"</article-meta></front><body><p>Words.</p></body></article>"
)
RECORD = (
    b"# T\n\n**Authors:** A. Uno\n\nPMC \xc2\xb7 DOI: 10.1234/x \xc2\xb7 J Test \xc2\xb7 2024\n\n## TL;DR\n\nShort.\n"
)
BEIR = b'{"_id": "1", "title": "A", "text": "B"}\n'


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (JATS, "a.xml", "jats"),
        (JATS, "a.txt", "jats"),
        (JATS, "a.md", "jats"),
        (b"\xef\xbb\xbf" + JATS, "a.nxml", "jats"),
        (RECORD, "a.txt", "record"),
        (RECORD, "a.md", "record"),
        (RECORD, "https://example.org/full.md", "record"),
        (BEIR, "corpus.jsonl", "beir"),
        (b"TY  - JOUR\nTI  - x\nER  - \n", "a.txt", "ris"),
        (b"\nPMID- 1\nTI  - x\n", "a.ris", "medline"),
        (b"@article{x,\n title={y}}", "a.txt", "bibtex"),
        (b'[{"type": "book", "title": "A"}]', "a.json", "csl-json"),
        (
            b"<PubmedArticle><MedlineCitation><Article><ArticleTitle>A</ArticleTitle></Article></MedlineCitation>"
            b"</PubmedArticle>",
            "a.xml",
            "pubmed",
        ),
        (b"# T\n\nWords.\n", "a.md", "markdown"),
        (b"# T\n\n## Methods\n\nWords.\n", "a.txt", "markdown"),
        (b"<div>\n\n# T\n\nWords.\n\n</div>\n", "a.md", "markdown"),
        (b"<!DOCTYPE html><p>All words are here.</p>", "a.txt", "html"),
        (
            b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><p>All words are here.</p></html>",
            "a",
            "html",
        ),
        (b"<div><p>All words are here.</p></div>", "a.htm", "html"),
        (b"Words.\n", "a.txt", "text"),
        (b"Words.\n", "README", "text"),
        ("Wörter.\n".encode("utf-16"), "a.txt", "text"),
        ("\ufeff# T\n\n## Ä\n".encode("utf-16-be"), "a.md", "markdown"),
    ],
)
def test_the_format_is_known_by_content_then_name(data: bytes, name: str, expected: str) -> None:
    for packed in (data, gzip.compress(data)):
        (document,) = formats.read(Source(name, packed))
        assert document.metadata.format == expected
        assert document.metadata.source == name


def test_gzip_is_undone_under_its_own_ending_too() -> None:
    (document,) = formats.read(Source("sub/a.md.gz", gzip.compress(b"# T\n\nWords.\n")))
    assert (document.id, document.metadata.format) == ("sub_a", "markdown")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<!DOCTYPE html><html><article>x</article></html>", "is a web page without the text of a paper"),
        (b'<?xml version="1.0"?>\n<!-- x --><html xmlns="http://www.w3.org/1999/xhtml"></html>', "is a web page"),
        (
            b'<?xml version="1.0"?><!DOCTYPE PubmedArticleSet><PubmedArticleSet></PubmedArticleSet>',
            "lists no PubMed record",
        ),
        (b"PK\x03\x04 ...", "is a ZIP archive"),
        (b"\x00\x01\x02", "is in no format that is supported"),
        (b"a,b\n1,2\n", "is in no format that is supported"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (gzip.compress(b"\n", mtime=0), "is empty"),
        (gzip.compress(b"words" * 100, mtime=0)[:-20], "is a damaged gzip file"),
        (b"\x1f\x8b\x08rest", "is a damaged gzip file"),
        (gzip.compress(b"{\\rtf1 x}", mtime=0), "is a rich-text file"),
    ],
)
def test_what_is_not_supported_says_what_it_is(data: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=f"^x.csv {reason}") as caught:
        formats.read(Source("x.csv", data))
    assert "\n" not in str(caught.value)


def test_a_source_above_the_limit_is_refused() -> None:
    with pytest.raises(SourceError, match=r"a.txt has 2,000 bytes, more than the limit of 1,000: .*max_source_bytes"):
        formats.read(Source("a.txt", b"x" * 2000), max_bytes=1000)


def test_a_source_that_unpacks_above_the_limit_is_refused() -> None:
    bomb = gzip.compress(b"x" * 10_000_000)
    with pytest.raises(SourceError, match=r"a.txt.gz unpacks to more than the limit of 100,000 bytes"):
        formats.read(Source("a.txt.gz", bomb), max_bytes=100_000)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "corpus.jsonl"])
def test_bytes_in_no_known_encoding_are_refused_with_their_place(name: str) -> None:
    data = b"ok\n" + b'{"_id": "1", "text": "caf\xe9"}' if name.endswith("jsonl") else b"ok\ncaf\xe9 1\n"
    if name.endswith("jsonl"):
        data = data[3:]
    with pytest.raises(SourceError, match=rf"{name} is not valid UTF-8 \(line [12], byte \d+\): save it as UTF-8"):
        formats.read(Source(name, data))


def test_formats_have_different_names() -> None:
    assert len({format_.FORMAT for format_ in formats.FORMATS}) == len(formats.FORMATS)


def test_the_format_that_contributing_shows_reads_a_source_beside_the_others() -> None:
    guide = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    labnote = ModuleType("labnote")
    exec(compile(code, "CONTRIBUTING.md", "exec"), labnote.__dict__)
    known = (cast(formats.Format, labnote), *formats.FORMATS)
    note = "LABNOTE Mice\n== Day 1\nThey ate.\n== Day 2\nThey slept.\n"
    (document,) = formats.read(Source("a/b.note", note.encode()), formats=known)
    assert (document.id, document.metadata.format, document.metadata.title) == ("a_b", "labnote", "Mice")
    assert document.text == "Mice\n\nDay 1\n\nThey ate.\n\nDay 2\n\nThey slept."
    assert [(section.path, document.text[section.start : section.end]) for section in document.sections] == [
        (("Day 1",), "Day 1\n\nThey ate."),
        (("Day 2",), "Day 2\n\nThey slept."),
    ]
    with pytest.raises(SourceError, match=r"^b\.note has a title and no text"):
        formats.read(Source("b.note", b"LABNOTE Mice\n"), formats=known)
    (other,) = formats.read(Source("a.txt", b"Words.\n"), formats=known)
    assert other.metadata.format == "text"
