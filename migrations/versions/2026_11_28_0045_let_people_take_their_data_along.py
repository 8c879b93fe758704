"""let people take their data along

Copies of a person's data, kept for a week. The release before knows nothing of them.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "data_exports",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("requested_at", _MOMENT, nullable=False),
        sa.Column("ready_at", _MOMENT, nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(ready_at IS NULL) = (content IS NULL)", name=op.f("ck_data_exports_ready_with_content")),
        sa.CheckConstraint("(ready_at IS NULL) = (size IS NULL)", name=op.f("ck_data_exports_ready_with_size")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_data_exports_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_exports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_data_exports_public_id")),
    )
    for column in ("account_id", "requested_at"):
        op.create_index(op.f(f"ix_data_exports_{column}"), "data_exports", [column])


def downgrade() -> None:
    op.drop_table("data_exports")
