"""Workers say that they live; /readyz looks for it."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import WorkerHeartbeat
from app.models.upsert import insert_for
from app.outbox.metrics import HEARTBEAT_TIME


async def beat(session: AsyncSession, worker: str, started_at: datetime, at: datetime) -> None:
    """Say that a worker lives."""
    statement = insert_for(session, WorkerHeartbeat).values(worker=worker, started_at=started_at, beat_at=at)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["worker"], set_={"started_at": started_at, "beat_at": at})
    )
    HEARTBEAT_TIME.set(at.timestamp())


async def leave(session: AsyncSession, worker: str) -> None:
    """Say that a worker ends, so that nobody takes it for alive until its last beat is old."""
    await session.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.worker == worker))
