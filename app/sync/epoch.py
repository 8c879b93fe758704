"""The epoch of the log of changes: one unbroken life of one database.

On PostgreSQL the log is ordered by ids of transactions. In a cluster to which a dump was restored they begin anew,
below those that the restored log holds. So a process that finds itself on another database than the one the epoch
belongs to clears the log and begins a new epoch; cursors of an older one have expired. A restore that this does not see
(a file put back, a dump into the same database) is found by the row a cursor names: it is another one, or not there.
"""

import secrets

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.database import Database
from app.models import Change, ChangeEpoch

_IDENTITY = text(
    "SELECT system_identifier || '.' || (SELECT timeline_id FROM pg_control_checkpoint()) || '.' ||"
    " (SELECT oid FROM pg_database WHERE datname = current_database()) FROM pg_control_system()"
)
_LOCK = 0x6368616E676573
"""Any number that nobody else locks by: it spells "changes"."""


async def current_epoch(connection: AsyncConnection) -> str | None:
    """The epoch that cursors must name; None between a migration and the next start of an API process."""
    epoch: str | None = await connection.scalar(select(ChangeEpoch.epoch))
    return epoch


async def begin_epoch_if_needed(database: Database) -> None:
    """Begin an epoch where there is none, or where the database was copied or restored. For the start of a process."""
    async with database.read() as connection:
        if await _is_current(connection):
            return
    async with database.write() as session:
        if not database.is_sqlite:
            await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        if not await _is_current(session):
            await _begin(session)


async def _is_current(connection: AsyncConnection | AsyncSession) -> bool:
    known = await connection.scalar(select(ChangeEpoch.identity))
    return known is not None and known == await _identity(connection)


async def _identity(connection: AsyncConnection | AsyncSession) -> str:
    engine = connection.dialect if isinstance(connection, AsyncConnection) else connection.get_bind().dialect
    if engine.name == "sqlite":
        return "sqlite"
    return str(await connection.scalar(_IDENTITY))


async def _begin(session: AsyncSession) -> None:
    """The log begins with a row, so that every cursor has one to name."""
    await session.execute(delete(Change))
    await session.execute(delete(ChangeEpoch))
    identity = await _identity(session)
    await session.execute(insert(ChangeEpoch).values(id=1, epoch=secrets.token_hex(8), identity=identity))
    xid = 0 if identity == "sqlite" else text("pg_current_xact_id()::text::bigint")
    await session.execute(insert(Change).values(xid=xid, entity="epoch", object_id=0))
