"""A participants report, brought into a session: looked at, applied, its doubtful rows settled, and undone.

Between the look and the act the server keeps nothing: the file travels in the page, as text in a hidden field, and is
read and matched anew when it comes back. So there is nothing to clean up where somebody only looked, nothing of other
people's names rests on a disk, any worker can answer, and what is applied is what was shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import plural
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, refuse_unknown, sent_again, write, zone_options
from coaching.blueprints.pages.report_upload import Upload, read_reading, read_upload
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import BatchState, CoachingSession, ImportBatch, RowOutcome
from coaching.policies import may_run_cohort, require
from coaching.schemas.base import checked, load_form
from coaching.schemas.coaching_session import AddRowMemberSchema, MatchRowSchema, SetAsideRowsSchema
from coaching.services.attendance_imports import apply_import
from coaching.services.coaching_sessions import get_session
from coaching.services.import_batches import (
    add_row_member,
    get_batch,
    list_candidates,
    reopen_row,
    resolve_row,
    set_aside_rows,
    undo_import,
)
from coaching.services.import_preview import ImportPreview, preview_import
from coaching.services.import_suggestions import suggest_members
from coaching.services.report_fit import span_of
from coaching.tokens import new_secret

NOBODY = "nobody"
SAY_IT_IS_MEANT = "Tick this if the report is meant as it is. Else choose another file."
DATE_ORDERS = [("", "Find out from the dates"), ("mdy", "Month first: 03/14/2026"), ("dmy", "Day first: 14/03/2026")]

blueprint = Blueprint("imports", __name__)


@blueprint.get("/sessions/<id:session_id>/imports/new")
def new(session_id: str) -> ResponseReturnValue:
    held = _session_run(session_id)
    return _ask(held, Form(), None)


@blueprint.post("/sessions/<id:session_id>/imports/new")
def preview(session_id: str) -> ResponseReturnValue:
    """Shows what the file says and what it would do. Writes nothing."""
    held = _session_run(session_id)
    upload = None
    try:
        upload = read_upload()
        seen = preview_import(db.session(), held, upload.data, read_reading(), actor=current_actor(), now=utc_now())
    except (Invalid, Conflict) as refusal:
        return _ask(held, sent_again(refusal), upload), status_of(refusal)
    return _show(held, Form(request.form.to_dict()), upload, seen)


@blueprint.post("/sessions/<id:session_id>/imports")
def apply(session_id: str) -> ResponseReturnValue:
    """Records what was shown."""
    held = _session_run(session_id)
    upload = None
    try:
        upload = read_upload()
        batch = apply_import(
            db.session(), held, upload.data, read_reading(), file_name=upload.name, actor=current_actor(), now=utc_now()
        )
        db.session.flush()
    except (Invalid, Conflict) as refusal:
        return _show_again(held, sent_again(refusal), upload), status_of(refusal)
    flash(_outcome(batch), "success")
    return redirect(url_for("imports.show", public_id=batch.public_id), 303)


@blueprint.get("/imports/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """The rows of an import, those in doubt first."""
    return _page(*get_batch(db.session(), public_id, actor=current_actor()), Form())


@blueprint.post("/imports/<id:public_id>/rows/<id:row_id>")
def resolve(public_id: str, row_id: str) -> ResponseReturnValue:
    """Says who a row is, or that it is nobody of this cohort."""
    batch, held = get_batch(db.session(), public_id, actor=current_actor())
    chosen = request.form.get("membership_id", "")
    try:
        refuse_unknown("membership_id")
        if not chosen:
            raise Invalid.field(f"membership_id-{row_id}", "Choose who this is, or nobody of this cohort.")
        values = checked(MatchRowSchema(), {"membership_id": None if chosen == NOBODY else chosen})
        row = resolve_row(
            db.session(), batch, held, row_id, values["membership_id"], actor=current_actor(), now=utc_now()
        )
    except (Invalid, Conflict) as refusal:
        return _page(batch, held, sent_again(refusal)), status_of(refusal)
    flash(f"{row.name}: {row.reason}", "success")
    return redirect(url_for("imports.show", public_id=public_id), 303)


@blueprint.post("/imports/<id:public_id>/rows/<id:row_id>/reopening")
def reopen(public_id: str, row_id: str) -> ResponseReturnValue:
    """Takes back who a row is, and forgets it."""
    batch, held = get_batch(db.session(), public_id, actor=current_actor())
    refuse_unknown()
    row = reopen_row(db.session(), batch, held, row_id, actor=current_actor(), now=utc_now())
    flash(f"{row.name} waits for you to say who it is. Nothing is remembered of the name.", "success")
    return redirect(url_for("imports.show", public_id=public_id), 303)


@blueprint.post("/imports/<id:public_id>/rows/<id:row_id>/member")
def add_person(public_id: str, row_id: str) -> ResponseReturnValue:
    """Brings the person of a row into the cohort, and records that they were there."""
    batch, held = get_batch(db.session(), public_id, actor=current_actor())
    try:
        values = load_form(AddRowMemberSchema(), request.form)
        add_row_member(
            db.session(), batch, held, row_id, actor=current_actor(), secret=new_secret(), now=utc_now(), **values
        )
        write()
    except (Invalid, Conflict) as refusal:
        return _page(batch, held, sent_again(refusal), failed_id=row_id), status_of(refusal)
    flash(f"{values['name']} is in the cohort, and recorded as there.", "success")
    return redirect(url_for("imports.show", public_id=public_id), 303)


@blueprint.post("/imports/<id:public_id>/set-aside")
def set_aside(public_id: str) -> ResponseReturnValue:
    """Says of the ticked rows, or of all that are in doubt, that they are nobody of this cohort."""
    batch, held = get_batch(db.session(), public_id, actor=current_actor())
    try:
        refuse_unknown("row_ids", "which")
        ticked = None if request.form.get("which") == "all" else request.form.getlist("row_ids")
        values = checked(SetAsideRowsSchema(), {"row_ids": ticked})
        rows = set_aside_rows(db.session(), batch, held, values["row_ids"], actor=current_actor(), now=utc_now())
    except (Invalid, Conflict) as refusal:
        return _page(batch, held, sent_again(refusal)), status_of(refusal)
    flash(f"{plural(len(rows), 'row is', 'rows are')} set aside: nobody of this cohort.", "success")
    return redirect(url_for("imports.show", public_id=public_id), 303)


@blueprint.post("/imports/<id:public_id>/undo")
def undo(public_id: str) -> ResponseReturnValue:
    """Takes back what the import recorded."""
    refuse_unknown()
    batch, held = get_batch(db.session(), public_id, actor=current_actor())
    undo_import(db.session(), batch, held, actor=current_actor(), now=utc_now())
    flash("The import is undone. Attendance is what it was before, save what somebody marked since.", "success")
    return redirect(url_for("sessions.show", public_id=held.public_id), 303)


def _session_run(public_id: str) -> CoachingSession:
    held = get_session(db.session(), public_id, actor=current_actor())
    require(may_run_cohort(current_actor(), held.cohort), seen=True)
    return held


def _outcome(batch: ImportBatch) -> str:
    counts = {outcome: sum(row.outcome == outcome for row in batch.rows) for outcome in RowOutcome}
    recorded = f"{plural(counts[RowOutcome.MATCHED], 'person is', 'people are')} recorded."
    waiting = counts[RowOutcome.REVIEW]
    if not waiting:
        return recorded
    return f"{recorded} {plural(waiting, 'row waits', 'rows wait')} for you to say who it is."


def _trail(held: CoachingSession, label: str) -> list[dict[str, str]]:
    address = url_for("sessions.show", public_id=held.public_id)
    return trail(held.cohort, (held.title, address), (label, ""))


def _ask(held: CoachingSession, form: Form, upload: Upload | None) -> str:
    """The page that asks for the file. One that could be read so far stays, so that it need not be chosen again."""
    return render_template(
        "import/new.html",
        held=held,
        form=form,
        errors=form.errors,
        upload=upload if upload is not None and "file" not in form.errors else None,
        zones=zone_options(form.values.get("timezone", "")),
        date_orders=DATE_ORDERS,
        breadcrumb=_trail(held, "Import a report"),
    )


def _show(held: CoachingSession, form: Form, upload: Upload, seen: ImportPreview) -> str:
    """The page that shows what is in the file, and what recording it would do."""
    form = replace(form, values={"timezone": held.timezone} | dict(form.values))
    return render_template(
        "import/preview.html",
        held=held,
        seen=seen,
        span=span_of(seen.report),
        upload=upload,
        form=form,
        errors=form.errors,
        counts={outcome.value: sum(row.outcome == outcome for row in seen.rows) for outcome in RowOutcome},
        zones=zone_options(form.values["timezone"]),
        date_orders=DATE_ORDERS,
        breadcrumb=_trail(held, "Check the report"),
    )


def _show_again(held: CoachingSession, form: Form, upload: Upload | None) -> str:
    """What was shown before, if the file can be read: then somebody has to say that it is meant as it is."""
    if upload is None:
        return _ask(held, form, None)
    try:
        seen = preview_import(db.session(), held, upload.data, read_reading(), actor=current_actor(), now=utc_now())
    except (Invalid, Conflict):
        return _ask(held, form, upload)
    return _show(held, replace(form, errors={"anyway": [SAY_IT_IS_MEANT]}), upload, seen)


def _page(batch: ImportBatch, held: CoachingSession, form: Form, *, failed_id: str = "") -> str:
    """The import. The form that was refused is the one of the row `failed_id`."""
    rows: dict[str, list[Any]] = {outcome.value: [] for outcome in RowOutcome}
    for row in batch.rows:
        rows[row.outcome.value].append(row)
    candidates = list_candidates(db.session(), held, actor=current_actor())
    likely = suggest_members(db.session(), batch, held, actor=current_actor())
    return render_template(
        "import/show.html",
        batch=batch,
        held=held,
        form=form,
        errors=form.errors,
        rows=rows,
        is_undone=batch.state == BatchState.UNDONE,
        likely={row_id: [member.public_id for member in members] for row_id, members in likely.items()},
        ticked=request.form.getlist("row_ids"),
        failed_id=failed_id,
        joined_on=held.local_start.date(),
        is_pair=held.pair_membership_id is not None,
        people=[(member.public_id, member.person.name) for member in candidates],
        names={member.id: member.person.name for member in candidates},
        nobody=NOBODY,
        breadcrumb=_trail(held, f"Import of {batch.file_name}"),
    )
