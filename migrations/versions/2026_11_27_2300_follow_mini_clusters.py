"""follow mini-clusters

Who follows which mini-cluster.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mini_cluster_follows",
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("mini_cluster_id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_mini_cluster_follows_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["mini_cluster_id"],
            ["mini_clusters.id"],
            name=op.f("fk_mini_cluster_follows_mini_cluster_id_mini_clusters"),
        ),
        sa.PrimaryKeyConstraint("account_id", "mini_cluster_id", name=op.f("pk_mini_cluster_follows")),
    )
    op.create_index(op.f("ix_mini_cluster_follows_mini_cluster_id"), "mini_cluster_follows", ["mini_cluster_id"])


def downgrade() -> None:
    op.drop_table("mini_cluster_follows")
