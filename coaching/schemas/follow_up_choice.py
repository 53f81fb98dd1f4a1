"""What a participant says about being asked at all."""

from __future__ import annotations

from coaching.schemas.base import BaseSchema, PublicId, Truth

CHOOSE = "Say yes or no."


class AlumniConsentSchema(BaseSchema):
    """Whether the alumni steps, which are far from the cohort's end, may ask."""

    may_ask = Truth(
        required=True,
        error_messages={"required": CHOOSE, "null": CHOOSE, "invalid": CHOOSE},
    )


class CameFromSchema(BaseSchema):
    """The check-in on whose page the question stood."""

    check_in_id = PublicId(required=True)
