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
        table = model.metadata.tables[model.__tablename__]
        if (key := table.autoincrement_column) is not None:
            highest = f"(SELECT coalesce(max({key.name}), 0) + 1 FROM {table.name})"  # noqa: S608 - names of our own
            sequence = f"pg_get_serial_sequence('{table.name}', '{key.name}')"
            await connection.execute(text(f"SELECT setval({sequence}, {highest}, false)"))
