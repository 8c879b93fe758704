"""Counts the statements a piece of code sends to the database: a page must not cost more for more rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.database import Database


@dataclass
class Statements:
    """The statements sent so far, in order. ``BEGIN IMMEDIATE`` of SQLite writers is none of them."""

    sent: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many statements were sent."""
        return len(self.sent)


@contextmanager
def count_queries(database: Database) -> Iterator[Statements]:
    """Watch every statement that goes through ``database`` within the block.

    For requests take the database of the app under test: ``app.state.resources.database``.
    """
    statements = Statements()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.sent.append(statement)

    engines = _distinct_engines(database)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def _distinct_engines(database: Database) -> list[Engine]:
    """The engines without those that only wrap another one with options: a wrapped one reports for both."""
    return list({_unwrapped(engine) for engine in (database._reader, database._writer)})


def _unwrapped(engine: AsyncEngine) -> Engine:
    wrapped: Engine = getattr(engine.sync_engine, "_proxied", engine.sync_engine)
    return wrapped
