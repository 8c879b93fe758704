"""Digests: planned when there is something to tell, due in the morning, and mailed by an event of their own."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import Database
from app.models import Account, Digest, InboxItem
from app.models.notifications import DigestRhythm
from app.models.upsert import insert_for
from app.notifications.digest_times import next_digest
from app.notifications.events import DigestDue
from app.notifications.quiet_ends import quiet_ends
from app.notifications.quiet_hours import QuietHours
from app.outbox import events as outbox

DIGESTS_PER_ROUND = 50
_UNSYNCHRONISED = {"synchronize_session": False}


async def plan_digests(session: AsyncSession, people: Collection[int], at: datetime) -> None:
    """Let those who get digests find what is new in the next one."""
    if not people:
        return
    columns = (Digest.account_id, Digest.rhythm, Digest.due_at)
    known = {
        row.account_id: row for row in await session.execute(select(*columns).where(Digest.account_id.in_(people)))
    }
    rhythms = {person: _rhythm(known.get(person)) for person in people if not _is_planned(known.get(person))}
    wanting = [person for person, rhythm in rhythms.items() if rhythm is not DigestRhythm.OFF]
    if not wanting:
        return
    zones = select(Account.id, Account.time_zone).where(Account.id.in_(wanting), Account.email.is_not(None))
    rows = [
        {"account_id": row.id, "due_at": next_digest(rhythms[row.id], at, row.time_zone), "last_item_id": 0}
        for row in await session.execute(zones)
    ]
    if rows:
        statement = insert_for(session, Digest).values(sorted(rows, key=lambda row: int(row["account_id"])))
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["account_id"],
                set_={"due_at": statement.excluded.due_at},
                where=Digest.due_at.is_(None),
            )
        )


def _is_planned(row: Any) -> bool:
    return row is not None and row.due_at is not None


def _rhythm(row: Any) -> DigestRhythm:
    rhythm: DigestRhythm | None = None if row is None else row.rhythm
    return rhythm or DigestRhythm.WEEKLY


async def choose_rhythm(session: AsyncSession, account_id: int, rhythm: DigestRhythm, at: datetime) -> None:
    """How often a person gets a digest from now on; what was planned is planned anew."""
    values: dict[str, Any] = {"rhythm": rhythm, "due_at": None}
    has_news = await session.scalar(select(Digest.due_at).where(Digest.account_id == account_id))
    if has_news is not None and rhythm is not DigestRhythm.OFF:
        time_zone = await session.scalar(select(Account.time_zone).where(Account.id == account_id))
        values["due_at"] = next_digest(rhythm, at, time_zone or "Asia/Seoul")
    statement = insert_for(session, Digest).values(account_id=account_id, last_item_id=0, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=values))


async def dispatch_due_digests(database: Database, at: datetime, usual_quiet: QuietHours | None = None) -> int:
    """Have the digests mailed that are due at ``at``, in one short transaction; how many there were.

    Those of people in their quiet hours become due when these end.
    """
    async with database.read() as connection:
        due = select(Digest.account_id).where(Digest.due_at <= at).limit(literal_column("1"))
        if await connection.scalar(due) is None:
            return 0
    async with database.write() as session:
        newest = select(func.max(InboxItem.id)).where(InboxItem.account_id == Digest.account_id).correlate(Digest)
        statement = (
            select(Digest.account_id, Digest.last_item_id, newest.scalar_subquery().label("newest_item_id"))
            .where(Digest.due_at <= at)
            .order_by(Digest.due_at, Digest.account_id)
            .limit(literal_column(str(DIGESTS_PER_ROUND)))
            .with_for_update(skip_locked=True, of=Digest)
        )
        rows = (await session.execute(statement)).all()
        ends = await quiet_ends(session, {row.account_id for row in rows}, at, usual_quiet)
        for row in rows:
            await _dispatch(session, row, ends.get(row.account_id))
        return len(rows)


async def _dispatch(session: AsyncSession, row: Row[Any], quiet_until: datetime | None) -> None:
    change = update(Digest).where(Digest.account_id == row.account_id)
    if quiet_until is not None:
        await session.execute(change.values(due_at=quiet_until), execution_options=_UNSYNCHRONISED)
        return
    up_to = row.newest_item_id or row.last_item_id
    due = DigestDue(account_id=row.account_id, after_item_id=row.last_item_id, up_to_item_id=up_to)
    await outbox.append(session, due)
    await session.execute(change.values(due_at=None, last_item_id=up_to), execution_options=_UNSYNCHRONISED)
