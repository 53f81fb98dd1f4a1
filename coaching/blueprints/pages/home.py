"""Home: what a person comes for, in one page with a section for each of their roles."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import in_zone
from coaching.blueprints.pages.needs import need_parts
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.models import Role
from coaching.policies import Actor
from coaching.services.lateness import read_problems
from coaching.services.note_reviews import count_waiting
from coaching.services.progress import coach_home, coordinator_home, participant_home

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """Each role's part is read only for those who have the role."""
    actor, now, session = current_actor(), utc_now(), db.session()
    roles = _roles(actor)
    coordinates = actor.is_administrator or bool(actor.programme_ids)
    return render_template(
        "home/show.html",
        coach=coach_home(session, actor=actor, now=now) if Role.COACH in roles else None,
        member=participant_home(session, actor=actor, now=now) if roles - {Role.COACH} else None,
        problems=_problems(actor, now),
        coordinator=coordinator_home(session, actor=actor, now=now) if coordinates else None,
        reviews=count_waiting(session, actor=actor) if roles - {Role.PARTICIPANT} else 0,
        first_name=actor.name.partition(" ")[0],
        today=in_zone(now, actor.timezone).date(),
        now=now,
        **need_parts(now),
    )


def _problems(actor: Actor, now: datetime) -> list[str]:
    """What goes out and needs a look, for those who can do something about it."""
    if not actor.is_administrator:
        return []
    late_after = current_app.extensions["settings"].late_after
    return read_problems(db.session(), actor=actor, now=now, late_after=late_after)


def _roles(actor: Actor) -> set[Role]:
    return {standing.role for standing in actor.standings.values() if standing.is_open}
