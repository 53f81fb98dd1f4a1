"""Who is expected at a session, as a condition over sessions and memberships of one cohort."""

from __future__ import annotations

from sqlalchemy import and_, or_

from coaching.models import CoachingSession, Membership, Role

# Everybody at what is everybody's; of a one-to-one its participant, and the coach who leads it.
MEETS = or_(
    CoachingSession.pair_membership_id.is_(None),
    and_(Membership.role == Role.PARTICIPANT, CoachingSession.pair_membership_id == Membership.id),
    and_(Membership.role == Role.COACH, CoachingSession.led_by_id == Membership.person_id),
)
