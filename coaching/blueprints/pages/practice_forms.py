"""What the pages of a practice log share: the page of a line, and what the form of one begins with and chooses from."""

from __future__ import annotations

from collections.abc import Iterable

from flask import render_template, url_for

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, filled
from coaching.extensions import db
from coaching.models import CommentKind, EntryFactor, FactorKind, Membership, Person, PracticeEntry, PracticeKind
from coaching.policies import is_self
from coaching.practice_policies import may_confirm_practice, may_speak_in_practice, may_write_practice
from coaching.services.practice import list_runs
from coaching.services.practice_comments import list_comments
from coaching.services.practice_factors import list_offered
from coaching.services.practice_subjects import list_own_courses

LABELS = {
    "text": "What did you do?",
    "on": "When?",
    "about_id": "Which course is it about?",
    "with_whom": "With whom?",
    "factors": "What helped and what hindered",
    "factor_ids": "What helped?",
    "helped": "What else helped?",
    "hindered": "What else got in the way?",
    "reflection": "What do you make of it?",
    "what_next": "What comes next?",
}


def standing(entry: PracticeEntry) -> Form:
    """The form as the row has it. The words that were chosen are named, for who looks at what changed meanwhile."""
    about = entry.run or entry.project
    return filled(
        entry.version,
        text=entry.text,
        on=entry.on,
        about_id=about.public_id if about is not None else None,
        with_whom=entry.with_whom,
        helped=entry.helped,
        hindered=entry.hindered,
        reflection=entry.reflection,
        what_next=entry.what_next,
        factors=", ".join(one.name for one in entry.factors),
    )


def about_options(membership: Membership, entry: PracticeEntry | None = None) -> list[tuple[str, str]]:
    """The participant's courses, and the runs of them; what the line is about already is among them."""
    actor, session = current_actor(), db.session()
    options = [(one.id, one.title) for one in list_own_courses(session, membership, actor=actor)]
    options += [(run.id, f"{run.project_title}, {run.label}") for run in list_runs(session, membership, actor=actor)]
    about = (entry.run or entry.project) if entry is not None else None
    if about is not None and about.public_id not in {one[0] for one in options}:
        title = entry.run.project.title if entry is not None and entry.run is not None else about.public_id
        options.append((about.public_id, title))
    return sorted(options, key=lambda one: one[1].casefold())


def factor_options(membership: Membership, chosen: Iterable[EntryFactor]) -> dict[str, list[tuple[str, str]]]:
    """The words of either kind that can be ticked: those in use, and those that the line has."""
    offered = [
        (one.kind, one.public_id, one.name) for one in list_offered(db.session(), membership, actor=current_actor())
    ]
    known = {one[1] for one in offered}
    offered += [(one.kind, one.factor.public_id, one.name) for one in chosen if one.factor.public_id not in known]
    return {kind.value: [(one, name) for of, one, name in offered if of == kind] for kind in FactorKind}


def render_entry(entry: PracticeEntry, form: Form) -> str:
    """The page of one line, with the form for a comment as it was sent."""
    actor, membership = current_actor(), entry.membership
    said = list_comments(db.session(), entry, actor=actor)
    celebrations = [one for one in said if one.kind == CommentKind.CELEBRATION]
    confirmed_by = db.session().get(Person, entry.confirmed_by_id) if entry.confirmed_by_id is not None else None
    member = (membership.person.name, url_for("members.show", public_id=membership.public_id))
    log = ("Practice log", url_for("practice.list", membership_id=membership.public_id))
    return render_template(
        "practice/show.html",
        entry=entry,
        form=form,
        errors=form.errors,
        labels={"text": "Answer" if is_self(actor, membership) else "Say something"},
        comments=[one for one in said if one.kind == CommentKind.COMMENT],
        celebrations=celebrations,
        has_celebrated=any(one.is_own for one in celebrations),
        confirmed_by=confirmed_by,
        is_own=is_self(actor, membership),
        is_by_hand=entry.kind == PracticeKind.ENTRY,
        may_write=may_write_practice(actor, membership),
        may_speak=may_speak_in_practice(actor, membership),
        may_confirm=may_confirm_practice(actor, membership),
        breadcrumb=trail(membership.cohort, member, log, ("A line", "")),
    )
