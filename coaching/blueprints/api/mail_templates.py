"""A programme's own words for its mails."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Programme
from coaching.schemas.mail_template import MailTemplateSchema, WriteTemplateSchema
from coaching.services.mail_previews import Preview, preview_template
from coaching.services.mail_templates import (
    TemplateLine,
    WordingLine,
    list_templates,
    list_wordings,
    read_template,
    revert_template,
    write_template,
)
from coaching.services.programmes import get_programme

blueprint = ApiBlueprint(
    "mail_templates", tag="Programmes", description="A programme's own words for the mails of its cohorts."
)


@blueprint.route("/programmes/<id:programme_id>/mail-templates")
@blueprint.lists(shape_of(TemplateLine))
def index(programme_id: str) -> list[TemplateLine]:
    """Every kind of mail that a programme can write itself, with what it says now; for its coordinators."""
    return list_templates(rows(), _programme(programme_id), actor=current_actor())


@blueprint.route("/programmes/<id:programme_id>/mail-templates/<kind>")
@blueprint.etag
@blueprint.response(200, MailTemplateSchema)
def show(programme_id: str, kind: str) -> TemplateLine:
    """One kind of mail. Where `is_ours`, the texts are what one begins with who changes it.

    `names` are what the texts can name, as it is written in them.
    """
    return read_template(rows(), _programme(programme_id), kind, actor=current_actor())


@blueprint.route("/programmes/<id:programme_id>/mail-templates/<kind>", methods=["PUT"])
@blueprint.etag
@blueprint.arguments(WriteTemplateSchema)
@blueprint.response(200, MailTemplateSchema)
def write(data: dict[str, Any], programme_id: str, kind: str) -> TemplateLine:
    """Gives the mail these words, from the next one that is written on. Without `html` it is made from the text.

    Refused where they cannot be filled in, or the text or the HTML lacks the link that people need.
    """
    programme = _programme(programme_id)
    standing = read_template(rows(), programme, kind, actor=current_actor(), to_change=True)
    blueprint.check_etag(standing, MailTemplateSchema)
    return write_template(rows(), programme, kind, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/programmes/<id:programme_id>/mail-templates/<kind>", methods=["DELETE"])
@blueprint.etag
@blueprint.response(204)
def revert(programme_id: str, kind: str) -> None:
    """Goes back to the product's own words. What the programme wrote stays among its wordings."""
    programme = _programme(programme_id)
    standing = read_template(rows(), programme, kind, actor=current_actor(), to_change=True)
    blueprint.check_etag(standing, MailTemplateSchema)
    revert_template(rows(), programme, kind, actor=current_actor(), now=utc_now())


@blueprint.route("/programmes/<id:programme_id>/mail-templates/<kind>/preview", methods=["POST"])
@blueprint.arguments(WriteTemplateSchema)
@blueprint.answers(shape_of(Preview))
def preview(data: dict[str, Any], programme_id: str, kind: str) -> Preview:
    """The mail in these words, with the newest that the programme has of its kind. Nothing is saved or sent.

    It is addressed to who asks, and its links lead nowhere. `of` says what the data are of, and is empty where they
    are made up.
    """
    programme = _programme(programme_id)
    return preview_template(rows(), programme, kind, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/programmes/<id:programme_id>/mail-templates/<kind>/wordings")
@blueprint.lists(shape_of(WordingLine))
def list_earlier(programme_id: str, kind: str) -> list[WordingLine]:
    """What the mail said before, the newest first. To go back to one, write its texts again."""
    return list_wordings(rows(), _programme(programme_id), kind, actor=current_actor())


def _programme(public_id: str) -> Programme:
    return get_programme(rows(), public_id, actor=current_actor())
