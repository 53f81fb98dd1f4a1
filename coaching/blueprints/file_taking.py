"""Files for an import on their way in: several at once, each kept before the transaction that names them."""

from __future__ import annotations

from typing import cast

from flask import g, request

from coaching.blueprints.uploading import read_body, settings
from coaching.errors import Conflict, Invalid
from coaching.services.file_imports import MOST_BYTES, MOST_FILES, Brought
from coaching.tokens import new_public_id
from coaching.uploads import FIELD, Stream, discard_upload, keep_upload

TOO_LARGE = (
    f"These files are over {MOST_BYTES // 1024**2} MB together. Put them into a zip, which makes tables ten times as "
    "small, or bring some of them at a time."
)


def too_large() -> Invalid:
    return Invalid(TOO_LARGE, {FIELD: [TOO_LARGE]}, code="too-large")


def read_files_body() -> None:
    """Reads the body to the disk. Call it before anything asks for the form, and `take_files` when that was checked."""
    read_body(MOST_BYTES, too_large)


def take_files() -> None:
    """Keeps the files of a body that was read, for `files_brought` to answer with or to refuse."""
    g.files_brought = []
    files = [file for file in request.files.getlist(FIELD) if file.filename]
    try:
        # More are refused by the service, which says so; they need not be kept for it.
        for file in files[: MOST_FILES + 1]:
            kept = keep_upload(
                cast(Stream, file.stream), limit=MOST_BYTES, folder=settings().uploads, token=new_public_id()
            )
            g.files_brought.append(Brought(_plain(file.filename or ""), kept))
            # Whoever looks whether the request came before reads it once more.
            file.stream.seek(0)
    except (Invalid, Conflict) as refusal:
        discard_files()
        g.files_refused = refusal


def files_brought() -> list[Brought]:
    """The files that this request brought. Raises what was wrong with them."""
    refusal = g.get("files_refused")
    if refusal is not None:
        raise refusal
    return list(g.get("files_brought", ()))


def mark_files_named() -> None:
    """From here on rows name the files, and what becomes of the rows decides what becomes of the files."""
    g.files_brought = []


def discard_files(_error: BaseException | None = None) -> None:
    """Removes the files where no row came to name them: the act was refused, or they were known already."""
    for file in g.pop("files_brought", ()):
        discard_upload(settings().uploads, file.kept.stored_name)


def _plain(name: str) -> str:
    """A file's name without folders, and without what a database or a page cannot hold."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[:200] or "file"
