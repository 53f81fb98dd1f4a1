"""What a message is about, by a column beside it: a list that only said "invite" would not tell one from another."""

from __future__ import annotations

from sqlalchemy import case, func, select

from coaching.models import CalendarInvite, CoachingSession, Message, MessageKind, Series
from coaching.services.words import is_word

# The session or the series that an invite is of, and the session that a reminder is of.
_INVITED = (
    select(func.coalesce(CoachingSession.title, Series.title))
    .select_from(CalendarInvite)
    .outerjoin(CoachingSession, CoachingSession.id == CalendarInvite.session_id)
    .outerjoin(Series, Series.id == CalendarInvite.series_id)
    .where(CalendarInvite.id == Message.subject_id)
    .correlate(Message)
    .scalar_subquery()
)
_REMINDED_OF = (
    select(CoachingSession.title).where(CoachingSession.id == Message.subject_id).correlate(Message).scalar_subquery()
)
ABOUT = case(
    (is_word(Message.kind, MessageKind.SESSION_INVITE), _INVITED),
    (is_word(Message.kind, MessageKind.SESSION_REMINDER), _REMINDED_OF),
    else_="",
)
