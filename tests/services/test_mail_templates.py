"""A programme's own words: kept with what they said before, sent with its cohorts' mails, and never losing one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from coaching.channels.base import Letter
from coaching.channels.mime import render_mail
from coaching.errors import Invalid, NotFound
from coaching.models import CheckInState, MailTemplate, Programme, Role
from coaching.policies import Actor
from coaching.services.audit import verify_trail
from coaching.services.check_in_posting import post_due_check_ins
from coaching.services.delivery import send_due_messages
from coaching.services.mail_previews import preview_template
from coaching.services.mail_templates import (
    KINDS,
    OURS,
    list_templates,
    list_wordings,
    read_template,
    restore_wording,
    revert_template,
    write_template,
)
from tests.factories import (
    NOW,
    actor_of,
    make_check_in,
    make_cohort,
    make_coordinator,
    make_membership,
    make_programme,
    make_session,
    make_step,
)
from tests.services.outbox_rows import Clock, ObedientChannel, make_message, make_office

ASKING = "{% for one in check_ins %}{{ one.cohort }}: {{ one.question }} {{ one.link }}\n{% endfor %}"
TEXT = "Dear {{ name }},\n\nanswer:\n{{ link }}"
INVITED = {"to": "Cohort 1", "by": "Carol Coach"}


@pytest.fixture
def programme(session: Session) -> Programme:
    return make_programme(session)


@pytest.fixture
def actor(session: Session, programme: Programme) -> Actor:
    return actor_of(session, make_coordinator(session, programme))


class WritingChannel(ObedientChannel):
    """One that keeps the letters that it was to write, and what a mail would say."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Letter] = []
        self.subjects: list[str] = []

    def write(self, letter: Letter) -> bytes:
        self.letters.append(letter)
        self.subjects.append(render_mail(letter).subject)
        return b"written"


def write(session: Session, programme: Programme, actor: Actor, subject: str = "Own words", **values: str) -> None:
    texts = {"text": TEXT} | values
    kind = texts.pop("kind", "invitation")
    write_template(session, programme, kind, actor=actor, now=NOW, subject=subject, **texts)


def test_words_are_kept_with_what_they_said_before(session: Session, programme: Programme, actor: Actor) -> None:
    lines = list_templates(session, programme, actor=actor)
    assert [line.kind for line in lines] == list(KINDS)
    assert {(line.is_ours, line.version, line.updated_by) for line in lines} == {(True, 0, None)}
    write(session, programme, actor, "First")
    write(session, programme, actor, "Second", html='<a href="{{ link }}">Come in</a>')
    line = read_template(session, programme, "invitation", actor=actor)
    assert (line.subject, line.is_ours, line.updated_by, line.version) == ("Second", False, actor.name, 2)
    first = list_wordings(session, programme, "invitation", actor=actor)[-1]
    restore_wording(session, programme, "invitation", first.id, actor=actor, now=NOW + timedelta(hours=1))
    line = read_template(session, programme, "invitation", actor=actor)
    assert (line.subject, line.html, line.updated_at) == ("First", "", NOW + timedelta(hours=1))
    revert_template(session, programme, "invitation", actor=actor, now=NOW)
    revert_template(session, programme, "invitation", actor=actor, now=NOW)
    line = read_template(session, programme, "invitation", actor=actor)
    assert (line.is_ours, line.version, line.subject) == (True, 4, "Your invitation to {{ to }}")
    said = [(one.is_ours, one.subject) for one in list_wordings(session, programme, "invitation", actor=actor)]
    assert said == [(True, ""), (False, "First"), (False, "Second"), (False, "First")]
    assert verify_trail(session) == []


def test_only_wordings_of_this_kind_and_programme_can_be_put_back(
    session: Session, programme: Programme, actor: Actor
) -> None:
    write(session, programme, actor, kind="poll")
    other = make_programme(session)
    stranger = actor_of(session, make_coordinator(session, other))
    write(session, other, stranger)
    session.flush()
    for theirs, kind, who in ((programme, "poll", actor), (other, "invitation", stranger)):
        (wording,) = list_wordings(session, theirs, kind, actor=who)
        with pytest.raises(Invalid) as refusal:
            restore_wording(session, programme, "invitation", wording.id, actor=actor, now=NOW)
        assert list(refusal.value.messages) == ["wording"]
    restore_wording(session, programme, "poll", OURS, actor=actor, now=NOW)
    assert read_template(session, programme, "poll", actor=actor).is_ours
    for word in ("password_reset", "nonsense"):
        with pytest.raises(NotFound):
            read_template(session, programme, word, actor=actor)


def test_words_that_will_not_do_are_refused_and_not_kept(session: Session, programme: Programme, actor: Actor) -> None:
    with pytest.raises(Invalid) as refusal:
        write(session, programme, actor, "{{ nmae }}", text="No link", html="<p>{{ link }}</p>")
    assert set(refusal.value.messages) == {"subject", "text", "html"}
    assert list_wordings(session, programme, "invitation", actor=actor) == []


def test_mails_have_the_words_of_their_cohorts_programme(
    engine: Engine,
    session: Session,
    programme: Programme,
    actor: Actor,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    write(session, programme, actor, "Welcome to {{ to }}")
    elsewhere = make_programme(session)
    write(session, elsewhere, actor_of(session, make_coordinator(session, elsewhere)))
    revert_template(
        session, elsewhere, "invitation", actor=actor_of(session, make_coordinator(session, elsewhere)), now=NOW
    )
    cohorts = [
        make_cohort(session, programme).id,
        make_cohort(session, programme).id,
        make_cohort(session, elsewhere).id,
    ]
    for cohort_id in (*cohorts, None):
        make_message(session, facts=INVITED, cohort_id=cohort_id)
    session.commit()
    channel = WritingChannel()
    with count_queries() as statements:
        assert send_due_messages(make_office(engine, channel, Clock())) == {"sent": 4}
    assert sorted(channel.subjects) == ["Welcome to Cohort 1"] * 2 + ["Your invitation to Cohort 1"] * 2
    assert len([one for one in statements if "mail_template" in one]) == 1
    assert session.query(MailTemplate.fault).distinct().all() == [("",)]


def test_a_check_in_that_is_posted_knows_its_cohort(
    engine: Engine, session: Session, programme: Programme, actor: Actor
) -> None:
    write(session, programme, actor, "{{ usual_subject }}!", kind="check_in", text=ASKING)
    member = make_membership(session, make_cohort(session, programme), role=Role.PARTICIPANT)
    step = make_step(session, member.cohort, label="Two weeks on")
    make_check_in(session, step, member, state=CheckInState.DUE, due_at=NOW, closes_at=NOW + timedelta(days=9))
    session.flush()
    assert post_due_check_ins(session, now=NOW, limit=9) == 1
    session.commit()
    channel = WritingChannel()
    send_due_messages(make_office(engine, channel, Clock()))
    assert channel.subjects == [f"Two weeks on: {member.cohort.name}!"]


@pytest.mark.parametrize("field", ["text", "html"])
def test_words_carry_nobodys_link_to_another_site(
    engine: Engine, session: Session, programme: Programme, actor: Actor, field: str
) -> None:
    """Not at saving, not in the preview, and not where they were saved before anybody looked at that."""
    own = {"text": TEXT, "html": '<a href="{{ link }}">Come in</a>'}
    bad = own | {field: own[field] + ' <a href="https://evil.example/?l={{ link }}">x</a>'}
    for act in (write_template, preview_template):
        with pytest.raises(Invalid) as refusal:
            act(session, programme, "invitation", actor=actor, now=NOW, subject="Own words", **bad)
        assert list(refusal.value.messages) == [field]
        assert "https://evil.example/?l=" in refusal.value.messages[field][0]
    write(session, programme, actor, **own)
    setattr(session.query(MailTemplate).one(), field, bad[field])
    make_message(session, facts=INVITED, cohort_id=make_cohort(session, programme).id)
    session.commit()
    channel = WritingChannel()
    send_due_messages(make_office(engine, channel, Clock()))
    assert channel.subjects == ["Your invitation to Cohort 1"]
    assert read_template(session, programme, "invitation", actor=actor).fault == "WrongTemplate"


def test_a_preview_says_what_is_wrong_with_real_data_alone(
    session: Session, programme: Programme, actor: Actor
) -> None:
    make_session(
        session, make_cohort(session, programme, name="Cohort 7"), title="<https://example.org/", starts_at=NOW
    )
    words = {"subject": "x", "text": "{{ title }}\n{{ link }}"}
    with pytest.raises(Invalid) as refusal:
        preview_template(session, programme, "session_reminder", actor=actor, now=NOW, **words)
    (said,) = refusal.value.messages["text"]
    assert said.startswith("With the data of the session “<https://example.org/” of Cohort 7: Let the link in ")


def test_words_that_fail_at_sending_lose_no_mail_and_are_shown(
    engine: Engine, session: Session, programme: Programme, actor: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    write(session, programme, actor)
    template = session.query(MailTemplate).one()
    # As if a later version of the product had no such name any more.
    template.text = "{{ a_name_that_is_gone }} and a word nobody may read in a log {{ link }}"
    cohort = make_cohort(session, programme)
    for _ in range(2):
        make_message(session, facts=INVITED, cohort_id=cohort.id)
    session.commit()
    clock, channel = Clock(), WritingChannel()
    assert send_due_messages(make_office(engine, channel, clock)) == {"sent": 2}
    assert channel.subjects == ["Your invitation to Cohort 1"] * 2
    assert "nobody may read" not in caplog.text
    assert caplog.text.count("cannot be filled in: WrongTemplate.") == 1
    line = read_template(session, programme, "invitation", actor=actor)
    assert (line.fault, line.fault_at, line.version) == ("WrongTemplate", clock(), 2)
    session.expire_all()
    write(session, programme, actor)
    assert read_template(session, programme, "invitation", actor=actor).fault == ""


def test_a_preview_has_the_newest_of_its_kind_and_is_addressed_to_who_looks(
    session: Session, programme: Programme, actor: Actor
) -> None:
    def look(kind: str, text: str = "{{ name }} {{ link }}", html: str = "") -> tuple[str, str, str]:
        shown = preview_template(
            session, programme, kind, actor=actor, now=NOW, subject="{{ usual_subject }}", text=text, html=html
        )
        return shown.of, shown.text, shown.html

    for kind in KINDS:
        of, text, _html = look(kind, ASKING + "{{ name }}" if kind == "check_in" else "{{ name }} {{ link }}")
        assert (of, actor.name in text) == ("", True)
    cohort = make_cohort(session, programme, name="Cohort 7")
    make_session(session, make_cohort(session), title="Not ours", starts_at=NOW + timedelta(days=90))
    make_session(session, cohort, title="Circle 3", starts_at=NOW + timedelta(days=9))
    member = make_membership(session, cohort, role=Role.PARTICIPANT)
    make_check_in(session, make_step(session, cohort, label="A year on"), member)
    assert look("session_invite")[0] == look("session_reminder")[0] == "the session “Circle 3” of Cohort 7"
    of, text, html = look("check_in", ASKING)
    assert of == "the check-in “A year on” of Cohort 7"
    assert member.person.name not in text + html
    assert 'href="#"' in html
    assert "https://" not in html.partition("<body")[2].replace("https://coaching.example.org/the-link-of-each", "")
    with pytest.raises(Invalid):
        look("check_in", "{{ place }}")
