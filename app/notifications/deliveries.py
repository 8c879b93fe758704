"""Claiming one delivery by a lease, and recording what became of it while the lease is held.

As in the outbox, correctness rests on the conditions on ``state`` and ``lease_until``, and a lease is recognised by its
end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, String, and_, bindparam, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.models import Delivery, Device
from app.models.declarative import UtcDateTime
from app.models.notifications import DeliveryState, DeviceEnd, TokenKind
from app.notifications.metrics import DEVICES_DISABLED

_ROWS = Delivery.__table__
_COLUMNS = _ROWS.c


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery this worker may send until its lease ends."""

    id: int
    push_job_id: int
    revision: int
    device_id: int
    is_dismissal: bool
    after_item_id: int
    not_before: datetime
    expires_at: datetime
    attempts: int
    lease_until: datetime


# Each of these runs for every push: they are built once, since building one costs more than running it.
_MOMENT = UtcDateTime()
# A literal, for PostgreSQL's generic plans use the partial index for no bound value.
_IS_PENDING = _COLUMNS.state == literal_column("'pending'")
_DUE = and_(
    _IS_PENDING,
    _COLUMNS.not_before <= bindparam("at", type_=_MOMENT),
    or_(_COLUMNS.lease_until.is_(None), _COLUMNS.lease_until < bindparam("at", type_=_MOMENT)),
)
_FIRST = (
    select(_COLUMNS.id)
    .where(_DUE)
    .order_by(_COLUMNS.not_before, _COLUMNS.id)
    .limit(literal_column("1"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = (
    update(_ROWS)  # type: ignore[arg-type]
    .where(_COLUMNS.id.in_(select(_FIRST.c.id)), _DUE)
    .values(lease_until=bindparam("until", type_=_MOMENT))
    .returning(
        _COLUMNS.id,
        _COLUMNS.push_job_id,
        _COLUMNS.revision,
        _COLUMNS.device_id,
        _COLUMNS.is_dismissal,
        _COLUMNS.after_item_id,
        _COLUMNS.not_before,
        _COLUMNS.expires_at,
        _COLUMNS.attempts,
    )
)
_RELEASE = (
    update(_ROWS)  # type: ignore[arg-type]
    .where(
        _COLUMNS.id == bindparam("delivery_id", type_=BigInteger),
        _IS_PENDING,
        _COLUMNS.lease_until == bindparam("held_until", type_=_MOMENT),
    )
    .values(lease_until=None)
    .returning(_COLUMNS.id)
)
_RECORD = _RELEASE.values(
    state=bindparam("new_state", type_=_COLUMNS.state.type),
    last_code=bindparam("new_code", type_=String),
    not_before=bindparam("new_not_before", type_=_MOMENT),
    settled_at=bindparam("new_settled_at", type_=_MOMENT),
    attempts=bindparam("new_attempts", type_=Integer),
)


@cache
def _select_due(at_most: int) -> Select[Any]:
    return select(_COLUMNS.id).where(_DUE).limit(literal_column(str(at_most)))


async def count_due(connection: AsyncConnection, at: datetime, at_most: int) -> int:
    """How many deliveries a claim would find, counted no further than ``at_most``."""
    return len((await connection.execute(_select_due(at_most), {"at": at})).all())


async def claim_one(session: AsyncSession, at: datetime, lease: timedelta) -> Claim | None:
    """Lease the longest due delivery; None when there is none. The lease holds once the transaction has committed."""
    connection = await session.connection()
    row = (await connection.execute(_CLAIM, {"at": at, "until": at + lease})).mappings().one_or_none()
    return None if row is None else Claim(lease_until=at + lease, **row)


async def settle(
    session: AsyncSession, claim: Claim, state: DeliveryState, code: str, at: datetime, *, attempts: int
) -> bool:
    """Record the end of a delivery; False when another worker has it now."""
    values = {"new_state": state, "new_code": code, "new_settled_at": at, "new_attempts": attempts}
    return await _change(session, claim, _RECORD, new_not_before=claim.not_before, **values)


async def postpone(session: AsyncSession, claim: Claim, not_before: datetime, code: str, attempts: int) -> bool:
    """Have a delivery tried again, not before a time; False when another worker has it now."""
    values = {"new_code": code, "new_not_before": not_before, "new_attempts": attempts}
    return await _change(session, claim, _RECORD, new_state=DeliveryState.PENDING, new_settled_at=None, **values)


async def release(session: AsyncSession, claim: Claim) -> bool:
    """Give a delivery back unsent; False when another worker has it now."""
    return await _change(session, claim, _RELEASE)


async def _change(session: AsyncSession, claim: Claim, statement: Any, **values: Any) -> bool:
    connection = await session.connection()
    held = {"delivery_id": claim.id, "held_until": claim.lease_until}
    return (await connection.execute(statement, held | values)).one_or_none() is not None


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
    connection = await session.connection()
    if (await connection.execute(statement)).one_or_none() is None:
        return False
    DEVICES_DISABLED.labels(reason.value).inc()
    await connection.execute(
        update(_ROWS)  # type: ignore[arg-type]
        .where(_COLUMNS.device_id == device_id, _IS_PENDING)
        .values(state=DeliveryState.DROPPED, last_code=reason.value, settled_at=at, lease_until=None)
    )
    return True
