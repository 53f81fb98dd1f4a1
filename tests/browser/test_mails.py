"""Every mail as HTML, in a browser, on a light and on a dark screen: anybody can read it, and it loads nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from coaching.channels.base import Letter, Words
from coaching.channels.mime import render_mail
from tests.channels.test_mime import FACTS, letter

pytestmark = pytest.mark.browser
# A mail is shown within a mail program, whose landmarks are its own.
EVERY_RULE: dict[str, Any] = {"rules": {"landmark-one-main": {"enabled": False}, "region": {"enabled": False}}}
# Of the dark screen only the colours are another question, and these mails have all that there are.
COLOURS: dict[str, Any] = {"runOnly": ["color-contrast"]}
VARIED = ("demo, which asks twice", "from HTML", "session_invite")
EVERYTHING = (
    '<h2>More</h2><p lang="de">Bitte <strong>hier</strong> <em>antworten</em>.</p><ul><li>{{ count }}</li></ul>'
    "<blockquote>Begun?</blockquote><hr>"
    '{% for one in check_ins %}<p><a class="button" href="{{ one.link }}">Answer</a></p>{% endfor %}'
    '<p><a href="https://example.org/">Our school</a></p>'
)


def letters() -> dict[str, Letter]:
    """One of each kind, one in a programme's words without HTML, one with all that its HTML may hold, and a demo's
    which asks for two things."""
    made = {kind: letter(kind) for kind in FACTS}
    text = "Hello {{ name }}\n\n{% for one in check_ins %}\nAnswer now:\n{{ one.link }}\n{% endfor %}\n\nSee https://example.org/"
    made["from a text"] = letter(words=Words(1, "{{ usual_subject }}", text, ""))
    made["from HTML"] = letter(words=Words(1, "{{ usual_subject }}", text, EVERYTHING))
    twice = FACTS["check_in"]["items"] * 2
    made["demo, which asks twice"] = replace(letter(), facts=FACTS["check_in"] | {"is_synthetic": True, "items": twice})
    return made


def test_mails_can_be_read_by_everybody_and_load_nothing(browser: Browser) -> None:
    axe, wrong, loaded = Axe(), {}, []
    written = letters()
    mails = {name: render_mail(one).html for name, one in written.items()}
    assert {one.words.fault for one in written.values() if one.words} == {""}
    for scheme, shown, rules in (("light", mails, EVERY_RULE), ("dark", VARIED, COLOURS)):
        page = browser.new_context(color_scheme=scheme, viewport={"width": 360, "height": 800}).new_page()
        page.on("request", lambda request: loaded.append(request.url))
        for name in shown:
            page.set_content(mails[name])
            violations = axe.run(page, options=rules).response["violations"]
            found = [f"{one['id']}: {one['nodes'][0]['html'][:90]}" for one in violations]
            if page.evaluate("document.documentElement.scrollWidth") > 360:
                found.append("It is wider than a phone.")
            if found:
                wrong[name, scheme] = found
            assert page.locator("h1").count() == 1, name
        page.context.close()
    assert wrong == {}
    assert loaded == []
