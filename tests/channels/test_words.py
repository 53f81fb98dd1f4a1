"""Mails in a programme's own words: they say what they should, and can do no harm."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from coaching.channels.base import Words
from coaching.channels.first_words import FIRST_WORDS
from coaching.channels.markup import cleaned, from_text, with_one_heading
from coaching.channels.mime import render_mail
from coaching.channels.placeholders import PLACEHOLDERS
from coaching.channels.sandbox import LONGEST_SOURCE, check_template
from coaching.channels.template_errors import WrongTemplate
from coaching.channels.words import faults_of, render_words
from coaching.models import MessageKind
from tests.channels.test_mime import LINK, letter

KINDS = sorted(PLACEHOLDERS)
LINKED = "Hello {{ name }}\n\nAnswer here:\n{{ link }}"


def words(text: str = LINKED, *, subject: str = "A subject", html: str = "") -> Words:
    return Words(1, subject, text, html)


def test_every_kind_of_a_programme_can_be_edited() -> None:
    """A password reset and a message that tries a chat out belong to no programme, and a letter has its own words."""
    assert set(PLACEHOLDERS) == {kind.value for kind in MessageKind} - {
        "password_reset", "chat_test", "letter", "practice_comment",
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_to_begin_with_say_what_our_own_say(kind: str) -> None:
    assert faults_of(kind, FIRST_WORDS[kind]) == {}
    usual, own = render_mail(letter(kind)), render_words(letter(kind), FIRST_WORDS[kind])
    for line in own.plain.splitlines():
        # Ours says that a place is new in front of the place, and has quotation marks that are none of a keyboard.
        assert line.startswith(("Where", "The place", "When could")) or line in usual.plain
    assert own.plain.endswith(usual.plain.splitlines()[-1] + "\n")
    assert f'href="{LINK}"' in own.html
    assert own.html.count("<h1") == 1


def test_all_check_ins_of_a_mail_have_their_links() -> None:
    """Whoever has two cohorts is asked by one mail, in which no link may be missing."""
    (item,) = letter().facts["items"]
    items = [item | {"link": f"{LINK}-{number}", "cohort": f"Cohort {number}"} for number in (1, 2)]
    both = letter(facts=letter().facts | {"items": items}, link="")
    mail = render_words(both, replace(FIRST_WORDS["check_in"], subject="{{ count }} questions"))
    assert mail.subject == "2 questions"
    assert mail.plain.index(f"{LINK}-1") < mail.plain.index("Cohort 2") > mail.plain.index("Cohort 1")
    assert mail.html.count('class="button"') == 2
    alone = "{% for one in check_ins %}{% if loop.first %}{{ one.link }}{% endif %}{% endfor %}"
    assert list(faults_of("check_in", words(alone))) == ["text"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_declared_name_has_a_value_in_a_real_letter(kind: str) -> None:
    for one in PLACEHOLDERS[kind]:
        render_words(letter(kind), words(f"text {one.usage}"))


HARM = [
    "{{ ''.__class__ }}", "{{ name.__class__.__mro__ }}", "{{ name['x'] }}", "{{ name|attr('x') }}", "{{ name() }}",
    "{% for i in range(9) %}{% endfor %}", "{{ lipsum() }}", "{{ cycler }}", "{{ self }}", "{{ 'x' * 999999999 }}",
    "{{ 9 ** 999999 }}", "{% set x = name %}", "{% macro m() %}{% endmacro %}", "{% include 'check_in.txt.jinja' %}",
    "{% import 'base.html.jinja' as b %}", "{% extends 'base.html.jinja' %}", "{% block b %}{% endblock %}",
    "{{ '%999999999d'|format(1) }}", "{{ name|center(999999999) }}", "{{ name|map('upper') }}", "{{ name is defined }}",
    "{% filter upper %}x{% endfilter %}", "{% with x = 1 %}{% endwith %}", "{% call name() %}{% endcall %}",
    "{% for c in name %}{{ c }}{% endfor %}", "{% for one in times recursive %}{% endfor %}", "{{ facts }}",
    "{{ secret }}",
    "{% for one in times %}{% for two in times %}{% endfor %}{% endfor %}", "{{ times.append }}", "{{ times[0] }}",
    "{% for one in times %}{{ loop.__class__ }}{% endfor %}", "{% for one in times if one %}{% endfor %}",
    "{% for one in times %}{{ one.real }}{% endfor %}", "{{ name", "{% if name %}",
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "{% if name %}" * 40 + "{% endif %}" * 40, "x" * (LONGEST_SOURCE + 1), "{{ name ~ name }}", "{{ [name, name] }}",
    "{% autoescape false %}{{ name }}{% endautoescape %}", "{% for name in times %}{% endfor %}", "{% debug %}",
]  # fmt: skip


@pytest.mark.parametrize("source", HARM, ids=range(len(HARM)))
def test_what_is_not_for_mails_is_refused_when_it_is_read(source: str) -> None:
    began = time.perf_counter()
    with pytest.raises(WrongTemplate):
        check_template(source, "poll")
    assert time.perf_counter() - began < 2


def test_what_grows_too_long_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wrote a note of a poll cannot fill the memory with it."""
    usual = letter("poll").facts
    own = words("{% for one in times %}" + "{{ note }}" * 1900 + "{% endfor %}{{ link }}")
    mail = render_mail(letter("poll", facts=usual | {"note": "n" * 2000, "slots": usual["slots"] * 20}, words=own))
    assert own.fault == "TooLong"
    assert mail.subject.startswith("When could you meet?")


def test_words_that_cannot_be_filled_in_lose_no_mail_and_say_so() -> None:
    """The data of a mail is older than the words, and has not what they name."""
    own = words("{{ news }} {{ link }}")
    invite = letter("session_invite", words=own)
    assert render_mail(invite).subject == "A subject"
    assert own.fault == ""
    lacking = {name: value for name, value in invite.facts.items() if name != "programme"}
    mail = render_mail(letter("session_invite", words=own, facts=lacking))
    assert mail == render_mail(letter("session_invite", facts=lacking))
    assert own.fault == "KeyError"


HOSTILE = [
    '<img src="https://spy.example.org/1.gif">', "<script>alert(1)</script>", "<style>p{background:url(//spy)}</style>",
    '<p style="background:url(https://spy.example.org)">x</p>', '<a href="javascript:alert(1)">x</a>',
    '<a href="http://spy.example.org/">x</a>', '<a href="//spy.example.org/">x</a>', '<a href="/check-in/x">x</a>',
    '<p onclick="x()">x</p>', '<iframe src="https://spy.example.org"></iframe>', "<svg><image href=x></svg>",
    '<a href="data:text/html,x">x</a>', '<link rel="stylesheet" href="https://spy.example.org">',
    '<form action="https://spy.example.org"><input></form>', '<video poster="https://spy.example.org"></video>',
]  # fmt: skip


@pytest.mark.parametrize("html", HOSTILE)
def test_what_html_may_not_hold_is_taken_out(html: str) -> None:
    kept = cleaned(html, own=LINK)
    for word in ("spy", "script", "style", "onclick", "iframe", "svg", "img", "data:", "href"):
        assert word not in kept


def test_links_lead_to_the_product_or_over_encrypted_ways() -> None:
    own = "http://127.0.0.1:8000/poll/secret"
    for target in (own, "http://127.0.0.1:8000/", "https://example.org/x?a=1&amp;b=2", "mailto:a@example.org"):
        assert f'href="{target}"' in cleaned(f'<a href="{target}">x</a>', own=own)
    assert "href" not in cleaned('<a href="http://127.0.0.1:8001/">x</a>', own=own)


def test_a_name_is_no_markup_in_html_and_itself_in_the_text() -> None:
    own = words(
        "Dear {{ name }}, {{ link }}", html='<p title={{ name }}>Dear {{ name }}, <a href="{{ link }}">go</a></p>'
    )
    text = render_words(letter("poll", name='<b onmouseover="x">Ann</b> & Co'), own)
    assert 'Dear <b onmouseover="x">Ann</b> & Co,' in text.plain
    assert "<p>Dear &lt;b onmouseover=" in text.html
    assert "<b " not in text.html


def test_a_text_becomes_paragraphs_links_and_the_button() -> None:
    html = from_text(f"Hello <you>\nthere\n\nAnswer now:\n{LINK}\n\nSee https://example.org/a?b=1&c=2.", {LINK})
    assert html == (
        "<p>Hello &lt;you&gt;<br>there</p>\n"
        f'<p><a class="button" href="{LINK}">Answer now</a></p>\n'
        '<p>See <a href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>.</p>'
    )


def test_a_mail_has_one_first_heading() -> None:
    assert with_one_heading("<p>x</p>", "Q & A").startswith("<h1>Q &amp; A</h1>")
    assert with_one_heading("<h1>a</h1><h1>b</h1>", "x") == "<h1>a</h1><h2>b</h2>"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"text": "Hello"}, "text"),
        ({"text": "{% if not link %}{{ link }}{% endif %}x"}, "text"),
        ({"html": "<p>Hello</p>"}, "html"),
        ({"html": "<p>{{ link }}</p>"}, "html"),
        ({"html": '<a href="{{ link }}">a</a><img src="https://example.org/x.png">'}, "html"),
        ({"html": '<a href="{{ link }}">a</a><a href="http://example.org/">b</a>'}, "html"),
        ({"subject": "{% if false %}x{% endif %}"}, "subject"),
        ({"subject": "{{ nmae }}"}, "subject"),
        ({"text": LINKED + "{% if minutes > name %}{% endif %}"}, "text"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(changed: dict[str, str], field: str) -> None:
    assert faults_of("poll", words()) == {}
    values = {"subject": "A subject", "text": LINKED, "html": ""} | changed
    found = faults_of("poll", Words(1, **values))  # type: ignore[arg-type]
    assert list(found) == [field]
    assert len(found[field][0]) > 20
