"""Programmes: which there are, and how one is doing, its formal and its coaching cohorts side by side."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.models import Programme, Stage
from coaching.policies import may_view_programme
from coaching.services.cohort_list import CohortTime, list_cohorts
from coaching.services.programmes import get_programme, list_programmes
from coaching.services.progress import DENOMINATOR, coordinator_home, programme_progress

PAGE = 50

blueprint = Blueprint("programmes", __name__, url_prefix="/programmes")


@blueprint.get("", endpoint="list")
def list_all() -> ResponseReturnValue:
    """The programmes that the person coordinates, in figures, and those that they coach in."""
    actor = current_actor()
    cards = coordinator_home(db.session(), actor=actor, now=utc_now()).programmes
    counted = {card.id for card in cards}
    coached = [one for one in list_programmes(db.session(), actor=actor) if one.public_id not in counted]
    return render_template("programme/list.html", cards=cards, coached=coached)


@blueprint.get("/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """The figures for its coordinators; a coach sees their own cohorts in it, and can open another."""
    programme = get_programme(db.session(), public_id, actor=current_actor())
    if may_view_programme(current_actor(), programme.id):
        return _progress(programme)
    return _coached(programme)


def _progress(programme: Programme) -> str:
    actor, now = current_actor(), utc_now()
    progress = programme_progress(db.session(), programme, actor=actor, now=now)
    columns = [(kind.value, column) for kind, column in progress.columns.items()]
    if len(columns) > 1:
        columns.append(("total", progress.total))
    return render_template(
        "programme/show.html",
        programme=programme,
        progress=progress,
        columns=columns,
        denominator=DENOMINATOR,
        stages=[stage for stage in Stage if stage in progress.total.stages],
        breadcrumb=_trail(programme),
    )


def _coached(programme: Programme) -> str:
    actor, now = current_actor(), utc_now()
    state = CohortTime.ARCHIVED if request.args.get("state") == CohortTime.ARCHIVED else None
    page = list_cohorts(
        db.session(), actor=actor, now=now, programme=programme, state=state, limit=PAGE,
        after=request.args.get("after"),
    )  # fmt: skip
    return render_template(
        "programme/coached.html",
        programme=programme,
        cohorts=page,
        state=state,
        breadcrumb=_trail(programme),
    )


def _trail(programme: Programme) -> list[dict[str, Any]]:
    return [{"label": "Programmes", "url": url_for("programmes.list")}, {"label": programme.name}]
