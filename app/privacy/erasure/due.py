"""The worker's part: erasing those whose time to change their mind is over."""

from datetime import datetime

import structlog
from sqlalchemy import literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import Database
from app.models import Erasure
from app.privacy.erasure.removal import close_account, remove_person

log = structlog.get_logger(__name__)

_AT_ONCE = 500


async def erase_due(database: Database, signing_key: bytes, at: datetime) -> int:
    """Erase everybody whose erasure is due at ``at``, one after the other; how many were looked at.

    Those who were erased lately are gone through again, for a request that was under way may have left something.
    What fails for one person is tried again at the next round, and holds up nobody else.
    """
    # Whoever was erased already comes last: looking again must not hold up those who wait.
    was_erased = Erasure.erased_at.is_not(None)
    statement = select(Erasure.account_id).where(Erasure.due_at <= at).order_by(was_erased, Erasure.due_at)
    async with database.read() as connection:
        due = (await connection.scalars(statement.limit(literal_column(str(_AT_ONCE))))).all()
    for account_id in due:
        try:
            await erase(database, signing_key, account_id, at)
        except Exception as error:  # noqa: BLE001 - tried again in an hour; the others are not to wait
            log.error("erasure.failed", account_id=account_id, error=type(error).__name__)  # noqa: TRY400
    if due:
        await database.empty_log()
    return len(due)


async def erase(database: Database, signing_key: bytes, account_id: int, at: datetime) -> bool:
    """Erase one person, unless the wish was taken back or another worker is at it; whether it was done."""
    async with database.write() as session:
        if not await _is_due(session, account_id, at):
            return False
        await close_account(session, account_id)
    # A request that began before that may still write for the person: what it refers to is locked by the next one.
    async with database.write() as session:
        if not await _is_due(session, account_id, at):
            return False
        await remove_person(session, account_id, signing_key)
    return True


async def _is_due(session: AsyncSession, account_id: int, at: datetime) -> bool:
    statement = select(Erasure.account_id).where(Erasure.account_id == account_id, Erasure.due_at <= at)
    return await session.scalar(statement.with_for_update(skip_locked=True)) is not None
