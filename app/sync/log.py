"""Reading the log of changes, so that no row is ever missed, in whatever order transactions commit.

On PostgreSQL a transaction may take a number, and commit long after others with higher ones were read. So the log is
ordered by the id of the transaction, then by number; and it is read only up to the oldest transaction that is still
running: below that horizon nothing can be added any more. SQLite has one writer at a time: there ``xid`` is 0, and
numbers alone are the order of commits.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, literal_column, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import to_micros
from app.models import Change
from app.models.changes import SHARED

BATCH = 300
"""Rows of the log that are looked at at once."""

_HORIZON: ColumnElement[int] = literal_column("(pg_snapshot_xmin(pg_current_snapshot())::text::bigint)", BigInteger)


class Place(NamedTuple):
    """A row of the log up to which everything was read. ``at`` tells it from another of the same number."""

    xid: int
    id: int
    at: int


class Entry(NamedTuple):
    """A row of the log."""

    xid: int
    id: int
    at: datetime
    entity: str
    object_id: int
    stream_id: int | None
    public_id: uuid.UUID | None

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.xid, self.id, to_micros(self.at))


def _newest(*conditions: ColumnElement[bool]) -> Select[int, int, datetime]:
    statement = select(Change.xid, Change.id, Change.at).where(*conditions)
    return statement.order_by(Change.xid.desc(), Change.id.desc()).limit(literal_column("1"))


_NEWEST = {"sqlite": _newest(), "postgresql": _newest(Change.xid < _HORIZON)}


async def newest_place(connection: AsyncConnection) -> Place | None:
    """The last place that can be read up to now; None where the log holds nothing."""
    row = (await connection.execute(_NEWEST[connection.dialect.name])).one_or_none()
    return None if row is None else Place(row.xid, row.id, to_micros(row.at))


_SAME = select(Change.at).where(
    Change.xid == bindparam("xid", type_=BigInteger), Change.id == bindparam("id", type_=BigInteger)
)


async def still_holds(connection: AsyncConnection, place: Place) -> bool:
    """Whether the row of a place is there: it was neither pruned, nor undone by a restore."""
    at = await connection.scalar(_SAME, {"xid": place.xid, "id": place.id})
    return at is not None and to_micros(at) == place.at


def _branch(account: Any) -> Any:
    """Rows of one account in order: each branch is a range of one index."""
    position = tuple_(Change.xid, Change.id)
    after = tuple_(bindparam("after_xid", type_=BigInteger), bindparam("after_id", type_=BigInteger))
    until = tuple_(bindparam("until_xid", type_=BigInteger), bindparam("until_id", type_=BigInteger))
    rows = (
        select(Change)
        .where(Change.account_id == account, position > after, position <= until)
        .order_by(Change.xid, Change.id)
        .limit(literal_column(str(BATCH)))
        .subquery()
    )
    return select(rows)


def _batch() -> Any:
    merged = union_all(_branch(literal_column(str(SHARED))), _branch(bindparam("account", type_=BigInteger))).subquery()
    columns = merged.c
    return (
        select(
            columns.xid, columns.id, columns.at, columns.entity, columns.object_id, columns.stream_id, columns.public_id
        )
        .order_by(columns.xid, columns.id)
        .limit(literal_column(str(BATCH)))
    )


_BATCH = _batch()


async def read_batch(connection: AsyncConnection, account_id: int, after: Place, until: Place) -> Sequence[Entry]:
    """What concerns an account, or anybody, between two places, the oldest first: at most BATCH rows."""
    binds = {
        "account": account_id,
        "after_xid": after.xid,
        "after_id": after.id,
        "until_xid": until.xid,
        "until_id": until.id,
    }
    return [Entry(*row) for row in await connection.execute(_BATCH, binds)]
