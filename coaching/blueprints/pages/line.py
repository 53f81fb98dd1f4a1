"""Somebody's line through time: a picture, and the same as a list. A participant has their own over all cohorts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import date_text
from coaching.blueprints.line_picture import Picture, draw_line
from coaching.blueprints.line_query import LineQuery, wanted_of
from coaching.blueprints.line_words import LANES, ONE, address, figure, named, said, when
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, messages_of
from coaching.clock import utc_now
from coaching.errors import Invalid
from coaching.extensions import db
from coaching.models import Membership
from coaching.policies import is_self, may_view_goals
from coaching.schemas.base import load_form
from coaching.services.line_events import LineEvent, LineKind
from coaching.services.memberships import get_membership
from coaching.services.person_line import (
    EVERYTHING,
    Line,
    LinePart,
    Wanted,
    read_line,
    read_own_line,
    seen_kinds,
    take_part,
)

PAGE = 40

blueprint = Blueprint("line", __name__)


@blueprint.get("/members/<id:membership_id>/line")
def member(membership_id: str) -> ResponseReturnValue:
    """One membership's line, for the member and for those who run the cohort."""
    membership = get_membership(db.session(), membership_id, actor=current_actor())
    name, own = membership.person.name, is_self(current_actor(), membership)
    where = trail(membership.cohort, (name, url_for("members.show", public_id=membership_id)), ("Line", ""))

    def read(wanted: Wanted) -> Line:
        return read_line(db.session(), membership, actor=current_actor(), now=utc_now(), wanted=wanted)

    return _page(
        read,
        kinds=seen_kinds(may_view_goals(current_actor(), membership)),
        values={"membership_id": membership_id},
        heading="Your line" if own else f"{name}’s line",
        lead=membership.cohort.name,
        breadcrumb=where,
    )


@blueprint.get("/line")
def own() -> ResponseReturnValue:
    """One's own, over all cohorts that one is in."""

    def read(wanted: Wanted) -> Line:
        return read_own_line(db.session(), actor=current_actor(), now=utc_now(), wanted=wanted)

    return _page(
        read,
        kinds=seen_kinds(sees_goals=True),
        values={},
        heading="My line",
        lead="What you did, what you agreed on and what is next, in all of your cohorts.",
        breadcrumb=[{"label": "My line", "url": ""}],
    )


def draw_member(membership: Membership, line: Line) -> list[Picture]:
    """The picture on a member's page, whose marks of several lead to the list."""
    kinds = seen_kinds(may_view_goals(current_actor(), membership))
    name = "Your line" if is_self(current_actor(), membership) else f"{membership.person.name}’s line"

    def list_of(kind: LineKind, first: date, last: date) -> str:
        return _list_url("line.member", {"membership_id": membership.public_id}, kind, first, last)

    return draw_line(line, kinds, title=name, list_of=list_of)


def _list_url(endpoint: str, values: dict[str, Any], kind: LineKind, first: date, last: date) -> str:
    chosen: dict[str, Any] = {"kinds": kind.value, "from": first.isoformat(), "to": last.isoformat()}
    return url_for(endpoint, **values, **chosen, _anchor="list")


def _page(
    read: Callable[[Wanted], Line], *, kinds: tuple[LineKind, ...], values: dict[str, Any], heading: str, **page: Any
) -> ResponseReturnValue:
    here, typed = str(request.endpoint), request.args.to_dict(flat=False)
    form = Form(request.args.to_dict())
    try:
        wanted = wanted_of(load_form(LineQuery(), request.args))
        line = read(wanted)
        part = take_part(line, limit=PAGE, after=wanted.after)
    except Invalid as refusal:
        form = Form(form.values, messages_of(refusal))
        wanted, line, part = EVERYTHING, None, LinePart((), None)

    def list_of(kind: LineKind, first: date, last: date) -> str:
        return _list_url(here, values, kind, first, last)

    chosen = [kind for kind in kinds if kind in wanted.kinds] if wanted.kinds else list(kinds)
    body = render_template(
        "line/show.html",
        here=here,
        values=values,
        heading=heading,
        form=form,
        errors=form.errors,
        line=line,
        pictures=draw_line(line, chosen, title=heading, list_of=list_of) if line and not wanted.after else [],
        months=_by_month(part.items),
        kinds=[("", "Everything"), *((kind.value, LANES[kind]) for kind in kinds)],
        is_narrowed=bool(typed),
        narrowed=_narrowed(typed),
        names_cohorts=line is not None and len(line.places) > 1,
        newest_url=_url(here, values, typed, after=None) if wanted.after else None,
        next_url=_url(here, values, typed, after=part.next) if part.next else None,
        earlier=_earlier(here, values, typed, line) if line is not None and not part.next else None,
        lanes=ONE, address=address, named=named, said=said, when=when, figure=figure,
        **page,
    )  # fmt: skip
    return (body, 422) if form.errors else body


def _narrowed(typed: dict[str, list[str]]) -> str:
    """What of it a page shows, for its title: each has one of its own."""
    known = {kind.value: LANES[kind] for kind in LineKind}
    parts = [known[kind] for kind in typed.get("kinds", []) if kind in known]
    words = {"from": "from", "to": "until", "after": "and before, after"}
    parts += [f"{word} {typed[name][0]}" for name, word in words.items() if typed.get(name, [""])[0]]
    return f": {', '.join(parts)}" if parts else ""


def _earlier(here: str, values: dict[str, Any], typed: dict[str, Any], line: Line) -> tuple[str, str] | None:
    """What leads to the time before the window; nothing where the window has nothing any more."""
    if not line.events:
        return None
    to = line.first - timedelta(days=1)
    return f"Before {date_text(line.first)}", _url(here, values, typed, after=None, to=to.isoformat(), **{"from": None})


def _url(here: str, values: dict[str, Any], typed: dict[str, Any], **changes: str | None) -> str:
    return url_for(here, **values | typed | changes, _anchor="list")


def _by_month(events: tuple[LineEvent, ...]) -> list[tuple[str, list[LineEvent]]]:
    return [(month, list(group)) for month, group in groupby(events, lambda event: f"{event.on:%B %Y}")]
