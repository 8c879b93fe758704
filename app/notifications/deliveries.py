"""Claiming one delivery by a lease, and recording what became of it while the lease is held.

As in the outbox, correctness rests on the conditions on ``state`` and ``lease_until``, and a lease is recognised by its
end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.models import Delivery, Device
from app.models.notifications import DeliveryState, DeviceEnd, TokenKind
from app.notifications.metrics import DEVICES_DISABLED

_UNSYNCHRONISED = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery this worker may send until its lease ends."""

    id: int
    push_job_id: int
    revision: int
    device_id: int
    after_item_id: int
    expires_at: datetime
    attempts: int
    lease_until: datetime


def _is_pending() -> ColumnElement[bool]:
    # A literal, for PostgreSQL's generic plans use the partial index for no bound value.
    return Delivery.state == literal_column("'pending'")


def _due(at: datetime) -> ColumnElement[bool]:
    return and_(
        _is_pending(), Delivery.not_before <= at, or_(Delivery.lease_until.is_(None), Delivery.lease_until < at)
    )


async def count_due(connection: AsyncConnection, at: datetime, at_most: int) -> int:
    """How many deliveries a claim would find, counted no further than ``at_most``."""
    due = select(Delivery.id).where(_due(at)).limit(literal_column(str(at_most)))
    return len((await connection.execute(due)).all())


async def claim_one(session: AsyncSession, at: datetime, lease: timedelta) -> Claim | None:
    """Lease the longest due delivery; None when there is none. The lease holds once the transaction has committed."""
    due = (
        select(Delivery.id)
        .where(_due(at))
        .order_by(Delivery.not_before, Delivery.id)
        .limit(literal_column("1"))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    statement = (
        update(Delivery)
        .where(Delivery.id.in_(select(due.c.id)), _due(at))
        .values(lease_until=at + lease)
        .returning(
            Delivery.id,
            Delivery.push_job_id,
            Delivery.revision,
            Delivery.device_id,
            Delivery.after_item_id,
            Delivery.expires_at,
            Delivery.attempts,
        )
    )
    row = (await session.execute(statement, execution_options=_UNSYNCHRONISED)).one_or_none()
    return None if row is None else Claim(*row, lease_until=at + lease)


async def settle(
    session: AsyncSession, claim: Claim, state: DeliveryState, code: str, at: datetime, *, attempts: int
) -> bool:
    """Record the end of a delivery; False when another worker has it now."""
    return await _change(session, claim, state=state, last_code=code, settled_at=at, attempts=attempts)


async def postpone(session: AsyncSession, claim: Claim, not_before: datetime, code: str, attempts: int) -> bool:
    """Have a delivery tried again, not before a time; False when another worker has it now."""
    return await _change(session, claim, not_before=not_before, last_code=code, attempts=attempts)


async def release(session: AsyncSession, claim: Claim) -> bool:
    """Give a delivery back unsent; False when another worker has it now."""
    return await _change(session, claim)


async def _change(session: AsyncSession, claim: Claim, **values: Any) -> bool:
    statement = (
        update(Delivery)
        .where(Delivery.id == claim.id, _is_pending(), Delivery.lease_until == claim.lease_until)
        .values(lease_until=None, **values)
        .returning(Delivery.id)
    )
    return (await session.execute(statement, execution_options=_UNSYNCHRONISED)).one_or_none() is not None


async def disable_device(
    session: AsyncSession, device_id: int, token_kind: TokenKind, token: str, reason: DeviceEnd, at: datetime
) -> bool:
    """Send nothing more to a device, unless it has another token by now; whether it was enabled until now.

    What waits for it is dropped, so that no worker claims it any more.
    """
    statement = (
        update(Device)
        .where(
            Device.id == device_id,
            Device.token_kind == token_kind,
            Device.token == token,
            Device.disabled_at.is_(None),
        )
        .values(disabled_at=at, disabled_reason=reason)
        .returning(Device.id)
    )
    if (await session.execute(statement, execution_options=_UNSYNCHRONISED)).one_or_none() is None:
        return False
    DEVICES_DISABLED.labels(reason.value).inc()
    await session.execute(
        update(Delivery)
        .where(Delivery.device_id == device_id, _is_pending())
        .values(state=DeliveryState.DROPPED, last_code=reason.value, settled_at=at, lease_until=None),
        execution_options=_UNSYNCHRONISED,
    )
    return True
