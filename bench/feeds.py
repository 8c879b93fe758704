"""The time the database needs for a page of a feed, at growing numbers of ideas, on both engines.

Run ``python -m bench.feeds`` (sizes up to 1,000,000 take some minutes and 2 GB of disk); ``--check 1.25`` fails
when any viewer's page costs more than 1.25 times what it costs at the smallest size. On PostgreSQL the figure is the
"Execution Time" of EXPLAIN ANALYZE with the rows made ready to be sent, on SQLite the time inside the library, which
runs in this process: neither contains the network or Python's part of a request. Each figure is the least of many
runs, interleaved over sizes.
"""

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.dialects import postgresql, sqlite

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
ROUNDS, BURST = 16, 8
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


def measure_sqlite(paths: dict[int, Path]) -> dict[int, Figures]:
    """Milliseconds for a page for each viewer and order on SQLite, by number of ideas."""
    connections = {size: _open_sqlite(path) for size, path in paths.items()}
    figures: dict[int, Figures] = {size: {} for size in paths}
    for name, actor, order in _cases():
        sql, values = compiled(order, actor, sqlite.dialect(paramstyle="qmark"))
        best = dict.fromkeys(paths, float("inf"))
        for _ in range(ROUNDS):  # the sizes in turn, so that a slow moment of the machine meets all of them
            for size, connection in connections.items():
                for _ in range(BURST):
                    start = time.perf_counter()
                    connection.execute(sql, values).fetchall()
                    best[size] = min(best[size], (time.perf_counter() - start) * 1000)
        for size, connection in connections.items():
            figures[size][f"{name} · {order.name}"] = (best[size], connection.execute(sql, values).fetchone()[0])
    for connection in connections.values():
        connection.close()
    return figures


def _open_sqlite(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA mmap_size=1073741824; PRAGMA cache_size=-200000; PRAGMA temp_store=MEMORY;")
    return connection


async def measure_postgresql(urls: dict[int, str]) -> dict[int, Figures]:
    """The same on PostgreSQL, with the settings and so the generic plans of the service."""
    dialect = postgresql.asyncpg.dialect()  # type: ignore[no-untyped-call]
    connections = {size: await _open_postgresql(url) for size, url in urls.items()}
    figures: dict[int, Figures] = {size: {} for size in urls}
    for number, (name, actor, order) in enumerate(_cases()):
        sql, values = compiled(order, actor, dialect)
        execute = f"EXECUTE page_{number}({', '.join(map(str, values))})"
        explain = f"EXPLAIN (ANALYZE, TIMING OFF, SERIALIZE BINARY, FORMAT JSON) {execute}"
        best = dict.fromkeys(urls, float("inf"))
        for connection in connections.values():
            await connection.execute(f"PREPARE page_{number} AS {sql}")
        for _ in range(ROUNDS):
            for size, connection in connections.items():
                for _ in range(BURST):
                    report = await connection.fetchval(explain)
                    best[size] = min(best[size], json.loads(report)[0]["Execution Time"])
        for size, connection in connections.items():
            figures[size][f"{name} · {order.name}"] = (best[size], await connection.fetchval(execute))
    for connection in connections.values():
        await connection.close()
    return figures


async def _open_postgresql(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    address = async_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return await asyncpg.connect(address, server_settings=POSTGRESQL_PLANNING)


def _cases() -> list[tuple[str, Actor, Order]]:
    return [(name, actor, order) for name, actor in viewers().items() for order in ORDERS]


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
