"""Numbering after rows came in with ids of their own."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.models.declarative import Model


async def continue_numbering(connection: AsyncConnection, models: Iterable[type[Model]]) -> None:
    """Let new rows be numbered after the highest present id. SQLite does so by itself; PostgreSQL has sequences."""
    if connection.dialect.name != "postgresql":
        return
    for model in models:
        table = model.__tablename__
        await connection.execute(
            text(
                "SELECT setval(pg_get_serial_sequence(:table, 'id'), (SELECT coalesce(max(id), 0) + 1 FROM "  # noqa: S608 - a name of our own
                f"{table}), false) WHERE pg_get_serial_sequence(:table, 'id') IS NOT NULL"
            ),
            {"table": table},
        )
