"""One history for both engines: up, in step with the models, down to nothing, and up again."""

from collections.abc import Iterator
from pathlib import Path

import anyio.to_thread
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from app.audit.service import record
from app.core import migrations
from app.core.database import Database
from app.models import Model
from tests.postgres import PostgresServer


@pytest.fixture
def empty_database_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database in which nothing was ever migrated."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    server.execute("CREATE DATABASE empty_for_migrations")
    yield server.url("empty_for_migrations")
    server.execute("DROP DATABASE empty_for_migrations WITH (FORCE)")


async def table_names(url: str) -> set[str]:
    database = Database(url, pool_size=1)
    async with database.read() as connection:
        names = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    await database.aclose()
    return names - {"alembic_version"}


async def test_up_check_down_up(empty_database_url: str) -> None:
    def run(step: str) -> None:
        if step == "check":
            command.check(migrations.configuration(empty_database_url))
        elif step == "up":
            migrations.upgrade(empty_database_url)
        else:
            migrations.downgrade(empty_database_url, "base")

    for step in ("up", "check"):
        await anyio.to_thread.run_sync(run, step)
    assert await table_names(empty_database_url) == set(Model.metadata.tables)
    await anyio.to_thread.run_sync(run, "down")
    assert await table_names(empty_database_url) == set()
    await anyio.to_thread.run_sync(run, "up")
    assert await table_names(empty_database_url) == set(Model.metadata.tables)


async def trigger_names(url: str, engine: str) -> set[str]:
    catalogue = "sqlite_master WHERE type = 'trigger'" if engine == "sqlite" else "pg_trigger WHERE NOT tgisinternal"
    database = Database(url, pool_size=1)
    async with database.read() as connection:
        column = "name" if engine == "sqlite" else "tgname"
        names = set((await connection.execute(text(f"SELECT {column} FROM {catalogue}"))).scalars())
    await database.aclose()
    return names


GUARDS = {
    "sqlite": {
        "audit_entries_no_update", "audit_entries_no_delete", "audit_entries_no_replace",
        "access_entries_no_update", "access_entries_no_delete", "access_entries_no_replace",
    },
    "postgresql": {"audit_entries_append_only", "access_entries_append_only", "access_entries_no_truncate"},
}  # fmt: skip


async def test_guards_of_the_records_outlast_every_migration(empty_database_url: str, engine: str) -> None:
    """Check 16: on SQLite a migration that rebuilds a table drops its triggers, unless it makes them again."""
    history = ScriptDirectory.from_config(migrations.configuration(empty_database_url)).walk_revisions()
    present: set[str] = set()
    for revision in reversed([script.revision for script in history]):
        await anyio.to_thread.run_sync(migrations.upgrade, empty_database_url, revision)
        found = await trigger_names(empty_database_url, engine)
        assert present - found == set(), revision
        present = found
    assert GUARDS[engine] <= present


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"])
async def test_audit_record_is_append_only(database: Database, statement: str) -> None:
    """Check 16."""
    async with database.write() as session:
        await record(session, actor_id=1, action="account.created", target_kind="account", target_id=2)
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.write() as session:
            await session.execute(text(statement))
    async with database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM audit_entries WHERE action = 'account.created'")) == 1


async def test_vote_stays_a_heap_only_update(database: Database) -> None:
    """No index holds a counter of ideas: else every vote would have to write to it."""
    async with database.read() as connection:
        indexes = await connection.run_sync(lambda sync: inspect(sync).get_indexes("ideas"))
    indexed = {column for index in indexes for column in index["column_names"]}
    assert indexed.isdisjoint({"vote_count", "comment_count"})
