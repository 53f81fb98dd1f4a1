"""What the names in a programme's own words stand for in one letter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from coaching.channels.base import Letter
from coaching.channels.moments import ahead, beside, day_of, moment, until
from coaching.channels.placeholders import TAPS, Value


def values_of(letter: Letter, *, usual_subject: str, news: str) -> dict[str, Value]:
    """What the names stand for in this letter. Raises KeyError where its facts are not what they are expected to be."""
    own = {"name": letter.name, "usual_subject": usual_subject}
    return own | _READERS[letter.kind](letter, news)


def _check_in(letter: Letter, _news: str) -> dict[str, Value]:
    """One mail asks for all that somebody has due."""
    asked: list[dict[str, Any]] = [
        {name: one[name] for name in ("cohort", "programme", "label", "question", "link")}
        | {"until": moment(one["closes_at"], letter.timezone), "is_reminder": bool(one["nudge"])}
        | {f"link_{word}": f"{one['link']}/{word}" for word in TAPS}
        | {"needs_consent": bool(one["needs_consent"]), "more": int(one.get("more", 0))}
        for one in letter.facts["items"]
    ]
    return {"count": len(asked), "check_ins": asked}


def _session_reminder(letter: Letter, _news: str) -> dict[str, Value]:
    facts, zone = letter.facts, letter.timezone
    named: dict[str, Value] = {
        name: str(facts[name]) for name in ("cohort", "programme", "title", "place", "preparation")
    }
    return named | {
        "when": until(facts["starts_at"], facts["ends_at"], zone),
        "when_there": beside(facts["starts_at"], facts["zone"], zone),
        "ahead": ahead(facts["starts_at"], letter.written_at),
        "link": letter.link,
    }


def _action_reminder(letter: Letter, _news: str) -> dict[str, Value]:
    promised: list[dict[str, Any]] = [
        {name: one[name] for name in ("cohort", "programme", "statement", "whose")}
        | {"day": day_of(one["due_on"]) if one["due_on"] else ""}
        for one in letter.facts["actions"]
    ]
    return {"count": len(promised), "actions": promised, "link": letter.link}


def _session_invite(letter: Letter, news: str) -> dict[str, Value]:
    facts = letter.facts
    lines = [_session_line(line, letter.timezone) for line in facts["lines"]]
    return {
        "cohort": facts["cohort"],
        "programme": facts["programme"],
        "news": news,
        "act": facts["act"],
        "title": facts["title"] if facts["count"] > 1 else lines[0]["title"],
        "count": facts["count"],
        "sessions": lines,
        "link": letter.link,
    }


def _session_line(line: Mapping[str, Any], zone: str) -> dict[str, Any]:
    is_off = line["act"] in {"cancelled", "dropped"}
    was = until(line["was_from"], line["was_to"], zone) if line["was_from"] else ""
    return {
        "title": line["title"],
        "act": line["act"],
        "when": was if is_off else until(line["starts_at"], line["ends_at"], zone),
        "was": was if line["act"] == "moved" else "",
        "when_there": "" if is_off else beside(line["starts_at"], line["zone"], zone),
        "place": line["place"],
        "changes": " ".join(_changes(line)),
        "reason": line["reason"],
    }


def _changes(line: Mapping[str, Any]) -> Iterator[str]:
    """What differs from what the person was told, as our own mail says it."""
    words = line["words"]
    if "length" in words and line["act"] != "moved":
        yield "It has another length than before."
    if "title" in words:
        yield "It has a new title."
    if "place" in words:
        yield "The place is new." if line["place"] else "It has no place any more."
    if "text" in words:
        yield "What it is about has changed: see the event."


def _poll(letter: Letter, _news: str) -> dict[str, Value]:
    facts, zone = letter.facts, letter.timezone
    named = {name: facts[name] for name in ("cohort", "title", "note", "by", "minutes", "is_reminder")}
    return named | {
        "times": [moment(slot, zone) for slot in facts["slots"]],
        "until": moment(facts["closes_at"], zone),
        "link": letter.link,
    }


def _handover(letter: Letter, news: str) -> dict[str, Value]:
    names = ("cohort", "programme", "old", "new", "pair", "sessions", "reader")
    named: dict[str, Value] = {name: letter.facts[name] for name in names}
    return named | {"news": news, "link": letter.link}


def _invitation(letter: Letter, _news: str) -> dict[str, Value]:
    return {"to": letter.facts["to"], "by": letter.facts["by"], "link": letter.link}


_READERS: Mapping[str, Callable[[Letter, str], dict[str, Value]]] = {
    "check_in": _check_in,
    "session_reminder": _session_reminder,
    "action_reminder": _action_reminder,
    "session_invite": _session_invite,
    "poll": _poll,
    "handover": _handover,
    "invitation": _invitation,
}
