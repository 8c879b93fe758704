"""announce

Announcements and who read them; inbox items and push jobs about one instead of an idea. A release before tells of
ideas only, and lists no entry without one.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_REASONS = ("mention", "reply", "comment", "followed", "consent_asked", "state_changed", "moderated", "vote")
_TOPICS = ("responses", "votes", "progress")
_ONE_SUBJECT = "(idea_id IS NOT NULL) <> (announcement_id IS NOT NULL)"


def upgrade() -> None:
    _create_announcements()
    op.create_table(
        "announcement_reads",
        sa.Column("announcement_id", _KEY, nullable=False),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("read_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcements.id"], name=op.f("fk_announcement_reads_announcement_id_announcements")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_announcement_reads_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("announcement_id", "account_id", name=op.f("pk_announcement_reads")),
    )
    op.create_index(op.f("ix_announcement_reads_account_id"), "announcement_reads", ["account_id"])
    _let_be_about_announcements("inbox_items", "reason", "reason_valid", (*_REASONS, "announcement"))
    _let_be_about_announcements("push_jobs", "topic", "pushtopic_valid", (*_TOPICS, "announcements"))
    op.create_index("ix_inbox_items_announcement_id", "inbox_items", ["announcement_id", "account_id"])
    op.create_index(op.f("ix_push_jobs_announcement_id"), "push_jobs", ["announcement_id"])
    with op.batch_alter_table("push_jobs") as batch:
        batch.create_unique_constraint(
            op.f("uq_push_jobs_account_id_announcement_id"), ["account_id", "announcement_id"]
        )


def downgrade() -> None:
    op.execute("DELETE FROM deliveries WHERE push_job_id IN (SELECT id FROM push_jobs WHERE idea_id IS NULL)")
    op.execute("DELETE FROM push_jobs WHERE idea_id IS NULL")
    op.execute("DELETE FROM inbox_items WHERE idea_id IS NULL")
    op.drop_index(op.f("ix_push_jobs_announcement_id"), "push_jobs")
    op.drop_index("ix_inbox_items_announcement_id", "inbox_items")
    with op.batch_alter_table("push_jobs") as batch:
        batch.drop_constraint(op.f("uq_push_jobs_account_id_announcement_id"), type_="unique")
    _let_be_about_ideas_only("push_jobs", "topic", "pushtopic_valid", _TOPICS)
    _let_be_about_ideas_only("inbox_items", "reason", "reason_valid", _REASONS)
    op.drop_table("announcement_reads")
    op.drop_table("announcements")


def _create_announcements() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("creation_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("consortium_id", _KEY, nullable=False),
        sa.Column("mini_cluster_id", _KEY, nullable=True),
        sa.Column("author_id", _KEY, nullable=False),
        sa.Column("affiliation_id", _KEY, nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=1000), nullable=True),
        sa.Column("valid_until", _MOMENT, nullable=False),
        sa.Column("reader_count", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("edited_at", _MOMENT, nullable=True),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.CheckConstraint("reader_count >= 0", name=op.f("ck_announcements_reader_count")),
        sa.CheckConstraint("valid_until > created_at", name=op.f("ck_announcements_period")),
        sa.ForeignKeyConstraint(
            ["consortium_id"], ["consortia.id"], name=op.f("fk_announcements_consortium_id_consortia")
        ),
        sa.ForeignKeyConstraint(
            ["mini_cluster_id"], ["mini_clusters.id"], name=op.f("fk_announcements_mini_cluster_id_mini_clusters")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_announcements_author_id_accounts")),
        sa.ForeignKeyConstraint(
            ["affiliation_id"], ["affiliations.id"], name=op.f("fk_announcements_affiliation_id_affiliations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
        sa.UniqueConstraint("public_id", name=op.f("uq_announcements_public_id")),
    )
    for column in ("mini_cluster_id", "author_id", "affiliation_id"):
        op.create_index(op.f(f"ix_announcements_{column}"), "announcements", [column])
    op.create_index("ix_announcements_consortium_id_valid_until", "announcements", ["consortium_id", "valid_until"])


def _let_be_about_announcements(table: str, column: str, check: str, values: tuple[str, ...]) -> None:
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column("announcement_id", _KEY, nullable=True))
        batch.alter_column("idea_id", existing_type=_KEY, nullable=True)
        batch.create_foreign_key(
            op.f(f"fk_{table}_announcement_id_announcements"), "announcements", ["announcement_id"], ["id"]
        )
        batch.create_check_constraint(op.f(f"ck_{table}_one_subject"), _ONE_SUBJECT)
        _allow(batch, table, column, check, values)


def _let_be_about_ideas_only(table: str, column: str, check: str, values: tuple[str, ...]) -> None:
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_one_subject"), type_="check")
        batch.drop_constraint(op.f(f"fk_{table}_announcement_id_announcements"), type_="foreignkey")
        batch.alter_column("idea_id", existing_type=_KEY, nullable=False)
        batch.drop_column("announcement_id")
        _allow(batch, table, column, check, values)


def _allow(batch: BatchOperations, table: str, column: str, check: str, values: tuple[str, ...]) -> None:
    """On SQLite the table is made anew, which keeps its partial indexes."""
    listed = ", ".join(f"'{value}'" for value in values)
    batch.drop_constraint(op.f(f"ck_{table}_{check}"), type_="check")
    batch.create_check_constraint(op.f(f"ck_{table}_{check}"), f"{column} IN ({listed})")
