"""Components and layouts: what a strict content policy and a screen reader need of each."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask, flash, render_template_string

from coaching.blueprints import assets
from coaching.blueprints.wording import LOOKS, TONE_ICONS
from tests.blueprints.plain_app import make_plain_app, render

LAYOUTS = ["layouts/page.html", "layouts/frame.html", "layouts/plain.html"]
ERRORS = {"title": ["Give it a title."], "": ["It would end before it starts."]}
FIELDS = {
    "text": '{{ forms.text("title", "Title", errors=errors, hint="Short.") }}',
    "textarea": '{{ forms.textarea("title", "Title", errors=errors, hint="Short.") }}',
    "select": '{{ forms.select("title", "Title", [("a", "A")], errors=errors, hint="Short.") }}',
    "date": '{{ forms.date("title", "Title", errors=errors, hint="Short.") }}',
    "time": '{{ forms.time("title", "Title", errors=errors, hint="Short.") }}',
    "number": '{{ forms.number("title", "Title", errors=errors, hint="Short.") }}',
    "file": '{{ forms.file("title", "Title", errors=errors, hint="Short.") }}',
    "checkbox": '{{ forms.checkbox("title", "Title", errors=errors, hint="Short.") }}',
}
GROUPS = {
    "radios": '{{ forms.radios("title", "Title", [("a", "A"), ("b", "B")], "b", errors=errors, hint="Short.") }}',
    "checkboxes": '{{ forms.checkboxes("title", "Title", [("a", "A"), ("b", "B")], ["b"], errors, hint="Short.") }}',
}


class Page(HTMLParser):
    """The elements of a page, each as its name and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [
            attrs for name, attrs in self.elements
            if name == tag and all(attrs.get(key.replace("_", "-")) == value for key, value in wanted.items())
        ]  # fmt: skip

    @property
    def ids(self) -> list[str | None]:
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_plain_app()


def render_page(app: Flask, layout: str, content: str = "", **values: Any) -> str:
    source = f'{{% extends "{layout}" %}}{{% block title %}}A page{{% endblock %}}'
    with app.test_request_context("/things/one"):
        return render_template_string(f"{source}{{% block content %}}{content}{{% endblock %}}", **values)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_has_nothing_that_the_content_policy_refuses(app: Flask, layout: str) -> None:
    page = Page(render_page(app, layout, viewer={"name": "Ann", "timezone": "UTC"}, is_synthetic=True))
    assert page.all("style") == []
    assert [attrs for _, attrs in page.elements if "style" in attrs or any(key.startswith("on") for key in attrs)] == []
    assert all("src" in script for script in page.all("script"))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_whatever_a_layout_loads_is_there(app: Flask, layout: str) -> None:
    page = Page(render_page(app, layout))
    wanted = [link["href"] for link in page.all("link")] + [script["src"] for script in page.all("script")]
    visitor = app.test_client()
    assert {visitor.get(str(url)).headers["Cache-Control"] for url in wanted} == {assets.FOR_EVER}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_has_its_landmarks(app: Flask, layout: str) -> None:
    page = Page(render_page(app, layout))
    assert len(page.all("main", id="content")) == 1
    assert page.all("a", href="#content")
    assert len(page.ids) == len(set(page.ids))
    assert bool(page.all("header")) == (layout != "layouts/frame.html")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("is_synthetic", [True, False])
def test_made_up_data_is_named_on_every_page(app: Flask, layout: str, is_synthetic: bool) -> None:
    text = render_page(app, layout, is_synthetic=is_synthetic)
    assert ("everything here is synthetic data" in text) == is_synthetic


def test_the_menu_marks_where_one_is(app: Flask) -> None:
    nav = [{"label": "Home", "url": "/", "current": False}, {"label": "Cohorts", "url": "/cohorts", "current": True}]
    page = Page(render_page(app, "layouts/page.html", nav=nav))
    assert [link["href"] for link in page.all("a", aria_current="page")] == ["/cohorts"]


def test_signing_out_is_a_post_with_a_token(app: Flask) -> None:
    page = Page(render_page(app, "layouts/page.html", viewer={"name": "Ann"}, sign_out_url="/out"))
    assert len(page.all("form", method="post", action="/out")) == 1
    assert len(page.all("input", name="csrf_token")) == len(page.all("form", method="post"))


@pytest.mark.parametrize(("category", "role"), [("success", "status"), ("message", "status"), ("error", "alert")])
def test_bad_news_interrupts_and_good_news_waits(app: Flask, category: str, role: str) -> None:
    with app.test_request_context():
        flash("<b>Done</b>", category)
        text = render_template_string('{% extends "layouts/plain.html" %}')
    assert Page(text).all("div", role=role)
    assert "&lt;b&gt;Done&lt;/b&gt;" in text


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_tied_to_its_label_hint_and_error(app: Flask, field: str) -> None:
    page = Page(render(app, FIELDS[field], errors=ERRORS))
    (control,) = (attrs for tag, attrs in page.elements if tag in {"input", "select", "textarea"})
    assert page.all("label", **{"for": str(control["id"])})
    assert control["aria-invalid"] == "true"
    described = str(control["aria-describedby"]).split()
    assert described == ["field-title-hint", "field-title-error"]
    assert set(described) <= set(page.ids)


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_without_an_error_says_nothing_of_one(app: Flask, field: str) -> None:
    text = render(app, FIELDS[field], errors={})
    assert "aria-invalid" not in text
    assert "field-title-error" not in text


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_of_options_has_a_legend_and_its_errors(app: Flask, group: str) -> None:
    page = Page(render(app, GROUPS[group], errors=ERRORS))
    (fieldset,) = page.all("fieldset")
    assert page.all("legend")
    assert set(str(fieldset["aria-describedby"]).split()) <= set(page.ids)
    assert [option["value"] for option in page.all("input") if "checked" in option] == ["b"]


def test_the_summary_of_errors_leads_to_the_fields(app: Flask) -> None:
    page = Page(render(app, "{{ forms.error_summary(errors) }}" + "".join(GROUPS["radios"]), errors=ERRORS))
    (link,) = page.all("a")
    assert str(link["href"]).removeprefix("#") in page.ids
    assert render(app, "{{ forms.error_summary({}) }}").strip() == ""


def test_a_password_is_never_written_back(app: Flask) -> None:
    assert "hunter2" not in render(app, '{{ forms.text("password", "Password", "hunter2", type="password") }}')


def test_what_people_wrote_is_escaped(app: Flask) -> None:
    evil = '"><script>alert(1)</script>'
    source = (
        '{{ forms.text("a", evil, evil, {"a": [evil]}, evil) }}{{ forms.textarea("b", evil, evil) }}'
        '{{ forms.select("c", evil, [(evil, evil)], evil) }}{{ page.page_header(evil, evil, evil) }}'
        "{{ data.item(evil, evil, evil, evil, evil) }}{{ data.badge(evil) }}{{ data.definitions([(evil, evil)]) }}"
        '{{ buttons.confirm_form(evil, evil, evil, evil, {"d": evil}) }}{{ buttons.copy_link(evil) }}'
        '{{ charts.bars([(evil, 1)], evil) }}{{ charts.level_scale({-2: evil, -1: "", 0: "", 1: "", 2: ""}) }}'
    )
    text = render(app, source, evil=evil)
    assert "<script" not in text
    assert Page(text).all("textarea")


def test_every_form_that_posts_has_a_token(app: Flask) -> None:
    source = '{{ buttons.post_button("Go", "/go") }}{{ buttons.confirm_form("Sure?", "/go", "Gone.", "Go") }}'
    page = Page(render(app, source))
    assert len(page.all("input", name="csrf_token")) == len(page.all("form")) == 2
    assert not Page(render(app, '{{ forms.form_open("/find", "get") }}')).all("input")


def test_the_attendance_grid_has_headers_and_says_each_status(app: Flask) -> None:
    members = [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bo"}]
    sessions = [{"id": 7, "title": "First", "label": "6 Jan"}, {"id": 8, "title": "Second", "label": "13 Jan"}]
    cells = {(1, 7): "present", (1, 8): {"status": "partial", "minutes": 48}, (2, 7): "before"}
    source = '{{ charts.attendance_grid(members, sessions, cells, "Who came", {1: "2 of 2"}, key=false) }}'
    text = render(app, source, members=members, sessions=sessions, cells=cells)
    page = Page(text)
    assert len(page.all("th", scope="row")) == 2
    assert len(page.all("th", scope="col")) == 4
    said = re.findall(r'visually-hidden">([^<]+)</span></span>', text)
    assert said == ["Present", "Partial, 48 min", "Before joining", "Not recorded"]


@pytest.mark.parametrize(
    "drawn",
    [
        """{% import "components/data.html" as data %}{% call data.table("Who", ["Name"]) %}{% endcall %}""",
        """{% import "components/charts.html" as charts %}{{ charts.attendance_grid([], [], {}, "Who") }}""",
    ],
)
def test_a_table_that_may_scroll_takes_the_keyboard(app: Flask, drawn: str) -> None:
    assert 'role="region" aria-label="Who" tabindex="0"' in render(app, drawn)


def test_the_level_scale_marks_one_level(app: Flask) -> None:
    levels = {-2: "none", -1: "some", 0: "", 1: "more", 2: "most"}
    text = render(app, "{{ charts.level_scale(levels, current=0, baseline=-1) }}", levels=levels)
    assert len(Page(text).all("li", aria_current="true")) == 1
    assert "Not written yet" in text
    assert "Start" in text


def test_a_goal_at_zero_is_not_an_unrated_one(app: Flask) -> None:
    assert "as expected" in render(app, "{{ charts.level_dots(0) }}")
    assert "Not rated yet" in render(app, "{{ charts.level_dots(none) }}")


@pytest.mark.parametrize(("value", "maximum", "width"), [(0, 0, "0"), (12, 15, "80.0"), (20, 15, "100")])
def test_a_bar_stays_within_its_track(app: Flask, value: int, maximum: int, width: str) -> None:
    page = Page(render(app, "{{ data.bar(value, maximum) }}", value=value, maximum=maximum))
    assert page.all("rect")[1]["width"] == width


def test_every_symbol_that_is_named_is_drawn(app: Flask) -> None:
    sprite = ElementTree.fromstring((assets.STATIC / "img/icons.svg").read_text())
    drawn = {symbol.get("id") for symbol in sprite.iter("{http://www.w3.org/2000/svg}symbol")}
    assert {look.icon for look in LOOKS.values()} | set(TONE_ICONS.values()) <= drawn
