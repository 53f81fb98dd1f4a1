"""Names that are remembered from one report to the next: listed, forgotten, and forgotten by taking a row back."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Attendance, ImportRow, RememberedMatch
from tests.blueprints.pages.browsing import Browse, Browser, landed, refused, words
from tests.factories import make_session
from tests.worlds import Traces, World

REPORT = b"""Name (original name),Email,Total duration (minutes),Guest
Zoe's tablet,,58,No
A Stranger,stranger@example.net,60,Yes
"""


@pytest.fixture
def coach(browse: Browse, world: World) -> Browser:
    return browse(world.coach)


def bring(browser: Browser, held: str, **fields: str) -> str:
    upload = {"file": (BytesIO(REPORT), "zoom.csv"), "timezone": "UTC", **fields}
    answer = browser.post(f"/sessions/{held}/imports", upload)
    assert answer.status_code == 303, words(answer)
    return answer.headers["Location"]


def rows(session: Session) -> dict[str, ImportRow]:
    """The rows of the newest import."""
    session.expire_all()
    return {row.name: row for row in session.scalars(select(ImportRow).order_by(ImportRow.id))}


def test_what_was_said_is_listed_known_to_the_next_report_and_forgotten(
    session: Session, coach: Browser, world: World, traces: Traces
) -> None:
    names = f"/cohorts/{world.cohort.public_id}/remembered-names"
    assert "No name is remembered yet" in words(coach.get(names))
    batch = bring(coach, traces.held.public_id)
    refused(coach.post(f"{batch}/rows/{rows(session)['A Stranger'].public_id}", {"membership_id": ""}), 422, "Choose")
    tablet = rows(session)["Zoe's tablet"].public_id
    landed(coach.post(f"{batch}/rows/{tablet}", {"membership_id": world.fellow_member.public_id}), batch)
    landed(coach.post(f"{batch}/set-aside", {"which": "all"}), batch)
    listed = words(coach.get(names))
    for text in ("zoes tablet Fellow Person", "a stranger stranger@example.net Nobody of this cohort"):
        assert text in listed, listed
    later = make_session(session, world.cohort, title="Later", starts_at=utc_now() - timedelta(days=1))
    session.commit()
    known = words(coach.get(bring(coach, later.public_id, anyway="true")))
    assert "Remembered: you said that this is Fellow Person." in known
    assert "Every row is settled." in known
    one = session.scalars(select(RememberedMatch.public_id).where(RememberedMatch.name == "a stranger")).one()
    landed(coach.post(f"{names}/{one}/forgetting"), names)
    assert "a stranger" not in words(coach.get(names))
    assert coach.post(f"{names}/{one}/forgetting").status_code == 404


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_row_that_is_taken_back_waits_again_and_nobody_is_absent_by_it(
    session: Session, coach: Browser, world: World, traces: Traces
) -> None:
    batch = bring(coach, traces.held.public_id)
    coach.post(f"{batch}/set-aside", {"which": "all"})
    absent = select(Attendance.id).where(Attendance.membership_id == world.fellow_member.id)
    assert session.scalars(absent).all()
    session.rollback()
    tablet = rows(session)["Zoe's tablet"].public_id
    landed(coach.post(f"{batch}/rows/{tablet}/reopening"), batch)
    page = words(coach.get(batch))
    for text in (
        "Zoe's tablet waits for you to say who it is.",
        "Who is Zoe's tablet?",
        "Somebody took back who this is.",
    ):
        assert text in page, text
    assert not session.scalars(absent).all()
    assert session.scalars(select(RememberedMatch.name)).all() == ["a stranger"]
    session.rollback()
    landed(coach.post(f"{batch}/rows/{tablet}", {"membership_id": world.fellow_member.public_id}), batch)
    assert session.scalars(absent).all()


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_who_somebody_may_be_is_one_press_away(session: Session, coach: Browser, world: World, traces: Traces) -> None:
    like = REPORT.replace(b"Zoe's tablet", b"Fellow P")
    upload = {"file": (BytesIO(like), "zoom.csv"), "timezone": "UTC"}
    batch = coach.post(f"/sessions/{traces.held.public_id}/imports", upload).headers["Location"]
    page = coach.get(batch)
    assert words(page).count("It is Fellow Person") == 1
    assert f'name="membership_id" value="{world.fellow_member.public_id}"' in page.text
