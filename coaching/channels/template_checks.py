"""What a template that people write in the app may hold, told by what Jinja reads in it before anything runs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jinja2 import nodes

from coaching.channels.placeholder import Placeholder
from coaching.channels.placeholders import PLACEHOLDERS
from coaching.channels.template_errors import WrongTemplate

MOST_LOOPS = 5
MOST_BRANCHES = 12
DEEPEST = 30
FILTERS = ("upper", "lower", "capitalize", "trim", "length", "join")
LOOP_WORDS = frozenset({"first", "last", "index"})
# What a template is made of. All else is refused: calls, assignments, arithmetic, macros, includes, imports.
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.For, nodes.Getattr,
    nodes.Filter, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr,
)  # fmt: skip
# How a value is used: printed as it is, asked whether it is there, or read by a filter or a comparison.
_PRINTED, _ASKED, _READ = "printed", "asked", "read"
_ORDERS = frozenset({"lt", "lteq", "gt", "gteq"})
_HOLDS = frozenset({"in", "notin"})
_ADDRESS = re.compile(r"//|https?:|www\.|mailto:", re.IGNORECASE)


class Checker:
    """Walks through a template once, and stops at the first thing that may not be there."""

    def __init__(self, kind: str) -> None:
        self.known = {one.name: one for one in PLACEHOLDERS[kind]}
        self.loops = 0

    def check(self, tree: nodes.Template) -> None:
        self._walk(tree, {}, 0, _PRINTED)

    def _walk(self, node: nodes.Node, lines: Mapping[str, Placeholder], depth: int, use: str) -> None:
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
        elif isinstance(node, nodes.If | nodes.CondExpr):
            self._walk_condition(node, lines, depth, use)
        elif isinstance(node, nodes.Filter):
            self._walk_filter(node, lines, depth)
        elif isinstance(node, nodes.Name | nodes.Getattr):
            self._check_use(node, self._named(node, lines), use)
        elif isinstance(node, nodes.Const):
            _check_constant(node)
        else:
            if isinstance(node, nodes.Compare):
                self._check_comparison(node, lines)
            _check_printed(node)
            inner = {nodes.Compare: _READ, nodes.Operand: _READ, nodes.Not: _ASKED}.get(type(node), use)
            for child in node.iter_child_nodes():
                self._walk(child, lines, depth + 1, inner)

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
            self._walk(child, {name: over}, depth + 1, _PRINTED)
        for child in node.else_:
            self._walk(child, {}, depth + 1, _PRINTED)

    def _walk_condition(
        self, node: nodes.If | nodes.CondExpr, lines: Mapping[str, Placeholder], depth: int, use: str
    ) -> None:
        if isinstance(node, nodes.If) and len(node.elif_) > MOST_BRANCHES:
            raise WrongTemplate(f"Line {node.lineno}: use at most {MOST_BRANCHES} times elif.")
        if isinstance(node, nodes.CondExpr) and node.expr2 is None:
            raise WrongTemplate(f'Line {node.lineno}: say what stands there otherwise: if ... else "".')
        self._walk(node.test, lines, depth + 1, _ASKED)
        for child in node.iter_child_nodes(exclude=("test",)):
            self._walk(child, lines, depth + 1, use)

    def _walk_filter(self, node: nodes.Filter, lines: Mapping[str, Placeholder], depth: int) -> None:
        if node.name not in FILTERS or node.node is None:
            raise WrongTemplate(f"Line {node.lineno}: use one of these after the bar: {', '.join(FILTERS)}.")
        takes = node.args if node.name == "join" else []
        is_plain = len(node.args) <= 1 and all(
            isinstance(one, nodes.Const) and isinstance(one.value, str) for one in node.args
        )
        if node.kwargs or node.dyn_args or node.dyn_kwargs or node.args != takes or not is_plain:
            raise WrongTemplate(
                f'Line {node.lineno}: write |{node.name} without brackets, or as in |join(", "), '
                "with nothing but a text between them."
            )
        for one in node.args:
            self._walk(one, lines, depth + 1, _READ)
        over = self.known.get(node.node.name) if isinstance(node.node, nodes.Name) else None
        if over is not None and over.is_list and (node.name == "length" or (node.name == "join" and not over.lines)):
            return
        self._walk(node.node, lines, depth + 1, _READ)
        if node.name == "join" or (node.name == "length" and self._type(node.node, lines) != "text"):
            raise WrongTemplate(f"Line {node.lineno}: |{node.name} is for a list{_or_text(node.name)}.")

    def _named(self, node: nodes.Name | nodes.Getattr, lines: Mapping[str, Placeholder]) -> Placeholder | None:
        """What a name stands for; None for a line of a list of texts, and what a loop knows of itself."""
        if isinstance(node, nodes.Getattr):
            owner = node.node.name if isinstance(node.node, nodes.Name) else ""
            if owner == "loop" and lines and node.attr in LOOP_WORDS:
                return None
            parts = {one.name: one for one in lines[owner].lines} if owner in lines else {}
            if node.attr not in parts:
                raise WrongTemplate(
                    f"Line {node.lineno}: there is no .{node.attr[:40]} here. {_parts_of(owner, parts)}"
                )
            return parts[node.attr]
        if node.name in lines:
            if lines[node.name].lines:
                names = ", ".join(f"{node.name}.{one.name}" for one in lines[node.name].lines)
                raise WrongTemplate(f"Line {node.lineno}: say what of {node.name}: {names}.")
            return None
        if node.name not in self.known:
            names = ", ".join(self.known)
            raise WrongTemplate(f"Line {node.lineno}: there is no {node.name[:40]} here. Use one of: {names}.")
        return self.known[node.name]

    def _check_use(self, node: nodes.Name | nodes.Getattr, one: Placeholder | None, use: str) -> None:
        if one is None or use == _ASKED:
            return
        if one.is_list:
            line = f"one.{one.lines[0].name}" if one.lines else "one"
            each = f"{{% for one in {one.name} %}} {{{{ {line} }}}} {{% endfor %}}"
            raise WrongTemplate(f"Line {node.lineno}: {one.name} is a list: write {each}.")
        if one.is_link and use == _READ:
            raise WrongTemplate(
                f"Line {node.lineno}: {one.name} is a link of the person's own: print it as it is, or ask "
                "whether it is there with if, and do nothing else with it."
            )

    def _check_comparison(self, node: nodes.Compare, lines: Mapping[str, Placeholder]) -> None:
        left = self._type(node.expr, lines)
        for operand in node.ops:
            right = self._type(operand.expr, lines)
            is_odd = operand.op in _ORDERS and (left != right or not left)
            if is_odd or (operand.op in _HOLDS and {left, right} != {"text"}):
                raise WrongTemplate(f"Line {node.lineno}: compare a number with a number, or a text with a text.")
            left = right

    def _type(self, node: nodes.Expr, lines: Mapping[str, Placeholder]) -> str:
        """Whether it is a text or a number; empty where that cannot be told."""
        value: object = None
        if isinstance(node, nodes.Const):
            value = node.value
        elif isinstance(node, nodes.Filter):
            value = 0 if node.name == "length" else ""
        elif isinstance(node, nodes.Name | nodes.Getattr):
            one = self._named(node, lines)
            is_loops = isinstance(node, nodes.Getattr) and one is None
            value = one.example if one is not None else 0 if is_loops else ""
        return "text" if isinstance(value, str) else "number" if isinstance(value, int | float) else ""


def _check_constant(node: nodes.Const) -> None:
    if isinstance(node.value, str) and _ADDRESS.search(node.value):
        raise WrongTemplate(f"Line {node.lineno}: write the address out, without braces and quotation marks.")


def _check_printed(node: nodes.Node) -> None:
    """What is written in braces could as well stand without them, and be looked at as what it is."""
    for one in node.nodes if isinstance(node, nodes.Output) else ():
        if isinstance(one, nodes.Const):
            raise WrongTemplate(
                f"Line {one.lineno}: write what is in quotation marks without them, and without braces."
            )


def _or_text(filter_name: str) -> str:
    return " of texts" if filter_name == "join" else " or a text"


def _parts_of(owner: str, parts: Mapping[str, Placeholder]) -> str:
    return f"Use one of: {', '.join(sorted(f'{owner}.{part}' for part in parts))}." if parts else "Use plain names."
