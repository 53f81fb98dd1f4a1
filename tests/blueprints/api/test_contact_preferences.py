"""How oneself wants to be asked, by the API."""

from __future__ import annotations

from tests.blueprints.api.caller import CallerOf
from tests.worlds import World

PATH = "/me/contact-preferences"
DEFAULTS = {
    "weekly_limit": 2, "from_hour": 8, "until_hour": 18, "weekends": False, "paused_until": None, "switched_off": [],
}  # fmt: skip


def test_one_reads_and_replaces_ones_own(world: World, caller: CallerOf) -> None:
    call = caller(world.participant)
    first = call.get(PATH)
    assert first.json == DEFAULTS
    wanted = DEFAULTS | {"weekly_limit": 5, "switched_off": ["check_in"]}
    answer = call.put(PATH, wanted, headers={"If-Match": first.headers["ETag"]})
    assert (answer.status_code, answer.json) == (200, wanted)
    assert call.get(PATH).json == wanted
    assert call.put(PATH, wanted, headers={"If-Match": first.headers["ETag"]}).status_code == 412
    wrong = call.put(
        PATH, {"switched_off": ["invitation"], "until_hour": 25}, headers={"If-Match": answer.headers["ETag"]}
    )
    assert wrong.status_code == 422
