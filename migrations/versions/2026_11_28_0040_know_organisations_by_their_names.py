"""know organisations by their names

A key that is equal for the many ways of writing one name. Rows of the release before get theirs from the worker.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisations", sa.Column("name_key", sa.String(length=200), nullable=True))
    op.create_index(op.f("ix_organisations_name_key"), "organisations", ["name_key"])


def downgrade() -> None:
    op.drop_index(op.f("ix_organisations_name_key"), "organisations")
    op.drop_column("organisations", "name_key")
