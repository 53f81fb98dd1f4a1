"""The page of a course project, with its forms: whichever of them was refused comes first, as it was sent."""

from __future__ import annotations

from datetime import date

from flask import render_template, request, url_for

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import in_zone
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, filled
from coaching.blueprints.reach_picture import asked_metric, picture
from coaching.blueprints.wording import words
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.import_policies import cohort_to_import_into
from coaching.models import CourseProject, CourseRun, Platform, ReachMetric, ReachSnapshot, Stage
from coaching.policies import may_coordinate, may_edit_project, may_log_launch, may_view_cohort, require
from coaching.project_policies import may_serve_goals
from coaching.services.course_projects import get_project, list_edits
from coaching.services.evidence import count_evidence
from coaching.services.project_goals import list_servable, list_served
from coaching.services.project_owners import Candidate, list_team_candidates
from coaching.services.project_records import LAUNCHES, plain_name
from coaching.services.project_stages import is_amendable
from coaching.services.reach_over_time import project_reach

LABELS = {"title": "Title", "platform": "Platform", "audience": "For whom", "url": "Link"}
# What a summary of errors calls the fields of the forms: a noun, where the field itself asks a question.
NAMES = LABELS | {
    "launched_on": "Day it opened",
    "enrolments": "Enrolments so far",
    "label": "Name of the run",
    "stage": "Stage",
    "on": "Since when",
    "note": "Why",
    "owners": "Who builds it",
    "outside_names": "Somebody outside the cohort",
    "membership_id": "Somebody of the programme",
    "outside_name": "Somebody from outside",
    "owner": "Who leaves the team",
    "goal_id": "Which goal does it serve",
    "skill_ids": "Skills that it uses",
    "linked_name": "Who has joined",
    "linked_id": "Who they are here",
    "reason": "What was wrong",
}
PLATFORMS = [(platform.value, words(platform)) for platform in Platform]
# A launch is logged as one, with its date; the other stages are set by hand.
STAGES = [(stage.value, words(stage)) for stage in Stage if stage not in LAUNCHES]


def current_figures(run: CourseRun) -> dict[ReachMetric, ReachSnapshot]:
    """The figures that stand for a run now, by what they count."""
    return {snapshot.metric: snapshot for snapshot in run.snapshots if snapshot.is_current}


def today_of_viewer() -> date:
    """The date where the one who asks is."""
    return in_zone(utc_now(), current_actor().timezone).date()


def editable_project(public_id: str) -> CourseProject:
    """The project, for who may change it: nobody is shown a form again that they may not send."""
    project = get_project(db.session(), public_id, actor=current_actor())
    require(may_edit_project(current_actor(), project), seen=True)
    return project


def project_trail(project: CourseProject, *steps: tuple[str, str]) -> list[dict[str, str]]:
    """The way to the project by its cohort and its board, where the one who asks sees that cohort."""
    if may_view_cohort(current_actor(), project.cohort):
        board = ("Course projects", url_for("project_boards.show", cohort_id=project.cohort.public_id))
        return trail(project.cohort, board, *steps)
    return [{"label": label, "url": url} for label, url in steps]


def show_project(project: CourseProject, failed: str = "", form: Form | None = None) -> str:
    """The project with its forms; the one that `failed` comes first, as it was sent."""
    actor, today = current_actor(), today_of_viewer()
    may_log = may_log_launch(actor, project)
    may_serve = may_serve_goals(actor, project)
    forms = {"launch": filled(launched_on=today), "stage": filled(on=today)}
    forms |= {name: filled() for name in ("team", "leave", "link", "goal")}
    evidence = count_evidence(db.session(), project, actor=actor)
    served = list_served(db.session(), project, actor=actor)
    found = request.args.get("find", "").strip()
    candidates = list_team_candidates(db.session(), project, actor=actor, text=found) if may_log else ()
    reach = project_reach(db.session(), project, actor=actor, now=utc_now(), metric=asked_metric())
    return render_template(
        "project/show.html",
        **picture(reach),
        stale={run.run_id for run in reach.stale.runs},
        project=project,
        runs=[(run, current_figures(run)) for run in reversed(project.runs)],
        forms_by_name=forms | ({failed: form} if form else {}),
        failed=failed,
        errors=form.errors if form else {},
        names=NAMES,
        may_log=may_log,
        import_into=cohort_to_import_into(actor, project),
        evidence=evidence,
        stages=[(value, label) for value, label in STAGES if value != project.stage],
        stands_at=[change for change in project.standing_stages if change.stage == project.stage][-1:],
        amendable={change.id for change in project.stage_changes if is_amendable(change)} if may_log else set(),
        still_missing=_still_missing(project, evidence[None]) if may_log else [],
        members=_by_cohort(candidates),
        joined=_joined(project, candidates),
        found=found,
        finds=may_log and may_coordinate(actor, project.programme_id),
        served=served,
        may_serve=may_serve,
        servable=list_servable(db.session(), project, actor=actor) if may_serve else (),
        earlier_titles=_earlier_titles(project),
        breadcrumb=project_trail(project, (project.title, "")),
    )


def _still_missing(project: CourseProject, evidence: int) -> list[tuple[str, str]]:
    """What a launched course does not say yet, and where to say it: what could wait while its launch was logged."""
    if not project.runs:
        return []
    edit = url_for("projects.edit", public_id=project.public_id)
    without = next((run for run in reversed(project.runs) if ReachMetric.JOINERS not in current_figures(run)), None)
    figures = url_for("runs.show", public_id=without.public_id) if without else ""
    missing = [
        (project.platform == Platform.OTHER, "Say where it runs", f"{edit}#field-platform"),
        (not project.url, "Add its link", f"{edit}#field-url"),
        (len(project.owners) < 2, "Name who built it with you", "#team"),
        (without is not None, "Add how many have enrolled", f"{figures}#add"),
        (not evidence, "Keep something that shows it", "#evidence"),
        (not project.audience, "Say for whom it is", f"{edit}#field-audience"),
    ]
    return [(label, url) for is_missing, label, url in missing if is_missing]


def _by_cohort(candidates: tuple[Candidate, ...]) -> dict[str, list[tuple[str, str]]]:
    """Whom one may choose, by cohort."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in candidates:
        groups.setdefault(one.cohort, []).append((one.id, one.name))
    return groups


def _joined(project: CourseProject, candidates: tuple[Candidate, ...]) -> dict[str, str]:
    """For a name from outside the participant of the same name, who has probably joined."""
    known = {plain_name(one.name): one.id for one in candidates}
    names = [owner.outside_name for owner in project.owners if owner.membership is None]
    return {name: known[plain_name(name)] for name in names if plain_name(name) in known}


def _earlier_titles(project: CourseProject) -> list[str]:
    """What it was called before, the newest first and each title once."""
    edits = list_edits(db.session(), project, actor=current_actor())
    return list(dict.fromkeys(edit.title for edit in edits if edit.title != project.title))
