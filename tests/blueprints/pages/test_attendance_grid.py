"""The grid's page and its file: the whole of it for those who see everybody's progress, and one's own row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import AttendanceStatus, Cohort, Membership, Role
from tests import factories
from tests.blueprints.pages.browsing import Browse, links, words
from tests.services.progress_rows import attend
from tests.worlds import Traces, World

CountQueries = Callable[[], AbstractContextManager[list[str]]]
Status = AttendanceStatus


def address(cohort: Cohort, ending: str = "") -> str:
    return f"/cohorts/{cohort.public_id}/attendance{ending}"


@pytest.fixture
def missed(session: Session, world: World, traces: Traces) -> Membership:
    """Somebody who missed the last two, and of a third nothing is recorded; the other member came to one of three."""
    member = world.fellow_member
    later = factories.make_session(session, world.cohort, title="Later", starts_at=utc_now() - timedelta(days=3))
    factories.make_session(session, world.cohort, title="Last", starts_at=utc_now() - timedelta(days=2))
    attend(session, traces.held, member, Status.ABSENT)
    attend(session, later, member, Status.ABSENT)
    attend(session, later, world.member, Status.EXCUSED)
    return member


class TestThePage:
    def test_a_coach_sees_everybody_and_what_each_figure_is_of(
        self, browse: Browse, world: World, missed: Membership
    ) -> None:
        page = browse(world.coach).get(address(world.cohort))
        seen = words(page)
        for text in (
            "17% 1 of the 6 places at sessions held since each joined 2 not recorded yet",
            "2 in a row missed, since",
            "Came to 0 of the 3 sessions held since joining; 1 not recorded yet",
            "1 of 3 1 excused, 1 not recorded yet",
            "Came 1 of 2 0 of 2 0 of 2 2 not recorded 1 of 6",
            "sessions held and not cancelled since the member joined, and earlier ones that were recorded",
        ):
            assert text in seen, text
        assert {f"/members/{missed.public_id}", address(world.cohort, ".csv")} <= set(links(page))
        assert b'role="img"' in page.data

    def test_an_observer_sees_the_same_and_goes_nowhere(self, browse: Browse, world: World, missed: Membership) -> None:
        page = browse(world.observer).get(address(world.cohort))
        assert "2 in a row missed" in words(page)
        assert not [link for link in links(page) if link.startswith("/members/")]

    def test_a_participant_sees_their_own_row(self, browse: Browse, world: World, missed: Membership) -> None:
        page = browse(world.participant).get(address(world.cohort))
        seen = words(page)
        assert "Your attendance" in seen
        assert "1 of the 3 sessions held since joining; 1 excused, 1 not recorded yet" in seen
        for hidden in (missed.person.name, "in a row missed", "places", "of 2"):
            assert hidden not in seen, hidden

    def test_while_there_is_nothing_it_says_what_to_do(self, session: Session, browse: Browse, world: World) -> None:
        empty = factories.make_cohort(session, world.programme)
        page = browse(world.coordinator).get(address(empty))
        assert "Nobody is in this cohort yet" in words(page)
        assert f"/cohorts/{empty.public_id}/members/new" in links(page)
        factories.make_membership(session, empty)
        page = browse(world.coordinator).get(address(empty))
        assert "No session was held yet" in words(page)
        assert f"/cohorts/{empty.public_id}/sessions/new" in links(page)
        assert address(empty, ".csv") not in links(page)

    def test_it_is_found_from_the_cohort_and_from_a_session(self, browse: Browse, world: World, traces: Traces) -> None:
        for person in (world.coach, world.observer, world.participant):
            for path in (f"/cohorts/{world.cohort.public_id}", f"/sessions/{traces.held.public_id}"):
                assert address(world.cohort) in links(browse(person).get(path)), path

    def test_a_larger_cohort_costs_no_more_statements(
        self, session: Session, browse: Browse, count_queries: CountQueries
    ) -> None:
        def visit(members: int, sessions: int) -> int:
            cohort = factories.make_cohort(session)
            coach = factories.make_membership(session, cohort, role=Role.COACH).person
            rows = [factories.make_membership(session, cohort) for _ in range(members)]
            for number in range(sessions):
                held = factories.make_session(session, cohort, starts_at=utc_now() - timedelta(days=number + 1))
                for row in rows:
                    attend(session, held, row)
            browser = browse(coach)
            path = address(cohort)
            session.commit()
            with count_queries() as statements:
                assert browser.get(path).status_code == 200
            return len(statements)

        assert visit(3, 2) == visit(12, 8) <= 8


class TestTheFile:
    def test_it_has_a_line_a_member_and_what_the_figures_are_of(
        self, session: Session, browse: Browse, world: World, missed: Membership
    ) -> None:
        missed.person.name = "=HYPERLINK(1)"
        session.flush()
        response = browse(world.coach).get(address(world.cohort, ".csv"))
        assert response.content_type == "text/csv; charset=utf-8"
        assert response.headers["Cache-Control"] == "no-store"
        headings, *rows = csv.reader(io.StringIO(response.get_data().decode("utf-8-sig")))
        assert headings[:5] == [
            "Person", "Came to", "Sessions held since joining", "Of these excused", "Of these not recorded yet",
        ]  # fmt: skip
        assert [heading[16:] for heading in headings[7:]] == [
            f" (Europe/London) {one}" for one in ("Held", "Later", "Last")
        ]
        assert sorted(rows) == [
            ["'=HYPERLINK(1)", "0", "3", "0", "1", "0", "2", "Absent", "Absent", "Not recorded"],
            [world.member.person.name, "1", "3", "1", "1", "0", "0", "Present", "Excused", "Not recorded"],
        ]

    def test_a_participant_downloads_their_own_line(self, browse: Browse, world: World, missed: Membership) -> None:
        text = browse(world.participant).get(address(world.cohort, ".csv")).text
        assert world.member.person.name in text
        assert missed.person.name not in text
