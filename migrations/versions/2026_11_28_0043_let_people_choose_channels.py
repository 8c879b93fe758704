"""let people choose channels

A matrix of reasons and channels, for all and for a mini-cluster; digests by mail; and a push to try one's own device.
A release before reads the two lists of refused reasons, which are still written.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_TOPICS = ("responses", "votes", "progress", "announcements", "applications", "queue", "new_ideas")
_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("notification_settings", sa.Column("choices", _JSON, nullable=True))
    op.create_table(
        "mini_cluster_choices",
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("mini_cluster_id", _KEY, nullable=False),
        sa.Column("choices", _JSON, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_mini_cluster_choices_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["mini_cluster_id"],
            ["mini_clusters.id"],
            name=op.f("fk_mini_cluster_choices_mini_cluster_id_mini_clusters"),
        ),
        sa.PrimaryKeyConstraint("account_id", "mini_cluster_id", name=op.f("pk_mini_cluster_choices")),
    )
    op.create_index(
        op.f("ix_mini_cluster_choices_mini_cluster_id"),
        "mini_cluster_choices",
        ["mini_cluster_id"],
    )
    op.create_table(
        "digests",
        sa.Column("account_id", _KEY, autoincrement=False, nullable=False),
        sa.Column(
            "rhythm",
            sa.Enum(
                "off",
                "daily",
                "weekly",
                name="digestrhythm_valid",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("last_item_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_digests_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_digests")),
    )
    op.create_index("ix_digests_due", "digests", ["due_at"], postgresql_where=_DUE, sqlite_where=_DUE)
    _allow_topics(*_TOPICS, "tests")


def downgrade() -> None:
    op.execute("DELETE FROM deliveries WHERE push_job_id IN (SELECT id FROM push_jobs WHERE topic = 'tests')")
    op.execute("DELETE FROM push_jobs WHERE topic = 'tests'")
    _allow_topics(*_TOPICS)
    op.drop_table("digests")
    op.drop_table("mini_cluster_choices")
    op.drop_column("notification_settings", "choices")


def _allow_topics(*values: str) -> None:
    """On SQLite the table is made anew, which keeps its partial indexes."""
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table("push_jobs") as batch:
        batch.drop_constraint(op.f("ck_push_jobs_pushtopic_valid"), type_="check")
        batch.create_check_constraint(op.f("ck_push_jobs_pushtopic_valid"), f"topic IN ({listed})")
