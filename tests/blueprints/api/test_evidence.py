"""Evidence over the API: links, files once for each key, the version that is changed, and the bytes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from coaching.models import CourseProject
from tests import factories
from tests.blueprints.api.caller import PREFIX, SEEN, CallerOf, body, problem
from tests.media_files import PDF, sent
from tests.worlds import World


@pytest.fixture
def place(session: Session, world: World) -> str:
    project: CourseProject = factories.make_project(session, world.cohort, owners=(world.member,))
    return f"/projects/{project.public_id}/evidence"


@pytest.fixture
def folder(app: Flask) -> Path:
    folder: Path = app.extensions["settings"].uploads
    return folder


def part(data: bytes = PDF, name: str = "talk.pdf", **more: str) -> dict[str, Any]:
    return {"data": {"file": (io.BytesIO(data), name)} | more}


def test_a_link_is_added_listed_renamed_and_removed(world: World, caller: CallerOf, place: str) -> None:
    me = caller(world.participant)
    response = me.post(f"{place}/links", {"url": "https://example.org/c"})
    made = body(response, 201)
    assert (made["kind"], made["title"], made["run_id"], made["size"]) == ("link", "https://example.org/c", None, None)
    assert response.headers["Location"] == f"{PREFIX}/evidence/{made['id']}"
    assert body(caller(world.fellow).get(place))["items"] == [made]
    path = f"/evidence/{made['id']}"
    problem(me.patch(path, {"title": "C"}), 428)
    problem(caller(world.fellow).patch(path, {"title": "C"}, etag=SEEN), 403)
    changed = me.patch(path, {"title": "C"}, etag=response.headers["ETag"])
    assert body(changed)["title"] == "C"
    problem(me.get(f"{path}/content"), 404)
    problem(me.delete(path, etag=response.headers["ETag"]), 412)
    assert me.delete(path, etag=changed.headers["ETag"]).status_code == 204
    problem(me.get(path), 404)
    assert body(me.get(place))["items"] == []


def test_a_file_is_added_once_for_its_key_and_given_back(
    world: World, caller: CallerOf, place: str, folder: Path
) -> None:
    me, before = caller(world.participant), len(list(folder.iterdir()))
    key = {"Idempotency-Key": "one-and-the-same"}
    first = me.post(f"{place}/files", headers=key, **part())
    again = me.post(f"{place}/files", headers=key, **part())
    made = body(first, 201)
    assert (body(again, 201), again.headers["Idempotency-Replayed"]) == (made, "true")
    assert len(list(folder.iterdir())) == before + 1
    problem(me.post(f"{place}/files", headers=key, **part(PDF + b"%%EOF")), 422)
    assert len(list(folder.iterdir())) == before + 1
    content = caller(world.fellow).get(f"/evidence/{made['id']}/content")
    assert (content.data, content.headers["Content-Type"]) == (PDF, "application/pdf")
    assert content.headers["Content-Disposition"].startswith("attachment;")
    problem(caller(world.outsider).get(f"/evidence/{made['id']}/content"), 404)
    etag = first.headers["ETag"]
    assert me.delete(f"/evidence/{made['id']}", etag=etag).status_code == 204
    assert len(list(folder.iterdir())) == before


def test_what_is_wrong_with_a_file_is_said_at_the_file(
    world: World, caller: CallerOf, place: str, folder: Path
) -> None:
    me, before = caller(world.participant), sorted(folder.iterdir())
    for request, status, name in (
        (part(b"GIF89a<script>"), 422, "file"),
        (part(b""), 422, "file"),
        ({"data": {"title": "Mine"}}, 422, "file"),
        (part(title="x" * 201), 422, "title"),
        (part(run_id="0" * 20), 422, "run_id"),
        (sent(b"%PDF-" + bytes(20 * 1024 * 1024)), 413, "file"),
        (sent(b"%PDF-" + bytes(22 * 1024 * 1024)), 413, "file"),
    ):
        answer = me.post(f"{place}/files", **{"content_type": "multipart/form-data"} | request)
        assert name in problem(answer, status)["errors"], answer.text
    problem(me.post(f"{place}/files", {"title": "Mine"}), 415)
    problem(caller(world.fellow).post(f"{place}/files", **part()), 403)
    problem(caller(world.outsider).post(f"{place}/files", **part()), 404)
    assert sorted(folder.iterdir()) == before
