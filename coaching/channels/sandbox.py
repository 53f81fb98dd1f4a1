"""Templates that people write in the app: what they may hold, and how they are filled in without any harm.

Three walls, each of which would do alone for most of it: what is not on the list of what a template may hold is
refused when it is read; what runs, runs in Jinja's sandbox with plain values and no function to call; and what comes
out ends where it grows too long. No loop is within another, and each runs over a list of ours, so that nothing hangs.

Links are the persons' own: no filter and no comparison touches one, and what is filled in has marks in their places.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from coaching.channels.own_links import has_marks, marked
from coaching.channels.template_checks import FILTERS, Checker
from coaching.channels.template_errors import CANNOT_BE_FILLED_IN, CANNOT_BE_READ, WrongTemplate, line_of, sentence_of

LONGEST_SOURCE = 20_000
LONGEST_OUTPUT = 100_000
# How many templates are kept compiled.
KEPT = 64


class TooLong(WrongTemplate):
    """What a template came to is longer than any mail."""

    def __init__(self, *, field: str = "") -> None:
        super().__init__(f"It comes to more than {LONGEST_OUTPUT:,} characters.", field=field)


@cache
def _environment(is_html: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        autoescape=is_html,
        undefined=StrictUndefined,
        finalize=marked,
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


def ways_through(source: str) -> int:
    """How many ways have to be looked at so that each branch of a template was on one."""
    tree = _environment(is_html=False).parse(source)
    return max([2, *(2 + len(one.elif_) for one in tree.find_all(nodes.If))])


def fill_in(source: str, kind: str, values: Mapping[str, Any], *, is_html: bool, way: int | None = None) -> str:
    """The template with the values in it, and marks around them. Raises WrongTemplate or TooLong.

    With a `way` it goes into that branch of every condition, whatever the values are: so a fault is found that no
    example would come to.
    """
    pieces: list[str] = []
    length = 0
    try:
        for piece in _compiled(source, kind, is_html=is_html, way=way).generate(values):
            length += len(piece)
            if length > LONGEST_OUTPUT:
                raise TooLong
            pieces.append(piece)
    except (TypeError, ValueError, TemplateError) as error:
        raise WrongTemplate(CANNOT_BE_FILLED_IN.format(line=line_of(error))) from error
    return "".join(pieces)


@lru_cache(maxsize=KEPT)
def _compiled(source: str, kind: str, *, is_html: bool, way: int | None = None) -> Template:
    """The template, read and checked once: a batch has the same words for hundreds of mails."""
    if len(source) > LONGEST_SOURCE:
        raise WrongTemplate(f"Use at most {LONGEST_SOURCE:,} characters.")
    if has_marks(source):
        raise WrongTemplate("Leave out the signs U+E000 to U+E002: they mean nothing to who reads the mail.")
    try:
        tree = _environment(is_html).parse(source)
        Checker(kind).check(tree)
        if way is not None:
            _force(tree, way)
        return _environment(is_html).from_string(tree)
    except TemplateSyntaxError as error:
        raise WrongTemplate(sentence_of(error)) from error
    except RecursionError as error:
        raise WrongTemplate("It has too many brackets within each other. Write it more simply.") from error
    except (ValueError, SyntaxError) as error:
        raise WrongTemplate(CANNOT_BE_READ) from error


def _force(tree: nodes.Template, way: int) -> None:
    """Makes every condition go one way: into its first branch, its second, or where there is no such into its last."""
    for choice in list(tree.find_all(nodes.CondExpr)):
        choice.test = nodes.Const(way == 0)
    later = {id(other) for one in tree.find_all(nodes.If) for other in one.elif_}
    for one in list(tree.find_all(nodes.If)):
        for place, branch in enumerate([] if id(one) in later else [one, *one.elif_]):
            branch.test = nodes.Const(place == way)
