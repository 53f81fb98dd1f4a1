"""The pages of a programme's mails: looked at before they are saved, saved over nobody, put back."""

from __future__ import annotations

import pytest

from tests.blueprints.pages.browsing import Browse, Browser, fields, landed, refused, words
from tests.worlds import Traces, World

ASKING = "{% for one in check_ins %}{{ one.link }}\n{% endfor %}"
OWN = {"subject": "Own words", "text": "Dear {{ name }},\n\nanswer:\n{{ link }}", "html": ""}


@pytest.fixture
def coordinator(browse: Browse, world: World) -> Browser:
    return browse(world.coordinator)


@pytest.fixture
def mails(world: World) -> str:
    return f"/programmes/{world.programme.public_id}/templates"


def test_words_are_written_shown_and_taken_back(coordinator: Browser, mails: str, world: World) -> None:
    assert words(coordinator.get(mails)).count("Never changed") == 7
    form = fields(coordinator.get(f"{mails}/poll"))
    assert form["text"].startswith("Hello {{ name }},\n")
    landed(coordinator.post(f"{mails}/poll", OWN | {"version": form["version"]}), mails)
    page = words(coordinator.get(mails))
    assert "Finding a time Your words" in page
    assert "Changed by Coordinator Person" in page
    landed(coordinator.post(f"{mails}/poll", OWN | {"subject": "Newer", "version": "1"}), mails)
    page = coordinator.get(f"{mails}/poll")
    assert "Coordinator Person: Own words" in words(page)
    landed(coordinator.post(f"{mails}/poll/revert", {"wording": "ours"}), f"{mails}/poll")
    assert "Back to the product's words by Coordinator Person" in words(coordinator.get(mails))
    refused(coordinator.post(f"{mails}/poll/revert", {"wording": "nothing"}), 422, "Choose one of the earlier wordings")


def test_nobodys_words_are_overwritten_unseen(coordinator: Browser, mails: str) -> None:
    landed(coordinator.post(f"{mails}/poll", OWN | {"version": "0"}), mails)
    answer = coordinator.post(f"{mails}/poll", OWN | {"subject": "Mine", "version": "0"})
    refused(answer, 409, "What is saved now")
    assert (fields(answer)["subject"], fields(answer)["version"]) == ("Mine", "1")
    assert "Own words" in words(answer)


def test_what_will_not_do_is_said_at_its_field_and_what_was_typed_stays(coordinator: Browser, mails: str) -> None:
    wrong = OWN | {"text": "{{ nmae }}", "html": "<img src=x>{{ link }}", "version": "0"}
    for address in (f"{mails}/poll", f"{mails}/poll/preview"):
        answer = coordinator.post(address, wrong)
        refused(answer, 422, "there is no nmae here")
        assert "Leave out <img>" in words(answer)
        assert fields(answer)["text"] == wrong["text"]
    assert words(coordinator.get(mails)).count("Never changed") == 7


def test_a_preview_shows_the_mail_in_a_frame_that_can_do_nothing(
    coordinator: Browser, mails: str, traces: Traces
) -> None:
    html = '<p>Dear {{ name }}</p>{% for one in check_ins %}<a href="{{ one.link }}">Answer</a>{% endfor %}'
    answer = coordinator.post(f"{mails}/check_in/preview", OWN | {"text": ASKING, "html": html, "version": "0"})
    assert answer.status_code == 200
    assert "of Cohort 9, addressed to you." in words(answer)
    assert '<iframe class="mail-frame" title="The mail as HTML" sandbox srcdoc="' in answer.text
    assert "&lt;p&gt;Dear Coordinator Person&lt;/p&gt;" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self' 'sha256-")
    assert "unsafe" not in policy
    assert words(coordinator.get(mails)).count("Never changed") == 7


def test_who_coaches_in_the_programme_does_not_write_its_mails(browse: Browse, world: World, mails: str) -> None:
    coach = browse(world.coach)
    assert coach.get(mails).status_code == 403
    assert coach.get(f"{mails}/poll").status_code == 403
    assert coach.post(f"{mails}/poll", OWN | {"version": "0"}).status_code == 403
    assert browse(world.outsider).get(mails).status_code == 404
    administrator = browse(world.administrator)
    assert administrator.get(f"{mails}/password_reset").status_code == 404
    assert administrator.get(f"{mails}/poll").status_code == 200
