"""let places change

Mini-clusters are split, merged and renamed: what one was split from, and a dated history of names from today on.
Consortia, mini-clusters and links made over the API remember the request that made them, which tells a retry.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table in ("consortia", "consortium_links", "mini_clusters"):
        op.add_column(table, sa.Column("creation_digest", sa.LargeBinary(length=32), nullable=True))
    with op.batch_alter_table("mini_clusters") as batch:
        batch.add_column(sa.Column("split_from_id", _KEY, nullable=True))
        batch.create_foreign_key(
            "fk_mini_clusters_split_from_id_mini_clusters", "mini_clusters", ["split_from_id"], ["id"]
        )
        batch.create_index("ix_mini_clusters_split_from_id", ["split_from_id"])
    op.create_table(
        "mini_cluster_names",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("mini_cluster_id", _KEY, nullable=False),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name=op.f("ck_mini_cluster_names_period")),
        sa.ForeignKeyConstraint(
            ["mini_cluster_id"], ["mini_clusters.id"], name=op.f("fk_mini_cluster_names_mini_cluster_id_mini_clusters")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mini_cluster_names")),
    )
    op.create_index(op.f("ix_mini_cluster_names_mini_cluster_id"), "mini_cluster_names", ["mini_cluster_id"])
    op.create_index(
        "uq_mini_cluster_names_current",
        "mini_cluster_names",
        ["mini_cluster_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.execute(
        "INSERT INTO mini_cluster_names (mini_cluster_id, name_ko, name_en, started_at)"
        " SELECT id, name_ko, name_en, founded_at FROM mini_clusters"
    )


def downgrade() -> None:
    op.drop_table("mini_cluster_names")
    with op.batch_alter_table("mini_clusters") as batch:
        batch.drop_index("ix_mini_clusters_split_from_id")
        batch.drop_constraint("fk_mini_clusters_split_from_id_mini_clusters", type_="foreignkey")
        batch.drop_column("split_from_id")
    for table in ("mini_clusters", "consortium_links", "consortia"):
        op.drop_column(table, "creation_digest")
