"""Nothing is ever missed, in whatever order transactions commit, nor after a restore."""

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text, update

from app.core.clock import from_micros
from app.core.database import Database
from app.models import Change
from app.sync.epoch import begin_epoch_if_needed
from app.sync.log import newest_place, read_batch
from tests.factories import Factory
from tests.ideas_factory import idea_among_members
from tests.sync.commits import insert_for, race
from tests.sync.store import Store

COMMITS = 240


async def test_a_reader_misses_nothing_while_others_commit(database: Database) -> None:
    found, there = await race(database, COMMITS, seed=1)
    assert sorted(found) == sorted(there)
    assert len(found) > COMMITS


async def test_a_slow_transaction_holds_later_ones_back(engine: str, database: Database) -> None:
    if engine == "sqlite":
        pytest.skip("one writer at a time")
    await begin_epoch_if_needed(database)
    insert = insert_for(database)
    async with database.read() as connection:
        before = await newest_place(connection)
        assert before is not None
        async with database.write() as slow:
            await slow.execute(insert, {"n": 1})
            async with database.write() as quick:
                await quick.execute(insert, {"n": 2})
            assert await newest_place(connection) == before
        now_readable = await newest_place(connection)
        assert now_readable is not None
        told = await read_batch(connection, 1, before, now_readable)
    assert [entry.object_id for entry in told] == [1, 2]


async def test_phones_begin_anew_after_a_restore(
    app: FastAPI, client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    place = await idea_among_members(database, factory)
    store = Store(place.member)
    await store.sync(client)
    async with database.write() as session:  # the changes of before are undone, others take their numbers
        await session.execute(update(Change).values(at=from_micros(0)))
    await _expects_410(client, store)

    await store_anew(client, store)
    async with database.write() as session:  # another cluster, or a copy
        await session.execute(text("UPDATE change_epochs SET identity = 'elsewhere'"))
    await begin_epoch_if_needed(app.state.resources.database)
    await _expects_410(client, store)
    await store_anew(client, store)
    assert store.rows["ideas"].keys() == {str(place.idea.public_id)}


async def store_anew(client: httpx.AsyncClient, store: Store) -> None:
    store.cursor = None
    await store.sync(client)


async def _expects_410(client: httpx.AsyncClient, store: Store) -> None:
    response = await client.get(
        "/v1/changes", headers=dict(store.person.headers), params={"cursor": store.cursor or ""}
    )
    assert (response.status_code, response.json()["code"]) == (410, "cursor_expired")
