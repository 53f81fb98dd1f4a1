"""A file on its way in: read straight to the disk that it is meant for, while nobody waits for the database.

A body may take minutes to arrive and a picture seconds to be written anew. So a route that takes a file asks first
whether its sender may bring one, then lets the database go, reads the body, keeps the file, and only then begins the
transaction of the act. A file that no row came to name is removed again at the end of the request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, cast

from flask import current_app, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from coaching.config import Settings
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.services.evidence_files import LARGEST_FILE, ReceivedFile, receive_file, too_large
from coaching.tokens import new_public_id
from coaching.uploads import FIELD, FULL, NO_ROOM, discard_upload, is_full_disk

# For the other fields and for what stands between the parts.
LARGEST_REST = 1024 * 1024
CHOOSE = "Choose a file."
MULTIPART = "multipart/form-data"


def settings() -> Settings:
    known: Settings = current_app.extensions["settings"]
    return known


def read_body(largest: int = LARGEST_FILE, refuse: Callable[[], Invalid] = too_large) -> None:
    """Reads the body, which may be as large as its files are, to the disk. Call it before anything asks for the form.

    Raises Invalid (`too-large`) where it is larger, and Conflict (`no-room`) on a full disk.
    """
    # SQLite has one writer, who would otherwise be this request until its last byte has come.
    db.session.rollback()
    # A form of any other kind has no files, and would be read into memory.
    if request.mimetype == MULTIPART:
        request.max_content_length = largest + LARGEST_REST
    try:
        _ = request.files
    except RequestEntityTooLarge as error:
        raise refuse() from error
    except OSError as error:
        if is_full_disk(error):
            raise Conflict(FULL, code=NO_ROOM) from error
        raise


def keep_brought_file() -> None:
    """Keeps the file that the body holds, if any, for `brought_file` to answer with or to refuse."""
    brought = request.files.get(FIELD)
    if brought is None or not brought.filename:
        return
    try:
        g.brought = receive_file(
            cast(BinaryIO, brought.stream),
            file_name=brought.filename,
            folder=settings().uploads,
            token=new_public_id(),
        )
    except (Invalid, Conflict) as refusal:
        g.brought = refusal
    finally:
        # Whoever looks whether the request came before reads it once more.
        brought.stream.seek(0)


def brought_file() -> ReceivedFile:
    """The file that this request brought. Raises what was wrong with it."""
    brought = g.get("brought")
    if brought is None:
        raise Invalid.field(FIELD, CHOOSE)
    if isinstance(brought, Exception):
        raise brought
    received: ReceivedFile = brought
    return received


def mark_named() -> None:
    """From here on a row names the file, and what becomes of the row decides what becomes of the file."""
    g.pop("brought")


def discard_unnamed(_error: BaseException | None = None) -> None:
    """Removes the file where no row came to name it: the act was refused, or had been done before."""
    brought = g.pop("brought", None)
    if isinstance(brought, ReceivedFile):
        discard_upload(settings().uploads, brought.kept.stored_name)
