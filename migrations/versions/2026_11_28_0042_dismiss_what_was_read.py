"""dismiss what was read

Deliveries that take a push off the screens again. A release before sends them as what they were made from, and finds
that it was read.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_OLD = "uq_deliveries_push_job_id_revision_device_id"
_COLUMNS = ["push_job_id", "revision", "device_id"]


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as batch:
        batch.add_column(sa.Column("is_dismissal", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.drop_constraint(op.f(_OLD), type_="unique")
        batch.create_unique_constraint(op.f(f"{_OLD}_is_dismissal"), [*_COLUMNS, "is_dismissal"])


def downgrade() -> None:
    op.execute("DELETE FROM deliveries WHERE is_dismissal")
    with op.batch_alter_table("deliveries") as batch:
        batch.drop_constraint(op.f(f"{_OLD}_is_dismissal"), type_="unique")
        batch.create_unique_constraint(op.f(_OLD), _COLUMNS)
        batch.drop_column("is_dismissal")
