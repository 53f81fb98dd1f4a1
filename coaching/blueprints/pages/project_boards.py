"""Course projects together: a cohort's as a board by stage, a programme's as a list that can be narrowed down."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.owning import own_membership
from coaching.blueprints.pages.project_page import PLATFORMS, STAGES, today_of_viewer
from coaching.blueprints.wording import words
from coaching.extensions import db
from coaching.models import Platform, Stage
from coaching.policies import is_writable, may_start_project, may_view_programme, require, runs_cohort
from coaching.services.cohorts import get_cohort
from coaching.services.programmes import get_programme
from coaching.services.project_board import BoardCard, list_cohort_names, list_programme_projects, read_board

PAGE = 25
FOR_COORDINATORS = "All projects of a programme are for its coordinators. Your cohorts have their own boards."

blueprint = Blueprint("project_boards", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/projects")
def show(cohort_id: str) -> ResponseReturnValue:
    """The cohort's projects by stage. Who may move a project has the next stage at its card."""
    cohort = get_cohort(db.session(), cohort_id, actor=current_actor())
    columns = read_board(db.session(), cohort, actor=current_actor())
    runs_it, own = runs_cohort(current_actor(), cohort), own_membership(cohort)
    writable = bool(is_writable(cohort))

    def may_move(card: BoardCard) -> bool:
        return writable and (runs_it or own in {owner.membership_id for owner in card.owners})

    cards = [card for column in columns for card in column.cards]
    return render_template(
        "project/board.html",
        cohort=cohort,
        columns=columns,
        projects=len(cards),
        movable={card.id for card in cards if may_move(card)},
        following=_following(),
        may_start=may_start_project(current_actor(), cohort),
        today=today_of_viewer(),
        breadcrumb=trail(cohort, ("Course projects", "")),
    )


@blueprint.get("/programmes/<id:programme_id>/projects")
def programme(programme_id: str) -> ResponseReturnValue:
    """All of a programme's projects, by cohort, stage and platform."""
    found = get_programme(db.session(), programme_id, actor=current_actor())
    require(may_view_programme(current_actor(), found.id), seen=True, message=FOR_COORDINATORS)
    asked = {name: request.args.get(name, "") for name in ("cohort", "stage", "platform")}
    cohort = get_cohort(db.session(), asked["cohort"], actor=current_actor()) if asked["cohort"] else None
    page = list_programme_projects(
        db.session(), found, actor=current_actor(), cohort=cohort, stage=_word(Stage, asked["stage"]),
        platform=_word(Platform, asked["platform"]), limit=PAGE, after=request.args.get("after"),
    )  # fmt: skip
    return render_template(
        "project/programme.html",
        programme=found,
        page_of=page,
        asked=asked,
        tabs=_tabs(programme_id, asked, page.stages),
        next_url=_address(programme_id, asked | {"after": page.next}) if page.next else None,
        first_url=_address(programme_id, asked) if "after" in request.args else None,
        cohorts=list_cohort_names(db.session(), found, actor=current_actor()),
        platforms=PLATFORMS,
        is_narrowed=any(asked.values()),
        breadcrumb=[
            {"label": found.name, "url": url_for("programmes.show", public_id=found.public_id)},
            {"label": "Course projects"},
        ],
    )


def _following() -> dict[str, tuple[str, str]]:
    """The next stage of each that is moved by hand; after a pilot comes the launch, which is logged."""
    on_the_way = [pair for pair in STAGES if pair[0] != Stage.STOPPED]
    return dict(zip([value for value, _ in on_the_way], on_the_way[1:], strict=False))


def _word(known: Any, asked: str) -> Any:
    """A word that can be asked for; any other asks for nothing."""
    return known(asked) if asked in set(known) else None


def _tabs(programme_id: str, asked: dict[str, str], stages: dict[Stage, int]) -> list[dict[str, Any]]:
    def tab(label: str, value: str, count: int) -> dict[str, Any]:
        url = _address(programme_id, asked | {"stage": value})
        return {"label": label, "url": url, "current": asked["stage"] == value, "count": count}

    every = tab("All", "", sum(stages.values()))
    return [every, *(tab(words(stage), stage.value, stages[stage]) for stage in Stage)]


def _address(programme_id: str, asked: dict[str, Any]) -> str:
    wanted = {name: value for name, value in asked.items() if value}
    return url_for("project_boards.programme", programme_id=programme_id, **wanted)
