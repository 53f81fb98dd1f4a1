"""What the house takes for an e-mail address, wherever one comes in: a form, the API, or a row of a file."""

from __future__ import annotations

from marshmallow import ValidationError, validate

LONGEST = 254
SHAPE = validate.Email(error="Write an e-mail address such as name@example.org.")
# Mail servers take others only by an extension that most lack: such a mail could never leave.
PLAIN = validate.Regexp(r"[\x21-\x7e]+\Z", error="Use plain letters: mail servers take no others in an address.")


def why_no_address(text: str) -> str:
    """What is wrong with this as an e-mail address; empty where it is one."""
    if len(text) > LONGEST:
        return f"Use at most {LONGEST} characters."
    for rule in (SHAPE, PLAIN):
        try:
            rule(text)
        except ValidationError as error:
            return str(error.messages[0])
    return ""
