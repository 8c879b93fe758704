"""The time the database needs for a page of a feed, at growing numbers of ideas, on both engines.

Run ``python -m bench.feeds`` (sizes up to 1,000,000 take some minutes and 2 GB of disk); ``--check 1.25`` fails
when any viewer's page costs more than 1.25 times what it costs at the smallest size. On PostgreSQL the figure is the
"Execution Time" of EXPLAIN ANALYZE, on SQLite the time inside the library, which runs in this process: neither
contains the network or Python's part of a request. Each figure is the least of many runs, interleaved over viewers.
"""

import argparse
import asyncio
import gc
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.dialects import postgresql, sqlite

from app.core import migrations
from app.core.database import POSTGRESQL_PLANNING, Database, async_url
from app.feeds.merge import padded, page_statement
from app.ideas.ranking import calendar_keys
from app.feeds.sorts import HOT, NEW, TOP, UNANSWERED, Order, Period
from app.ideas.queries import NO_ORGANISATION
from app.ideas.streams import home_streams
from app.identity.actor import Actor
from bench.feed_data import END, Place, load, viewers
from tests.postgres import running_postgres

ORDERS = [NEW, HOT, TOP[Period.WEEK], TOP[Period.MONTH], UNANSWERED]
SCAN, ROWS = 64, 21
Figures = dict[str, tuple[float, int]]
"""Milliseconds for a page, and how many entries were scanned for it."""


def binds(order: Order, actor: Actor) -> dict[str, int]:
    """The binds of a first page."""
    bucket = dict(zip(Period, calendar_keys(END), strict=True))
    values = {
        "key": order.first_key,
        "id": 2**62,
        "viewer": actor.account_id,
        "organisation": actor.organisation_id or NO_ORGANISATION,
    }
    if order.period:
        values["bucket"] = bucket[order.period]
    return values | {f"stream_{n}": stream for n, stream in enumerate(padded(home_streams(actor)))}


def compiled(order: Order, actor: Actor, dialect: Any) -> tuple[str, list[int]]:
    """The SQL of a page and its values in their places."""
    statement = page_statement(order, len(padded(home_streams(actor))), SCAN, ROWS)
    result = statement.compile(dialect=dialect)
    values = result.construct_params(binds(order, actor))
    return str(result), [values[name] for name in result.positiontup or []]


def least(run: Callable[[], float], seconds: float = 0.25, at_least: int = 15) -> float:
    """The least of many runs, in milliseconds."""
    best, until, count = float("inf"), time.perf_counter() + seconds, 0
    while count < at_least or time.perf_counter() < until:
        best = min(best, run())
        count += 1
    return best


def measure_sqlite(path: Path) -> Figures:
    """Milliseconds for a page for each viewer and order on SQLite."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA mmap_size=1073741824; PRAGMA cache_size=-200000; PRAGMA temp_store=MEMORY;")
    figures: Figures = {}
    for name, actor in viewers().items():
        for order in ORDERS:
            sql, values = compiled(order, actor, sqlite.dialect(paramstyle="qmark"))

            def run(sql: str = sql, values: list[int] = values) -> float:
                start = time.perf_counter()
                connection.execute(sql, values).fetchall()
                return (time.perf_counter() - start) * 1000

            scanned = connection.execute(sql, values).fetchone()[0]
            figures[f"{name} · {order.name}"] = (least(run), scanned)
    connection.close()
    return figures


async def measure_postgresql(url: str) -> Figures:
    """Milliseconds for a page for each viewer and order on PostgreSQL, of the generic plan the service uses."""
    address = async_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address, server_settings=POSTGRESQL_PLANNING)
    dialect = postgresql.asyncpg.dialect()  # type: ignore[no-untyped-call]
    figures: Figures = {}
    for number, (name, actor) in enumerate(viewers().items()):
        for order in ORDERS:
            sql, values = compiled(order, actor, dialect)
            plan = f"page_{number}_{order.name}"
            await connection.execute(f"PREPARE {plan} AS {sql}")
            execute = f"EXECUTE {plan}({', '.join(map(str, values))})"
            scanned = await connection.fetchval(execute)
            explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {execute}"
            best = float("inf")
            for _ in range(25):
                report = json.loads(await connection.fetchval(explain))
                best = min(best, report[0]["Execution Time"])
            figures[f"{name} · {order.name}"] = (best, scanned)
    await connection.close()
    return figures


async def fill(url: str, ideas: int) -> None:
    """Load the synthetic place and let the engine gather its statistics."""
    database = Database(url, pool_size=2, durable=False)
    async with database.write() as session:
        await load(await session.connection(), Place(ideas))
    async with database.read() as connection:
        await connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")
    await database.aclose()


def main() -> int:
    """Measure, print a table, and check the growth where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000", help="numbers of ideas")
    parser.add_argument("--check", type=float, help="largest permitted growth from the smallest size")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    results: dict[str, dict[int, Figures]] = {"sqlite": {}, "postgresql": {}}
    with tempfile.TemporaryDirectory() as folder, running_postgres(Path(folder), None) as server:
        for size in sizes:
            path = Path(folder) / f"{size}.db"
            migrations.upgrade(f"sqlite:///{path}")
            asyncio.run(fill(f"sqlite:///{path}", size))
            server.execute(f"CREATE DATABASE bench_{size}")
            migrations.upgrade(server.url(f"bench_{size}"))
            asyncio.run(fill(server.url(f"bench_{size}"), size))
        gc.collect()
        for size in sizes:
            results["sqlite"][size] = measure_sqlite(Path(folder) / f"{size}.db")
            results["postgresql"][size] = asyncio.run(measure_postgresql(server.url(f"bench_{size}")))
    worst = report(results, sizes)
    if options.json:
        options.json.write_text(json.dumps(results, ensure_ascii=False, indent=1))
    return 1 if options.check and worst > options.check else 0


def report(results: dict[str, dict[int, Figures]], sizes: list[int]) -> float:
    """Print one line per engine, viewer and order; return the worst growth."""
    worst = 0.0
    print(f"{'ms a page, by number of ideas':56}" + "".join(f"{size:>12,}" for size in sizes) + "      growth")
    for engine, by_size in results.items():
        for name, (_, scanned) in by_size[sizes[-1]].items():
            cells = [by_size[size][name] for size in sizes]
            # A page of fewer entries costs less whatever the number of ideas: only equal work is compared.
            same_work = [ms for ms, count in cells if count == scanned]
            growth = max(same_work) / same_work[0]
            worst = max(worst, growth)
            row = "".join(f"{ms:11.3f}{' ' if count == scanned else '-'}" for ms, count in cells)
            print(f"{engine + ' · ' + name:56}{row}{growth:11.2f}")
    print(f"worst growth: {worst:.2f}    (- the page was not full at this size; not compared)")
    return worst


if __name__ == "__main__":
    raise SystemExit(main())
