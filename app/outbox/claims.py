"""Claiming due events by a lease, and settling them while the lease is held.

Correctness rests on the conditions on ``settled_at`` and ``lease_until``, which both engines check; SKIP LOCKED, which
SQLite does not have, only keeps workers on PostgreSQL from waiting for each other. A lease is recognised by its very
end: a later claim of the same row has a later one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.models import OutboxEvent
from app.outbox.planner import Common

_UNSYNCHRONISED = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Claim:
    """An event this worker may handle until its lease ends."""

    id: int
    kind: str
    payload: dict[str, Any]
    created_at: datetime
    attempts: int
    lease_until: datetime


_UNSETTLED = Common(OutboxEvent.settled_at.is_(None))


def _due(at: datetime) -> ColumnElement[bool]:
    return and_(
        _UNSETTLED,
        OutboxEvent.not_before <= at,
        or_(OutboxEvent.lease_until.is_(None), OutboxEvent.lease_until < at),
    )


async def any_due(connection: AsyncConnection, at: datetime, only: ColumnElement[bool]) -> bool:
    """Whether a claim would find something: asked before it, so that an idle worker never takes SQLite's write lock."""
    found = await connection.scalar(select(OutboxEvent.id).where(_due(at), only).limit(literal_column("1")))
    return found is not None


async def claim_due(
    session: AsyncSession, at: datetime, only: ColumnElement[bool], *, lease: timedelta, limit: int
) -> list[Claim]:
    """Lease up to ``limit`` due events, the longest due ones. The lease holds once the transaction has committed."""
    due = (
        select(OutboxEvent.id)
        .where(_due(at), only)
        .order_by(OutboxEvent.not_before, OutboxEvent.id)
        .limit(literal_column(str(limit)))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    statement = (
        update(OutboxEvent)
        .where(OutboxEvent.id.in_(select(due.c.id)), _due(at))
        .values(lease_until=at + lease)
        .returning(OutboxEvent.id, OutboxEvent.kind, OutboxEvent.payload, OutboxEvent.created_at, OutboxEvent.attempts)
    )
    rows = (await session.execute(statement, execution_options=_UNSYNCHRONISED)).all()
    claims = [Claim(row.id, row.kind, row.payload, row.created_at, row.attempts, at + lease) for row in rows]
    return sorted(claims, key=lambda claim: claim.id)


async def settle(session: AsyncSession, claims: Sequence[Claim], at: datetime, **values: Any) -> list[int]:
    """Complete the events whose lease is still held; their ids. ``values`` are stored beside (a failure)."""
    return await _change(session, claims, settled_at=at, lease_until=None, **values)


async def postpone(session: AsyncSession, claim: Claim, not_before: datetime, attempts: int) -> list[int]:
    """Give an event back, to be tried again not before a time; its id, if the lease was still held."""
    return await _change(session, [claim], not_before=not_before, lease_until=None, attempts=attempts)


async def release(session: AsyncSession, claims: Sequence[Claim]) -> list[int]:
    """Give events back untried; the ids of those whose lease was still held."""
    return await _change(session, claims, lease_until=None)


async def _change(session: AsyncSession, claims: Sequence[Claim], **values: Any) -> list[int]:
    if not claims:
        return []
    statement = (
        update(OutboxEvent)
        .where(
            OutboxEvent.id.in_([claim.id for claim in claims]),
            OutboxEvent.settled_at.is_(None),
            OutboxEvent.lease_until.in_({claim.lease_until for claim in claims}),
        )
        .values(**values)
        .returning(OutboxEvent.id)
    )
    return list((await session.scalars(statement, execution_options=_UNSYNCHRONISED)).all())


async def oldest_due(connection: AsyncConnection, at: datetime) -> datetime | None:
    """Since when the oldest unsettled event is due at ``at``; None when none is."""
    return await connection.scalar(
        select(func.min(OutboxEvent.not_before)).where(_UNSETTLED, OutboxEvent.not_before <= at)
    )
