"""A cohort's attendance as a whole: members by sessions."""

from __future__ import annotations

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.rows import AttendanceReport
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.services.attendance_grid import read_grid
from coaching.services.cohorts import get_cohort
from coaching.services.counted_sessions import DENOMINATOR

blueprint = ApiBlueprint("attendance_grid", tag="Sessions", description="Who came to which session of a cohort.")


@blueprint.route("/cohorts/<id:cohort_id>/attendance")
@blueprint.answers(shape_of(AttendanceReport))
def show(cohort_id: str) -> AttendanceReport:
    """Every member at every session that was held with the whole cohort; a participant gets their own row alone.

    `cells` and `minutes` are in the order of `sessions`. A cell is a status, `before` where the session ended before
    the member joined, and null where nobody recorded it. One-to-ones have no column, and are in what is `counted`.
    """
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    grid = read_grid(rows(), cohort, actor=current_actor(), now=utc_now())
    return {
        "cohort_id": cohort.public_id,
        "counted_sessions": DENOMINATOR,
        "is_whole": grid.is_whole,
        "attended": grid.attended,
        "counted": grid.counted,
        "unrecorded": grid.unrecorded,
        "sessions": list(grid.sessions),
        "members": list(grid.members),
    }
