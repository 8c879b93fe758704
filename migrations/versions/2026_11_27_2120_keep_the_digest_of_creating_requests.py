"""keep the digest of creating requests

Accounts and organisations remember the request that made them, as ideas and comments do: a retry is known by it, even
after the row was changed. Rows of before have none: a retry of theirs is refused as one with other content.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("accounts", "organisations"):
        op.add_column(table, sa.Column("creation_digest", sa.LargeBinary(length=32), nullable=True))


def downgrade() -> None:
    for table in ("organisations", "accounts"):
        op.drop_column(table, "creation_digest")
