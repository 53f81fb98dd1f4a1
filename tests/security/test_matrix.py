"""Every rule of the app, asked by everybody: the answer is what the table says, and a refusal keeps nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.security.recipes import BODIES, BODILESS, FORMS, UPLOADS, request_options
from tests.security.stage import NOBODIES, PEOPLE, Answer, Stage, is_api
from tests.security.table import ROWS, Row, expected
from tests.turns import share_of

EVERYBODY = (*PEOPLE, "reader", "writer", *NOBODIES)


def play(stage: Stage, row: Row, identity: str, *, method: str | None = None) -> Answer:
    """One cell."""
    return ask(stage, row, identity, row.path(stage, stage.world.here), method=method)


def ask(stage: Stage, row: Row, identity: str, path: str, *, method: str | None = None) -> Answer:
    method = method or stage.method(row.endpoint)
    if method == "GET":
        return stage.look(identity, path)
    return stage.send(identity, method, path, **request_options(row.endpoint, stage.world.here))


def by_name(row: Row) -> str:
    return row.name


def test_every_rule_has_a_row(stage: Stage) -> None:
    assert {row.endpoint for row in ROWS} == set(stage.rules)
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_every_rule_that_writes_has_a_recipe(stage: Stage) -> None:
    writing = {endpoint for endpoint in stage.rules if stage.method(endpoint) != "GET"}
    assert set(FORMS) | set(BODIES) | set(UPLOADS) | BODILESS == writing


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_everybody_gets_what_is_theirs(stage: Stage, row: Row) -> None:
    check(stage, row)


# One address in five, and all that a mistake in one engine's SQL could open: lists and what is read by columns. Who is
# nobody is turned away by the same two reads at each of them, so one page and one address of the API are enough.
AT_BOTH_DOORS = ("account.show", "api_me.show")
SAMPLE = [row for number, row in enumerate(ROWS) if number % 5 == 0 or row.endpoint.endswith((".index", ".list"))]


@pytest.mark.parametrize("row", SAMPLE, ids=by_name)
def test_the_other_engine_gives_no_more(stage_on_postgresql: Stage, row: Row) -> None:
    check(stage_on_postgresql, row, tuple(name for name in EVERYBODY if name not in NOBODIES))


@pytest.mark.parametrize("endpoint", AT_BOTH_DOORS)
def test_the_other_engine_lets_nobody_in(stage_on_postgresql: Stage, endpoint: str) -> None:
    (row,) = (row for row in ROWS if row.endpoint == endpoint)
    check(stage_on_postgresql, row)


def check(stage: Stage, row: Row, identities: tuple[str, ...] = EVERYBODY) -> None:
    """The row of the table, cell by cell."""
    wrong = {}
    for identity in some_of(stage, row, identities):
        answer = play(stage, row, identity)
        wanted = expected(stage, row, identity)
        if answer.kind != wanted:
            wrong[identity] = (wanted, answer.kind)
        if wanted != "ok":
            kept = [written for written in answer.kept or () if not is_count_of_wrong_codes(row, written)]
            assert not kept, (identity, kept)
        if stage.method(row.endpoint) == "GET":
            assert not answer.writes, (identity, answer.writes)
    assert wrong == {}, "Wanted, and got."


def some_of(stage: Stage, row: Row, identities: Sequence[str]) -> Sequence[str]:
    """A third of them for each row at a desk, so that every row is asked and everybody asks; all of them in CI, and of
    mutants, which are to be caught."""
    return share_of(row.name, identities) if stage.remembers else identities


def is_count_of_wrong_codes(row: Row, written: str) -> bool:
    """To whom a code is not theirs to use it is a wrong one, and those are counted."""
    return row.endpoint.endswith("drop_in.mark") and written.startswith("INSERT INTO sign_in_failure")


# A stranger to each kind of row: from the cohort itself, from beside it, and from elsewhere.
LOCKED_OUT = ("fellow", "withdrawn", "neighbour", "coach_there", "observer", "coordinator", "administrator")
HIDDEN = [row for row in ROWS if "404" in row.expected.values() and row.endpoint != "sign_in.demo"]


@pytest.mark.parametrize("row", HIDDEN, ids=by_name)
def test_not_yours_is_the_same_as_not_there(stage: Stage, row: Row) -> None:
    hidden, nothing = row.path(stage, stage.world.here), stage.path_to_nothing(row.endpoint)
    for identity in some_of(stage, row, LOCKED_OUT):
        if row.expected[identity] == "404":
            theirs, nobodys = (ask(stage, row, identity, path) for path in (hidden, nothing))
            assert theirs.bare(hidden) == nobodys.bare(nothing), identity


NAMED = [row for row in ROWS if not row.variant]


@pytest.mark.parametrize("row", NAMED, ids=by_name)
def test_nothing_is_found_where_nothing_is(stage: Stage, row: Row) -> None:
    """Also by those who may see everything that is there."""
    if not stage.nouns(row.endpoint) or row.endpoint in {"assets.asset", "drop_in.confirm"}:
        pytest.skip("Its address names nothing.")
    assert play_at_nothing(stage, row).kind == "404"


def play_at_nothing(stage: Stage, row: Row) -> Answer:
    method, nothing = stage.method(row.endpoint), stage.path_to_nothing(row.endpoint)
    return stage.send("administrator", method, nothing, **request_options(row.endpoint, stage.world.here))


# Which session it is about, and so who may, is told by the code that is typed into it.
BY_CODE = "drop_in.mark"
LOOKERS_ON = [
    row for row in ROWS if row.endpoint in FORMS and row.endpoint != BY_CODE and "403" in row.expected.values()
]


@pytest.mark.parametrize("row", LOOKERS_ON, ids=by_name)
def test_who_may_not_is_told_so_before_what_is_wrong_with_the_form(stage: Stage, row: Row) -> None:
    """Nobody is shown a form again that they may not send."""
    assert {who: kind for who, kind in play_empty(stage, row).items() if kind != "403"} == {}


def play_empty(stage: Stage, row: Row) -> dict[str, str]:
    path = row.path(stage, stage.world.here)
    refused = [who for who, cell in row.expected.items() if cell == "403"]
    return {who: stage.send(who, "POST", path, data={}).kind for who in refused}


ASKERS = ("anonymous", "participant", "stranger", "coach", "administrator")


@pytest.mark.parametrize("row", NAMED, ids=by_name)
def test_head_and_options_tell_no_more(stage: Stage, row: Row) -> None:
    """HEAD is answered as GET is, without a body; OPTIONS tells the methods to whoever is let in at all."""
    method = stage.method(row.endpoint)
    for identity in some_of(stage, row, ASKERS):
        if method == "GET":
            head = play(stage, row, identity, method="HEAD")
            assert head.kind == expected(stage, row, identity)
            assert head.response.data == b""
        options = stage.send(identity, "OPTIONS", row.path(stage, stage.world.here))
        is_shut = identity == "anonymous" and not stage.is_public(row.endpoint)
        at_api = is_api(stage.rules[row.endpoint].rule)
        assert options.kind == (("401" if at_api else "in") if is_shut else "ok")
        assert options.response.data == (options.response.data if is_shut else b"")
        assert not options.writes
