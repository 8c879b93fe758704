"""Runs migrations against the database of the settings, or the one a caller names in the configuration."""

import asyncio
from typing import Literal

from alembic import context
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.database import async_url
from app.core.settings import Settings
from app.models import Model
from app.models.declarative import UtcDateTime
from app.sync.kinds import all_watches
from app.sync.triggers import are_made, make_triggers, take_triggers_away


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own column types as the plain ones they stand on, so that migrations never import the application."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def is_at_head(connection: Connection) -> bool:
    """Whether the database is at the newest revision."""
    return MigrationContext.configure(connection).get_current_revision() == context.get_head_revision()


def is_to_move(connection: Connection) -> bool:
    """Whether the schema, or what the triggers do, is to be changed; not while it is only compared with the models."""
    try:
        target = context.get_revision_argument()
    except KeyError:
        return False
    stays = is_at_head(connection) and target in ("head", context.get_head_revision())
    return not (stays and are_made(connection, all_watches()))


def run(connection: Connection) -> None:
    """Bring the schema to the revision asked for, each migration in a transaction."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # A batch change drops and makes a table anew: with foreign keys on, the drop would delete the child rows.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    else:
        connection.exec_driver_sql("SET lock_timeout = '5s'")
        connection.exec_driver_sql("SET statement_timeout = '15min'")
    moves = is_to_move(connection)
    if moves:
        take_triggers_away(connection)
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if moves and is_at_head(connection):
        make_triggers(connection, all_watches())
    if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
        raise RuntimeError(f"the migration left {len(broken)} rows with broken foreign keys; restore the backup")


async def main() -> None:
    """Open one connection and run on it."""
    url = context.config.attributes.get("database_url") or Settings().database_url
    engine = create_async_engine(async_url(url))
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


asyncio.run(main())
