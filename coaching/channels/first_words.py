"""The words that a coordinator begins with: what our own mails say, in the language of the editor."""

from __future__ import annotations

from collections.abc import Mapping

from coaching.channels.base import Words

_CHECK_IN = """\
Hello {{ name }},

{% for one in check_ins %}
{{ one.question }}

{% if one.needs_consent %}
You are asked first whether we may ask: say yes or no, without signing in:
{{ one.link }}
{% else %}
Yes, I did it: {{ one.link_did_it }}
Not yet: {{ one.link_not_yet }}
I cannot say: {{ one.link_cannot_say }}

Answer with a note, without signing in:
{{ one.link }}
{% if one.more %}

The page asks {{ one.more }} more {{ "thing" if one.more == 1 else "things" }} then. One tap alone is an answer, too.
{% endif %}
{% endif %}

You can answer, and change your answer, until {{ one.until }}.

Who reads it: your coaches in {{ one.cohort }}, and the coordinators of {{ one.programme }}. \
"Not yet" and "cannot say" are good answers too.

{% endfor %}
"""
_SESSION_REMINDER = """\
Hello {{ name }},

{{ title }}, a session of {{ cohort }}, is near.

{{ when }}
{% if when_there %}
That is {{ when_there }}.
{% endif %}
{% if place %}
Where: {{ place }}
{% endif %}
{% if preparation %}

To prepare:
{{ preparation }}
{% endif %}
{% if link %}

Say whether you come, without signing in:
{{ link }}
{% endif %}
"""
_ACTION_REMINDER = """\
Hello {{ name }},

{% if count == 1 %}
You said that you would do this:
{% else %}
You said that you would do these:
{% endif %}

{% for one in actions %}
- {{ one.statement }}
{% if one.day %}
  By {{ one.day }}.
{% endif %}
{% if one.whose %}
  For {{ one.whose }}, {{ one.cohort }}
{% else %}
  {{ one.cohort }}
{% endif %}

{% endfor %}
Say what became of it, or move it to another day:
{{ link }}
"""
_SESSION_INVITE = """\
Hello {{ name }},

{{ news }}

{% for one in sessions %}
{{ one.title }}
{% if one.act == "cancelled" %}
Cancelled: {{ one.when }}
{% elif one.act == "dropped" %}
You are not expected any more: {{ one.when }}
{% elif one.was %}
Moved from {{ one.was }}
to {{ one.when }}
{% else %}
{{ one.when }}
{% endif %}
{% if one.when_there %}
That is {{ one.when_there }}.
{% endif %}
{% if one.place %}
Where: {{ one.place }}
{% endif %}
{% if one.changes %}
{{ one.changes }}
{% endif %}
{% if one.reason %}
Because: {{ one.reason }}
{% endif %}

{% endfor %}
{% if link %}
Say whether you come, without signing in:
{{ link }}
{% endif %}
"""
_POLL = """\
Hello {{ name }},

When could you meet for "{{ title }}"?

{% if is_reminder %}You have not answered yet: {% endif %}{{ by }} looks for a time in {{ cohort }}. \
It takes {{ minutes }} minutes.
{% if note %}

{{ note }}
{% endif %}

The proposed times:
{% for one in times %}
- {{ one }}
{% endfor %}

Say which times suit you, without signing in:
{{ link }}

You can answer, and change your answer, until {{ until }}.
"""
_HANDOVER = """\
Hello {{ name }},

{{ news }}
{% if sessions %}

{{ sessions }} {{ "session" if sessions == 1 else "sessions" }} to come {{ "goes" if sessions == 1 else "go" }} along, \
with invites for the calendar where they change. Everything that was agreed and written stays as it is.
{% endif %}

Look at the cohort:
{{ link }}
"""
_INVITATION = """\
Hello {{ name }},

{{ by }} invites you to {{ to }}.

Choose a password and come in:
{{ link }}
"""

FIRST_WORDS: Mapping[str, Words] = {
    "check_in": Words(0, "{{ usual_subject }}", _CHECK_IN, ""),
    "session_reminder": Words(0, "In {{ ahead }}: {{ title }}, {{ when }}", _SESSION_REMINDER, ""),
    "action_reminder": Words(0, "{{ usual_subject }}", _ACTION_REMINDER, ""),
    "session_invite": Words(0, "{{ usual_subject }}", _SESSION_INVITE, ""),
    "poll": Words(0, "{% if is_reminder %}Reminder: {% endif %}When could you meet? {{ title }}", _POLL, ""),
    "handover": Words(0, "{{ usual_subject }}", _HANDOVER, ""),
    "invitation": Words(0, "Your invitation to {{ to }}", _INVITATION, ""),
}
