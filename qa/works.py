"""What is cited, as an item of CSL-JSON (Citation Style Language 1.0.2): a paper of the index, or an entry of its
bibliography. Every export is made from such an item.

An item holds what the source gives, and nothing else. Names stay as the source has them: particles in the family name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from index.document import Author, Metadata, Notice, NoticeKind, NoticeRole, Reference

Item = Mapping[str, Any]

ET_AL = "et al."

_PREPRINT_SERVER = re.compile(
    r"(?:arxiv|biorxiv|chemrxiv|medrxiv|preprints\.org|psyarxiv|research square|socarxiv|ssrn)\b", re.IGNORECASE
)
_TYPES = {"book": "book", "chapter": "chapter", "chapter-article": "chapter", "dataset": "dataset", "thesis": "thesis"}
_WORDS = {
    NoticeKind.RETRACTION: "Retracted",
    NoticeKind.PARTIAL_RETRACTION: "Partially retracted",
    NoticeKind.WITHDRAWAL: "Withdrawn",
    NoticeKind.CONCERN: "Expression of concern",
    NoticeKind.CORRECTION: "Corrected",
}
_ISO_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")
_YEAR = re.compile(r"(\d{4})([a-z]?)")
_ANY_YEAR = re.compile(r"\b(?:1[5-9]|20)\d{2}[a-z]?\b")
_ET_AL = re.compile(r"\bet\.? al(?:ii|\b)|\band (?:others|co-?workers|colleagues)\b|\bu\. ?a\.", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")


class Format(StrEnum):
    """What a citation can be had as."""

    BIBTEX = "bibtex"
    RIS = "ris"
    CSL_JSON = "csl-json"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class FileType:
    """How a format is sent and saved."""

    media_type: str
    ending: str


FILE_TYPES: Mapping[Format, FileType] = {
    Format.BIBTEX: FileType("application/x-bibtex; charset=utf-8", ".bib"),
    Format.RIS: FileType("application/x-research-info-systems; charset=utf-8", ".ris"),
    Format.CSL_JSON: FileType("application/vnd.citationstyles.csl+json", ".json"),
    Format.TEXT: FileType("text/plain; charset=utf-8", ".txt"),
}


class Style(StrEnum):
    """How a citation is written out as text."""

    VANCOUVER = "vancouver"
    APA = "apa"


@dataclass(frozen=True, slots=True)
class Work:
    """Something that can be cited: `item` is CSL-JSON.

    `printed` is a bibliography's own wording, given where the item's fields do not make a whole citation.
    """

    item: Item
    printed: str | None = None

    @property
    def notice(self) -> str | None:
        """What was said about the work after it was published ("Retracted; see doi:10.1000/x")."""
        note: str | None = self.item.get("note")
        return None if note is None or note == self.printed else note.removesuffix(f" {self.printed}")


def document_work(document_id: str, metadata: Metadata) -> Work:
    """How a paper of the index is cited."""
    container = _clean(metadata.container_title)
    is_preprint = metadata.article_type == "preprint" or _is_preprint_server(container)
    usual = "article-journal" if container else "document"
    return Work(
        _item(
            id=document_id,
            type="article" if is_preprint else _TYPES.get(metadata.article_type or "", usual),
            genre="Preprint" if is_preprint else None,
            author=list(_names(metadata.authors)),
            title=metadata.title,
            container_title=container,
            publisher=metadata.publisher,
            issued=_date(metadata.issued),
            volume=metadata.volume,
            issue=metadata.issue,
            page=_pages(metadata.pages),
            DOI=metadata.doi,
            PMID=metadata.pmid,
            PMCID=metadata.pmcid,
            URL=metadata.url,
            language=metadata.language,
            license=metadata.license,
            keyword="; ".join(filter(None, map(_clean, metadata.keywords))),
            status=_status(metadata.notices),
            note=notice_words(metadata.notices),
        )
    )


def reference_work(document_id: str, reference: Reference) -> Work:
    """How an entry of a paper's bibliography is cited; as it is printed there where its fields do not suffice.

    An entry that was printed with "et al." has these as its last author: the list is not the whole.
    """
    title, container = _clean(reference.title), _clean(reference.container_title)
    is_preprint = reference.type in (None, "article", "article-journal") and _is_preprint_server(container)
    usual = "article-journal" if container else "document"
    year = _YEAR.fullmatch(reference.year or "")
    text = _clean(reference.text)
    note = notice_words(reference.notices)
    is_bare = not title and not container
    return Work(
        _item(
            id=f"{document_id}:{reference.id}",
            type="article" if is_preprint else reference.type or usual,
            genre="Preprint" if is_preprint else None,
            author=_whole_or_cut(reference.authors, reference),
            editor=list(_names(reference.editors))
            if reference.authors
            else _whole_or_cut(reference.editors, reference),
            title=title,
            container_title=container,
            publisher=reference.publisher,
            publisher_place=reference.publisher_place,
            edition=reference.edition,
            issued=_date(year[1] if year else reference.year),
            year_suffix=year and year[2],
            volume=reference.volume,
            issue=reference.issue,
            page=_pages(reference.pages),
            DOI=reference.doi,
            PMID=reference.pmid,
            PMCID=reference.pmcid,
            URL=reference.url,
            status=_status(reference.notices),
            note=" ".join(filter(None, (note, text if is_bare else None))),
        ),
        printed=None if _suffices(reference) else text,
    )


def _suffices(reference: Reference) -> bool:
    """Whether the fields say what the printed entry says: what it is, where it stands, and when it came out."""
    has_place = bool(reference.container_title or reference.publisher or reference.url or reference.doi)
    by_whom = bool(reference.authors or reference.editors)
    if not reference.year and _ANY_YEAR.search(reference.text):
        return False
    if reference.title:
        return has_place or (by_whom and bool(reference.year))
    return bool(reference.container_title and by_whom and reference.year)


def _item(**fields: Any) -> Item:
    cleaned = {name: _clean(value) if isinstance(value, str) else value for name, value in fields.items()}
    return {name.replace("_", "-"): value for name, value in cleaned.items() if value}


def _clean(text: str | None) -> str | None:
    """On one line, without control characters; None if nothing is left."""
    return " ".join(_CONTROLS.sub("", text).split()) or None if text else None


def _names(authors: Iterable[Author]) -> Iterator[dict[str, str]]:
    for author in authors:
        parts = {"family": author.family, "given": author.given, "suffix": author.suffix}
        name = {key: cleaned for key, part in parts.items() if (cleaned := _clean(part))}
        literal = _clean(author.literal)
        if literal or "family" not in name:
            literal = literal or _clean(author.name)
            name = {"literal": literal} if literal else {}
        if name:
            yield name


def _whole_or_cut(persons: Sequence[Author], reference: Reference) -> list[dict[str, str]]:
    """Names with "et al." after them if the entry was printed so; the title's own "et al." does not count."""
    names = [name for name in _names(persons) if not _ET_AL.fullmatch(_words(name))]
    before_title = (reference.text.partition(reference.title)[0] if reference.title else "") or reference.text
    is_cut = len(names) < len(persons) or _ET_AL.search(before_title)
    return [*names, {"literal": ET_AL}] if names and is_cut else names


def _words(name: Mapping[str, str]) -> str:
    return " ".join(name.values()).rstrip(". ")


def _is_preprint_server(container: str | None) -> bool:
    return container is not None and _PREPRINT_SERVER.match(container) is not None


def _date(text: str | None) -> dict[str, Any] | None:
    cleaned = _clean(text)
    if cleaned is None:
        return None
    iso = _ISO_DATE.fullmatch(cleaned)
    return {"date-parts": [[int(part) for part in iso.groups() if part]]} if iso else {"literal": cleaned}


def _pages(text: str | None) -> str | None:
    """A range has a hyphen, as CSL wants it; the word for it is the style's.

    >>> _pages("p. 12–19"), _pages("e1001044")
    ('12-19', 'e1001044')
    """
    cleaned = _clean(text)
    return cleaned and re.sub(r"\s*[–—‐‑]+\s*", "-", re.sub(r"^pp?\.\s*", "", cleaned))


def _status(notices: Sequence[Notice]) -> str | None:
    kinds = {notice.kind for notice in notices if notice.role is NoticeRole.SUBJECT}
    if NoticeKind.RETRACTION in kinds:
        return "retracted"
    return "withdrawn" if NoticeKind.WITHDRAWAL in kinds else None


def notice_words(notices: Sequence[Notice]) -> str | None:
    """What was said about a paper after it was published, and where.

    >>> notice_words([Notice(NoticeKind.RETRACTION, doi="10.1/r"), Notice(NoticeKind.CORRECTION)])
    'Retracted; see doi:10.1/r. Corrected.'
    """
    about = [notice for notice in notices if notice.role is NoticeRole.SUBJECT]
    said = sorted({_WORDS[notice.kind] + _where(notice): notice for notice in about}.items(), key=_gravest_first)
    words = [text for text, _ in said]
    # "Retracted" alone says nothing where another source names the retraction.
    told = [text for text in words if not any(other.startswith(f"{text};") for other in words)]
    return ". ".join(told) + "." if told else None


def _gravest_first(said: tuple[str, Notice]) -> int:
    return list(NoticeKind).index(said[1].kind)


def _where(notice: Notice) -> str:
    ids = (notice.doi and f"doi:{notice.doi}", notice.pmid and f"PMID {notice.pmid}", notice.pmcid)
    named = next(filter(None, ids), None)
    return f"; see {named}" if named else ""
