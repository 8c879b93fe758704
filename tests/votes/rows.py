"""What the database holds of votes, counted by itself."""

from sqlalchemy import func, select

from app.core.database import Database
from app.models import Idea, OutboxEvent, Vote


async def counter_and_rows(database: Database, idea: Idea) -> tuple[int, int]:
    """The counter of an idea, and the number of its vote rows."""
    rows = select(func.count()).where(Vote.idea_id == idea.id).scalar_subquery()
    async with database.read() as connection:
        counter, votes = (await connection.execute(select(Idea.vote_count, rows).where(Idea.id == idea.id))).one()
    return counter, votes


async def event_kinds(database: Database) -> list[str]:
    """The kinds of the events that wait for the worker, in order."""
    async with database.read() as connection:
        return list((await connection.scalars(select(OutboxEvent.kind).order_by(OutboxEvent.id))).all())
