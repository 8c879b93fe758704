"""log changes

The log of changes that phones follow, and its epoch. Its triggers are made by ``env.py`` after every migration.
Exclusions get the moment since which they hold: what was never shown is not told to be gone.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("object_id", _KEY, nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.Uuid(), nullable=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_xid_id", "changes", ["xid", "id"])
    op.create_index("ix_changes_account_id_xid_id", "changes", ["account_id", "xid", "id"])
    op.create_index("ix_changes_at", "changes", ["at"])
    op.add_column("idea_exclusions", sa.Column("excluded_at", _MOMENT, nullable=True))
    op.create_table(
        "change_epochs",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.Column("identity", sa.String(length=80), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_change_epochs_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_epochs")),
    )


def downgrade() -> None:
    op.drop_table("change_epochs")
    op.drop_column("idea_exclusions", "excluded_at")
    op.drop_table("changes")
