"""Takes each guard away once, and looks whether the matrix notices: `python -m tests.security.mutate`.

Not part of the tests, because it takes minutes. What it takes away, one at a time:

- `predicate`: a predicate of coaching/policies.py or of one beside it says yes to everything;
- `clause`: a condition inside of one is true;
- `refusal`: a `require(...)`, or an `if ...: raise NotFound` and the like, is gone from a service or a page;
- `key`: one of the reasons not to take a session or a token counts no more.

Every mutant is played against the cells of the matrix that are refusals, and against the refused calls of services,
until one of them opens. It prints those that survived, and exits 1 where there are any.
"""

from __future__ import annotations
import __future__

import ast
import copy
import importlib
import inspect
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from coaching.app import create_app
from coaching.config import Settings
from coaching.extensions import db
from tests.databases import Databases, hurry
from tests.security.conftest import standing_stage
from tests.security.stage import NOBODIES, PEOPLE, Stage
from tests.security.table import ROWS, expected
from tests.security.test_matrix import LOOKERS_ON, NAMED, play, play_at_nothing, play_empty
from tests.security.test_services import CALLS, outcome

ROOT = Path(__file__).resolve().parents[2]
POLICIES = (
    "coaching.policies",
    "coaching.note_policies",
    "coaching.private_note_policies",
    "coaching.cohort_life_policies",
    "coaching.evidence_policies",
    "coaching.practice_policies",
    "coaching.project_policies",
    "coaching.import_policies",
)
REFUSALS = {"NotFound", "NotAllowed", "Unauthorized"}
ASKERS = {"require", "require_runner", "_require_running", "_require_administrator"}
KEYS = {
    "coaching.services.sign_in": "find_signed_in",
    "coaching.services.api_tokens": "find_token_holder",
}
YES, NO = ast.Constant(value=True), ast.Constant(value=False)


@dataclass
class Mutant:
    """A function's code without one of its guards."""

    kind: str
    where: str
    function: FunctionType
    code: CodeType

    @contextmanager
    def at_large(self) -> Iterator[None]:
        """Whoever holds the function gets the mutant: its code is changed in place."""
        whole = self.function.__code__
        self.function.__code__ = self.code
        try:
            yield
        finally:
            self.function.__code__ = whole


def mutants() -> Iterator[Mutant]:
    for name in POLICIES:
        policies = importlib.import_module(name)
        for function, node in functions(policies):
            if isinstance(node.returns, ast.Name) and node.returns.id in {"bool", "Answer"}:
                yield mutant("predicate", policies, function, node, [ast.Return(value=YES)])
            yield from changed(policies, function, node, "clause", YES)
    for name in guarded_modules():
        module = importlib.import_module(name)
        for function, node in functions(module):
            yield from without_refusals(module, function, node)
    for name, only in KEYS.items():
        module = importlib.import_module(name)
        for function, node in functions(module):
            if node.name == only:
                yield from changed(module, function, node, "key", NO)


def guarded_modules() -> Iterator[str]:
    for folder in ("services", "blueprints"):
        for path in sorted((ROOT / "coaching" / folder).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "demo" not in parts:
                yield ".".join(part for part in parts if part != "__init__")


def functions(module: ModuleType) -> Iterator[tuple[FunctionType, ast.FunctionDef]]:
    """The module's own functions, and those of its classes, with their trees."""
    found: dict[int, FunctionType] = {}
    holders = [module, *(thing for thing in vars(module).values() if inspect.isclass(thing))]
    for thing in [thing for holder in holders for thing in vars(holder).values()]:
        plain = inspect.unwrap(thing.fget if isinstance(thing, property) else thing) if callable_(thing) else None
        if isinstance(plain, FunctionType) and plain.__module__ == module.__name__:
            found[plain.__code__.co_firstlineno] = plain
    tree = ast.parse(Path(str(module.__file__)).read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            if first in found:
                yield found[first], node


def callable_(thing: Any) -> bool:
    return callable(thing) or isinstance(thing, property)


def clauses(node: ast.FunctionDef) -> list[ast.expr]:
    """Every condition: what is compared, and the parts of what is joined by and, or."""
    joined = [part for one in ast.walk(node) if isinstance(one, ast.BoolOp) for part in one.values]
    asked = [one for one in ast.walk(node) if isinstance(one, ast.Compare)]
    unique = {place_of(one): one for one in [*joined, *asked]}
    # Without the look for None what comes next fails by itself.
    return [one for one in unique.values() if not re.search(r" is (not )?None", ast.unparse(one))]


Place = tuple[type[ast.AST], int, int, int | None]


def place_of(node: ast.expr | ast.stmt) -> Place:
    return type(node), node.lineno, node.col_offset, node.end_col_offset


class Exchange(ast.NodeTransformer):
    """Puts something else where a node is."""

    def __init__(self, node: ast.expr | ast.stmt, to: ast.expr | ast.stmt) -> None:
        self.place, self.to = place_of(node), to

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.expr | ast.stmt) and place_of(node) == self.place:
            return ast.copy_location(copy.copy(self.to), node)
        return self.generic_visit(node)

    def body(self, function: ast.FunctionDef) -> list[Any]:
        return [self.visit(statement) for statement in copy.deepcopy(function.body)]


def changed(
    module: ModuleType, function: FunctionType, node: ast.FunctionDef, kind: str, to: ast.expr
) -> Iterator[Mutant]:
    for part in clauses(node):
        yield mutant(kind, module, function, node, Exchange(part, to).body(node), ast.unparse(part))


def without_refusals(module: ModuleType, function: FunctionType, node: ast.FunctionDef) -> Iterator[Mutant]:
    for refusal in [one for one in ast.walk(node) if isinstance(one, ast.stmt) and is_refusal(one)]:
        words = ast.unparse(refusal).splitlines()[0]
        yield mutant("refusal", module, function, node, Exchange(refusal, ast.Pass()).body(node), words)


def is_refusal(node: ast.AST) -> bool:
    """`require(...)`, or an `if` that does nothing but refuse."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
        return node.value.func.id in ASKERS
    if isinstance(node, ast.If) and len(node.body) == 1 and isinstance(node.body[0], ast.Raise):
        raised = node.body[0].exc
        name = raised.func if isinstance(raised, ast.Call) else raised
        return isinstance(name, ast.Name) and name.id in REFUSALS
    return False


def mutant(
    kind: str, module: ModuleType, function: FunctionType, node: ast.FunctionDef, body: list[Any], words: str = ""
) -> Mutant:
    plain = copy.copy(node)
    plain.decorator_list, plain.body = [], body
    tree = ast.fix_missing_locations(ast.Module(body=[plain], type_ignores=[]))
    scope: dict[str, Any] = {}
    code = compile(tree, str(module.__file__), "exec", flags=__future__.annotations.compiler_flag)
    exec(code, dict(vars(module)), scope)
    where = f"{module.__name__}.{node.name}:{node.lineno} {words}".strip()
    return Mutant(kind, where, function, scope[node.name].__code__)


@dataclass(frozen=True)
class Case:
    """Something that is refused, and how to try it."""

    name: str
    wanted: str
    play: Callable[[], str]


def refused_cases(stage: Stage) -> Iterator[Case]:
    """The cells of the matrix that are refusals, and what stands beside it."""
    for group in ((*PEOPLE, "reader", "writer"), NOBODIES):
        for row, who in product(ROWS, group):
            wanted = expected(stage, row, who)
            if wanted != "ok":
                yield Case(f"{row.name} by {who}", wanted, lambda row=row, who=who: play(stage, row, who).kind)
    for row in NAMED:
        if stage.nouns(row.endpoint) and row.endpoint not in {"assets.asset", "drop_in.confirm"}:
            yield Case(f"{row.name} at nothing", "404", lambda row=row: play_at_nothing(stage, row).kind)
    for row in LOOKERS_ON:
        yield Case(f"{row.name} sent empty", "403", lambda row=row: "".join(sorted({*play_empty(stage, row).values()})))
    for name, call in CALLS.items():
        for who, wanted in call.refused.items():
            yield Case(f"{name}() by {who}", wanted, lambda name=name, who=who: outcome(stage, name, who))


def cases_by_code(cases: Iterable[Case], codes: set[CodeType]) -> dict[CodeType, list[Case]]:
    """Which cases run which of these functions: the others cannot notice that one of them is a mutant."""
    passed: dict[CodeType, list[Case]] = {code: [] for code in codes}
    for case in cases:
        met: set[CodeType] = set()

        def note(frame: FrameType, event: str, _value: Any, met: set[CodeType] = met) -> None:
            if event == "call" and frame.f_code in codes:
                met.add(frame.f_code)

        sys.setprofile(note)
        opened = first_to_open([case])
        sys.setprofile(None)
        if opened is not None:
            raise SystemExit(f"The matrix does not stand without mutants: {opened}")
        for code in met:
            passed[code].append(case)
    return passed


def first_to_open(cases: Iterable[Case]) -> str | None:
    """The first case that is not what it ought to be."""
    for case in cases:
        try:
            got = case.play()
        except Exception as error:
            got = type(error).__name__
        if got != case.wanted:
            return f"{case.name}: {case.wanted} became {got}"
    return None


@contextmanager
def open_stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory() as folder:
        databases = Databases(Path(folder), Path(folder), "mutate")

        def make_app(**values: Any) -> Any:
            settings = {"environment": "test", "secret_key": "a-secret-that-only-mutants-use-0123456789"}
            app = create_app(Settings(instance=Path(folder), **settings | values))
            with app.app_context():
                hurry(db.engine)
            return app

        with standing_stage(databases, make_app, "sqlite") as stage:
            stage.remembers = False
            yield stage


def main() -> int:
    # Said at once, because it is minutes until the end.
    say = partial(print, flush=True)
    survivors: list[Mutant] = []
    with open_stage() as stage:
        # All of them are made before the first is let out, from the files as they are now.
        made = list(mutants())
        cases = cases_by_code(refused_cases(stage), {one.function.__code__ for one in made})
        for one in made:
            played = cases[one.function.__code__]
            with one.at_large():
                opened = first_to_open(played)
            say(f"{one.kind:<10}{'SURVIVED' if opened is None else 'caught  '}  {one.where}  {opened or ''}")
            if opened is None:
                survivors.append(one)
    say(f"{len(made)} mutants, {len(survivors)} survived:")
    for one in survivors:
        say(f"  {one.kind:<10}{one.where}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
