"""ask authors before more people see

Proposals of staff to change the audience of an idea; readings of ideas for named people tell whether it was staff; and
two more reasons to be told of something, with a push of their own. A worker of the release before does not know the
new reasons: it leaves events it can't handle to one of this release, and writes none itself.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REASONS = ("mention", "reply", "comment", "vote")
_TOPICS = ("responses", "votes")


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _allow(table: str, column: str, name: str, values: tuple[str, ...]) -> None:
    """Let a column hold these values. On SQLite the table is made anew, which keeps its partial indexes."""
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_{name}"), f"{column} IN ({listed})")


def upgrade() -> None:
    op.create_table(
        "audience_proposals",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("creation_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("idea_id", _KEY, nullable=False),
        sa.Column("kind", _choice("audienceact_valid", "edit", "move", "merge", "showcase"), nullable=False),
        sa.Column(
            "visibility",
            _choice("visibility_valid", "named", "mini_cluster", "consortium", "linked", "all"),
            nullable=False,
        ),
        sa.Column("mini_cluster_id", _KEY, nullable=False),
        sa.Column("proposed_by_id", _KEY, nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column(
            "state",
            _choice("proposalstate_valid", "waiting", "granted", "declined", "withdrawn", "superseded", "applied"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_audience_proposals_decided_at")),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_audience_proposals_idea_id_ideas")),
        sa.ForeignKeyConstraint(
            ["mini_cluster_id"], ["mini_clusters.id"], name=op.f("fk_audience_proposals_mini_cluster_id_mini_clusters")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["accounts.id"], name=op.f("fk_audience_proposals_proposed_by_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience_proposals")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audience_proposals_public_id")),
    )
    op.create_index("ix_audience_proposals_idea_id_id", "audience_proposals", ["idea_id", "id"])
    op.create_index(op.f("ix_audience_proposals_mini_cluster_id"), "audience_proposals", ["mini_cluster_id"])
    op.create_index(op.f("ix_audience_proposals_proposed_by_id"), "audience_proposals", ["proposed_by_id"])
    op.create_index(
        "uq_audience_proposals_waiting",
        "audience_proposals",
        ["idea_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.add_column("named_idea_reads", sa.Column("by_staff", sa.Boolean(), server_default=sa.false(), nullable=False))
    _allow("inbox_items", "reason", "reason_valid", (*_REASONS, "consent_asked", "state_changed"))
    _allow("push_jobs", "topic", "pushtopic_valid", (*_TOPICS, "progress"))


def downgrade() -> None:
    op.execute("DELETE FROM deliveries WHERE push_job_id IN (SELECT id FROM push_jobs WHERE topic = 'progress')")
    op.execute("DELETE FROM push_jobs WHERE topic = 'progress'")
    op.execute("DELETE FROM inbox_items WHERE reason IN ('consent_asked', 'state_changed')")
    _allow("push_jobs", "topic", "pushtopic_valid", _TOPICS)
    _allow("inbox_items", "reason", "reason_valid", _REASONS)
    op.drop_column("named_idea_reads", "by_staff")
    op.drop_table("audience_proposals")
