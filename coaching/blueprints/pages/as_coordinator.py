"""A coach sees what a coordinator of their programme sees of their cohort: the same pages, made by the same code.

It is for looking alone: whoever acts acts as themselves. A coordinator who does nothing but coordinate is put in the
coach's place while the page is made, so that no right of the coach's own can colour it; and only of what they coach,
so that they see nothing by it that they could not read anyhow.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages import cohorts, members, notes
from coaching.extensions import db
from coaching.models import Cohort
from coaching.policies import Actor, may_coach, require
from coaching.services.cohorts import get_cohort
from coaching.services.memberships import get_membership

FOR_COACHES = "Coaches of the cohort can see it as a coordinator does."
NOBODY = 0
# The pages that there are in this view too; a link to one of them stays in it, with the place on the page that it has.
_STAYS = re.compile(r'href="(/(?:cohorts|members)/[0-9a-z]{20}(?:/notes)?)((?:\?[^"#]*)?)((?:#[^"]*)?)"')

blueprint = Blueprint("as_coordinator", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/as-coordinator")
def cohort(cohort_id: str) -> ResponseReturnValue:
    seen = _cohort(cohort_id)
    return _as_coordinator(seen, url_for("cohorts.show", public_id=cohort_id), lambda: cohorts.show(cohort_id))


@blueprint.get("/cohorts/<id:cohort_id>/notes/as-coordinator")
def cohort_notes(cohort_id: str) -> ResponseReturnValue:
    seen = _cohort(cohort_id)
    return _as_coordinator(seen, url_for("notes.of_cohort", cohort_id=cohort_id), lambda: notes.of_cohort(cohort_id))


@blueprint.get("/members/<id:member_id>/as-coordinator")
def member(member_id: str) -> ResponseReturnValue:
    seen = _cohort_of_member(member_id)
    return _as_coordinator(seen, url_for("members.show", public_id=member_id), lambda: members.show(member_id))


@blueprint.get("/members/<id:member_id>/notes/as-coordinator")
def member_notes(member_id: str) -> ResponseReturnValue:
    seen = _cohort_of_member(member_id)
    return _as_coordinator(seen, url_for("notes.of_member", member_id=member_id), lambda: notes.of_member(member_id))


def _cohort(public_id: str) -> Cohort:
    found = get_cohort(db.session(), public_id, actor=current_actor())
    require(may_coach(current_actor(), found), seen=True, message=FOR_COACHES)
    return found


def _cohort_of_member(public_id: str) -> Cohort:
    found = get_membership(db.session(), public_id, actor=current_actor()).cohort
    require(may_coach(current_actor(), found), seen=True, message=FOR_COACHES)
    return found


def _as_coordinator(seen: Cohort, own_url: str, view: Callable[[], ResponseReturnValue]) -> str:
    """The page as a coordinator is given it, with links that stay in the view where they can."""
    myself = current_actor()
    g.viewed_as = {"own_url": own_url, "programme": seen.programme.name, "person_id": myself.person_id}
    g.actor = Actor(
        person_id=NOBODY,
        public_id="",
        name="A coordinator",
        timezone=myself.timezone,
        programme_ids=frozenset({seen.programme_id}),
    )
    try:
        page = str(view())
    finally:
        g.actor = myself
    return _STAYS.sub(r'href="\1/as-coordinator\2\3"', page)
