"""Every tick: what an ended process held is taken up again, or listed as undecidable."""

from __future__ import annotations

from coaching.jobs.workshop import Workshop
from coaching.services.settlements import sweep_leases


def run(workshop: Workshop) -> int:
    with workshop.sessions.begin() as session:
        return sweep_leases(
            session,
            now=workshop.clock(),
            idempotent=[name for name, channel in workshop.office.channels.items() if channel.is_idempotent],
            resend_after=workshop.pace.resend_after if workshop.settings.resend_unknown else None,
        )
