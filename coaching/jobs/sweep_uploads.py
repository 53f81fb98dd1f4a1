"""Every tick: what lies in the folder of uploads and no row names is removed, once it is a day old."""

from __future__ import annotations

from coaching.jobs.workshop import Workshop
from coaching.services.stored_files import find_unnamed
from coaching.uploads import discard_upload, find_leftovers, prepare_folder


def run(workshop: Workshop) -> int:
    """How many were removed. Any number of hosts may sweep a folder that they share.

    The folder is read first and the database after it: whoever kept a file has named it within a request or the step
    of an import, so that one a day old is named by then, or never will be.
    """
    folder = workshop.settings.uploads
    prepare_folder(folder)
    old = find_leftovers(folder, now=workshop.clock())
    if not old:
        return 0
    with workshop.reading() as connection:
        unnamed = find_unnamed(connection, old)
    for name in unnamed:
        discard_upload(folder, name)
    return len(unnamed)
