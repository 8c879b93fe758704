"""watch for words and bursts

Cases may come about by themselves; what is held until somebody has looked is an act without an actor.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_WATCHING = "'off', 'flag', 'hold'"


def upgrade() -> None:
    with op.batch_alter_table("moderation_acts") as batch:
        batch.alter_column("actor_id", existing_type=_KEY, nullable=True)
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("origin", sa.String(24), nullable=False, server_default="report"))
        batch.create_check_constraint(op.f("ck_cases_caseorigin_valid"), "origin IN ('report', 'words', 'burst')")
    op.create_table(
        "watch_lists",
        sa.Column("consortium_id", _KEY, nullable=False),
        sa.Column("words", _JSON, nullable=False),
        sa.Column("on_word", sa.String(24), nullable=False),
        sa.Column("on_burst", sa.String(24), nullable=False),
        sa.Column("burst_limit", sa.Integer(), nullable=False),
        sa.Column("changed_by_id", _KEY, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("burst_limit > 0", name=op.f("ck_watch_lists_burst_limit")),
        sa.CheckConstraint(f"on_word IN ({_WATCHING})", name=op.f("ck_watch_lists_on_word_valid")),
        sa.CheckConstraint(f"on_burst IN ({_WATCHING})", name=op.f("ck_watch_lists_on_burst_valid")),
        sa.ForeignKeyConstraint(
            ["consortium_id"], ["consortia.id"], name=op.f("fk_watch_lists_consortium_id_consortia")
        ),
        sa.ForeignKeyConstraint(["changed_by_id"], ["accounts.id"], name=op.f("fk_watch_lists_changed_by_id_accounts")),
        sa.PrimaryKeyConstraint("consortium_id", name=op.f("pk_watch_lists")),
    )
    op.create_index(op.f("ix_watch_lists_changed_by_id"), "watch_lists", ["changed_by_id"])


def downgrade() -> None:
    op.drop_table("watch_lists")
    with op.batch_alter_table("cases") as batch:
        batch.drop_constraint(op.f("ck_cases_caseorigin_valid"), type_="check")
        batch.drop_column("origin")
    for table in ("appeals", "moderation_act_texts"):
        op.execute(f"DELETE FROM {table} WHERE act_id IN (SELECT id FROM moderation_acts WHERE actor_id IS NULL)")
    op.execute("DELETE FROM moderation_acts WHERE actor_id IS NULL")
    with op.batch_alter_table("moderation_acts") as batch:
        batch.alter_column("actor_id", existing_type=_KEY, nullable=False)
