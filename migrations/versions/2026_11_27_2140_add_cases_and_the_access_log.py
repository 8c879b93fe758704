"""add cases and the access log

Reports of members are gathered in cases. What staff read is recorded in ``access_entries``, which refuses every change of
a row, and its deletion while it is younger than 1095 days: retention deletes a day later. On SQLite an INSERT OR REPLACE
deletes without asking the trigger of deletions, so that another one refuses it, for the audit record too.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEPT_DAYS = 1095

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_FUNCTION = f"""
CREATE FUNCTION refuse_access_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.at < now() - interval '{KEPT_DAYS} days' THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION 'access_entries is append-only' USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    _create_cases()
    _create_reports()
    _create_access_entries()
    if op.get_bind().dialect.name == "sqlite":
        _guard_on_sqlite()
        return
    op.execute(_FUNCTION)
    for when in ("UPDATE OR DELETE ON access_entries FOR EACH ROW", "TRUNCATE ON access_entries FOR EACH STATEMENT"):
        name = "access_entries_append_only" if when.startswith("UPDATE") else "access_entries_no_truncate"
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION refuse_access_change()")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entries_no_replace")
    for table in ("access_entries", "reports", "cases"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_access_change()")


def _guard_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, '{} is append-only'); END"
    op.execute(
        "CREATE TRIGGER access_entries_no_update BEFORE UPDATE ON access_entries " + refuse.format("access_entries")
    )
    op.execute(
        "CREATE TRIGGER access_entries_no_delete BEFORE DELETE ON access_entries "
        f"WHEN OLD.at >= strftime('%Y-%m-%d %H:%M:%f', 'now', '-{KEPT_DAYS} days') " + refuse.format("access_entries")
    )
    for table in ("access_entries", "audit_entries"):
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) " + refuse.format(table)
        )


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", _KEY, nullable=False),
        sa.Column("comment_id", _KEY, nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("report_count", sa.Integer(), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("claimed_by_id", _KEY, nullable=True),
        sa.Column("claimed_at", _MOMENT, nullable=True),
        sa.Column("outcome", sa.String(24), nullable=True),
        sa.Column("closed_by_id", _KEY, nullable=True),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("closing_words", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_cases_casestate_valid")),
        sa.CheckConstraint("outcome IN ('acted', 'settled', 'dismissed')", name=op.f("ck_cases_caseoutcome_valid")),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_cases_weight")),
        sa.CheckConstraint("report_count >= 0", name=op.f("ck_cases_report_count")),
        sa.CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_cases_outcome_of_closed")),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_cases_closed_at")),
        sa.CheckConstraint("(claimed_at IS NULL) = (claimed_by_id IS NULL)", name=op.f("ck_cases_claimed_by_somebody")),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_cases_idea_id_ideas")),
        sa.ForeignKeyConstraint(
            ["comment_id", "idea_id"], ["comments.id", "comments.idea_id"], name="fk_cases_comment_of_idea"
        ),
        sa.ForeignKeyConstraint(["claimed_by_id"], ["accounts.id"], name=op.f("fk_cases_claimed_by_id_accounts")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["accounts.id"], name=op.f("fk_cases_closed_by_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cases_public_id")),
    )
    for name, condition in (("idea", "comment_id IS NULL"), ("comment", "comment_id IS NOT NULL")):
        where = sa.text(f"state = 'open' AND {condition}")
        op.create_index(
            f"uq_cases_open_of_{name}", "cases", [f"{name}_id"], unique=True, postgresql_where=where, sqlite_where=where
        )
    op.create_index("ix_cases_comment_id_idea_id", "cases", ["comment_id", "idea_id"])
    op.create_index("ix_cases_state_id", "cases", ["state", "id"])
    for column in ("idea_id", "claimed_by_id", "closed_by_id"):
        op.create_index(op.f(f"ix_cases_{column}"), "cases", [column])


def _create_reports() -> None:
    reasons = "'secret', 'personal_data', 'abuse', 'rights', 'false_information', 'spam', 'off_topic', 'other'"
    op.create_table(
        "reports",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("creation_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("case_id", _KEY, nullable=False),
        sa.Column("reporter_id", _KEY, nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.CheckConstraint(f"reason IN ({reasons})", name=op.f("ck_reports_reportreason_valid")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reports_case_id_cases")),
        sa.ForeignKeyConstraint(["reporter_id"], ["accounts.id"], name=op.f("fk_reports_reporter_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reports_public_id")),
        sa.UniqueConstraint("case_id", "reporter_id", name=op.f("uq_reports_case_id_reporter_id")),
    )
    op.create_index(op.f("ix_reports_reporter_id"), "reports", ["reporter_id"])


def _create_access_entries() -> None:
    op.create_table(
        "access_entries",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("target_kind", sa.String(40), nullable=False),
        sa.Column("target_id", _KEY, nullable=True),
        sa.Column("subject_id", _KEY, nullable=True),
        sa.Column("consortium_id", _KEY, nullable=True),
        sa.Column("case_id", _KEY, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_entries")),
    )
    op.create_index("ix_access_entries_at", "access_entries", ["at"])
    op.create_index("ix_access_entries_consortium_id_id", "access_entries", ["consortium_id", "id"])
    op.create_index("ix_access_entries_subject_id_id", "access_entries", ["subject_id", "id"])
