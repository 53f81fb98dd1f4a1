"""The picture of a line: every event is in it, alone in a mark or with others, and no mark hides another."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from flask import Flask

from coaching.blueprints.line_picture import NARROW, Picture, draw_line
from coaching.services.line_events import LineEvent, LineKind
from coaching.services.person_line import Line, Place

TODAY = date(2026, 6, 15)
DAY = timedelta(days=1)
KINDS = (LineKind.SESSION, LineKind.ACTION, LineKind.SKILL)


def event(on: date, what: str = "present", kind: LineKind = LineKind.SESSION) -> LineEvent:
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    subject = "session" if kind == LineKind.SESSION else "action"
    key = f"x{on:%m%d}"
    return LineEvent(f"{on:%Y%m%d}-{key}", kind, what, on, at, "Title", "", None, subject, key, "m", "Cohort")


def draw(app: Flask, *events: LineEvent) -> list[Picture]:
    place = Place(1, "m", datetime(2026, 1, 1, tzinfo=UTC), "Cohort", date(2026, 2, 1), date(2026, 8, 1))
    newest_first = tuple(sorted(events, key=lambda one: one.on, reverse=True))
    line = Line((place,), date(2026, 1, 1), date(2026, 7, 15), TODAY, False, newest_first)
    with app.test_request_context():
        return draw_line(line, KINDS, title="Ana’s line", list_of=lambda kind, *days: f"{kind}:{days[0]}:{days[1]}")


def test_every_event_is_in_a_mark_and_no_two_marks_touch(app: Flask) -> None:
    events = [event(TODAY + number * DAY) for number in range(-160, 30)]
    for picture in draw(app, *events):
        marks = picture.lanes[0].marks
        assert sum(mark.events for mark in marks) == len(events)
        places = [mark.x for mark in marks]
        assert all(after - before >= picture.layout.apart for before, after in pairwise(places))
        # What happened stands before today's line, and nothing that happened shares a mark with what is to come.
        assert picture.today is not None
        assert all(mark.is_ahead or mark.x <= picture.today for mark in marks)


def test_one_leads_to_its_page_and_several_to_the_list(app: Flask) -> None:
    apart, together = event(date(2026, 2, 2)), [event(date(2026, 5, 4)), event(date(2026, 5, 5), "absent")]
    wide = draw(app, apart, *together)[0]
    alone, several = wide.lanes[0].marks
    assert (alone.events, alone.url, alone.text) == (1, "/sessions/x0202", "2 Feb 2026: Title, present")
    assert (several.events, several.url) == (2, "session:2026-05-04:2026-05-05")
    assert several.text == "4 May 2026 to 5 May 2026: 2 sessions (1 present, 1 absent)"
    # The most pressing of them says how it looks.
    assert (alone.look.tone, several.look.tone) == ("success", "danger")


def test_it_says_what_it_shows(app: Flask) -> None:
    wide, narrow = draw(app, event(TODAY), event(TODAY + DAY, "overdue", LineKind.ACTION))
    assert wide.title == narrow.title == "Ana’s line, 1 Jan 2026 to 15 Jul 2026"
    assert wide.description.startswith("1 session and 1 entry about actions.")
    assert {meaning for _, meaning in wide.key} == {"present", "overdue"}
    assert narrow.layout == NARROW
    # A lane that few have is left out where it is empty; the bar of the cohort ends beyond the picture.
    assert [lane.label for lane in wide.lanes] == ["Sessions", "Actions"]
    assert [(bar.starts, bar.ends) for bar in wide.bars] == [(True, False)]
