<%!
def body(lines):
    """What was worked out, without the remarks that it was; nothing at all is `pass`."""
    return "\n".join(line for line in lines.splitlines() if "###" not in line).strip() or "pass"
%>\
"""${message}."""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${body(upgrades)}


def downgrade():
    ${body(downgrades)}
