"""A list of people by the page: mapped, shown, brought in as it was shown, and taken back."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.importers import people
from coaching.models import ImportBatch, Membership, Person
from tests.blueprints.pages.browsing import Browse, Browser, fields, landed, words
from tests.importers.workbooks import workbook
from tests.worlds import World

ROWS = [["Wer", "Wo"], ["Nia New", "nia@example.net"], ["Oz Old", "oz@example.net"]]


def look(browser: Browser, world: World, data: bytes, name: str = "people.xlsx", **more: Any) -> Any:
    address = f"/cohorts/{world.cohort.public_id}/people-imports/new"
    return browser.post(address, {"file": (io.BytesIO(data), name), **more}, content_type="multipart/form-data")


def members(session: Session, world: World) -> set[str | None]:
    session.expire_all()
    statement = select(Person.email).join(Membership).where(Membership.cohort_id == world.cohort.id)
    return set(session.scalars(statement))


def test_a_list_is_mapped_looked_at_brought_in_and_taken_back(session: Session, browse: Browse, world: World) -> None:
    browser, before = browse(world.coach), members(session, world)
    base = f"/cohorts/{world.cohort.public_id}/people-imports"
    assert "No list has been brought" in words(browser.get(f"{base}/new"))
    seen = look(browser, world, workbook({"Liste": ROWS}))
    assert "Say which column has the e-mail addresses" in words(seen)
    assert "Nia New" in words(seen)
    form = {name: value for name, value in fields(seen).items() if name in {"kept", "file_name", "seen"}}
    columns = {"column_email": "Wo", "column_name": "Wer", "role": "participant"}
    refused = browser.post(base, form | columns)
    assert (refused.status_code, "Look at the rows once more" in words(refused)) == (422, True)
    again = browser.post(f"{base}/new", form | columns)
    assert "Bring in 2 people" in words(again)
    assert members(session, world) == before
    kept = {name: value for name, value in fields(again).items() if name in {"kept", "file_name", "seen", "form_id"}}
    sent = kept | columns | {"is_invited": "false", "joined_on": fields(again)["joined_on"]}
    answer = browser.post(base, sent)
    batch = session.scalars(select(ImportBatch).where(ImportBatch.kind == "people")).one()
    address = f"/people-imports/{batch.public_id}"
    landed(answer, address)
    landed(browser.post(base, sent), address)
    assert members(session, world) == before | {"nia@example.net", "oz@example.net"}
    assert "2 people came in" in words(browser.get(f"{base}/new"))
    assert "as somebody of this programme said" in words(look(browser, world, workbook({"Liste": ROWS})))
    landed(browser.post(f"{address}/undo"), address)
    assert members(session, world) == before
    assert "Taken out of the cohort again" in words(browser.get(address))


def test_a_row_in_doubt_asks_and_takes_the_answer(session: Session, browse: Browse, world: World) -> None:
    browser = browse(world.coach)
    data = f"name,email\n{world.participant.name},other@example.net\n".encode()
    seen = look(browser, world, data, "people.csv")
    assert f"Is this {world.participant.name}?" in words(seen)
    kept = {name: value for name, value in fields(seen).items() if name in {"kept", "file_name", "seen"}}
    chosen = {name: value for name, value in fields(seen).items() if name.startswith(("column_", "joined"))}
    base = f"/cohorts/{world.cohort.public_id}/people-imports"
    sent = kept | chosen | {"column_email": "email", "column_name": "name", "role": "participant", "row-2": "same"}
    answer = browser.post(base, sent)
    assert (answer.status_code, "nobody to bring in" in words(answer)) == (409, True)
    browser.post(base, sent | {"row-2": "new", "is_invited": "false"})
    assert "other@example.net" in members(session, world)


def test_what_cannot_be_read_is_said_at_the_file(browse: Browse, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "MOST_KEPT", 1_000)
    browser = browse(world.coach)
    for data, why in (
        (b"PK\x03\x04 not a zip", "damaged"),
        (b"email\n" + b"x" * 1_000, "far more in this file"),
        (b"", "is empty"),
    ):
        answer = look(browser, world, data)
        assert (answer.status_code, why in words(answer)) == (422, True)
