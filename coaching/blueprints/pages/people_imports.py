"""People of a list brought into a cohort: its columns mapped, each row shown with what becomes of it, brought in, and
taken back.

Between the look and the act the server keeps nothing: the list travels in the page, without what no table is made of,
and is read and matched anew when it comes back. So nobody's address rests on a disk where somebody only looked, and
what is brought in is what was shown.
"""

from __future__ import annotations

import base64
import binascii
from contextlib import closing
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import plural
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, refuse_unknown, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.report_upload import Upload
from coaching.blueprints.people_choices import choices_of, fingerprint_choices
from coaching.blueprints.problems import status_of
from coaching.blueprints.wording import words
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.importers.people import CAPS, THINGS, keep_little
from coaching.models import BatchState, Cohort, ImportBatch, Role, RowOutcome
from coaching.policies import may_coordinate, may_run_cohort, require
from coaching.schemas.base import load_form
from coaching.schemas.people_import import PeopleImportSchema
from coaching.services.cohorts import get_cohort
from coaching.services.people_imports import (
    PeoplePreview,
    apply_people,
    count_lines,
    get_people_import,
    list_people_imports,
    preview_people,
)
from coaching.services.people_matching import PeopleChoices
from coaching.services.people_undo import undo_people
from coaching.tokens import new_secret

CHOOSE = "Choose the file: a CSV or an Excel workbook with a column of e-mail addresses."
LOOK_AGAIN = "You chose other columns. Look at the rows once more, and then bring them in."
DECISION = "row-"
NO_COLUMN = "Not in this file"
COLUMNS = {
    "email": "E-mail address", "name": "Whole name", "first_name": "First name", "last_name": "Last name",
    "role": "Role", "joined_on": "Joined on", "groups": "Groups",
}  # fmt: skip
DATE_ORDERS = [("dmy", "Day first: 14/03/2026"), ("mdy", "Month first: 03/14/2026")]
OUTCOMES = {
    RowOutcome.NEW: ("Comes in", "success"),
    RowOutcome.KNOWN: ("Known", "neutral"),
    RowOutcome.REVIEW: ("Needs a word", "warning"),
    RowOutcome.LEFT_OUT: ("Left out", "warning"),
}

blueprint = Blueprint("people_imports", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/people-imports/new")
def new(cohort_id: str) -> ResponseReturnValue:
    return _ask(_cohort_run(cohort_id), Form())


@blueprint.post("/cohorts/<id:cohort_id>/people-imports/new")
def preview(cohort_id: str) -> ResponseReturnValue:
    """Shows which column is what, and what each row would do. Writes nothing."""
    cohort = _cohort_run(cohort_id)
    upload = None
    try:
        upload, choices = _read_upload(), _read_choices()
        seen = _look(cohort, upload, choices)
    except (Invalid, Conflict) as refusal:
        return _again(cohort, sent_again(refusal), upload), status_of(refusal)
    return _show(cohort, Form(), upload, seen)


@blueprint.post("/cohorts/<id:cohort_id>/people-imports")
@acts_once
def apply(cohort_id: str) -> ResponseReturnValue:
    """Brings in who was shown as new. Where the columns were changed since, they are shown first."""
    cohort = _cohort_run(cohort_id)
    upload = None
    try:
        upload, choices = _read_upload(), _read_choices()
        seen = _look(cohort, upload, choices)
        if request.form.get("seen") != fingerprint_choices(seen.choices):
            return _show(cohort, Form(errors={"": [LOOK_AGAIN]}), upload, seen), 422
        batch = apply_people(
            db.session(),
            cohort,
            upload.data,
            choices,
            file_name=upload.name,
            actor=current_actor(),
            new_secret=new_secret,
            now=utc_now(),
        )
        write()
    except (Invalid, Conflict) as refusal:
        return _again(cohort, sent_again(refusal), upload), status_of(refusal)
    came = count_lines(batch.rows)["new"]
    flash(f"{plural(came, 'person is', 'people are')} in the cohort.", "success")
    return redirect(url_for("people_imports.show", people_import_id=batch.public_id), 303)


@blueprint.get("/people-imports/<id:people_import_id>")
def show(people_import_id: str) -> ResponseReturnValue:
    """The rows of an import, and what became of each."""
    batch, cohort = get_people_import(db.session(), people_import_id, actor=current_actor())
    return render_template(
        "people_import/show.html",
        cohort=cohort,
        batch=batch,
        counts=count_lines(batch.rows),
        looks=_looks(),
        may_undo=batch.state == BatchState.APPLIED and bool(may_run_cohort(current_actor(), cohort)),
        is_undone=batch.state == BatchState.UNDONE,
        breadcrumb=trail(cohort, ("Bring in people", _new_url(cohort)), (batch.file_name, "")),
    )


@blueprint.post("/people-imports/<id:people_import_id>/undo")
def undo(people_import_id: str) -> ResponseReturnValue:
    """Takes out who came in by it and nobody has touched since."""
    refuse_unknown()
    batch, cohort = get_people_import(db.session(), people_import_id, actor=current_actor())
    undo_people(db.session(), batch, cohort, actor=current_actor(), now=utc_now())
    stay = sum(row.membership_id is not None for row in batch.rows if row.outcome == RowOutcome.NEW)
    text = "The import is undone."
    text += f" {plural(stay, 'person stays', 'people stay')}: each row says why." if stay else ""
    flash(text, "success")
    return redirect(url_for("people_imports.show", people_import_id=people_import_id), 303)


def _cohort_run(public_id: str) -> Cohort:
    cohort = get_cohort(db.session(), public_id, actor=current_actor())
    require(may_run_cohort(current_actor(), cohort), seen=True)
    return cohort


def _look(cohort: Cohort, upload: Upload, choices: PeopleChoices) -> PeoplePreview:
    return preview_people(
        db.session(), cohort, upload.data, choices, file_name=upload.name, actor=current_actor(), now=utc_now()
    )


def _read_upload() -> Upload:
    """The list, fresh from somebody's disk, or back from the page that showed its rows."""
    file = request.files.get("file")
    if file is not None and file.filename:
        with closing(file):
            return Upload(_plain(file.filename), keep_little(file.stream.read(CAPS.max_bytes + 1)))
    try:
        data = base64.b64decode(request.form.get("kept", ""), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        data = b""
    if not data:
        raise Invalid.field("file", CHOOSE)
    return Upload(_plain(request.form.get("file_name", "")), data)


def _plain(name: str) -> str:
    """The file's name without what a database or a page cannot hold."""
    return "".join(letter for letter in name if letter.isprintable())[:200] or "people.csv"


def _read_choices() -> PeopleChoices:
    """What was chosen beside the list, and for each row in doubt what somebody said of it."""
    decided = {name: value for name, value in request.form.items() if name.startswith(DECISION)}
    values = load_form(PeopleImportSchema(), request.form, beside=("kept", "file_name", "seen", *decided))
    said = {int(name[len(DECISION) :]): value for name, value in decided.items() if name[len(DECISION) :].isdecimal()}
    values["as_new"] = [*values["as_new"], *(number for number, value in said.items() if value == "new")]
    values["as_same"] = [*values["as_same"], *(number for number, value in said.items() if value == "same")]
    return choices_of(values)


def _new_url(cohort: Cohort) -> str:
    return url_for("people_imports.new", cohort_id=cohort.public_id)


def _looks() -> dict[str, tuple[str, str]]:
    return {outcome.value: look for outcome, look in OUTCOMES.items()}


def _again(cohort: Cohort, form: Form, upload: Upload | None) -> str:
    """The list as it is shown, with what is wrong; where it cannot even be read, the page that asks for the file."""
    if upload is None or "file" in form.errors:
        return _ask(cohort, form)
    try:
        seen = _look(cohort, upload, PeopleChoices())
    except (Invalid, Conflict):
        return _ask(cohort, form)
    return _show(cohort, form, upload, seen)


def _ask(cohort: Cohort, form: Form) -> str:
    imports: list[tuple[ImportBatch, dict[str, Any]]] = [
        (batch, count_lines(batch.rows)) for batch in list_people_imports(db.session(), cohort, actor=current_actor())
    ]
    return render_template(
        "people_import/new.html",
        cohort=cohort,
        errors=form.errors,
        imports=imports,
        breadcrumb=trail(cohort, ("Bring in people", "")),
    )


def _show(cohort: Cohort, form: Form, upload: Upload, seen: PeoplePreview) -> str:
    coordinates = may_coordinate(current_actor(), cohort.programme_id)
    roles = [Role.PARTICIPANT, Role.OBSERVER, *([Role.COACH] if coordinates else [])]
    choices = seen.choices
    headings = [(heading, heading) for heading in seen.file.headings]
    return render_template(
        "people_import/preview.html",
        cohort=cohort,
        errors=form.errors,
        upload=upload,
        seen=seen,
        counts=seen.counts,
        fingerprint=fingerprint_choices(choices),
        columns=[(f"column_{thing}", COLUMNS[thing], headings, seen.file.columns.get(thing) or "") for thing in THINGS],
        no_column=NO_COLUMN,
        sheets=[(name, name) for name in seen.file.sheets] if len(seen.file.sheets) > 1 else [],
        date_orders=DATE_ORDERS,
        roles=[(role.value, words(role)) for role in roles],
        decision=DECISION,
        looks=_looks(),
        breadcrumb=trail(cohort, ("Bring in people", _new_url(cohort)), ("Check the people", "")),
    )
