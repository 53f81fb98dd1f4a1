"""The smallest parts of a page: icon, badge, bar, and the mark of presence in a grid.

A cohort's page has hundreds of them. They are drawn here and kept, because a template would draw each one anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

from flask import Flask
from markupsafe import Markup

from coaching.blueprints.assets import asset_url
from coaching.blueprints.formatting import minutes
from coaching.blueprints.wording import look, words
from coaching.services.attendance_grid import Mark

SPRITE = "img/icons.svg"
BEFORE = "before"

_ICON = Markup('<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>')
_BADGE = Markup('<span class="badge-status tone-{}">{}{}</span>')
_BAR = Markup(
    '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    '<rect class="bar-track" width="100" height="8"/><rect class="fill-{}" width="{}" height="8"/></svg>'
)
_PRESENCE = Markup('<span class="presence tone-{}"{}>{}<span class="visually-hidden">{}</span></span>')
_TITLE = Markup(' title="{}"')
_BEFORE = Markup('<span class="presence presence-before"><span class="visually-hidden">Before joining</span></span>')
_NOTHING = Markup(
    '<span class="presence presence-none"><span aria-hidden="true">·</span>'
    '<span class="visually-hidden">Not recorded</span></span>'
)


def init_marks(app: Flask) -> None:
    """Gives the components what they draw with."""
    app.jinja_env.globals.update(
        draw_icon=icon, draw_badge=badge, draw_bar=bar, draw_presence=presence, draw_presences=presences
    )


def icon(name: str, kind: str = "") -> Markup:
    """A picture beside a text that says what it means. `kind` is one more class."""
    return _draw_icon(asset_url(SPRITE), name, kind)


def badge(word: Any, label: str | None = None, tone: str | None = None) -> Markup:
    """A status: its tone, icon and text follow from the word, unless label and tone say otherwise."""
    return _draw_badge(asset_url(SPRITE), _plain(word), label, tone)


@lru_cache(maxsize=1024, typed=True)
def bar(value: float, maximum: float, tone: str = "accent") -> Markup:
    """How much of `maximum` the value is; what is above it fills the bar."""
    return _BAR.format(tone, round(min(value / maximum, 1) * 100, 2) if maximum else 0)


def presence(entry: Any) -> Markup:
    """A cell of the attendance grid: a Mark, a status, a mapping with `status` and `minutes`, "before", or None."""
    return _presence(asset_url(SPRITE), entry)


def presences(cells: Mapping[tuple[str, str], Any], member: str, sessions: Iterable[Mapping[str, Any]]) -> Markup:
    """A member's row of the attendance grid: a cell for each session."""
    sprite = asset_url(SPRITE)
    row = [f"<td>{_presence(sprite, cells.get((member, session['id'])))}</td>" for session in sessions]
    return Markup("".join(row))  # noqa: S704  Every piece of it was drawn here.


def _presence(sprite: str, entry: Any) -> Markup:
    if isinstance(entry, Mark):
        return _draw_presence(sprite, entry.status, entry.minutes)
    if isinstance(entry, Mapping):
        return _draw_presence(sprite, _plain(entry["status"]), entry.get("minutes"))
    return _draw_presence(sprite, _plain(entry), None)


def _plain(word: Any) -> str:
    if word is None:
        return ""
    return str(word.value) if isinstance(word, Enum) else str(word)


@lru_cache(maxsize=512)
def _draw_icon(sprite: str, name: str, kind: str) -> Markup:
    return _ICON.format(f" {kind}" if kind else "", sprite, name)


# Typed, because markup and the same text that is none are equal, and only one of them is escaped.
@lru_cache(maxsize=1024, typed=True)
def _draw_badge(sprite: str, word: str, label: str | None, tone: str | None) -> Markup:
    seen = look(word, tone)
    return _BADGE.format(seen.tone, _draw_icon(sprite, seen.icon, ""), words(word) if label is None else label)


@lru_cache(maxsize=1024)
def _draw_presence(sprite: str, status: str, measured: int | None) -> Markup:
    if not status:
        return _NOTHING
    if status == BEFORE:
        return _BEFORE
    detail = f", {minutes(measured)}" if measured is not None else ""
    said = f"{words(status)}{detail}"
    seen = look(status)
    title = _TITLE.format(said) if detail else ""
    return _PRESENCE.format(seen.tone, title, _draw_icon(sprite, seen.icon, ""), said)
