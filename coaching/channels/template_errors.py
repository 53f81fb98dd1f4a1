"""What is wrong with a template, in sentences for who wrote it: Jinja and Python speak to programmers."""

from __future__ import annotations

import re
from traceback import walk_tb

from jinja2 import TemplateSyntaxError


class WrongTemplate(Exception):
    """What is wrong with a template, in a sentence for who wrote it. `field` is the one that has it."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


# What Jinja says, and what it means; the first that is found.
_MEANINGS = (
    (
        r"unknown tag '(?P<found>\w+)'.*needs to be closed is '(?P<open>\w+)'",
        "{{% {found} %}} stands where {{% end{open} %}} is missing. Close what was begun last first.",
    ),
    (r"needs to be closed is '(?P<open>\w+)'", "{{% {open} %}} has no end. Write {{% end{open} %}} where it is over."),
    (
        r"unknown tag 'end(?P<open>\w+)'",
        "{{% end{open} %}} ends what was not begun. Leave it out, or write its beginning before it.",
    ),
    (
        r"unknown tag '(?P<found>\w+)'",
        "there is no {{% {found} %}} for mails. Use if, and for over a list.",
    ),
    (r"end of comment tag", "the remark that begins with {{# has no end. Write #}} where it is over."),
    (
        r"end of template, expected 'end of print statement'",
        "a name between two braces has no end. Write it as in {{{{ name }}}}.",
    ),
    (
        r"end of statement block",
        "what begins with {{% has no end, or more in it than it needs. Write it as in {{% if name %}}.",
    ),
    (r"tag name expected", "nothing stands between {{% and %}}. Use if, and for over a list."),
    (r"unexpected char", "there is a sign between the braces that means nothing there."),
    (r"", "what is between the braces cannot be read. Compare it with the names beside the form."),
)
CANNOT_BE_FILLED_IN = (
    "Line {line} cannot be filled in. Compare numbers with numbers and texts with texts, and count texts or lists."
)
CANNOT_BE_READ = (
    "It cannot be read: a number in it is too long, or too much is within each other. Write it more simply."
)


def sentence_of(error: TemplateSyntaxError) -> str:
    """What Jinja cannot read, for a coordinator."""
    for pattern, meaning in _MEANINGS:
        found = re.search(pattern, error.message or "", re.DOTALL)
        if found:
            return f"Line {error.lineno}: {meaning.format(**found.groupdict())}"
    raise AssertionError(error.message)


def line_of(error: BaseException) -> int:
    """The line of a template at which it could not be filled in; Jinja puts it into the trace."""
    trace = walk_tb(error.__traceback__)
    lines = [line for frame, line in trace if frame.f_code.co_filename in {"<unknown>", "<template>"}]
    return lines[-1] if lines else 1


def fault_of(error: Exception) -> tuple[str, str]:
    """The field that can mend what went wrong with words, and what did; what Python says of the rest helps nobody."""
    if isinstance(error, WrongTemplate):
        return error.field or "text", str(error)
    return "text", "it cannot be filled in. Use fewer of the names beside the form."
