"""Person, sign-in and API token: what comes in, and what goes out."""

from __future__ import annotations

from marshmallow import fields, validate

from coaching.importers.addresses import LONGEST, PLAIN, SHAPE
from coaching.private_note_policies import PRIVATE_NOTES
from coaching.schemas.base import LIST_MESSAGES, BaseSchema, Line, PublicId, Whole


class Email(Line):
    """An e-mail address, as far as its shape tells."""

    def __init__(self, **options: object) -> None:
        super().__init__(LONGEST, validate=[SHAPE, PLAIN], **options)


class Password(fields.String):
    """A password is taken as it is typed: nothing is trimmed."""

    default_error_messages = {"required": "Fill this in.", "invalid": "Write text here."}  # noqa: RUF012

    def __init__(self) -> None:
        cap = validate.Length(max=256, error="Use at most 256 characters.")
        super().__init__(required=True, load_only=True, validate=cap)


class SignInSchema(BaseSchema):
    email = Line(254, required=True)
    password = Password()


class AcceptInvitationSchema(BaseSchema):
    name = Line(200, required=True)
    timezone = Line(64, required=True)
    password = Password()


class AddPersonSchema(BaseSchema):
    email = Email(required=True)
    name = Line(200, required=True)
    timezone = Line(64, required=True)


class AskForResetSchema(BaseSchema):
    email = Email(required=True)


class ResetPasswordSchema(BaseSchema):
    password = Password()


class PersonSchema(BaseSchema):
    """One's own account."""

    id = PublicId(attribute="public_id", dump_only=True)
    name = Line(200, required=True)
    email = fields.String(dump_only=True, allow_none=True)
    timezone = Line(64, required=True)
    is_administrator = fields.Boolean(dump_only=True)


class ApiTokenSchema(BaseSchema):
    """A token as its owner sees it; `secret` is there once, in the answer that makes it."""

    id = PublicId(attribute="public_id", dump_only=True)
    label = Line(120, required=True)
    scopes = fields.List(
        fields.String(validate=validate.OneOf(["read", "write", PRIVATE_NOTES], error="Choose one of: {choices}.")),
        required=True,
        error_messages=LIST_MESSAGES,
    )
    days = Whole(1, 366, load_default=90, load_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    expires_at = fields.AwareDateTime(dump_only=True)
    revoked_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    secret = fields.String(dump_only=True)
