"""Series: sessions that repeat, looked at before they are saved, saved, and read again."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.clock import utc_now
from coaching.schemas.series import ScheduleSeriesSchema, SeriesPreviewSchema, SeriesSchema
from coaching.services.cohorts import get_cohort
from coaching.services.recurrence import take_repeat
from coaching.services.series import (
    SeriesPreview,
    SeriesReport,
    get_series,
    preview_series,
    read_series,
    schedule_series,
)

blueprint = ApiBlueprint("series", tag="Sessions", description="Sessions that repeat by a rule.")


@blueprint.route("/cohorts/<id:cohort_id>/series/preview", methods=["POST"])
@blueprint.arguments(ScheduleSeriesSchema)
@blueprint.response(200, SeriesPreviewSchema)
def preview(data: dict[str, Any], cohort_id: str) -> SeriesPreview:
    """What saving the series would make, and where the clocks move for it or for a member. Writes nothing."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    repeat = take_repeat(data)
    return preview_series(rows(), cohort, actor=current_actor(), now=utc_now(), repeat=repeat, **data)


@blueprint.route("/cohorts/<id:cohort_id>/series", methods=["POST"])
@blueprint.arguments(ScheduleSeriesSchema)
@blueprint.response(201, SeriesSchema)
def schedule(data: dict[str, Any], cohort_id: str) -> tuple[SeriesReport, dict[str, str]]:
    """Schedules a series with all its sessions, at most 200.

    A time that the clocks skip is held as much later as they skip; look at the preview before you send this.
    """
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    repeat = take_repeat(data)
    series = schedule_series(rows(), cohort, actor=current_actor(), now=utc_now(), repeat=repeat, **data)
    return read_series(rows(), series, actor=current_actor()), place("series.show", series_id=series.public_id)


@blueprint.route("/series/<id:series_id>")
@blueprint.response(200, SeriesSchema)
def show(series_id: str) -> SeriesReport:
    """The rule as it was agreed, and its sessions as they stand now."""
    series = get_series(rows(), series_id, actor=current_actor())
    return read_series(rows(), series, actor=current_actor())
