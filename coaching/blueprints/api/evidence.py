"""Evidence of a course, its runs and of lines of one's log: listed, added as a link or a file, read, removed."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.parsing import FilePart
from coaching.blueprints.api.rows import EvidenceRow
from coaching.blueprints.api.shapes import shape_of
from coaching.blueprints.downloads import send_download
from coaching.blueprints.uploading import (
    brought_file,
    discard_unnamed,
    keep_brought_file,
    mark_named,
    read_body,
    settings,
)
from coaching.clock import utc_now
from coaching.evidence_policies import may_add_evidence
from coaching.models import Evidence
from coaching.policies import require
from coaching.schemas.evidence import AddFileSchema, AddLinkSchema, EvidenceSchema, RetitleEvidenceSchema
from coaching.services.course_projects import get_project
from coaching.services.evidence import (
    add_file,
    add_link,
    get_evidence,
    list_evidence,
    open_evidence,
    remove_evidence,
    retitle_evidence,
)

blueprint = ApiBlueprint(
    "evidence", tag="Evidence", description="Links and files that show that a course was built, launched, used."
)


class EvidenceFileSchema(AddFileSchema):
    """The file, and what is said beside it."""

    file = FilePart(
        required=True,
        metadata={
            "description": "At most 20 MB: a PDF, a picture (PNG, JPEG, WebP, GIF), or docx, pptx, xlsx, odt, odp, ods."
        },
    )


@blueprint.before_request
def take_file() -> None:
    """Before anything looks at the body of an upload: whether its sender may bring one, and then the body."""
    if request.endpoint != "api_evidence.bring_file" or request.method != "POST":
        return
    project = get_project(rows(), (request.view_args or {})["project_id"], actor=current_actor())
    require(may_add_evidence(current_actor(), project), seen=True)
    read_body()
    keep_brought_file()


blueprint.teardown_request(discard_unnamed)


@blueprint.route("/projects/<id:project_id>/evidence")
@blueprint.lists(shape_of(EvidenceRow))
def index(project_id: str) -> Any:
    """What stands of the project, its runs, and the lines of the log that one reads; the newest first."""
    project = get_project(rows(), project_id, actor=current_actor())
    found = list_evidence(rows(), project, actor=current_actor())
    return EvidenceSchema(many=True).dump([piece for piece in found if piece.removed_at is None])


@blueprint.route("/projects/<id:project_id>/evidence/links", methods=["POST"])
@blueprint.etag
@blueprint.arguments(AddLinkSchema)
@blueprint.response(201, EvidenceSchema)
def bring_link(data: dict[str, Any], project_id: str) -> tuple[Evidence, dict[str, str]]:
    """Adds a link. Nothing is fetched from there."""
    project = get_project(rows(), project_id, actor=current_actor())
    piece = add_link(rows(), project, actor=current_actor(), now=utc_now(), **data)
    return piece, place("evidence.show", evidence_id=piece.public_id)


@blueprint.route("/projects/<id:project_id>/evidence/files", methods=["POST"])
@blueprint.etag
@blueprint.arguments(EvidenceFileSchema, location="multipart")
@blueprint.response(201, EvidenceSchema)
@blueprint.refuses(503)
def bring_file(data: dict[str, Any], project_id: str) -> tuple[Evidence, dict[str, str]]:
    """Adds a file. What it is, its bytes say; a picture is kept without what its camera wrote into it."""
    project = get_project(rows(), project_id, actor=current_actor())
    values = {name: value for name, value in data.items() if name != "file"}
    piece = add_file(rows(), project, brought_file(), actor=current_actor(), now=utc_now(), **values)
    rows().flush()
    mark_named()
    return piece, place("evidence.show", evidence_id=piece.public_id)


@blueprint.route("/evidence/<id:evidence_id>")
@blueprint.etag
@blueprint.response(200, EvidenceSchema)
def show(evidence_id: str) -> Evidence:
    """One piece. Of a file, `content` has the bytes."""
    return get_evidence(rows(), evidence_id, actor=current_actor())


@blueprint.route("/evidence/<id:evidence_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(RetitleEvidenceSchema)
@blueprint.response(200, EvidenceSchema)
def retitle(data: dict[str, Any], evidence_id: str) -> Evidence:
    """Calls a piece otherwise."""
    piece = get_evidence(rows(), evidence_id, actor=current_actor())
    blueprint.check_etag(piece, EvidenceSchema)
    return retitle_evidence(rows(), piece, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/evidence/<id:evidence_id>", methods=["DELETE"])
@blueprint.etag
@blueprint.response(204)
def remove(evidence_id: str) -> None:
    """Removes a piece, and its file with it."""
    piece = get_evidence(rows(), evidence_id, actor=current_actor())
    blueprint.check_etag(piece, EvidenceSchema)
    remove_evidence(rows(), piece, folder=settings().uploads, actor=current_actor(), now=utc_now())


@blueprint.route("/evidence/<id:evidence_id>/content")
@blueprint.answers({"type": "string", "format": "binary"})
@blueprint.refuses(409)
def content(evidence_id: str) -> Response:
    """The bytes of a file, as an attachment."""
    piece = get_evidence(rows(), evidence_id, actor=current_actor())
    file = open_evidence(piece, actor=current_actor(), folder=settings().uploads)
    return send_download(file, name=piece.file_name, media_type=piece.media_type, size=piece.size or 0)
