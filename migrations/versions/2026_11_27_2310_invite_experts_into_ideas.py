"""invite experts into ideas

Who is an expert of what, and the ideas they were invited into. The release before shows an invited idea to its expert
no sooner than it is taken out again: it does not read streams of this kind.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CURRENT = sa.text("ended_at IS NULL")
_INVITED = 9
"""The kind of stream in the lowest four bits of its id."""


def upgrade() -> None:
    op.create_table(
        "experts",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("designated_by_id", _KEY, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name=op.f("ck_experts_period")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_experts_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["designated_by_id"], ["accounts.id"], name=op.f("fk_experts_designated_by_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experts")),
    )
    op.create_index(op.f("ix_experts_account_id"), "experts", ["account_id"])
    op.create_index(op.f("ix_experts_designated_by_id"), "experts", ["designated_by_id"])
    op.create_index(
        "uq_experts_current",
        "experts",
        ["account_id"],
        unique=True,
        postgresql_where=_CURRENT,
        sqlite_where=_CURRENT,
    )
    op.create_table(
        "idea_experts",
        sa.Column("idea_id", _KEY, nullable=False),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_idea_experts_account_id_accounts")),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_experts_idea_id_ideas")),
        sa.PrimaryKeyConstraint("idea_id", "account_id", name=op.f("pk_idea_experts")),
    )
    op.create_index(op.f("ix_idea_experts_account_id"), "idea_experts", ["account_id"])


def downgrade() -> None:
    op.drop_table("idea_experts")
    op.drop_table("experts")
    op.execute(f"DELETE FROM feed_entries WHERE stream_id % 16 = {_INVITED}")
