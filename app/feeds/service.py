"""Reading a page of a feed: merge, filter, and go on where too little was visible."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import now
from app.core.cursor import CursorCodec
from app.feeds.floors import FeedFloors
from app.feeds.merge import padded, page_statement
from app.feeds.sorts import MAX_BIGINT, Order, Period
from app.ideas.queries import NO_ORGANISATION
from app.ideas.ranking import calendar_keys
from app.ideas.rows import summary
from app.ideas.schemas import IdeaPage
from app.identity.actor import Actor

_SMALL, _LARGE = 20, 100
_SCAN = {_SMALL: 64, _LARGE: 256}
_FURTHER_SCAN = 1_024
_ROUNDS = 3
"""A page looks at 64 (or 256), then at most twice 1,024 entries; then it is short, and its cursor goes on."""


async def read_feed(
    connection: AsyncConnection,
    actor: Actor,
    cursors: CursorCodec,
    floors: FeedFloors,
    *,
    feed: str,
    streams: Sequence[int],
    order: Order,
    cursor: str | None,
    limit: int,
) -> IdeaPage:
    """A page of the feed named ``feed`` (part of its cursors), which merges ``streams`` in ``order``.

    A page may be shorter than ``limit``, even empty, and still have a cursor: when most of what was looked at is by
    people the actor blocked. Only a null cursor is the end.
    """
    name = f"{feed}.{order.name}"
    binds = _first_page(order) if cursor is None else _next_page(cursors, name, cursor)
    merged = padded(list(streams))
    binds |= {f"stream_{number}": stream for number, stream in enumerate(merged)}
    binds |= {"viewer": actor.account_id, "organisation": actor.organisation_id or NO_ORGANISATION}
    reading = _Reading(connection, order, merged, floors if cursor is None else None)
    rows, place = await reading.gather(binds, limit)
    items = [summary(row, actor) for row in rows[:limit]]
    if len(rows) > limit:
        place = (rows[limit - 1].key, rows[limit - 1].id)
    bucket = binds.get("bucket", 0)
    return IdeaPage(items=items, next_cursor=cursors.encode(name, [bucket, *place]) if place else None)


@dataclass(frozen=True)
class _Reading:
    """The reading of one page from ``streams``; ``floors`` where it is the first one of its feed."""

    connection: AsyncConnection
    order: Order
    streams: list[int]
    floors: FeedFloors | None

    async def gather(self, binds: dict[str, int], limit: int) -> tuple[list[Row[Any]], tuple[int, int] | None]:
        """Up to one row more than ``limit``, and where to go on when fewer came although there is more to look at."""
        size = _SMALL if limit <= _SMALL else _LARGE
        found: list[Row[Any]] = []
        scan = _SCAN[size]
        for number in range(_ROUNDS):
            rows = await self._first(binds, scan, size) if number == 0 else await self._scan(binds, scan, size)
            tail = rows[0]
            found += [row for row in rows if row.id is not None]
            if len(found) > limit or tail.scanned < scan:
                return found, None
            binds = binds | {"key": tail.last_key, "id": tail.last_id}
            scan = _FURTHER_SCAN
        return found, (binds["key"], binds["id"])

    async def _first(self, binds: dict[str, int], scan: int, size: int) -> Sequence[Row[Any]]:
        """The first round: down to the floor where one is known and enough lies above it."""
        if self.floors is None:
            return await self._scan(binds, scan, size)
        feed = (self.order, binds.get("bucket", 0), scan, self.streams)
        floor = self.floors.of(*feed)
        rows = await self._scan(binds, scan, size, floor)
        if floor is not None and rows[0].scanned < scan:
            rows = await self._scan(binds, scan, size)
        self.floors.remember(*feed, rows[0].last_key if rows[0].scanned == scan else None)
        return rows

    async def _scan(self, binds: dict[str, int], scan: int, size: int, floor: int | None = None) -> Sequence[Row[Any]]:
        statement = page_statement(self.order, len(self.streams), scan, size + 1)
        bound = binds | {"floor": self.order.lowest_key if floor is None else floor}
        rows: Sequence[Row[Any]] = (await self.connection.execute(statement, bound)).all()
        return rows


def _first_page(order: Order) -> dict[str, int]:
    binds = {"key": order.first_key, "id": MAX_BIGINT}
    if order.period:
        binds["bucket"] = dict(zip(Period, calendar_keys(now()), strict=True))[order.period]
    return binds


def _next_page(cursors: CursorCodec, name: str, cursor: str) -> dict[str, int]:
    """The place of a cursor. It names the period it began in, so that paging through a week survives its end."""
    bucket, key, last_id = cursors.decode(name, cursor, [int, int, int])
    binds = {"key": int(key), "id": int(last_id)}
    return binds | {"bucket": int(bucket)} if bucket else binds
