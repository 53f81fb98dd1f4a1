"""When somebody may be asked: by themselves, by page and by API; their coach reads of a pause and changes nothing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import ContactPreference, Membership, MessageKind, OptOut
from tests import factories
from tests.blueprints.pages.browsing import Browse, fields, landed, refused, words
from tests.worlds import World

PATH = "/account/asking"
CHOICE = {"weekly_limit": "1", "from_hour": "9", "until_hour": "12", "weekends": "true", "switched_off": "poll"}


def test_what_is_said_is_kept_and_shown_again(session: Session, browse: Browse) -> None:
    person = factories.make_person(session)
    browser = browse(person)
    shown = fields(browser.get(PATH))
    assert (shown["weekly_limit"], shown["from_hour"], shown["until_hour"]) == ("2", "8", "18")
    ahead = (utc_now() + timedelta(days=9)).date()
    values = CHOICE | {"version": shown["version"], "paused_until": ahead.isoformat()}
    landed(browser.post(PATH, values), PATH)
    row = session.get_one(ContactPreference, person.id)
    session.refresh(row)
    assert (row.weekly_limit, row.from_hour, row.until_hour, row.weekends, row.paused_until) == (1, 9, 12, True, ahead)
    assert session.scalars(select(OptOut.kind)).one() == MessageKind.POLL
    assert fields(browser.get(PATH))["paused_until"] == ahead.isoformat()


def test_what_is_wrong_is_said_at_its_field_and_old_forms_do_not_win(session: Session, browse: Browse) -> None:
    browser = browse(factories.make_person(session))
    version = fields(browser.get(PATH))["version"]
    refused(browser.post(PATH, CHOICE | {"version": version, "until_hour": "9"}), 422, "Until: Choose a later hour")
    yesterday = (utc_now() - timedelta(days=1)).date().isoformat()
    answer = browser.post(PATH, CHOICE | {"version": version, "paused_until": yesterday})
    refused(answer, 422, "Choose a day from tomorrow")
    assert fields(answer)["weekly_limit"] == "1"
    landed(browser.post(PATH, CHOICE | {"version": version}), PATH)
    refused(browser.post(PATH, CHOICE | {"version": version, "weekly_limit": "5"}), 409, "What is saved now")


def test_a_coach_reads_of_it_and_has_no_button(session: Session, world: World, browse: Browse) -> None:
    ahead = (utc_now() + timedelta(days=9)).date()
    session.add(ContactPreference(person_id=world.participant.id, paused_until=ahead))
    session.add(OptOut(person_id=world.participant.id, kind=MessageKind.CHECK_IN, at=utc_now()))
    session.flush()
    member = session.scalars(select(Membership.public_id).where(Membership.person_id == world.participant.id)).first()
    shown = words(browse(world.coach).get(f"/members/{member}"))
    assert "is asked nothing before" in shown
    assert "gets no check-ins by mail" in shown
    assert "Only they can change this." in shown
