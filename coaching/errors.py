"""The only refusals a service may raise. `blueprints/problems.py` alone turns them into HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Messages = Mapping[str, Sequence[str]]


class Refusal(Exception):
    """A request the domain turns down. `code` is a stable word for programs, the text is for people."""

    code = "refused"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class NotFound(Refusal):
    """It is not there, or it is not for this person to know that it is: the answer is the same."""

    code = "not-found"

    def __init__(self, message: str = "There is nothing here, or it is not yours to see.") -> None:
        super().__init__(message)


class NotAllowed(Refusal):
    """The person may see the thing, but not do this to it."""

    code = "not-allowed"


class Conflict(Refusal):
    """The act is well formed, but the state of things does not admit it (any more)."""

    code = "conflict"


class Invalid(Refusal):
    """What was sent cannot be used. `messages` names each field (or `row N`) with what to do about it."""

    code = "invalid"

    def __init__(self, message: str, messages: Messages | None = None, *, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.messages: Messages = messages or {}

    @classmethod
    def field(cls, name: str, message: str) -> Invalid:
        """One field is wrong, and this is what to do about it."""
        return cls(message, {name: [message]})
