"""Every tick: messages that are due leave."""

from __future__ import annotations

from coaching.jobs.workshop import Workshop
from coaching.services.delivery import send_due_messages


def run(workshop: Workshop) -> int:
    """Sends until nothing is due, the way is shut or we are to stop; returns how many left."""
    return send_due_messages(workshop.office)["sent"]
