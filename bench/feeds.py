"""The time the database needs for a page of a feed, at growing numbers of ideas, on both engines.

Run ``python -m bench.feeds`` (sizes up to 1,000,000 take some minutes and 2 GB of disk); ``--check 1.25`` fails
when any viewer's page costs more than 1.25 times what it costs at the smallest size. On PostgreSQL the figure is the
"Execution Time" of EXPLAIN ANALYZE with the rows made ready to be sent, on SQLite the processor's time inside the
library, which runs in this thread: neither contains the network or Python's part of a request.

Viewers, orders and sizes take turns, as requests to a server do: a database asked for the same page over and over
would answer from the processor's own caches, the smallest one entirely. Each figure is the median of the runs.
A page is measured twice: as a process reads it for the first time, and with the floor it knows from then on.
"""

import argparse
import asyncio
import json
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core import migrations
from app.core.database import POSTGRESQL_PLANNING, Database, async_url
from app.feeds.merge import padded, page_statement
from app.feeds.sorts import HOT, NEW, TOP, UNANSWERED, Order, Period
from app.ideas.queries import NO_ORGANISATION
from app.ideas.ranking import calendar_keys
from app.ideas.streams import home_streams
from app.identity.actor import Actor
from bench.feed_data import END, Place, load, viewers
from tests.postgres import running_postgres

ORDERS = [NEW, HOT, TOP[Period.WEEK], TOP[Period.MONTH], UNANSWERED]
SCAN, ROWS = 64, 21
ROUNDS = 60
FIRST_TIME = " · first time"
"""Marks pages read without a floor: once per feed, process and deployment. Shown, but not checked."""
Figures = dict[str, tuple[float, int]]
"""Milliseconds for a page, and how many entries were scanned for it."""
Times = dict[tuple[int, int], list[float]]
"""Milliseconds by case and size."""


@dataclass(frozen=True)
class Case:
    """One page: who asks, in which order, and whether the process has read this feed before."""

    name: str
    actor: Actor
    order: Order
    knows_floor: bool


def _cases() -> list[Case]:
    return [
        Case(f"{name} · {order.name}{'' if knows_floor else FIRST_TIME}", actor, order, knows_floor)
        for knows_floor in (True, False)
        for name, actor in viewers().items()
        for order in ORDERS
    ]


def compiled(case: Case, dialect: Any) -> tuple[str, list[str], dict[str, int]]:
    """The SQL of a page, the names of its values in their places, and the values of a first page without a floor."""
    streams = padded(home_streams(case.actor))
    result = page_statement(case.order, len(streams), SCAN, ROWS).compile(dialect=dialect)
    values = {
        "key": case.order.first_key,
        "id": 2**62,
        "floor": case.order.lowest_key,
        "viewer": case.actor.account_id,
        "organisation": case.actor.organisation_id or NO_ORGANISATION,
    }
    if case.order.period:
        values["bucket"] = dict(zip(Period, calendar_keys(END), strict=True))[case.order.period]
    values |= {f"stream_{number}": stream for number, stream in enumerate(streams)}
    return str(result), list(result.positiontup or []), dict(result.construct_params(values))


def _bound(case: Case, names: list[str], values: dict[str, int], first: Any) -> list[int]:
    """The values in their places; ``first`` is the first row of the page, read without a floor."""
    if case.knows_floor and first["scanned"] == SCAN:
        values = values | {"floor": first["last_key"]}
    return [values[name] for name in names]


def measure_sqlite(paths: dict[int, Path]) -> dict[int, Figures]:
    """Milliseconds for a page for each viewer and order on SQLite, by number of ideas."""
    connections = {size: _open_sqlite(path) for size, path in paths.items()}
    cases, scanned, runs = _cases(), {}, {}
    for number, case in enumerate(cases):
        sql, names, values = compiled(case, sqlite.dialect(paramstyle="qmark"))
        for size, connection in connections.items():
            first = connection.execute(sql, [values[name] for name in names]).fetchone()
            scanned[number, size] = first["scanned"]
            runs[number, size] = (sql, _bound(case, names, values, first))
    times: Times = defaultdict(list)
    for _ in range(ROUNDS):
        for (number, size), (sql, bound) in runs.items():
            start = time.thread_time()
            connections[size].execute(sql, bound).fetchall()
            times[number, size].append((time.thread_time() - start) * 1000)
    for connection in connections.values():
        connection.close()
    return _figures(cases, scanned, times)


def _open_sqlite(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=1_000)
    connection.row_factory = sqlite3.Row
    connection.executescript("PRAGMA mmap_size=1073741824; PRAGMA cache_size=-200000; PRAGMA temp_store=MEMORY;")
    return connection


async def measure_postgresql(urls: dict[int, str]) -> dict[int, Figures]:
    """The same on PostgreSQL, with the settings and so the generic plans of the service."""
    dialect = postgresql.asyncpg.dialect()  # type: ignore[no-untyped-call]
    connections = {size: await _open_postgresql(url) for size, url in urls.items()}
    cases, scanned, runs = _cases(), {}, {}
    for number, case in enumerate(cases):
        sql, names, values = compiled(case, dialect)
        for size, connection in connections.items():
            first = await connection.fetchrow(sql, *[values[name] for name in names])
            assert first is not None
            scanned[number, size] = first["scanned"]
            bound = ", ".join(map(str, _bound(case, names, values, first)))
            await connection.execute(f"PREPARE page_{number} AS {sql}")
            explain = f"EXPLAIN (ANALYZE, TIMING OFF, SERIALIZE BINARY, FORMAT JSON) EXECUTE page_{number}({bound})"
            runs[number, size] = explain
    times: Times = defaultdict(list)
    for _ in range(ROUNDS):
        for (number, size), explain in runs.items():
            plan = json.loads(await connections[size].fetchval(explain))
            times[number, size].append(plan[0]["Execution Time"])
    for connection in connections.values():
        await connection.close()
    return _figures(cases, scanned, times)


def _figures(cases: list[Case], scanned: dict[tuple[int, int], int], times: Times) -> dict[int, Figures]:
    figures: dict[int, Figures] = defaultdict(dict)
    for (number, size), milliseconds in times.items():
        figures[size][cases[number].name] = (statistics.median(milliseconds), scanned[number, size])
    return dict(figures)


async def _open_postgresql(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    address = async_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return await asyncpg.connect(address, server_settings=POSTGRESQL_PLANNING)


async def fill(url: str, ideas: int) -> None:
    """Load the synthetic place and let the engine gather its statistics."""
    database = Database(url, pool_size=2, durable=False)
    async with database.write() as session:
        await load(await session.connection(), Place(ideas))
    async with database.read() as connection:
        if database.is_sqlite:
            await connection.exec_driver_sql("ANALYZE")
        else:
            await _vacuum(connection)
    await database.aclose()


async def _vacuum(connection: AsyncConnection) -> None:
    """Vacuum until the pages of the entries are known to be visible to all, as they are in a service at rest.

    The server's own analysis of what was just loaded holds a snapshot from before, and vacuuming then marks nothing.
    """
    marked = "SELECT relallvisible >= .9 * relpages FROM pg_class WHERE relname = 'feed_entries'"
    for _ in range(30):
        await connection.exec_driver_sql("VACUUM ANALYZE")
        if (await connection.exec_driver_sql(marked)).scalar_one():
            return
        await asyncio.sleep(1)
    raise RuntimeError("VACUUM found no page of feed_entries that is visible to all, thirty times in a row")


def main() -> int:
    """Measure, print a table, and check the growth where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000", help="numbers of ideas")
    parser.add_argument("--check", type=float, help="largest permitted growth from the smallest size")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    with tempfile.TemporaryDirectory() as folder, running_postgres(Path(folder), None) as server:
        for size in sizes:
            path = Path(folder) / f"{size}.db"
            migrations.upgrade(f"sqlite:///{path}")
            asyncio.run(fill(f"sqlite:///{path}", size))
            server.execute(f"CREATE DATABASE bench_{size}")
            migrations.upgrade(server.url(f"bench_{size}"))
            asyncio.run(fill(server.url(f"bench_{size}"), size))
        results = {
            "sqlite": measure_sqlite({size: Path(folder) / f"{size}.db" for size in sizes}),
            "postgresql": asyncio.run(measure_postgresql({size: server.url(f"bench_{size}") for size in sizes})),
        }
    worst = report(results, sizes)
    if options.json:
        options.json.write_text(json.dumps(results, ensure_ascii=False, indent=1))
    return 1 if options.check and worst > options.check else 0


def report(results: dict[str, dict[int, Figures]], sizes: list[int]) -> float:
    """Print one line per engine, viewer and order; return the worst growth."""
    worst = 0.0
    print(f"{'ms a page, by number of ideas':64}" + "".join(f"{size:>12,}" for size in sizes) + "      growth")
    for engine, by_size in results.items():
        for name, (_, scanned) in by_size[sizes[-1]].items():
            cells = [by_size[size][name] for size in sizes]
            # A page of fewer entries costs less whatever the number of ideas: only equal work is compared.
            same_work = [ms for ms, count in cells if count == scanned]
            growth = max(same_work) / same_work[0]
            if not name.endswith(FIRST_TIME):
                worst = max(worst, growth)
            row = "".join(f"{ms:11.3f}{' ' if count == scanned else '-'}" for ms, count in cells)
            print(f"{engine + ' · ' + name:64}{row}{growth:11.2f}")
    print(f"worst growth but for first times: {worst:.2f}    (- the page was not full at this size; not compared)")
    return worst


if __name__ == "__main__":
    raise SystemExit(main())
