"""tell of what is new and what waits

Inbox items about applications and cases, and push jobs about the person himself. Who is a member follows the
mini-cluster from now on, as whoever joins does. A release before tells of none of these, and lists no entry without
an idea.

Revision ID: 0023
Revises: 0022
"""

import json

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REASONS = (
    "mention", "reply", "comment", "followed", "consent_asked", "state_changed", "moderated", "announcement", "vote",
)  # fmt: skip
_NEW_REASONS = ("application_decided", "waiting", "new_idea")
_TOPICS = ("responses", "votes", "progress", "announcements")
_NEW_TOPICS = ("applications", "queue", "new_ideas")
_SUBJECTS = ("idea_id", "announcement_id", "application_id", "case_id")
_OF_PERSON = sa.text("idea_id IS NULL AND announcement_id IS NULL")
_EITHER = "(idea_id IS NOT NULL) <> (announcement_id IS NOT NULL)"


def upgrade() -> None:
    one = " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in _SUBJECTS)
    with op.batch_alter_table("inbox_items") as batch:
        batch.add_column(sa.Column("application_id", _KEY, nullable=True))
        batch.add_column(sa.Column("case_id", _KEY, nullable=True))
        batch.create_foreign_key(
            op.f("fk_inbox_items_application_id_applications"),
            "applications",
            ["application_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch.create_foreign_key(op.f("fk_inbox_items_case_id_cases"), "cases", ["case_id"], ["id"])
        _check(batch, "inbox_items", "one_subject", f"{one} = 1")
        _check(batch, "inbox_items", "reason_valid", _listed("reason", (*_REASONS, *_NEW_REASONS)))
    for column in ("application_id", "case_id"):
        op.create_index(op.f(f"ix_inbox_items_{column}"), "inbox_items", [column])
    with op.batch_alter_table("push_jobs") as batch:
        _check(batch, "push_jobs", "one_subject", "idea_id IS NULL OR announcement_id IS NULL")
        _check(batch, "push_jobs", "pushtopic_valid", _listed("topic", (*_TOPICS, *_NEW_TOPICS)))
    op.create_index(
        "uq_push_jobs_of_person",
        "push_jobs",
        ["account_id", "topic"],
        unique=True,
        postgresql_where=_OF_PERSON,
        sqlite_where=_OF_PERSON,
    )
    op.execute(
        "INSERT INTO mini_cluster_follows (account_id, mini_cluster_id, created_at)"
        " SELECT account_id, mini_cluster_id, min(started_at) FROM memberships WHERE ended_at IS NULL"
        " GROUP BY account_id, mini_cluster_id ON CONFLICT DO NOTHING"
    )
    _push_no_new_ideas_to_those_who_chose()


def downgrade() -> None:
    op.execute(
        "DELETE FROM deliveries WHERE push_job_id IN (SELECT id FROM push_jobs WHERE topic IN ('applications', 'queue', 'new_ideas'))"
    )
    op.execute("DELETE FROM push_jobs WHERE topic IN ('applications', 'queue', 'new_ideas')")
    op.execute("DELETE FROM inbox_items WHERE reason IN ('application_decided', 'waiting', 'new_idea')")
    op.drop_index("uq_push_jobs_of_person", "push_jobs", postgresql_where=_OF_PERSON, sqlite_where=_OF_PERSON)
    with op.batch_alter_table("push_jobs") as batch:
        _check(batch, "push_jobs", "one_subject", _EITHER)
        _check(batch, "push_jobs", "pushtopic_valid", _listed("topic", _TOPICS))
    for column in ("application_id", "case_id"):
        op.drop_index(op.f(f"ix_inbox_items_{column}"), "inbox_items")
    with op.batch_alter_table("inbox_items") as batch:
        _check(batch, "inbox_items", "one_subject", _EITHER)
        _check(batch, "inbox_items", "reason_valid", _listed("reason", _REASONS))
        batch.drop_constraint(op.f("fk_inbox_items_case_id_cases"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_inbox_items_application_id_applications"), type_="foreignkey")
        batch.drop_column("case_id")
        batch.drop_column("application_id")


def _check(batch: BatchOperations, table: str, name: str, condition: str) -> None:
    """Put a check in the place of another one. On SQLite the table is made anew, which keeps its partial indexes."""
    batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
    batch.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)


def _listed(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _push_no_new_ideas_to_those_who_chose() -> None:
    """Their choice names the reasons that are not pushed: new ideas are not, unless somebody asks for it."""
    settings = sa.table("notification_settings", sa.column("account_id", _KEY), sa.column("without_push", sa.JSON))
    connection = op.get_bind()
    for row in connection.execute(sa.select(settings.c.account_id, settings.c.without_push)).all():
        refused = json.loads(row.without_push) if isinstance(row.without_push, str) else row.without_push
        connection.execute(
            settings.update().where(settings.c.account_id == row.account_id).values(without_push=[*refused, "new_idea"])
        )
