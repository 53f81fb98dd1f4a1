"""What helps and hinders, in the words of a programme, and how many chose each."""

from __future__ import annotations

from typing import Any, TypedDict

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import FactorKind, PracticeFactor
from coaching.schemas.base import BaseSchema
from coaching.schemas.listing import list_of
from coaching.schemas.practice import AddFactorSchema, OrderFactorsSchema, PracticeFactorSchema, RenameFactorSchema
from coaching.services.cohorts import get_cohort
from coaching.services.memberships import get_membership
from coaching.services.practice_counts import FactorCounts, count_cohort_factors, count_programme_factors
from coaching.services.practice_factors import (
    add_factor,
    bring_back_factor,
    get_factor,
    list_factors,
    list_offered,
    order_factors,
    rename_factor,
    retire_factor,
    start_with_usual,
)
from coaching.services.programmes import get_programme

blueprint = ApiBlueprint(
    "practice_factors", tag="Practice", description="What helps and hinders, in the words of a programme."
)


class FactorRow(TypedDict):
    id: str
    kind: FactorKind
    name: str
    position: int
    is_retired: bool
    version: int


@blueprint.route("/members/<id:member_id>/factors")
@blueprint.lists(shape_of(FactorRow))
def offered(member_id: str) -> list[FactorRow]:
    """The words that can be chosen in this participant's log."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return [_row(one) for one in list_offered(rows(), member, actor=current_actor())]


@blueprint.route("/programmes/<id:programme_id>/factors")
@blueprint.lists(shape_of(FactorRow))
def index(programme_id: str) -> list[FactorRow]:
    """The programme's words in their order, what helps first, those that were retired last."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    return [_row(one) for one in list_factors(rows(), programme, actor=current_actor())]


@blueprint.route("/programmes/<id:programme_id>/factors", methods=["POST"])
@blueprint.etag
@blueprint.arguments(AddFactorSchema)
@blueprint.response(201, PracticeFactorSchema)
def create(data: dict[str, Any], programme_id: str) -> tuple[PracticeFactor, dict[str, str]]:
    """Adds a word behind the others of its kind."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    factor = add_factor(rows(), programme, actor=current_actor(), now=utc_now(), **data)
    return factor, place("practice_factors.show", factor_id=factor.public_id)


@blueprint.route("/programmes/<id:programme_id>/factors/usual", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(201, list_of(PracticeFactorSchema))
def start(_data: dict[str, Any], programme_id: str) -> dict[str, list[PracticeFactor]]:
    """Adds the usual words, save those that are there already."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    return {"items": start_with_usual(rows(), programme, actor=current_actor(), now=utc_now())}


@blueprint.route("/programmes/<id:programme_id>/factors/order", methods=["POST"])
@blueprint.arguments(OrderFactorsSchema)
@blueprint.response(200, list_of(PracticeFactorSchema))
def order(data: dict[str, Any], programme_id: str) -> dict[str, list[PracticeFactor]]:
    """Puts the words of a kind that are in use into this order."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    return {"items": order_factors(rows(), programme, actor=current_actor(), now=utc_now(), **data)}


@blueprint.route("/programmes/<id:programme_id>/factors/counts")
@blueprint.answers(shape_of(FactorCounts))
def count_programme(programme_id: str) -> FactorCounts:
    """How many people of the programme's cohorts chose each word, and in how many lines of their logs."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    return count_programme_factors(rows(), programme, actor=current_actor())


@blueprint.route("/cohorts/<id:cohort_id>/factors/counts")
@blueprint.answers(shape_of(FactorCounts))
def count_cohort(cohort_id: str) -> FactorCounts:
    """How many people of a cohort chose each word, and in how many lines. Observers are shown no small group."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return count_cohort_factors(rows(), cohort, actor=current_actor())


@blueprint.route("/factors/<id:factor_id>")
@blueprint.etag
@blueprint.response(200, PracticeFactorSchema)
def show(factor_id: str) -> PracticeFactor:
    """One word."""
    return get_factor(rows(), factor_id, actor=current_actor())


@blueprint.route("/factors/<id:factor_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(RenameFactorSchema)
@blueprint.response(200, PracticeFactorSchema)
def rename(data: dict[str, Any], factor_id: str) -> PracticeFactor:
    """Gives a word another name, as long as nobody has chosen it."""
    factor = get_factor(rows(), factor_id, actor=current_actor())
    blueprint.check_etag(factor, PracticeFactorSchema)
    return rename_factor(rows(), factor, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/factors/<id:factor_id>/retirement", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, PracticeFactorSchema)
def retire(_data: dict[str, Any], factor_id: str) -> PracticeFactor:
    """Offers it no more. Where it was chosen it stays, and is counted."""
    factor = get_factor(rows(), factor_id, actor=current_actor())
    return retire_factor(rows(), factor, actor=current_actor(), now=utc_now())


@blueprint.route("/factors/<id:factor_id>/return", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, PracticeFactorSchema)
def bring_back(_data: dict[str, Any], factor_id: str) -> PracticeFactor:
    """Offers a retired word again."""
    factor = get_factor(rows(), factor_id, actor=current_actor())
    return bring_back_factor(rows(), factor, actor=current_actor(), now=utc_now())


def _row(factor: PracticeFactor) -> FactorRow:
    return {
        "id": factor.public_id,
        "kind": factor.kind,
        "name": factor.name,
        "position": factor.position,
        "is_retired": factor.retired_at is not None,
        "version": factor.version,
    }
