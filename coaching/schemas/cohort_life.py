"""A cohort's changes of state and hand-overs: what comes in, and what goes out."""

from __future__ import annotations

from enum import StrEnum

from marshmallow import fields

from coaching.models import CohortState, Role
from coaching.schemas.base import BaseSchema, Line, PublicId, Word


class ChangeCohortSchema(BaseSchema):
    state = Word(CohortState, required=True)
    reason = Line(500, metadata={"description": "Those who run the cohort read it in its history."})


class CohortChangeSchema(BaseSchema):
    """A change as it goes out."""

    state = Word(CohortState, dump_only=True)
    at = fields.AwareDateTime(dump_only=True)
    reason = fields.String(dump_only=True)


class Afterwards(StrEnum):
    """What becomes of a coach who hands a cohort over."""

    OBSERVER = "observer"
    LEAVES = "leaves"


class ChooseTakerSchema(BaseSchema):
    """What is to be handed over, and to whom, before anything is done."""

    to = PublicId(load_default=None, allow_none=True)
    pair_with = PublicId(load_default=None, allow_none=True)


class HandOverSchema(BaseSchema):
    to = PublicId(required=True, metadata={"description": "Who takes it over, one of the candidates."})
    pair_with = PublicId(
        load_default=None,
        allow_none=True,
        metadata={"description": "The participant whose one-to-ones are handed over; left out: the whole cohort."},
    )
    afterwards = Word(
        Afterwards,
        load_default=Afterwards.OBSERVER,
        metadata={"description": "What the old coach of a whole cohort is then. Who hands a pair over stays a coach."},
    )
    reason = Line(500, metadata={"description": "Those who run the cohort read it in its history."})


class HandoverSchema(BaseSchema):
    """A hand-over as it goes out."""

    id = PublicId(attribute="public_id", dump_only=True)
    cohort_id = fields.String(attribute="cohort.public_id", dump_only=True)
    pair_with = fields.String(attribute="pair_membership.public_id", dump_only=True, allow_none=True)
    from_membership_id = fields.String(attribute="from_membership.public_id", dump_only=True)
    to_membership_id = fields.String(attribute="to_membership.public_id", dump_only=True)
    stays_as = Word(Role, dump_only=True, allow_none=True)
    at = fields.AwareDateTime(dump_only=True)
    reason = fields.String(dump_only=True)
