"""INSERT ... ON CONFLICT, which both engines spell alike and SQLAlchemy has per dialect."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.declarative import Model


def insert_for(session: AsyncSession, model: type[Model]) -> Any:
    """An INSERT into the table of ``model`` that has ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not mapped to a table")
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)
