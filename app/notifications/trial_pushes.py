"""Trying whether pushes reach one's own device: a push at once, whatever one has chosen and whatever the hour."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.clock import now
from app.core.errors import Conflict, NotFound
from app.core.localisation import Text
from app.identity.actor import Actor
from app.models import Delivery, Device, PushJob, Session
from app.models.notifications import DeliveryState, PushTopic
from app.models.upsert import insert_for
from app.notifications import schemas
from app.notifications.delivery_log import select_deliveries, shown_delivery
from app.notifications.devices import gets_pushes

TIME_TO_LIVE = timedelta(hours=1)
SAME_TRIAL = timedelta(seconds=30)
"""Who asks again within this time is told of the push he asked for."""


class DeviceIsSilent(Conflict):
    """The device gets no pushes at present."""

    code = "device_is_silent"
    detail = Text(
        "이 기기는 지금 알림을 받지 않습니다. 앱을 다시 열어 기기를 등록해 주세요.",
        "This device gets no pushes at present; register it again by opening the app.",
    )


async def try_push(session: AsyncSession, actor: Actor, device_id: uuid.UUID) -> schemas.DeliveryRecord:
    """Have a push sent to a device of the actor.

    :raises NotFound: the actor has no such device.
    :raises DeviceIsSilent: nothing is pushed to it.
    """
    at = now()
    device = await _own_device(session, actor, device_id, at)
    job = await _next_revision(session, actor.account_id, at)
    recent = select(Delivery.id).where(
        Delivery.push_job_id == job.id, Delivery.device_id == device, Delivery.created_at > at - SAME_TRIAL
    )
    if await session.scalar(recent) is None:
        session.add(
            Delivery(
                push_job_id=job.id,
                revision=job.revision,
                device_id=device,
                after_item_id=0,
                state=DeliveryState.PENDING,
                not_before=at,
                expires_at=at + TIME_TO_LIVE,
                created_at=at,
            )
        )
        await session.flush()
    return await _last(session, actor, job.id, device)


async def require_own(session: AsyncSession, actor: Actor, device_id: uuid.UUID) -> None:
    """Let nobody be told of trials of others' devices.

    :raises NotFound: the actor has no such device.
    """
    owned = select(Device.id).where(Device.public_id == device_id, Device.account_id == actor.account_id)
    if await session.scalar(owned) is None:
        raise NotFound


async def _own_device(session: AsyncSession, actor: Actor, device_id: uuid.UUID, at: datetime) -> int:
    statement = (
        select(Device.id, gets_pushes(at).label("is_live"))
        .join(Session, Session.id == Device.session_id)
        .where(Device.public_id == device_id, Device.account_id == actor.account_id)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    if not row.is_live:
        raise DeviceIsSilent
    owned: int = row.id
    return owned


async def _next_revision(session: AsyncSession, account_id: int, at: datetime) -> Row[Any]:
    """The trials of a person are one job without a due time; a later one on a device replaces the earlier."""
    of_person = (PushJob.idea_id.is_(None)) & (PushJob.announcement_id.is_(None))
    first: dict[str, Any] = {"revision": 1, "dispatched_revision": 0, "dispatched_at": at, "last_item_id": 0}
    statement = (
        insert_for(session, PushJob)
        .values(account_id=account_id, topic=PushTopic.TESTS, due_at=None, **first)
        .on_conflict_do_update(
            index_elements=["account_id", "topic"],
            index_where=of_person,
            set_={"revision": PushJob.revision + 1, "dispatched_at": at},
        )
        .returning(PushJob.id, PushJob.revision)
    )
    job: Row[Any] = (await session.execute(statement)).one()
    return job


async def _last(
    connection: AsyncConnection | AsyncSession, actor: Actor, job_id: int, device: int
) -> schemas.DeliveryRecord:
    statement = select_deliveries(actor).where(Delivery.push_job_id == job_id, Delivery.device_id == device).limit(1)
    return shown_delivery((await connection.execute(statement)).one())
