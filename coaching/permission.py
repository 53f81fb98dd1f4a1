"""Who acts, and how an act is let pass or refused. What lets whom do what is told in `policies`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from coaching.errors import Conflict, NotAllowed, NotFound
from coaching.models import OPEN_STATUSES, MembershipStatus, Role


class Standing(NamedTuple):
    """What an actor is in one cohort."""

    membership_id: int
    role: Role
    status: MembershipStatus
    programme_id: int

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts, with all that policies ask of them, loaded once per request.

    `scopes` is None for someone who is signed in, and for an API token its scopes (`read`, `write`, `private_notes`).
    """

    person_id: int
    public_id: str
    name: str
    timezone: str
    is_administrator: bool = False
    programme_ids: frozenset[int] = frozenset()
    standings: Mapping[int, Standing] = field(default_factory=dict)
    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """A no to somebody who otherwise might: as false as False is, and told in words of its own."""

    words: str
    code: str

    def __bool__(self) -> Literal[False]:
        return False


# What a predicate answers that speaks of writing.
Answer = bool | Closed


def require(allowed: Answer, *, seen: bool, message: str = "You may look at this, but not change it.") -> None:
    """Lets the act pass, or refuses it: as not found to those who may not see it, as not allowed to the others, and as
    a conflict where the only thing against it is how things stand."""
    if allowed:
        return
    if isinstance(allowed, Closed):
        raise Conflict(allowed.words, code=allowed.code)
    if seen:
        raise NotAllowed(message)
    raise NotFound
