"""Keeping the figures: the running periods once a day, each a last time when it is over. For the worker's upkeep."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.consortia.figures.counting import Scope, count
from app.consortia.figures.periods import Period, period_of
from app.core.clock import seoul_date
from app.core.database import Database
from app.models import Consortium, MiniCluster, PlaceFigures
from app.models.figures import FiguresPeriod
from app.models.upsert import insert_for


class _Due(NamedTuple):
    """Something to count."""

    scope: Scope
    period: Period


async def store_figures(database: Database, moment: datetime) -> int:
    """Count what is due at ``moment``, and store each in a short transaction; how many. Final figures stay.

    It may be interrupted and repeated at will, also by several workers at once.
    """
    async with database.read() as connection:
        due = await _all_due(connection, moment)
    for scope, period in due:
        async with database.read() as connection:
            figures = await count(connection, scope, period)
        await _store(database, scope, period, figures, moment)
    return len(due)


async def _all_due(connection: AsyncConnection, moment: datetime) -> list[_Due]:
    """Running periods that were not counted today, and those that have ended since they were counted."""
    today = seoul_date(moment)
    running = {kind: period_of(kind, today) for kind in FiguresPeriod}
    statement = select(
        PlaceFigures.consortium_id,
        PlaceFigures.mini_cluster_id,
        PlaceFigures.period,
        PlaceFigures.begins_on,
        PlaceFigures.counted_at,
    ).where(PlaceFigures.is_final.is_(False))
    due, fresh = [], set()
    for row in await connection.execute(statement):
        scope, period = Scope(row.consortium_id, row.mini_cluster_id), period_of(row.period, row.begins_on)
        if period.ends <= moment:
            due.append(_Due(scope, period))
        elif seoul_date(row.counted_at) == today:
            fresh.add(_Due(scope, period))
    wished = (_Due(scope, period) for scope in await _scopes(connection) for period in running.values())
    return [*due, *(each for each in wished if each not in fresh)]


async def _scopes(connection: AsyncConnection) -> Sequence[Scope]:
    consortia = await connection.scalars(select(Consortium.id).where(Consortium.archived_at.is_(None)))
    places = await connection.execute(
        select(MiniCluster.consortium_id, MiniCluster.id)
        .join(Consortium, Consortium.id == MiniCluster.consortium_id)
        .where(MiniCluster.dissolved_at.is_(None), Consortium.archived_at.is_(None))
    )
    return [*(Scope(key, None) for key in consortia), *(Scope(*row) for row in places)]


async def _store(
    database: Database, scope: Scope, period: Period, figures: dict[str, int | None], moment: datetime
) -> None:
    counted = {"figures": figures, "is_final": period.ends <= moment, "counted_at": moment}
    place = "consortium_id" if scope.mini_cluster_id is None else "mini_cluster_id"
    is_whole = PlaceFigures.mini_cluster_id.is_(None)
    async with database.write() as session:
        statement = insert_for(session, PlaceFigures).values(
            **scope._asdict(), period=period.kind, begins_on=period.begins_on, **counted
        )
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=[place, "period", "begins_on"],
                index_where=is_whole if scope.mini_cluster_id is None else ~is_whole,
                set_=counted,
                where=PlaceFigures.is_final.is_(False),
            )
        )
