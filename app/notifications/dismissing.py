"""What was read in one place is taken off the screens of all phones: a silent push with the tag and the new badge."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.models import Delivery, PushJob
from app.models.notifications import DeliveryState
from app.models.upsert import insert_for
from app.notifications.events import ItemsRead
from app.notifications.jobs import newest_unread
from app.outbox import events as outbox
from app.outbox.subscriptions import Occurrence

SHOWN_FOR = timedelta(days=7)
"""What was pushed longer ago hardly still stands on a screen."""
TIME_TO_LIVE = timedelta(hours=24)
IN_FLIGHT_WAIT = timedelta(seconds=10)
_AT_ONCE: ColumnElement[int] = literal_column("200")


async def dismiss_what_was_read(session: AsyncSession, occurrence: Occurrence[ItemsRead], at: datetime) -> None:
    """Send a dismissal to each phone that shows pushes of which nothing is unread any more. Repeatable."""
    account_id = occurrence.event.account_id
    deliveries = [
        {
            "push_job_id": shown.push_job_id,
            "revision": shown.revision,
            "device_id": shown.device_id,
            "is_dismissal": True,
            "after_item_id": shown.after_item_id,
            "state": DeliveryState.PENDING,
            "not_before": at,
            "expires_at": at + TIME_TO_LIVE,
            "attempts": 0,
            "created_at": at,
        }
        for shown in await _on_screens(session, account_id, at)
    ]
    if deliveries:
        await session.execute(insert_for(session, Delivery).values(deliveries).on_conflict_do_nothing())
    if await _any_in_flight(session, account_id, at):  # it lands after the reading, and is to be dismissed, too
        await outbox.append(session, ItemsRead(account_id=account_id), not_before=at + IN_FLIGHT_WAIT)


async def _on_screens(session: AsyncSession, account_id: int, at: datetime) -> Sequence[Row[Any]]:
    """The last push of each job to each device that was sent and not dismissed, where nothing of it is unread."""
    later = aliased(Delivery)
    is_last = ~(
        select(later.id)
        .where(
            later.push_job_id == Delivery.push_job_id,
            later.device_id == Delivery.device_id,
            later.id > Delivery.id,
            later.is_dismissal | (later.state == DeliveryState.SENT),
        )
        .correlate(Delivery)
        .exists()
    )
    columns: Sequence[Any] = [
        Delivery.push_job_id, Delivery.revision, Delivery.device_id, Delivery.after_item_id
    ]  # fmt: skip
    statement = (
        select(*columns)
        .join(PushJob, PushJob.id == Delivery.push_job_id)
        .where(
            PushJob.account_id == account_id,
            Delivery.state == DeliveryState.SENT,
            Delivery.is_dismissal.is_(False),
            Delivery.created_at > at - SHOWN_FOR,
            is_last,
            newest_unread(since=0).is_(None),
        )
        .limit(_AT_ONCE)
    )
    return (await session.execute(statement)).all()


async def _any_in_flight(session: AsyncSession, account_id: int, at: datetime) -> bool:
    leased = and_(Delivery.state == DeliveryState.PENDING, Delivery.lease_until > at, Delivery.is_dismissal.is_(False))
    statement = select(Delivery.id).join(PushJob, PushJob.id == Delivery.push_job_id)
    found = await session.scalar(statement.where(PushJob.account_id == account_id, leased).limit(literal_column("1")))
    return found is not None
