"""What is logged: every column that phones are shown, and the triggers are those of the watches."""

from collections import defaultdict

import anyio.to_thread
from sqlalchemy import Connection, text

from app.core import migrations
from app.core.database import Database
from app.models import Model
from app.sync.kinds import KINDS, all_watches
from app.sync.triggers import are_made
from app.sync.watches import UPDATE

UNSEEN: dict[str, set[str]] = {
    # The body is read by itself; those who read it record that they did.
    "ideas": {"creation_digest", "author_id", "body", "has_exclusions", "created_at", "withdrawn_at", "pinned_at"},
    "comments": {"creation_digest", "parent_id", "reply_to_id", "author_id", "created_at"},
    "idea_exclusions": {"excluded_at"},
    "idea_follows": {"created_at"},
    "idea_read_marks": {"read_at"},
    "accounts": set(),
    "affiliations": {"account_id", "started_at"},
    "organisations": set(),
    "applications": set(),
    "cases": set(),
    "memberships": {"account_id", "mini_cluster_id", "started_at"},
    "coordinator_roles": {"account_id", "consortium_id", "started_at"},
    "mini_clusters": {"creation_digest", "code", "founded_at"},
    "consortia": {"creation_digest", "code", "created_at"},
    "inbox_items": {
        "account_id", "event_id", "reason", "actor_id", "idea_id", "announcement_id", "application_id", "case_id",
        "comment_id", "created_at",
    },
    "announcements": {
        "creation_digest", "consortium_id", "mini_cluster_id", "author_id", "affiliation_id", "created_at",
        "reader_count",
    },
}  # fmt: skip
"""Columns whose change no phone is shown, or that never change."""
ONLY_PARTLY = {"accounts", "organisations", "applications", "cases"}


def test_every_column_is_watched_or_said_to_be_unseen() -> None:
    watched: dict[str, set[str]] = defaultdict(set)
    for watch in all_watches():
        if UPDATE in watch.events:
            watched[watch.table] |= set(watch.columns)
    assert watched.keys() == UNSEEN.keys()
    for name in watched.keys() - ONLY_PARTLY:
        table = Model.metadata.tables[name]
        keys = {"id", "public_id", *table.primary_key.c.keys()}
        missing = set(table.c.keys()) - watched[name] - UNSEEN[name] - keys
        assert missing == set(), f"phones would not be told of {name}.{missing}: watch it, or say that it is unseen"


def test_kinds_are_told_apart() -> None:
    for names in ([kind.name for kind in KINDS], [kind.entity for kind in KINDS]):
        assert len(set(names)) == len(names)


async def test_the_triggers_are_those_of_the_watches(database: Database) -> None:
    def check(connection: Connection) -> bool:
        return are_made(connection, all_watches())

    async with database.read() as connection:
        assert await connection.run_sync(check)
        assert not await connection.run_sync(lambda sync: are_made(sync, all_watches()[1:]))


async def test_migrating_again_makes_what_is_missing_and_begins_a_new_epoch(
    database_url: str, database: Database
) -> None:
    """A release may watch more than the one before without any migration."""
    name = "log_change_%"
    catalogue = "sqlite_master WHERE type = 'trigger' AND name" if database.is_sqlite else "pg_trigger WHERE tgname"
    async with database.write() as session:
        column = "name" if database.is_sqlite else "tgname"
        found = await session.scalar(text(f"SELECT {column} FROM {catalogue} LIKE '{name}votes%' LIMIT 1"))
        await session.execute(text(f"DROP TRIGGER {found}" + ("" if database.is_sqlite else " ON votes")))
        if not database.is_sqlite:
            await session.execute(text(f"DROP FUNCTION {found}"))
        await session.execute(
            text(
                "INSERT INTO change_epochs (id, epoch, identity, began_at) VALUES (1, 'e', 'i', '2026-11-28 00:00:00')"
            )
        )
    await anyio.to_thread.run_sync(migrations.upgrade, database_url)
    async with database.read() as connection:
        assert await connection.run_sync(lambda sync: are_made(sync, all_watches()))
        assert await connection.scalar(text("SELECT count(*) FROM change_epochs")) == 0
    await anyio.to_thread.run_sync(migrations.upgrade, database_url)
