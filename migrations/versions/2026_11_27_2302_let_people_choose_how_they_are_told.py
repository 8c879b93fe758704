"""let people choose how they are told

Quiet hours, and reasons without inbox or push; and a reason for those who follow an idea others comment on. A release
before tells nobody by the new reason, and asks nobody's choice.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_REASONS = ("mention", "reply", "comment", "consent_asked", "state_changed", "moderated", "vote")


def _allow_reasons(*values: str) -> None:
    """Let inbox items bear these reasons. On SQLite the table is made anew, which keeps its partial indexes."""
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table("inbox_items") as batch:
        batch.drop_constraint(op.f("ck_inbox_items_reason_valid"), type_="check")
        batch.create_check_constraint(op.f("ck_inbox_items_reason_valid"), f"reason IN ({listed})")


def upgrade() -> None:
    op.create_table(
        "notification_settings",
        sa.Column("account_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("hides_content", sa.Boolean(), nullable=False),
        sa.Column("without_inbox", _JSON, nullable=False),
        sa.Column("without_push", _JSON, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(quiet_from IS NULL) = (quiet_until IS NULL)", name=op.f("ck_notification_settings_quiet_hours_both")
        ),
        sa.CheckConstraint(
            "quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439 AND quiet_from <> quiet_until",
            name=op.f("ck_notification_settings_quiet_hours"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_notification_settings_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_notification_settings")),
    )
    _allow_reasons(*_REASONS, "followed")


def downgrade() -> None:
    op.execute("DELETE FROM inbox_items WHERE reason = 'followed'")
    _allow_reasons(*_REASONS)
    op.drop_table("notification_settings")
