"""Rows on their way into tables, seen by whoever draws a progress bar."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from app.models import Model
from app.models.bulk import bulk_insert

Row = Sequence[Any]


class Watch(Protocol):
    """Told of each stage of the loading."""

    def begin(self, korean: str, english: str, total: int) -> None:
        """A stage of so many rows begins."""

    def advance(self, rows: int) -> None:
        """So many more of its rows are stored."""


class NoWatch:
    """Watches nothing."""

    def begin(self, korean: str, english: str, total: int) -> None:
        """Say nothing."""

    def advance(self, rows: int) -> None:
        """Say nothing."""


async def insert(connection: AsyncConnection, model: type[Model], columns: str, rows: Iterable[Row]) -> int:
    """Insert rows, their values in the order of ``columns`` (names with spaces between); return their number."""
    return await bulk_insert(connection, model, columns.split(), rows)
