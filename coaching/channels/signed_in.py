"""A letter for a way that others may read, or that is kept: in the place of its links, the pages where one signs in."""

from __future__ import annotations

from dataclasses import replace

from coaching.channels.base import Letter

ITEMS, UNSUBSCRIBE = "items", "unsubscribe"


def for_signed_in(letter: Letter, *, medium: str, base_url: str = "") -> Letter:
    """The letter without a secret in it, in words that suit the medium. `base_url` stands before its pages.

    The templates know each link by its name, and one that leads nowhere here is not there at all.
    """
    facts = {name: value for name, value in letter.facts.items() if name != UNSUBSCRIBE}
    if ITEMS in facts:
        facts[ITEMS] = [item | {"link": f"{base_url}/check-ins/{item['id']}"} for item in facts[ITEMS]]
    return replace(letter, link=base_url + letter.path if letter.path else "", facts=facts, medium=medium)
