"""Claims stay cheap however many events wait: they walk along the index of due events."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, insert, literal_column, select, true

from app.core.clock import now
from app.core.database import Database
from app.models import OutboxEvent
from app.outbox.claims import _UNSETTLED, _due, any_due, claim_due, oldest_due


async def plan(database: Database, statement: Select[Any]) -> str:
    """How the database would run a statement."""
    async with database.read() as connection:
        sql = str(statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        if not database.is_sqlite:
            await connection.exec_driver_sql("ANALYZE outbox_events")
        return "\n".join(str(row[-1]) for row in await connection.exec_driver_sql(f"{explain} {sql}"))


async def waiting(database: Database, count: int) -> None:
    """So many unsettled events."""
    rows = [{"kind": "test.happened", "payload": {}} for _ in range(count)]
    async with database.write() as session:
        await session.execute(insert(OutboxEvent), rows)


async def test_a_claim_sorts_nothing(database: Database) -> None:
    await waiting(database, 3000)
    first = (
        select(OutboxEvent.id)
        .where(_due(now()), true())
        .order_by(OutboxEvent.not_before, OutboxEvent.id)
        .limit(literal_column("50"))
    )
    oldest = select(func.min(OutboxEvent.not_before)).where(_UNSETTLED, OutboxEvent.not_before <= now())
    for statement in (first, oldest):
        found = await plan(database, statement)
        assert "ix_outbox_events_due" in found, found
        assert "Sort" not in found, found
        assert "B-TREE" not in found, found


async def test_a_claim_takes_the_longest_due_first_and_leases_them(database: Database) -> None:
    at = now()
    async with database.write() as session:
        for minutes in (-1, -3, 1, -2):
            session.add(OutboxEvent(kind="test.happened", payload={}, not_before=at + timedelta(minutes=minutes)))
            await session.flush()
    async with database.read() as connection:
        assert await oldest_due(connection, at) == at - timedelta(minutes=3)
    async with database.write() as session:
        claims = await claim_due(session, at, true(), lease=timedelta(seconds=60), limit=2)
    assert [claim.id for claim in claims] == [2, 4]
    assert {claim.lease_until for claim in claims} == {at + timedelta(seconds=60)}
    async with database.write() as session:
        assert [claim.id for claim in await claim_due(session, at, true(), lease=timedelta(seconds=60), limit=9)] == [1]
    async with database.read() as connection:
        assert not await any_due(connection, at, true())
