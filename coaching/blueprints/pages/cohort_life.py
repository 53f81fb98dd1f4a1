"""A cohort's life: where it stands, what pausing or archiving it would touch, and what happened to it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, filled, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.cohort_life_policies import may_archive_cohort, may_hand_over, may_pause_cohort
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Cohort, CohortState
from coaching.policies import require, runs_cohort
from coaching.schemas.base import load_form
from coaching.schemas.cohort_life import ChangeCohortSchema
from coaching.services.cohort_history import FOR_RUNNERS, list_happenings
from coaching.services.cohort_life import change_cohort, foresee_change
from coaching.services.cohorts import get_cohort
from coaching.services.handover_choices import list_coaching

blueprint = Blueprint("cohort_life", __name__)

SAID = {
    (CohortState.RUNNING, CohortState.PAUSED): "{name} is paused. Nobody is asked or reminded until it is resumed.",
    (CohortState.PAUSED, CohortState.RUNNING): "{name} goes on. What waited is looked at within the minute.",
    (CohortState.ARCHIVED, CohortState.RUNNING): "{name} is open again. Plan anew what had ended.",
}
ARCHIVED = "{name} is archived. It can be read as before, and opened again."


@blueprint.get("/cohorts/<id:cohort_id>/life")
def show(cohort_id: str) -> ResponseReturnValue:
    return _page(get_cohort(db.session(), cohort_id, actor=current_actor()), filled())


@blueprint.post("/cohorts/<id:cohort_id>/life")
@acts_once
def change(cohort_id: str) -> ResponseReturnValue:
    """Pauses the cohort, resumes it, archives it or opens it again."""
    cohort = get_cohort(db.session(), cohort_id, actor=current_actor())
    require(runs_cohort(current_actor(), cohort), seen=True, message=FOR_RUNNERS)
    before = cohort.state
    try:
        values = load_form(ChangeCohortSchema(), request.form)
        change_cohort(db.session(), cohort, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(cohort, sent_again(refusal)), status_of(refusal)
    flash(SAID.get((before, cohort.state), ARCHIVED).format(name=cohort.name), "success")
    return redirect(url_for("cohort_life.show", cohort_id=cohort_id), 303)


def _page(cohort: Cohort, form: Form) -> str:
    actor, session, now = current_actor(), db.session(), utc_now()
    may_pause, may_archive = may_pause_cohort(actor, cohort), may_archive_cohort(actor, cohort)
    return render_template(
        "cohort/life.html",
        cohort=cohort,
        form=form,
        errors=form.errors,
        may_pause=may_pause,
        may_archive=may_archive,
        at_stake=foresee_change(session, cohort, actor=actor, now=now) if may_pause or may_archive else None,
        coaching=[member for member in list_coaching(session, cohort) if may_hand_over(actor, member)],
        happenings=list_happenings(session, cohort, actor=actor),
        breadcrumb=trail(cohort, ("Its life", "")),
    )
