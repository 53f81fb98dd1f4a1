"""Where notes stand: the list of a member, of a session or of a cohort, with its filter and its form."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from coaching.blueprints.access import current_actor
from coaching.blueprints.note_words import who_reads
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form
from coaching.blueprints.pages.note_sections import (
    NotePlace,
    cohort_place,
    member_place,
    private_url,
    readers_of_lines,
    session_place,
)
from coaching.extensions import db
from coaching.models import Membership, NoteClass, NoteWriter
from coaching.models.note_readers import offered_classes
from coaching.note_policies import read_classes, writes_as
from coaching.policies import is_self, is_writable, may_coach
from coaching.services.coaching_sessions import get_session
from coaching.services.cohorts import get_cohort
from coaching.services.memberships import get_membership
from coaching.services.note_list import PAGE
from coaching.services.notes import list_pair_coaches

LABELS = {
    "body": "Note", "note_class": "Who reads it", "pair_coach": "Which coach", "goal": "Goal", "reality": "Reality",
    "options": "Options", "will": "Will", "agreed": "May it be shown so",
}  # fmt: skip
MOST_PAGES = 500


def place_of_member(public_id: str) -> NotePlace:
    return member_place(get_membership(db.session(), public_id, actor=current_actor()))


def place_of_session(public_id: str) -> NotePlace:
    return session_place(get_session(db.session(), public_id, actor=current_actor()))


def place_of_cohort(public_id: str) -> NotePlace:
    return cohort_place(get_cohort(db.session(), public_id, actor=current_actor()))


def render_place(place: NotePlace, form: Form) -> str:
    """The list, of one class where the address says so, and the form for another note."""
    actor = current_actor()
    writer = writes_as(actor, place.cohort, place.membership)
    offered = offered_classes(writer, membership=place.membership, coaching_session=place.held)
    if not is_writable(place.cohort):
        offered = ()
    chosen = class_asked_for()
    page = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    # One more than is shown tells whether there is another page.
    lines = place.read(note_class=chosen, limit=PAGE + 1, offset=(page - 1) * PAGE)
    coaches = []
    if NoteClass.PAIR in offered and writer == NoteWriter.PARTICIPANT:
        coaches = list_pair_coaches(db.session(), place.cohort, actor=actor)
    return render_template(
        "note/list.html",
        place=place,
        lines=lines[:PAGE],
        readers=readers_of_lines(lines),
        form=form,
        errors=form.errors,
        labels=LABELS,
        offered=[(one.value, class_sentence(one, place.membership, coaches)) for one in offered],
        coaches=[(one.id, one.name) for one in coaches],
        chosen=chosen,
        tabs=_tabs(place, chosen),
        private_url=private_url(place),
        coordinator_url=_coordinator_url(place),
        previous_url=_page_url(place, chosen, page - 1) if page > 1 else None,
        next_url=_page_url(place, chosen, page + 1) if len(lines) > PAGE else None,
        breadcrumb=trail(place.cohort, *_steps(place)),
    )


def class_asked_for() -> NoteClass | None:
    word = request.args.get("class", "")
    return NoteClass(word) if word in set(NoteClass) else None


def class_sentence(note_class: NoteClass, membership: Membership | None, coaches: list[Any]) -> str:
    """Who would read a note of this class that the one who asks writes here."""
    actor = current_actor()
    is_own = membership is not None and is_self(actor, membership)
    member = "you" if is_own else membership.person.name if membership is not None else ""
    coach = (coaches[0].name if len(coaches) == 1 else "the coach whom you choose") if is_own else "you"
    return who_reads(note_class, member=member, coach=coach)


def _coordinator_url(place: NotePlace) -> str | None:
    """Where a coach sees what of these notes a coordinator reads."""
    if place.noun == "session" or not may_coach(current_actor(), place.cohort):
        return None
    identifier: dict[str, Any] = {f"{place.noun}_id": place.public_id}
    return url_for(f"as_coordinator.{place.noun}_notes", **identifier)


def _tabs(place: NotePlace, chosen: NoteClass | None) -> list[dict[str, Any]]:
    """The classes that there can be for this reader here."""
    actor = current_actor()
    seen = set(read_classes(actor, place.cohort, place.membership))
    if may_coach(actor, place.cohort) and place.membership is not None:
        seen.add(NoteClass.PAIR)
    if len(seen) < 2:
        return []
    every = {"label": "All", "url": place.url, "current": chosen is None}
    return [
        every,
        *(
            {"note_class": one, "url": _page_url(place, one, 1), "current": chosen == one}
            for one in NoteClass
            if one in seen
        ),
    ]


def _page_url(place: NotePlace, chosen: NoteClass | None, page: int) -> str:
    asked: dict[str, Any] = {"class": chosen.value} if chosen is not None else {}
    if page > 1:
        asked["page"] = page
    return place.url_of("notes.of", **asked)


def _steps(place: NotePlace) -> list[tuple[str, str]]:
    here = ("Notes", "")
    return [here] if place.noun == "cohort" else [(place.title, place.own_page), here]
