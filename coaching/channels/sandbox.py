"""Templates that people write in the app: what they may hold, and how they are filled in without any harm.

Three walls, each of which would do alone for most of it: what is not on the list of what a template may hold is
refused when it is read; what runs, runs in Jinja's sandbox with plain values and no function to call; and what comes
out ends where it grows too long. No loop is within another, and each runs over a list of ours, so that nothing hangs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from coaching.channels.placeholders import PLACEHOLDERS, Placeholder

LONGEST_SOURCE = 20_000
LONGEST_OUTPUT = 100_000
MOST_LOOPS = 5
DEEPEST = 30
# How many templates are kept compiled.
KEPT = 64
FILTERS = ("upper", "lower", "capitalize", "trim", "length", "join")
LOOP_WORDS = frozenset({"first", "last", "index"})
# What a template is made of. All else is refused: calls, assignments, arithmetic, macros, includes, imports.
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.For, nodes.Getattr,
    nodes.Filter, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr,
)  # fmt: skip


class WrongTemplate(Exception):
    """What is wrong with a template, in a sentence for who wrote it."""


class TooLong(Exception):
    """What a template came to is longer than any mail."""


@cache
def _environment(is_html: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        autoescape=is_html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=(),
        cache_size=0,
    )
    environment.globals.clear()
    environment.tests.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    return environment


def check_template(source: str, kind: str) -> None:
    """Raises WrongTemplate for what a template may not hold, or names that this kind of mail has not."""
    _compiled(source, kind, is_html=False)


def fill_in(source: str, kind: str, values: Mapping[str, Any], *, is_html: bool) -> str:
    """The template with the values in it. Raises WrongTemplate, TooLong, or Jinja's own errors."""
    pieces: list[str] = []
    length = 0
    for piece in _compiled(source, kind, is_html=is_html).generate(values):
        length += len(piece)
        if length > LONGEST_OUTPUT:
            raise TooLong(f"It comes to more than {LONGEST_OUTPUT:,} characters.")
        pieces.append(piece)
    return "".join(pieces)


@lru_cache(maxsize=KEPT)
def _compiled(source: str, kind: str, *, is_html: bool) -> Template:
    """The template, read and checked once: a batch has the same words for hundreds of mails."""
    if len(source) > LONGEST_SOURCE:
        raise WrongTemplate(f"Use at most {LONGEST_SOURCE:,} characters.")
    try:
        tree = _environment(is_html).parse(source)
    except TemplateSyntaxError as error:
        raise WrongTemplate(f"Line {error.lineno} cannot be read: {error.message}") from error
    except RecursionError as error:
        raise WrongTemplate("It has too many brackets within each other. Write it more simply.") from error
    _Checker(PLACEHOLDERS[kind]).check(tree)
    return _environment(is_html).from_string(tree)


class _Checker:
    """Walks through a template once, and stops at the first thing that may not be there."""

    def __init__(self, known: Sequence[Placeholder]) -> None:
        self.known = {one.name: one for one in known}
        self.loops = 0

    def check(self, tree: nodes.Template) -> None:
        self._walk(tree, {}, 0)

    def _walk(self, node: nodes.Node, lines: Mapping[str, Placeholder], depth: int) -> None:
        """`lines` has the name that stands for each line of a list, within its loop."""
        if depth > DEEPEST:
            raise WrongTemplate(f"Line {node.lineno} has too much within each other. Write it more simply.")
        if not isinstance(node, _ALLOWED):
            raise WrongTemplate(
                f"Line {node.lineno} has something that is not for mails. "
                "Use the names beside the form, if, and for over a list."
            )
        if isinstance(node, nodes.For):
            self._walk_loop(node, lines, depth)
            return
        if isinstance(node, nodes.Getattr):
            self._check_part(node, lines)
            return
        if isinstance(node, nodes.Name):
            self._check_name(node, lines)
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise WrongTemplate(f"Line {node.lineno}: use one of these after the bar: {', '.join(FILTERS)}.")
        for child in node.iter_child_nodes():
            self._walk(child, lines, depth + 1)

    def _walk_loop(self, node: nodes.For, lines: Mapping[str, Placeholder], depth: int) -> None:
        self.loops += 1
        if lines or self.loops > MOST_LOOPS:
            raise WrongTemplate(f"Line {node.lineno}: use at most {MOST_LOOPS} loops, and none within another.")
        over = self.known.get(node.iter.name) if isinstance(node.iter, nodes.Name) else None
        if over is None or not over.is_list:
            lists = [one.name for one in self.known.values() if one.is_list]
            hint = f"run through a list: {', '.join(lists)}" if lists else "there is no list to run through here"
            raise WrongTemplate(f"Line {node.lineno}: {hint}.")
        if node.test is not None or node.recursive or not isinstance(node.target, nodes.Name):
            raise WrongTemplate(f"Line {node.lineno}: write the loop as: for one in {over.name}.")
        name = node.target.name
        if name in self.known or name == "loop":
            raise WrongTemplate(f"Line {node.lineno}: call each line something else than {name}.")
        for child in node.body:
            self._walk(child, {name: over}, depth + 1)
        for child in node.else_:
            self._walk(child, {}, depth + 1)

    def _check_name(self, node: nodes.Name, lines: Mapping[str, Placeholder]) -> None:
        if node.name in lines and lines[node.name].lines:
            names = ", ".join(f"{node.name}.{one.name}" for one in lines[node.name].lines)
            raise WrongTemplate(f"Line {node.lineno}: say what of {node.name}: {names}.")
        if node.name not in self.known and node.name not in lines:
            raise WrongTemplate(f"Line {node.lineno}: there is no {node.name} here. Use one of: {_names(self.known)}.")

    def _check_part(self, node: nodes.Getattr, lines: Mapping[str, Placeholder]) -> None:
        owner = node.node.name if isinstance(node.node, nodes.Name) else ""
        if owner == "loop" and lines and node.attr in LOOP_WORDS:
            return
        parts = {one.name for one in lines[owner].lines} if owner in lines else set()
        if node.attr not in parts:
            raise WrongTemplate(f"Line {node.lineno}: there is no .{node.attr[:40]} here. {_parts_of(owner, parts)}")


def _names(known: Mapping[str, Placeholder]) -> str:
    return ", ".join(known)


def _parts_of(owner: str, parts: set[str]) -> str:
    return f"Use one of: {', '.join(sorted(f'{owner}.{part}' for part in parts))}." if parts else "Use plain names."
