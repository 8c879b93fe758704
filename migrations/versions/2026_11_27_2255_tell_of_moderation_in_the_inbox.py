"""tell of moderation in the inbox

One more reason to be told of something. A worker of the release before leaves its events to one of this release.

Revision ID: 0013
Revises: 0012
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_REASONS = ("mention", "reply", "comment", "consent_asked", "state_changed", "vote")
_CHECK = "ck_inbox_items_reason_valid"


def upgrade() -> None:
    _allow((*_REASONS, "moderated"))


def downgrade() -> None:
    op.execute("DELETE FROM inbox_items WHERE reason = 'moderated'")
    _allow(_REASONS)


def _allow(reasons: tuple[str, ...]) -> None:
    """On SQLite the table is made anew, which keeps its partial indexes."""
    listed = ", ".join(f"'{reason}'" for reason in reasons)
    with op.batch_alter_table("inbox_items") as batch:
        batch.drop_constraint(op.f(_CHECK), type_="check")
        batch.create_check_constraint(op.f(_CHECK), f"reason IN ({listed})")
