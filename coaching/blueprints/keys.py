"""The keys of private notes, as pages and API hand them to the services: opened once a process, at the first need."""

from __future__ import annotations

from flask import current_app

from coaching.services.note_cipher import Keyring, open_keyring

NAME = "note_keys"


def note_keys() -> Keyring:
    extensions = current_app.extensions
    if NAME not in extensions:
        extensions[NAME] = open_keyring(extensions["settings"])
    keys: Keyring = extensions[NAME]
    return keys
