"""A name that the words of a mail can use: what it stands for, an example of it, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A name that a template may use. `lines` are the names within each line of a list; `is_link` is an address that
    is the person's own, and `is_needed` one that people need, so that the text and the HTML must both have it."""

    name: str
    what: str
    example: Any
    lines: tuple[Placeholder, ...] = ()
    is_link: bool = False
    is_needed: bool = False

    @property
    def is_list(self) -> bool:
        return isinstance(self.example, list)

    @property
    def usage(self) -> str:
        """How it is written in a template."""
        if not self.is_list:
            return f"{{{{ {self.name} }}}}"
        inner = " ".join(f"{{{{ one.{line.name} }}}}" for line in self.lines) or "{{ one }}"
        return f"{{% for one in {self.name} %}} {inner} {{% endfor %}}"
