"""What each row of a list of people would do to a cohort: who is new, who is in it already, and whom only a person can
tell. By address first, then by name within the cohort; nobody is taken for somebody else by a guess."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Executable, bindparam, select
from sqlalchemy.orm import Session

from coaching.importers.base import FoundRow
from coaching.importers.matching import Match, Member, match_people
from coaching.importers.names import fold_name
from coaching.importers.presence import PresencePerson
from coaching.models import OPEN_STATUSES, Cohort, Membership, MembershipStatus, Person, Role, RowOutcome
from coaching.policies import Actor, may_coordinate
from coaching.services.memberships import COACHES_ARE_ADDED, SHUT_OUT
from coaching.services.zones import latest_today

NEW = "Comes in as {}."
HAS_ACCOUNT = "Comes in as {}. They have an account already, and keep the name that they gave it."
IS_IN = "In the cohort already."
OTHER_NAME = "In the cohort already as {}. The name in the file is another one, and changes nothing."
OTHER_ROLE = "In the cohort already, as {}. The role in the file is another one, and changes nothing."
BY_NAME = "In the cohort already: nobody else in it has this name."
ON_THE_LIST = "On the list already, as {}. Change their status on their page instead."
SAID_SAME = "You said that this is somebody who is in the cohort already."
NO_NAME = "This row has no name, and nobody in the cohort has this address."
NO_EMAIL = "This row has no e-mail address, and nobody in the cohort has this name."
TO_COME = "The day on which they joined is still to come."
WAITS = "{} Say whether it is them."

_MEMBERS = (
    select(Membership.id, Membership.public_id, Membership.role, Membership.status, Person.name, Person.email)
    .join(Person, Person.id == Membership.person_id)
    .where(Membership.cohort_id == bindparam("cohort_id"))
    .order_by(Membership.id)
)
_ACCOUNTS: Executable = select(Person.email, Person.suspended_at, Person.erased_at).where(
    Person.email.in_(bindparam("emails", expanding=True))
)


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A row of the file, and what becomes of it. `membership_id` is the number of who it is in the cohort, where it is
    somebody; `likely` is who it may be, where only a person can tell."""

    number: int
    name: str
    email: str
    role: str
    joined_on: date | None
    groups: str
    outcome: RowOutcome
    reason: str
    membership_id: int | None = None
    likely: str = ""


@dataclass(frozen=True, slots=True)
class PeopleChoices:
    """What somebody chose beside the file: what it does not say, and who the doubtful rows are. `columns` has None for
    a thing that is not to be taken; without it the columns are guessed, or remembered."""

    columns: dict[str, str | None] | None = None
    sheet: str | None = None
    date_order: str | None = None
    role: Role = Role.PARTICIPANT
    joined_on: date | None = None
    is_invited: bool = True
    as_new: Collection[int] = ()
    as_same: Collection[int] = ()

    def for_reading(self) -> dict[str, Any]:
        """As the importer asks for them."""
        return {"columns": self.columns or {}, "sheet": self.sheet, "date_order": self.date_order}


@dataclass
class _Cohort:
    """All that rows can mean, read in two statements."""

    cohort: Cohort
    choices: PeopleChoices
    actor: Actor | None
    now: datetime
    members: dict[int, Any] = field(default_factory=dict)
    accounts: dict[str, Any] = field(default_factory=dict)

    @property
    def may_add_coaches(self) -> bool:
        return self.actor is None or may_coordinate(self.actor, self.cohort.programme_id)

    @property
    def today(self) -> date:
        zones = [self.cohort.timezone, *([self.actor.timezone] if self.actor else [])]
        return latest_today(self.now, *zones)


def decide_people(
    session: Session,
    cohort: Cohort,
    rows: Sequence[FoundRow],
    choices: PeopleChoices,
    *,
    actor: Actor | None,
    now: datetime,
) -> list[PersonLine]:
    """What becomes of each row, in their order. Who calls has asked permission."""
    known = _Cohort(cohort, choices, actor, now)
    members = session.connection().execute(_MEMBERS, {"cohort_id": cohort.id}).all()
    known.members = {member.id: member for member in members}
    emails = sorted({row.values["email"] for row in rows if row.values.get("email")})
    if emails:
        accounts = session.connection().execute(_ACCOUNTS, {"emails": emails}).all()
        known.accounts = {account.email: account for account in accounts}
    sound = [row for row in rows if not row.reason]
    people = [
        PresencePerson((row.number,), row.values["name"] or row.values["email"], "", row.values["email"], 0)
        for row in sound
    ]
    matches = match_people(people, [Member(one.id, one.name, one.email or "") for one in known.members.values()])
    matched = dict(zip([row.number for row in sound], matches, strict=True))
    return [_line(row, _decide(row, matched.get(row.number), known), choices) for row in rows]


def _line(row: FoundRow, decided: tuple[RowOutcome, str, Any, str], choices: PeopleChoices) -> PersonLine:
    outcome, reason, member, likely = decided
    values = row.values
    joined = date.fromisoformat(values["joined_on"]) if values.get("joined_on") else choices.joined_on
    return PersonLine(
        row.number, values.get("name", ""), values.get("email", ""), values.get("role") or str(choices.role), joined,
        values.get("groups", ""), outcome, reason, member.id if member is not None else None, likely,
    )  # fmt: skip


def _decide(row: FoundRow, match: Match | None, known: _Cohort) -> tuple[RowOutcome, str, Any, str]:
    """What becomes of a row, why, whose it is, and whose it may be."""
    if row.reason or match is None:
        return RowOutcome.LEFT_OUT, row.reason, None, ""
    member = known.members[int(match.member_key)] if match.member_key is not None else None
    email = row.values["email"]
    if member is not None and (match.how == "email" or not email or not member.email):
        return (*_say_known(row, member, is_by_name=match.how != "email"), "")
    if member is not None or match.how == "doubtful":
        settled = _settle(row, match, known)
        if settled is not None:
            return settled
    elif not email:
        return RowOutcome.LEFT_OUT, NO_EMAIL, None, ""
    return (*_say_new(row, known), None, "")


def _settle(row: FoundRow, match: Match, known: _Cohort) -> tuple[RowOutcome, str, Any, str] | None:
    """A row that may be a member under another address: as somebody said; None where they said that it is somebody
    else, and new."""
    likely = [one.name for one in match.suggestions]
    if match.member_key is not None:
        likely = [known.members[int(match.member_key)].name]
    names = ", ".join(likely)
    if row.number in known.choices.as_same:
        return RowOutcome.KNOWN, SAID_SAME, None, names
    addressed = any(one.email == row.values["email"] for one in known.members.values())
    if row.number in known.choices.as_new and not addressed and row.values["email"]:
        return None
    return RowOutcome.REVIEW, WAITS.format(match.why), None, names


def _say_known(row: FoundRow, member: Any, *, is_by_name: bool) -> tuple[RowOutcome, str, Any]:
    if member.status not in OPEN_STATUSES:
        return RowOutcome.LEFT_OUT, ON_THE_LIST.format(MembershipStatus(member.status).value), member
    name, role = row.values["name"], row.values["role"]
    if name and fold_name(name) != fold_name(member.name):
        return RowOutcome.KNOWN, OTHER_NAME.format(member.name), member
    if role and role != member.role:
        return RowOutcome.KNOWN, OTHER_ROLE.format(Role(member.role).value), member
    return RowOutcome.KNOWN, BY_NAME if is_by_name else IS_IN, member


def _say_new(row: FoundRow, known: _Cohort) -> tuple[RowOutcome, str]:
    account = known.accounts.get(row.values["email"])
    role = row.values["role"] or known.choices.role
    joined = row.values["joined_on"]
    if account is not None and (account.suspended_at is not None or account.erased_at is not None):
        return RowOutcome.LEFT_OUT, SHUT_OUT
    if account is None and not row.values["name"]:
        return RowOutcome.LEFT_OUT, NO_NAME
    if role == Role.COACH and not known.may_add_coaches:
        return RowOutcome.LEFT_OUT, COACHES_ARE_ADDED
    if joined and date.fromisoformat(joined) > known.today:
        return RowOutcome.LEFT_OUT, TO_COME
    return RowOutcome.NEW, (HAS_ACCOUNT if account is not None else NEW).format(str(role))
