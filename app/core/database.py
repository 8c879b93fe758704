"""The two ways to the database: autocommit reads, and writes in one transaction. SQLite and PostgreSQL alike."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from app.core.errors import DatabaseBusy

# SQLSTATE codes after which the same request may simply be sent again: deadlock, serialisation, shutting down,
# too many connections, lock or statement timeout.
_RETRYABLE_STATES = {"40P01", "40001", "57P01", "57P02", "57P03", "53300", "55P03", "57014"}

POSTGRESQL_PLANNING = {
    # Every statement here is short: compiling it or sharing it among processes costs more than it saves.
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    # Feeds bind their streams: the generic plan is the right one for any of them, and saves planning each time.
    "plan_cache_mode": "force_generic_plan",
    # The default of 4 stands for spinning disks. With it PostgreSQL 18 reads whole streams by bitmap and sorts them,
    # instead of merging them along their indexes (measured by bench/feeds.py: .5 ms became 27 ms at 100,000 ideas).
    "random_page_cost": "1.1",
}


def async_url(database_url: str) -> URL:
    """``database_url`` with the driver this service uses."""
    url = make_url(database_url)
    driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    backend = url.drivername.partition("+")[0]
    if backend not in driver:
        raise ValueError(f"DATABASE_URL names the database {backend!r}; use sqlite:///PATH or postgresql://…")
    return url.set(drivername=driver[backend])


class Database:
    """The engines of one process.

    Reads run in autocommit on a pool of their own, so that on SQLite a GET never takes the write lock. Writers on
    SQLite share one connection: they wait for it first come, first served, then hold the write lock from the start
    (``BEGIN IMMEDIATE``), so that a transaction never fails half-way for another one.
    """

    def __init__(
        self, database_url: str, *, pool_size: int = 20, wait_seconds: float = 4.0, durable: bool = True
    ) -> None:
        """``durable=False`` lets SQLite lose the last commits at a power loss: for book-keeping that repeats itself."""
        self.url = async_url(database_url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._reader = _sqlite_engine(self.url, min(pool_size, 8), wait_seconds, durable=durable, writes=False)
            self._writer = _sqlite_engine(self.url, 1, wait_seconds, durable=durable, writes=True)
        else:
            engine = _postgresql_engine(self.url, pool_size, wait_seconds)
            self._writer = engine
            self._reader = engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection in autocommit, for Core selects.

        :raises DatabaseBusy: no connection was free in time, or the database is restarting.
        """
        async with _busy_as_error(), self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction, committed at the end of the block and rolled back by an exception.

        :raises DatabaseBusy: no connection or no lock was to be had in time; nothing was stored.
        """
        async with (
            _busy_as_error(),
            AsyncSession(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            await session.connection()  # BEGIN now: the lock is taken before anything is read
            yield session

    async def empty_log(self) -> None:
        """Empty SQLite's write-ahead log, which still holds what was deleted; in vain while somebody reads."""
        if self.is_sqlite:
            async with self.read() as connection:
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def aclose(self) -> None:
        """Close every connection."""
        await self._reader.dispose()
        await self._writer.dispose()


@asynccontextmanager
async def _busy_as_error() -> AsyncIterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseBusy from error
    except DBAPIError as error:
        if is_transient(error):
            raise DatabaseBusy from error
        raise


def is_transient(error: DBAPIError) -> bool:
    """Whether the same statement may succeed when it is sent again a little later."""
    if error.connection_invalidated or "database is locked" in str(error.orig):
        return True
    state = getattr(error.orig, "sqlstate", None)
    return state in _RETRYABLE_STATES or (isinstance(error, OperationalError) and str(state or "").startswith("08"))


def _postgresql_engine(url: URL, pool_size: int, wait_seconds: float) -> AsyncEngine:
    settings = POSTGRESQL_PLANNING | {
        "application_name": "idea-storage",
        "statement_timeout": "15s",
        "lock_timeout": f"{int(wait_seconds * 1000)}ms",
        "idle_in_transaction_session_timeout": "30s",
        "timezone": "UTC",
    }
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=wait_seconds,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={"server_settings": settings, "timeout": wait_seconds, "prepared_statement_cache_size": 500},
    )


def _sqlite_engine(url: URL, pool_size: int, wait_seconds: float, *, durable: bool, writes: bool) -> AsyncEngine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=wait_seconds,
        hide_parameters=True,
        # Set once a connection: as an option of the engine it would be set and reset at each check-out.
        **({} if writes else {"isolation_level": "AUTOCOMMIT"}),
    )
    pragmas = (
        "PRAGMA journal_mode=WAL",
        # Longer than the wait in this process: another process (the worker) may hold the lock meanwhile.
        f"PRAGMA busy_timeout={int(wait_seconds * 1000)}",
        "PRAGMA foreign_keys=ON",
        # What is deleted is overwritten: an erased person is not to be found in the free parts of the file.
        "PRAGMA secure_delete=ON",
        f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}",
        "PRAGMA cache_size=-32000",
        "PRAGMA mmap_size=268435456",
        "PRAGMA temp_store=MEMORY",
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.isolation_level = None  # the driver's own BEGIN would be a deferred one
        cursor = dbapi_connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    if not writes:
        return engine

    @event.listens_for(engine.sync_engine, "begin")
    def begin_immediate(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
