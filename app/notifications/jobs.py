"""From due push jobs to deliveries: one for each device of the person that gets pushes."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.database import Database
from app.models import Delivery, Device, InboxItem, PushJob, Session
from app.models.declarative import UtcDateTime
from app.models.notifications import DeliveryState, PushTopic
from app.models.upsert import insert_for
from app.notifications.devices import gets_pushes
from app.notifications.news import reasons_of
from app.notifications.quiet_ends import quiet_ends
from app.notifications.quiet_hours import QuietHours

TIME_TO_LIVE = timedelta(hours=48)
"""A push that did not leave within this time is given up; the inbox still has what it was to tell."""
JOBS_PER_ROUND = 50

_JOBS = PushJob.__table__
_DISPATCHED = (
    update(_JOBS)  # type: ignore[arg-type]
    .where(_JOBS.c.id == bindparam("job_id", type_=BigInteger))
    .values(
        dispatched_revision=bindparam("of_revision", type_=Integer),
        dispatched_at=bindparam("at", type_=UtcDateTime()),
        due_at=None,
        last_item_id=bindparam("newest_item_id", type_=BigInteger),
    )
)
_POSTPONED = (
    update(_JOBS)  # type: ignore[arg-type]
    .where(_JOBS.c.id == bindparam("job_id", type_=BigInteger))
    .values(due_at=bindparam("at", type_=UtcDateTime()))
)


async def dispatch_due(database: Database, at: datetime, usual_quiet: QuietHours | None = None) -> int:
    """Make the deliveries of push jobs due at ``at``, in one short transaction; how many jobs there were.

    Those of people in their quiet hours (``usual_quiet`` unless they chose) become due when these end.
    """
    async with database.read() as connection:
        due = select(PushJob.id).where(PushJob.due_at <= at).limit(literal_column("1"))
        if await connection.scalar(due) is None:
            return 0
    async with database.write() as session:
        jobs = await _lock_due_jobs(session, at)
        ends = await quiet_ends(session, {job.account_id for job in jobs}, at, usual_quiet)
        await _postpone(session, {job.id: ends[job.account_id] for job in jobs if job.account_id in ends})
        await _dispatch(session, [job for job in jobs if job.account_id not in ends], at)
        return len(jobs)


async def _postpone(session: AsyncSession, ends: dict[int, datetime]) -> None:
    if ends:
        connection = await session.connection()
        await connection.execute(_POSTPONED, [{"job_id": job_id, "at": end} for job_id, end in ends.items()])


async def _dispatch(session: AsyncSession, jobs: Sequence[Row[Any]], at: datetime) -> None:
    with_news = [job for job in jobs if job.newest_item_id is not None]
    devices = await _devices(session, {job.account_id for job in with_news}, at)
    unsent = await _unsent(session, [job.id for job in with_news])
    deliveries = [
        {
            "push_job_id": job.id,
            "revision": job.revision,
            "device_id": device_id,
            # A push that has not left yet is replaced by this one, which therefore tells of its news, too.
            "after_item_id": min(job.last_item_id, unsent.get((job.id, device_id), job.last_item_id)),
            "state": DeliveryState.PENDING,
            "not_before": at,
            "expires_at": at + TIME_TO_LIVE,
            "attempts": 0,
            "created_at": at,
        }
        for job in with_news
        for device_id in devices.get(job.account_id, ())
    ]
    if deliveries:
        await session.execute(insert_for(session, Delivery).values(deliveries).on_conflict_do_nothing())
    if jobs:
        connection = await session.connection()
        await connection.execute(_DISPATCHED, [_dispatched(job, at) for job in jobs])


def _dispatched(job: Row[Any], at: datetime) -> dict[str, Any]:
    newest = job.last_item_id if job.newest_item_id is None else job.newest_item_id
    return {"job_id": job.id, "of_revision": job.revision, "at": at, "newest_item_id": newest}


async def _lock_due_jobs(session: AsyncSession, at: datetime) -> Sequence[Row[Any]]:
    """The longest due jobs with the newest unread inbox item each is to tell of, None where all was read."""
    columns: Sequence[Any] = [
        PushJob.id, PushJob.account_id, PushJob.revision, PushJob.last_item_id,
        newest_unread(since=PushJob.last_item_id).label("newest_item_id"),
    ]  # fmt: skip
    statement = (
        select(*columns)
        .where(PushJob.due_at <= at)
        .order_by(PushJob.due_at, PushJob.id)
        .limit(literal_column(str(JOBS_PER_ROUND)))
        .with_for_update(skip_locked=True, of=PushJob)
    )
    return (await session.execute(statement)).all()


def newest_unread(*, since: Any) -> ColumnElement[int | None]:
    """The newest unread inbox item a push job tells of, on ``push_jobs``; NULL where none came ``since`` an item.

    Each kind of subject is asked for by itself, so that each has its index.
    """
    of_topic = or_(*(and_(PushJob.topic == topic, InboxItem.reason.in_(reasons_of(topic))) for topic in PushTopic))
    newest = (
        select(func.max(InboxItem.id))
        .where(
            InboxItem.account_id == PushJob.account_id,
            InboxItem.read_at.is_(None),
            InboxItem.id > since,
            of_topic,
        )
        .correlate(PushJob)
    )
    of_idea = newest.where(InboxItem.idea_id == PushJob.idea_id)
    of_announcement = newest.where(InboxItem.announcement_id == PushJob.announcement_id)
    return case(
        (PushJob.idea_id.is_not(None), of_idea.scalar_subquery()),
        (PushJob.announcement_id.is_not(None), of_announcement.scalar_subquery()),
        else_=newest.scalar_subquery(),
    )


async def _devices(session: AsyncSession, account_ids: Collection[int], at: datetime) -> dict[int, list[int]]:
    if not account_ids:
        return {}
    statement = (
        select(Device.account_id, Device.id)
        .join(Session, Session.id == Device.session_id)
        .where(Device.account_id.in_(account_ids), gets_pushes(at))
    )
    by_account: defaultdict[int, list[int]] = defaultdict(list)
    for row in await session.execute(statement):
        by_account[row.account_id].append(row.id)
    return by_account


async def _unsent(session: AsyncSession, job_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """After which item the pushes begin that have not left yet, by job and device."""
    if not job_ids:
        return {}
    statement = (
        select(Delivery.push_job_id, Delivery.device_id, func.min(Delivery.after_item_id).label("after"))
        .where(
            Delivery.push_job_id.in_(job_ids),
            Delivery.state == DeliveryState.PENDING,
            Delivery.is_dismissal.is_(False),
        )
        .group_by(Delivery.push_job_id, Delivery.device_id)
    )
    return {(row.push_job_id, row.device_id): row.after for row in await session.execute(statement)}


async def oldest_due_delivery(connection: AsyncConnection) -> datetime | None:
    """Since when the oldest unsettled delivery is due; None when all are settled."""
    pending: ColumnElement[str] = literal_column("'pending'")  # a literal, for the partial index serves no bound value
    return await connection.scalar(select(func.min(Delivery.not_before)).where(Delivery.state == pending))
