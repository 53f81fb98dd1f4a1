"""The house's measures: rooms stay small, one module reads the clock and one the dice, and privacy is declared."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Table

from coaching.models import Base, Person, Privacy

ROOT = Path(__file__).resolve().parents[1]
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40

CLOCKS = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "sqlalchemy.func.current_timestamp",
    "sqlalchemy.func.now",
    "time.ctime",
    "time.gmtime",
    "time.localtime",
    "time.time",
    "time.time_ns",
}
DICE = {"os.urandom", "random", "secrets", "uuid"}
# (module or folder, name) -> why it may use it all the same.
ALLOWED = {
    ("coaching/clock.py", "datetime.datetime.now"): "It is the one that reads the clock.",
    ("coaching/tokens.py", "secrets"): "It is the one that reads randomness.",
    ("coaching/services/demo", "random.Random"): "The demo is drawn from a seed, and is the same each time.",
}

MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "coaching").rglob("*.py")
    if "migrations" not in path.relative_to(ROOT).parts
)
MODELS = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}


@cache
def parse(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text())


# One test looks at every module and tells of all that break its rule: a test a module took longer to count than to run.


def test_modules_stay_small() -> None:
    lines = {module: (ROOT / module).read_text().count("\n") for module in MODULES}
    too_long = {module: count for module, count in lines.items() if count > LONGEST_MODULE}
    assert too_long == {}, "Split them by noun."


def test_functions_stay_small() -> None:
    too_long = {
        f"{module}: {node.name}": length
        for module in MODULES
        for node in ast.walk(parse(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert too_long == {}


def test_types_of_models_are_no_texts() -> None:
    """SQLAlchemy would evaluate each column's from its text at every start."""
    models = [module for module in MODULES if module.startswith("coaching/models/")]
    texts = [module for module in models if "__future__.annotations" in names_in(module)]
    assert texts == []


@cache
def names_in(module: str) -> frozenset[str]:
    return frozenset(names_used(parse(module)))


def names_used(tree: ast.Module) -> Iterator[str]:
    """What a module imports, and every dotted name in it with its first part as it was imported."""
    origins: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                top = name.name.partition(".")[0]
                origins[name.asname or top] = name.name if name.asname else top
                yield name.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for name in node.names:
                origins[name.asname or name.name] = f"{node.module}.{name.name}"
                yield f"{node.module}.{name.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            first, *rest = ast.unparse(node).split(".")
            yield ".".join([origins.get(first, first), *rest])


def is_among(name: str, group: Iterable[str], separator: str = ".") -> bool:
    """Whether this is one of the group, or a part of one."""
    return any(f"{name}{separator}".startswith(f"{one}{separator}") for one in group)


def forbidden_names(module: str, forbidden: set[str]) -> set[str]:
    """The forbidden names that a module uses without having a reason."""
    allowed = [name for place, name in ALLOWED if is_among(module, [place], "/")]
    used = {name for name in names_in(module) if is_among(name, forbidden)}
    return {name for name in used if not is_among(name, allowed)}


def test_one_module_reads_the_clock() -> None:
    found = {module: names for module in MODULES if (names := forbidden_names(module, CLOCKS))}
    assert found == {}, "Take `now` as an argument; at the edge, ask coaching.clock."


def test_one_module_reads_randomness() -> None:
    found = {module: names for module in MODULES if (names := forbidden_names(module, DICE))}
    assert found == {}, "Ask coaching.tokens."


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("from datetime import datetime\nmoment = datetime.now()", CLOCKS),
        ("import datetime as d\nmoment = d.datetime.utcnow", CLOCKS),
        ("from datetime import date as day\nfield(default_factory=day.today)", CLOCKS),
        ("import time\nstamp = time.time()", CLOCKS),
        ("from time import time_ns", CLOCKS),
        ("import sqlalchemy as sa\nsa.func.now()", CLOCKS),
        ("import random", DICE),
        ("from random import Random", DICE),
        ("import uuid as u", DICE),
        ("import os\nos.urandom(3)", DICE),
    ],
)
def test_the_reading_of_modules_finds(text: str, forbidden: set[str], tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(text)
    assert forbidden_names(str(tmp_path / "module.py"), forbidden)


@pytest.mark.parametrize(("place", "name"), ALLOWED)
def test_every_exception_to_the_rules_is_used(place: str, name: str) -> None:
    modules = [module for module in MODULES if is_among(module, [place], "/")]
    assert any(is_among(used, [name]) for module in modules for used in names_in(module))


def test_the_demo_never_draws_without_a_seed() -> None:
    modules = [module for module in MODULES if module.startswith("coaching/services/demo/")]
    calls = [(module, node) for module in modules for node in ast.walk(parse(module)) if isinstance(node, ast.Call)]
    assert [
        (module, call.lineno) for module, call in calls if ast.unparse(call.func).endswith("Random") and not call.args
    ] == []


def leads_to_a_person(table: Table, *passed: Table) -> bool:
    """Whether foreign keys lead from this table to a person's row."""
    parents = {key.column.table for key in table.foreign_keys} - {table, *passed}
    return table is Person.__table__ or any(leads_to_a_person(parent, table, *passed) for parent in parents)


@pytest.mark.parametrize("table", sorted(MODELS))
def test_a_table_that_leads_to_a_person_says_what_becomes_of_it(table: str) -> None:
    declares = MODELS[table].__privacy__ is not None
    assert declares == leads_to_a_person(Base.metadata.tables[table]), "It needs __privacy__, or has it in vain."


DECLARED = sorted(
    (name, number)
    for name, model in MODELS.items()
    if model.__privacy__ is not None
    for number in range(len(model.__privacy__.further) + 1)
)


@pytest.fixture(params=DECLARED, ids=lambda param: f"{param[0]}-{param[1]}" if param[1] else param[0])
def declared(request: pytest.FixtureRequest) -> tuple[Table, Privacy]:
    """A table, and something that it promises."""
    name, number = request.param
    promise = MODELS[name].__privacy__
    assert promise is not None
    return Base.metadata.tables[name], (promise, *promise.further)[number]


def test_the_chain_ends_at_a_person(declared: tuple[Table, Privacy]) -> None:
    table, privacy = declared
    if table is Person.__table__:
        assert privacy.subject == ("id",)
        return
    for name in privacy.subject:
        (key,) = table.columns[name].foreign_keys
        table = key.column.table
    assert table is Person.__table__


def test_what_is_promised_can_be_kept(declared: tuple[Table, Privacy]) -> None:
    table, privacy = declared
    assert set(privacy.export) <= set(table.columns.keys())
    assert {*privacy.scrubbed, *privacy.only} <= set(table.columns.keys())
    assert bool(privacy.scrubbed) == (privacy.erase == "scrub"), "Say what scrubbing puts in the columns' place."
    unfit = {name for name, value in privacy.scrubbed.items() if value is None and not table.columns[name].nullable}
    assert unfit == set(), "These columns cannot be null."
    assert privacy.retention.endswith("."), "Say for how long, and why, in a sentence."
