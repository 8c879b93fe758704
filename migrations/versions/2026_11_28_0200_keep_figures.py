"""keep figures

Figures of places by week, month and year, as they were when the period ended.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "place_figures",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("consortium_id", _KEY, nullable=False),
        sa.Column("mini_cluster_id", _KEY, nullable=True),
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("figures", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("period IN ('week', 'month', 'year')", name=op.f("ck_place_figures_figuresperiod_valid")),
        sa.ForeignKeyConstraint(
            ["consortium_id"], ["consortia.id"], name=op.f("fk_place_figures_consortium_id_consortia")
        ),
        sa.ForeignKeyConstraint(
            ["mini_cluster_id"], ["mini_clusters.id"], name=op.f("fk_place_figures_mini_cluster_id_mini_clusters")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_figures")),
    )
    for place, where in (("consortium", "mini_cluster_id IS NULL"), ("mini_cluster", "mini_cluster_id IS NOT NULL")):
        op.create_index(
            f"uq_place_figures_{place}",
            "place_figures",
            [f"{place}_id", "period", "begins_on"],
            unique=True,
            postgresql_where=sa.text(where),
            sqlite_where=sa.text(where),
        )
    op.create_index("ix_place_figures_consortium_id_period", "place_figures", ["consortium_id", "period"])


def downgrade() -> None:
    op.drop_table("place_figures")
