"""Events of tests, and a look at what became of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Row, select

from app.core.database import Database
from app.models import OutboxEvent
from app.outbox.events import Event, append


class Happened(Event):
    """Something a test made happen."""

    kind: ClassVar[str] = "test.happened"
    number: int = 1


class Mailed(Event):
    """Something the outside is to be told."""

    kind: ClassVar[str] = "test.mailed"
    number: int = 1


class FromTheFuture(Event):
    """Something only a newer release knows."""

    kind: ClassVar[str] = "test.from_the_future"


async def happen(database: Database, *events: Event, not_before: datetime | None = None) -> None:
    """Commit the events."""
    async with database.write() as session:
        for event in events:
            await append(session, event, not_before=not_before)


async def stored(database: Database) -> Sequence[Row[Any]]:
    """All events in the order of their making."""
    columns = OutboxEvent.__table__.c
    async with database.read() as connection:
        return (await connection.execute(select(*columns).order_by(columns.id))).all()
