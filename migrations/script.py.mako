"""${message}

The law of migrations: the previous release must go on working while and after this one runs.
- Add first (nullable or with a server default), fill in batches, use in the next release, remove in the one after.
- No rename and no change of type in place; no index on a large table without CONCURRENTLY on PostgreSQL.
- It runs up and down on both engines. On SQLite a batch change rebuilds the table and drops its triggers: make
  them again in the same migration (a test checks that they are there).

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
