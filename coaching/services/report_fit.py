"""Whether a participants report is of the session that it is imported into: what has to be asked before it counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.importers.presence import Interval, PresenceReport
from coaching.importers.times import find_zone
from coaching.models import BatchState, CoachingSession, ImportBatch
from coaching.services.report_description import Reading

# A meeting that began further from the session than half a day is of another day.
SAME_DAY = timedelta(hours=12)
OTHER_WORDS = {"mdy": "day first", "dmy": "month first"}
CHOOSE = "Choose the other report, or say that this one is meant all the same."


def find_problems(
    session: Session, report: PresenceReport, coaching_session: CoachingSession, reading: Reading
) -> dict[str, list[str]]:
    """What stands in the way, by field or row; nothing where somebody said that the report is meant as it is."""
    if reading.anyway:
        return {}
    doubts = [_doubt_of_time(report, coaching_session), _doubt_of_use(session, report, coaching_session)]
    found = {"file": [f"{text} {CHOOSE}" for text in doubts if text]}
    rows = {f"row {number}": [text] for number, text in report.row_errors.items()}
    return (found if found["file"] else {}) | rows


def span_of(report: PresenceReport) -> Interval | None:
    """From when until when the meeting was, in UTC: as the report says itself, or by who was there when."""
    meeting, stays = report.meeting, [i for person in report.people for i in person.utc_intervals]
    start = meeting.starts_at if meeting else None
    start = start or min((stay.start for stay in stays), default=None)
    if start is None:
        return None
    end = meeting.ends_at if meeting else None
    if end is None and meeting is not None and meeting.duration_minutes is not None:
        end = start + timedelta(minutes=meeting.duration_minutes)
    return Interval(start, max([start, *([end] if end else [stay.end for stay in stays])]))


def _doubt_of_time(report: PresenceReport, held: CoachingSession) -> str:
    """What is wrong with the report's time: not to be read, of another day, or of another hour."""
    span = span_of(report)
    if span is None:
        text = "The day of the meeting cannot be read, so nobody can tell whether this is the report of this session."
        return text if report.meeting is not None else ""
    if abs(span.start - held.starts_at) > SAME_DAY:
        return _other_day(report, span, held)
    if span.end <= held.starts_at or span.start >= held.ends_at:
        return _other_hour(report, span, held)
    return ""


def _other_day(report: PresenceReport, span: Interval, held: CoachingSession) -> str:
    due, day = held.local_start.date(), span.start.astimezone(find_zone(held.timezone)).date()
    text = f"This report is of a meeting on {_write(day)}; the session was on {_write(due)}."
    if report.date_order in OTHER_WORDS and (due.year, due.month, due.day) == (day.year, day.day, day.month):
        text += f" Read {OTHER_WORDS[report.date_order]}, its dates would be of that day: say how they are written."
    return text


def _other_hour(report: PresenceReport, span: Interval, held: CoachingSession) -> str:
    """On the session's own clocks, so that the two can be compared."""
    read_in = report.timezone or held.timezone
    return (
        f"This report is of a meeting from {_clocks(span.start, span.end, held.timezone)}; the session was from "
        f"{_clocks(held.starts_at, held.ends_at, held.timezone)} ({held.timezone}). The report's times were read as "
        f"those of {read_in}: if its account is in another time zone, choose that one."
    )


def _doubt_of_use(session: Session, report: PresenceReport, held: CoachingSession) -> str:
    """A report that was recorded for another session of the cohort is most likely the wrong file."""
    statement = (
        select(CoachingSession)
        .join(ImportBatch, ImportBatch.session_id == CoachingSession.id)
        .where(
            CoachingSession.cohort_id == held.cohort_id,
            CoachingSession.id != held.id,
            ImportBatch.sha256 == report.sha256,
            ImportBatch.state == BatchState.APPLIED,
        )
        .order_by(CoachingSession.starts_at)
        .limit(1)
    )
    other = session.scalars(statement).first()
    if other is None:
        return ""
    return f"This report is recorded for another session already: {other.title}, {_write(other.local_start.date())}."


def _clocks(start: datetime, end: datetime, zone: str) -> str:
    return " to ".join(f"{moment.astimezone(find_zone(zone)):%H:%M}" for moment in (start, end))


def _write(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
