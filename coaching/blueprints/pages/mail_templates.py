"""A programme's own words for its mails: which there are, how they would look, what they said before."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import local_time
from coaching.blueprints.headers import CONTENT_POLICY
from coaching.blueprints.pages.forms import CHANGED, VERSION, Form, filled, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import CHANGED_MEANWHILE, status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Programme
from coaching.schemas.base import load_form
from coaching.schemas.mail_template import RestoreWordingSchema, WriteTemplateSchema
from coaching.services.mail_previews import Preview, preview_template
from coaching.services.mail_templates import (
    OURS,
    TemplateLine,
    list_templates,
    list_wordings,
    placeholders_of,
    read_template,
    restore_wording,
    write_template,
)
from coaching.services.programmes import get_programme

LABELS = {"subject": "Subject", "text": "Text", "html": "HTML", "wording": "What to go back to"}
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)

blueprint = Blueprint("mail_templates", __name__, url_prefix="/programmes/<id:programme_id>/templates")


@blueprint.get("", endpoint="list")
def index(programme_id: str) -> ResponseReturnValue:
    programme = _programme(programme_id)
    return render_template(
        "mail_template/list.html",
        programme=programme,
        templates=list_templates(db.session(), programme, actor=current_actor()),
        breadcrumb=_trail(programme, ("Words of mails", "")),
    )


@blueprint.get("/<kind>")
def edit(programme_id: str, kind: str) -> ResponseReturnValue:
    programme = _programme(programme_id)
    line = read_template(db.session(), programme, kind, actor=current_actor())
    return _page(programme, line, _standing(line))


@blueprint.post("/<kind>")
def update(programme_id: str, kind: str) -> ResponseReturnValue:
    """Gives the mail the programme's own words."""
    programme = _programme(programme_id)
    line = read_template(db.session(), programme, kind, actor=current_actor(), to_change=True)
    try:
        _check_seen(line)
        values = load_form(WriteTemplateSchema(), request.form, beside=(VERSION,))
        write_template(db.session(), programme, kind, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(programme, line, sent_again(refusal, lambda: _standing(line))), status_of(refusal)
    flash(f"{line.name}: the words are saved. The next mail has them.", "success")
    return redirect(url_for("mail_templates.list", programme_id=programme_id), 303)


@blueprint.post("/<kind>/preview")
def preview(programme_id: str, kind: str) -> ResponseReturnValue:
    """The mail in the words that were typed, above the form with them. Nothing is saved."""
    programme = _programme(programme_id)
    line = read_template(db.session(), programme, kind, actor=current_actor())
    try:
        values = load_form(WriteTemplateSchema(), request.form, beside=(VERSION,))
        shown = preview_template(db.session(), programme, kind, actor=current_actor(), now=utc_now(), **values)
    except (Invalid, Conflict) as refusal:
        return _page(programme, line, sent_again(refusal)), status_of(refusal)
    form = filled(request.form.get(VERSION, 0, type=int), **values)
    response = make_response(_page(programme, line, form, shown))
    response.headers["Content-Security-Policy"] = _policy_for(shown.html)
    return response


@blueprint.post("/<kind>/revert")
@acts_once
def revert(programme_id: str, kind: str) -> ResponseReturnValue:
    """Goes back to what the mail said before, or to our words."""
    programme = _programme(programme_id)
    line = read_template(db.session(), programme, kind, actor=current_actor(), to_change=True)
    try:
        wording = load_form(RestoreWordingSchema(), request.form)["wording"]
        restore_wording(db.session(), programme, kind, wording, actor=current_actor(), now=utc_now())
        write()
    except (Invalid, Conflict) as refusal:
        return _page(programme, line, sent_again(refusal)), status_of(refusal)
    flash(f"{line.name}: the earlier words are back. The next mail has them.", "success")
    return redirect(url_for("mail_templates.edit", programme_id=programme_id, kind=kind), 303)


def _programme(public_id: str) -> Programme:
    return get_programme(db.session(), public_id, actor=current_actor())


def _check_seen(line: TemplateLine) -> None:
    """Refuses a form that was filled in from other words than those that stand."""
    if request.form.get(VERSION) != str(line.version):
        raise Conflict(CHANGED_MEANWHILE, code=CHANGED)


def _standing(line: TemplateLine) -> Form:
    return filled(line.version, subject=line.subject, text=line.text, html=line.html)


def _policy_for(html: str) -> str:
    """Our policy of what a page may load, with the very styles of this mail: its frame is bound by it, too."""
    digests = [hashlib.sha256(style.encode()).digest() for style in _STYLE.findall(html)]
    sources = " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)
    return CONTENT_POLICY.replace("style-src 'self'", f"style-src 'self' {sources}")


def _page(programme: Programme, line: TemplateLine, form: Form, preview: Preview | None = None) -> str:
    actor = current_actor()
    wordings = list_wordings(db.session(), programme, line.kind, actor=actor)
    earlier = [
        (one.id, f"{local_time(one.made_at, actor.timezone)}, {one.made_by}: {one.subject}")
        for one in wordings[1:]
        if not one.is_ours
    ]
    if not line.is_ours:
        earlier.append((OURS, "The words that come with the product"))
    return render_template(
        "mail_template/edit.html",
        programme=programme,
        line=line,
        form=form,
        errors=form.errors,
        labels=LABELS,
        placeholders=placeholders_of(line.kind),
        earlier=earlier,
        preview=preview,
        breadcrumb=_trail(
            programme,
            ("Words of mails", url_for("mail_templates.list", programme_id=programme.public_id)),
            (line.name, ""),
        ),
    )


def _trail(programme: Programme, *steps: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"label": "Programmes", "url": url_for("programmes.list")},
        {"label": programme.name, "url": url_for("programmes.show", public_id=programme.public_id)},
        *({"label": label, "url": url} for label, url in steps),
    ]
