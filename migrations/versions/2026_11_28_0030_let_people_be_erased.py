"""let people be erased

Who asked to be erased, and when that is due. The release before knows nothing of it: an account goes on there.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("account_id", _KEY, autoincrement=False, nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "person", "operator", name="erasureorigin_valid", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("requested_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("erased_at", _MOMENT, nullable=True),
        sa.CheckConstraint(
            "erased_at IS NULL OR erased_at >= requested_at", name=op.f("ck_erasures_erased_after_request")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_erasures_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_erasures")),
    )
    op.create_index(op.f("ix_erasures_due_at"), "erasures", ["due_at"])


def downgrade() -> None:
    op.drop_table("erasures")
