"""Deleting by the rules of retention: in small transactions with pauses between, so that nobody waits for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import anyio
import structlog
from sqlalchemy import ColumnElement, Delete, Row, Update, delete, literal_column, select, tuple_, update

from app.core.database import Database
from app.models import Change, Device, Model
from app.models.notifications import DeviceEnd
from app.retention.rules import CHANGES_KEPT, RULES, STALE_AFTER, old_changes, stale_devices

log = structlog.get_logger(__name__)

BATCH = 500
_PAUSE_SECONDS = 0.02


async def prune(
    database: Database, at: datetime, *, batch: int = BATCH, kept: Mapping[str, timedelta] | None = None
) -> dict[str, int]:
    """Delete what is past its time at ``at``, at most ``batch`` rows a transaction; how many rows by rule.

    ``kept`` holds the times of rules, by name, for which this installation has others than usual. ``stale_devices``
    counts the devices that were disabled, ``changes`` what phones can't be told any more. It may be interrupted and
    repeated at will.
    """
    counts = {"stale_devices": await _disable_stale(database, at, batch)}
    for rule in RULES:
        since = at - (kept or {}).get(rule.name, rule.kept)
        counts[rule.name] = await _in_batches(database, rule.model, rule.condition(since), delete(rule.model), batch)
    # Last: what was deleted before is a change, too.
    counts["changes"] = await _in_batches(database, Change, old_changes(at - CHANGES_KEPT), delete(Change), batch)
    if any(counts.values()):
        log.info("retention.pruned", **{name: count for name, count in counts.items() if count})
    return counts


async def _disable_stale(database: Database, at: datetime, batch: int) -> int:
    condition = stale_devices(at - STALE_AFTER)
    disabling = update(Device).values(disabled_at=at, disabled_reason=DeviceEnd.STALE)
    return await _in_batches(database, Device, condition, disabling, batch)


async def _in_batches(
    database: Database, model: type[Model], condition: ColumnElement[bool], change: Delete | Update, batch: int
) -> int:
    """Apply ``change`` to all rows of ``condition``; how many.

    It looks first: on SQLite a statement that changes nothing would take the write lock, too.
    """
    key = _primary_key(model)
    search = select(*key).where(condition).limit(literal_column(str(batch)))
    total = 0
    while True:
        async with database.read() as connection:
            found = (await connection.execute(search)).all()
        if found:
            async with database.write() as session:
                # The condition again: a row may have been used since it was looked at.
                statement = change.where(_is_one_of(key, found), condition).returning(*key)
                changed = await session.execute(statement, execution_options={"synchronize_session": False})
                total += len(changed.all())
        if len(found) < batch:
            return total
        await anyio.sleep(_PAUSE_SECONDS)


def _primary_key(model: type[Model]) -> Sequence[ColumnElement[Any]]:
    return list(model.__table__.primary_key)


def _is_one_of(key: Sequence[ColumnElement[Any]], found: Sequence[Row[Any]]) -> ColumnElement[bool]:
    if len(key) == 1:
        return key[0].in_([row[0] for row in found])
    return tuple_(*key).in_([tuple(row) for row in found])
