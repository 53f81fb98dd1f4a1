"""A programme's mails over the API."""

from __future__ import annotations

from tests.blueprints.api.caller import CallerOf, body, problem
from tests.worlds import World

OWN = {"subject": "Own words", "text": "Dear {{ name }},\n\nanswer:\n{{ link }}"}


def test_words_are_written_from_what_was_seen_and_taken_back(world: World, caller: CallerOf) -> None:
    coordinator, path = caller(world.coordinator), f"/programmes/{world.programme.public_id}/mail-templates"
    kinds = [one["kind"] for one in body(coordinator.get(path))["items"]]
    sessions = ["session_invite", "session_reminder"]
    assert kinds == ["invitation", "poll", *sessions, "action_reminder", "check_in", "handover"]
    shown = coordinator.get(f"{path}/poll")
    assert (body(shown)["is_ours"], body(shown)["version"]) == (True, 0)
    assert "{{ link }}" in body(shown)["names"]
    problem(coordinator.put(f"{path}/poll", OWN), 428, code="no-condition")
    seen = {"If-Match": shown.headers["ETag"]}
    written = coordinator.put(f"{path}/poll", OWN, headers=seen)
    assert body(written)["subject"] == "Own words"
    assert coordinator.get(f"{path}/poll").headers["ETag"] == written.headers["ETag"]
    problem(coordinator.put(f"{path}/poll", OWN, headers=seen), 412, code="stale")
    seen = {"If-Match": written.headers["ETag"]}
    problem(coordinator.put(f"{path}/poll", OWN | {"text": "No link"}, headers=seen), 422, names="text")
    (wording,) = body(coordinator.get(f"{path}/poll/wordings"))["items"]
    assert (wording["subject"], wording["made_by"]) == ("Own words", "Coordinator Person")
    problem(coordinator.delete(f"{path}/poll", headers={"If-Match": '"none"'}), 412, code="stale")
    assert coordinator.delete(f"{path}/poll", headers=seen).status_code == 204
    assert body(coordinator.get(f"{path}/poll"))["is_ours"]
    problem(coordinator.get(f"{path}/password_reset"), 404)


def test_a_preview_is_the_mail_and_changes_nothing(world: World, caller: CallerOf) -> None:
    coordinator, path = caller(world.coordinator), f"/programmes/{world.programme.public_id}/mail-templates"
    shown = body(coordinator.post(f"{path}/invitation/preview", OWN))
    assert shown["of"] == "Cohort 9"
    assert shown["text"].startswith("Dear Coordinator Person,\n\nanswer:\nhttps://")
    assert 'class="button" href="#"' in shown["html"]
    problem(coordinator.post(f"{path}/invitation/preview", OWN | {"subject": "{{ x }}"}), 422, names="subject")
    assert body(coordinator.get(f"{path}/invitation"))["is_ours"]
