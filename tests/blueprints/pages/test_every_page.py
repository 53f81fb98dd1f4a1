"""What holds of every page that somebody can reach by its links: it is there for them, has a title, writes nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import FollowUpPlan, Programme
from coaching.services.follow_up_plans import create_default_plan
from tests.blueprints.pages.browsing import Browse, Browser, links, title, words
from tests.worlds import Traces, World

ROLES = ("administrator", "coordinator", "coach", "participant", "fellow", "observer", "outsider")
WRITING = ("INSERT", "UPDATE", "DELETE")


def walk(browser: Browser) -> dict[str, str]:
    """Follows every link from home on. The title of each page by its address."""
    found: dict[str, str] = {}
    came: dict[str, str] = {}
    waiting, met = deque(["/"]), {"/"}
    while waiting:
        address = waiting.popleft()
        page = browser.get(address)
        assert page.status_code == 200, f"{address} answers {page.status_code}, {came.get(address)}"
        if page.content_type.startswith("text/html"):
            found[address] = title(page)
        for link in links(page):
            path = link.partition("#")[0]
            if path.startswith("/") and not path.startswith(("/assets/", "/api/")) and path not in met:
                met.add(path)
                came[path] = address
                waiting.append(path)
    return found


def plan_every_programme(session: Session) -> None:
    """As a programme that somebody makes has its plan from the beginning."""
    planned = set(session.scalars(select(FollowUpPlan.programme_id).where(FollowUpPlan.is_default)))
    for programme in session.scalars(select(Programme)):
        if programme.id not in planned:
            create_default_plan(session, programme, now=programme.created_at)


@pytest.mark.parametrize("who", ROLES)
def test_every_link_leads_somewhere_and_no_look_writes(
    session: Session,
    browse: Browse,
    world: World,
    traces: Traces,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
    who: str,
) -> None:
    browser = browse(getattr(world, who))
    plan_every_programme(session)
    session.commit()
    with count_queries() as statements:
        found = walk(browser)
    assert [one for one in statements if one.lstrip().upper().startswith(WRITING)] == []
    assert "/account" in found or len(found) >= 1
    # A list that is narrowed down, or a form that is filled in already, is the same page.
    named = {(address.partition("?")[0], one) for address, one in found.items()}
    titles = [one for _path, one in named]
    assert {path: one for path, one in named if titles.count(one) > 1} == {}
    assert all(one.endswith(" · Coaching") and len(one) > len(" · Coaching") for one in titles)


def test_a_page_that_is_not_ours_to_see_is_like_one_that_is_not_there(
    browse: Browse, world: World, traces: Traces
) -> None:
    browser = browse(world.outsider)
    missing = words(browser.get("/cohorts/00000000000000000000"))
    for address in (
        f"/cohorts/{world.cohort.public_id}",
        f"/programmes/{world.programme.public_id}",
        f"/members/{world.member.public_id}",
        f"/sessions/{traces.held.public_id}",
    ):
        answer = browser.get(address)
        assert answer.status_code == 404
        assert words(answer) == missing


@pytest.mark.parametrize("address", ["/cohorts/%00", "/members/short", "/sessions/UPPERCASEUPPERCASE00", "/nowhere"])
def test_an_address_that_cannot_be_is_not_there(browse: Browse, world: World, address: str) -> None:
    assert browse(world.coach).get(address).status_code == 404


def test_personal_pages_are_stored_nowhere(browse: Browse, world: World) -> None:
    answer = browse(world.coach).get(f"/cohorts/{world.cohort.public_id}")
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_menu_marks_where_one_is(browse: Browse, world: World) -> None:
    browser = browse(world.coach)
    assert '<a href="/" aria-current="page">Home</a>' in browser.get("/").text
    cohort = browser.get(f"/cohorts/{world.cohort.public_id}").text
    assert '<a href="/programmes" aria-current="page">Programmes</a>' in cohort
