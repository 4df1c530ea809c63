"""Uploaded files: from a form (`multipart/form-data`, RFC 7578) to a folder, under names that harm nobody."""

from __future__ import annotations

import shutil
import unicodedata
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Scope

from index.errors import QueryError
from qa.writing import Upload

MOST_FILES = 1000
FIELD = "files"
_LONGEST_NAME = 200


def is_form(scope: Scope) -> bool:
    """Whether a request says that its body is a form that may hold files."""
    sent = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    return bytes(sent).partition(b";")[0].strip().lower() == b"multipart/form-data"


async def saved(request: Request, folder: Path) -> tuple[Upload, ...]:
    """The files of a request's form, kept in `folder`.

    Raises:
        QueryError: the form cannot be read, holds something else, no file, too many, or two of the same name.
    """
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=1)
    except HTTPException as error:
        if error.status_code != HTTPStatus.BAD_REQUEST:
            raise
        raise QueryError("body", f"the form cannot be read ({error.detail.rstrip('.')})") from error
    async with request.form():  # which closes its files
        uploads: list[Upload] = []
        for name, file in _files(form).items():
            uploads.append(Upload(name, str(folder / str(len(uploads)))))
            await run_in_threadpool(_copy, file.file, Path(uploads[-1].path))
        return tuple(uploads)


def _files(form: FormData) -> dict[str, UploadFile]:
    files: dict[str, UploadFile] = {}
    for field, value in form.multi_items():
        if field != FIELD or not isinstance(value, UploadFile):
            raise QueryError(field, f"the form has a field {field!r}: it may have files alone, in fields {FIELD!r}")
        name = file_name(value.filename or "")
        if name in files:
            raise QueryError(FIELD, f"two files are called {name!r}: give one of them another name")
        files[name] = value
    if not files:
        raise QueryError(FIELD, f"the form has no file: send at least one, in a field {FIELD!r}")
    return files


def _copy(file: BinaryIO, to: Path) -> None:
    with to.open("wb") as opened:
        shutil.copyfileobj(file, opened)


def file_name(sent: str) -> str:
    """What a sender calls a file, without folders, characters that cannot be seen, and more length than a name needs.

    >>> file_name("../../etc/a\\x00b.xml"), file_name("C:\\\\papers\\\\EVs in T cells.pdf"), file_name("..")
    ('ab.xml', 'EVs in T cells.pdf', 'upload')
    """
    last = sent.replace("\\", "/").rpartition("/")[2]
    seen = "".join(each for each in unicodedata.normalize("NFC", last) if unicodedata.category(each)[0] != "C")
    name = " ".join(seen.split())
    return "upload" if name.strip(".") == "" else name[-_LONGEST_NAME:]
