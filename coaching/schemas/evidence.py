"""Evidence: a link or a file as it comes in, and a piece as it goes out."""

from __future__ import annotations

from marshmallow import fields

from coaching.models import EvidenceKind
from coaching.schemas.base import BaseSchema, Line, PublicId, WebAddress, Word

LONGEST_TITLE = 200


class AboutSchema(BaseSchema):
    """What a piece shows: the course as a whole, one of its runs, or what a line of one's own log tells."""

    run_id = PublicId(load_default=None, allow_none=True)
    entry_id = PublicId(load_default=None, allow_none=True)


class AddFileSchema(AboutSchema):
    """What is said beside a file; without a title its name is taken."""

    title = Line(LONGEST_TITLE)


class AddLinkSchema(AddFileSchema):
    url = WebAddress(required=True)


class RetitleEvidenceSchema(BaseSchema):
    title = Line(LONGEST_TITLE, required=True)


class EvidenceSchema(BaseSchema):
    """A piece as it goes out; `version` is in its ETag. `entry_id` is there for those who read that log."""

    id = PublicId(attribute="public_id", dump_only=True)
    project_id = fields.String(attribute="project.public_id", dump_only=True)
    run_id = fields.String(attribute="run.public_id", dump_only=True, dump_default=None, allow_none=True)
    entry_id = fields.String(attribute="entry.public_id", dump_only=True, dump_default=None, allow_none=True)
    kind = Word(EvidenceKind, dump_only=True)
    title = fields.String(dump_only=True)
    url = fields.String(dump_only=True)
    file_name = fields.String(dump_only=True)
    media_type = fields.String(dump_only=True)
    size = fields.Integer(dump_only=True, allow_none=True)
    sha256 = fields.String(dump_only=True)
    added_at = fields.AwareDateTime(dump_only=True)
    added_by = fields.String(attribute="added_by.name", dump_only=True, dump_default=None, allow_none=True)
    version = fields.Integer(dump_only=True)
