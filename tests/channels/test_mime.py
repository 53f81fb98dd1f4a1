"""Mails as a mail program reads them: text and HTML say the same, and nobody's words become a header."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.channels.base import Letter
from coaching.channels.house_words import LONGEST_SUBJECT, one_line
from coaching.channels.mime import write_mail
from coaching.models import MessageKind
from tests.channels import calendar_facts

SENDER = "Coaching <coaching@example.org>"
LINK = "https://coaching.example.org/check-in/AbC_123-x"
UNSUBSCRIBE = "https://coaching.example.org/unsubscribe/AbC_456-y"
ITEM: dict[str, Any] = {
    "id": "0123456789abcdefghjk",
    "label": "Two weeks on",
    "question": "Have you begun to put what you learned into practice?",
    "cohort": "Cohort 7 & friends",
    "programme": "MOOC School",
    "closes_at": "2026-07-13T08:00:00+00:00",
    "nudge": 0,
    "needs_consent": False,
    "link": LINK,
}
TAPS = [f"{LINK}/did_it", f"{LINK}/not_yet", f"{LINK}/cannot_say"]
# The links of a mail, in their order; of the other kinds it is the one.
LINKS = {
    "action_reminder": [LINK, UNSUBSCRIBE],
    "check_in": [*TAPS, LINK, f"{LINK}/stop", UNSUBSCRIBE],
    "letter": [],
}
FACTS: dict[str, dict[str, Any]] = {
    "check_in": {"items": [ITEM], "unsubscribe": UNSUBSCRIBE, "is_synthetic": False},
    "invitation": {"to": "Cohort 7 & friends", "by": "Carol Coach"},
    "handover": {
        "cohort": "Cohort 7 & friends",
        "programme": "MOOC School",
        "old": "Carol Coach",
        "new": "Dora Coach",
        "pair": "",
        "sessions": 3,
        "reader": "participant",
        "page": "/cohorts/0123456789abcdefghjk",
    },
    "password_reset": {},
    "chat_test": {},
    "letter": {
        "subject": "How is it going?",
        "paragraphs": ["Tell me <more>.", "Monday\nor Tuesday?"],
        "by": "Carol Coach",
        "cohort": "Cohort 7 & friends",
        "reply_to": "carol@example.org",
    },
    "practice_comment": {
        "by": "Carol Coach",
        "on": "2026-07-13",
        "is_celebration": False,
        "is_answer": False,
        "cohort": "Cohort 7 & friends",
        "is_synthetic": False,
    },
    "poll": {
        "title": "A first meeting",
        "note": "An hour is enough.",
        "cohort": "Cohort 7 & friends",
        "by": "Carol Coach",
        "minutes": 60,
        "slots": ["2026-07-14T09:00:00+00:00", "2026-07-15T09:00:00+00:00"],
        "closes_at": "2026-07-13T08:00:00+00:00",
        "is_reminder": False,
        "is_synthetic": False,
    },
    "action_reminder": {
        "actions": [
            {
                "id": "0123456789abcdefghjk",
                "statement": "Ask two colleagues",
                "due_on": "2026-07-07",
                "cohort": "Cohort 7 & friends",
                "programme": "Course School",
                "whose": "Bea Beginner",
            }
        ],
        "unsubscribe": UNSUBSCRIBE,
        "is_synthetic": False,
    },
    "session_invite": calendar_facts.INVITE,
    "session_reminder": calendar_facts.REMINDER,
}


def letter(kind: str = "check_in", **values: Any) -> Letter:
    standard = Letter(
        kind=kind,
        message_id="<0123456789abcdefghjk@coaching.internal>",
        name="Ann Author",
        address="ann@example.org",
        timezone="Europe/London",
        facts=FACTS[kind],
        link=LINK,
        written_at=datetime(2026, 6, 15, 8, 0, tzinfo=UTC),
    )
    return replace(standard, **values)


def asking(*others: dict[str, Any], **values: Any) -> dict[str, Any]:
    """The facts of a mail that asks a check-in with these values, and others."""
    return FACTS["check_in"] | {"items": [ITEM | values, *(ITEM | other for other in others)]}


def read(letter: Letter) -> EmailMessage:
    parsed = email.message_from_bytes(write_mail(letter, sender=SENDER), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


class Words(HTMLParser):
    """The text of an HTML document, the targets of its links, and what it would load."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self._silent = 0
        self.feed(document)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag == "a":
            self.links.append(found.get("href") or "")
        self.loads += [value for name, value in attributes if name in {"src", "background"} and value]
        self._silent += tag in {"style", "title", "script"}

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"style", "title", "script"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words += data.split()


def told(words: str) -> set[str]:
    return {word.strip('.,:"“”') for word in words.split()} - {""}


@pytest.mark.parametrize("kind", [kind.value for kind in MessageKind])
def test_every_kind_has_a_text_and_its_html_twin(kind: str) -> None:
    mail = read(letter(kind))
    plain, html = part(mail, "plain"), Words(part(mail, "html"))
    assert plain.startswith("Hello Ann Author,")
    links = LINKS.get(kind, [LINK])
    assert [word for word in plain.split() if word.startswith("https://coaching.example.org/")] == links
    assert html.links == links
    assert html.loads == []
    assert " ".join(html.words).replace("“", '"').count("Hello Ann Author,") == 1
    # What the HTML says, the text says too: only the link stands in the one as words, in the other behind a button.
    assert told(" ".join(html.words[html.words.index("Hello") :])) <= told(plain)


def test_the_headers_are_those_of_a_machine_that_wants_no_machine_to_answer() -> None:
    mail = read(letter())
    assert mail["From"] == SENDER
    assert mail["To"] == "Ann Author <ann@example.org>"
    assert mail["Subject"] == "Two weeks on: Cohort 7 & friends"
    assert mail["Message-ID"] == "<0123456789abcdefghjk@coaching.internal>"
    assert mail["Date"].datetime == datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"


def test_a_check_in_says_who_reads_the_answer_and_until_when_in_the_readers_zone() -> None:
    mail = read(letter(timezone="America/New_York"))
    for kind in ("plain", "html"):
        words = " ".join(Words(part(mail, kind)).words)
        assert "your coaches in Cohort 7 & friends, and the coordinators of MOOC School" in words
        assert "Monday 13 July 2026, 04:00 (America/New York)" in words


def test_a_reminder_is_kind_and_a_question_of_consent_has_no_answers_yet() -> None:
    nudge = read(letter(facts=asking(nudge=1)))
    assert nudge["Subject"] == "No hurry: Two weeks on, Cohort 7 & friends"
    consent = read(letter(facts=asking(needs_consent=True)))
    assert consent["Subject"] == "May we ask you once more? Cohort 7 & friends"
    for kind in ("plain", "html"):
        assert "No need to answer if now is not the time." in " ".join(Words(part(nudge, kind)).words)
        assert "No answer is a no" in part(consent, kind)
        assert not any(tap in part(consent, kind) for tap in TAPS)
        assert f"{LINK}/stop" in part(consent, kind)


def test_a_mail_says_how_much_more_its_page_asks() -> None:
    mail, consent = read(letter(facts=asking(more=2))), read(letter(facts=asking(more=2, needs_consent=True)))
    for kind in ("plain", "html"):
        assert "The page asks 2 more things then. One tap alone" in " ".join(Words(part(mail, kind)).words)
        assert "The page asks" not in part(read(letter()), kind) + part(consent, kind)


def test_several_check_ins_are_one_mail_with_the_links_of_each() -> None:
    other = {"label": "After your launch", "cohort": "Cohort 8", "link": "https://coaching.example.org/check-in/other"}
    mail = read(letter(facts=asking(other)))
    assert mail["Subject"] == "2 short questions: Cohort 7 & friends, Cohort 8"
    links = Words(part(mail, "html")).links
    for link in (LINK, other["link"]):
        wanted = {link, *(f"{link}/{end}" for end in ("did_it", "not_yet", "cannot_say", "stop"))}
        # One way out for each cohort.
        assert links.count(f"{link}/stop") == 1
        assert {found for found in links if found.startswith(link)} == wanted
        assert all(one in part(mail, "plain").split() for one in wanted)
    assert links.count(UNSUBSCRIBE) == 1


def test_a_synthetic_programme_says_so() -> None:
    facts = FACTS["check_in"] | {"is_synthetic": True}
    mail = read(letter(facts=facts))
    assert "synthetic data" in part(mail, "html")
    assert "synthetic data" in part(mail, "plain")
    assert "synthetic data" not in part(read(letter()), "html")


def test_the_same_letter_is_the_same_bytes() -> None:
    assert write_mail(letter(), sender=SENDER) == write_mail(letter(), sender=SENDER)


def test_the_styles_are_written_into_the_elements() -> None:
    html = part(read(letter()), "html")
    assert 'class="button answer"' in html
    before, _, after = html.partition('class="button answer"')
    assert "style=" in before[-400:] + after[:400]


def test_what_people_wrote_is_text_and_not_markup() -> None:
    evil = "<script>alert(1)</script>"
    mail = read(letter(name=evil, facts=asking(question=evil)))
    assert "<script" not in part(mail, "html")
    assert evil in part(mail, "plain")


def test_every_line_is_short_and_seven_bits_wide() -> None:
    wire = write_mail(letter(name="Zoë Ångström", facts=asking(question="ö" * 500)), sender=SENDER)
    assert wire.isascii()
    assert max(len(line) for line in wire.split(b"\r\n")) <= 998
    assert b"\n" not in wire.replace(b"\r\n", b"")
    assert wire.endswith(b"\r\n")


@pytest.mark.parametrize("kind", ["check_in", "invitation"])
@settings(deadline=None)
@given(words=st.text(max_size=200), name=st.text(max_size=80))
def test_nobodys_words_become_a_header(kind: str, words: str, name: str) -> None:
    evil = f"{words}\r\nBcc: eve@example.org\r\n\r\n{words}"
    names = ("label", "cohort", "programme", "question", "about")
    facts = asking(**dict.fromkeys(names, evil)) if kind == "check_in" else dict.fromkeys(("to", "by"), evil)
    mail = read(letter(kind, name=f"{name}\nBcc: eve@example.org", facts=facts))
    assert sorted(mail.keys()) == sorted(
        [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "X-Auto-Response-Suppress",
            "MIME-Version",
            "Content-Type",
            *(["List-Unsubscribe", "List-Unsubscribe-Post"] if kind == "check_in" else []),
        ]
    )
    assert [address.addr_spec for address in mail["To"].addresses] == ["ann@example.org"]
    assert len(mail["Subject"]) <= LONGEST_SUBJECT
    assert [each.get_content_type() for each in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("kind", ["poll", "session_invite"])
def test_words_that_look_encoded_are_not_decoded_into_a_header(kind: str) -> None:
    """The standard library decodes them, and writes the line break that they hold as one."""
    evil = "=?utf-8?q?=0ABcc:_eve=40example.org?="
    values = {name: evil for name, value in FACTS[kind].items() if isinstance(value, str) and name in {"title", "by"}}
    for wire in (
        write_mail(letter(kind, name=evil), sender=SENDER),
        write_mail(letter(kind, facts=FACTS[kind] | values), sender=SENDER),
    ):
        assert b"\n" not in wire.replace(b"\r\n", b"")
        mail = email.message_from_bytes(wire, policy=email.policy.default)
        assert "Bcc" not in mail
        assert "\n" not in mail["Subject"] + mail["To"]


def test_a_line_is_one_line_without_anything_a_terminal_obeys() -> None:
    assert one_line(" a\r\nb\tc\x1b[2J\u2028d  ") == "a b c [2J d"
