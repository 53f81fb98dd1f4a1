"""What a participant says about being asked at all."""

from __future__ import annotations

from marshmallow import fields

from coaching.schemas.base import BaseSchema, PublicId

CHOOSE = "Say yes or no."


class AlumniConsentSchema(BaseSchema):
    """Whether the alumni steps, which are far from the cohort's end, may ask."""

    may_ask = fields.Boolean(
        required=True,
        truthy={True},
        falsy={False},
        error_messages={"required": CHOOSE, "null": CHOOSE, "invalid": CHOOSE},
    )


class CameFromSchema(BaseSchema):
    """The check-in on whose page the question stood."""

    check_in_id = PublicId(required=True)
