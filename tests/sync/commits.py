"""Writers that commit in any order, and a reader that must miss nothing::

python -m tests.sync.commits --commits 10000
"""

import argparse
import asyncio
import os
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import TextClause, text

from app.core import migrations
from app.core.database import Database
from app.sync.epoch import begin_epoch_if_needed
from app.sync.log import BATCH, Entry, Place, newest_place, read_batch
from tests.postgres import running_postgres

WRITERS = 6


def insert_for(database: Database) -> TextClause:
    """What a trigger of this engine writes."""
    xid = "0" if database.is_sqlite else "pg_current_xact_id()::text::bigint"
    return text(
        "INSERT INTO changes (xid, account_id, entity, object_id, at)"
        f" VALUES ({xid}, 0, 'mini_cluster', :n, '2026-11-28 00:00:00')"
    )


async def write_at_random(database: Database, rng: random.Random, first: int, commits: int) -> None:
    """Several changes in a transaction, with pauses between; some transactions are given up."""
    insert = insert_for(database)
    for number in range(commits):
        async with database.write() as session:
            for _ in range(rng.randint(1, 3)):
                await session.execute(insert, {"n": first + number})
                await asyncio.sleep(rng.random() / 500)
            if rng.random() < 0.1:
                await session.rollback()


async def follow(database: Database, place: Place, found: list[int], done: asyncio.Event) -> None:
    """Read the log again and again, from where the last reading ended."""
    while True:
        was_done = done.is_set()
        async with database.read() as connection:
            newest = await newest_place(connection)
            assert newest is not None
            entries: Sequence[Entry] = []
            if newest != place:
                entries = await read_batch(connection, 1, place, newest)
        found += [entry.id for entry in entries]
        place = entries[-1].place if len(entries) == BATCH else newest
        if was_done and place == newest:
            return
        await asyncio.sleep(0.001)


async def race(database: Database, commits: int, seed: int) -> tuple[list[int], list[int]]:
    """What a reader found while writers wrote, and what there is in the end."""
    await begin_epoch_if_needed(database)
    async with database.read() as connection:
        start = await newest_place(connection)
        assert start is not None
    done, found = asyncio.Event(), list[int]()
    reader = asyncio.create_task(follow(database, start, found, done))
    each = commits // WRITERS
    await asyncio.gather(
        *(write_at_random(database, random.Random(seed + number), number * each, each) for number in range(WRITERS))
    )
    done.set()
    await reader
    async with database.read() as connection:
        rows = await connection.execute(text("SELECT id FROM changes WHERE id > :id"), {"id": start.id})
        return found, list(rows.scalars())


def main() -> None:
    """Race as many commits as asked for on the PostgreSQL of TEST_DATABASE_URL, or on one that pip brought."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--commits", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.commits} commits", flush=True)

    async def run(url: str) -> None:
        database = Database(url, pool_size=WRITERS + 2)
        found, there = await race(database, options.commits, options.seed)
        await database.aclose()
        assert sorted(found) == sorted(there)
        print(f"{len(found)} changes were read, each once, and none was missed")

    with (
        tempfile.TemporaryDirectory(prefix="idea-storage-", ignore_cleanup_errors=True) as folder,
        running_postgres(Path(folder), os.environ.get("TEST_DATABASE_URL")) as server,
    ):
        server.execute("CREATE DATABASE race_of_commits")
        migrations.upgrade(server.url("race_of_commits"))
        asyncio.run(run(server.url("race_of_commits")))
        server.execute("DROP DATABASE race_of_commits WITH (FORCE)")


if __name__ == "__main__":
    main()
