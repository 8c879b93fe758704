"""let those who moderate act on members

An act may be on a member instead of an idea: a note, a warning, a suspension from a consortium.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CONTENT = "'hide', 'lock', 'pin', 'retag'"
_MEMBERS = "'note', 'warn', 'suspend'"


def upgrade() -> None:
    with op.batch_alter_table("moderation_acts") as batch:
        batch.add_column(sa.Column("until", sa.DateTime(timezone=True), nullable=True))
        batch.alter_column("idea_id", existing_type=_KEY, nullable=True)
        batch.drop_constraint(op.f("ck_moderation_acts_actkind_valid"), type_="check")
        batch.create_check_constraint(op.f("ck_moderation_acts_actkind_valid"), f"kind IN ({_CONTENT}, {_MEMBERS})")
        batch.create_check_constraint(
            op.f("ck_moderation_acts_on_idea_or_member"), f"(idea_id IS NULL) = (kind IN ({_MEMBERS}))"
        )
        batch.create_check_constraint(
            op.f("ck_moderation_acts_until_of_suspension"), "until IS NULL OR kind = 'suspend'"
        )
    where = sa.text("kind = 'suspend' AND undone_at IS NULL")
    op.create_index(
        "ix_moderation_acts_suspensions",
        "moderation_acts",
        ["subject_id", "consortium_id"],
        postgresql_where=where,
        sqlite_where=where,
    )


def downgrade() -> None:
    op.execute(f"DELETE FROM appeals WHERE act_id IN (SELECT id FROM moderation_acts WHERE kind IN ({_MEMBERS}))")
    op.execute(
        f"DELETE FROM moderation_act_texts WHERE act_id IN (SELECT id FROM moderation_acts WHERE kind IN ({_MEMBERS}))"
    )
    op.execute(f"DELETE FROM moderation_acts WHERE kind IN ({_MEMBERS})")
    op.drop_index("ix_moderation_acts_suspensions", "moderation_acts")
    with op.batch_alter_table("moderation_acts") as batch:
        for name in ("until_of_suspension", "on_idea_or_member", "actkind_valid"):
            batch.drop_constraint(op.f(f"ck_moderation_acts_{name}"), type_="check")
        batch.create_check_constraint(op.f("ck_moderation_acts_actkind_valid"), f"kind IN ({_CONTENT})")
        batch.alter_column("idea_id", existing_type=_KEY, nullable=False)
        batch.drop_column("until")
