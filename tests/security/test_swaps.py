"""Identifiers of other cohorts in every place where one can stand: the address, the body, the query. None opens."""

from __future__ import annotations

import pytest

from coaching.tokens import new_public_id
from tests.security.recipes import WITH_IDENTIFIERS, request_options
from tests.security.stage import PEOPLE, Stage
from tests.security.table import ROWS, Row
from tests.security.test_matrix import by_name, some_of
from tests.security.world import Place

# Everybody who is something here, and what of the world is none of their business.
INSIDERS = {
    "participant": ("beside", "there"),
    "fellow": ("beside", "there"),
    "coach": ("beside", "there"),
    "observer": ("beside", "there"),
    "coordinator": ("there",),
}
# Who builds a course may be in any cohort of the programme.
PROGRAMME_WIDE = {
    "api_projects.launch_quickly",
    "launches.create",
    "api_project_team.link",
    "api_project_team.share",
    "api_projects.start",
    "projects.create",
    "project_team.link",
    "project_team.share",
}


def asks_about_a_cohort(stage: Stage, row: Row, place: Place) -> bool:
    """Whether the address names something of this cohort; the programme is shared with the cohort beside."""
    nouns = {noun for noun in stage.nouns(row.endpoint) if noun in place.ids}
    if row.variant and row.variant not in place.ids:
        return False
    return bool(nouns - ({"programme"} if place.label == "beside" else set())) and not stage.is_public(row.endpoint)


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_what_is_in_another_cohort_is_not_there(stage: Stage, row: Row) -> None:
    for identity in some_of(stage, row, tuple(INSIDERS)):
        labels = INSIDERS[identity]
        for place in map(stage.world.place, labels):
            if not asks_about_a_cohort(stage, row, place):
                continue
            answer = stage.send(
                identity,
                stage.method(row.endpoint),
                row.path(stage, place),
                **request_options(row.endpoint, place),
            )
            assert (answer.kind, answer.kept) == ("404", None), (identity, place.label)


ROW_ENDPOINTS = (
    "imports.resolve",
    "imports.reopen",
    "imports.add_person",
    "api_imports.match",
    "api_imports.reopen",
    "api_imports.add_person",
)
NAME_ENDPOINTS = ("remembered_names.forget", "api_remembered_names.forget")
# Theirs is a moment: before, after or later.
MOMENT_ENDPOINTS = ("skill_assessments.edit", "skill_assessments.save", "api_skills.assess")
# Their second word is no identifier, but a kind of mail.
KIND_ENDPOINTS = (
    *(f"mail_templates.{verb}" for verb in ("edit", "update", "preview", "revert")),
    *(f"api_mail_templates.{verb}" for verb in ("show", "write", "revert", "preview", "list_earlier")),
)


@pytest.mark.parametrize("endpoint", ROW_ENDPOINTS)
@pytest.mark.parametrize("identity", ["coach", "coordinator", "administrator"])
def test_a_child_is_loaded_through_its_own_parent(stage: Stage, endpoint: str, identity: str) -> None:
    here = stage.world.here
    strange_rows = [place.ids["row"] for place in (stage.world.beside, stage.world.there)]
    # A row of another import of the same cohort is as strange.
    for row_id in (*strange_rows, here.ids["pair row"], new_public_id()):
        path = stage.path(endpoint, here, row=row_id)
        answer = stage.send(identity, stage.method(endpoint), path, **request_options(endpoint, here))
        assert (answer.kind, answer.kept) == ("404", None)


@pytest.mark.parametrize("endpoint", NAME_ENDPOINTS)
@pytest.mark.parametrize("identity", ["coach", "coordinator", "administrator"])
def test_a_name_is_forgotten_by_its_own_cohort_alone(stage: Stage, endpoint: str, identity: str) -> None:
    here = stage.world.here
    for name_id in (
        *(place.ids["remembered-name"] for place in (stage.world.beside, stage.world.there)),
        new_public_id(),
    ):
        path = stage.path(endpoint, here, **{"remembered-name": name_id})
        answer = stage.send(identity, stage.method(endpoint), path, **request_options(endpoint, here))
        assert (answer.kind, answer.kept) == ("404", None)


def test_every_address_with_two_identifiers_is_looked_at(stage: Stage) -> None:
    with_two = {endpoint for endpoint in stage.rules if len(stage.nouns(endpoint)) > 1}
    assert with_two == {*ROW_ENDPOINTS, *NAME_ENDPOINTS, *KIND_ENDPOINTS, *MOMENT_ENDPOINTS}


@pytest.mark.parametrize("endpoint", MOMENT_ENDPOINTS)
def test_a_moment_that_there_is_not_is_not_there(stage: Stage, endpoint: str) -> None:
    here = stage.world.here
    path = stage.path(endpoint, here, assessment="during")
    answer = stage.send("participant", stage.method(endpoint), path, **request_options(endpoint, here))
    assert (answer.kind, answer.kept) == ("404", None)


@pytest.mark.parametrize("endpoint", KIND_ENDPOINTS)
def test_a_mail_that_no_programme_may_write_is_not_there(stage: Stage, endpoint: str) -> None:
    here = stage.world.here
    for kind in ("password_reset", "nonsense"):
        path = stage.path(endpoint, here, **{"template": kind, "mail-template": kind})
        answer = stage.send("coordinator", stage.method(endpoint), path, **request_options(endpoint, here))
        assert (answer.kind, answer.kept) == ("404", None)


@pytest.mark.parametrize("endpoint", WITH_IDENTIFIERS)
@pytest.mark.parametrize("identity", ["participant", "coach", "coordinator", "administrator"])
@pytest.mark.parametrize("label", ["beside", "there"])
def test_a_body_names_only_what_belongs_here(stage: Stage, endpoint: str, identity: str, label: str) -> None:
    row = next(row for row in ROWS if row.endpoint == endpoint and not row.variant)
    if row.expected[identity] != "ok":
        pytest.skip("Not theirs to do at all, as the matrix shows.")
    here, guest = stage.world.here, stage.world.place(label)
    answer = stage.send(
        identity, stage.method(endpoint), stage.path(endpoint, here), **request_options(endpoint, here, guest)
    )
    if label == "beside" and endpoint in PROGRAMME_WIDE:
        assert answer.kind == "ok"
        return
    assert answer.kind in {"404", "422"}
    assert answer.kept is None


@pytest.mark.parametrize("endpoint", WITH_IDENTIFIERS)
def test_a_stranger_in_a_body_is_refused_as_nobody_is(stage: Stage, endpoint: str) -> None:
    """The answer to somebody's identifier is the answer to nobody's, so that bodies cannot be used to find people."""
    here, there = stage.world.here, stage.world.there
    nobody = Place(there.label, there.programme, there.cohort, {}, {}, there.rows, {})
    known = {noun: there.ids[noun] for noun in ("member", "fellow member", "run")}
    unknown = {noun: new_public_id() for noun in known}
    nobody.__dict__["rows"] = there.rows | {noun: _Named(public_id) for noun, public_id in unknown.items()}
    bare = []
    for guest, said in ((there, known), (nobody, unknown)):
        options = request_options(endpoint, here, guest)
        answer = stage.send("coach", stage.method(endpoint), stage.path(endpoint, here), **options)
        bare.append(answer.bare(*said.values()))
    assert bare[0] == bare[1]


class _Named:
    """A row that is nowhere."""

    def __init__(self, public_id: str) -> None:
        self.public_id = public_id


CURSORS = {
    "/api/v1/cohorts?after={}": "cohort",
    "/api/v1/cohorts/{here}/members?after={}": "member",
    "/api/v1/cohorts/{here}/check-ins?after={}": "check-in",
}


@pytest.mark.parametrize("address", CURSORS)
@pytest.mark.parametrize("identity", ["coach", "coordinator"])
def test_a_list_goes_on_from_its_own_rows_alone(stage: Stage, address: str, identity: str) -> None:
    """Where another cohort's row would stand in the order is told to nobody."""
    noun, here = CURSORS[address], stage.world.here
    known, unknown = stage.world.there.ids[noun], new_public_id()
    answers = [
        stage.send(identity, "GET", address.format(cursor, here=here.ids["cohort"])) for cursor in (known, unknown)
    ]
    assert answers[0].kind == "422"
    assert answers[0].bare(known) == answers[1].bare(unknown)
    own = stage.send(identity, "GET", address.format(here.ids[noun], here=here.ids["cohort"]))
    assert own.kind == "ok"


@pytest.mark.parametrize("identity", PEOPLE)
def test_a_filter_by_programme_finds_out_nothing(stage: Stage, identity: str) -> None:
    if identity in {"coordinator_there", "coach_there", "stranger", "administrator"}:
        pytest.skip("Theirs to see.")
    answers = [
        stage.send(identity, "GET", f"/api/v1/cohorts?programme={programme}")
        for programme in (stage.world.there.ids["programme"], new_public_id())
    ]
    assert answers[0].kind == "ok"
    assert answers[0].bare() == answers[1].bare()


def test_the_page_of_a_coached_programme_goes_on_from_its_own_cohorts_alone(stage: Stage) -> None:
    page = stage.path("programmes.show", stage.world.here)
    strange = stage.world.there.ids["cohort"]
    assert stage.send("coach", "GET", f"{page}?after={strange}").kind == "422"


@pytest.mark.parametrize("identity", ["coach", "coordinator", "participant"])
def test_a_session_begins_as_a_copy_of_one_of_its_own_cohort_alone(stage: Stage, identity: str) -> None:
    here, there = stage.world.here, stage.world.there
    address = stage.path("sessions.new", here)
    strange = (there.ids["session"], new_public_id())
    answers = [stage.send(identity, "GET", f"{address}?copy={one}") for one in strange]
    assert [answer.kind for answer in answers] == (["403"] * 2 if identity == "participant" else ["404"] * 2)
    assert answers[0].bare(strange[0]) == answers[1].bare(strange[1])
    beside = stage.send(identity, "GET", f"{address}?copy={stage.world.beside.ids['session']}")
    assert beside.kind == answers[0].kind
