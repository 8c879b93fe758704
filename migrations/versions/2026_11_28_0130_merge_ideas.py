"""merge ideas

What an idea went into, and what is needed to part them again. Replies, cases and acts follow a comment that moves to
another idea. A release before knows of no merges: a merged idea is a hidden one to it.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_OTHERS = "'hide', 'lock', 'pin', 'retag', 'note', 'warn', 'suspend'"
_FOLLOWERS = (
    ("comments", "fk_comments_parent_of_idea", "parent_id"),
    ("cases", "fk_cases_comment_of_idea", "comment_id"),
    ("moderation_acts", "fk_moderation_acts_comment_of_idea", "comment_id"),
)
"""Tables whose rows name a comment together with its idea."""


def upgrade() -> None:
    for table, name, column in _FOLLOWERS:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(name, type_="foreignkey")
            batch.create_foreign_key(name, "comments", [column, "idea_id"], ["id", "idea_id"], onupdate="CASCADE")
    _allow(f"{_OTHERS}, 'merge'")
    where = sa.text("merged_at IS NOT NULL AND undone_at IS NULL")
    op.create_table(
        "idea_merges",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("source_id", _KEY, nullable=False),
        sa.Column("target_id", _KEY, nullable=False),
        sa.Column("proposal_id", _KEY, nullable=True),
        sa.Column("act_id", _KEY, nullable=True),
        sa.Column("merged_at", _MOMENT, nullable=True),
        sa.Column("undone_at", _MOMENT, nullable=True),
        sa.CheckConstraint("source_id <> target_id", name=op.f("ck_idea_merges_two_ideas")),
        sa.CheckConstraint("(act_id IS NULL) = (merged_at IS NULL)", name=op.f("ck_idea_merges_merged_by_act")),
        sa.CheckConstraint(
            "undone_at IS NULL OR merged_at IS NOT NULL", name=op.f("ck_idea_merges_undone_after_merging")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["ideas.id"], name=op.f("fk_idea_merges_source_id_ideas")),
        sa.ForeignKeyConstraint(["target_id"], ["ideas.id"], name=op.f("fk_idea_merges_target_id_ideas")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["audience_proposals.id"], name=op.f("fk_idea_merges_proposal_id_audience_proposals")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["moderation_acts.id"], name=op.f("fk_idea_merges_act_id_moderation_acts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_merges")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_idea_merges_proposal_id")),
        sa.UniqueConstraint("act_id", name=op.f("uq_idea_merges_act_id")),
    )
    op.create_index(op.f("ix_idea_merges_source_id"), "idea_merges", ["source_id"])
    op.create_index(op.f("ix_idea_merges_target_id"), "idea_merges", ["target_id"])
    op.create_index(
        "uq_idea_merges_standing", "idea_merges", ["source_id"], unique=True,
        postgresql_where=where, sqlite_where=where,
    )  # fmt: skip
    _create_memory()


def _create_memory() -> None:
    op.create_table(
        "merged_votes",
        sa.Column("merge_id", _KEY, nullable=False),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("voted_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["idea_merges.id"], name=op.f("fk_merged_votes_merge_id_idea_merges"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_merged_votes_account_id_accounts")),
        sa.PrimaryKeyConstraint("merge_id", "account_id", name=op.f("pk_merged_votes")),
    )
    op.create_index(op.f("ix_merged_votes_account_id"), "merged_votes", ["account_id"])
    op.create_table(
        "merged_comments",
        sa.Column("merge_id", _KEY, nullable=False),
        sa.Column("comment_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["idea_merges.id"], name=op.f("fk_merged_comments_merge_id_idea_merges"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_merged_comments_comment_id_comments"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("merge_id", "comment_id", name=op.f("pk_merged_comments")),
    )
    op.create_index(op.f("ix_merged_comments_comment_id"), "merged_comments", ["comment_id"])


def downgrade() -> None:
    for table in ("merged_comments", "merged_votes", "idea_merges"):
        op.drop_table(table)
    of_merges = "IN (SELECT id FROM moderation_acts WHERE kind = 'merge')"
    for table in ("appeals", "moderation_act_texts"):
        op.execute(f"DELETE FROM {table} WHERE act_id {of_merges}")
    op.execute("DELETE FROM moderation_acts WHERE kind = 'merge'")
    _allow(_OTHERS)
    for table, name, column in _FOLLOWERS:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(name, type_="foreignkey")
            batch.create_foreign_key(name, "comments", [column, "idea_id"], ["id", "idea_id"])


def _allow(kinds: str) -> None:
    with op.batch_alter_table("moderation_acts") as batch:
        batch.drop_constraint(op.f("ck_moderation_acts_actkind_valid"), type_="check")
        batch.create_check_constraint(op.f("ck_moderation_acts_actkind_valid"), f"kind IN ({kinds})")
