"""The file of a participants report on its way: fresh from somebody, or back from the page that showed its rows."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from flask import request

from coaching.blueprints.pages.forms import refuse_unknown
from coaching.errors import Invalid
from coaching.importers.times import ORDERS
from coaching.services.report_description import Reading

# What fits into a form beside its other fields, and many times what a report of a large meeting comes to.
LARGEST_FILE = 700_000
CHOOSE = "Choose the report: a CSV file from Zoom or Teams."
TOO_LARGE = "This file is over 700 KB, and reports are far smaller. Check that it is the participants report."


@dataclass(frozen=True)
class Upload:
    """The file on its way."""

    name: str
    data: bytes

    @property
    def text(self) -> str:
        """The bytes in letters that a form leaves as they are."""
        return base64.urlsafe_b64encode(self.data).decode()


def read_upload(choose: str = CHOOSE) -> Upload:
    """The file, fresh from the person's disk or back from the page that showed what is in it; `choose` asks for it."""
    refuse_unknown("kept", "file_name", "timezone", "date_order", "anyway")
    file = request.files.get("file")
    if file is not None and file.filename:
        data = file.stream.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise Invalid.field("file", TOO_LARGE)
        return Upload(_plain(file.filename), data)
    try:
        data = base64.b64decode(request.form.get("kept", ""), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        data = b""
    if not data:
        raise Invalid.field("file", choose)
    return Upload(_plain(request.form.get("file_name", "")), data)


def _plain(name: str) -> str:
    """The file's name without what a database or a page cannot hold."""
    return "".join(letter for letter in name if letter.isprintable()) or "report.csv"


def read_reading() -> Reading:
    """What was said beside the file."""
    order = request.form.get("date_order")
    return Reading(
        timezone=request.form.get("timezone") or None,
        date_order=order if order in ORDERS else None,
        anyway="anyway" in request.form,
    )
