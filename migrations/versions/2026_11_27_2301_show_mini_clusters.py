"""show mini-clusters to all members

Showcases of mini-clusters and the ideas shown in them.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "showcases",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("mini_cluster_id", _KEY, nullable=False),
        sa.Column("profile_ko", sa.Text(), nullable=False),
        sa.Column("profile_en", sa.Text(), nullable=True),
        sa.Column("figures", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["mini_cluster_id"], ["mini_clusters.id"], name=op.f("fk_showcases_mini_cluster_id_mini_clusters")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_showcases")),
        sa.UniqueConstraint("mini_cluster_id", name=op.f("uq_showcases_mini_cluster_id")),
    )
    op.create_table(
        "showcase_ideas",
        sa.Column("idea_id", _KEY, nullable=False),
        sa.Column("showcase_id", _KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_by_id", _KEY, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_showcase_ideas_position")),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_showcase_ideas_idea_id_ideas")),
        sa.ForeignKeyConstraint(
            ["showcase_id"], ["showcases.id"], name=op.f("fk_showcase_ideas_showcase_id_showcases")
        ),
        sa.ForeignKeyConstraint(["added_by_id"], ["accounts.id"], name=op.f("fk_showcase_ideas_added_by_id_accounts")),
        sa.PrimaryKeyConstraint("idea_id", name=op.f("pk_showcase_ideas")),
    )
    op.create_index("ix_showcase_ideas_showcase_id_position", "showcase_ideas", ["showcase_id", "position"])
    op.create_index(op.f("ix_showcase_ideas_added_by_id"), "showcase_ideas", ["added_by_id"])


def downgrade() -> None:
    op.drop_table("showcase_ideas")
    op.drop_table("showcases")
