"""What somebody said of a file once is known the next time, in the same programme alone."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from coaching.services.remembered_mappings import fingerprint_headings, read_mapping, remember_mapping
from tests.factories import NOW, make_programme


def test_the_newest_word_counts_for_its_programme_and_kind(session: Session) -> None:
    programme, other = make_programme(session), make_programme(session)
    key = fingerprint_headings(["E-mail", "Full  name"])
    assert read_mapping(session, programme.id, "people", key) is None
    remember_mapping(session, programme.id, "people", key, {"email": "E-mail"}, now=NOW)
    remember_mapping(session, programme.id, "people", key, {"email": "Other"}, now=NOW + timedelta(hours=1))
    same = fingerprint_headings(["full name", "E-MAIL"])
    assert read_mapping(session, programme.id, "people", same) == {"email": "Other"}
    assert read_mapping(session, programme.id, "figures", key) is None
    assert read_mapping(session, other.id, "people", key) is None
    assert read_mapping(session, programme.id, "people", fingerprint_headings(["E-mail"])) is None
