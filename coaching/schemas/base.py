"""What every schema shares: strict shapes, trimmed text, caps with clear messages, and one reader for page forms.

The same schema validates the API's JSON and a page's form. JSON is taken as it is typed: a number is a number. A form
has only strings, so `load_form` turns it into what JSON would have held, and both go through `checked`.
A blank string is missing: it is refused where the field is required, and clears the field where it is optional.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate

from coaching.errors import Invalid
from coaching.schemas.lettering import seen_only
from coaching.tokens import PUBLIC_ID_LENGTH

CSRF_FIELD = "csrf_token"
# Says which showing of a form this is: one that is sent twice acts once.
FORM_ID = "form_id"
OF_EVERY_FORM = frozenset({CSRF_FIELD, FORM_ID})
LONGEST_KEY = 80
PICK = "Choose one of the options."
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FORM_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,15}|[0-9]{1,3}(?:[, \u00a0\u202f][0-9]{3}){1,4})")
_FORM_DECIMAL = re.compile(rf"{_FORM_NUMBER.pattern}(?:\.[0-9]{{1,9}})?")
_FORM_TRUTH = dict.fromkeys(("on", "yes", "true", "1"), True) | dict.fromkeys(("off", "no", "false", "0"), False)
_PUBLIC_ID = re.compile(rf"[0-9a-hjkmnp-tv-z]{{{PUBLIC_ID_LENGTH}}}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)*[^\W_](?:[\w-]{0,61}[^\W_])?\.?")
_NO_ADDRESS = re.compile(r"[\s\\<>\"]")
_EARLIEST = date(1970, 1, 1)
_LATEST = date(2199, 12, 31)


class FormValues(Protocol):
    """What a submitted form offers: a name can have several values."""

    def keys(self) -> Iterable[str]: ...

    def getlist(self, key: str, /) -> list[str]: ...


def _says(**messages: str) -> dict[str, str | list[Any] | dict[Any, Any]]:
    """Error messages in the type that marshmallow declares for them."""
    return dict(messages)


# For a list, whose own messages would not say what to do.
LIST_MESSAGES = _says(required="Fill this in.", null="Fill this in.", invalid="Send a list, in square brackets.")


class BaseSchema(Schema):
    """A shape that refuses what it does not know."""

    class Meta:
        unknown = RAISE

    error_messages = {  # noqa: RUF012  Schema wants a plain mapping here.
        "unknown": "There is no such field here. Leave it out.",
        "type": "Send one object with named fields.",
    }

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        """Itself, because nothing changes a schema once it is made: the API's decorators copy what they document."""
        return self

    @pre_load
    def blanks_are_missing(self, data: Any, *, partial: Any = None, **_context: Any) -> Any:
        """Drops blank strings, save where they clear an optional text or date, or cannot clear what an edit names."""
        if not isinstance(data, Mapping):
            return data
        kept: dict[str, Any] = {}
        for key in data:
            value = data[key]
            if not (isinstance(value, str) and not value.strip()):
                kept[key] = value
                continue
            known = self.load_fields.get(key)
            if known is None or (isinstance(known, Text) and not known.required):
                kept[key] = ""
            elif known.allow_none or (partial and known.required):
                kept[key] = None
        return kept


class QuerySchema(BaseSchema):
    """The arguments of a URL, which are strings like those of a form."""

    @pre_load
    def read_strings(self, data: Any, **_context: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return {key: _typed(self.load_fields.get(key), data[key]) for key in data}


class _Plain:
    """Messages that say what to do, in front of those of marshmallow."""

    default_error_messages = _says(required="Fill this in.", null="Fill this in, or leave it out.")


class Text(_Plain, fields.String):
    """Text of several lines: trimmed, composed (NFC), without unseen characters, at most `longest` characters."""

    default_error_messages = _says(
        invalid="Write text here.",
        invalid_utf8="Write text here.",
        control="Remove the control characters: they cannot be stored.",
    )

    def __init__(self, longest: int, **options: Any) -> None:
        given = options.pop("validate", ())
        if not options.get("required") and not options.get("dump_only"):
            options.setdefault("load_default", "")
        cap = validate.Length(max=longest, error=f"Use at most {longest:,} characters.")
        super().__init__(validate=[cap, *(given if isinstance(given, Iterable) else (given,))], **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **context: Any) -> str:
        words = super()._deserialize(value, attr, data, **context).replace("\r\n", "\n").replace("\r", "\n")
        if _CONTROL.search(words):
            raise self.make_error("control")
        kept = seen_only(words).strip()
        if self.required and not kept:
            raise self.make_error("required")
        return kept


class Line(Text):
    """Text of one line: every run of blanks and line breaks is one space, so that it may stand in a mail's subject."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **context: Any) -> str:
        return " ".join(super()._deserialize(value, attr, data, **context).split())


class WebAddress(Line):
    """A link that starts with http:// or https://; anything else could run as a script where it is shown.

    A name before the host is refused: it may be a password, or make the address look like another's.
    """

    default_error_messages = _says(
        address="Write a whole web address, such as https://example.org/course.",
        credentials="Leave out what stands before the @: everybody who sees the link would see it.",
    )

    def __init__(self, longest: int = 500, **options: Any) -> None:
        super().__init__(longest, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **context: Any) -> str:
        address = super()._deserialize(value, attr, data, **context)
        if address and not _is_web_address(address):
            raise self.make_error("address")
        if "@" in urlsplit(address).netloc:
            raise self.make_error("credentials")
        return address


class Whole(_Plain, fields.Integer):
    """A whole number between two bounds, both included."""

    default_error_messages = _says(invalid="Write a whole number.", too_large="Write a whole number.")

    def __init__(self, least: int, most: int, **options: Any) -> None:
        span = validate.Range(min=least, max=most, error=f"Write a whole number from {least:,} to {most:,}.")
        super().__init__(strict=True, validate=span, **options)


class Day(_Plain, fields.Date):
    """A calendar date as YYYY-MM-DD, within the years that a programme can mean."""

    default_error_messages = _says(invalid="Write a date as YYYY-MM-DD.")

    def __init__(self, **options: Any) -> None:
        span = validate.Range(min=_EARLIEST, max=_LATEST, error="Write a date between 1970 and 2199.")
        super().__init__(format="iso", validate=span, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **context: Any) -> Any:
        words = value.strip() if isinstance(value, str) else ""
        if not _ISO_DAY.fullmatch(words):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(words, attr, data, **context)


class Word(_Plain, fields.Enum[Any]):
    """One of the words of an enumeration."""

    default_error_messages = _says(unknown="Choose one of: {choices}.")

    def __init__(self, words: type[StrEnum], **options: Any) -> None:
        super().__init__(words, by_value=Text(24), **options)


class Truth(_Plain, fields.Boolean):
    """True or false as JSON has them: a word or a number that could stand for one is refused, as in other fields."""

    default_error_messages = _says(invalid="Send true or false.")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **context: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **context)


class PublicId(_Plain, fields.String):
    """The identifier by which the outside knows a thing; in JSON its key is `id`."""

    default_error_messages = _says(invalid=f"This is not an identifier: those have {PUBLIC_ID_LENGTH} characters.")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **context: Any) -> str:
        words = super()._deserialize(value, attr, data, **context).strip()
        if not _PUBLIC_ID.fullmatch(words):
            raise self.make_error("invalid")
        return words


def checked(schema: Schema, data: Any, *, partial: bool = False) -> dict[str, Any]:
    """What `schema` makes of `data`. Raises Invalid with every field's messages; `partial` is for an edit."""
    try:
        loaded: dict[str, Any] = schema.load(data, partial=partial)
    except ValidationError as error:
        raise invalid_from(error.messages) from error
    return loaded


def load_form(schema: Schema, form: FormValues, *, beside: Iterable[str] = ()) -> dict[str, Any]:
    """What `schema` makes of a page's form. `beside` names inputs that are the page's own, as the CSRF token is."""
    apart = {*OF_EVERY_FORM, *beside}
    plain: dict[str, Any] = {}
    for key in form.keys():  # noqa: SIM118  A multi-dict is not a plain mapping.
        if key in apart:
            continue
        known = schema.load_fields.get(key)
        values = form.getlist(key)
        if isinstance(known, fields.List):
            plain[key] = _typed(known, [value for value in values if value.strip()])
        elif values:
            plain[key] = _typed(known, values[-1])
    try:
        return checked(schema, plain)
    except Invalid as refusal:
        # A form shows its words as people say them, so that ours would explain nothing.
        chosen = {
            name for name, value in plain.items() if isinstance(schema.load_fields.get(name), Word) and value.strip()
        }
        messages = {name: [PICK] if name in chosen else texts for name, texts in refusal.messages.items()}
        raise Invalid(refusal.message, messages, code=refusal.code) from refusal


def invalid_from(messages: Any) -> Invalid:
    """marshmallow's nested messages as one refusal: `owners.0` is the first of the owners."""
    flat = dict(_flattened(messages, ""))
    if len(flat) == 1:
        name, texts = next(iter(flat.items()))
        return Invalid(f"{name}: {texts[0]}" if name != "_schema" else texts[0], flat)
    return Invalid("Some of what was sent cannot be used. Each field says what to do.", flat)


def _flattened(messages: Any, path: str) -> Iterable[tuple[str, list[str]]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            name = str(key)[:LONGEST_KEY]
            yield from _flattened(inner, f"{path}.{name}" if path else name)
    else:
        texts = messages if isinstance(messages, list) else [messages]
        yield path or "_schema", [str(text) for text in texts]


def _typed(field: Any, value: Any) -> Any:
    """A string as the JSON value that it stands for; what it cannot be stays a string, for the field to refuse."""
    if isinstance(field, fields.List) and isinstance(value, list):
        return [_typed(field.inner, item) for item in value]
    if not isinstance(value, str):
        return value
    words = value.strip()
    if isinstance(field, fields.Integer) and _FORM_NUMBER.fullmatch(words):
        return int(re.sub(r"[, \u00a0\u202f]", "", words))
    if isinstance(field, fields.Float) and _FORM_DECIMAL.fullmatch(words):
        return float(re.sub(r"[, \u00a0\u202f]", "", words))
    if isinstance(field, fields.Boolean):
        return _FORM_TRUTH.get(words, value)
    return value


def _is_web_address(words: str) -> bool:
    try:
        parts = urlsplit(words)
        host = parts.hostname or ""
        is_host = bool(_HOST.fullmatch(host)) or ("[" in parts.netloc and bool(ip_address(host)))
        return parts.scheme in {"http", "https"} and is_host and parts.port != 0 and not _NO_ADDRESS.search(words)
    except ValueError:
        return False
