"""Evidence of a course: listed, added as a link or a file, fetched, named otherwise, removed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.downloads import send_download
from coaching.blueprints.evidence_words import kind_of, size_text
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, refuse_unknown, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.project_page import project_trail
from coaching.blueprints.problems import status_of
from coaching.blueprints.uploading import (
    brought_file,
    discard_unnamed,
    keep_brought_file,
    mark_named,
    read_body,
    settings,
)
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.evidence_policies import may_add_evidence, may_change_evidence
from coaching.extensions import csrf, db
from coaching.media import ACCEPTED
from coaching.models import CourseProject, Evidence
from coaching.policies import require
from coaching.schemas.base import checked, load_form
from coaching.schemas.evidence import AboutSchema, AddFileSchema, AddLinkSchema, RetitleEvidenceSchema
from coaching.services.course_projects import get_project
from coaching.services.evidence import (
    add_file,
    add_link,
    get_evidence,
    list_evidence,
    list_own_entries,
    open_evidence,
    remove_evidence,
    retitle_evidence,
)
from coaching.services.evidence_files import LARGEST_FILE

ABOUT = "about"
NAMES = {"file": "File", "url": "Link", "title": "Title", ABOUT: "What it shows"}
CHOOSE_AGAIN = "Choose the file again: browsers do not keep it."
ENDINGS = ",".join(f".{ending}" for kind in ACCEPTED for ending in kind.endings)

blueprint = Blueprint("evidence", __name__)
blueprint.teardown_request(discard_unnamed)


@blueprint.get("/projects/<id:public_id>/evidence")
def list(public_id: str) -> ResponseReturnValue:  # noqa: A001  Its endpoint is evidence.list.
    project = get_project(db.session(), public_id, actor=current_actor())
    found = list_evidence(db.session(), project, actor=current_actor())
    return render_template(
        "evidence/list.html",
        project=project,
        pieces=[(piece, _changeable(piece)) for piece in found if piece.removed_at is None],
        removed=[piece for piece in found if piece.removed_at is not None],
        may_add=bool(may_add_evidence(current_actor(), project)),
        kind_of=kind_of,
        size_text=size_text,
        breadcrumb=_trail(project),
    )


@blueprint.get("/projects/<id:public_id>/evidence/links/new")
def new_link(public_id: str) -> ResponseReturnValue:
    return _new("evidence/new_link.html", _addable(public_id), _beginning())


@blueprint.post("/projects/<id:public_id>/evidence/links")
@acts_once
def create_link(public_id: str) -> ResponseReturnValue:
    project = _addable(public_id)
    try:
        values = load_form(AddLinkSchema(), request.form, beside=(ABOUT,)) | _about()
        add_link(db.session(), project, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _new("evidence/new_link.html", project, _refused(refusal)), status_of(refusal)
    flash("The link is added.", "success")
    return redirect(url_for("evidence.list", public_id=public_id), 303)


@blueprint.get("/projects/<id:public_id>/evidence/files/new")
def new_file(public_id: str) -> ResponseReturnValue:
    return _new("evidence/new_file.html", _addable(public_id), _beginning())


@blueprint.before_request
def take_file() -> ResponseReturnValue | None:
    """Before anything looks at the body of an upload: whether its sender may bring one, and then the body.

    The token of the form stands in that body, so that it is looked at here and not by the app, which comes before.
    """
    if request.endpoint != "evidence.create_file" or request.method != "POST":
        return None
    project = _addable((request.view_args or {})["public_id"])
    try:
        read_body()
    except (Invalid, Conflict) as refusal:
        # Of a body that was not read nothing is known but that it was too much.
        form = Form(errors={"file": [refusal.message]})
        return _new("evidence/new_file.html", project, form), status_of(refusal)
    csrf.protect()
    keep_brought_file()
    return None


@blueprint.post("/projects/<id:public_id>/evidence/files")
@csrf.exempt
@acts_once
def create_file(public_id: str) -> ResponseReturnValue:
    project = _addable(public_id)
    try:
        values = load_form(AddFileSchema(), request.form, beside=(ABOUT,)) | _about()
        add_file(db.session(), project, brought_file(), actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        form = _refused(refusal)
        errors = form.errors if "file" in form.errors else {**form.errors, "file": [CHOOSE_AGAIN]}
        return _new("evidence/new_file.html", project, replace(form, errors=errors)), status_of(refusal)
    mark_named()
    flash("The file is added.", "success")
    return redirect(url_for("evidence.list", public_id=public_id), 303)


@blueprint.get("/evidence/<id:public_id>/content")
def content(public_id: str) -> ResponseReturnValue:
    piece = get_evidence(db.session(), public_id, actor=current_actor())
    file = open_evidence(piece, actor=current_actor(), folder=settings().uploads)
    return send_download(file, name=piece.file_name, media_type=piece.media_type, size=piece.size or 0)


@blueprint.get("/evidence/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    piece = _change(public_id)
    return _edit(piece, _standing(piece))


@blueprint.post("/evidence/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    piece = _change(public_id)
    try:
        check_version(piece)
        values = load_form(RetitleEvidenceSchema(), request.form, beside=(VERSION,))
        retitle_evidence(db.session(), piece, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(piece, sent_again(refusal, lambda: _standing(piece))), status_of(refusal)
    flash("The title is saved.", "success")
    return redirect(url_for("evidence.list", public_id=piece.project.public_id), 303)


@blueprint.post("/evidence/<id:public_id>/removal")
def remove(public_id: str) -> ResponseReturnValue:
    piece = _change(public_id)
    project_id = piece.project.public_id
    refuse_unknown(VERSION)
    check_version(piece)
    remove_evidence(db.session(), piece, folder=settings().uploads, actor=current_actor(), now=utc_now())
    flash("It is removed. That it was there stays on record.", "success")
    return redirect(url_for("evidence.list", public_id=project_id), 303)


def _addable(public_id: str) -> CourseProject:
    project = get_project(db.session(), public_id, actor=current_actor())
    require(may_add_evidence(current_actor(), project), seen=True)
    return project


def _change(public_id: str) -> Evidence:
    piece = get_evidence(db.session(), public_id, actor=current_actor())
    require(may_change_evidence(current_actor(), piece), seen=True)
    return piece


def _changeable(piece: Evidence) -> bool:
    return bool(may_change_evidence(current_actor(), piece))


def _beginning() -> Form:
    """The form as a link to it may have it: `?about=run:` or `entry:` and an identifier."""
    return filled(about=request.args.get(ABOUT, ""))


def _about() -> dict[str, Any]:
    """What the choice stands for: the course as a whole, a run or a line of the log."""
    kind, _, which = request.form.get(ABOUT, "").partition(":")
    if kind not in {"", "run", "entry"}:
        raise Invalid.field(ABOUT, "Choose what it shows.")
    return checked(AboutSchema(), {f"{kind}_id": which} if kind else {})


def _refused(refusal: Invalid | Conflict) -> Form:
    """The form as it was sent. What is wrong with a run or a line stands at the choice between them."""
    form = sent_again(refusal)
    chosen = {"run_id": ABOUT, "entry_id": ABOUT}
    return replace(form, errors={chosen.get(name, name): texts for name, texts in form.errors.items()})


def _standing(piece: Evidence) -> Form:
    return filled(piece.version, title=piece.title)


def _trail(project: CourseProject, *steps: tuple[str, str]) -> Any:
    place = url_for("evidence.list", public_id=project.public_id) if steps else ""
    to_project = (project.title, url_for("projects.show", public_id=project.public_id))
    return project_trail(project, to_project, ("Evidence", place), *steps)


def _new(template: str, project: CourseProject, form: Form) -> str:
    entries = list_own_entries(db.session(), project, actor=current_actor())
    return render_template(
        template,
        project=project,
        form=form,
        errors=form.errors,
        names=NAMES,
        runs=[(f"run:{run.public_id}", run.label) for run in project.runs],
        entries=entries,
        subject=_named(project, form),
        endings=ENDINGS,
        largest=LARGEST_FILE,
        breadcrumb=_trail(project, ("Add", "")),
    )


def _named(project: CourseProject, form: Form) -> str:
    """What a piece is added to, as the title of the page has it."""
    run = next((run for run in project.runs if form.values.get(ABOUT) == f"run:{run.public_id}"), None)
    return f"{run.label} of {project.title}" if run else project.title


def _edit(piece: Evidence, form: Form) -> str:
    return render_template(
        "evidence/edit.html",
        piece=piece,
        form=form,
        errors=form.errors,
        names=NAMES,
        breadcrumb=_trail(piece.project, (piece.title, "")),
    )
