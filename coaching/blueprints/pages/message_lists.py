"""What will be sent and what was, and why: to oneself, to a member, to a cohort, in a programme."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import date_text, in_zone
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.messages import FARTHEST
from coaching.blueprints.wording import words
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.models import MessageKind, MessageState
from coaching.services.cohorts import get_cohort
from coaching.services.coming_messages import ComingMessage, list_coming
from coaching.services.memberships import get_membership
from coaching.services.message_scope import (
    MessageScope,
    scope_of_cohort,
    scope_of_member,
    scope_of_own,
    scope_of_programme,
)
from coaching.services.programmes import get_programme
from coaching.services.sent_messages import PAGE, SentMessage, list_never_asked, list_sent
from coaching.services.why import CAUSES, HELD, NEVER_ASKED, AnchorFact, why_check_in, why_reminded

blueprint = Blueprint("message_lists", __name__)


@blueprint.get("/account/messages")
def own() -> ResponseReturnValue:
    """What I shall get and what I got."""
    scope = scope_of_own(actor=current_actor())
    return _page(
        scope, heading="Your messages", values={}, breadcrumb=_steps(("Your account", url_for("account.show")))
    )


@blueprint.get("/members/<id:public_id>/messages")
def member(public_id: str) -> ResponseReturnValue:
    """What a member gets because of this cohort."""
    found = get_membership(db.session(), public_id, actor=current_actor())
    scope = scope_of_member(found, actor=current_actor())
    where = trail(found.cohort, (found.person.name, url_for("members.show", public_id=public_id)), ("Messages", ""))
    return _page(scope, heading=f"Messages to {found.person.name}", values={"public_id": public_id}, breadcrumb=where)


@blueprint.get("/cohorts/<id:public_id>/messages")
def cohort(public_id: str) -> ResponseReturnValue:
    """What a cohort's people get because of it."""
    found = get_cohort(db.session(), public_id, actor=current_actor())
    scope = scope_of_cohort(found, actor=current_actor())
    return _page(
        scope,
        heading=f"Messages of {found.name}",
        values={"public_id": public_id},
        breadcrumb=trail(found, ("Messages", "")),
    )


@blueprint.get("/programmes/<id:public_id>/messages")
def programme(public_id: str) -> ResponseReturnValue:
    """What goes out in a programme, with what nobody can know the fate of."""
    found = get_programme(db.session(), public_id, actor=current_actor())
    scope = scope_of_programme(found, actor=current_actor())
    where = _steps((found.name, url_for("programmes.show", public_id=public_id)))
    return _page(scope, heading=f"Messages of {found.name}", values={"public_id": public_id}, breadcrumb=where)


def _steps(parent: tuple[str, str]) -> list[dict[str, str]]:
    return [{"label": parent[0], "url": parent[1]}, {"label": "Messages", "url": ""}]


def _page(scope: MessageScope, *, heading: str, values: dict[str, Any], breadcrumb: Any) -> str:
    """The next 30 days, or with `?view=sent` what was sent and was not."""
    is_past = request.args.get("view") == "sent"
    show = _show_sent if is_past else _show_coming
    here = str(request.endpoint)
    return show(
        scope,
        heading=heading,
        here=here,
        values=values,
        breadcrumb=breadcrumb,
        tabs=[
            {"label": "Next 30 days", "url": url_for(here, **values), "current": not is_past},
            {"label": "Sent and not sent", "url": url_for(here, **values, view="sent"), "current": is_past},
        ],
    )


def _show_coming(scope: MessageScope, **page: Any) -> str:
    outlook = list_coming(db.session(), scope, now=utc_now())
    return render_template(
        "message/coming.html",
        days=_by_day(outlook.lines),
        outlook=outlook,
        names_people=scope.names_people,
        why=_why,
        **page,
    )


class Shown(NamedTuple):
    """What goes out alike to several is one line with their names; to one alone it leads to what it is about."""

    line: ComingMessage
    names: list[str]
    people: int


def _by_day(lines: Sequence[ComingMessage]) -> list[tuple[Any, list[Shown]]]:
    """The lines by the viewer's own days."""
    zone = current_actor().timezone
    return [(day, _alike(group)) for day, group in groupby(lines, lambda line: in_zone(line.at, zone).date())]


def _alike(lines: Iterable[ComingMessage]) -> list[Shown]:
    alike: dict[ComingMessage, list[ComingMessage]] = defaultdict(list)
    for line in lines:
        alike[line._replace(name="", membership_id=None, subject_id="", people=1)].append(line)
    return [
        Shown(those[0], [each.name for each in those if each.name], sum(each.people for each in those))
        for those in alike.values()
    ]


def _why(line: ComingMessage) -> str:
    """The reason, and the rule that holds it back where there is one."""
    if line.minutes is not None:
        return why_reminded(line.minutes)
    if line.anchor is None or line.anchor_on is None:
        return CAUSES.get(line.kind, "It is written, and leaves with the next tick.")
    if line.if_silent:
        reason = "It brings to mind what was asked, if there is no answer until then."
    else:
        fact = AnchorFact(line.anchor, line.anchor_on, line.anchor_name)
        reason = why_check_in(fact, line.offset, date_text(line.anchor_on))
    return reason if line.refusal else f"{reason} {HELD[line.held]}".strip()


def _why_written(line: SentMessage) -> str:
    """Why a message was written, whatever became of it: each of its check-ins has a reason of its own."""
    reasons = [
        why_check_in(AnchorFact(one.anchor, one.anchor_on, one.anchor_name or ""), one.offset, date_text(one.anchor_on))
        for one in line.asked
    ]
    return " ".join(dict.fromkeys(reasons)) or CAUSES.get(line.kind, "")


def _show_sent(scope: MessageScope, **page: Any) -> str:
    state, kind = _chosen(MessageState, "state"), _chosen(MessageKind, "kind")
    offset = min(max(0, request.args.get("start", 0, type=int)), FARTHEST)
    found = list_sent(db.session(), scope, state=state, kind=kind, offset=offset)
    here, values = page["here"], page["values"]

    def page_url(start: int) -> str:
        return url_for(here, **values, view="sent", state=state, kind=kind, start=start or None)

    never = list_never_asked(db.session(), scope, now=utc_now()) if not (offset or state or kind) else []
    return render_template(
        "message/sent.html",
        lines=found.lines,
        never=never,
        why_never=NEVER_ASKED,
        state=state,
        kind=kind,
        states=[("", "Any state"), *((each.value, words(each)) for each in MessageState)],
        kinds=[("", "Any kind"), *((each.value, words(each)) for each in MessageKind)],
        names_people=scope.names_people,
        why=_why_written,
        may_resend=here == "message_lists.programme",
        first=offset + 1,
        last=offset + len(found.lines),
        previous_url=page_url(max(0, offset - PAGE)) if offset else None,
        next_url=page_url(offset + PAGE) if found.is_more else None,
        **page,
    )


def _chosen(kind: Any, name: str) -> Any:
    """A word of an enumeration in the query; whatever is none of its words is as if it were not there."""
    given = request.args.get(name, "")
    return kind(given) if given in [*kind] else None
