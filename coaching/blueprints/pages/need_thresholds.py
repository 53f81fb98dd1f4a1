"""From when on a programme's signals tell a coach that somebody needs them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, sent_again, write
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import PracticeFrom, Programme
from coaching.policies import may_coordinate, require
from coaching.schemas.base import load_form
from coaching.schemas.need import NeedThresholdsSchema
from coaching.services.need_thresholds import FOR_COORDINATORS, set_thresholds
from coaching.services.programmes import get_programme

NUMBERS = ("absences_in_a_row", "overdue_days", "unbooked_days", "goal_idle_days", "practice_weeks", "stale_weeks")
LABELS = {
    "absences_in_a_row": "Absences in a row",
    "tells_silence": "Unanswered check-ins",
    "overdue_days": "Overdue actions",
    "unbooked_days": "Nothing booked",
    "goal_idle_days": "Goals without movement",
    "practice_weeks": "No practice yet",
    "practice_from": "Counted from",
    "stale_weeks": "Figures that are old",
}
COUNTED_FROM = [
    (PracticeFrom.END.value, "The cohort’s last day"),
    (PracticeFrom.START.value, "The cohort’s first day, or the day somebody joined"),
]

blueprint = Blueprint("need_thresholds", __name__, url_prefix="/programmes/<id:programme_id>/needs")


@blueprint.get("")
def edit(programme_id: str) -> ResponseReturnValue:
    programme = _programme(programme_id)
    return _page(programme, _standing(programme))


@blueprint.post("")
def update(programme_id: str) -> ResponseReturnValue:
    """Says all of them anew: a number that is left blank switches its signal off."""
    programme = _programme(programme_id)
    try:
        check_version(programme)
        values = load_form(NeedThresholdsSchema(), request.form, beside=(VERSION,))
        set_thresholds(db.session(), programme, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(programme, sent_again(refusal, lambda: _standing(programme))), status_of(refusal)
    flash("It is saved. The coaches’ lists go by it from now on.", "success")
    return redirect(url_for("programmes.show", public_id=programme_id), 303)


def _programme(public_id: str) -> Programme:
    programme = get_programme(db.session(), public_id, actor=current_actor())
    require(may_coordinate(current_actor(), programme.id), seen=True, message=FOR_COORDINATORS)
    return programme


def _standing(programme: Programme) -> Form:
    return filled(
        programme.version,
        **{name: getattr(programme, name) for name in NUMBERS},
        tells_silence="true" if programme.tells_silence else "",
        practice_from=programme.practice_from,
    )


def _page(programme: Programme, form: Form) -> str:
    return render_template(
        "need/thresholds.html",
        programme=programme,
        form=form,
        errors=form.errors,
        labels=LABELS,
        counted_from=COUNTED_FROM,
        breadcrumb=[
            {"label": "Programmes", "url": url_for("programmes.list")},
            {"label": programme.name, "url": url_for("programmes.show", public_id=programme.public_id)},
            {"label": "Who needs their coach"},
        ],
    )
