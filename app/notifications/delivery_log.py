"""The pushes of a device as its owner sees them: what was sent, what not, and why."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.consortia.page_requests import PageRequest
from app.core.errors import NotFound
from app.ideas.queries import visible_to
from app.identity.actor import Actor
from app.models import Delivery, Device, Idea, PushJob
from app.models.notifications import DeliveryState
from app.notifications import schemas


async def list_deliveries(
    connection: AsyncConnection, actor: Actor, device_id: uuid.UUID, page: PageRequest
) -> schemas.DeliveryPage:
    """What was to be pushed to a device of the actor while it was his, the newest first.

    :raises NotFound: the actor has no such device.
    """
    owned = select(Device.id).where(Device.public_id == device_id, Device.account_id == actor.account_id)
    device = await connection.scalar(owned)
    if device is None:
        raise NotFound
    statement = select_deliveries(actor).where(Delivery.device_id == device).limit(page.rows)
    name = f"deliveries.{device}"
    if (last_id := page.after(name)) is not None:
        statement = statement.where(Delivery.id < last_id)
    rows, next_cursor = page.cut(name, (await connection.execute(statement)).all())
    return schemas.DeliveryPage(items=[shown_delivery(row) for row in rows], next_cursor=next_cursor)


def select_deliveries(actor: Actor) -> Select[Any]:
    """What was to be pushed to devices of a person while they were his, the newest first."""
    columns: Sequence[Any] = [
        Delivery.id,
        Delivery.state,
        Delivery.last_code,
        Delivery.attempts,
        Delivery.not_before,
        Delivery.created_at,
        Delivery.settled_at,
        PushJob.topic,
        Idea.public_id.label("idea_id"),
    ]
    return (
        select(*columns)
        .select_from(Delivery)
        .join(PushJob, PushJob.id == Delivery.push_job_id)
        .outerjoin(Idea, and_(Idea.id == PushJob.idea_id, visible_to(actor)))
        .where(PushJob.account_id == actor.account_id, Delivery.is_dismissal.is_(False))
        .order_by(Delivery.id.desc())
    )


def shown_delivery(row: Any) -> schemas.DeliveryRecord:
    """A row of :func:`select_deliveries` as its owner is shown it."""
    return schemas.DeliveryRecord(
        state=row.state,
        code=row.last_code,
        topic=row.topic,
        idea_id=row.idea_id,
        attempts=row.attempts,
        created_at=row.created_at,
        settled_at=row.settled_at,
        next_try_at=row.not_before if row.state is DeliveryState.PENDING else None,
    )
