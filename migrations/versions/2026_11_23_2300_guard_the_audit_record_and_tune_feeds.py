"""guard the audit record and tune feeds

The audit record becomes append-only by trigger on both engines (on SQLite a batch change of the table drops its
triggers: such a migration makes them again). On PostgreSQL the planner is told that few streams exist, so that it
merges the branches of a feed in the order of the index instead of sorting one of them: the true number (one stream
per person, five per mini-cluster) would make it expect a handful of rows per stream.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FUNCTION = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit_entries is append-only' USING ERRCODE = 'restrict_violation'; END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entries_no_{act.lower()} BEFORE {act} ON audit_entries "
                "BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END"
            )
        return
    op.execute(_FUNCTION)
    op.execute(
        "CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )
    op.execute("ALTER TABLE feed_entries ALTER COLUMN stream_id SET (n_distinct = 12)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entries_no_update")
        op.execute("DROP TRIGGER audit_entries_no_delete")
        return
    op.execute("ALTER TABLE feed_entries ALTER COLUMN stream_id RESET (n_distinct)")
    op.execute("DROP TRIGGER audit_entries_append_only ON audit_entries")
    op.execute("DROP FUNCTION refuse_audit_change()")
