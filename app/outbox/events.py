"""What an event is, and how one is appended."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.models import OutboxEvent


class Event(BaseModel):
    """Something that happened, named in the past tense. It holds ids, never texts or secrets.

    Each subclass has a ``kind`` of its own that is never changed: events of an older release wait in the table.
    """

    model_config = ConfigDict(frozen=True)
    kind: ClassVar[str]


async def append(session: AsyncSession, event: Event, *, not_before: datetime | None = None) -> None:
    """Write ``event`` in the transaction of ``session``; the worker handles it once that has committed."""
    moment = now()
    session.add(
        OutboxEvent(
            kind=event.kind,
            payload=event.model_dump(mode="json"),
            created_at=moment,
            not_before=not_before or moment,
        )
    )
