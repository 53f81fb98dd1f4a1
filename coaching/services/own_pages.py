"""The page that a message is about, for who is signed in: not every channel may carry a link with a secret."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, case, select
from sqlalchemy.orm import Session, sessionmaker

from coaching.channels.base import MAIL
from coaching.database import read_options
from coaching.models import (
    CalendarInvite,
    CoachingSession,
    Cohort,
    Handover,
    Membership,
    MessageKind,
    Poll,
    PracticeComment,
    PracticeEntry,
    Series,
)
from coaching.services.claims import ClaimedMessage

_ids: Any = bindparam("ids", expanding=True)
# Of each kind, the address of the page by the subject's number.
_PAGES: Mapping[MessageKind, Select[Any, Any]] = {
    MessageKind.LETTER: select(Membership.id, "/members/" + Membership.public_id).where(Membership.id.in_(_ids)),
    MessageKind.PRACTICE_COMMENT: select(PracticeComment.id, "/practice/" + PracticeEntry.public_id)
    .join(PracticeEntry, PracticeEntry.id == PracticeComment.entry_id)
    .where(PracticeComment.id.in_(_ids)),
    MessageKind.POLL: select(Poll.id, "/polls/" + Poll.public_id).where(Poll.id.in_(_ids)),
    MessageKind.SESSION_REMINDER: select(CoachingSession.id, "/sessions/" + CoachingSession.public_id).where(
        CoachingSession.id.in_(_ids)
    ),
    MessageKind.HANDOVER: select(Handover.id, "/cohorts/" + Cohort.public_id)
    .join(Cohort, Cohort.id == Handover.cohort_id)
    .where(Handover.id.in_(_ids)),
    # A series has no page of its own; its cohort's has all of its sessions.
    MessageKind.SESSION_INVITE: select(
        CalendarInvite.id,
        case(
            (CalendarInvite.series_id.is_not(None), "/cohorts/" + Cohort.public_id),
            else_="/sessions/" + CoachingSession.public_id,
        ),
    )
    .outerjoin(Series, Series.id == CalendarInvite.series_id)
    .outerjoin(Cohort, Cohort.id == Series.cohort_id)
    .outerjoin(CoachingSession, CoachingSession.id == CalendarInvite.session_id)
    .where(CalendarInvite.id.in_(_ids)),
}
# What is about the person's own account, whatever its subject is.
_OF_ACCOUNT = {MessageKind.CHAT_TEST: "/account"}


def find_pages(sessions: sessionmaker[Session], messages: Sequence[ClaimedMessage]) -> dict[int, str]:
    """The path of each message's page, by the message; one without a page is left out. One statement for each kind.

    Mails have links of their own, and what was written before has its page in it.
    """
    found: dict[int, str] = {}
    by_kind: dict[MessageKind, list[ClaimedMessage]] = defaultdict(list)
    for message in messages:
        if message.channel == MAIL or message.wire is not None:
            continue
        if message.kind == MessageKind.CHECK_IN:
            found[message.id] = _page_of_check_ins([item["id"] for item in message.facts["items"]])
        elif message.kind in _OF_ACCOUNT:
            found[message.id] = _OF_ACCOUNT[message.kind]
        elif message.kind in _PAGES:
            by_kind[message.kind].append(message)
    for kind, those in by_kind.items():
        with sessions() as session:
            connection = session.connection(execution_options=read_options(session.get_bind().engine))
            rows = connection.execute(_PAGES[kind], {"ids": [each.subject_id for each in those]})
            paths: dict[int, str] = dict(rows.all())
        found |= {each.id: paths[each.subject_id] for each in those if paths.get(each.subject_id)}
    return found


def _page_of_check_ins(ids: Sequence[str]) -> str:
    """Of several the home page, where all that one has to answer stands."""
    return f"/check-ins/{ids[0]}" if len(ids) == 1 else "/"
