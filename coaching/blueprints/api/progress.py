"""Progress: everybody's in a cohort, and a whole programme's."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.rows import CohortReport, ProgrammeReport
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import CohortKind
from coaching.schemas.base import QuerySchema, Word
from coaching.services.cohorts import get_cohort
from coaching.services.programmes import get_programme
from coaching.services.progress import DENOMINATOR, cohort_progress, programme_progress

blueprint = ApiBlueprint("progress", tag="Progress", description="What has come of it: every share with its base.")


class ProgressQuery(QuerySchema):
    """What a programme's progress can be narrowed down to."""

    kind = Word(CohortKind)


@blueprint.route("/cohorts/<id:cohort_id>/progress")
@blueprint.answers(shape_of(CohortReport))
def show_cohort(cohort_id: str) -> CohortReport:
    """Every member's progress, for those who run or observe the cohort.

    Goal scores (T) of a member are there for the cohort's coaches, answers for those who run it. `attainment` is of the
    cohort as a whole, and hidden where too few of its people have a T.
    """
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    progress = cohort_progress(rows(), cohort, actor=current_actor(), now=utc_now())
    return {
        "cohort_id": cohort.public_id,
        "counted_sessions": DENOMINATOR,
        "members": list(progress.members),
        "sessions": list(progress.sessions),
        "next_session": progress.next_session,
        "last_session": progress.last_session,
        "projects": list(progress.projects),
        "totals": progress.totals,
        "attainment": progress.attainment,
    }


@blueprint.route("/programmes/<id:programme_id>/progress")
@blueprint.arguments(ProgressQuery, location="query")
@blueprint.answers(shape_of(ProgrammeReport))
def show_programme(query: dict[str, Any], programme_id: str) -> ProgrammeReport:
    """The programme's figures as its rows have them now, its kinds of cohorts side by side.

    Every share has its numerator, its denominator and its 95% interval. Ratings of groups that are too small, or that
    would be what is left of a total, are hidden: `good` is null.
    """
    programme = get_programme(rows(), programme_id, actor=current_actor())
    progress = programme_progress(rows(), programme, actor=current_actor(), now=utc_now(), **query)
    return {
        "programme_id": programme.public_id,
        "as_of": progress.as_of,
        "by_kind": {kind.value: column for kind, column in progress.columns.items()},
        "total": progress.total,
        "cohorts": list(progress.cohorts),
    }
