"""Words that a coordinator writes carry nobody's link to another site, in the text as in the HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import unquote

import pytest

from coaching.channels.base import Letter, Words
from coaching.channels.house_words import render_usual
from coaching.channels.mime import render_mail
from coaching.channels.own_links import OwnLink, marked, revealed, text_faults
from coaching.channels.placeholders import PLACEHOLDERS, example_values
from coaching.channels.words import faults_of, render_words
from tests.channels.test_mime import ITEM, LINK, asking, letter

KINDS = sorted(PLACEHOLDERS)
SECRET = LINK.rpartition("/")[2]
EVIL = "https://evil.example/?l="
# What stands in the place of LINK is the link as the kind has it, within its loop.
WANTED = {"text": "\nLINK\n", "html": '<p><a href="LINK">Answer</a></p>'}

IN_TEXT = [
    f"{EVIL}LINK", "evil.example/LINK", "www.evil.example?LINK", "mailto:a@evil.example?body=LINK", f"{EVIL}(LINK)",
    f"{EVIL}<LINK>", f"<{EVIL}\nLINK>", f"<URL:{EVIL} LINK>", f'"{EVIL}\n\nLINK"', f"{EVIL}&LINK",
    "//evil.example/LINK",
    f"{EVIL}\n{{%- if true -%}}\nLINK{{% endif %}}", f"{EVIL}{{# #}}LINK", f"{EVIL}{{% if true %}}LINK{{% endif %}}",
    f"{EVIL}\u00a0LINK", f"{EVIL}\u200bLINK", f"{EVIL}\u2060LINK", f"{EVIL}\x0bLINK", "LINK.evil.example",
    "LINK@evil.example",
    "LINK/../x", "LINKLINK", "{{ name }}LINK", f"{EVIL}{{{{ name }}}}LINK",
    f"{EVIL}{{% if name %}}x{{% else %}}{{% endif %}}LINK",
    f"{{% if name %}}x{{% else %}}{EVIL}{{% endif %}}LINK", f"{{% if not name %}}{EVIL}{{% endif %}}LINK",
    f"{{% if name %}}{{% elif name %}}{EVIL}LINK{{% else %}}{{% endif %}}", f"{EVIL}{{{{ name }}}}",
    "www.evil.example/{{ name }}",
    "evil.example/{{ NAME if not name else '' }}", "{{ 'https://evil.example/?n=' if name else '' }}{{ name }}",
    "https:{{ '//' if name else '' }}evil.example/LINK", "{{ 'https://evil.example/' if name else '' }}LINK",
]  # fmt: skip
IN_HTML = [
    f'<a href="{EVIL}LINK">x</a>', f"<A HREF={EVIL}LINK>x</A>", f"<a href='{EVIL}LINK'>x</a>",
    f'<a href="{EVIL}{{{{ name }}}}">x</a>',
    '<a href="https&#58;//evil.example/LINK">x</a>', '<a href="mailto:a@evil.example?body=LINK">x</a>',
    '<a href="//evil.example/LINK">x</a>', '<a href="https://user:LINK@evil.example/">x</a>',
    '<a href="LINK.evil.example">x</a>',
    '<a href="LINK/did_it/x">x</a>', '<a href="LINK?LINK">x</a>', '<a href="https://evil.example/#LINK">x</a>',
    f"<p>{EVIL}LINK</p>", f"<p>{EVIL}<b>LINK</b></p>", f"<p><i>{EVIL}</i><b>LINK</b></p>",
    "<p>htt<b>ps</b>&#58;//evil.example/LINK</p>",
    f"<p>&lt;{EVIL}<br>LINK&gt;</p>", f"{EVIL}<!-- x -->LINK", f"{EVIL}<img>LINK", f"{EVIL}<script>x</script>LINK",
    '<a href="https://evil.example/">LINK</a>', '<a href="https://evil.example/"><b>LINK</b></a>',
    f"<p>{EVIL}&nbsp;LINK</p>",
    f"<p>{EVIL}&#8203;LINK</p>", f'<a href="{EVIL}{{% if name %}}LINK{{% endif %}}">x</a>',
    f'<a href="{{% if name %}}LINK{{% else %}}{EVIL}LINK{{% endif %}}">x</a>', f"<p>{EVIL}{{{{ name }}}}</p>",
]  # fmt: skip
# These touch a link, or a list that has some.
TOUCHED = [
    "{{ NAME|FILTER }}".replace("FILTER", one)
    for one in ("upper", "lower", "capitalize", "trim", "length", "join", "reverse", "urlencode", "replace('/', '')",
                "list", "first", "string", "e", "safe", "tojson", "batch(2)", "b64encode", "format", "center(9)")
] + [
    "{{ NAME[8:] }}", "{{ NAME[0] }}", "{{ NAME ~ 'x' }}", "{{ 'x' ~ NAME }}", "{{ NAME + 'x' }}", "{{ NAME * 2 }}",
    "{{ NAME % 2 }}",
    "{{ '%s' % NAME }}", "{{ NAME.replace('/', '') }}", "{{ NAME.number }}", "{{ NAME.__class__ }}",
    "{{ NAME|attr('number') }}",
    "{% for c in NAME %}{{ c }}{% endfor %}", "{% if NAME < 'https://d' %}x{% endif %}",
    "{% if 'a' in NAME %}x{% endif %}",
    "{% if NAME == 'x' %}x{% endif %}", "{{ (NAME or name)|upper }}", "{{ (NAME if name else name)|upper }}",
    "{% set x = NAME %}",
    "{{ name|join(NAME) }}", "{{ [NAME] }}", "{{ (NAME, NAME) }}", "{{ {'x': NAME} }}",
]  # fmt: skip


def of_kind(kind: str, source: str) -> str:
    """A template with the link as this kind has it."""
    if kind != "check_in":
        return source.replace("LINK", "{{ link }}").replace("NAME", "link")
    within = source.replace("LINK", "{{ one.link }}").replace("NAME", "one.link")
    return f"{{% for one in check_ins %}}{within}{{% endfor %}}"


def words_with(kind: str, field: str, source: str) -> Words:
    """Words that would do, and have this beside in one of the fields."""
    texts = {"subject": "A subject"} | {name: of_kind(kind, wanted) for name, wanted in WANTED.items()}
    return Words(1, **(texts | {field: texts[field] + "\n" + of_kind(kind, source)}))


def twice(kind: str) -> Letter:
    """A letter that names two links where a kind can."""
    facts = asking({"link": f"{LINK}-2"}, needs_consent=False) if kind == "check_in" else letter(kind).facts
    return letter(kind, facts=facts)


def is_refused(kind: str, field: str, source: str) -> bool:
    """Whether it cannot be saved, for a reason at this field alone, and leaves in our words if it was."""
    own = words_with(kind, field, source)
    found = faults_of(kind, own)
    assert list(found) == [field], (kind, source, found)
    assert not [one for one in found[field] if "object" in one or "\ue000" in one]
    mail = render_mail(replace(twice(kind), words=own))
    # What needs a branch that this letter does not go into is no harm in it.
    return bool(own.fault) or carried(mail.plain) + carried(mail.html) == []


def carried(mail: str) -> list[str]:
    """Where a secret of the mail stands as anything but a part of a link of its own."""
    for _ in range(3):
        mail = unquote(unescape(mail))
    mail = re.sub(r"</?[bi]>|<!--.*?-->", "", mail)
    mail = re.sub(r"</?(?:p|li|ul|h1|br|div|td|a)\b(?! [^>]*href)[^>]*>", " ", mail).lower()
    whole = re.compile(
        rf"(?<![^\s\">(\[<]){re.escape(LINK.lower())}(?:-2)?(?:/(?:did_it|not_yet|cannot_say|stop))?(?![\w/?&@=-])"
    )
    assert "evil.example" not in mail or SECRET.lower() not in mail.partition("evil.example")[2][:30]
    return re.findall(SECRET.lower(), whole.sub("", mail))


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_carries_a_link_elsewhere(kind: str) -> None:
    for source in IN_TEXT:
        assert is_refused(kind, "text", source), source


@pytest.mark.parametrize("kind", KINDS)
def test_no_html_carries_a_link_elsewhere(kind: str) -> None:
    for source in IN_HTML:
        assert is_refused(kind, "html", source), source


@pytest.mark.parametrize("field", ["subject", "text", "html"])
def test_nothing_touches_a_link(field: str) -> None:
    for kind in ("invitation", "check_in"):
        for source in TOUCHED:
            assert is_refused(kind, field, source), source
    for source in ("{{ check_ins }}", "{{ check_ins|join }}", f"{EVIL}{{{{ check_ins|join }}}}",
    "{{ check_ins|upper }}",
                   "{{ check_ins|join(attribute='link') }}", "{{ check_ins|first }}",
                   "{% if check_ins == 1 %}{% endif %}",
                   "{% for one in check_ins %}{{ one }}{% endfor %}"):  # fmt: skip
        assert is_refused("check_in", field, source), source


def test_a_subject_has_no_link() -> None:
    for source in ("LINK", "{% if not name %}LINK{% endif %}"):
        assert is_refused("check_in", "subject", source)
        assert is_refused("invitation", "subject", source)


@pytest.mark.parametrize("mark", ["\ue000\ue0020\ue001", "&#xE000;&#xE002;0&#xE001;", "&#57344", "\ue001"])
def test_nobody_writes_a_mark(mark: str) -> None:
    assert is_refused("invitation", "html", f"<p>{mark}</p>")
    own = Words(1, "A subject", "Dear {{ name }}\n{{ link }}", "")
    mail = render_words(letter("invitation", name=f"Ann {mark}"), own)
    assert mail.plain.count(LINK) == 1
    assert "\ue000" not in mail.plain + mail.html


@pytest.mark.parametrize("kind", KINDS)
def test_links_that_stand_by_themselves_are_sent_whole(kind: str) -> None:
    beside = (
        "Here: LINK.\n(LINK), [LINK] or <LINK>\n\tLINK\n{% if true %}LINK{% endif %}\n\nSee https://example.org/a?b=1."
    )
    html = '<ul><li>LINK</li><li>(<b>LINK</b>)</li></ul><p><a href=" LINK ">LINK</a> <a href="LINK/stop">x</a></p><a href="https://example.org/">y</a>'
    own = words_with(kind, "text", beside)
    own.html += of_kind(kind, html)
    assert faults_of(kind, own) == {}
    mail = render_words(letter(kind), own)
    assert mail.plain.count(LINK) >= 7
    assert mail.html.count(f'href="{LINK}"') >= 2
    assert f'href="{LINK}/stop"' in mail.html
    assert carried(mail.plain) + carried(mail.html) == []


def test_what_others_wrote_does_not_reach_a_link_either() -> None:
    """The words would do; a note of a poll, or a name, ends where a link begins."""
    own = Words(1, "A subject", "{{ note }}\n{{ link }}", "")
    for note, will_do in ((EVIL, True), (f"<{EVIL}", False), ("See https://example.org/ for it.", True)):
        own.fault = ""
        poll = letter("poll", facts=letter("poll").facts | {"note": note}, words=own)
        mail = render_mail(poll)
        assert (own.fault == "") is will_do
        assert mail.subject == ("A subject" if will_do else render_usual(poll).subject)


def test_a_link_is_opaque() -> None:
    """Whatever a later filter does to one, it finds no address in it."""
    link = OwnLink(0)
    assert LINK not in f"{link}{link!r}{marked(link)}{vars(type(link))}"
    assert revealed(marked(link), ['https://x.example/?a=1&b="'], is_html=True) == "https://x.example/?a=1&amp;b=&quot;"
    assert revealed(f"{marked(link)} {marked('x')}", [LINK], is_html=False) == f"{LINK} x"
    assert text_faults(marked(link) + marked("")) != []


UNREADABLE = {
    "{{ name": "Line 2: a name between two braces has no end", "{% if name %}": "Line 2: {% if %} has no end",
    "{% endif %}": "Line 2: {% endif %} ends what was not begun",
    "{% foo %}": "Line 2: there is no {% foo %} for mails",
    "{# x": "Line 2: the remark",
    "{% if name %}{% endfor %}": "Line 2: {% endfor %} stands where {% endif %} is missing",
    "{{ minutes|length }}": "Line 2: |length is for a list or a text", "{{ name? }}": "Line 2: there is a sign",
    "{% if minutes > name %}{% endif %}": "Line 2: compare a number", "{% %}": "Line 2: nothing stands between",
    "{% for one in times": "Line 2: what begins with {%", "{{ }}": "Line 2: what is between the braces",
    "{{ times }}": "Line 2: times is a list: write {% for one in times %} {{ one }} {% endfor %}.",
    "{{ times|upper }}": "Line 2: times is a list", "{{ 'x' if name }}": "Line 2: say what stands there otherwise",
    "{{ 'x' }}": "Line 2: write what is in quotation marks",
    "{{ name|upper(1) }}": "Line 2: write |upper without brackets",
    "{{ " + "1" * 5000 + " }}": "It cannot be read: a number",
    "{{ 1 if name in 3 else 2 }}": "Line 2: compare a number",
    "{% if is_reminder %}{{ name|join }}{% endif %}": "Line 2: |join is for a list of texts",
    "{% if name %}" + "{% elif name %}" * 13 + "{% endif %}": "Line 2: use at most 12 times elif",
}  # fmt: skip


@pytest.mark.parametrize("source", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_cannot_be_read_is_said_in_words_of_ours(source: str) -> None:
    """Jinja and Python speak to programmers: of tokens, of statements, of objects of a type."""
    (said,) = faults_of("poll", Words(1, "A subject", f"{{{{ link }}}}\n{source}", ""))["text"]
    assert said.startswith(UNREADABLE[source])
    for word in ("token", "statement", "template", "object", "Jinja", "int", "unexpected", "NoneType"):
        assert word not in said.replace("printed", "").split("Use one of")[0].split()


def test_every_link_is_declared_as_one() -> None:
    """What has the address of a person's own in it, but is not declared so, would be filled in as it is."""
    for kind in KINDS:
        for one in PLACEHOLDERS[kind]:
            for part in (one, *one.lines):
                assert part.is_link == ("/the-link-of-each-person" in str(part.example)) or part.lines
    assert example_values("check_in")["check_ins"]
    assert ITEM["link"] == LINK


def test_links_count_towards_the_length_as_they_are() -> None:
    own = Words(1, "A subject", of_kind("check_in", "LINK " * 1200), "")
    render_mail(replace(twice("check_in"), words=own))
    assert own.fault == "TooLong"
