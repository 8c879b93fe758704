"""How the pushes stand, and those that were given up, for whoever runs the service."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.database import Database
from app.models import Delivery, Device, PushJob
from app.models.notifications import DeliveryState
from app.notifications.jobs import TIME_TO_LIVE

AT_ONCE = 500
"""Requeued in one transaction, so that it is short."""

_PENDING: ColumnElement[str] = literal_column("'pending'")


class Status(NamedTuple):
    """How the pushes stand."""

    waiting_jobs: int
    """News that wait for the end of a window or of quiet hours."""
    due: int
    oldest_due: datetime | None
    by_state: Mapping[str, int]
    """Deliveries of the last 30 days."""
    disabled_devices: Mapping[str, int]
    enabled_devices: int


async def read_status(connection: AsyncConnection, at: datetime) -> Status:
    """How the pushes stand at ``at``."""
    waiting = select(func.count()).select_from(PushJob).where(PushJob.due_at.is_not(None))
    due = select(func.count(), func.min(Delivery.not_before)).where(
        Delivery.state == _PENDING, Delivery.not_before <= at
    )
    states = select(Delivery.state, func.count()).group_by(Delivery.state)
    devices = select(Device.disabled_reason, func.count()).group_by(Device.disabled_reason)
    due_count, oldest = (await connection.execute(due)).one()
    ends = {reason: number for reason, number in await connection.execute(devices)}  # noqa: C416 - rows are no pairs
    return Status(
        waiting_jobs=int(await connection.scalar(waiting) or 0),
        due=due_count,
        oldest_due=oldest,
        by_state={state.value: number for state, number in await connection.execute(states)},
        enabled_devices=ends.pop(None, 0),
        disabled_devices={reason.value: number for reason, number in ends.items() if reason},
    )


async def list_dead(connection: AsyncConnection, at_most: int) -> Sequence[Row[Any]]:
    """The deliveries given up last, the latest first."""
    columns: Sequence[Any] = [
        Delivery.id, Delivery.last_code, Delivery.attempts, Delivery.settled_at, Device.public_id.label("device"),
        Device.platform, PushJob.topic,
    ]  # fmt: skip
    statement = (
        select(*columns)
        .join(Device, Device.id == Delivery.device_id)
        .join(PushJob, PushJob.id == Delivery.push_job_id)
        .where(Delivery.state == DeliveryState.DEAD)
        .order_by(Delivery.id.desc())
        .limit(literal_column(str(at_most)))
    )
    return (await connection.execute(statement)).all()


async def requeue(database: Database, at: datetime, delivery_id: int | None = None) -> int:
    """Have dead deliveries tried anew, one or all; how many there were.

    What was read meanwhile, or replaced by a later push, is dropped by the sender instead of being sent.
    """
    done = 0
    while True:
        async with database.write() as session:
            dead = select(Delivery.id).where(Delivery.state == DeliveryState.DEAD)
            if delivery_id is not None:
                dead = dead.where(Delivery.id == delivery_id)
            statement = (
                update(Delivery)
                .where(Delivery.id.in_(dead.limit(AT_ONCE)), Delivery.state == DeliveryState.DEAD)
                .values(
                    state=DeliveryState.PENDING,
                    not_before=at,
                    expires_at=at + TIME_TO_LIVE,
                    attempts=0,
                    settled_at=None,
                    lease_until=None,
                )
                .returning(Delivery.id)
                .execution_options(synchronize_session=False)
            )
            changed = len((await session.execute(statement)).all())
        done += changed
        if changed < AT_ONCE:
            return done
