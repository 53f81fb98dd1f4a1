"""Agendas to begin with: prompts that a coach fills in or strikes out."""

from __future__ import annotations

from enum import StrEnum


class AgendaTemplate(StrEnum):
    """Which prompts an agenda begins with. GROW is the model that most coaches learn first (Whitmore)."""

    GROW = "grow"


AGENDAS = {
    AgendaTemplate.GROW: """Goal
- What do you want to take away from today?
- What would tell you that you have reached it?

Reality
- Where do you stand now? What have you tried?
- What gets in the way, and what helps already?

Options
- What could you do? And what else?
- Which of these appeals to you, and what speaks against it?

Will
- What will you do, by when, and who should know?
- How sure are you, from 1 to 10? What would make it one more?""",
}
